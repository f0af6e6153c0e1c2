"""`kill -9` at every step of a long film's makers: one film comes of it, and nothing is bought for it.

Each call to a store or a queue is two points: the process dies before it goes out, or before its answer is heard.
ABROLL_EVERY_POINT=1 tries them all; otherwise an even sample of them.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from infra.local.world import FILMS
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.names import parts_folder
from shared.pipeline.plan.picture import Poster
from tests.faults.cloud import StagedWiring
from tests.steps.dying import Died, Dying
from tests.steps.long_film import filmed, films, version
from tests.steps.stage import FILM, Stage, staged

PARTS = ("blobs", "jobs", "tasks")
SAMPLE = 6


def mortal(stage: Stage, calls: list[int], at: int, *, after: bool) -> StagedWiring:
    """Start an instance that dies at its call of that number."""
    made = stage.cloud.instance()
    true = {name: getattr(made, name) for name in PARTS}
    made.__dict__.update({name: Dying(part, calls, at, after=after) for name, part in true.items()})
    return made


def composed(stage: Stage, made: Job, at: int, *, after: bool) -> int:
    """Be all its makers, one after the other, until one dies; then be the platform. Return how many calls it took."""
    calls = [0]
    here, message = mortal(stage, calls, at, after=after), stage.message(made.id, FILM)
    folder = f"gs://{FILMS}/{parts_folder(made.id, stage.node(made.id, FILM).inputs_hash or '')}"
    try:
        here.compose(message)
        listed = json.loads(stage.cloud.eyes.blobs.read(f"{folder}cut.json", 0, 65_536))
        wanted = stage.node(made.id, FILM).inputs_hash or ""
        for part in listed["parts"]:
            here.paint_part(stage.message(made.id, FILM, wanted=wanted, part=part))
        here.compose(message)
    except Died:
        pass
    stage.live(made.id)
    return calls[0]


def test_a_long_film_killed_anywhere_is_one_film(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """The task comes again, or the sweep: whoever died, there is one film of these takes, and no vendor was asked."""
    with staged(tmp_path, canned=canned) as stage:
        root = filmed(stage)
        stage.live(root)
        number = composed(stage, version(stage, root, Poster(at=0.5)), 0, after=False)
        points = [(at, after) for at in range(1, number + 1) for after in (False, True)]
        step = 1 if os.environ.get("ABROLL_EVERY_POINT") else max(1, len(points) // SAMPLE)
        wrong = dict[tuple[int, bool], str]()
        for seconds, (at, after) in enumerate(points[step // 2 :: step], start=1):
            stage.wire.calls.clear()
            made, before = version(stage, root, Poster(at=float(seconds) / 4 + 1)), len(films(stage, root))
            composed(stage, made, at, after=after)
            job = stage.job(made.id)
            one = before + 1 == len(films(stage, root)) and job.ending is Ending.COMPLETED
            asked = [line for line in stage.wire.calls if line.split()[0] in ("veo", "heygen")]
            if not one or asked or stage.waiting():
                wrong[at, after] = f"{job.ending} {job.trouble} {films(stage, root)} {asked} {stage.waiting()}"
    assert {} == wrong
