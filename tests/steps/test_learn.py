"""What the sweep learns of vendors from ended jobs: each counts once, and nothing of it is in a film's way."""

from dataclasses import replace
from datetime import datetime
from math import exp2

import pytest

from shared.pipeline.vendors.figures import HALF_LIFE
from shared.pipeline.vendors.state import VendorsState
from shared.steps.learn import LEARN_MINUTES, SETTLED, Learn
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage

READ, COMMIT = "^firestore BatchGet", "^firestore Commit"
VEO = "veo veo-3.1-generate-001"
TICK = datetime(2026, 11, 28, 12, 20)  # noqa: DTZ001  # only its minute counts
ALL = ("veo", "heygen", "abroll")


def learner(stage: Stage, vendors: tuple[str, ...] = ALL) -> Learn:
    """Return the step as if the stand-ins were the vendors."""
    return replace(stage.wiring.learn, vendors=vendors)


def made(stage: Stage) -> str:
    """Let a film be made, and its end settle."""
    job_id = stage.order(footage())
    stage.live(job_id)
    stage.clock.forward(2 * SETTLED.total_seconds())
    return job_id


def known(stage: Stage) -> VendorsState:
    """Return what stands in the document."""
    return stage.cloud.instance().vendor_states.read()


def test_an_ended_film_teaches_its_vendor_and_our_machines(stage: Stage) -> None:
    """One film each, at its price, in the time it took."""
    job = stage.job(made(stage))

    learner(stage)(TICK)

    figures = known(stage).figures
    assert {VEO, "abroll compose"} == figures.keys()
    assert (1.0, 0.0, float(job.nodes[CLIP].cost)) == (figures[VEO].done, figures[VEO].lost, figures[VEO].cost)
    assert 1.0 == sum(figures[VEO].make.values()) == sum(figures[VEO].queue.values())


def test_a_tick_that_comes_twice_counts_once(stage: Stage) -> None:
    """The cursor and the figures are one write; what nothing ended since costs none."""
    made(stage)
    learner(stage)(TICK)
    before = stage.wire.count(COMMIT)

    learner(stage)(TICK)

    assert 1.0 == known(stage).figures[VEO].done
    assert 0 == stage.wire.count(COMMIT) - before


def test_of_two_ticks_at_once_one_counts(stage: Stage) -> None:
    """The other finds the document written, and leaves it."""
    made(stage)
    twin = replace(learner(stage), states=stage.cloud.instance().vendor_states)
    stage.wire.on(COMMIT, Kind.PASS, meanwhile=lambda: twin(TICK))

    learner(stage)(TICK)

    assert 1.0 == known(stage).figures[VEO].done


def test_the_next_film_is_added_to_what_has_faded(stage: Stage) -> None:
    """A day later the first weighs a half."""
    made(stage)
    learner(stage)(TICK)
    then = stage.clock()
    stage.clock.forward(HALF_LIFE.total_seconds())
    made(stage)

    learner(stage)(TICK)

    days = (stage.clock() - then) / HALF_LIFE
    assert pytest.approx(1 + exp2(-days), abs=1e-6) == known(stage).figures[VEO].done


def test_stand_ins_teach_nothing(stage: Stage) -> None:
    """The stage's vendors speak plain HTTP on loopback: only our own machines are real there."""
    made(stage)

    stage.wiring.learn(TICK)

    assert {"abroll compose"} == known(stage).figures.keys()


@pytest.mark.parametrize("minute", [minute for minute in range(60) if minute % LEARN_MINUTES])
def test_other_ticks_read_nothing(stage: Stage, minute: int) -> None:
    """One in ten learns."""
    before = stage.wire.count("^firestore")

    learner(stage)(TICK.replace(minute=minute))

    assert 0 == stage.wire.count("^firestore") - before


@pytest.mark.parametrize("call", [READ, COMMIT, "^firestore RunQuery"])
def test_what_goes_wrong_costs_no_tick(stage: Stage, call: str) -> None:
    """It is learnt at the next one."""
    made(stage)
    stage.wire.on(call, Kind.REFUSE, "PERMISSION_DENIED")
    learner(stage)(TICK)
    first = known(stage).figures

    learner(stage)(TICK)

    assert {} == first
    assert 1.0 == known(stage).figures[VEO].done


def test_the_sweep_learns(stage: Stage) -> None:
    """At a full ten minutes, after its pushes."""
    made(stage)
    while stage.clock().minute % LEARN_MINUTES:
        stage.clock.forward(60)

    stage.wiring.sweep()

    assert {"abroll compose"} == known(stage).figures.keys()
