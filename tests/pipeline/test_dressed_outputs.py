"""Films of one order in different brand kits: one purchase, and each film laid out as its own kit says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.door.bodies import Mistakes, parse_film
from shared.door.change_bodies import parse_edit
from shared.pipeline.job.creation import form_of
from shared.pipeline.job.recut import Laid, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.brand import Brand, Colors, Logo
from shared.pipeline.plan.cards import planned_cards
from shared.pipeline.plan.composition import compositions, lacking, laid_for
from shared.pipeline.plan.dress import Dress, Kit
from shared.pipeline.plan.heard import Loudness, Music
from shared.pipeline.plan.kit import as_asked
from shared.pipeline.plan.picture import CardClip, FilmCard, Hold, OwnFile
from shared.pipeline.plan.plan import Blend, Plan
from shared.pipeline.plan.planner import CannotPlan, nodes, plan_from_document, plan_to_document
from shared.pipeline.plan.renditions import music_of, music_orders, with_music
from shared.pipeline.plan.request import FilmRequest, from_document, label_of, to_document
from shared.pipeline.plan.staging import Audio, Background, BackgroundType, MusicOrder, Position, Preset
from shared.pipeline.plan.typography import TextStyle, Typography
from tests.pipeline.films import SHIPPED_TABLES, planned

LOGO = Logo("a" * 64, 400, 100)
CLIP = OwnFile("mp4", 4.0, 90, 160, sound=True)
KITS = {
    "default": Kit(
        Brand("default@1", LOGO, Colors(primary="#1a3c34")),
        text=Typography(TextStyle.OUTLINE),
        background=Background(BackgroundType.COLOR, color="#1a3c34"),
        intro=FilmCard(),
    ),
    "christmas": Kit(
        Brand(
            "christmas@4", LOGO, Colors(primary="#a01020"), intro_clip=CardClip("c", OwnFile("mp4", 4, 90, 160, True))
        ),
        text=Typography(TextStyle.SHADOW, color="#fff0d0"),
        captions=True,
        avatar_position=Position(preset=Preset.BOTTOM_LEFT),
        audio=Audio(Loudness.WEB, MusicOrder("carol")),
        background=Background(BackgroundType.COLOR, color="#a01020"),
        transition=Blend.DIP,
        hold=Hold.FREEZE,
        intro=FilmCard(),
        outro=FilmCard(text="Merry"),
    ),
}
BOTH = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "9:16", "brand": "christmas"}]
BODY = {
    "product_title": "Mug",
    "avatar_id": "anna",
    "scenes": [{"visual_description": "A mug", "duration": 4}, {"script": "It is a mug that keeps warm."}],
    "outputs": BOTH,
}


def kit(label: str | None) -> Kit | None:
    """Find a kit as the door does; raises Mistakes."""
    if label == "none":
        return None
    found = KITS.get(label or "default")
    if found is None:
        raise Mistakes({"brand": [f"{label} does not exist"]})
    return found


def ordered(**said: Any) -> FilmRequest:
    """Return an order as the door makes it, its kits with it."""
    return parse_film({**BODY, **said}, brands=kit)


def made(request: FilmRequest) -> Plan:
    """Plan it at the shipped sizes."""
    return planned(request, SHIPPED_TABLES)


def dressed(request: FilmRequest, number: int = 1) -> tuple[Plan, FilmRequest]:
    """Return plan and order of the k-th film, counted from 0."""
    plan = made(request)
    return laid_for(plan, request, plan.films[number].key)


def edited(request: FilmRequest, body: dict[str, Any]) -> Laid:
    """Edit a film."""
    change = parse_edit(json.dumps(body).encode())
    return laid_out(
        request, made(request), change.recut({each: kit(each) for each in change.brands().values()}), SHIPPED_TABLES
    )


def test_one_purchase_is_a_film_in_each_kit() -> None:
    """What is filmed and spoken is that of one film; each film has its own looks, cards, music and length."""
    alone, both = ordered(outputs=[]), ordered()
    one, two = made(alone), made(both)

    plain, merry = (laid_for(two, both, each.key) for each in two.films)

    assert (one.clips, one.speeches, one.pictures) == (two.clips, two.speeches, two.pictures)
    assert ["compose", "compose-2"] == [node.key for node in nodes(two) if node.key.startswith("compose")]
    assert compositions(one, alone)["compose"] == compositions(two, both)["compose"]
    assert ["default@1", "christmas@4"] == [asked.brand and asked.brand.label for _, asked in (plain, merry)]
    assert [TextStyle.OUTLINE, TextStyle.SHADOW] == [asked.text.style for _, asked in (plain, merry)]
    assert [(False, -14), (True, -16)] == [(laid.captions, laid.loudness) for laid, _ in (plain, merry)]
    assert [Blend.AUTO, Blend.DIP] == [laid.transition for laid, _ in (plain, merry)]
    assert plain[0].place != merry[0].place
    backdrops = [[each.backdrop.color for each in laid.stretches if each.backdrop] for laid, _ in (plain, merry)]
    assert [["#1a3c34"], ["#a01020"]] == backdrops
    assert [[1.5], [4.0, 2.5]] == [[card.seconds for card in planned_cards(asked)] for _, asked in (plain, merry)]
    assert plain[0].planned_seconds + 5.0 == merry[0].planned_seconds
    assert two.films[1].cost > two.films[0].cost == one.compose_cost
    assert two.subtitled
    assert not one.subtitled
    assert SWITCHING == form_of(two, both, {})


def test_what_an_order_says_wins_over_every_kit() -> None:
    """Field by field, what is usual as well; a film of no kit has the usual where the order is silent."""
    words = {"captions": False, "text": {"style": "panel", "size": 1.2}, "audio": {"loudness": -23}, "hold": "push_in"}
    none = [*BOTH, {"aspect_ratio": "9:16", "brand": "none"}]
    request = ordered(**words, outputs=none, avatar_position={"scale": 0.5})

    plan, merry = dressed(request)
    bare_plan, bare = dressed(request, 2)

    assert (TextStyle.PANEL, 1.2, "#fff0d0") == (merry.text.style, merry.text.size, merry.text.color)
    assert (False, False, -23) == (plan.captions, merry.captions, plan.loudness)
    assert (Hold.PUSH_IN, 0.5) == (merry.hold, merry.avatar_position and merry.avatar_position.scale)
    assert (None, None, -23, Blend.AUTO) == (bare.brand, bare.intro, bare_plan.loudness, bare_plan.transition)
    assert (1.2, "#ffffff") == (bare.text.size, bare.text.color)


def test_the_same_order_is_the_same_whatever_its_kits_are_by_now() -> None:
    """What makes a repeated call the same is the name of a film's kit; plan and order survive the document."""
    request = ordered()
    outputs = (request.outputs[0], replace(request.outputs[1], dress=Dress("christmas")))

    asked = [as_asked(to_document(each)) for each in (request, replace(request, outputs=outputs))]

    assert asked[0] == asked[1]
    assert "christmas" == asked[0]["outputs"][1]["brand"]
    assert request == from_document(to_document(request))
    assert made(request) == plan_from_document(plan_to_document(made(request)))


def test_a_film_is_refused_by_its_kits_field() -> None:
    """One that is not there, the same kit twice in one shape, and one whose cards would show nothing."""
    with pytest.raises(Mistakes) as unknown:
        ordered(outputs=[{"aspect_ratio": "9:16", "brand": "easter"}, {"aspect_ratio": "1:1", "brand": "a b"}])
    with pytest.raises(CannotPlan) as twice:
        made(ordered(outputs=[{"aspect_ratio": "9:16", "brand": "default"}, *BOTH]))
    with pytest.raises(CannotPlan) as empty:
        made(ordered(intro={"seconds": 2}, outputs=[*BOTH, {"aspect_ratio": "9:16", "brand": "none"}]))

    assert {"outputs.0.brand": ["easter does not exist"]}.items() <= unknown.value.details.items()
    assert ["outputs.0.brand", "outputs.1.brand"] == sorted(unknown.value.details)
    own = "with a brand kit of its own (outputs.1.brand) it would be another film"
    assert {"outputs.1": [f"9:16 at 720p is asked for twice in default@1; {own}"]} == twice.value.details
    assert ["outputs.2.brand"] == [*empty.value.details]
    assert "intro shows nothing" in empty.value.details["outputs.2.brand"][0]


def test_a_kit_whose_cards_make_a_film_too_long_is_told() -> None:
    """The others are not too long."""
    long = {"avatar_script": "x" * 3480, "scenes": [{"visual_description": "A mug"}], "container": "webm"}
    outputs = [{**each, "resolution": "1080p"} for each in BOTH]

    assert made(ordered(**long, resolution="1080p", outputs=outputs[:1]))
    with pytest.raises(CannotPlan) as refused:
        made(ordered(**long, resolution="1080p", outputs=outputs))
    assert ["outputs.1.brand"] == [*refused.value.details]


def test_what_a_kit_brings_is_told_of_its_film_alone() -> None:
    """Letters that one kit makes faint, a text one shape has no room for; what is true of all is told once."""
    scene = {"visual_description": "A mug", "duration": 4, "text_overlay": "Hi " * 58}
    outputs = [*BOTH, {"aspect_ratio": "1:1"}]
    request = ordered(text={"color": "#8a8a8a"}, scenes=[scene], outputs=outputs)

    told = made(request).warnings
    again = edited(request, {"hold": "push_in"}).plan.warnings

    starts = [
        "Film 1 (9:16, 720p, default@1): The text of scene 1 has 173 letters: it",
        "avatar_id is not used: nobody speaks in this film. Leave",
        "Film 2 (9:16, 720p, christmas@4): Letters in #8a8a8a can be hard",
        "Film 2 (9:16, 720p, christmas@4): The text of scene 1 has 173 letters: it",
        "Film 3 (1:1, 720p, default@1): The text of scene 1 has 173 letters, of which",
    ]
    for warnings in (told, again):
        assert starts == [says[: len(start)] for says, start in zip(warnings, starts, strict=True)]
    shapes = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "1:1"}]
    plain = made(ordered(scenes=[scene], outputs=shapes)).warnings
    assert ["Film 1 (9:16, 720p)", "avatar_id is not used", "Film 2 (1:1, 720p)"] == [
        says.partition(": ")[0] for says in plain
    ]


def test_what_a_kit_says_and_a_film_has_no_use_for_is_no_warning() -> None:
    """The order never asked for it, and could not leave it out."""
    request = ordered(scenes=[{"visual_description": "A mug", "duration": 4}], outputs=[], brand="christmas")

    assert ["avatar_id"] == [says.partition(" is not used")[0] for says in made(request).warnings]


def test_an_edit_changes_kits_for_nothing() -> None:
    """It may name them anew, and what it says itself wins over every kit; nothing is bought."""
    request = ordered()
    plan = made(request)

    other = edited(request, {"outputs": [{"aspect_ratio": "1:1", "brand": "christmas"}, {"aspect_ratio": "9:16"}]})
    said = edited(request, {"captions": False, "text": {"style": "outline"}, "intro": None})
    same = edited(request, {"outputs": [{"aspect_ratio": "1:1", "brand": "christmas"}], "captions": False})

    assert [("1:1", "christmas"), ("9:16", None)] == [
        (each.aspect_ratio, each.dressed and each.dressed.brand) for each in other.plan.films
    ]
    assert plan.clips == other.plan.clips
    laid, asked = laid_for(said.plan, said.request, "compose-2")
    assert (False, TextStyle.OUTLINE, None) == (laid.captions, asked.text.style, asked.intro)
    assert ("christmas@4", Loudness.WEB) == (asked.brand and asked.brand.label, laid.loudness)
    assert not laid_for(same.plan, same.request, "compose")[0].captions
    swapped = edited(request, {"brand": "christmas", "outputs": [BOTH[0], {**BOTH[0], "brand": "default"}]})
    assert ["christmas@4", "default@1"] == [label_of(swapped.request, number) for number in (0, 1)]
    with pytest.raises(CannotChange) as twice:
        edited(request, {"brand": "christmas"})
    assert ["outputs.1"] == [*twice.value.details]
    with pytest.raises(CannotChange) as nothing:
        edited(request, {"outputs": BOTH})
    assert ["outputs"] == [*nothing.value.details]


def test_each_film_has_its_own_music() -> None:
    """It is found by the film, kept with it, and a version that leaves it alone has it, too."""
    request, tune = ordered(), Music("gs://films/carol.mp3", 1, 30.0, -18.0)
    plan = made(request)

    found = with_music(plan, {"compose-2": tune})

    assert {"compose-2": MusicOrder("carol")} == music_orders(plan, request)
    assert [None, tune] == [laid_for(found, request, each.key)[0].music for each in found.films]
    change = parse_edit(b'{"length": "film"}').recut()
    assert {"compose-2": tune} == music_of(laid_out(request, found, change, SHIPPED_TABLES).plan)


def test_a_film_that_is_lacking_is_asked_for_in_its_kit() -> None:
    """The warning's next move makes the very film."""
    assert '"outputs": [{"aspect_ratio": "9:16", "resolution": "720p", "brand": "christmas"}]' in lacking(
        made(ordered()), "compose-2", "No memory"
    )


SILENT = {"brand": "none", "outputs": [], "scenes": [{"visual_description": "A mug"}], "avatar_script": "A mug."}
PLAIN = {**SILENT, "captions": False, "text": {"style": "panel", "size": 1.0, "color": "#ffffff"}}


@pytest.mark.parametrize("edit", [{"brand": "christmas"}, {"outputs": BOTH[1:]}])
def test_what_an_order_said_wins_over_the_kit_of_an_edit(edit: dict[str, Any]) -> None:
    """What it said as it usually is, too; of an order that was silent, the kit's word is taken."""
    shown, silent = (edited(ordered(**words), edit) for words in (PLAIN, SILENT))

    laid, asked = laid_for(shown.plan, shown.request, "compose")
    other, left = laid_for(silent.plan, silent.request, "compose")

    assert (False, TextStyle.PANEL, "#ffffff") == (laid.captions, asked.text.style, asked.text.color)
    assert (True, TextStyle.SHADOW, "#fff0d0") == (other.captions, left.text.style, left.text.color)
    assert shown.request == from_document(to_document(shown.request))


@pytest.mark.parametrize("edit", [{"brand": "christmas"}, {"outputs": BOTH[1:]}])
def test_what_an_edit_said_wins_over_the_kit_of_the_next(edit: dict[str, Any]) -> None:
    """No captions, the usual style, no music, no cards, the usual place: though that looks like silence."""
    said = {"captions": False, "text": {"style": "panel"}, "audio": {"music": None}, "avatar_position": None}
    first = edited(ordered(brand="christmas", outputs=[]), {**said, "intro": None, "outro": None})

    made = edited(edited(first.request, {"brand": "none"}).request, edit)
    laid, asked = laid_for(made.plan, made.request, "compose")

    assert (False, TextStyle.PANEL, "#fff0d0") == (laid.captions, asked.text.style, asked.text.color)
    assert (None, None, None, None) == (asked.audio.music, asked.intro, asked.outro, asked.avatar_position)
    assert (Hold.FREEZE, Loudness.WEB) == (asked.hold, asked.audio.loudness)


def test_a_word_of_an_edit_takes_the_place_of_the_one_before() -> None:
    """Captions that were turned off and on again are the film's; what a release before stored goes on as it did."""
    off = edited(ordered(**PLAIN), {"captions": True}).request
    older = replace(ordered(**PLAIN), said=None)

    assert off.said == ("text.color", "text.size", "text.style")
    assert edited(older, {"brand": "christmas"}).request.captions
