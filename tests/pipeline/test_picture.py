"""How footage that is too short goes on, and the shape of presenters: by the order, its films, and an edit."""

import json
from dataclasses import replace

import pytest

from shared.door.change_bodies import parse_edit
from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job.recut import Recut, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.composition import composition, compositions, laid_for
from shared.pipeline.plan.picture import Hold, Inset
from shared.pipeline.plan.plan import Cutout, Plan
from shared.pipeline.plan.planner import CannotPlan
from shared.pipeline.plan.request import AspectRatio, FilmRequest, OutputRequest, from_document
from shared.pipeline.plan.staging import Position
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, TABLES, WHITE, film, filmed, planned, spoken, words


def edited(plan: Plan, request: FilmRequest, said: float | None = None) -> Edit:
    """Return the edit of takes as long as was asked for; `said`: seconds every speech takes instead."""
    takes = {clip.key: Take(float(clip.total)) for clip in plan.clips}
    takes |= {speech.key: Take(said or speech.seconds, Cutout.ALPHA) for speech in plan.speeches}
    return assemble(plan, request, takes, BREAKS)


def test_a_lack_of_footage_is_filled_as_asked() -> None:
    """Auto sees footage again for a long lack; whoever asks for a way has it, however long, and is told so."""
    ways = (None, Hold.AUTO, Hold.PUSH_IN, Hold.PING_PONG, Hold.FREEZE)
    requests = [film(filmed(script=words(20)), b_roll=CUT, hold=way) for way in ways]

    films = [edited(planned(one), one, said=20.0) for one in requests]

    assert [2, 2, 1, 1, 1] == [min(2, len(each.shots)) for each in films]
    assert [Hold.AUTO, Hold.AUTO, *ways[2:]] == [each.hold for each in films]
    told = [next(text for text in each.warnings if "over 8 s" in text).split(": ", 2)[2] for each in films]
    assert "for 12 s footage is seen again" == told[0].split(".")[0] == told[1].split(".")[0]
    assert [
        "for 12 s the picture moves slowly into its last frame",
        "for 12 s its last moments run back and on again",
        "for 12 s its last frame stands",
    ] == [each.split(".")[0] for each in told[2:]]


def test_the_usual_renames_no_film() -> None:
    """Auto is what a film has that says nothing; every other word is another film."""
    plain = film(filmed(), avatar_script=words(4))
    plan, auto = planned(plain), replace(plain, hold=Hold.AUTO, inset=Inset.AUTO)

    assert composition(plan, plain) == composition(plan, auto)
    for other in (replace(plain, hold=Hold.FREEZE), replace(plain, inset=Inset.CIRCLE)):
        assert composition(plan, plain) != composition(plan, other)


def test_a_presenter_has_the_shape_where_there_is_footage() -> None:
    """A circle is one everywhere; what fills the frame or stands beside footage is usual before a backdrop."""
    scenes = (filmed(script=words(4)), spoken(words(4)))
    films = [film(*scenes, b_roll=CUT, inset=each, aspect_ratio=AspectRatio.WIDE) for each in list(Inset)]

    seen = [[look.shape for look in edited(planned(one), one).appearances] for one in films]

    assert [[each, each if each in {Inset.ROUNDED, Inset.CIRCLE} else Inset.AUTO] for each in Inset] == seen


def test_who_fills_the_frame_hides_footage_and_is_told_before_paying() -> None:
    """The seconds nobody sees, and a place that is not used; its presenter stands as one who is alone."""
    request = film(filmed(), avatar_script=words(10), inset=Inset.FULL, avatar_position=Position(x=-1.0))
    bare = film(spoken(words(10)), inset=Inset.FULL, background=WHITE)

    full, alone = planned(request), planned(bare)

    assert full.place.alone
    hidden = [any("of footage are bought and not seen" in text for text in one.warnings) for one in (full, alone)]
    assert [True, False] == hidden
    assert any(text.startswith("avatar_position is not used: the presenter fills") for text in full.warnings)


def test_beside_is_for_wide_films() -> None:
    """Another shape is refused by field; of several films the wide ones have it, the others the usual."""
    tall = film(filmed(), avatar_script=words(4), inset=Inset.BESIDE)
    both = replace(tall, outputs=(OutputRequest(AspectRatio.TALL), OutputRequest(AspectRatio.WIDE)))

    with pytest.raises(CannotPlan) as refused:
        planned(tall)
    plan = planned(both)

    assert ["inset"] == list(refused.value.details)
    assert [None, Inset.BESIDE] == [laid_for(plan, both, one.key)[1].inset for one in plan.films]
    with pytest.raises(CannotChange) as barred:
        laid_out(replace(tall, inset=None), planned(replace(tall, inset=None)), Recut(inset=Inset.BESIDE), TABLES)
    assert ["inset"] == list(barred.value.details)


def test_an_edit_changes_both_and_buys_nothing() -> None:
    """The takes stay, the price is that of composing; auto takes them back to what is usual."""
    request = film(filmed(), avatar_script=words(4))
    plan = planned(request)

    laid = laid_out(request, plan, Recut(hold=Hold.PING_PONG, inset=Inset.CIRCLE), TABLES)
    back = laid_out(laid.request, laid.plan, Recut(hold=Hold.AUTO, inset=Inset.AUTO), TABLES)

    bought = [(each.clips, each.speeches, each.compose_cost) for each in (plan, laid.plan)]
    assert bought[0] == bought[1]
    assert (Hold.PING_PONG, Inset.CIRCLE) == (laid.request.hold, laid.request.inset)
    assert compositions(plan, request) == compositions(back.plan, back.request)


def test_an_order_and_an_edit_are_read() -> None:
    """The words of the wire are the plan's."""
    order = {"product_title": "Mug", "hold": "freeze", "inset": "beside"}

    read, changed = (
        from_document(order),
        parse_edit(json.dumps({"hold": "ping_pong", "inset": "full"}).encode()).recut(),
    )

    assert (Hold.FREEZE, Inset.BESIDE) == (read.hold, read.inset)
    assert Recut(hold=Hold.PING_PONG, inset=Inset.FULL) == changed
