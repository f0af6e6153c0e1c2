"""A tenant's own clips, posters and further files on the pages: sent, told, priced, ordered, changed for free."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from shared.door.console.edits import edited
from tests.steps.calls import customer, told
from tests.steps.clip_web import small_clip, web
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.visitor import Browser, signed_in

ONCE = "10000000-0000-4000-8000-000000000000"
FORM = {"product_title": "Mug", "_once": ONCE}
PHOTO = Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("own")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, customer(stage.wiring, TENANT.id))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a second of red."""
    return small_clip(tmp_path_factory.mktemp("clip"))


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)}


def test_a_scene_shows_a_clip_of_ones_own(stage: Stage, browser: Browser, clip: bytes) -> None:
    """Sent with the form, it is told by name and length, costs nothing, and is ordered and found again in a copy."""
    files = {"scenes.0.clip_file": ("red cup.mp4", clip), "poster_file": ("cup.jpg", PHOTO.read_bytes())}
    priced = browser.bring("/new", {**FORM, "preview": "gif", "do": "price"}, files).get_data(as_text=True)
    sent = {**FORM, "preview": "gif", **hidden(priced)}
    ordered = browser.send("/new", {**sent, "scenes.0.clip_start": "0.2", "do": "order"})
    job = ordered.headers["Location"].rsplit("/", 1)[1]
    asked = told(customer(stage.wiring, TENANT.id).call("GET", f"/jobs/{job}/request"))
    copied = browser.get(f"/new?from={job}").get_data(as_text=True)

    assert re.search(r"red cup.mp4</strong> · 1.0 s, 192 × 144, silent", priced)
    assert re.search(r"<strong>\$0.0[0-9]*</strong> of ours", priced)
    assert (sent["scenes.0.clip"], 0.2) == (asked["scenes"][0]["clip"], asked["scenes"][0]["clip_start"])
    assert (sent["poster.image"], "gif") == (asked["poster"]["image"], asked["preview"])
    assert sent["scenes.0.clip"] == hidden(copied)["scenes.0.clip"]
    assert re.search(r"the clip [0-9a-f]{8}</strong> · 1.0 s", copied)


def test_what_is_no_clip_is_told_beside_its_field(browser: Browser) -> None:
    """Nothing that was typed is lost."""
    answer = browser.bring("/new", {**FORM, "do": "price"}, {"scenes.1.clip_file": ("cup.mp4", b"no clip")})

    page = answer.get_data(as_text=True)
    assert 422 == answer.status_code
    assert 'id="wrong-scenes.1.clip"' in page
    assert '<details id="scenes.1.clip" open>' in page
    assert 'value="Mug"' in page


def test_the_script_gets_the_part_about_a_clip(browser: Browser, clip: bytes) -> None:
    """From a file or a link; a place that is none, and a form of somebody else's, are refused."""
    sent = browser.bring("/clips?at=scenes.2", {}, {"scenes.2.clip_file": ("<b>.mp4", clip)})
    with web(clip) as address:
        linked = browser.send("/clips?at=edit.0", {"edit.0.clip_link": f"{address}/clip"})
        short = browser.send("/clips?at=edit.0", {"edit.0.clip_link": f"{address}/short"})

    text = sent.get_data(as_text=True)
    assert [200, 200, 200] == [each.status_code for each in (sent, linked, short)]
    assert "<html" not in text
    assert "&lt;b&gt;.mp4" in text
    assert "Take the clip" in text
    assert "Take the clip" not in linked.get_data(as_text=True)
    assert 'id="wrong-edit.0.clip_link"' in short.get_data(as_text=True)
    assert 404 == browser.send("/clips?at=../keys", {}).status_code
    assert 403 == browser.post("/clips?at=scenes.0", {"_token": "x"}).status_code


OLD, NEW = "a" * 64, "b" * 64
ORDERED = {
    "scenes": [{"clip": OLD, "clip_start": 0.5}, {"text_overlay": "Hi"}],
    "poster": {"at": 2.0},
    "preview": "gif",
}


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({"edit.0.clip": OLD, "edit.0.clip_start": "0.5", "poster.at": "2", "preview": "gif", "container": ""}, {}),
        ({"edit.0.clip": NEW, "edit.0.clip_start": ""}, {"scenes": [{"scene": 0, "clip": NEW}]}),
        ({"edit.0.clip": OLD, "edit.0.clip_start": ""}, {"scenes": [{"scene": 0, "clip_start": 0.0}]}),
        ({"edit.0.clip": OLD, "edit.0.clip_start": "x"}, {"scenes": [{"scene": 0, "clip_start": "x"}]}),
        ({"edit.1.clip": NEW}, {}),
        ({"container": "webm", "preview": ""}, {"container": "webm", "preview": "none"}),
        ({"poster.at": ""}, {"poster": {}}),
        ({"poster.at": "3", "poster.image": NEW}, {"poster": {"image": NEW}}),
    ],
)
def test_an_edit_says_what_is_otherwise(form: Mapping[str, str], body: Mapping[str, Any]) -> None:
    """A clip, its beginning, further files, the poster: what stays is not sent."""
    assert body == edited({"texts": "on", **form}, ORDERED)
