"""Money of what persons ask for after the order: a retry's is reserved anew, a cancelled job's goes back."""

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, Outcome, Purchase, State
from tests.pipeline.machine.settled import finished, settled
from tests.pipeline.machine.story import (
    COMPOSE,
    PRESENTED,
    PRESENTER,
    START,
    Story,
    arrived,
    claimed,
    failure,
    refused,
    sent,
    story,
)


class TestRetry:
    """A person wants a failed job tried again: what is finished is kept, the rest is reserved anew."""

    def failed(self) -> Story:
        """Begin where the clip failed as paid and the presenter's take was kept."""
        told = story(PRESENTED).hears(claimed(PRESENTER), sent(PRESENTER), claimed(), sent(), arrived(PRESENTER))
        return told.hears(failure(again=None, paid=True)).then(ending=Ending.FAILED).later(60)

    def test_keeps_what_is_finished(self) -> None:
        """The presenter's take is not bought again."""
        failed = self.failed()

        told = failed.hears(on.RetryAsked(reserved=5000))

        assert failed.job.nodes[PRESENTER] == told.job.nodes[PRESENTER]
        assert ("clip-1",) == told.woken
        assert (None, None) == (told.job.ending, told.job.trouble)

    def test_begins_a_new_take_under_numbers_that_grow(self) -> None:
        """The old attempt's name, prefix and task are never used again."""
        failed = self.failed()

        told = failed.hears(on.RetryAsked(reserved=5000)).then(state=State.QUEUED, outcomes=(Outcome.GIVEN_UP,))

        assert (2, 2) == (told.hero.take, told.hero.attempt)
        assert failed.hero.wake < told.hero.wake

    def test_reserves_again(self) -> None:
        """Nothing is tried for free: the new price is reserved and raises the ceiling (hole 46)."""
        failed = self.failed()

        told = failed.hears(on.RetryAsked(reserved=5000))

        assert failed.job.money.reserved + 5000 == told.job.money.reserved
        assert failed.job.money.ceiling + 10_000 == told.job.money.ceiling

    def test_settles_both_takes_at_its_end(self) -> None:
        """The paid first take and the second: charged once each, the rest goes back."""
        told = self.failed()
        told = told.hears(on.RetryAsked(reserved=told.hero.cost))

        told = finished(told.hears(claimed(take=2, attempt=2), arrived(take=2, attempt=2))).then(
            ending=Ending.COMPLETED
        )

        made = told.job.nodes
        assert 2 * made["clip-1"].cost + made[COMPOSE].cost == told.job.money.charged
        assert settled(told.job)

    def test_twice_is_once(self) -> None:
        """A repeated retry finds a living job and reserves nothing."""
        told = self.failed().hears(on.RetryAsked(reserved=5000)).later(1)

        told.hears(on.RetryAsked(reserved=5000)).then_nothing()

    def test_a_purchase_the_job_holds_buys_nothing_whatever_came_after_it(self) -> None:
        """The same call once more, after the job was tried again and has failed again."""
        asked = on.RetryAsked(reserved=5000, purchase=Purchase("name", "hash", START, ("clip-1",), 5000, 0))
        told = self.failed().hears(asked, claimed(take=2, attempt=2), failure(take=2, attempt=2, again=None))
        told.then(ending=Ending.FAILED)

        told.hears(asked).then_nothing()

    def test_a_cancelled_job_is_tried_again(self) -> None:
        """What was running when it was cancelled stays charged; the new take is reserved anew and paid once."""
        told = story().hears(claimed(), sent(), on.CancelAsked()).later(60)
        told = told.hears(on.RetryAsked(reserved=told.job.money.reserved))

        told = told.then(state=State.QUEUED, outcomes=(Outcome.GIVEN_UP,)).hears(claimed(take=2, attempt=2))
        told = finished(told.hears(arrived(take=2, attempt=2))).then(ending=Ending.COMPLETED)

        assert 2 * told.job.nodes["clip-1"].cost + told.job.nodes[COMPOSE].cost == told.job.money.charged
        assert settled(told.job)

    def test_is_only_for_what_has_failed_or_was_cancelled(self) -> None:
        """A finished and a living job stay what they are."""
        told = story().hears(claimed(), sent())

        told.hears(on.RetryAsked(reserved=1)).then_nothing()
        finished(told.hears(arrived())).hears(on.RetryAsked(reserved=1)).then_nothing()


class TestCancel:
    """A person does not want the film any more."""

    def test_stops_listening_at_once(self) -> None:
        """Every live node is cancelled, what is finished stays; nothing is enqueued any more."""
        told = story(PRESENTED).hears(claimed(PRESENTER), arrived(PRESENTER), claimed()).hears(on.CancelAsked("Ann"))

        assert (State.CANCELLED, State.DONE) == (told.hero.state, told.job.nodes[PRESENTER].state)
        assert () == told.woken
        told.then(ending=Ending.CANCELLED)

    def test_an_ended_job_cannot_be_cancelled(self) -> None:
        """An ended job stays ended."""
        told = finished(story().hears(claimed(), arrived()))

        told.hears(on.CancelAsked()).then_nothing()

    def test_a_failing_job_can_be_cancelled(self) -> None:
        """A job that is stopping can be cancelled at once, without waiting for its vendors."""
        told = story(PRESENTED).hears(claimed(PRESENTER), sent(PRESENTER), claimed(), refused())

        told.hears(on.CancelAsked()).then(ending=Ending.CANCELLED)
