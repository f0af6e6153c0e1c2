"""Films with a second avatar service, in every order of events: one face, one bill a want, and always an end."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, Job, State
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.machine.casts import ONE, PAIR, cast_job
from tests.pipeline.machine.laws import LawBroken
from tests.pipeline.machine.story import PRESENTER
from tests.pipeline.machine.test_world import LIKELY, Turn, happens, work
from tests.pipeline.machine.world import MOODS, Apply, World

MANY = int(os.environ.get("ABROLL_WORLDS", "0"))
RULES: tuple[Mapping[str, Any], ...] = (
    {},
    {"without_presenter": True},
    {"without_presenter": True, "understudies": ()},
    {"platform_accounts": ("heygen",)},
    {"platform_accounts": ("did",), "without_presenter": True},
    {"platform_accounts": ("heygen", "did"), "pay_again": True},
    {"rates": (16_700, 43_300), "platform_accounts": ("heygen",)},
    {"rates": (43_300, 66_700, 16_700), "without_presenter": True},
)
BAD = (*MOODS, "broke", "broke everywhere", "unsent")
turns = st.builds(
    Turn,
    st.sampled_from([what for what, weight in LIKELY.items() for _ in range(weight)]),
    st.integers(0, 3),
    st.sampled_from((*["fine"] * 4, *BAD)),
    st.sampled_from((*[""] * 8, "crash", "ack lost")),
    st.sampled_from((1, 6, 12, 61, 125, 280, 620, 1210, 3700)),
)
lives = st.lists(turns, max_size=20) | st.lists(turns, min_size=40, max_size=70)


def world(request: FilmRequest = ONE, apply: Apply = apply, *, rates: tuple[int, ...] = (), **plan: Any) -> World:
    """Return the small world of a film that another service can take over; with `rates` its price was a guess."""
    return World(request, apply, born=partial(cast_job, guessed=bool(rates), **plan), rates=rates)


@settings(
    max_examples=MANY or 250,
    derandomize=not MANY,
    database=None,
)
@pytest.mark.timeout(900 + MANY // 20)
@given(st.sampled_from((ONE, PAIR)), st.sampled_from(RULES), lives)
def test_every_life_keeps_the_laws_and_ends(request: FilmRequest, rule: Mapping[str, Any], life: list[Turn]) -> None:
    """BILL by want, CAST and ONCE beside all others; what is at risk is charged, whichever service it lies at."""
    lived = world(request, **rule)
    for turn in life:
        happens(lived, turn)
    lived.fairly()
    lived.settles()

    assert lived.job.ending


@pytest.mark.parametrize("request_", [ONE, PAIR])
def test_without_faults_the_first_service_makes_each_take_once(request_: FilmRequest) -> None:
    """A film that could switch is made as any other, in as many orders."""
    lived = world(request_)

    lived.fairly()

    takes = [node for node in lived.job.nodes.values() if node.kind is Kind.PRESENTER]
    assert Ending.COMPLETED is lived.job.ending
    assert {("heygen", 0, 1)} == {(node.provider, node.choice, len(node.attempts)) for node in takes}


# The tests' tests: a machine with a planted bug is caught.


def a_503_is_a_verdict(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Take an order without an answer for one that was refused."""
    if isinstance(event, on.Unclear) and event.node == PRESENTER:
        event = on.Rejected(event.node, event.token, Code.CREDITS, event.why, "ask another")
    return apply(job, event, now, timeouts)


def a_refused_repeat_is_a_verdict(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Forget that an unclear call came before the one that was refused."""
    if isinstance(event, on.Rejected) and (claim := job.nodes[event.node].claim):
        once = replace(job.nodes[event.node], claim=replace(claim, repeats=0))
        job = replace(job, nodes={**job.nodes, event.node: once})
    return apply(job, event, now, timeouts)


def silence_is_a_verdict(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Ask the next service for what may have been made, though nobody said that it may be paid twice."""
    return apply(replace(job, plan=replace(job.plan, pay_again=True)), event, now, timeouts)


def a_mate_moves_alone(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Leave the rest of a cast at the service that was left."""
    moved = apply(job, event, now, timeouts)
    stays = {
        key: job.nodes[key] if key != getattr(event, "node", "") and node.choice > job.nodes[key].choice else node
        for key, node in moved.job.nodes.items()
    }
    return replace(moved, job=replace(moved.job, nodes=stays))


def a_mate_is_not_bound(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Let a take switch though another one of its cast is made where it was."""
    if not isinstance(event, on.Rejected):
        return apply(job, event, now, timeouts)
    hidden = {
        key: replace(node, state=State.BLOCKED) for key, node in job.nodes.items() if key != getattr(event, "node", "")
    }
    hidden = {key: node for key, node in hidden.items() if node.kind is Kind.PRESENTER}
    moved = apply(replace(job, nodes={**job.nodes, **hidden}), event, now, timeouts)
    shown = {key: job.nodes[key] if key in hidden else node for key, node in moved.job.nodes.items()}
    return replace(moved, job=replace(moved.job, nodes=shown))


def a_switch_begins_a_want(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Begin at the first service again, as if a person had asked anew."""
    moved = apply(job, event, now, timeouts)
    again = {
        key: replace(node, choice=0, provider="heygen") if node.choice and node.state is State.FAILED else node
        for key, node in moved.job.nodes.items()
    }
    return replace(moved, job=replace(moved.job, nodes=again))


def a_left_out_take_is_done(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Adopt what was left out as if it were there."""
    moved = apply(job, event, now, timeouts)
    nodes = {key: replace(node, state=State.DONE) if node.waived_at else node for key, node in moved.job.nodes.items()}
    return replace(moved, job=replace(moved.job, nodes=nodes))


def through_failed(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Fail the take first, and let the next service be asked after that: everything else is held by then (hole 76)."""
    alone = replace(job, plan=replace(job.plan, understudies=(), without_presenter=False))
    failed = apply(alone, event, now, timeouts)
    told = getattr(event, "node", "")
    node = failed.job.nodes.get(told)
    if node is None or node.state is not State.FAILED or not job.plan.understudies:
        return replace(failed, job=replace(failed.job, plan=job.plan))
    switched = apply(job, event, now, timeouts).job.nodes[told]
    return replace(failed, job=replace(failed.job, plan=job.plan, nodes={**failed.job.nodes, told: switched}))


def the_old_payer_stays(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Let whoever paid the service that was left pay the next one, too."""
    moved = apply(job, event, now, timeouts)
    kept = {
        key: replace(node, payer=job.nodes[key].payer) if node.choice > job.nodes[key].choice else node
        for key, node in moved.job.nodes.items()
    }
    return replace(moved, job=replace(moved.job, nodes=kept))


def a_retry_keeps_the_payer(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Have a want of its own paid by whom the want before was paid by."""
    moved = apply(job, event, now, timeouts)
    kept = {key: replace(node, payer=job.nodes[key].payer) for key, node in moved.job.nodes.items()}
    return replace(moved, job=replace(moved.job, nodes=kept)) if isinstance(event, on.RetryAsked) else moved


def the_vendors_usual_payer_is_booked(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Book every line to whom its vendor bills where the tenant has an account of its own."""
    moved = apply(job, event, now, timeouts)
    node = moved.job.nodes.get(getattr(event, "node", ""))
    if node is None or not isinstance(event, on.Claimed):
        return moved
    lines = tuple(replace(line, payer=VENDORS[line.vendor].payer if line.vendor else None) for line in node.attempts)
    return replace(moved, job=replace(moved.job, nodes={**moved.job.nodes, node.key: replace(node, attempts=lines)}))


def a_film_costs_what_the_order_was_told(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Bill a film at the plan's price, whatever its attempt was claimed at."""
    if isinstance(event, on.FilmArrived):
        node = job.nodes[event.node]
        forgotten = replace(node, attempts=tuple(replace(line, rate=None) for line in node.attempts))
        job = replace(job, nodes={**job.nodes, node.key: forgotten})
    return apply(job, event, now, timeouts)


def all_is_well(lived: World) -> None:
    lived.wait(1)  # starts of one job are staggered
    work(lived)


def lost_once(lived: World) -> None:
    lived.wait(1)  # starts of one job are staggered
    work(lived, "answer lost")


def lost_then_broke(lived: World) -> None:
    lived.wait(1)  # starts of one job are staggered
    work(lived, "answer lost")
    lived.wait(31)
    work(lived, "broke")


def never_ends(lived: World) -> None:
    lived.wait(1)  # starts of one job are staggered
    work(lived)
    lived.now += timedelta(minutes=31)
    about = lived.job.nodes[PRESENTER]
    lived.commit(lived.read(), on.PendingSeen(PRESENTER, about.take, about.attempt))
    work(lived)


def mate_broke(lived: World) -> None:
    """Let the lead be accepted, and the account be empty after it."""
    lived.wait(1)
    while not any(each.node == PRESENTER for each in lived.operations):
        if lived.workers:
            lived.go_on(0)
        else:
            lived.deliver(0)
    work(lived, "broke")


def both_broke(lived: World) -> None:
    lived.wait(1)  # starts of one job are staggered
    work(lived, "broke everywhere")


def retried_by_another_account(lived: World) -> None:
    """Let both accounts be empty, and a person try again when the tenant has an account of its own."""
    both_broke(lived)
    lived.fairly()
    lived.retry(accounts=())


def lead_broke(lived: World) -> None:
    """Let the lead find the account empty, and all go well after that."""
    lived.wait(1)
    while lived.job.nodes[PRESENTER].choice == 0:
        if lived.workers:
            lived.go_on(0, "broke" if lived.job.nodes[PRESENTER].state is State.STARTING else "fine")
        else:
            lived.deliver(0)
    work(lived)


PLANTED: tuple[tuple[Apply, FilmRequest, Mapping[str, Any], Callable[[World], None], str], ...] = (
    (a_503_is_a_verdict, ONE, {}, lost_once, "BILL"),
    (a_refused_repeat_is_a_verdict, ONE, {}, lost_then_broke, "BILL"),
    (silence_is_a_verdict, ONE, {}, never_ends, "BILL"),
    (a_mate_moves_alone, PAIR, {}, lead_broke, "CAST|ONCE"),
    (a_mate_is_not_bound, PAIR, {}, mate_broke, "CAST"),
    (a_switch_begins_a_want, ONE, {}, both_broke, "ONCE"),
    (a_left_out_take_is_done, ONE, RULES[2], both_broke, "FILMS|MOVES"),
    (the_old_payer_stays, ONE, RULES[3], lead_broke, "WHOSE"),
    (the_old_payer_stays, ONE, RULES[4], lead_broke, "WHOSE"),
    (a_retry_keeps_the_payer, ONE, {"platform_accounts": ("did",)}, retried_by_another_account, "WHOSE"),
    (the_vendors_usual_payer_is_booked, ONE, RULES[3], lost_once, "WHOSE"),
    (a_film_costs_what_the_order_was_told, ONE, RULES[6], all_is_well, "BOOKS"),
)


@pytest.mark.parametrize(("planted", "request_", "rule", "life", "law"), PLANTED)
def test_a_planted_bug_is_caught(
    planted: Apply, request_: FilmRequest, rule: Mapping[str, Any], life: Callable[[World], None], law: str
) -> None:
    """The same life that keeps all laws breaks one when a rule of the switch is taken out of the machine."""
    true, bugged = world(request_, **rule), world(request_, planted, **rule)
    _lived(true, life)

    with pytest.raises(LawBroken, match=f"^({law})"):
        _lived(bugged, life)


def test_a_switch_through_failed_would_hold_the_film() -> None:
    """Its siblings would be cancelled: the very commit leaves them as they are."""
    right, wrong = world(), world(apply=through_failed)

    for lived in (right, wrong):
        lead_broke(lived)
        lived.fairly()

    assert (Ending.COMPLETED, False) == (right.job.ending, wrong.job.ending is Ending.COMPLETED)


def _lived(lived: World, life: Callable[[World], None]) -> None:
    life(lived)
    lived.fairly()
    lived.settles()
