"""The page of a film that failed: its next move is on it, and nothing is bought at a price that was not shown."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest

from shared.pipeline.plan.request import FilmRequest, SceneRequest
from tests.steps.calls import customer, told
from tests.steps.stage import TENANT, Stage, presented, staged
from tests.steps.visitor import Browser, signed_in

REFUSED = "Somebody famous [[rai:15236754]]"
ONCE = ("10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000000")
FIELD = re.compile(r'<(?:input|textarea)[^>]* name="([^"]+)"(?:[^>]* value="([^"]*)">|[^>]*>([^<]*)</textarea>)')


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("again"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


def filtered(stage: Stage) -> str:
    """Return a film whose footage was refused for its words."""
    job = stage.order(FilmRequest(product_title="Mug", scenes=(SceneRequest(visual_description=REFUSED, duration=4),)))
    stage.live(job)
    return job


def form_of(text: str) -> dict[str, str]:
    """Return the form that tries a film again, as it stands on its page."""
    part = re.search(r'<form [^>]*id="again">(.*?)</form>', text, re.DOTALL)
    assert part, text
    return {name: unescape(value or words) for name, value, words in FIELD.findall(part[1])}


def test_a_film_refused_for_its_words_gets_others(stage: Stage, browser: Browser) -> None:
    """What was to be seen stands there to be changed; other words tell their price, then are bought once."""
    film = filtered(stage)
    shown = browser.get(f"/films/{film}").get_data(as_text=True)
    form, before = form_of(shown), stage.submits("veo")
    priced = browser.send(f"/films/{film}/retry", {**form, "seen.0": "A mug"}).get_data(as_text=True)
    unbought = stage.submits("veo")
    tries = [browser.send(f"/films/{film}/retry", form_of(priced)) for _ in range(2)]
    stage.live(film)
    asked = told(customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{film}/understood"))

    assert REFUSED == form["seen.0"]
    assert "<details open><summary>Change what is seen or said" in shown
    assert "Next: Try it again with other words for scene 1" in shown
    assert "With these words: made anew are Footage 1, Composition" in priced
    assert before == unbought
    assert [303, 303] == [each.status_code for each in tries]
    assert ("A mug", before + 1) == (asked["scenes"][0]["visual_description"], stage.submits("veo"))


def test_words_that_stay_are_tried_again_at_once(stage: Stage, browser: Browser) -> None:
    """At the price on the button; a form that holds none is told it first."""
    film = filtered(stage)
    form = form_of(browser.get(f"/films/{film}").get_data(as_text=True))
    unseen = browser.send(f"/films/{film}/retry", {"_once": ONCE[0], "script": ""})
    tried = browser.send(f"/films/{film}/retry", form)
    stage.live(film)

    assert 200 == unseen.status_code
    assert "Try again for $" in unseen.get_data(as_text=True)
    assert 303 == tried.status_code


def test_other_words_that_are_refused_are_kept(stage: Stage, browser: Browser) -> None:
    """The page says why at their field, and has them still."""
    film = filtered(stage)
    form = form_of(browser.get(f"/films/{film}").get_data(as_text=True))
    text = browser.send(f"/films/{film}/retry", {**form, "seen.0": "A mug " * 300})

    shown = text.get_data(as_text=True)
    assert 422 == text.status_code
    assert 'id="wrong-seen.0"' in shown
    assert ("A mug " * 300).strip() == form_of(shown)["seen.0"].strip()
    assert ">Show the price</button>" in shown


def test_a_finished_film_is_made_again_with_other_pictures(stage: Stage, browser: Browser) -> None:
    """What is seen is changed as what is said is, at its own price first."""
    film = stage.order(presented(product_title="Mug"))
    stage.live(film)
    parts = {"part.clip-1": "on", "_once": ONCE[1], "script.0": "Hi."}
    priced = browser.send(f"/films/{film}/again", {**parts, "seen.0": "A pot"}).get_data(as_text=True)
    agreed = re.search(r'name="agreed" value="([0-9a-f]+)"', priced)
    assert agreed
    made = browser.send(f"/films/{film}/again", {**parts, "seen.0": "A pot", "agreed": agreed[1]})
    job = made.headers["Location"].rsplit("/", 1)[1]
    stage.live(job)
    asked = told(customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{job}/understood"))

    assert "kept: Presenter 1" in priced
    assert ">A pot</textarea>" in priced
    assert ("A pot", "Hi.") == (asked["scenes"][0]["visual_description"], asked["scenes"][0]["script"])
