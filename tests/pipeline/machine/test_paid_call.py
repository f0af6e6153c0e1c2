"""A paid call: claimed once, sent once, given back, waited for, and refused for good."""

from dataclasses import replace

import pytest

from shared.codes import Code
from shared.pipeline.job.job import Outcome, State
from shared.pipeline.job.machine import apply
from shared.pipeline.plan.plan import Cutout
from tests.pipeline.machine.story import (
    CLIP,
    PRESENTER,
    VEO,
    WAITS,
    arrived,
    claimed,
    failure,
    id_heard,
    misconfigured,
    nothing,
    postponed,
    presenter,
    refused,
    released,
    sent,
    story,
)


def test_a_claim_is_one_worker_s_and_is_looked_for_when_it_expires() -> None:
    """The claim keeps its worker's token and is due when it ends; no task is enqueued."""
    told = story().hears(claimed(token="a"))

    told.then(state=State.STARTING, due=VEO.claim, outcomes=(Outcome.CLAIMED,))
    assert () == told.woken
    assert told.hero.claim is not None
    assert ("a", told.now) == (told.hero.claim.token, told.hero.claim.at)


def test_the_same_task_twice_claims_once() -> None:
    """The second of two workers finds the node claimed and changes nothing."""
    told = story().hears(claimed(token="a")).hears(claimed(token="b")).then_nothing()

    assert told.hero.claim is not None
    assert "a" == told.hero.claim.token


def test_a_task_of_an_earlier_attempt_claims_nothing() -> None:
    """A task that was late for its attempt is no permission for the next."""
    told = story().hears(claimed(), failure()).hears(claimed(attempt=1, token="late")).then_nothing()

    told.then(state=State.QUEUED)


def test_a_claim_over_the_ceiling_fails_the_node() -> None:
    """The claim is the budget gate: nothing is sent that the job may not cost."""
    told = story()
    told = replace(told, job=replace(told.job, money=replace(told.job.money, ceiling=told.hero.cost - 1)))

    told.hears(claimed()).then(state=State.FAILED, outcomes=(), code="spend_ceiling")


def test_a_ceiling_that_is_just_enough_lets_the_claim_pass() -> None:
    """The ceiling may be reached, not passed."""
    told = story()
    told = replace(told, job=replace(told.job, money=replace(told.job.money, ceiling=told.hero.cost)))

    told.hears(claimed()).then(state=State.STARTING)


def test_what_was_sent_is_looked_for_when_no_news_comes() -> None:
    """After the vendor's name for it the backstop is the next look."""
    told = story().hears(claimed()).later(2).hears(sent(name="op-7"))

    told.then(state=State.RUNNING, due=VEO.backstop, outcomes=(Outcome.SENT,))
    assert "op-7" == told.hero.provider_id == told.line.provider_id


def test_busy_gives_the_claim_back_under_a_new_wake() -> None:
    """429: nothing was made; the same attempt is queued again later, under a name that was never used."""
    told = story().hears(claimed()).hears(released(after=40, refused=True))

    told.then(state=State.QUEUED, wakes=40, due=40 + WAITS.queue_slack, outcomes=(Outcome.REFUSED,))
    assert (1, 2, None) == (told.hero.attempt, told.hero.wake, told.hero.claim)


def test_a_refusal_for_now_makes_a_new_key_and_an_unsent_call_does_not() -> None:
    """HeyGen's key grows with parsed refusals only."""
    told = presenter().hears(claimed(PRESENTER)).hears(released(PRESENTER, refused=True))
    assert 1 == told.hero.refusals

    told = told.hears(claimed(PRESENTER, "b")).hears(released(PRESENTER, "b", refused=False))
    assert 1 == told.hero.refusals


def test_a_released_attempt_is_claimed_again_on_the_same_line() -> None:
    """An attempt that was never made is no attempt more in the ledger; how often it came back is."""
    told = story().hears(claimed(), released(), claimed(token="b"))

    told.then(state=State.STARTING, outcomes=(Outcome.CLAIMED,))
    assert 1 == told.line.releases


def test_somebody_else_s_release_does_not_free_the_claim() -> None:
    """Only the token's owner may say that nothing was made."""
    story().hears(claimed(token="b")).hears(released(token="a")).then_nothing()


def test_a_refused_cutout_is_asked_for_differently() -> None:
    """A look that cannot be transparent is asked for on a key colour next, under a new key."""
    told = presenter().hears(claimed(PRESENTER)).hears(released(PRESENTER, after=0, refused=True, cutout=Cutout.KEY))

    told.then(state=State.QUEUED, wakes=0)
    assert Cutout.KEY is told.hero.cutout


def test_a_busy_vendor_is_not_even_asked() -> None:
    """Postponed: a task is enqueued for when the vendor is free, without any claim."""
    told = presenter().hears(postponed(45))

    told.then(state=State.QUEUED, wakes=45, outcomes=())


def test_two_workers_that_find_the_vendor_busy_want_one_task() -> None:
    """A duplicate a second later does not start a second chain of tasks."""
    told = presenter().hears(postponed(45)).later(1)

    told.hears(postponed(44)).then_nothing()


def test_a_final_refusal_fails_at_once_and_costs_nothing() -> None:
    """Refused for good: no second try."""
    told = story().hears(claimed()).hears(refused())

    told.then(state=State.FAILED, outcomes=(Outcome.REFUSED,), code=Code.SAFETY)
    assert told.job.ending is not None
    assert 0 == told.job.money.charged


def test_a_retired_model_is_held_an_hour_then_fails_for_free() -> None:
    """Our own wrong set-up: every ten minutes another try, an alarm each, at most an hour."""
    told = story().hears(claimed()).hears(misconfigured())
    told.then(state=State.QUEUED, wakes=WAITS.hold_step)
    assert told.alarms[0].startswith("misconfigured")

    for _ in range(5):
        told = told.later(WAITS.hold_step).hears(claimed(), misconfigured()).then(state=State.QUEUED)
    told = told.later(WAITS.hold_step).hears(claimed(), misconfigured())

    told.then(state=State.FAILED, outcomes=(Outcome.REFUSED,), code="misconfigured")
    assert told.job.money.reserved == told.job.money.refunded


def test_a_mended_set_up_forgets_the_hold() -> None:
    """When the held call goes through, the next hold has an hour of its own."""
    told = story().hears(claimed(), misconfigured()).later(600).hears(claimed(), sent())

    assert told.hero.held_since is None


def test_news_before_sent_is_heard() -> None:
    """A webhook's id is accepted in starting; the late answer then says nothing new."""
    told = story().hears(claimed()).hears(id_heard(name="op-1")).then(state=State.RUNNING)

    told.hears(sent(name="op-1")).then_nothing()


def test_a_film_before_sent_is_heard_and_the_late_answer_names_it() -> None:
    """An object in the bucket finishes a claimed clip; its operation's name is still noted."""
    told = story().hears(claimed()).hears(arrived()).then(state=State.DONE, outcomes=(Outcome.DONE,))

    told.hears(sent(name="op-1")).then_only_the_ledger(Outcome.DONE)
    assert "op-1" == told.hears(sent(name="op-1")).line.provider_id


def test_a_frozen_worker_s_answer_is_for_the_ledger_only() -> None:
    """Attempt 1 was given up; its answer names its line and moves nothing."""
    told = story().hears(claimed(token="a")).later(minutes=20).hears(nothing()).then(state=State.QUEUED)

    told = told.later(60).hears(sent(token="a", attempt=1, name="op-1")).then_only_the_ledger(Outcome.NOTHING_MADE)
    assert "op-1" == told.line.provider_id


@pytest.mark.parametrize("outcome", [Outcome.CLAIMED, Outcome.SENT, Outcome.UNCLEAR])
def test_nothing_is_claimed_while_another_attempt_may_still_deliver(outcome: Outcome) -> None:
    """Whatever went wrong to get there: one open line a node, and a person is told of the second (hole 275)."""
    told = story().hears(claimed(), sent(), failure())
    line = replace(told.line, outcome=outcome)
    hero = replace(told.hero, attempts=(line,))
    told = replace(told, job=replace(told.job, nodes={**told.job.nodes, CLIP: hero})).later(60)

    moved = apply(told.job, claimed(attempt=2, token="b"), told.now, WAITS)

    assert not moved.changed
    assert ["open_line"] == [alarm.partition(":")[0] for alarm in moved.alarms]


class TestPatience:
    """A vendor without room, or out of reach: waited for, but not for ever (hole 293)."""

    def test_the_wait_is_counted_over_all_delays(self) -> None:
        """Each delay begins another task, none begins another wait; two hours after the first the take fails, free."""
        told = presenter().hears(postponed())
        began = told.now
        for _ in range(7):
            told = told.later(minutes=15).hears(postponed()).then(state=State.QUEUED)
            assert began == told.hero.waits_since

        told = told.later(minutes=15).hears(postponed())

        told.then(state=State.FAILED, outcomes=(), code="capacity")

    def test_refusals_for_now_and_delays_are_one_wait(self) -> None:
        """429 after busy after 429: the same vendor, the same wait; the refused attempt is not charged."""
        told = presenter().hears(claimed(PRESENTER), released(PRESENTER, refused=True))
        told = told.later(hours=1).hears(postponed()).later(minutes=59).hears(claimed(PRESENTER, "b"))

        told = told.later(minutes=1).hears(released(PRESENTER, "b", refused=True))

        told.then(state=State.FAILED, outcomes=(Outcome.REFUSED,), code="capacity")

    def test_a_vendor_out_of_reach_is_waited_for_as_long(self) -> None:
        """A call that could not be sent is tried again and again, and not until the job's own end."""
        told = presenter().hears(claimed(PRESENTER), released(PRESENTER)).later(hours=2)

        told = told.hears(claimed(PRESENTER, "b"), released(PRESENTER, "b"))

        told.then(state=State.FAILED, outcomes=(Outcome.NOT_SENT,), code="capacity")

    def test_what_was_taken_waits_for_room_no_more(self) -> None:
        """Its next attempt begins a wait of its own."""
        told = presenter().hears(postponed()).later(60).hears(claimed(PRESENTER), sent(PRESENTER))
        assert told.hero.waits_since is None

    def test_another_way_to_cut_a_look_out_is_no_wait(self) -> None:
        """Asked again at once, for something else."""
        told = presenter().hears(claimed(PRESENTER), released(PRESENTER, refused=True, cutout=Cutout.KEY))
        assert told.hero.waits_since is None
