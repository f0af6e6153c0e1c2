"""Turns on the pure machine: who is parked, who is told, what ends a turn and what time does to those who wait."""

from dataclasses import replace
from datetime import timedelta

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.eta import eta
from shared.pipeline.job.job import Ending, Job, Node, Payer, State
from shared.pipeline.job.machine import apply
from shared.pipeline.job.place import Place
from shared.pipeline.job.portions import Portion, left_of, opened, place_of, startable
from shared.pipeline.job.status import Stage, stage, summary, waiting_for
from shared.pipeline.job.turns import Turn, TurnState, handings, has_task, is_parked, next_turn, standing
from shared.pipeline.plan.plan import COMPOSE_KEY, Kind
from shared.pipeline.vendors.figures import Outlook
from tests.pipeline.machine.casts import PAIR, cast_job
from tests.pipeline.machine.story import CHAIN, CLIP, JOB, START, WAITS, Story, crowd

LANE = "veo.shop.0"


def told(story: Story) -> Story:
    """Give the story's node its turn."""
    return story.hears(on.Unparked(story.node, story.hero.wake + 1))


def composing(job: Job) -> Job:
    """Return the job with all it needs, and its composition parked."""
    nodes = {key: replace(node, state=State.DONE, ended_at=START) for key, node in job.nodes.items()}
    last = replace(nodes[COMPOSE_KEY], state=State.QUEUED, queued_at=START, parked_at=START, ended_at=None)
    return replace(job, nodes={**nodes, COMPOSE_KEY: last})


def test_what_fits_the_free_share_has_no_lane() -> None:
    """A chain counts once: its one startable clip is the free one."""
    job = crowd(CHAIN).job

    assert (1, {}) == (job.place.open["veo"], dict(job.place.lanes))
    assert not is_parked(job.nodes[CLIP])


def test_what_does_not_fit_is_parked_without_a_task() -> None:
    """Two clips at once, or one beside another film's: all wait in the tenant's lane."""
    cut, beside = crowd().job, crowd(CHAIN, taken=1).job

    assert {"veo": LANE} == dict(cut.place.lanes) == dict(beside.place.lanes)
    assert [True, True] == [is_parked(cut.nodes[key]) for key in ("clip-1", "clip-2")]
    assert 0 == cut.nodes[CLIP].wake


def test_a_person_reads_that_the_film_waits() -> None:
    """The console's sentence says for whom; what is told its turn is no longer counted."""
    story = crowd()

    assert "2 wait for their turn among this tenant's own films" in summary(story.job)
    assert "1 wait" in summary(told(story).job)


def test_a_parked_composition_is_nobodys_work() -> None:
    """Nothing is composed while its turn has not come."""
    waiting = composing(crowd(CHAIN).job)

    assert (Stage.QUEUED, ()) == (stage(waiting), waiting_for(waiting))


def test_a_node_is_told_once() -> None:
    """The turn's wake is its task's; the same news again, or an older turn's, changes nothing."""
    story = told(crowd()).then(state=State.QUEUED, wakes=0)

    story.hears(on.Unparked(CLIP, 1)).then_nothing()
    story.hears(on.Unparked(CLIP, 2)).then_nothing()


def test_a_task_that_comes_twice_claims_nothing_parked() -> None:
    """Only a turn starts a parked node."""
    crowd().hears(on.Claimed(CLIP, 1, 1, "token")).then_nothing()


def test_a_busy_vendor_ends_no_turn() -> None:
    """Postponed it keeps its task, for later; a 429 after its claim parks it (hole 163)."""
    story = told(crowd())

    postponed = story.hears(on.Postponed(CLIP, 1, 1, timedelta(seconds=30), "busy"))
    refused = story.hears(on.Claimed(CLIP, 1, 1, "token")).hears(
        on.Released(CLIP, "token", "429", timedelta(seconds=30), refused=True)
    )

    assert not is_parked(postponed.hero)
    assert () == handings(story.job, postponed.job)
    assert refused.hero.parked_at == START + timedelta(seconds=30)


def test_time_in_a_lane_is_not_the_vendors() -> None:
    """A vendor's patience is for what it makes wait: a 429, an hour for the next turn, and it counts from there."""
    story = told(crowd()).hears(on.Claimed(CLIP, 1, 1, "token"))
    refused = story.hears(on.Released(CLIP, "token", "429", timedelta(seconds=30), refused=True))

    again = told(refused.later(minutes=60))

    assert refused.hero.waits_since == START
    assert again.hero.waits_since == START + timedelta(minutes=60) - timedelta(seconds=30)


def test_a_claim_leaves_the_turn_to_pass() -> None:
    """Whoever commits it knows which turn is over."""
    story = told(crowd())

    claimed = story.hears(on.Claimed(CLIP, 1, 1, "token"))

    (handing,) = handings(story.job, claimed.job)
    assert ("veo", LANE, (Turn(JOB, CLIP, 1),)) == (handing.queue, handing.lane, handing.left)


def test_the_oldest_of_a_job_comes_first_and_nobody_before_its_time() -> None:
    """Parked for later is not in line yet."""
    job = crowd().job
    later = replace(job.nodes[CLIP], parked_at=START + timedelta(minutes=10))
    waiting = replace(job, nodes={**job.nodes, CLIP: later})

    assert Turn(JOB, "clip-2", 1) == next_turn(waiting, "veo", START)
    assert next_turn(waiting, "veo", START - timedelta(seconds=1)) is None


def test_who_only_waits_is_neither_nudged_nor_given_up() -> None:
    """Twelve hours of sweeps: the due moves on, nothing else; the turn begins six hours (hole 164)."""
    story = crowd()
    for _ in range(24):
        story = story.later(minutes=30).hears(on.Swept())

    assert (True, 0, 0) == (is_parked(story.hero), story.hero.nudges, story.hero.wake)
    assert told(story).job.give_up_at == story.now + timedelta(hours=6)


def test_a_week_without_a_turn_is_the_end() -> None:
    """The person hears why; nothing was spent."""
    story = crowd().later(hours=24 * 7).hears(on.Swept())

    assert Ending.FAILED is story.job.ending
    assert story.job.trouble
    assert Code.NO_TURN == story.job.trouble.code
    assert story.job.money.reserved == story.job.money.refunded


def test_the_share_of_a_retry_is_judged_anew() -> None:
    """What others of the tenant want by then decides, not what they wanted at the order."""
    job = crowd().hears(on.CancelAsked()).job

    alone = Story(job).hears(on.RetryAsked(0, left={"veo": Portion(2, 1)}))
    beside = Story(job).hears(on.RetryAsked(0, left={"veo": Portion(1, 1)}))

    assert ({}, {"veo": LANE}) == (dict(alone.job.place.lanes), dict(beside.job.place.lanes))


def test_two_accounts_of_a_tenant_have_lanes_of_their_own() -> None:
    """A lane of an account's names its mode: tests wait for no production."""
    first = Node("speech-1", Kind.PRESENTER, (), 1, Payer.PROVIDER_ACCOUNT, "did", 60)
    takes = {key: replace(first, key=key) for key in ("speech-1", "speech-2")}

    place = place_of(JOB, "shop", replace(crowd().job.plan, mode="test"), takes, {"did": Portion(1, 1)})

    assert Place({"did": 2}, {"did": "did.shop.test.0"}) == place


def test_a_month_in_several_documents_has_no_free_part() -> None:
    """Sixteen documents would be sixteen free parts; lanes lose nobody anything (hole 159)."""
    allowed = {"veo": Portion(3, 1)}

    assert {"veo": Portion(1, 1)} == left_of(allowed, {"veo": 2}, shards=1)
    assert {"veo": Portion(0, 1)} == left_of(allowed, {}, shards=16)


def test_a_count_below_nothing_is_no_larger_free_part() -> None:
    """However wrong a count may be, nobody has more than the free part."""
    assert {"veo": Portion(3, 1)} == left_of({"veo": Portion(3, 1)}, {"veo": -40}, shards=1)


def test_an_ended_job_counts_once() -> None:
    """Code that counts nothing opens an ended job again: its next ending takes nothing off the count (hole 167)."""
    before = crowd().job
    ended = Story(before).hears(on.CancelAsked()).job
    reopened = replace(before, place=ended.place)

    first, second = opened(before, ended), opened(reopened, Story(reopened).hears(on.CancelAsked()).job)

    assert ({"veo": -2, "compose": -1}, {}) == (first, second)


def test_a_task_from_code_without_turns_is_no_waiting() -> None:
    """Older code's sweep wakes a parked node and leaves its word: it has a task and may be started, out of turn."""
    story = crowd()
    woken = replace(story.hero, wake=1, at=story.now)

    found = Story(replace(story.job, nodes={**story.job.nodes, CLIP: woken})).hears(on.Claimed(CLIP, 1, 1, "token"))

    assert (True, State.STARTING) == (has_task(woken), found.hero.state)
    assert TurnState.HELD is standing(woken, Turn(JOB, CLIP, 1))


def test_a_parked_composition_is_not_late() -> None:
    """It is expected from when its turn may come, however long it waits, and its figures begin at its turn."""
    waiting = composing(crowd(CHAIN).job)
    later = START + timedelta(hours=5)

    expected = eta(waiting, later, Outlook({}, {}, later))
    begun = apply(waiting, on.Unparked(COMPOSE_KEY, 1), later, WAITS).job.nodes[COMPOSE_KEY]

    assert (None, True) == (expected.late_since, expected.p50 is not None and expected.p50 > later)
    assert later == begun.queued_at


def test_shares_follow_from_a_rate() -> None:
    """Five seconds of it are one tenant's at most: 3 + 1 of 0.8 a second, 90 + 10 of 20."""
    assert Portion(3, 1) == Portion.of_rate(0.8)
    assert Portion(90, 10) == Portion.of_rate(20)
    assert Portion(1, 1) == Portion.of_rate(0.1)


def test_done_nodes_are_not_counted() -> None:
    """A chain whose first link is made wants its second: one."""
    job = crowd(CHAIN).job
    made = replace(job.nodes[CLIP], state=State.DONE)

    assert 1 == startable({**job.nodes, CLIP: made}, job.plan)["veo"]


def test_a_take_is_counted_wherever_it_may_be_asked_for() -> None:
    """A persona's takes count in the queue of each service that knows her, and have a lane there too (hole 303)."""
    pair = cast_job(PAIR)
    left = {"presenter": Portion(2, 1), "did": Portion(1, 1)}

    place = place_of(JOB, "shop", pair.plan, pair.nodes, left)

    assert {"veo": 2, "presenter": 2, "did": 2, "compose": 1} == dict(place.open)
    assert {"did": "did.shop.production.0"} == dict(place.lanes)


def test_a_service_that_was_left_is_not_counted_again() -> None:
    """A retried take that begins at the second service, where its mate's face is, may not come to the first."""
    pair = cast_job(PAIR)
    moved = {
        key: replace(node, provider="did", choice=1) for key, node in pair.nodes.items() if node.kind == "presenter"
    }

    assert {"veo": 2, "did": 2, "compose": 1} == startable({**pair.nodes, **moved}, pair.plan)
