"""What an edit may change: the plan keeps its takes, and differs in what composing alone decides."""

from dataclasses import replace
from itertools import permutations

import pytest

from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job.recut import Laid, Recut, SceneRecut, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.heard import Loudness, Music
from shared.pipeline.plan.plan import Cutout, Length, Plan, Size, Sound
from shared.pipeline.plan.planner import plan
from shared.pipeline.plan.request import AspectRatio, FilmRequest
from shared.pipeline.plan.staging import Audio, Background, BackgroundType, MusicOrder, Position
from shared.pipeline.plan.typography import USUAL_TEXT, AppArea, TextStyle, Typography
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, DEFAULTS, TABLES, film, filmed, spoken, words

RED = Background(BackgroundType.COLOR, color="#ff0000")


def planned(request: FilmRequest) -> Plan:
    """Plan a film."""
    return plan(request, TABLES, DEFAULTS)


def recut(request: FilmRequest, change: Recut) -> Laid:
    """Lay a film out anew."""
    return laid_out(request, planned(request), change, TABLES)


def edited(laid: Laid) -> Edit:
    """Assemble a version of takes exactly as long as was asked for."""
    takes = {clip.key: Take(float(clip.total)) for clip in laid.plan.clips}
    takes |= {speech.key: Take(speech.seconds, Cutout.ALPHA) for speech in laid.plan.speeches}
    return assemble(laid.plan, laid.request, takes, BREAKS)


def seen(laid: Laid) -> list[tuple[str | None, float, float]]:
    """Return each shot's file, where in it it begins, and how long it is seen."""
    return [(shot.node, shot.offset, shot.seconds) for shot in edited(laid).shots]


def mistakes(request: FilmRequest, change: Recut) -> set[str]:
    """Return the paths of what is wrong."""
    with pytest.raises(CannotChange) as wrong:
        recut(request, change)
    return set(wrong.value.details)


def test_nothing_but_the_layout_changes() -> None:
    """Position, captions, sound, shape and length: clips, takes and their prices stay, the rest is laid out anew."""
    request = film(filmed(), filmed(), avatar_script=words(6))
    change = Recut(
        avatar_position=Position(scale=0.4),
        captions=True,
        audio=Sound.MUTE,
        aspect_ratio=AspectRatio.SQUARE,
        length=Length.SCRIPT,
    )

    made, before = recut(request, change).plan, planned(request)

    assert (before.clips, before.speeches) == (made.clips, made.speeches)
    assert (0.4, True, Sound.MUTE, Size(180, 180), Length.SCRIPT) == (
        made.place.scale,
        made.captions,
        made.sound,
        made.size,
        made.length,
    )
    assert made.planned_seconds < before.planned_seconds
    assert made.compose_cost < before.compose_cost


def test_a_text_is_changed_and_taken_away() -> None:
    """A text of a scene is another one, and "" is none; the other scene keeps its own."""
    request = film(filmed(text_overlay="Old"), filmed(text_overlay="Kept"))

    other = recut(request, Recut(scenes=(SceneRecut(0, text_overlay="New"),)))
    none = recut(request, Recut(scenes=(SceneRecut(0, text_overlay=""),)))

    assert ["New", "Kept"] == [title.text for title in edited(other).titles]
    assert ["Kept"] == [title.text for title in edited(none).titles]


def test_words_look_otherwise_and_keep_clear_of_other_buttons() -> None:
    """A look and an app's area stand in place of the film's; an empty look is the usual one; the other stays."""
    request = film(filmed(text_overlay="New"), text=Typography(color="#ffd400"))
    outlined = Typography(style=TextStyle.OUTLINE)

    look, area = recut(request, Recut(text=outlined)), recut(request, Recut(safe_area=AppArea.REELS))
    usual = recut(request, Recut(text=Typography()))

    assert (outlined, None) == (edited(look).text, edited(look).safe_area)
    assert (Typography(color="#ffd400"), AppArea.REELS) == (edited(area).text, edited(area).safe_area)
    assert USUAL_TEXT == edited(usual).text
    assert {"text"} == mistakes(request, Recut(text=Typography(color="#ffd400")))


def test_an_apps_area_is_of_tall_films_only() -> None:
    """A wide film has no buttons of an app to keep clear of, whether the area is asked for or the shape."""
    tall, wide = film(filmed(), safe_area=AppArea.TIKTOK), film(filmed(), aspect_ratio=AspectRatio.WIDE)

    assert {"safe_area"} == mistakes(wide, Recut(safe_area=AppArea.TIKTOK))
    assert {"aspect_ratio"} == mistakes(tall, Recut(aspect_ratio=AspectRatio.WIDE))


def test_a_film_is_louder_only_when_asked() -> None:
    """A loudness is changed alone; a film planned before there was a choice stays as loud as it was."""
    request = film(filmed(), audio=Audio(Loudness.WEB))
    older = replace(planned(film(filmed())), loudness=None)

    louder, other = recut(request, Recut(loudness=Loudness.SOCIAL)), recut(request, Recut(captions=True))
    kept = laid_out(film(filmed()), older, Recut(captions=True), TABLES)

    assert (-14, -16, None) == (edited(louder).loudness, edited(other).loudness, edited(kept).loudness)
    assert -14 == edited(recut(film(filmed()), Recut(captions=True))).loudness


def test_music_is_changed_and_taken_away() -> None:
    """Music without an upload is none; other fields leave it; the file of another one is found by the step."""
    tune = Music("gs://films/music/acme/a.mp3", 1, 60.0, -18.0)
    request = film(filmed(), audio=Audio(music=MusicOrder("a")))
    made = replace(planned(request), music=tune)

    none = laid_out(request, made, Recut(music=MusicOrder("")), TABLES)
    kept = laid_out(request, made, Recut(loudness=Loudness.WEB), TABLES)
    other = laid_out(request, made, Recut(music=MusicOrder("b", level=-24.0)), TABLES)

    assert (None, None) == (none.plan.music, none.request.audio.music)
    assert (tune, -16, "a") == (kept.plan.music, kept.plan.loudness, kept.request.audio.music and "a")
    assert MusicOrder("b", level=-24.0) == other.request.audio.music
    assert {"audio.music"} == mistakes(film(filmed()), Recut(music=MusicOrder("")))


def test_a_background_is_another_colour() -> None:
    """A film's for all scenes without their own, a scene's for that one; where footage is shown there is none."""
    request = film(spoken(), replace(spoken(), background=None), filmed(script="Hi."), background=RED)

    all_of_it = recut(request, Recut(background=Background(BackgroundType.COLOR, color="#0000ff")))
    one = recut(request, Recut(scenes=(SceneRecut(0, background=RED),)))

    assert ["#ffffff", "#0000ff", None] == [shot.color for shot in edited(all_of_it).shots]
    assert ["#ff0000", None] == [shot.color for shot in edited(one).shots]
    assert {"scenes.0.background"} == mistakes(request, Recut(scenes=(SceneRecut(2, background=RED),)))


ORDERS = [order for size in (1, 2, 3) for order in permutations(range(3), size) if order != (0, 1, 2)]


@pytest.mark.parametrize("order", ORDERS)
def test_scenes_follow_in_any_order_within_one_shot_and_as_cuts(order: tuple[int, ...]) -> None:
    """Each scene shows its own seconds of what was filmed, whatever is left out; the film is as long as they are."""
    shot, cuts = film(filmed(), filmed(), filmed()), film(filmed(6.0), filmed(4.0), filmed(8.0), b_roll=CUT)

    whole, apart = recut(shot, Recut(order=order)), recut(cuts, Recut(order=order))

    lasts = {0: 8.0, 1: 7.0, 2: 7.0}
    assert sum(lasts[number] for number in order) == pytest.approx(edited(whole).seconds)
    assert set(order) == {stretch.scene for stretch in whole.plan.stretches}
    assert [(f"clip-{number + 1}", 0.0, (6.0, 4.0, 8.0)[number]) for number in order] == seen(apart)
    assert (len(order) < 3, False) == (whole.newer, apart.newer)


def test_a_scene_is_seen_shorter_or_as_long_as_it_was_filmed() -> None:
    """A cut of 6 s was filmed so: 4 of it, never 9; a middle link ends early; a backdrop lasts as long as asked."""
    cuts, shot = film(filmed(6.0), filmed(4.0), b_roll=CUT), film(filmed(), filmed(), filmed())
    wall = film(spoken(words(2)))

    short = recut(cuts, Recut(scenes=(SceneRecut(0, seconds=4.0),)))
    middle = recut(shot, Recut(scenes=(SceneRecut(1, seconds=3.0),)))
    longer = recut(wall, Recut(scenes=(SceneRecut(0, seconds=9.0),)))

    assert [("clip-1", 0.0, 4.0), ("clip-2", 0.0, 4.0)] == seen(short)
    assert [("clip-3", 0.0, 11.0), ("clip-3", 15.0, 7.0)] == seen(middle)
    assert 9.0 == edited(longer).seconds
    assert (False, True, False) == (short.newer, middle.newer, longer.newer)
    assert {"scenes.0.seconds"} == mistakes(cuts, Recut(scenes=(SceneRecut(0, seconds=9.0),)))


def test_every_mistake_is_told_by_its_place_in_the_edit() -> None:
    """Scenes that are not there, named twice, an order of strangers: all at once; what changes nothing says so."""
    request = film(filmed(), filmed())
    change = Recut(
        length=Length.SCRIPT,
        background=Background(BackgroundType.PRESET, preset="nowhere"),
        order=(0, 0, 1, 5),
        scenes=(SceneRecut(1, text_overlay="A"), SceneRecut(1, text_overlay="B"), SceneRecut(9)),
    )

    assert {"length", "background.preset", "order", "scenes.1.scene", "scenes.2.scene"} == mistakes(request, change)
    assert {"captions"} == mistakes(request, Recut(captions=False))
    assert {"b_roll.audio"} == mistakes(request, Recut(audio=Sound.BED))
    assert {"order"} == mistakes(request, Recut(order=(0, 1)))
    assert {"body"} == mistakes(request, Recut())


def test_a_scene_that_is_left_out_is_changed_in_nothing() -> None:
    """Its change would be dropped: refused with the way out; a scene that is only named may be left out."""
    request = film(filmed(6.0), filmed(4.0), b_roll=CUT)
    lost, named = (SceneRecut(1, seconds=2.0), SceneRecut(0, text_overlay="A")), (SceneRecut(1),)

    with pytest.raises(CannotChange) as refused:
        recut(request, Recut(order=(0,), scenes=lost))

    says = "order leaves it out, so nothing of it is seen: put 1 into order, or leave its changes out"
    assert {"scenes.0.scene": [says]} == refused.value.details
    assert [("clip-1", 0.0, 6.0)] == seen(recut(request, Recut(order=(0,), scenes=named)))
