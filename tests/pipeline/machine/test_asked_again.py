"""An unclear call asked for again: under its key where the vendor takes one, and never where it takes none."""

from dataclasses import replace

import pytest

from shared.pipeline.job.job import Outcome, Reconcile, State
from shared.pipeline.job.line import START_CLIP, WATCH_PRESENTER, step_for
from shared.pipeline.plan.plan import Cutout
from tests.pipeline.machine.story import (
    CLIP,
    HEYGEN,
    PRESENTER,
    WAITS,
    Story,
    arrived,
    claimed,
    misconfigured,
    nothing,
    presenter,
    reclaimed,
    refused,
    released,
    sent,
    story,
    swept,
    unclear,
)


class TestTheSameKey:
    """An unclear presenter is asked for again under its key: the key makes it harmless."""

    def unclear(self) -> Story:
        """Begin where the first call's answer was lost."""
        return presenter().hears(claimed(PRESENTER, "a"), unclear(PRESENTER, "a"))

    def test_is_asked_again_after_half_a_minute(self) -> None:
        """The key makes waiting needless."""
        self.unclear().then(state=State.STARTING, wakes=WAITS.replay_after, outcomes=(Outcome.UNCLEAR,))

    def test_is_not_repeated_earlier(self) -> None:
        """Somebody may still be waiting for the first answer."""
        self.unclear().later(29).hears(reclaimed("b")).then_nothing()

    def test_is_repeated_by_one_worker(self) -> None:
        """Of two workers who want to repeat the call, one does."""
        told = self.unclear().later(30).hears(reclaimed("b")).then(state=State.STARTING, due=HEYGEN.claim)

        told.later(1).hears(reclaimed("c")).then_nothing()
        told.later(2).hears(sent(PRESENTER, "b")).then(state=State.RUNNING)

    def test_is_repeated_when_a_worker_died(self) -> None:
        """An expired claim nobody spoke about is repeated under its key, too."""
        told = presenter().hears(claimed(PRESENTER, "a"))

        told.later(HEYGEN.claim - 1).hears(reclaimed("b")).then_nothing()
        told.later(HEYGEN.claim).hears(reclaimed("b")).then(state=State.STARTING, due=HEYGEN.claim)

    def test_is_never_repeated_after_23_hours(self) -> None:
        """HeyGen forgets keys after a day: an old key would make a second video."""
        self.unclear().later(hours=23, seconds=-1).hears(reclaimed("b")).then(due=HEYGEN.claim)
        self.unclear().later(hours=23).hears(reclaimed("b")).then_nothing()

    def test_keeps_its_first_hour_over_repeats(self) -> None:
        """Repeating does not make a key younger."""
        told = self.unclear().later(hours=22).hears(reclaimed("b"), unclear(PRESENTER, "b"))

        told.later(hours=1).hears(reclaimed("c")).then_nothing()

    def test_is_not_for_clips(self) -> None:
        """Veo knows no key."""
        told = story().hears(claimed(), unclear()).later(hours=1)

        told.hears(replace(reclaimed("b"), node=told.node)).then_nothing()

    def test_busy_at_the_repeat_proves_nothing_about_the_first_call(self) -> None:
        """A 429 for the repeat makes no new key: the first call may have made the video."""
        told = self.unclear().later(30).hears(reclaimed("b"))

        told = told.hears(released(PRESENTER, "b", after=60, refused=True))

        told.then(state=State.STARTING, wakes=60, outcomes=(Outcome.UNCLEAR,))
        assert 0 == told.hero.refusals
        told.later(60).hears(reclaimed("c")).then(state=State.STARTING, due=HEYGEN.claim)

    def test_an_unsent_repeat_leaves_the_first_call_unclear(self) -> None:
        """A repeat that never left the house does not make the first call free."""
        told = self.unclear().later(30).hears(reclaimed("b")).hears(released(PRESENTER, "b", after=1))

        told.then(state=State.STARTING, wakes=WAITS.replay_after, outcomes=(Outcome.UNCLEAR,))

    def test_gone_at_the_repeat_leaves_the_first_call_unclear(self) -> None:
        """A 404 for the repeat is held for an operator under the same key: a new one could be a second video."""
        told = self.unclear().later(30).hears(reclaimed("b")).hears(misconfigured(PRESENTER, "b"))

        told.then(state=State.STARTING, wakes=WAITS.hold_step, outcomes=(Outcome.UNCLEAR,))
        assert told.hero.held_since is not None
        told.later(WAITS.hold_step).hears(reclaimed("c")).then(state=State.STARTING, due=HEYGEN.claim)

    def test_a_refused_repeat_is_no_verdict_on_the_first_call(self) -> None:
        """Out of credits at the repeat: the first call may be filming; claim and key stay, and its film counts."""
        told = presenter().hears(claimed(PRESENTER), unclear(PRESENTER)).later(30).hears(reclaimed())
        told = told.hears(refused(PRESENTER, "b")).then(state=State.STARTING, wakes=WAITS.replay_after)

        told = told.hears(arrived(PRESENTER))

        assert (State.DONE, 1) == (told.hero.state, len(told.hero.attempts))

    def test_a_repeat_told_to_ask_differently_does(self) -> None:
        """A look that cannot be transparent could not be the first time either: nothing was made."""
        told = self.unclear().later(30).hears(reclaimed("b"))

        told.hears(released(PRESENTER, "b", refused=True, cutout=Cutout.KEY)).then(state=State.QUEUED, wakes=1)


@pytest.mark.parametrize("way", [Reconcile.LIST_BY_TITLE, Reconcile.NOTHING])
class TestAVendorWithoutKeys:
    """What the vendor offers stands in the claim: a presenter's call is not repeated because it is a presenter's."""

    def test_is_never_asked_again_under_the_same_attempt(self, way: Reconcile) -> None:
        """Neither soon after its answer was lost nor when its worker died."""
        told = presenter().hears(replace(claimed(PRESENTER), reconcile=way), unclear(PRESENTER))

        for minutes in (1, 5, 30, 600):
            told.later(minutes=minutes).hears(reclaimed()).then_nothing()

    def test_is_looked_for_from_its_claims_end(self, way: Reconcile) -> None:
        """The sweep's task is a look, not a start: nobody could send by mistake."""
        told = presenter().hears(replace(claimed(PRESENTER), reconcile=way), unclear(PRESENTER))
        told.then(state=State.STARTING, due=HEYGEN.claim)

        swept_up = told.later(HEYGEN.claim).hears(swept())

        assert WATCH_PRESENTER is step_for(swept_up.hero)


class TestAKeyedClip:
    """A clip of a vendor that takes keys: asked again under its key, never looked for in a bucket (hole 258)."""

    def unclear(self) -> Story:
        """Order one whose answer is lost."""
        told = story()
        hero = replace(told.hero, provider="heygen_video")
        told = replace(told, job=replace(told.job, nodes={**told.job.nodes, CLIP: hero}))
        return told.hears(replace(claimed(), reconcile=Reconcile.IDEMPOTENCY_KEY), unclear())

    def test_it_is_asked_again_under_its_key(self) -> None:
        """Half a minute later its start step takes the claim over; the attempt stays."""
        told = self.unclear().then(state=State.STARTING, wakes=WAITS.replay_after, outcomes=(Outcome.UNCLEAR,))
        assert START_CLIP is step_for(told.hero)

        told = told.later(WAITS.replay_after).hears(reclaimed("b", node=CLIP))

        told.then(state=State.STARTING, due=WAITS.of("heygen_video").claim)
        assert told.hero.claim is not None
        assert (1, 1) == (told.hero.claim.repeats, told.hero.attempt)

    def test_an_empty_bucket_says_nothing_of_it(self) -> None:
        """Veo's way of looking ends nothing, however late it is."""
        told = self.unclear().later(hours=2)

        told.hears(nothing(how=Reconcile.OBJECT)).then_nothing()
        told.hears(nothing(how=Reconcile.LIST_BY_TITLE)).then_nothing()

    def test_without_a_list_it_is_heard_out(self) -> None:
        """Only its own news could tell: after the silence it counts as paid, and no attempt follows."""
        told = self.unclear().later(minutes=29).hears(nothing(how=Reconcile.NOTHING)).then(state=State.STARTING)

        told = told.later(minutes=1).hears(nothing(how=Reconcile.NOTHING))

        told.then(state=State.FAILED, outcomes=(Outcome.GIVEN_UP,), code="unanswered")
