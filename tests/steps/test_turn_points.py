"""A film of the crowd, and one fault at each external call while its turns are handed on: each clip is made once.

ABROLL_EVERY_POINT=1 tries them all; otherwise an even sample.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.pipeline.job.job import Ending
from shared.pipeline.plan.plan import Join, Kind
from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest
from tests.steps.stage import TENANT, Stage, footage, staged
from tests.steps.test_every_point import AGAIN, NUMBERED, Point, points

SAMPLE = 10
STARTS = 5
pytestmark = pytest.mark.timeout(7200 if os.environ.get("ABROLL_EVERY_POINT") else 900)
LANE = re.compile("^firestore|^tasks")


def crowd() -> FilmRequest:
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    return footage(scenes=(scene,) * STARTS, b_roll=BRoll(join=Join.CUT))


def ordered(stage: Stage, key: str) -> str:
    """Order as a client does: what was answered 5xx is sent again under the same key."""
    for _ in range(5):
        try:
            return stage.order(crowd(), key)
        except AGAIN:
            continue
    raise AssertionError("the job was never accepted")


def found_wrong(stage: Stage, job_id: str) -> list[str]:
    """Return what is not as promised, in words."""
    job = stage.job(job_id)
    wrong = [] if job.ending is Ending.COMPLETED else [f"ended {job.ending}: {job.trouble}"]
    clips = [key for key, node in job.nodes.items() if node.kind is Kind.CLIP]
    for clip in clips:
        paid = [each for each in stage.bill("veo") if f"{job_id}/{clip}/" in each["key"] and each["billed"]]
        if len(paid) != 1:
            wrong.append(f"{clip} was billed {len(paid)} times")
    if stage.waiting():
        wrong.append(f"tasks are left: {stage.waiting()}")
    month = stage.cloud.eyes.jobs.month(TENANT.id, job.money.usage_doc)
    if any(month.open.values()):
        wrong.append(f"the month counts {month.open}")
    for queue, lane in job.place.lanes.items():
        held = stage.wiring.lanes.read(lane, queue).holder
        if held and held.job == job_id:
            wrong.append(f"{lane} is held by {held}")
    return wrong


def test_every_point_of_a_turn(tmp_path: Path, canned: Mapping[str, Path], capfd: pytest.CaptureFixture[str]) -> None:
    """A fault at any one call of lane, unparking or enqueuing costs time, never a turn, a clip or a second bill."""
    with staged(tmp_path / "calm", canned=canned) as calm:
        first = ordered(calm, "calm")
        calm.cloud.tasks.run_due()
        calls = [NUMBERED.sub("*", line) for line in calm.wire.calls]
        assert STARTS == calm.submits("veo")
        calm.live(first)
        assert [] == found_wrong(calm, first)
    chosen = [point for point in points(calls) if LANE.search(point.call)]
    step = 1 if os.environ.get("ABROLL_EVERY_POINT") else max(1, len(chosen) // SAMPLE)
    wrong: dict[Point, list[str]] = {}
    table: list[str] = []

    with staged(tmp_path / "rough", canned=canned) as rough:
        for number, point in enumerate(chosen[::step]):
            rough.cloud.wiring = rough.cloud.instance()
            rule = rough.wire.on(point.pattern, point.kind, point.status, nth=point.nth)
            job_id = ordered(rough, f"rough-{number}")
            sweeps = rough.live(job_id)
            wrong[point] = found_wrong(rough, job_id)
            if rule.seen < point.nth:
                wrong[point].append("the call never came")
            rough.wire.mend()
            table.append(
                f"{point.kind.value:<7} {sweeps:>3} sweeps  {point.call} #{point.nth}: {wrong[point] or 'made'}"
            )

    with capfd.disabled():
        print(f"\n{len(table)} of {len(chosen)} points", *table, sep="\n")
    assert {} == {point: said for point, said in wrong.items() if said}
