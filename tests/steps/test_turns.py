"""Turns: what a tenant wants beyond its free part is parked, and its tasks follow each other one at a time."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.turns import is_parked
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from shared.steps.cancel import cancel
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, MINUTE, TENANT, Stage, footage

LANE = f"veo.{TENANT.id}.0"
DEAD = ("PERMISSION_DENIED", 999)  # an instance whose every write is refused has died


def cut(stage: Stage, scenes: int, **changed: Any) -> str:
    """Order a film whose scenes can all be started at once."""
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    return stage.order(footage(scenes=(scene,) * scenes, b_roll=BRoll(join=Join.CUT), **changed))


def parked(stage: Stage, job_id: str) -> list[str]:
    return [key for key, node in stage.job(job_id).nodes.items() if is_parked(node)]


def test_a_film_within_the_free_part_is_never_parked(stage: Stage) -> None:
    """Three clips at once: tasks as ever, and no lane is read or written."""
    job_id = cut(stage, 3)

    assert [] == parked(stage, job_id)
    assert 3 == len(stage.waiting("veo"))
    assert 0 == stage.wire.count("^firestore .*lanes")


def test_what_is_beyond_the_free_part_has_one_task(stage: Stage) -> None:
    """A cut of five: one clip holds the turn, four wait parked, without a task (hole 168)."""
    job_id = cut(stage, 5)

    assert 1 == len(stage.waiting("veo"))
    assert 4 == len(parked(stage, job_id))


def test_the_turn_passes_when_its_clip_is_claimed(stage: Stage) -> None:
    """Each start hands the turn on at once: a lone tenant films as fast as before."""
    job_id = cut(stage, 5)

    stage.cloud.tasks.run_due()

    assert 5 == stage.submits("veo")
    assert {State.RUNNING} == {node.state for key, node in stage.job(job_id).nodes.items() if key.startswith("clip")}


def test_a_film_of_the_crowd_is_made_without_a_sweep(stage: Stage) -> None:
    """Nothing of a lone cut of six waits for anybody."""
    job_id = cut(stage, 6)

    sweeps = stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert sweeps <= 1
    assert {"veo": 0, "compose": 0} == opened(stage)


def opened(stage: Stage) -> dict[str, int]:
    """Return what the month says is open."""
    return dict(stage.cloud.eyes.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}").open)


def late(stage: Stage) -> None:
    """Let a lane be overdue, and sweep."""
    stage.clock.forward(3 * MINUTE.total_seconds())
    stage.wiring.sweep()


def test_orders_at_once_share_one_free_part(stage: Stage) -> None:
    """Twelve orders by four instances have the tasks of one free part and one lane (hole 158)."""
    instances = [stage.cloud.instance() for _ in range(4)]
    for each in instances:
        each.commits = replace(each.commits, sleep=time.sleep)
    order = [partial(each.create_job.create, TENANT, footage(), None, "t") for each in instances]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: order[number % 4](), range(12)))

    assert 12 == len({each.job.id for each in made})
    assert {"veo": 12, "compose": 12} == opened(stage)
    portion = stage.wiring.portions["veo"]
    assert portion.free + portion.lanes == len(stage.waiting("veo"))


def test_a_turn_whose_giver_died_is_given_by_the_sweep(stage: Stage) -> None:
    """The lane names a clip that was never told: it is told three minutes later (hole 161)."""
    status, times = DEAD
    stage.wire.on("^firestore Commit", Kind.REFUSE, status, nth=3, times=times)  # the order, the lane, the clip
    job_id = cut(stage, 5)
    stage.wire.mend()
    told = len(stage.waiting("veo"))
    held = stage.wiring.lanes.read(LANE, "veo").holder

    late(stage)

    assert (0, job_id) == (told, held and held.job)
    assert 1 == len(stage.waiting("veo"))
    assert 4 == len(parked(stage, job_id))


def test_a_holder_that_died_is_passed_by(stage: Stage) -> None:
    """Claimed, and its instance died before it handed the turn on: the sweep does."""
    job_id = cut(stage, 5)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    (holder,) = [key for key in loaded.job.nodes if key.startswith("clip") and key not in parked(stage, job_id)]
    stage.wiring.tasks.delete("veo", stage.waiting("veo")[0].name.rpartition("/")[2])
    node, (status, times) = loaded.job.nodes[holder], DEAD
    stage.wire.on("^firestore Commit", Kind.REFUSE, status, nth=2, times=times)  # the claim, the lane
    stage.wiring.commits.hear(loaded, on.Claimed(holder, node.take, node.attempt, "token"))
    stage.wire.mend()

    late(stage)

    assert 3 == len(parked(stage, job_id))
    assert 1 == len(stage.waiting("veo"))


def test_a_lost_answer_costs_no_turn(stage: Stage) -> None:
    """Whether the lane was written nobody knows: it is read again, and the clip told at once."""
    stage.wire.on("^firestore Commit", Kind.LOSE, nth=2)

    job_id = cut(stage, 5)

    assert (1, 4) == (len(stage.waiting("veo")), len(parked(stage, job_id)))


def test_the_next_link_waits_in_the_lane(stage: Stage) -> None:
    """A chain ordered beyond the free part: its second link is parked like its first (hole 162)."""
    cut(stage, 5)
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    job_id = stage.order(footage(scenes=(scene, scene)))
    first = parked(stage, job_id)
    links: list[str] = []
    stage.wire.on("^firestore Commit", times=999, meanwhile=lambda: links.extend(parked(stage, job_id)))

    stage.live(job_id)

    assert [CLIP] == first
    assert "clip-2" in links


def test_the_sweep_wakes_nobody_who_is_parked(stage: Stage) -> None:
    """Two hours in which nothing is started: four clips wait without task, nudge or wake (hole 166)."""
    job_id = cut(stage, 5)
    waiting = parked(stage, job_id)

    for _ in range(40):
        late(stage)

    nodes = [stage.node(job_id, key) for key in waiting]
    assert waiting == parked(stage, job_id)
    assert 1 == len(stage.waiting("veo"))
    assert {(0, 0)} == {(node.nudges, node.wake) for node in nodes}


def test_cancelling_frees_the_lane(stage: Stage) -> None:
    """The holder's task leaves the queue, and the next film of the lane has its turn at once."""
    first, second = cut(stage, 5), cut(stage, 5)
    loaded = stage.wiring.commits.load(first)
    assert loaded

    cancel(stage.wiring.commits, loaded, by="a test")

    assert 1 == len(stage.waiting("veo"))
    assert 4 == len(parked(stage, second))
    assert {"veo": 5, "compose": 1} == opened(stage)


def test_counts_begin_anew_where_nothing_is_live(stage: Stage) -> None:
    """Older code ended films and lowered no count: the next order of an idle tenant has its free part (hole 167)."""
    busy = cut(stage, 1)
    stage.wiring.clients.firestore.document(f"tenants/{TENANT.id}/usage/2026-11").update({"open.veo": 50})
    beside = cut(stage, 1)
    for job_id in (busy, beside):
        loaded = stage.wiring.commits.load(job_id)
        assert loaded
        cancel(stage.wiring.commits, loaded, by="a test")

    alone = cut(stage, 3)

    assert ({"veo": LANE}, {}) == (dict(stage.job(beside).place.lanes), dict(stage.job(alone).place.lanes))
    assert {"veo": 3, "compose": 1} == opened(stage)


def test_what_older_code_moved_stands_before_nobody(stage: Stage) -> None:
    """A document that says to have a parked node, and has none, is put right, and the one behind it has its turn."""
    done, waiting = cut(stage, 3), cut(stage, 5)
    late_field = {"place.lanes.veo": LANE, "parked.veo": stage.clock() - MINUTE}
    stage.wiring.clients.firestore.document(f"jobs/{done}").update(late_field)
    stage.wiring.lanes.give(stage.wiring.turns.lanes.read(LANE, "veo"), None, stage.clock())

    stage.wiring.turns.hand_on("veo", LANE, (), stage.wiring.commits.tell)

    found = stage.wiring.clients.firestore.document(f"jobs/{done}").get().to_dict() or {}
    assert "parked" not in found
    assert 3 == len(parked(stage, waiting))


def test_the_tasks_of_a_failed_film_leave_their_queue(stage: Stage) -> None:
    """One clip is refused for good: the two others are not sent, and their tasks stand before nobody (hole 157)."""
    job_id = cut(stage, 3)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    poor = replace(loaded.job, money=replace(loaded.job.money, ceiling=0))

    stage.wiring.commits.hear(replace(loaded, job=poor), on.Claimed(CLIP, 1, 1, "token"))

    assert Ending.FAILED is stage.job(job_id).ending
    (its_own,) = stage.waiting("veo")  # which is being delivered where a claim is made
    assert stage.wants(job_id, CLIP), its_own
