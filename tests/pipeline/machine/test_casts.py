"""Presenters of one persona change the avatar service together, or one of them is left out alone."""

from typing import Any

import pytest

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import State
from tests.pipeline.machine.casts import MATE, PAIR, PRICE, cast_story, rejected
from tests.pipeline.machine.story import (
    CLIP,
    PRESENTER,
    Story,
    arrived,
    claimed,
    failure,
    refused,
    sent,
)

P = PRESENTER


def pair(**changed: Any) -> Story:
    return cast_story(PAIR, **changed)


def test_mates_wait_until_their_lead_is_accepted() -> None:
    """One order finds out whether the service is there; then the others go, in the same commit."""
    told = pair()
    before = told.job.nodes[MATE].state

    told = told.hears(claimed(P)).hears(sent(P))

    assert (State.BLOCKED, State.QUEUED) == (before, told.job.nodes[MATE].state)
    assert MATE in told.woken


def test_a_cast_goes_to_the_next_service_as_a_whole() -> None:
    """The lead's verdict moves the unsent mates too, in one commit."""
    told = pair().hears(claimed(P), sent(P)).hears(failure(P))

    mate = told.job.nodes[MATE]
    assert {"did"} == {told.hero.provider, mate.provider}
    assert (State.BLOCKED, 1, 2, 2) == (mate.state, mate.choice, mate.take, mate.attempt)
    assert told.job.warnings[-1].startswith("D-ID films presenter-1, presenter-2 in place of HeyGen")


def test_an_old_task_of_a_mate_claims_nothing() -> None:
    """A worker that had read the job before the switch holds the other service's key: its claim counts no more."""
    told = pair().hears(claimed(P), sent(P)).hears(failure(P))

    told.hears(claimed(MATE, "old")).then_nothing()


@pytest.mark.parametrize("lead", ["running", "done"])
def test_a_cast_stays_where_one_of_it_is_made(lead: str) -> None:
    """The second take's account is empty: no other face speaks it (hole 77)."""
    told = pair().hears(claimed(P), sent(P))
    told = told.hears(arrived(P)) if lead == "done" else told

    failed = told.about(MATE).hears(claimed(MATE, "m"), rejected(token="m", node=MATE))

    assert (State.FAILED, "heygen") == (failed.hero.state, failed.hero.provider)
    assert "one presenter shows one face in a film" in str(failed.hero.why)


def test_a_mate_may_be_left_out_alone() -> None:
    """Where the film may be made without, only the take that cannot be had is left out."""
    told = pair(without_presenter=True).hears(claimed(P), sent(P))

    left = told.about(MATE).hears(claimed(MATE, "m"), rejected(token="m", node=MATE))

    assert (left.now, None) == (left.hero.waived_at, left.job.nodes[P].waived_at)
    assert State.RUNNING is left.job.nodes[P].state


def test_a_lead_that_is_left_out_takes_its_mates_along() -> None:
    """They wait for it: nobody would ever wake them."""
    told = pair(without_presenter=True).hears(claimed(P), rejected())
    told = told.later(1).hears(claimed(P, "b", take=2, attempt=2), rejected(Code.PLAN, "b"))

    assert {told.now} == {told.hero.waived_at, told.job.nodes[MATE].waived_at}
    assert "presenter-1, presenter-2" in told.job.warnings[-1]


def test_a_retry_keeps_the_face_of_a_take_that_is_kept() -> None:
    """The second service has made one take of the cast: it makes the other one too (hole 77)."""
    told = pair().hears(claimed(P), rejected())
    told = told.hears(
        claimed(P, "b", take=2, attempt=2), sent(P, "b", take=2, attempt=2), arrived(P, take=2, attempt=2)
    )
    failed = told.about(MATE).hears(claimed(MATE, "m", take=2, attempt=2), rejected(Code.SAFETY, "m", MATE))
    ended = failed.hears(claimed(CLIP, "c"), refused(CLIP, "c"))
    ended = ended.hears(*(on.CancelAsked(),) if ended.job.ending is None else ())

    again = ended.hears(on.RetryAsked(0)).about(MATE)

    assert ("did", 1, PRICE) == (again.hero.provider, again.hero.choice, again.hero.cost)
