"""A paid call: claimed once, sent once, and what is unclear is found out before anything is paid again."""

from dataclasses import replace

import pytest

from shared.codes import Code
from shared.pipeline.job.job import Outcome, Reconcile, State
from shared.pipeline.job.line import START_CLIP, WATCH_PRESENTER, reconcile_of, step_for
from shared.pipeline.job.machine import apply
from shared.pipeline.plan.plan import Cutout
from tests.pipeline.machine.story import (
    CLIP,
    HEYGEN,
    PRESENTED,
    PRESENTER,
    VEO,
    WAITS,
    Story,
    arrived,
    claimed,
    failure,
    id_heard,
    misconfigured,
    nothing,
    pending,
    postponed,
    reclaimed,
    refused,
    released,
    sent,
    story,
    swept,
    unclear,
)


def presenter() -> Story:
    return story(PRESENTED, PRESENTER).later(1)


def rich(told: Story) -> Story:
    """Let the job cost anything."""
    return replace(told, job=replace(told.job, money=replace(told.job.money, ceiling=10**12)))


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
