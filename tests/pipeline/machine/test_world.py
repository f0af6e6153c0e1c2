"""Whatever happens to a job, in whatever order: never billed twice, never lost; and the laws bite planted bugs.

The same 800 lives at every run; ABROLL_WORLDS=50000 tries so many new ones.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Attempt, Ending, Job, Outcome, Reconcile, State
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.films import PHOTO, WHITE, film, filmed, spoken
from tests.pipeline.machine.laws import LawBroken
from tests.pipeline.machine.story import CHAIN, CLIP, FOOTAGE, PRESENTED, TWO_CLIPS, waiting
from tests.pipeline.machine.world import MOODS, Apply, World

SPOKEN = film(avatar_script="Good morning.", background=WHITE)
FILMS = (
    FOOTAGE,
    PRESENTED,
    TWO_CLIPS,
    CHAIN,
    SPOKEN,
    film(spoken("One."), spoken("Two."), filmed(script="Three.", image_url=PHOTO)),
)
PRESENTERS = (Reconcile.IDEMPOTENCY_KEY, Reconcile.LIST_BY_TITLE, Reconcile.NOTHING)
MANY = int(os.environ.get("ABROLL_WORLDS", "0"))
COMMON, RARE = 6, 1
LIKELY = {
    "life goes on": 3 * COMMON,
    "a task is delivered": COMMON,
    "a worker goes on": 2 * COMMON,
    "a vendor finishes": COMMON // 2,
    "news is heard": COMMON,
    "half a minute passes": COMMON // 2,
    "time passes": COMMON // 2,
    "a task is delivered twice": 2 * RARE,
    "a worker crashes": RARE,
    "a task is lost": RARE,
    "a vendor fails": 2 * RARE,
    "a vendor's file is unfit": 2 * RARE,
    "news is heard and comes again": RARE,
    "news is lost": RARE,
    "a person cancels": RARE,
    "the operator pushes": RARE,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happens."""

    what: str
    index: int
    mood: str
    fault: str
    seconds: int


turns = st.builds(
    Turn,
    st.sampled_from([what for what, weight in LIKELY.items() for _ in range(weight)]),
    st.integers(0, 3),
    st.sampled_from((*["fine"] * 4, *MOODS)),
    st.sampled_from((*[""] * 8, "crash", "ack lost")),
    st.sampled_from((1, 6, 12, 61, 125, 280, 620, 1210, 3700)),
)
lives = st.lists(turns, max_size=20) | st.lists(turns, min_size=40, max_size=70)


def happens(world: World, turn: Turn) -> None:
    """Let one thing happen; what cannot happen now lets life go on instead."""
    match turn.what:
        case "a task is delivered" | "a task is delivered twice" if world.tasks:
            world.deliver(turn.index, twice=turn.what.endswith("twice"))
        case "a worker goes on" if world.workers:
            world.go_on(turn.index, turn.mood, turn.fault)
        case "a worker crashes" if world.workers:
            world.crash(turn.index)
        case "a task is lost" if world.tasks:
            world.lose(turn.index)
        case _:
            _around_us(world, turn)


def _around_us(world: World, turn: Turn) -> None:
    match turn.what:
        case "a vendor finishes" | "a vendor fails" | "a vendor's file is unfit" if world.operations:
            world.finish(turn.index, failed=turn.what.endswith("fails"), unfit=turn.what.endswith("unfit"))
        case "news is heard" | "news is heard and comes again" if world.news:
            world.hear(turn.index, keep=turn.what.endswith("again"))
        case "news is lost" if world.news:
            world.drop(turn.index)
        case "half a minute passes" | "time passes":
            world.wait(30 if turn.what.startswith("half") else turn.seconds)
            world.sweep()
        case "the operator pushes":
            world.push()
        case "a person cancels" if not world.job.ending and turn.index == 0:
            world.cancel()
        case _ if world.job.ending in (Ending.FAILED, Ending.CANCELLED):
            world.retry(other_words=turn.index == 1, accounts=other_accounts(world.job) if turn.index > 1 else None)
        case _:
            world.go_on_fairly(turn.mood)


def other_accounts(job: Job) -> tuple[str, ...]:
    """Return the services that film with the platform's account once those that did do not, and the others do."""
    asked = {node.provider for node in job.nodes.values() if node.kind is Kind.PRESENTER}
    asked |= {each.provider for each in job.plan.understudies}
    return tuple(sorted(each for each in asked if each and each not in job.plan.platform_accounts))


def live(request: FilmRequest, life: list[Turn], presenter: Reconcile = Reconcile.IDEMPOTENCY_KEY) -> World:
    """Play a life, then let the job go on without faults to its end."""
    world = World(request, presenter=presenter)
    for turn in life:
        happens(world, turn)
    world.fairly()
    world.settles()
    return world


@settings(
    max_examples=MANY or 800,
    derandomize=not MANY,
    database=None,
)
@pytest.mark.timeout(900 + MANY // 20)
@given(st.sampled_from(FILMS), lives, st.sampled_from(PRESENTERS))
def test_every_life_keeps_the_laws_and_ends(request: FilmRequest, life: list[Turn], presenter: Reconcile) -> None:
    """Crashes, duplicates, lost and late news, frozen workers, cancel and retry: all laws hold, and the job ends."""
    assert live(request, life, presenter).job.ending


@pytest.mark.parametrize("request_", FILMS)
def test_a_life_without_faults_is_short(request_: FilmRequest) -> None:
    """Left alone, every kind of film is finished, each take made once."""
    world = World(request_)

    steps = world.fairly()

    paid = [key for key, node in world.job.nodes.items() if node.kind in (Kind.CLIP, Kind.PRESENTER)]
    assert Ending.COMPLETED is world.job.ending
    assert sorted(paid) == sorted(each.node for each in world.operations)
    assert steps < 20 * len(world.job.nodes)


def test_a_key_repeated_in_vain_is_looked_for_by_its_title() -> None:
    """No repeat was ever answered, and nothing was made: the film comes all the same, by another attempt."""
    world = World(SPOKEN)
    for _ in range(8):
        work(world, "nothing made, answer lost")
        world.wait(31)
    assert [] == world.operations

    world.fairly()

    assert Ending.COMPLETED is world.job.ending
    assert [2] == [each.attempt for each in world.operations]


@pytest.mark.parametrize("mood", ["answer lost", "nothing made, answer lost"])
def test_a_vendor_that_lists_titles_is_never_asked_twice(mood: str) -> None:
    """The list shows what was made, or that nothing was when the vendor's longest time is over: one take either way."""
    world = World(SPOKEN, presenter=Reconcile.LIST_BY_TITLE)
    work(world, mood)

    world.fairly()

    assert Ending.COMPLETED is world.job.ending
    assert [1 if mood == "answer lost" else 2] == [each.attempt for each in world.operations]


def test_a_vendor_that_shows_nothing_is_heard_out_and_left_to_a_person() -> None:
    """Nobody can tell whether it was made: counted as paid, never ordered again by us, and the job says what to do."""
    world = World(SPOKEN, presenter=Reconcile.NOTHING)
    work(world, "nothing made, answer lost")

    world.fairly()

    node = world.job.nodes["presenter-1"]
    assert (Ending.FAILED, Code.UNANSWERED, 1) == (world.job.ending, node.code, node.attempt)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert [] == world.operations


def test_the_late_film_of_a_vendor_that_shows_nothing_is_taken() -> None:
    """Its own news is the only witness; while the attempt is heard out a webhook still makes it whole."""
    world = World(SPOKEN, presenter=Reconcile.NOTHING)
    work(world, "answer lost")
    world.finish(0)
    world.hear(0)

    world.fairly()

    assert Ending.COMPLETED is world.job.ending
    assert 1 == len(world.operations)


@pytest.mark.parametrize("request_", [FOOTAGE, SPOKEN])
def test_an_unfit_file_fails_its_take_and_a_retry_orders_it_again(request_: FilmRequest) -> None:
    """What was made and paid but is no film is never ordered again by us, and once more by a person."""
    world = World(request_)
    work(world)
    world.finish(0, unfit=True)
    world.fairly()
    assert (Ending.FAILED, 1) == (world.job.ending, len(world.operations))

    world.retry()
    world.fairly()

    assert (Ending.COMPLETED, 2) == (world.job.ending, len(world.operations))


# The tests' tests: a machine with a planted bug is caught.


def wakes_never_grow(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Forget the wake number: hole 1."""
    moved = apply(job, event, now, timeouts)
    return replace(
        moved, job=replace(moved.job, nodes={key: replace(node, wake=1) for key, node in moved.job.nodes.items()})
    )


def retry_begins_at_one(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Reset the node: attempt 1 again."""
    moved = apply(job, event, now, timeouts)
    if not isinstance(event, on.RetryAsked) or not moved.changed:
        return moved
    reset = {
        key: node if node.state is State.DONE else replace(node, attempt=1) for key, node in moved.job.nodes.items()
    }
    return replace(moved, job=replace(moved.job, nodes=reset))


def nothing_found_is_believed(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Give up an unclear call at the first empty look: hole 32."""
    return apply(job, event, now, waiting(timeouts, unknown=0) if isinstance(event, on.NothingFound) else timeouts)


def ended_nodes_are_left_by_news(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Let a film finish whatever it is about."""
    moved = apply(job, event, now, timeouts)
    if not isinstance(event, on.FilmArrived):
        return moved
    node = moved.job.nodes[event.node]
    taken = replace(node, state=State.DONE, output=event.output, due=None)
    if taken == node:
        return moved
    return replace(moved, changed=True, job=replace(moved.job, nodes={**moved.job.nodes, node.key: taken}))


def an_old_look_is_believed(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Forget when a look began: a frozen watcher's empty hands count as fresh."""
    return apply(job, replace(event, at=None) if isinstance(event, on.NothingFound) else event, now, timeouts)


def every_repeat_is_a_new_call(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Raise HeyGen's key with each busy answer, even to a repeat."""
    moved = apply(job, event, now, timeouts)
    if not isinstance(event, on.Released) or not event.refused or not moved.changed:
        return moved
    node = replace(moved.job.nodes[event.node], refusals=job.nodes[event.node].refusals + 1)
    return replace(moved, job=replace(moved.job, nodes={**moved.job.nodes, node.key: node}))


def silence_is_charged(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Count a call that left no trace as paid."""
    return _lines_become(Outcome.NOTHING_MADE, Outcome.GIVEN_UP, apply(job, event, now, timeouts))


def a_late_film_is_free(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Forget to charge a film that came after its call was given up."""
    return _lines_become(Outcome.LATE, Outcome.NOTHING_MADE, apply(job, event, now, timeouts))


def _lines_become(wrongly: Outcome, other: Outcome, moved: Transition) -> Transition:
    nodes = {
        key: replace(node, attempts=tuple(_become(line, wrongly, other) for line in node.attempts))
        for key, node in moved.job.nodes.items()
    }
    return replace(moved, job=replace(moved.job, nodes=nodes))


def _become(line: Attempt, wrongly: Outcome, other: Outcome) -> Attempt:
    return replace(line, outcome=other) if line.outcome is wrongly else line


def every_vendor_honours_keys(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Take a vendor without keys for one with keys: what the kind of a node once decided."""
    if isinstance(event, on.Claimed):
        event = replace(event, reconcile=Reconcile.IDEMPOTENCY_KEY)
    return apply(job, event, now, timeouts)


def due_is_forgotten(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Lose the sweep's time of a node that runs."""
    moved = apply(job, event, now, timeouts)
    if not isinstance(event, on.Sent) or not moved.changed:
        return moved
    node = replace(moved.job.nodes[event.node], due=None)
    return replace(moved, job=replace(moved.job, nodes={**moved.job.nodes, node.key: node}))


def work(world: World, mood: str = "fine") -> None:
    """Let every task that is due be worked off, the vendors in this mood and busy making what they accept."""
    while world.workers or any(task.at <= world.now for task in world.tasks):
        if world.workers:
            world.go_on(0, mood)
        else:
            world.deliver(0)


def busy_once(world: World) -> None:
    work(world, "busy")


def refused_and_retried(world: World) -> None:
    work(world, "refused")
    world.retry()


def answer_lost_and_looked_for(world: World) -> None:
    work(world, "answer lost")
    world.wait(300)
    world.sweep()
    work(world)


def answer_lost_and_watcher_frozen(world: World) -> None:
    work(world, "answer lost")
    world.wait(300)
    world.sweep()
    world.deliver(0)  # looks, finds nothing yet, freezes
    world.finish(0)
    world.drop(0)
    world.wait(1000)
    world.sweep()  # the job is written by somebody else meanwhile
    work(world)


def silent_to_the_end(world: World) -> None:
    work(world, "nothing made, answer lost")
    for _ in range(25):
        world.wait(60)
        world.sweep()
        work(world)


def film_after_another_words(world: World) -> None:
    """A person asks anew while a vendor still makes the old take's film."""
    work(world)
    world.wait(60)
    world.commit(world.read(), on.FailureHeard(CLIP, 1, 1, Code.FILTERED, "filtered", "other words", None))
    world.retry()
    work(world)
    world.finish(0)
    world.hear(0)


def answer_lost_and_asked_again(world: World) -> None:
    work(world, "answer lost")
    world.wait(31)
    work(world)


def film_after_cancel(world: World) -> None:
    work(world)
    world.finish(0)
    world.cancel()
    world.hear(0)


def answer_lost_and_busy_at_the_repeat(world: World) -> None:
    work(world, "answer lost")
    world.wait(31)
    work(world, "busy")
    world.wait(31)
    work(world)


@pytest.mark.parametrize(
    ("planted", "request_", "life", "law"),
    [
        (wakes_never_grow, FOOTAGE, busy_once, "LIVE"),
        (retry_begins_at_one, FOOTAGE, refused_and_retried, "GROWS"),
        (nothing_found_is_believed, FOOTAGE, answer_lost_and_looked_for, "BILL"),
        (an_old_look_is_believed, FOOTAGE, answer_lost_and_watcher_frozen, "BILL"),
        (silence_is_charged, FOOTAGE, silent_to_the_end, "BOOKS"),
        (a_late_film_is_free, FOOTAGE, film_after_another_words, "BOOKS"),
        (ended_nodes_are_left_by_news, FOOTAGE, film_after_cancel, "ENDS"),
        (every_repeat_is_a_new_call, SPOKEN, answer_lost_and_busy_at_the_repeat, "BILL"),
        (due_is_forgotten, FOOTAGE, work, "ENDS"),
    ],
)
def test_a_planted_bug_is_caught(
    planted: Apply, request_: FilmRequest, life: Callable[[World], None], law: str
) -> None:
    """The same life that keeps all laws breaks one when a rule is taken out of the machine."""
    true, bugged = World(request_), World(request_, planted)
    life(true)
    true.fairly()
    true.settles()

    with pytest.raises(LawBroken, match=f"^{law}"):
        _lived(bugged, life)


def _lived(world: World, life: Callable[[World], None]) -> None:
    life(world)
    world.fairly()
    world.settles()
