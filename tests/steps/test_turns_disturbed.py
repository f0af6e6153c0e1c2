"""What may happen to those who wait in a lane: a bar, a vendor that is down, a lost answer, older and newer code."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.admin import tenants
from shared.codes import Code
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.schema import SCHEMA
from shared.pipeline.job.turns import Turn, is_parked
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, Filmer, SceneRequest
from shared.pipeline.vendors.breaker import Sign, noted
from shared.pipeline.vendors.state import Breaker, Incident
from shared.steps.cancel import cancel
from shared.steps.sweep import POISON_WAIT
from tests.faults.wire import Kind
from tests.steps.stage import (
    CLIP,
    FILMS_WITH_ITS_KEY,
    MINUTE,
    ORDERS,
    SPEECH,
    TENANT,
    Stage,
    by_did,
    footage,
    presented,
    staged,
)

LANE = f"veo.{TENANT.id}.0"
NARROW = {
    queue: {"free": 1, "lanes": 1} for queue in ("veo", "presenter", "did", "heygen-video")
}  # the second film waits in lanes


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage where one film fills a tenant's free part, with an account at either presenter's service."""
    with staged(tmp_path, canned=canned, did={}, portions=NARROW) as opened:
        yield opened


def cut(stage: Stage, scenes: int = 3) -> str:
    """Order a film whose scenes can all be started at once; more than one is beyond the free part."""
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    return stage.order(footage(scenes=(scene,) * scenes, b_roll=BRoll(join=Join.CUT)))


def parked(stage: Stage, job_id: str) -> list[str]:
    return [key for key, node in stage.job(job_id).nodes.items() if is_parked(node)]


def written(stage: Stage, path: str, **fields: Any) -> None:
    """Write into a document as other code does."""
    stage.cloud.eyes.clients.firestore.document(path).update(fields)


def opened(stage: Stage) -> dict[str, int]:
    """Return what the month says is open."""
    return dict(stage.cloud.eyes.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}").open)


def down(stage: Stage, vendor: str) -> None:
    """Open a vendor's breaker."""
    now = stage.clock()
    breaker = noted(Breaker(), [Incident(now, Sign.UNREACHABLE, who) for who in "aabbc"], now)
    assert breaker.open_until
    stage.wiring.vendor_states.change(lambda state: replace(state, breakers={**state.breakers, vendor: breaker}))


def test_a_shut_tenants_crowd_buys_nothing_and_leaves_its_lane(stage: Stage) -> None:
    """Two films wait when their tenant is suspended: each fails at its first turn, without a call or a sweep."""
    films = [cut(stage), cut(stage)]
    tenants.suspend(stage.cloud.instance(), TENANT.id)

    stage.cloud.tasks.run_due()

    troubles = [job.trouble.code for job in map(stage.job, films) if job.trouble]
    assert ([Code.TENANT_INACTIVE] * 2, 0) == (troubles, stage.submits("veo"))
    assert [Ending.FAILED] * 2 == [stage.job(film).ending for film in films]
    assert {0} == set(opened(stage).values())
    assert stage.wiring.lanes.read(LANE, "veo").holder is None


def test_a_vendor_that_is_down_is_asked_by_the_holder_alone(stage: Stage) -> None:
    """Its breaker is open: one clip comes back when it may be closed, two wait behind it; then all are made."""
    job_id = cut(stage)
    down(stage, "veo")

    stage.cloud.tasks.run_due()
    waits = len(stage.waiting("veo")), len(parked(stage, job_id)), stage.submits("veo")
    stage.live(job_id)

    assert (1, 2, 0) == waits
    assert (Ending.COMPLETED, 3) == (stage.job(job_id).ending, stage.submits("veo"))


def test_a_vendor_that_stays_down_keeps_no_turn_for_ever(stage: Stage) -> None:
    """Two hours of patience, then the holder's film fails in words, and the next one's turn has come."""
    first, second = cut(stage), cut(stage)
    end = stage.clock() + timedelta(hours=3)

    while stage.job(first).ending is None and stage.clock() < end:
        down(stage, "veo")
        stage.cloud.tasks.run_due()
        stage.clock.forward(60)

    trouble = stage.job(first).trouble
    holder = stage.wiring.lanes.read(LANE, "veo").holder
    assert (Ending.FAILED, Code.CAPACITY) == (stage.job(first).ending, trouble.code if trouble else None)
    assert (second, 2) == (holder and holder.job, len(parked(stage, second)))


def test_a_service_that_is_down_holds_up_no_other_one(stage: Stage) -> None:
    """A take of HeyGen's holds its account's turn; one of D-ID's, ordered after it, is made meanwhile."""
    stage.order(presented())
    held, free = stage.order(presented()), stage.order(by_did())
    down(stage, "heygen")

    for _ in range(20):
        stage.cloud.tasks.run_due()
        stage.clock.forward(1)

    assert (0, 1) == (stage.submits("heygen"), stage.submits("did"))
    assert State.QUEUED is stage.node(held, SPEECH).state
    assert State.RUNNING is stage.node(free, SPEECH).state


def test_a_lost_answer_of_dids_is_looked_for_before_the_take_waits_again(stage: Stage) -> None:
    """The order behind a turn may have been made: it is found, or waits in its lane anew; one bill a film."""
    films = [stage.order(by_did()) for _ in range(3)]
    stage.wire.on(ORDERS["did"], Kind.LOSE, nth=2)
    stage.wire.on(ORDERS["did"], Kind.REFUSE, nth=3)

    for film in films:
        stage.live(film)

    assert [Ending.COMPLETED] * 3 == [stage.job(film).ending for film in films]
    assert [True] * 3 == [each["billed"] for each in stage.bill("did")]
    assert {0} == set(opened(stage).values())


def test_cancelling_who_only_waits_moves_no_turn(stage: Stage) -> None:
    """It is refunded in full, nobody else's task or turn changes, and no lane is written."""
    first, waiting = cut(stage), cut(stage)
    loaded = stage.wiring.commits.load(waiting)
    assert loaded
    held = stage.wiring.lanes.read(LANE, "veo")

    cancel(stage.wiring.commits, loaded, by="a test")

    job, after = stage.job(waiting), stage.wiring.lanes.read(LANE, "veo")
    assert (Ending.CANCELLED, job.money.reserved) == (job.ending, job.money.refunded)
    assert (held.holder, held.revision) == (after.holder, after.revision)
    assert (1, 2) == (len(stage.waiting("veo")), len(parked(stage, first)))


def test_what_older_code_woke_is_filmed_out_of_its_turn(stage: Stage) -> None:
    """Its sweep gives a parked clip a task, and knows no word of turns: the task is no vain one (hole 208)."""
    job_id = cut(stage)
    clip = parked(stage, job_id)[-1]
    written(stage, f"jobs/{job_id}", **{f"nodes.`{clip}`.wake": 1, f"nodes.`{clip}`.at": stage.clock()})

    stage.wiring.start_clip(stage.message(job_id, clip))

    assert State.RUNNING is stage.node(job_id, clip).state
    assert 1 == len(parked(stage, job_id))


def test_what_older_code_opened_and_ended_again_is_counted_once(stage: Stage) -> None:
    """A film of the count is cancelled, opened by code that counts nothing, and ends: the count stays at nothing."""
    job_id = cut(stage)
    before = stage.cloud.eyes.clients.firestore.document(f"jobs/{job_id}").get().to_dict() or {}
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    cancel(stage.wiring.commits, loaded, by="a test")
    written(stage, f"jobs/{job_id}", **{key: before.get(key) for key in ("nodes", "ending", "ended_at", "due_at")})

    reopened = stage.wiring.commits.load(job_id)
    assert reopened
    cancel(stage.wiring.commits, reopened, by="a test")

    assert {0} == set(opened(stage).values())


def test_a_turn_of_newer_codes_job_is_passed_by(stage: Stage) -> None:
    """Nobody here can tell how far it is: the others do not wait until somebody can."""
    newer, waiting = cut(stage), cut(stage)
    stage.cloud.tasks.run_due()  # the first film's clips are with Veo, and then the second's
    job_id = cut(stage)
    written(stage, f"jobs/{newer}", schema=SCHEMA + 1, reads=SCHEMA + 1)
    lane = stage.wiring.lanes.read(LANE, "veo")
    stage.wiring.lanes.give(lane, Turn(newer, CLIP, 1), stage.clock() - MINUTE)

    stage.wiring.sweep()

    holder = stage.wiring.lanes.read(LANE, "veo").holder
    assert Ending.COMPLETED is not stage.job(waiting).ending
    assert job_id == (holder and holder.job)


def test_a_lane_nobody_can_read_costs_no_claim(stage: Stage) -> None:
    """A clip is claimed and sent though its lane is poison; the sweep puts the lane aside."""
    job_id = cut(stage)
    written(stage, f"lanes/{LANE}", holder="a turn", due_at=stage.clock())
    (holder,) = set(stage.job(job_id).nodes) - set(parked(stage, job_id)) - {"compose"}

    stage.wiring.start_clip(stage.message(job_id, holder))
    stage.clock.forward(1)
    stage.wiring.sweep()

    document = stage.cloud.eyes.clients.firestore.document(f"lanes/{LANE}").get().to_dict() or {}
    assert State.RUNNING is stage.node(job_id, holder).state
    assert stage.clock() + POISON_WAIT == document["due_at"]


def test_each_services_takes_have_turns_in_their_own_queue(stage: Stage) -> None:
    """Its name may hold a hyphen: HeyGen's footage has a queue, a count and lanes like every other service's."""
    stage.wiring.tenants.put_tenant(FILMS_WITH_ITS_KEY)
    by_heygen = footage(b_roll=BRoll(provider=Filmer.HEYGEN))
    films = [stage.order(by_heygen, tenant=FILMS_WITH_ITS_KEY) for _ in range(3)]
    waits = [len(parked(stage, film)) for film in films]
    counted = opened(stage)["heygen-video"]

    for film in films:
        stage.live(film)

    assert ([0, 0, 1], 3) == (waits, counted)  # one in the free part, one with the turn
    assert [Ending.COMPLETED] * 3 == [stage.job(film).ending for film in films]
    assert {0} == set(opened(stage).values())
