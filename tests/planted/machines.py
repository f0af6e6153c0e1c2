"""Planted bugs that the machine's own worlds can see: a rule taken out, a wait without an end, and their lives."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Reconcile
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.machine.story import CLIP, FOOTAGE, WAITS, waiting
from tests.pipeline.machine.test_world import (
    SPOKEN,
    answer_lost_and_asked_again,
    answer_lost_and_looked_for,
    busy_once,
    ended_nodes_are_left_by_news,
    every_vendor_honours_keys,
    film_after_cancel,
    nothing_found_is_believed,
    refused_and_retried,
    retry_begins_at_one,
    wakes_never_grow,
    work,
)
from tests.pipeline.machine.world import LONG, Apply, World

FOR_EVER = 1e9  # seconds


@dataclass(frozen=True, slots=True)
class Bug:
    """A rule that is taken out, the life that needs it, and the law that breaks without."""

    name: str
    law: str
    life: Callable[[World], None]
    machine: Apply = apply
    timeouts: Timeouts = WAITS
    request: FilmRequest = FOOTAGE
    presenter: Reconcile = Reconcile.IDEMPOTENCY_KEY
    rates: tuple[int, ...] = ()  # that its looks tell before their claims; () = as planned

    def __str__(self) -> str:
        return self.name

    def true(self) -> World:
        """Return the world of the product."""
        return World(self.request, presenter=self.presenter, rates=self.rates)

    def bugged(self) -> World:
        """Return the same world with the bug in it."""
        return World(self.request, self.machine, self.timeouts, self.presenter, rates=self.rates)


def every_take_is_the_wanted_one(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Take any film of the node for the one that is wanted."""
    if isinstance(event, on.FilmArrived):
        event = replace(event, take=job.nodes[event.node].take)
    return apply(job, event, now, timeouts)


def claimed_and_died(world: World) -> None:
    """The worker dies between its claim and its send."""
    world.deliver(0)
    world.go_on(0)
    world.crash(0)


def frozen_between_claim_and_send(world: World) -> None:
    """The worker sleeps until another attempt was sent in its place, then goes on where it stood."""
    world.deliver(0)
    world.go_on(0)
    frozen = world.workers.pop()
    while world.job.nodes[CLIP].attempt == 1 and not world.operations:
        world.wait(60)
        world.sweep()
        work(world)
    world.workers.append(frozen)
    world.go_on(0)


def tried_again_before_the_old_film_comes(world: World) -> None:
    """The vendor is slower than ever: the clip ends in time, a person tries again, then the first film arrives."""
    work(world)
    world.operations[0].until = world.now + LONG
    while not world.job.ending:
        world.wait(60)
        world.sweep()
        work(world)
    world.retry()
    world.finish(0)
    world.hear(0)


def an_unfit_file_is_ordered_again(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Take a file that is not what was ordered for the vendor's failure."""
    if isinstance(event, on.FileRefused):
        about = (event.node, event.take, event.attempt)
        event = on.FailureHeard(*about, event.code, event.why, event.next_move, timedelta(0))
    return apply(job, event, now, timeouts)


def the_guess_is_booked(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Book a take as its order was told, though its look told a cheaper engine since."""
    return apply(job, replace(event, rate=None) if isinstance(event, on.Claimed) else event, now, timeouts)


def half_a_film_comes(world: World) -> None:
    """The vendor says its take is finished, and its link gives half of it."""
    work(world)
    world.finish(0, unfit=True)


BUGS = (
    Bug("no wake number", "LIVE", busy_once, wakes_never_grow),
    Bug("no send window", "BILL", frozen_between_claim_and_send, timeouts=replace(WAITS, send_window=FOR_EVER)),
    Bug("attempt reset by retry", "GROWS", refused_and_retried, retry_begins_at_one),
    Bug("impatient reconcile", "BILL", answer_lost_and_looked_for, nothing_found_is_believed),
    Bug(
        "a keyless vendor asked again",
        "BILL",
        answer_lost_and_asked_again,
        every_vendor_honours_keys,
        request=SPOKEN,
        presenter=Reconcile.LIST_BY_TITLE,
    ),
    Bug("a claim never expires", "LIVE", claimed_and_died, timeouts=waiting(WAITS, claim=FOR_EVER)),
    Bug("ended nodes are left by news", "ENDS", film_after_cancel, ended_nodes_are_left_by_news),
    Bug(
        "a film of another take is accepted",
        "FILMS",
        tried_again_before_the_old_film_comes,
        every_take_is_the_wanted_one,
    ),
    Bug("half a film is ordered again", "BILL", half_a_film_comes, an_unfit_file_is_ordered_again, request=SPOKEN),
    Bug("the dearer engine is booked", "RATE", work, the_guess_is_booked, request=SPOKEN, rates=(16_700,)),
)
