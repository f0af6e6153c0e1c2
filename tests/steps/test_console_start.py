"""The pages before a film: the first steps, who speaks as pictures and sounds, personas; what each reads."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.door.console.voices import sound_of
from tests.steps.calls import customer, told
from tests.steps.stage import LOOK, TENANT, VOICE, Stage, footage, staged
from tests.steps.visitor import Browser, signed_in

ONCE = "10000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("start")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


def page(browser: Browser, path: str) -> str:
    """Return a page's text."""
    answer = browser.get(path)
    assert 200 == answer.status_code, path
    return answer.get_data(as_text=True)


def reads(stage: Stage, browser: Browser, path: str) -> int:
    """Return the documents a page reads."""
    before = stage.cloud.firestore.counts.reads
    page(browser, path)
    return stage.cloud.firestore.counts.reads - before


def test_who_signs_in_first_is_led_through_the_first_steps(stage: Stage) -> None:
    """Until there is a film: then to the films; an operator to what needs somebody. The key is checked as it is put."""
    newcomer = signed_in(stage, customer(stage.wiring, "newcomer"))
    first = newcomer.get("/").headers["Location"]
    before = page(newcomer, "/start")
    wrong = newcomer.send("/start", {"provider": "heygen", "do": "put", "api_key": "wrong-key-1"})
    put = newcomer.send("/start", {"provider": "heygen", "do": "put", "api_key": DEMO_KEY})
    after = page(newcomer, "/start")
    told(customer(stage.wiring, "newcomer").call("POST", "/create_job", ORDER))
    later = newcomer.get("/").headers["Location"]
    operator = signed_in(stage, customer(stage.wiring, "house", ("operator", "jobs:read")))

    assert ["/console/start", "/console/films"] == [first, later]
    assert 3 == before.count(">To do<")
    assert 422 == wrong.status_code
    assert "/console/start" == put.headers["Location"]
    assert re.search(r"HeyGen</strong>: the key works · \$[0-9.]+ left there", after)
    assert DEMO_KEY not in after
    assert "/console/operator" == operator.get("/").headers["Location"]


def test_a_price_needs_no_key(stage: Stage) -> None:
    """The form of the first steps tells it, with a presenter and without an account."""
    newcomer = signed_in(stage, customer(stage.wiring, "keyless"))
    anybody = re.search(r'name="avatar_id" value="([a-z]+)"', page(newcomer, "/start"))
    assert anybody
    form = {"product_title": "Mug", "scenes.0.visual_description": "A mug", "avatar_script": "Hello.", "_once": ONCE}
    form["avatar_id"] = anybody[1]

    answer = newcomer.send("/new", {**form, "do": "price"})

    assert 200 == answer.status_code
    assert re.search(r"<strong>\$[0-9.]+</strong> of ours, <strong>\$[0-9.]+</strong> billed", answer.get_data(True))


def test_who_does_not_manage_is_asked_for_no_key(stage: Stage) -> None:
    """A key that orders films sees the steps it can take."""
    text = page(signed_in(stage, customer(stage.wiring, TENANT.id, ("jobs:read", "jobs:write"))), "/start")

    assert "api_key" not in text
    assert "Whoever manages this account puts its key" in text


def test_a_voice_is_heard_and_made_the_default(stage: Stage, browser: Browser) -> None:
    """Its specimen comes from our own address, signed; nobody else's link is fetched."""
    text = page(browser, "/presenters/voices?language=en&gender=female")
    specimen = re.search(r'src="/console(/presenters/voices/specimen\?u=[^"]+)"', text)
    assert specimen
    heard = browser.get(specimen[1])
    done = browser.send("/presenters", {"provider": "heygen", "voice_id": VOICE})
    account = told(customer(stage.wiring, TENANT.id).call("GET", "/tenant/integrations/heygen"))

    assert "127.0.0.1" not in text
    assert "audio/wav" == heard.mimetype
    assert heard.get_data().startswith(b"RIFF")
    assert 404 == browser.get("/presenters/voices/specimen?u=http%3A%2F%2F127.0.0.1%3A1%2Fx").status_code
    assert "/console/presenters/voices" == done.headers["Location"]
    assert VOICE == account["voice_id"]
    assert "No voice is so." in page(browser, "/presenters/voices?search=nobody-is-called-so")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\0\0\0 ftypM4A ", "audio/mp4"),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_only_sounds_are_handed_on(data: bytes, kind: str | None) -> None:
    """Whatever its server calls it."""
    assert kind == sound_of(data)


def test_a_persona_is_made_changed_and_removed(stage: Stage, browser: Browser) -> None:
    """From a look's page its ids come along; what is wrong stands at its field, and nothing typed is lost."""
    form = {"name": "ana", "title": "Ana", "at.heygen.avatar_id": LOOK, "at.heygen.voice_id": VOICE}
    brought = page(browser, f"/presenters/personas?provider=heygen&avatar_id={LOOK}")
    made = browser.send("/presenters/personas", form)
    shown = page(browser, "/presenters/personas?name=ana")
    wrong = browser.send("/presenters/personas", {**form, "at.heygen.avatar_id": "nobody"})
    unnamed = browser.send("/presenters/personas", {**form, "name": "../keys"})
    browser.send("/presenters/personas", {**form, "title": "Ana W."})
    changed = told(customer(stage.wiring, TENANT.id).call("GET", "/tenant/personas/ana"))
    removed = browser.send("/presenters/personas", {"remove": "ana"})

    assert f'value="{LOOK}"' in brought
    assert "/console/presenters/personas" == made.headers["Location"]
    assert f'value="{VOICE}"' in shown
    assert [422, 422] == [wrong.status_code, unnamed.status_code]
    assert 'id="wrong-at.heygen.avatar_id"' in wrong.get_data(as_text=True)
    assert 'value="nobody"' in wrong.get_data(as_text=True)
    assert ("Ana W.", LOOK) == (changed["title"], changed["at"]["heygen"]["avatar_id"])
    assert 303 == removed.status_code
    assert 404 == customer(stage.wiring, TENANT.id).call("GET", "/tenant/personas/ana").status_code


def test_a_presenter_stands_where_the_form_says(browser: Browser) -> None:
    """The figure in the frame is laid as the film's is; the order says so, and further shapes with it."""
    form = {
        "product_title": "Mug",
        "scenes.0.visual_description": "A mug",
        "avatar_script": "Hello.",
        "avatar_id": LOOK,
    }
    place = {"avatar_position.x": "-1", "avatar_position.y": "1", "avatar_position.scale": "0.5"}
    place |= {"outputs.0.aspect_ratio": "9:16", "outputs.2.aspect_ratio": "1:1"}

    priced = unescape(browser.send("/new", {**form, **place, "_once": ONCE, "do": "price"}).get_data(as_text=True))
    wrong = browser.send("/new", {**form, "avatar_position.x": "left", "_once": ONCE}).get_data(as_text=True)

    figures = re.findall(r'<rect class="figure" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', priced)
    tall, wide = ("0", "640", "426", "640"), ("0", "360", "240", "360")
    assert [tall, ("0", "450", "300", "450"), wide, wide] == figures
    assert re.search(r'"avatar_position": {\s+"x": -1.0,\s+"y": 1.0,\s+"scale": 0.5\s+}', priced)
    assert re.search(r'"outputs": \[\s+{\s+"aspect_ratio": "9:16"\s+},\s+{\s+"aspect_ratio": "1:1"', priced)
    assert 'id="wrong-avatar_position.x"' in wrong
    assert 'value="left"' in wrong


def test_the_figure_stands_in_the_first_films_shape(browser: Browser) -> None:
    """Of the frames one is seen: that of the shape a film is filmed for; rows that are no film say nothing."""
    hidden = re.compile(r'<svg data-shape="([0-9:]+)"[^>]* hidden')
    form = {"product_title": "Mug", "scenes.0.visual_description": "A mug", "_once": ONCE}
    wide = {**form, "outputs.0.aspect_ratio": "", "outputs.3.aspect_ratio": "16:9", "outputs.3.resolution": "1080p"}

    first, other = page(browser, "/new"), unescape(browser.send("/new", wide).get_data(as_text=True))

    assert [{"4:5", "1:1", "16:9"}, {"9:16", "4:5", "1:1"}] == [{*hidden.findall(text)} for text in (first, other)]
    assert '"aspect_ratio": "16:9",\n  "resolution": "1080p"' in other
    assert '"outputs":' not in other


def test_a_brand_is_chosen_where_there_is_one(stage: Stage, browser: Browser) -> None:
    """Nobody is asked for one before; the order names the kit that was chosen."""
    before = page(browser, "/new")
    kit = {"colors": {"primary": "#0b5c57"}}
    assert 200 == customer(stage.wiring, TENANT.id).call("PUT", "/tenant/brand/spring", kit).status_code
    form = {"product_title": "Mug", "scenes.0.visual_description": "A mug", "_once": ONCE}
    form |= {"outputs.0.aspect_ratio": "9:16", "outputs.0.brand": "spring"}

    priced = unescape(browser.send("/new", form).get_data(as_text=True))

    assert 'name="outputs.0.brand"' not in before
    assert '<option value="spring" selected>spring</option>' in priced
    assert '"brand": "spring"' in priced


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/start", 6),
        ("/presenters", 6),
        ("/presenters/voices", 6),
        ("/presenters/personas", 5),
        ("/brands", 5),
        ("/new", 12),
    ],
)
def test_a_screen_reads_a_handful(stage: Stage, browser: Browser, path: str, most: int) -> None:
    """Documents, once the lists were read at the service; the key and its tenant among them."""
    stage.order(footage())
    page(browser, path)

    assert most >= reads(stage, browser, path)


@pytest.mark.parametrize(
    ("path", "rows", "beside"),
    [("/films", 2, 0), ("/films/{film}", 1, 5), ("/usage", 2, 0), ("/developers", 2, 0), ("/settings", 0, 2)],
)
def test_a_list_reads_its_rows(stage: Stage, path: str, rows: int, beside: int) -> None:
    """A document a row, and no more beside than is said here; of a film its webhooks are the rows, of settings none.

    The key and its tenant were read for the page before.
    """
    owner = customer(stage.wiring, f"reads-{sum(map(ord, path))}")
    customer(stage.wiring, owner.key.tenant)
    tenant = stage.wiring.tenants.tenant(owner.key.tenant)
    assert tenant
    mine = signed_in(stage, owner)
    job, _ = (stage.order(footage(webhook_url="http://127.0.0.1:9/hook"), tenant=tenant) for _ in range(2))
    told(owner.call("POST", f"/jobs/{job}/cancel", {}))
    page(mine, path.format(film=job))

    assert rows + beside >= reads(stage, mine, path.format(film=job))


ORDER = {"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}]}
