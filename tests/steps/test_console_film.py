"""The page of one film: what of it can be changed for free, what is bought only after its price was shown."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from werkzeug.wrappers import Request

from infra.local.vendors.serving import Serving
from shared.pipeline.plan.request import AspectRatio, OutputRequest
from tests.steps.calls import customer, told
from tests.steps.stage import TENANT, Stage, presented, staged
from tests.steps.test_notify import Customer as Receiver
from tests.steps.visitor import Browser, signed_in

ONCE = ("10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000000")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("film"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def film(stage: Stage) -> str:
    """Return a finished film with a presenter."""
    job = stage.order(presented(product_title="Mug"))
    stage.live(job)
    return job


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


def page(browser: Browser, path: str) -> str:
    """Return a page's text."""
    return browser.get(path).get_data(as_text=True)


def test_the_presenter_moves_for_nothing(stage: Stage, browser: Browser, film: str) -> None:
    """One button makes one version, also when it is sent twice; no vendor hears of it, and both films stay."""
    before = {vendor: stage.submits(vendor) for vendor in ("veo", "heygen")}
    form = {"preset": "top_left", "_once": ONCE[0]}

    first, again = (browser.send(f"/films/{film}/edit", form) for _ in range(2))
    made = first.headers["Location"].rsplit("/", 1)[1]
    stage.live(made)

    assert 303 == first.status_code
    assert first.headers["Location"] == again.headers["Location"]
    assert before == {vendor: stage.submits(vendor) for vendor in before}
    assert (
        "top_left"
        == told(customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{made}/request"))["avatar_position"]["preset"]
    )
    assert [True, True] == [f'/films/{each}" aria-current' in page(browser, f"/films/{each}") for each in (film, made)]


def test_the_presenter_stands_where_it_is_dragged(stage: Stage, browser: Browser, film: str) -> None:
    """The figure's numbers make a version; the same again changes nothing; a wrong one is told beside its field."""
    place = {f"avatar_position.{name}": text for name, text in {"x": "-0.5", "y": "0.25", "scale": "0.4"}.items()}
    form = {"placed": "on", "_once": ONCE[1], **place}
    made = browser.send(f"/films/{film}/edit", form).headers["Location"].rsplit("/", 1)[1]
    stage.live(made)
    asked = told(customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{made}/request"))["avatar_position"]
    same = browser.send(f"/films/{made}/edit", form)
    wrong = browser.send(f"/films/{film}/edit", {**form, "avatar_position.x": "left"}).get_data(as_text=True)

    assert {"x": -0.5, "y": 0.25, "scale": 0.4} == {name: value for name, value in asked.items() if value is not None}
    assert 422 == same.status_code
    assert 'id="wrong-avatar_position.x"' in wrong
    assert 'value="left"' in wrong
    assert 'value="0.25"' in page(browser, f"/films/{made}")


def test_a_presenters_place_is_shown_in_the_films_shape(stage: Stage, browser: Browser) -> None:
    """The frame is that of the film that is played: of several the first, or the one that was chosen."""
    films = tuple(OutputRequest(AspectRatio(each)) for each in ("1:1", "16:9"))
    job = stage.order(presented(product_title="Mug", outputs=films))
    stage.live(job)

    seen = [re.findall(r'<svg data-shape="([^"]+)"([^>]*)', page(browser, f"/films/{job}{o}")) for o in ("", "?o=2")]

    assert [["1:1"], ["16:9"]] == [[shape for shape, _ in each] for each in seen]
    assert not [more for each in seen for _, more in each if "hidden" in more.replace('aria-hidden="true"', "")]


def test_two_buttons_of_one_page_are_two_versions(browser: Browser, film: str) -> None:
    """Who goes back and presses another one is not told that this name was used."""
    places = [
        browser.send(f"/films/{film}/edit", {"preset": each, "_once": ONCE[1]}) for each in ("center", "top_right")
    ]

    assert [303, 303] == [each.status_code for each in places]
    assert 2 == len({each.headers["Location"] for each in places})


def test_texts_that_stay_are_not_sent(stage: Stage, browser: Browser, film: str) -> None:
    """What was changed is what the form says otherwise; a form that changes nothing is told so, at no price."""
    nothing = browser.send(f"/films/{film}/edit", {"texts": "on", "text.0": "", "_once": ONCE[0]})
    changed = browser.send(f"/films/{film}/edit", {"texts": "on", "text.0": "New", "_once": ONCE[0]})

    asked = told(
        customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{changed.headers['Location'].rsplit('/', 1)[1]}/request")
    )
    assert 422 == nothing.status_code
    assert "Nothing would be different" in nothing.get_data(as_text=True)
    assert "<details open><summary>Texts" in nothing.get_data(as_text=True)
    assert "New" == asked["scenes"][0]["text_overlay"]


def test_a_film_gets_further_files(stage: Stage, browser: Browser, film: str) -> None:
    """For free, by a form; what is refused stands at its field, with what was typed."""
    form = {"texts": "on", "text.0": "Cup", "preview": "gif", "_once": ONCE[1]}
    wrong = browser.send(f"/films/{film}/edit", {**form, "poster.at": "soon"})
    made = browser.send(f"/films/{film}/edit", form).headers["Location"].rsplit("/", 1)[1]
    asked = told(customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{made}/request"))

    text = wrong.get_data(as_text=True)
    assert 422 == wrong.status_code
    assert 'id="wrong-poster.at"' in text
    assert ['value="soon"', 'value="Cup"'] == re.findall(r'value="(?:soon|Cup)"', text)[::-1]
    assert "gif" == asked["preview"]


def test_a_film_is_made_again_at_the_price_that_was_shown(stage: Stage, browser: Browser, film: str) -> None:
    """Whatever is chosen otherwise tells its own price first; nothing is bought before that."""
    agreed = re.compile(r'name="agreed" value="([0-9a-f]+)"')
    shown = page(browser, f"/films/{film}/again")
    all_of_it = agreed.search(shown)
    assert all_of_it
    words = {"script.0": "Other words.", "part.presenter-1": "on", "_once": ONCE[0]}
    other = browser.send(f"/films/{film}/again", {**words, "agreed": all_of_it[1]})
    its_own = agreed.search(other.get_data(as_text=True))
    assert its_own
    bought = [browser.send(f"/films/{film}/again", {**words, "agreed": its_own[1]}) for _ in range(2)]
    stage.live(bought[0].headers["Location"].rsplit("/", 1)[1])  # or its order falls into another test

    assert re.search(r"Make it again for \$[0-9.]+ and \$[0-9.]+ of your account", shown)
    assert 200 == other.status_code
    assert "kept: Footage 1" in other.get_data(as_text=True)
    assert "Other words.</textarea>" in other.get_data(as_text=True)
    assert [303, 303] == [each.status_code for each in bought]
    assert 1 == len({each.headers["Location"] for each in bought} - {f"/console/films/{film}"})


def test_a_film_is_cancelled_by_a_double_click(stage: Stage, browser: Browser) -> None:
    """The second one leads to its page, which tells how it ended, as it does of a film that is finished."""
    job = stage.order(presented(product_title="Mug"))
    twice = [browser.send(f"/films/{job}/cancel", {}) for _ in range(2)]
    stage.live(job)

    assert [303, 303] == [each.status_code for each in twice]
    assert twice[0].headers["Location"] == twice[1].headers["Location"]
    assert "The film is cancelled" in page(browser, f"/films/{job}")
    assert 404 == browser.send(f"/films/{ONCE[0]}/cancel", {}).status_code


def test_a_refused_remake_says_why(browser: Browser, film: str) -> None:
    """Nothing chosen is nothing to make, in the pages' own words, and the form is there again."""
    response = browser.send(f"/films/{film}/again", {"_once": ONCE[0]})

    assert 422 == response.status_code
    assert 'name="part.clip-1"' in response.get_data(as_text=True)
    assert "choose a part, or change what is seen or said" in response.get_data(as_text=True)
    assert '<fieldset id="nodes">' in response.get_data(as_text=True)


def test_a_page_tells_who_made_what_and_when(browser: Browser, film: str) -> None:
    """Vendors by their own names, parts by ours, lanes as a picture and as a table, attempts with their ids."""
    text = page(browser, f"/films/{film}")

    for each in (
        "Google Veo",
        "HeyGen",
        "Footage 1",
        "Presenter 1",
        "Composition",
        "<rect",
        "together from the same takes: $0.00",
    ):
        assert each in text, each
    assert 2 <= len(re.findall(r"<code>[^<]{6,}</code></(?:td|details)>", text))


def test_a_webhook_is_sent_anew(stage: Stage, browser: Browser) -> None:
    """From the film's own page; another's, or none, is not."""
    receiver, shop = Receiver(), customer(stage.wiring, TENANT.id)
    serving = Serving("127.0.0.1", 0, Request.application(receiver.answer))
    serving.start()
    try:
        scenes = [{"visual_description": "A mug", "duration": 4}]
        order = {"product_title": "Mug", "scenes": scenes, "webhook_url": f"{serving.url}/hook"}
        film = str(told(shop.call("POST", "/create_job", order))["job_id"])
        shop.call("POST", f"/jobs/{film}/cancel")
        stage.cloud.tasks.run_due()
        name = re.search(r'name="delivery" value="([^"]+)"', page(browser, f"/films/{film}"))
        assert name
        stranger = signed_in(stage, customer(stage.wiring, "stranger"))
        told_others = stranger.send(f"/films/{film}/replay", {"delivery": name[1]}).status_code
        again = browser.send(f"/films/{film}/replay", {"delivery": name[1]}).status_code
        stage.cloud.tasks.run_due()
    finally:
        serving.stop()

    assert (404, 303) == (told_others, again)
    assert 422 == browser.send(f"/films/{film}/replay", {"delivery": "../keys"}).status_code
    assert 2 == receiver.heard.qsize()


def test_a_price_warns_in_the_pages_words(browser: Browser) -> None:
    """What can be done is said as the form has it, not as the API does."""
    scene = {"scenes.0.visual_description": "A mug", "scenes.0.duration": "4", "scenes.0.text_overlay": "So much " * 20}

    shown = browser.send("/new", {"do": "price", "product_title": "Mug", **scene}).get_data(as_text=True)

    assert "Shorten the text to about" in shown
    assert "Shorten text_overlay" not in shown
