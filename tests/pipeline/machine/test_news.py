"""Which news counts: the first film of the wanted take, from whichever attempt; all else is for the ledger."""

from dataclasses import replace

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.ledger import bill
from tests.pipeline.machine.story import (
    COMPOSE,
    PRESENTED,
    PRESENTER,
    Story,
    arrived,
    claimed,
    failure,
    id_heard,
    id_unknown,
    nothing,
    pending,
    sent,
    stored,
    story,
    unclear,
)

PAID_AGAIN = (Outcome.NOTHING_MADE, Outcome.SENT)


def second_attempt(told: Story | None = None) -> Story:
    """Attempt 1 was given up, attempt 2 is running."""
    begun = (told or story()).hears(claimed(), unclear()).later(minutes=20)
    return begun.hears(nothing(), claimed(attempt=2, token="b"), sent(attempt=2, token="b", name="op-2"))


def retried() -> Story:
    """The first take's clip failed, the job ended and was tried again."""
    failed = story().hears(claimed(), sent(), failure(again=None, paid=True)).then(ending=Ending.FAILED)
    return failed.later(60).hears(on.RetryAsked(reserved=0))


def test_a_late_film_of_an_earlier_attempt_wins() -> None:
    """The first film of the wanted take is the film, whichever attempt made it; compose is queued."""
    told = second_attempt().hears(arrived(attempt=1))

    told.then(state=State.DONE, outcomes=(Outcome.DONE, Outcome.SENT))
    assert arrived(attempt=1).output == told.hero.output
    assert (COMPOSE,) == told.woken


def test_the_other_attempt_s_film_is_an_alarm() -> None:
    """A second film of one take: somebody billed us twice."""
    told = second_attempt().hears(arrived(attempt=1), arrived(attempt=2))

    told.then_only_the_ledger(Outcome.DONE, Outcome.LATE)
    assert told.alarms[0].startswith("surplus_output")


def test_a_second_film_under_one_prefix_is_an_alarm() -> None:
    """The first wins; the other is somebody's second bill."""
    told = story().hears(claimed(), sent(), arrived(name="a")).hears(arrived(name="b"))

    assert told.alarms[0].startswith("surplus_output")
    assert stored("a") == told.hero.output


def test_the_same_film_heard_again_is_nothing() -> None:
    """Object events come twice; that is no second film."""
    story().hears(claimed(), sent(), arrived()).later(60).hears(arrived()).then_nothing()


def test_the_same_name_with_other_bytes_is_another_film() -> None:
    """A generation names bytes: the same object written again is a second film."""
    told = story().hears(claimed(), sent(), arrived()).hears(arrived(generation=2))

    assert told.alarms[0].startswith("surplus_output")


def test_a_film_of_a_queued_attempt_s_predecessor_is_taken() -> None:
    """Nothing is paid again when the film of the attempt before comes before the next claim."""
    told = story().hears(claimed(), unclear()).later(minutes=20).hears(nothing()).hears(arrived(attempt=1))

    told.then(state=State.DONE, outcomes=(Outcome.DONE,))
    told.hears(claimed(attempt=2)).then_nothing()


def test_a_film_of_an_attempt_nobody_made_is_not_taken() -> None:
    """A name from the future is forged or from another life."""
    story().hears(claimed(), sent()).hears(arrived(attempt=2)).then_nothing()


def test_a_film_of_an_earlier_take_is_for_the_ledger() -> None:
    """After a retry the old take's film is late: paid, noted, not used."""
    told = retried().hears(arrived(take=1, attempt=1)).then_only_the_ledger(Outcome.LATE)

    assert (State.QUEUED, ()) == (told.hero.state, told.alarms)


def test_a_film_after_cancel_is_for_the_ledger() -> None:
    """What runs at a vendor cannot be called back: charged at cancel already, noted when it comes."""
    told = story().hears(claimed(), sent(), on.CancelAsked()).then(state=State.CANCELLED, ending=Ending.CANCELLED)
    assert told.hero.cost == told.job.money.charged

    told.later(60).hears(arrived()).then_only_the_ledger(Outcome.LATE)


def test_a_film_after_failure_is_for_the_ledger() -> None:
    """An ended node is left only by a person; the ledger says that it was paid, and its vendor has spoken twice."""
    moved = story().hears(claimed(), sent(), failure(again=None))
    told = moved.hears(arrived())

    told.then_only_the_ledger(Outcome.LATE)
    assert ["spoke_twice"] == [alarm.partition(":")[0] for alarm in told.alarms]


def test_a_film_after_its_final_failure_is_never_accepted() -> None:
    """Not even while the next attempt is unsent: what is wanted may be another film by then (hole 284)."""
    told = story().hears(claimed(), sent(), failure(again=60)).then(state=State.QUEUED).hears(arrived())

    told.then_only_the_ledger(Outcome.LATE)
    assert told.hero.cost == bill(told.job.nodes.values()).paid_by_us
    told.later(60).hears(claimed(attempt=2), arrived(attempt=2)).then(state=State.DONE)


class TestAFailureThatMayBeBilled:
    """A vendor that bills failures, or does not say: dead, and counted as paid (hole 271)."""

    def failed(self, *, again: float | None) -> Story:
        """Let D-ID fail a take."""
        told = story(PRESENTED, PRESENTER)
        hero = replace(told.hero, provider="did")
        told = replace(told, job=replace(told.job, nodes={**told.job.nodes, PRESENTER: hero}))
        return told.hears(claimed(PRESENTER), sent(PRESENTER), failure(PRESENTER, again=again))

    def test_it_stays_in_the_bill(self) -> None:
        """Nobody promises that it is free."""
        told = self.failed(again=60).then(state=State.QUEUED, outcomes=(Outcome.GIVEN_UP,))

        assert told.hero.cost == bill(told.job.nodes.values()).billed_by_provider

    def test_its_vendor_decides_not_the_one_that_is_asked_now(self) -> None:
        """News of an attempt long past is judged by the line's own vendor."""
        told = self.failed(again=60)
        line = replace(told.line, outcome=Outcome.GIVEN_UP)
        hero = replace(told.hero, provider="heygen", attempts=(line,))
        told = replace(told, job=replace(told.job, nodes={**told.job.nodes, PRESENTER: hero}))

        told.hears(failure(PRESENTER)).then_only_the_ledger(Outcome.GIVEN_UP)

    def test_its_film_is_not_accepted_either(self) -> None:
        """It is noted, and an operator told."""
        told = self.failed(again=60).hears(arrived(PRESENTER))

        told.then_only_the_ledger(Outcome.LATE)
        assert ["spoke_twice"] == [alarm.partition(":")[0] for alarm in told.alarms]


class TestAnIdNobodyKnows:
    """404 for an id the vendor gave: a list may lag, so one is no proof (hole 272)."""

    def running(self, vendor: str = "heygen") -> Story:
        """Let a take be accepted."""
        told = story(PRESENTED, PRESENTER)
        hero = replace(told.hero, provider=vendor)
        told = replace(told, job=replace(told.job, nodes={**told.job.nodes, PRESENTER: hero}))
        return told.hears(claimed(PRESENTER), sent(PRESENTER))

    def test_the_first_time_it_is_looked_for_again(self) -> None:
        """However old the take is: the next look is a minute later."""
        told = self.running().later(minutes=10).hears(id_unknown())

        told.then(state=State.RUNNING, wakes=60, outcomes=(Outcome.SENT,))

    def test_twice_a_minute_apart_it_was_deleted(self) -> None:
        """Counted as paid, and not ordered again by us."""
        told = self.running().later(minutes=10).hears(id_unknown()).later(59).hears(id_unknown()).then_nothing()

        told = told.later(1).hears(id_unknown())

        told.then(state=State.FAILED, outcomes=(Outcome.GIVEN_UP,), code="take_gone")

    def test_a_vendors_grace_is_waited_for(self) -> None:
        """D-ID's new clips may be unknown for five minutes."""
        told = self.running("did").later(5).hears(id_unknown()).then(state=State.RUNNING, wakes=295)
        told = told.later(294).hears(id_unknown()).then_nothing()

        told.later(1).hears(id_unknown()).then(state=State.FAILED, code="take_gone")

    def test_what_is_known_again_was_not_deleted(self) -> None:
        """Two answers with another between them are two first ones."""
        told = self.running().later(minutes=10).hears(id_unknown()).later(60).hears(pending(PRESENTER))

        told.later(60).hears(id_unknown()).then(state=State.RUNNING, wakes=60)


def test_a_failure_of_an_earlier_attempt_corrects_the_ledger_only() -> None:
    """Given up and counted as paid; the vendor's late word makes it free, and the running attempt runs on."""
    told = second_attempt().hears(failure(attempt=1))

    told.then_only_the_ledger(Outcome.FAILED, Outcome.SENT)


def test_a_late_failure_does_not_make_a_finished_attempt_free() -> None:
    """What delivered its film is paid, whatever is said later."""
    story().hears(claimed(), sent(), arrived()).hears(failure()).then_nothing()


def test_a_failure_gets_another_attempt_under_a_new_number() -> None:
    """Capacity and the like: tried again when the vendor said, free of charge."""
    told = story().hears(claimed(), sent()).hears(failure(again=60))

    told.then(state=State.QUEUED, wakes=60, outcomes=(Outcome.FAILED,))
    assert (1, 2, None) == (told.hero.take, told.hero.attempt, told.hero.provider_id)


def test_failures_of_a_take_are_bounded() -> None:
    """Three generations a take, then the node fails for free."""
    told = story()
    for attempt in (1, 2, 3):
        told = told.hears(claimed(attempt=attempt), sent(attempt=attempt), failure(attempt=attempt))

    told.then(state=State.FAILED, outcomes=(Outcome.FAILED,) * 3, code=Code.CAPACITY, ending=Ending.FAILED)
    assert 0 == told.job.money.charged


def test_a_filtered_film_is_asked_for_twice() -> None:
    """The same prompt is filtered again: one new attempt, not two."""
    told = story()
    for attempt in (1, 2):
        told = told.hears(claimed(attempt=attempt), sent(attempt=attempt), failure(attempt=attempt, code=Code.FILTERED))

    told.then(state=State.FAILED, code=Code.FILTERED)


def test_a_failure_counted_as_paid_stays_in_the_bill() -> None:
    """A take nobody can fetch any more was made all the same."""
    told = story().hears(claimed(), sent(), failure(again=None, paid=True))

    told.then(state=State.FAILED, outcomes=(Outcome.GIVEN_UP,))
    assert told.hero.cost == told.job.money.charged


def test_an_id_of_an_earlier_attempt_is_for_the_ledger() -> None:
    """A late id never takes the node back (refuted by the model)."""
    told = second_attempt().hears(id_heard(attempt=1, name="op-1")).then_only_the_ledger(*PAID_AGAIN)

    assert ["op-1", "op-2"] == [line.provider_id for line in told.hero.attempts]
    assert "op-2" == told.hero.provider_id


def test_pending_of_an_earlier_attempt_is_nothing() -> None:
    """Only the current attempt's looks move the due."""
    second_attempt().hears(pending(attempt=1)).then_nothing()


def test_nothing_found_of_an_earlier_attempt_is_nothing() -> None:
    """A verdict over a state that has moved is void."""
    second_attempt().later(minutes=30).hears(nothing(attempt=1)).then_nothing()
