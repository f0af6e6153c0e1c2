"""An unclear call: looked for by each vendor's own way and time, and paid again only when it is known to be nothing."""

from dataclasses import replace

import pytest

from shared.pipeline.job.job import Outcome, Reconcile, State
from shared.pipeline.job.line import reconcile_of
from tests.pipeline.machine.story import (
    PRESENTER,
    VEO,
    WAITS,
    Story,
    claimed,
    nothing,
    pending,
    presenter,
    sent,
    story,
    swept,
    unclear,
)


def rich(told: Story) -> Story:
    """Let the job cost anything."""
    return replace(told, job=replace(told.job, money=replace(told.job.money, ceiling=10**12)))


@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING])
def test_a_sweep_at_a_live_claim_does_nothing(state: State) -> None:
    """Nobody is pushed before the claim's or the backstop's end."""
    told = story().hears(claimed())
    told = told.hears(sent()) if state is State.RUNNING else told

    told.later(VEO.claim - 1).hears(swept()).then_nothing()


def test_an_expired_claim_is_looked_into() -> None:
    """The sweep wakes the node under a new name; it stays claimed until somebody knows more."""
    told = story().hears(claimed()).later(VEO.claim).hears(swept())

    told.then(state=State.STARTING, wakes=0, outcomes=(Outcome.CLAIMED,))


def test_an_unclear_clip_waits_for_its_claim_s_end() -> None:
    """Veo has no key: nothing is asked before the claim is over."""
    told = story().hears(claimed()).later(60).hears(unclear())

    told.then(state=State.STARTING, due=VEO.claim - 60, outcomes=(Outcome.UNCLEAR,))
    assert () == told.woken


def test_nothing_found_is_patient_for_twenty_minutes() -> None:
    """An empty prefix means nothing before Veo's longest time is over, however often it is seen."""
    told = story().hears(claimed(), unclear())
    for _ in range(19):
        told = told.later(minutes=1).hears(nothing()).then(state=State.STARTING, due=WAITS.found_nothing)
        assert 1 == told.hero.attempt

    told = told.later(minutes=1).hears(nothing())

    told.then(state=State.QUEUED, wakes=0, outcomes=(Outcome.NOTHING_MADE,))
    assert 2 == told.hero.attempt


def test_an_old_look_proves_nothing_however_late_it_is_heard() -> None:
    """A watcher that looked at 10 minutes, froze and spoke at 21 saw nothing of what came between."""
    told = story().hears(claimed(), unclear()).later(minutes=10)
    looked = replace(nothing(), at=told.now)

    told.later(minutes=11).hears(looked).then(state=State.STARTING, outcomes=(Outcome.UNCLEAR,))


def test_unanswered_calls_are_bounded() -> None:
    """After three calls that left no trace the node fails, and none of them is charged."""
    told = rich(story())
    for attempt in (1, 2, 3):
        told = told.hears(claimed(attempt=attempt), unclear()).later(minutes=20).hears(nothing(attempt=attempt))

    told.then(state=State.FAILED, outcomes=(Outcome.NOTHING_MADE,) * 3, code="unanswered")
    assert 0 == told.job.money.charged


def test_the_ceiling_may_end_it_before_the_third_call() -> None:
    """Twice the plan is what a job may cost at risk, films that may still come included."""
    told = story()
    for attempt in (1, 2):
        told = told.hears(claimed(attempt=attempt), unclear()).later(minutes=20).hears(nothing(attempt=attempt))

    told.hears(claimed(attempt=3)).then(state=State.FAILED, outcomes=(Outcome.NOTHING_MADE,) * 2, code="spend_ceiling")


def test_a_known_operation_is_never_replaced_while_it_is_pending() -> None:
    """Pending for 29 minutes is waited for; at 30 the node fails, counted as paid."""
    told = story().hears(claimed(), sent())
    for _ in range(29):
        told = told.later(minutes=1).hears(pending()).then(state=State.RUNNING, due=WAITS.pending_step)

    told = told.later(minutes=1).hears(pending())

    told.then(state=State.FAILED, outcomes=(Outcome.GIVEN_UP,), code="timeout")
    assert told.hero.cost == told.job.money.charged


def test_a_vanished_operation_is_looked_for_under_the_same_timeout() -> None:
    """404 on a known name is unknown, not failed."""
    told = story().hears(claimed(), sent()).later(minutes=19).hears(nothing())
    told.then(state=State.RUNNING, due=WAITS.found_nothing)

    told.later(minutes=1).hears(nothing()).then(state=State.QUEUED, outcomes=(Outcome.NOTHING_MADE,))


def test_a_hint_is_looked_after_at_5_10_and_20_seconds() -> None:
    """A webhook ahead of the truth: three quick looks, then the normal rhythm (hole 27)."""
    told = presenter().hears(claimed(PRESENTER), sent(PRESENTER))

    told = told.hears(pending(PRESENTER, hinted=True)).then(state=State.RUNNING, wakes=5)
    told = told.later(5).hears(pending(PRESENTER)).then(wakes=10)
    told = told.later(10).hears(pending(PRESENTER)).then(wakes=20)
    told = told.later(20).hears(pending(PRESENTER)).then(due=WAITS.pending_step)

    assert () == told.woken


def test_two_lookers_after_a_hint_want_one_next_look() -> None:
    """The second of two looks at once does not double the chain (hole 9)."""
    told = presenter().hears(claimed(PRESENTER), sent(PRESENTER)).hears(pending(PRESENTER, hinted=True))

    told.later(1).hears(pending(PRESENTER, hinted=True)).then_nothing()


def test_a_list_that_never_shows_the_title_is_believed_after_the_longest_time() -> None:
    """Then nothing was made, nothing is charged, and the take is ordered anew under another attempt."""
    told = presenter().hears(replace(claimed(PRESENTER), reconcile=Reconcile.LIST_BY_TITLE), unclear(PRESENTER))
    told = told.later(minutes=19).hears(nothing(PRESENTER)).then(state=State.STARTING)

    told = told.later(minutes=1).hears(nothing(PRESENTER))

    told.then(state=State.QUEUED, outcomes=(Outcome.NOTHING_MADE,))
    assert 2 == told.hero.attempt


def test_one_list_without_the_title_is_no_proof_however_late() -> None:
    """Only a second one a minute later is believed; none from before the claim's end counts."""
    told = presenter().hears(replace(claimed(PRESENTER), reconcile=Reconcile.LIST_BY_TITLE), unclear(PRESENTER))
    told = told.later(minutes=2).hears(nothing(PRESENTER)).then(state=State.STARTING)

    told = told.later(minutes=38).hears(nothing(PRESENTER)).then(state=State.STARTING, due=60)
    told.later(59).hears(nothing(PRESENTER)).then(state=State.STARTING)
    told.later(60).hears(nothing(PRESENTER)).then(state=State.QUEUED, outcomes=(Outcome.NOTHING_MADE,))


def test_a_vendor_that_shows_nothing_is_never_believed_to_have_made_nothing() -> None:
    """Half an hour is heard out; then the attempt counts as paid, none follows, and a person is told where to look."""
    told = presenter().hears(replace(claimed(PRESENTER), reconcile=Reconcile.NOTHING), unclear(PRESENTER))
    told.later(minutes=29).hears(nothing(PRESENTER, how=Reconcile.NOTHING)).then(state=State.STARTING)

    told = told.later(minutes=30).hears(nothing(PRESENTER, how=Reconcile.NOTHING))

    told.then(state=State.FAILED, outcomes=(Outcome.GIVEN_UP,), code="unanswered")
    assert told.hero.next_move is not None
    assert told.hero.next_move.startswith("look for the take in the provider's account")


def test_each_vendor_is_waited_for_by_its_own_row() -> None:
    """The same call of another vendor is looked for, and believed not to exist, at other times."""
    told = presenter()
    hero = replace(told.hero, provider="did")
    told = replace(told, job=replace(told.job, nodes={**told.job.nodes, PRESENTER: hero}))
    told = told.hears(replace(claimed(PRESENTER), reconcile=Reconcile.LIST_BY_TITLE))
    told.hears(sent(PRESENTER)).then(due=WAITS.of("did").backstop)
    told = told.hears(unclear(PRESENTER))

    told = told.later(800).hears(nothing(PRESENTER)).then(state=State.STARTING)
    told.later(99).hears(nothing(PRESENTER)).then(state=State.STARTING)
    told.later(100).hears(nothing(PRESENTER)).then(state=State.QUEUED, outcomes=(Outcome.NOTHING_MADE,))


def test_a_claim_from_before_claims_said_it_is_its_vendors() -> None:
    """Jobs in flight while this is deployed: presenters' claims were HeyGen's, clips' were Veo's."""
    spoken = presenter().hears(claimed(PRESENTER), unclear(PRESENTER))
    old = replace(spoken.hero, claim=replace(spoken.hero.claim, reconcile=None)) if spoken.hero.claim else spoken.hero
    clip = story().hears(claimed()).hero
    older = replace(clip, claim=replace(clip.claim, reconcile=None)) if clip.claim else clip

    assert (Reconcile.IDEMPOTENCY_KEY, Reconcile.OBJECT) == (reconcile_of(old), reconcile_of(older))
