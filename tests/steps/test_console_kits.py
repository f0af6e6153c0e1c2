"""Whatever a kit has, its page loses nothing of it: what was changed is changed, in the kit or in a copy of it."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.door.brand_bodies import BrandKitBody
from shared.door.console.kit_choices import BACKDROP_WORDS
from shared.door.console.kit_form import KIT_FIELDS, body_of_kit, filled_kit
from shared.media.faces import FOLDER
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import small_clip
from tests.steps.forms import untouched
from tests.steps.hum import hum
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.visitor import Browser, signed_in

Texts = Callable[[str], st.SearchStrategy[str]]
SCHEMA = BrandKitBody.model_json_schema()
PHOTO = (Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg").read_bytes()
COLOR = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)
TYPED = [  # a field of the form, what somebody types there, and what the kit has then
    ("text.size", "1.25", 1.25),
    ("text.animation", "slide", "slide"),
    ("captions", "false", False),
    ("captions_by", "word", "word"),
    ("colors.accent", "#123456", "#123456"),
    ("avatar_position.scale", "0.5", 0.5),
    ("audio.loudness", "-23", -23),
    ("hold", "freeze", "freeze"),
    ("inset", "circle", "circle"),
    ("transition_color", "#654321", "#654321"),
    ("intro.text", "Say hello", "Say hello"),
]


def kits(texts: Texts, schema: Mapping[str, Any] = SCHEMA, path: str = "") -> st.SearchStrategy[Any]:
    """Return whatever the described body of a kit may hold; `texts` makes the text at a path."""
    if "$ref" in schema:
        return kits(texts, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], path)
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of(*(kits(texts, each, path) for each in several if each.get("type") != "null"))
    match schema:
        case {"enum": words}:
            return st.sampled_from(words)
        case {"const": word}:
            return st.just(word)
        case {"type": "object", "properties": inner}:
            made = {name: kits(texts, each, f"{path}.{name}".strip(".")) for name, each in inner.items()}
            needed = {name: made.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(needed, optional=made)
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "number", "minimum": least, "maximum": most}:
            return st.floats(least, most)
        case {"type": "string"}:
            return texts(path)
    raise AssertionError(f"{path} is of a kind this test cannot make: {schema}")


@st.composite
def of_tomorrow(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a kit with fields that no form knows yet, at any level, and any text where one may be."""
    kit: dict[str, Any] = draw(kits(lambda _: st.text(max_size=30)))
    unknown = st.dictionaries(st.text(min_size=1, max_size=9), st.recursive(st.booleans() | WORDS, st.lists))
    levels = [kit, *(each for each in kit.values() if isinstance(each, dict))]
    for level in levels:
        level |= {name: value for name, value in draw(unknown).items() if name not in level}
    return kit


def changed(kit: Mapping[str, Any], field: str, value: object) -> dict[str, Any]:
    """Return a kit with one field otherwise."""
    made: dict[str, Any] = deepcopy(dict(kit))
    *outer, last = field.split(".")
    place = made
    for step in outer:
        place = place.setdefault(step, {})
    place[last] = value
    return made


@given(kit=of_tomorrow(), typed=st.sampled_from(TYPED), alone=st.booleans())
def test_a_form_changes_what_was_changed_on_it(
    kit: dict[str, Any], typed: tuple[str, str, Any], *, alone: bool
) -> None:
    """Untouched, every kit comes back as it was, also in fields nobody knows yet; else it differs in one field."""
    field, text, value = typed
    shown = filled_kit(kit)
    sent = {field: text} if alone else {**shown, field: text}

    assert {*KIT_FIELDS} == {*shown}
    assume("logo" not in kit or "image" in kit["logo"])
    assert kit == body_of_kit(shown, kit, kit)
    assert changed(kit, field, value) == body_of_kit(sent, kit, kit)
    assert changed({}, field, value) == body_of_kit({field: text}, {}, {})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("kits")) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(stage: Stage) -> Customer:
    """Return a customer."""
    return customer(stage.wiring, TENANT.id)


@pytest.fixture(scope="module")
def browser(stage: Stage, owner: Customer) -> Browser:
    """Return a browser whose person may do everything."""
    return signed_in(stage, owner)


@pytest.fixture(scope="module")
def texts(owner: Customer, tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Return what makes the texts of kits that are taken: ids of files that were sent, colours, names, words."""

    def sent(kind: str, answered: str, data: bytes) -> st.SearchStrategy[str]:
        return st.just(str(told(owner.call("POST", f"/tenant/uploads/{kind}", data))[answered]))

    picture, font = sent("logo", "image", PHOTO), sent("font", "font", (FOLDER / "DejaVuSans-Bold.ttf").read_bytes())
    clip = sent("clip", "clip", small_clip(tmp_path_factory.mktemp("clip")))
    by_path = {
        "logo.image": picture,
        "audio.music.audio": sent("audio", "audio", hum(8)),
        "background.preset": st.sampled_from([*BACKDROP_WORDS]),
        **{f"fonts.{role}": font for role in ("heading", "body")},
        **{f"{card}.image": picture for card in ("intro", "outro")},
        **{f"{card}.video": clip for card in ("intro", "outro")},
        **{f"{card}.text": WORDS for card in ("intro", "outro")},
    }
    return lambda path: by_path.get(path, COLOR)


@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data(), field=st.sampled_from(TYPED), copied=st.booleans())
def test_a_kit_saved_on_its_page_loses_nothing(
    owner: Customer, browser: Browser, texts: Texts, data: st.DataObject, field: tuple[str, str, Any], *, copied: bool
) -> None:
    """As a browser sends the form it was shown, with one field changed: under its own name, and under a new one."""
    kit = fitting(data.draw(kits(texts)))
    assume(owner.call("PUT", "/tenant/brand/old", kit).status_code == 200)
    owner.call("DELETE", "/tenant/brand/new")
    before = told(owner.call("GET", "/tenant/brand/old"))["kit"]
    form = untouched(browser.get("/brands?name=old").get_data(as_text=True), "_of")

    name = "new" if copied else "old"
    answer = browser.send("/brands", {**form, "name": name, field[0]: field[1]})

    assert 303 == answer.status_code, answer.get_data(as_text=True)
    assert changed(before, field[0], field[2]) == told(owner.call("GET", f"/tenant/brand/{name}"))["kit"]
    if copied:
        assert before == told(owner.call("GET", "/tenant/brand/old"))["kit"]


def fitting(kit: dict[str, Any]) -> dict[str, Any]:
    """Return a kit as the call takes it: letters that can be read, a card's one picture, music that is long enough."""
    for name in ("text", "panel"):
        kit.get("colors", {}).pop(name, None)
    for card in (kit.get("intro", {}), kit.get("outro", {})):
        if "video" in card:
            card.pop("image", None)
        else:
            for name in ("sound", "fit"):
                card.pop(name, None)
    kit.get("audio", {}).get("music", {}).pop("start", None)
    return kit
