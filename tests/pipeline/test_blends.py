"""How scenes come: by the order, the scene or what is usual; in a film that is edited, and in one from before."""

from dataclasses import replace

import pytest

from shared.door.change_bodies import parse_edit
from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.job.recut import Recut, SceneRecut, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.composition import composition
from shared.pipeline.plan.plan import Blend, Cutout, Plan
from shared.pipeline.plan.request import FilmRequest, from_document
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, TABLES, film, filmed, planned, spoken, words


def seen(made: Plan, request: FilmRequest) -> list[tuple[Blend, float]]:
    """Return how each shot comes, of takes as long as was asked for."""
    takes = {clip.key: Take(float(clip.total)) for clip in made.clips}
    takes |= {speech.key: Take(speech.seconds, Cutout.ALPHA) for speech in made.speeches}
    return [(shot.comes, shot.blend) for shot in assemble(made, request, takes, BREAKS).shots[1:]]


def test_separate_clips_and_backdrops_cross_and_one_shot_goes_on() -> None:
    """Usual is a crossfade of half a second; scenes of one continuous shot are one shot."""
    cuts, one = film(filmed(), filmed(), b_roll=CUT), film(filmed(), filmed(), filmed())
    reel = film(spoken(words(4)), filmed(), spoken(words(4)))

    assert [(Blend.CROSSFADE, 0.5)] == seen(planned(cuts), cuts)
    assert [] == seen(planned(one), one)
    assert [(Blend.CROSSFADE, 0.5)] * 2 == seen(planned(reel), reel)


def test_a_scene_comes_as_it_says_itself() -> None:
    """The film's way and seconds hold for all scenes but those with a way of their own; a cut takes no time."""
    scenes = (filmed(), filmed(transition=Blend.DIP), filmed(transition=Blend.CUT), filmed())
    request = film(*scenes, b_roll=CUT, transition=Blend.SLIDE, transition_seconds=0.25)

    assert [(Blend.DIP, 0.25), (Blend.CUT, 0.0), (Blend.SLIDE, 0.25)] == seen(planned(request), request)


def test_an_edit_changes_how_scenes_come_and_buys_nothing() -> None:
    """Of the film, of one scene, and for how long; what would be like it is says so."""
    request = film(filmed(), filmed(), filmed(), b_roll=CUT)
    plan = planned(request)

    dipped = laid_out(request, plan, Recut(transition=Blend.DIP, transition_seconds=1.0), TABLES)
    single = laid_out(request, plan, Recut(scenes=(SceneRecut(2, transition=Blend.SLIDE),)), TABLES)

    assert [(Blend.DIP, 1.0)] * 2 == seen(dipped.plan, dipped.request)
    assert [(Blend.CROSSFADE, 0.5), (Blend.SLIDE, 10 / 24)] == seen(single.plan, single.request)
    assert (plan.clips, plan.clips) == (dipped.plan.clips, single.plan.clips)
    with pytest.raises(CannotChange) as same:
        laid_out(request, plan, Recut(transition=Blend.CROSSFADE), TABLES)
    assert ["transition"] == list(same.value.details)


def test_a_film_planned_before_there_was_a_choice_stays_cut() -> None:
    """It keeps its name; another edit leaves its cuts, and one about a scene changes that scene alone."""
    request = film(filmed(), filmed(), filmed(), b_roll=CUT)
    older = replace(planned(request), transition=None)

    other = laid_out(request, older, Recut(scenes=(SceneRecut(0, text_overlay="New"),)), TABLES)
    single = laid_out(request, older, Recut(scenes=(SceneRecut(1, transition=Blend.DIP),)), TABLES)

    assert "transitions" not in composition(older, request)
    assert [(Blend.CUT, 0.0)] * 2 == seen(older, request) == seen(other.plan, other.request)
    assert [(Blend.DIP, 0.5), (Blend.CUT, 0.0)] == seen(single.plan, single.request)


def test_a_transition_nobody_sees_is_told_before_paying() -> None:
    """Of the first scene, of one that goes on in one shot, and of a film that is one shot; a seen one is not."""
    first = film(filmed(transition=Blend.DIP), filmed(), b_roll=CUT)
    inner = film(filmed(), filmed(transition=Blend.SLIDE), filmed())
    whole = film(filmed(), filmed(), transition=Blend.SLIDE)
    fine = film(filmed(), filmed(transition=Blend.DIP), b_roll=CUT, transition=Blend.SLIDE)

    told = [[text for text in planned(one).warnings if "ransition" in text] for one in (first, inner, whole, fine)]

    assert [1, 1, 1, 0] == [len(each) for each in told]
    assert [
        "The transition of scene 1 is not used",
        "The transition of scene 2 is not used",
        "transition is not used",
    ] == [each[0].split(":")[0] for each in told[:3]]


def test_an_order_and_an_edit_are_read() -> None:
    """The words of the wire are the plan's."""
    order = {"product_title": "Mug", "transition": "slide", "scenes": [{"transition": "cut"}]}
    edit = b'{"transition": "dip", "transition_seconds": 0.25, "scenes": [{"scene": 1, "transition": "cut"}]}'

    read, changed = from_document(order), parse_edit(edit).recut()

    assert (Blend.SLIDE, Blend.CUT) == (read.transition, read.scenes[0].transition)
    assert (
        Recut(transition=Blend.DIP, transition_seconds=0.25, scenes=(SceneRecut(1, transition=Blend.CUT),)) == changed
    )
