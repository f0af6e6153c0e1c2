"""Whatever lengths the takes really have, the edit covers the film without gaps and keeps within its files."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.codec import from_plain, to_plain
from shared.pipeline.edit.assembly import FPS, Take, assemble
from shared.pipeline.edit.edit import Cue, Edit
from shared.pipeline.plan.plan import Cutout, Length, Plan
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import planned
from tests.pipeline.test_planner_properties import films

FRAME = 1 / FPS
off = st.floats(-0.4, 0.4)
cutouts = st.sampled_from(Cutout)


@st.composite
def takes_of(draw: st.DrawFn, request: FilmRequest) -> tuple[Plan, dict[str, Take]]:
    """Draw what really came back: clips a little off, some extensions alone, speeches of any length."""
    made = planned(request)
    takes: dict[str, Take] = {}
    for clip in made.clips:
        before = takes[clip.before].seconds if clip.before else 0.0
        alone = clip.before is not None and draw(st.booleans())
        takes[clip.key] = Take(round((0.0 if alone else before) + clip.seconds + draw(off), 3))
    for one in made.speeches:
        seconds = round(draw(st.floats(0.5, 90.0)), 3)
        cues = (Cue("Hello", 0.0, seconds / 2),) if draw(st.booleans()) else ()
        takes[one.key] = Take(seconds, draw(cutouts), cues)
    return made, takes


@given(st.data())
def test_the_edit_covers_the_film_without_gaps(data: st.DataObject) -> None:
    """Shots fill the film exactly, in whole frames, from within their files."""
    request = data.draw(films())
    made, takes = data.draw(takes_of(request))

    result = assemble(made, request, takes, BREAKS)

    assert sum(shot.seconds for shot in result.shots) == pytest.approx(result.seconds)
    for end in accumulate(shot.seconds for shot in result.shots):
        assert end * FPS == pytest.approx(round(end * FPS), abs=1e-6)
    for shot in result.shots:
        assert shot.seconds > 0
        assert 0 <= shot.footage <= shot.seconds
        if shot.node in takes:
            assert shot.offset >= 0
            assert shot.offset + shot.footage <= takes[shot.node].seconds + 2e-3


@given(st.data())
def test_everything_laid_over_lies_within_the_film(data: st.DataObject) -> None:
    """Presenters, titles and captions begin and end on it."""
    request = data.draw(films())
    made, takes = data.draw(takes_of(request))

    result = assemble(made, request, takes, BREAKS)

    laid = [(look.start, look.seconds) for look in result.appearances]
    laid += [(title.start, title.seconds) for title in result.titles]
    laid += [(cue.start, cue.seconds) for cue in result.cues]
    assert all(start >= 0 and seconds > 0 and start + seconds <= result.seconds + 2e-3 for start, seconds in laid)
    assert [one.node for one in result.appearances] == [speech.key for speech in made.speeches]
    assert all(0 <= one.fade <= one.seconds for one in result.appearances)


@given(st.data())
def test_no_word_is_lost_unless_the_length_was_fixed(data: st.DataObject) -> None:
    """By default a film lasts until the last word."""
    request = data.draw(films().filter(lambda one: one.length is not Length.FILM))
    made, takes = data.draw(takes_of(request))

    result = assemble(made, request, takes, BREAKS)

    for look in result.appearances:
        assert look.seconds >= takes[look.node].seconds - FRAME


@given(st.data())
def test_an_edit_survives_its_document(data: st.DataObject) -> None:
    """It is stored as the input of composing."""
    request = data.draw(films())
    made, takes = data.draw(takes_of(request))

    result = assemble(made, request, takes, BREAKS)

    assert from_plain(Edit, to_plain(result)) == result
