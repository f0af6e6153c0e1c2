"""The page of brand kits: made, changed without loss, copied, refused at the field, forgotten."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.door.console.kit_choices import BACKDROP_WORDS
from shared.door.console.kit_form import body_of_kit
from shared.media.faces import FOLDER
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import small_clip
from tests.steps.forms import untouched
from tests.steps.hum import hum
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.visitor import Browser, signed_in

PHOTO = (Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg").read_bytes()
FONT = (FOLDER / "DejaVuSans-Bold.ttf").read_bytes()
PLACE = {"avatar_position": {"preset": "top_left"}}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("brands")) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(stage: Stage) -> Customer:
    """Return a customer."""
    return customer(stage.wiring, TENANT.id)


@pytest.fixture(scope="module")
def browser(stage: Stage, owner: Customer) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, owner)


def kit_of(owner: Customer, name: str) -> Mapping[str, Any]:
    """Return the newest version of a kit."""
    return dict(told(owner.call("GET", f"/tenant/brand/{name}"))["kit"])


def opened(browser: Browser, name: str) -> dict[str, str]:
    """Return the form of a kit as its page shows it."""
    return untouched(browser.get(f"/brands?name={name}").get_data(as_text=True), "_of")


def test_every_file_and_field_of_a_kit_is_put_seen_and_taken_away(
    owner: Customer, browser: Browser, tmp_path: Path
) -> None:
    """Chosen files are sent with the form; each is seen or heard on the page; a button takes one out."""
    form = {"name": "spring", "colors.primary": "#000000", "intro.text": "Spring", "hold": "freeze", "outro": "on"}
    form |= {"background.color": "#123456", "audio.loudness": "-16", "avatar_position.x": "-0.5", "captions": "true"}
    files = {
        "logo_file": ("logo.jpg", PHOTO),
        "intro_file": ("in.jpg", PHOTO),
        "music_file": ("hum.wav", hum()),
        "heading_file": ("Mine.ttf", FONT),
        "outro_file": ("red.mp4", small_clip(tmp_path)),
    }
    made = browser.bring("/brands", form, files)
    kit, page = kit_of(owner, "spring"), browser.get("/brands?name=spring").get_data(as_text=True)
    more = {**untouched(page, "_of"), "audio.music.level": "-30", "audio.music.duck": "false", "outro.sound": "mute"}
    changed = browser.send("/brands", more)
    after = kit_of(owner, "spring")
    without = browser.send("/brands", {**opened(browser, "spring"), "do": "drop.music"}).get_data(as_text=True)
    browser.send("/brands", {**untouched(without, "_of"), "do": "keep"})

    assert (303, 303) == (made.status_code, changed.status_code)
    assert {"type": "color", "color": "#123456"} == kit["background"]
    assert (-16, True, -0.5) == (kit["audio"]["loudness"], kit["captions"], kit["avatar_position"]["x"])
    assert ("Spring", {"video"}) == (kit["intro"]["text"], {*kit["outro"]})
    assert kit["logo"]["image"] == kit["intro"]["image"]
    assert {**kit["audio"]["music"], "level": -30.0, "duck": False} == after["audio"]["music"]
    assert {"heading": kit["fonts"]["heading"]} == after["fonts"]
    assert "mute" == after["outro"]["sound"]
    assert {"loudness": -16} == kit_of(owner, "spring")["audio"]
    for address in re.findall(r'src="/console(/brands/files/[^"]+)"', page):
        shown = browser.get(address)
        assert shown.status_code in ((200,) if "/font/" in address else (302,)), address
    assert ["clip", "font", "music", "picture", "picture"] == sorted(re.findall(r'src="[^"]+/files/([a-z]+)/', page))


def test_a_font_is_read_in_its_own_letters(owner: Customer, browser: Browser) -> None:
    """Its specimen is a picture; a file of nobody's, or of another kind, is not there."""
    font = told(owner.call("POST", "/tenant/uploads/font", FONT))["font"]

    shown = browser.get(f"/brands/files/font/{font}")

    with Image.open(io.BytesIO(shown.get_data())) as specimen:
        assert (0, 255) == specimen.convert("L").getextrema()
    gone = [f"picture/{font}", "font/..%2f..", f"font/{'0' * 64}", f"takes/{font}"]
    assert {404} == {browser.get(f"/brands/files/{each}").status_code for each in gone}


def test_the_script_gets_the_part_about_a_file(browser: Browser) -> None:
    """With its name and what there is to say of it; what is wrong with another stands there, with the next move."""
    sent = browser.bring("/brands/file?at=heading", {}, {"heading_file": ("<b>.ttf", FONT)}).get_data(as_text=True)
    held = {"logo.image": "a" * 64, "logo.image.name": "old.png", "logo.size": "0.2"}
    wrong = browser.bring("/brands/file?at=logo", held, {"logo_file": ("x.png", b"no")}).get_data(as_text=True)

    assert "<html" not in sent
    assert "&lt;b&gt;.ttf · DejaVu Sans" in sent
    assert re.search(r'id="wrong-logo_file"[^>]*>[^<]*\. Send ', wrong)
    assert "old.png" in wrong
    assert 'value="0.2"' in wrong
    assert 404 == browser.send("/brands/file?at=../x", {}).status_code


def test_nothing_is_lost_on_a_refusal(browser: Browser) -> None:
    """Wrong fields and files are told at the field; what was typed, and files that were taken, stay."""
    typed = {"name": "winter", "intro.seconds": "99", "colors.text": "blue", "background": "color"}
    wrong = browser.send("/brands", typed).get_data(as_text=True)
    files = {"logo_file": ("logo.jpg", PHOTO), "music_file": ("hum.mp3", b"no music")}
    unheard = browser.bring("/brands", {"name": "winter", "intro.text": "Snow"}, files)

    for field in ("intro.seconds", "colors.text", "background.color"):
        assert f'id="wrong-{field}"' in wrong
    assert 'value="99"' in wrong
    page = unheard.get_data(as_text=True)
    assert 422 == unheard.status_code
    assert re.search(r'id="wrong-music_file"[^>]*>[^<]*\. Send ', page)
    assert ("Snow", "logo.jpg") == tuple(untouched(page, "_of")[name] for name in ("intro.text", "logo.image.name"))


@pytest.mark.parametrize(
    "name", ["a/b", "../spring", "/", "..", ".", "\U0001f600", "a b", "\u0645\u0631", "x" * 200, ""]
)
@pytest.mark.parametrize("page", ["/brands", "/presenters/personas"])
def test_any_name_is_answered_at_its_field(browser: Browser, page: str, name: str) -> None:
    """Also one that would be a path: what names may be is told, and nothing is kept."""
    answer = browser.send(page, {"name": name, "captions": "true"})

    assert 422 == answer.status_code
    assert re.search(r'id="wrong-(name|persona)"[^>]*>[^<]*1 to 40 of a-z', answer.get_data(as_text=True))


def test_a_kit_is_copied_but_never_over_another(owner: Customer, browser: Browser) -> None:
    """Another name makes a copy with all of it; a name that is taken is refused, and so is a new kit of that name."""
    for name in ("first", "second"):
        owner.call("PUT", f"/tenant/brand/{name}", {**PLACE, "text": {"size": 1.2}, "captions": name == "first"})
    form = opened(browser, "first")

    copied = browser.send("/brands", {**form, "name": "third", "text.size": "1.3"})
    over = browser.send("/brands", {**form, "name": "second"})
    new = browser.send("/brands", {"name": "second", "hold": "freeze"})

    assert (303, 422, 422) == (copied.status_code, over.status_code, new.status_code)
    assert {**kit_of(owner, "first"), "text": {"size": 1.3}} == kit_of(owner, "third")
    assert {**PLACE, "text": {"size": 1.2}, "captions": False} == kit_of(owner, "second")
    assert 'id="wrong-name"' in over.get_data(as_text=True)


def test_what_others_put_meanwhile_stays(owner: Customer, browser: Browser) -> None:
    """A form changes the newest version by what was changed on it, not by what it showed."""
    owner.call("PUT", "/tenant/brand/shared", {"hold": "freeze", "captions": True})
    form = opened(browser, "shared")
    owner.call("PUT", "/tenant/brand/shared", {"hold": "push_in", "captions": True, "inset": "circle"})

    browser.send("/brands", {**form, "captions": "false"})

    assert {"hold": "push_in", "captions": False, "inset": "circle"} == kit_of(owner, "shared")


def test_a_kit_is_forgotten(owner: Customer, browser: Browser) -> None:
    """By its button; once more, that is told."""
    owner.call("PUT", "/tenant/brand/gone", PLACE)

    answers = [browser.send("/brands", {"remove": "gone"}).status_code for _ in range(2)]

    assert [303, 422] == answers
    assert 404 == owner.call("GET", "/tenant/brand/gone").status_code


def test_what_a_removal_does_is_said_before(owner: Customer, browser: Browser) -> None:
    """The button that forgets a kit stands behind words, which open without script: films keep their copy."""
    owner.call("PUT", "/tenant/brand/short-lived", PLACE)

    page = browser.get("/brands").get_data(as_text=True)
    (behind,) = (
        each for each in re.findall(r"<details>.*?</details>", page, re.DOTALL) if 'value="short-lived"' in each
    )

    assert "Orders that name it are refused from then on" in behind
    assert "Films already made keep their copy." in behind
    assert 'name="remove" value="short-lived"' not in page.replace(behind, "")


def test_templates_that_name_a_kit_are_said_before_it_is_removed(owner: Customer, browser: Browser) -> None:
    """Those of a name, by any version of it, and what all orders have."""
    owner.call("PUT", "/tenant/brand/named", PLACE)
    owner.call("PUT", "/tenant/templates/autumn", {"order": {"brand": "named@1"}})
    owner.call("PUT", "/tenant/templates/plain", {"order": {"captions": True, "brand": "none"}})
    owner.call("PUT", "/tenant/template", {"outputs": [{"aspect_ratio": "9:16", "brand": "named"}]})
    heads = told(owner.call("GET", "/tenant/templates"))["templates"]

    page = browser.get("/brands").get_data(as_text=True)

    owner.call("DELETE", "/tenant/template")
    assert {"autumn": ["named@1"], "plain": []} == {each["name"]: each["brands"] for each in heads}
    assert "Named by what all orders have where they say nothing, autumn: orders by these templates" in page
    assert 1 == page.count("Named by")


def test_who_does_not_manage_sees_no_form(stage: Stage) -> None:
    """The kits' names are all such a key needs."""
    reader = signed_in(stage, customer(stage.wiring, TENANT.id, ("jobs:read", "jobs:write")))

    assert "Keep this kit" not in reader.get("/brands").get_data(as_text=True)
    assert 422 == reader.send("/brands", {"name": "spring"}).status_code


def test_every_backdrop_is_offered() -> None:
    """Those of the tables, each in words for people."""
    tables = json.loads((Path(__file__).parents[2] / "shared" / "tables.json").read_text(encoding="utf-8"))

    assert {*tables["backdrops"]} == {*BACKDROP_WORDS}


@pytest.mark.parametrize(
    ("form", "before", "body"),
    [
        ({}, {}, {}),
        ({"intro": "on"}, {}, {"intro": {}}),
        ({"intro": "", "intro.text": "Hi"}, {}, {"intro": {"text": "Hi"}}),
        ({"intro": "", "intro.text": "Hi"}, {"intro": {"text": "Old"}}, {}),
        ({"intro": "on", "intro.text": ""}, {"intro": {"text": "Old"}}, {"intro": {}}),
        ({"outro.seconds": "2.5"}, {"outro": {"link": "x"}}, {"outro": {"link": "x", "seconds": 2.5}}),
        ({"logo.place": "top_left"}, {}, {}),
        ({"logo.image": ""}, {"logo": {"image": "a", "opacity": 0.5}}, {}),
        ({"audio.music.audio": ""}, {"audio": {"music": {"audio": "a", "level": -9}}}, {}),
        ({"captions": "false", "hold": ""}, {"hold": "freeze", "a": {"b": 1}}, {"captions": False, "a": {"b": 1}}),
        ({"text.size": "big"}, {}, {"text": {"size": "big"}}),
        ({"text.size": "0.7"}, {"text": {"size": 0.70000001}}, {"text": {"size": 0.70000001}}),
        ({"intro.image": "a"}, {"intro": {"video": "v", "fit": "pad"}}, {"intro": {"image": "a"}}),
        ({"intro.video": "v", "intro.image": ""}, {"intro": {"image": "a"}}, {"intro": {"video": "v"}}),
        ({"intro.video": "", "intro.fit": "pad"}, {"intro": {"video": "v", "fit": "pad"}}, {"intro": {}}),
        ({"background": "studio"}, {}, {"background": {"type": "preset", "preset": "studio"}}),
        ({"background.color": "#1"}, {}, {"background": {"type": "color", "color": "#1"}}),
        ({"background": "", "background.color": "#1"}, {"background": {"type": "color", "color": "#1"}}, {}),
        ({"background.color": ""}, {"background": {"type": "color", "color": "#1"}}, {}),
    ],
)
def test_a_form_says_a_kit(form: Mapping[str, str], before: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """What is emptied is taken away, what is not shown is kept, what is no number is left for the call to refuse."""
    assert body == body_of_kit(form, before, before)
