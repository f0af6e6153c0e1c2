"""The pages, asked past no network: who comes in, what a form needs, what nobody else's page shows, inert texts."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import flask
import pytest
from werkzeug.test import EnvironBuilder

from infra.admin.platform_keys import rotate_sessions
from shared.cloud.secret_names import SESSION_KEYS
from shared.door.console.pages import hashed_names
from shared.door.console.sessions import IDLE, LIFE
from shared.door.console.signing_keys import HEARD
from tests.steps.calls import Customer, customer
from tests.steps.stage import TENANT, Stage, footage, staged
from tests.steps.visitor import Browser, signed_in

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea></select><svg onload=alert(1)>",
    "javascript:alert(1)//{{7*7}}{% raw %}",
    "\u202e<b>turned\u2028</b>",
)
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("console")) as opened:
        yield opened


@pytest.fixture
def owner(stage: Stage) -> Customer:
    """Return a key of the tenant's."""
    return customer(stage.wiring, TENANT.id)


@pytest.fixture
def browser(stage: Stage, owner: Customer) -> Browser:
    """Return a browser whose person has signed in."""
    return signed_in(stage, owner)


def test_a_key_signs_in_and_stands_in_no_cookie(stage: Stage, owner: Customer) -> None:
    """The cookie is for no script and no other site, and names the key without holding it."""
    fresh = Browser(stage.wiring)

    response = fresh.post("/sign-in", {"key": owner.text, "next": "/usage"})

    line = response.headers["Set-Cookie"]
    assert response.headers["Location"].endswith("/console/usage")
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "Path=/console" in line
    assert owner.text not in line
    assert 200 == fresh.get("/films").status_code


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
def test_signing_in_leads_to_our_own_pages_only(stage: Stage, owner: Customer, elsewhere: str) -> None:
    """Whatever a link says."""
    response = Browser(stage.wiring).post("/sign-in", {"key": owner.text, "next": elsewhere})

    assert response.headers["Location"] == f"{stage.wiring.console.pages.base}/"


@pytest.mark.parametrize("key", ["", "nonsense", "abr_live_abcdefghijkl_" + "A" * 43])
def test_no_other_text_signs_in(stage: Stage, key: str) -> None:
    """Nonsense and an unknown key are told alike."""
    response = Browser(stage.wiring).post("/sign-in", {"key": key})

    assert 401 == response.status_code
    assert "This key is not valid." in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers


def test_a_revoked_key_ends_its_session(stage: Stage, owner: Customer) -> None:
    """The next click leads to the sign-in page, and takes the cookie away."""
    mine = signed_in(stage, owner)
    other = customer(stage.wiring, TENANT.id)

    assert 303 == signed_in(stage, other).send("/developers", {"revoke": owner.key.id}).status_code
    response = mine.get("/films")

    assert 303 == response.status_code
    assert "/sign-in" in response.headers["Location"]
    assert "" == mine.cookies[stage.wiring.sessions.cookie]


@pytest.mark.parametrize("seconds", [IDLE + 1, LIFE + 1])
def test_a_session_ends_by_itself(stage: Stage, owner: Customer, seconds: int) -> None:
    """After an hour without a click."""
    mine = signed_in(stage, owner)

    stage.clock.forward(seconds)

    assert 303 == mine.get("/films").status_code


def test_a_changed_cookie_is_none(stage: Stage, browser: Browser) -> None:
    """One letter is enough."""
    name = stage.wiring.sessions.cookie
    text = browser.cookies[name]
    browser.cookies[name] = ("A" if text[0] != "A" else "B") + text[1:]

    assert 303 == browser.get("/films").status_code


def test_a_ticket_signs_in_until_it_is_over(stage: Stage, owner: Customer) -> None:
    """Its page has one button, so that a preview of the link uses up nothing; nobody else can make one."""
    ticket, late = (stage.wiring.sessions.ticket(owner.key.id) for _ in range(2))

    assert "Sign in with this link" in Browser(stage.wiring).get(f"/enter?t={ticket}").get_data(as_text=True)
    assert 401 == Browser(stage.wiring).post("/enter", {"t": ticket[:-1]}).status_code
    assert 303 == Browser(stage.wiring).post("/enter", {"t": ticket}).status_code
    stage.clock.forward(601)
    assert 401 == Browser(stage.wiring).post("/enter", {"t": late}).status_code


def test_a_ticket_signs_in_once(stage: Stage, owner: Customer) -> None:
    """Whoever finds it afterwards, in a history or a chat, is asked for a key."""
    ticket = stage.wiring.sessions.ticket(owner.key.id)

    codes = [Browser(stage.wiring).post("/enter", {"t": ticket}).status_code for _ in range(2)]

    assert [303, 401] == codes


def test_a_new_signing_key_signs_nobody_out(stage: Stage, owner: Customer) -> None:
    """Sessions and open forms go on under the key before; one that was seen is given up at once."""
    wiring, mine = stage.wiring, signed_in(stage, owner)
    token = mine.token

    rotate_sessions(wiring)
    stage.clock.forward(HEARD.total_seconds())
    later = signed_in(stage, owner)
    under_both = (mine.get("/films").status_code, later.get("/films").status_code)
    form = mine.post("/developers", {"_token": token, "revoke": "none"}).status_code
    rotate_sessions(wiring, at_once=True)
    under_none = {mine.get("/films").status_code, later.get("/films").status_code}

    assert (200, 200) == under_both
    assert 403 != form
    assert {303} == under_none
    assert 1 == len(wiring.secrets.get(SESSION_KEYS).value.splitlines())
    assert {} == wiring.secrets.replaced_versions(SESSION_KEYS)


def test_a_platform_without_a_signing_key_says_what_makes_one(stage: Stage, owner: Customer) -> None:
    """As after an update that brings it: a page, no crash of the door, and no session that anybody could forge."""
    kept = stage.wiring.secrets.get(SESSION_KEYS).value
    stage.wiring.secrets.delete(SESSION_KEYS)
    try:
        response = Browser(stage.wiring).post("/sign-in", {"key": owner.text})
    finally:
        stage.wiring.secrets.put(SESSION_KEYS, kept, {"of": "platform"})

    assert 503 == response.status_code
    assert "python -m infra.admin bootstrap" in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers


class Tags(HTMLParser):
    """Collects what a page carries of scripts and styles, as a browser would read it."""

    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note handlers, styles, and scripts that are no files."""
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.code.append(tag)
        for name, value in attrs:
            leads = name in ("href", "src", "action") and (value or "").startswith("javascript:")
            if leads or name == "style" or name.startswith("on"):
                self.code.append(name)


def own_code(text: str) -> list[str]:
    """Return what of a page is code of its own."""
    tags = Tags()
    tags.feed(text)
    return tags.code


def posts(stage: Stage) -> list[str]:
    """Return every path that changes something."""
    return [route.path for route in stage.wiring.console.routes if route.method == "POST"]


def test_a_form_of_another_site_changes_nothing(stage: Stage, browser: Browser) -> None:
    """Neither with a foreign origin, nor with none a browser gives, on any path."""
    token, told = browser.token, []
    for path in posts(stage):
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}):
            data = urlencode({"_token": token}).encode()
            answer = browser.ask("POST", path.replace("{job}", NOBODYS), data, headers)
            told += [] if answer.status_code == 403 else [(path, headers, answer.status_code)]

    assert [] == told


def test_a_form_without_this_sessions_token_changes_nothing(stage: Stage, owner: Customer, browser: Browser) -> None:
    """None, and another session's of the same key."""
    other, told = signed_in(stage, owner).token, []
    for route in stage.wiring.console.routes:
        if route.method == "POST" and not route.open:
            path = route.path.replace("{job}", NOBODYS)
            told += [browser.post(path, form).status_code for form in ({}, {"_token": other}, {"_token": "ü"})]

    assert {403} == set(told)


def test_no_page_shows_anothers_film(stage: Stage, browser: Browser) -> None:
    """Every path with a place for a job answers as to an id nobody has."""
    stranger = customer(stage.wiring, "stranger")
    theirs = signed_in(stage, stranger)
    job, told = stage.order(footage()), []
    assert 200 == browser.get(f"/films/{job}").status_code

    for route in stage.wiring.console.routes:
        if "{job}" in route.path:
            asked = theirs.get if route.method == "GET" else lambda path: theirs.send(path, {})
            answers = [asked(route.path.replace("{job}", each)) for each in (job, NOBODYS)]
            texts = [each.get_data(as_text=True).replace(job, NOBODYS) for each in answers]
            ids = [re.sub(r"[0-9a-f]{32}", "", text) for text in texts]
            told += [(route.path, each.status_code) for each in answers if each.status_code != 404]
            assert ids[0] == ids[1]

    assert [] == told


def test_every_answer_is_confined(stage: Stage, browser: Browser) -> None:
    """Headers of each page, with a session and without; no page carries a script or a style of its own."""
    wanted = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
    for who in (browser, Browser(stage.wiring)):
        for route in stage.wiring.console.routes:
            path = route.path.replace("{job}", NOBODYS).replace("{name}", hashed_names()["console.css"])
            answer = who.ask(route.method, path, b"" if route.method == "POST" else None, {})
            policy, text = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)

            assert [] == [each for each in wanted if each not in policy], path
            assert "unsafe" not in policy
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert [] == (own_code(text) if answer.mimetype == "text/html" else []), path


@pytest.mark.parametrize("text", XSS)
def test_texts_are_inert(stage: Stage, browser: Browser, text: str) -> None:
    """Whatever a tenant writes is shown as it was written, in every page that shows it."""
    film = footage(product_title=text, product_id=text, metadata={"k": text})
    job = stage.order(film)
    form = {"product_title": text, "scenes.0.visual_description": text, "avatar_script": text, "avatar_id": text}

    pages = [
        browser.get(f"/films/{job}"),
        browser.get("/films"),
        browser.get("/films?" + urlencode({"q": text})),
        browser.get("/usage"),
        browser.get("/new?" + urlencode({"from": job})),
        browser.send("/new", {**form, "_once": NOBODYS, "do": "scene"}),
        browser.send("/new", {**form, "_once": NOBODYS, "do": "price"}),
        browser.send("/developers", {"name": text, "jobs:read": "on"}),
        browser.get("/sign-in?" + urlencode({"next": text})),
    ]

    shown = [page.get_data(as_text=True) for page in pages]
    assert [] == [code for page in shown for code in own_code(page)]
    assert all("49" not in title for page in shown for title in re.findall(r"<title>(.*?)</title>", page))


def test_an_order_is_priced_first_and_bought_once(browser: Browser) -> None:
    """The button tells the price; the same page sent twice is one film; nobody orders a price they have not seen."""
    form = {"product_title": "Mug", "scenes.0.visual_description": "A mug", "scenes.0.duration": "4", "_once": NOBODYS}

    unseen = browser.send("/new", {**form, "do": "order"})
    priced = browser.send("/new", {**form, "do": "price"}).get_data(as_text=True)
    agreed = re.search(r'name="agreed" value="([0-9.]+)"', priced)
    assert agreed
    first, again = (browser.send("/new", {**form, "do": "order", "agreed": agreed[1]}) for _ in range(2))

    assert 200 == unseen.status_code
    assert "create_job" in priced
    assert 303 == first.status_code
    assert first.headers["Location"] == again.headers["Location"]


def test_a_wrong_form_comes_back_with_its_texts(browser: Browser) -> None:
    """Each mistake stands at its field, in the API's own words, and nothing that was typed is lost."""
    page = browser.send(
        "/new", {"product_title": "Mug", "scenes.0.visual_description": "A mug", "scenes.0.duration": "99"}
    )

    text = page.get_data(as_text=True)
    assert 422 == page.status_code
    assert 'id="wrong-scenes.0.duration"' in text
    assert 'value="99"' in text
    assert "A mug</textarea>" in text


def test_a_films_standing_is_asked_for_nothing_twice(stage: Stage, browser: Browser) -> None:
    """Unchanged, it is a 304 without a body; signed out, a 401 the script can tell."""
    job = stage.order(footage())
    first = browser.get(f"/films/{job}/live")

    again = browser.ask("GET", f"/films/{job}/live", None, {"If-None-Match": first.headers["ETag"]})

    assert (200, 304) == (first.status_code, again.status_code)
    assert 401 == Browser(stage.wiring).get(f"/films/{job}/live").status_code


def test_a_key_that_only_reads_changes_nothing(stage: Stage) -> None:
    """The session has the key's scopes and no more."""
    reader = signed_in(stage, customer(stage.wiring, TENANT.id, ("jobs:read",)))
    job = stage.order(footage())
    cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    session = stage.wiring.sessions.read(flask.Request(EnvironBuilder(headers=[("Cookie", cookies)]).get_environ()))
    assert session
    token = stage.wiring.sessions.token(session)

    assert 200 == reader.get("/films").status_code
    assert 403 == reader.get("/settings").status_code
    assert 403 == reader.post(f"/films/{job}/cancel", {"_token": token}).status_code


def test_a_first_visit_weighs_little(browser: Browser) -> None:
    """Page, stylesheet and script together, before any compression."""
    folder = Path(__file__).parents[2] / "shared/door/console/static"
    weight = len(browser.get("/new").get_data()) + sum(len(each.read_bytes()) for each in folder.iterdir())

    assert weight < 50_000
    assert 150 >= len((folder / "console.js").read_text(encoding="utf-8").splitlines())
