"""Brand kits on pure values: what an order has from one where it is silent, and what another one changes."""

from dataclasses import replace
from typing import Any

import pytest

from shared.pipeline.plan.brand import Brand, Colors, Logo
from shared.pipeline.plan.composition import composition
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.heard import Loudness
from shared.pipeline.plan.kit import as_asked, filled_in, rebranded, refuse_faint, still_filled
from shared.pipeline.plan.request import FilmRequest, from_document, to_document
from shared.pipeline.plan.staging import Audio, Background, BackgroundType, MusicOrder, Position, Preset
from shared.pipeline.plan.typography import USUAL_TEXT, TextMotion, TextStyle, Typography
from tests.pipeline.films import film, filmed, planned

LOGO = Logo("a" * 64, 400, 100)
GREEN = Typography(TextStyle.PANEL, color="#ffffff", panel="#1a3c34", accent="#ffd400")
KIT = Kit(
    Brand("summer@3", LOGO, Colors(primary="#1a3c34", text="#ffffff", panel="#1a3c34")),
    text=GREEN,
    captions=True,
    avatar_position=Position(preset=Preset.BOTTOM_LEFT),
    audio=Audio(Loudness.WEB, MusicOrder("tune")),
    background=Background(BackgroundType.COLOR, color="#1a3c34"),
)


def ordered(**said: Any) -> FilmRequest:
    """Return an order by the kit, as the door makes it."""
    body, filled = filled_in({"product_title": "Mug", **said}, KIT)
    return from_document({**body, "brand": to_document_of(replace(KIT.brand, asked="summer", filled=filled))})


def to_document_of(brand: Brand) -> dict[str, Any]:
    """Return a brand as an order's document has it."""
    return dict(to_document(replace(film(filmed()), brand=brand))["brand"])


def test_an_order_has_from_its_kit_what_it_does_not_say() -> None:
    """Its own word stays, field by field, false and part of a map as well; the copy knows what was filled in."""
    order = ordered(captions=False, text={"size": 1.2}, audio={"loudness": -23})

    assert not order.captions
    assert (1.2, "#1a3c34") == (order.text.size, order.text.panel)
    assert (Loudness.BROADCAST, MusicOrder("tune")) == (order.audio.loudness, order.audio.music)
    assert Preset.BOTTOM_LEFT is (order.avatar_position and order.avatar_position.preset)
    assert order.brand
    assert {"text.color", "text.panel", "audio.music", "avatar_position"} <= {*order.brand.filled}
    assert not {"captions", "text.size", "audio.loudness"} & {*order.brand.filled}


@pytest.mark.parametrize("own", [{"color": "#000000"}, {"panel": "#eeeeee"}])
def test_letters_and_their_ground_are_a_pair(own: dict[str, str]) -> None:
    """An order that gives one of them takes neither from the kit: together they might not be read."""
    order = ordered(text=own)

    assert "#ffd400" == order.text.accent
    assert {"color": "#ffffff", "panel": None, **own} == {"color": order.text.color, "panel": order.text.panel}


@pytest.mark.parametrize(
    ("scenes", "color"),
    [
        ([], "#1a3c34"),
        ([{"script": "Hi."}], "#1a3c34"),
        ([{"visual_description": "A mug"}, {"script": "Hi.", "background": {"type": "preset", "preset": "x"}}], None),
    ],
)
def test_a_kits_background_stands_only_where_there_is_a_place_for_it(scenes: list[Any], color: str | None) -> None:
    """A film of footage is not told of a background that nobody sees."""
    order = ordered(scenes=scenes)

    assert color == (order.background.color if order.background else None)


def test_the_same_order_is_the_same_whatever_its_kit_is_by_now() -> None:
    """What makes a repeated call the same is what was asked, not what the kit filled in."""
    bare = from_document({"product_title": "Mug", "text": {"size": 1.2}})
    later = replace(bare, brand=Brand("summer@4", asked="summer"))

    asked = [as_asked(to_document(each)) for each in (ordered(text={"size": 1.2}), later, bare)]

    assert asked[0] == asked[1]
    assert {**asked[2], "brand": "summer"} == asked[0]
    assert to_document(film(filmed())) == as_asked(to_document(film(filmed())))


def test_another_kit_changes_what_the_first_has_filled_in_and_nothing_else() -> None:
    """The order's own size stays; style, place, captions, music and the logo are the other kit's, or the usual."""
    other = Kit(Brand("winter@1"), text=Typography(TextStyle.OUTLINE, animation=TextMotion.SLIDE))
    order = ordered(text={"size": 1.2})

    made, bare = rebranded(order, other), rebranded(order, None)

    assert Typography(TextStyle.OUTLINE, animation=TextMotion.SLIDE, size=1.2) == made.text
    assert (False, None, Audio()) == (made.captions, made.avatar_position, made.audio)
    assert ("winter@1", None) == (made.brand and made.brand.label, made.brand and made.brand.logo)
    assert (replace(USUAL_TEXT, size=1.2), None, False) == (bare.text, bare.brand, bare.captions)


def test_there_and_back_is_the_same_film() -> None:
    """A film whose brand is taken away and given again is laid out as it was."""
    order = ordered(text={"size": 1.2}, captions=False)

    again = rebranded(rebranded(order, None), replace(KIT, captions=None))

    assert (order.text, order.audio, order.avatar_position) == (again.text, again.audio, again.avatar_position)


def test_what_an_edit_says_itself_was_not_filled_in() -> None:
    """So the next kit leaves it alone."""
    brand = replace(KIT.brand, filled=("captions", "text.color", "text.size", "audio.music"))

    kept = still_filled(brand, ("text", "audio.music"))

    assert ("captions",) == (kept and kept.filled)
    assert still_filled(None, ("text",)) is None


@pytest.mark.parametrize(
    ("color", "panel", "path"),
    [
        ("#ffffff", "#1a3c34", None),
        ("#777777", "#808080", "colors.text"),
        ("#ffffff", "#ffd400", "colors.text"),
        (None, "#ffd400", "colors.panel"),
    ],
)
def test_letters_that_cannot_be_read_are_refused(color: str | None, panel: str, path: str | None) -> None:
    """A kit's letters have 4.5 to 1 before their panel, behind which the picture may be anything."""
    text = Typography(color=color or "#ffffff", panel=panel)

    told = [*refuse_faint(Kit(Brand("", colors=Colors(text=color, panel=panel)), text=text))]

    assert [path] * bool(path) == [each for each, _ in told]


def test_a_logo_makes_another_film_and_a_label_does_not() -> None:
    """A film is named by what is seen: another version of a kit with the same look gives the same file."""
    bare = film(filmed())
    plan = planned(bare)
    branded = (replace(bare, brand=Brand(label, logo)) for label, logo in (("a@1", LOGO), ("a@2", LOGO), ("a@3", None)))

    first, second, none = (composition(plan, each) for each in branded)

    assert first == second
    assert none == composition(plan, bare) != first
