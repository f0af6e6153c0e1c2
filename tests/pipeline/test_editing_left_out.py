"""A presenter who was left out: nobody is seen or heard, the words are read in the time they would have taken."""

import pytest

from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.plan.plan import Cutout
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, film, filmed, planned

WORDS = "Good morning, this is our coffee."
WHOLE = film(filmed(), avatar_script=WORDS)
REEL = film(filmed(script=WORDS), filmed(script=WORDS), b_roll=CUT)


@pytest.mark.parametrize("captions", [False, True])
def test_its_words_are_captions_whatever_was_ordered(captions: bool) -> None:
    """Nobody says them, so they are shown; the film is as long as it was planned to be."""
    request = film(filmed(), avatar_script=WORDS, captions=captions)
    plan = planned(request)

    edit = assemble(plan, request, {"clip-1": Take(8.0)}, BREAKS, ("presenter-1",))

    assert () == edit.appearances
    assert WORDS == " ".join(cue.text for cue in edit.cues)
    assert plan.planned_seconds == pytest.approx(edit.seconds, abs=0.05)


def test_one_of_two_is_seen_and_the_other_is_read() -> None:
    """Only the scene of the take that is lacking has captions; the other's presenter speaks."""
    takes = {"clip-1": Take(8.0), "clip-2": Take(8.0), "presenter-1": Take(2.0, Cutout.ALPHA)}

    edit = assemble(planned(REEL), REEL, takes, BREAKS, ("presenter-2",))

    assert ["presenter-1"] == [look.node for look in edit.appearances]
    assert all(cue.start >= 8.0 for cue in edit.cues)
    assert edit.cues


def test_without_a_word_a_missing_take_is_a_mistake() -> None:
    """Only what the job left out may be missing."""
    with pytest.raises(KeyError):
        assemble(planned(WHOLE), WHOLE, {"clip-1": Take(8.0)}, BREAKS)
