"""Looking at a job from now, without what decides nothing, loses nothing that decides."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.machine import apply
from shared.pipeline.job.unclear import looked_for
from tests.model.instants import NOW, TICK, WAITS
from tests.model.remembered import Remembered
from tests.model.words import arrived
from tests.pipeline.machine.story import CLIP, PRESENTER

ZERO = timedelta(0)
LIVES, LONG = 150, 40


def something(luck: random.Random, node: Node) -> on.Event:
    """Return an event that may be heard now, more often than not about the current attempt."""
    about = (node.key, node.take, node.attempt - (luck.random() < 0.1))
    way = looked_for(node, WAITS)
    token = "own" if luck.random() < 0.9 else "lost"
    name = f"op{luck.randrange(3)}"
    likely: dict[State, list[on.Event]] = {
        State.QUEUED: [on.Claimed(*about, "new")] * 3,
        State.STARTING: [
            on.Sent(*about, token, name),
            on.Released(node.key, token, "429", TICK, refused=True),
            on.Released(node.key, token, "late", ZERO),
            on.Unclear(node.key, token, "lost"),
            on.NothingFound(*about, way, at=NOW - luck.randrange(3) * TICK),
            on.NothingFound(*about, way),
        ],
        State.RUNNING: [
            on.PendingSeen(*about, hinted=luck.random() < 0.5),
            on.FailureHeard(*about, Code.CAPACITY, "it failed", "retry the job", ZERO),
            on.NothingFound(*about, way),
        ],
    }
    anyway: list[on.Event] = [on.Swept(), on.Swept(frozenset({node.key})), on.Reclaimed(*about, "new")]
    anyway += [on.IdHeard(*about, name), on.RetryAsked(reserved=node.cost, ceiling=2 * node.cost)] * 2
    rare: list[on.Event] = [arrived(*about, 0, named=luck.random() < 0.5), on.CancelAsked()]
    return luck.choice(likely.get(node.state, []) * 2 + anyway + (rare if luck.random() < 0.2 else []))


def really(event: on.Event, job: Job, passed: timedelta) -> on.Event:
    """Return the event as it is for a job whose time was not moved."""
    match event:
        case on.NothingFound(at=at) if at:
            return replace(event, at=at + passed)
        case on.Sent() | on.Released() | on.Unclear() if event.token == "own":
            claim = job.nodes[event.node].claim
            return replace(event, token=claim.token if claim else "nobody")
        case on.Claimed() | on.Reclaimed():
            return replace(event, token=f"token-{passed}-{len(job.timeline)}")
    return event


@pytest.mark.parametrize("node", [CLIP, PRESENTER])
def test_a_remembered_job_lives_as_the_real_one(node: str) -> None:
    """Random lives, told to a job with all its times and words and to the remembered one: they stay the same."""
    luck = random.Random(node)
    machine = Remembered(node)
    states = set()

    for _ in range(LIVES):
        real, number, passed = machine.jobs[machine.born], machine.born, 0
        for _ in range(LONG):
            event = something(luck, machine.node(number))
            moved = apply(real, really(event, real, passed * TICK), NOW + passed * TICK, WAITS)
            told = machine.hear(number, event)
            assert (moved.changed, bool(moved.woken(real))) == (told.changed, told.woken), event
            real, number = moved.job, told.job
            assert machine.number(real, passed) == number, event
            states.add(number)
            if luck.random() < 0.4:
                passed, number = passed + 1, machine.later(number)

    assert len(states) > LIVES
