"""paint_part: paints one part of a long film as it was laid out, stores it, and wakes compose when it was the last one.

It decides nothing. What it finds otherwise than it was left (another engine's part, nothing at all) it leaves to the
sweep, which wakes compose, and that makes the film whole.
"""

import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from shared.cloud.blobs import Blobs, NoFile
from shared.cloud.records import Loaded
from shared.log import Fact, JobRef, log_job
from shared.media.bundles import bundled, unbundled
from shared.media.ffmpeg import Budget
from shared.media.painters import PartOrder, lacking, painted_part
from shared.media.runs import engine
from shared.pipeline.job.job import Node
from shared.pipeline.job.turns import has_task
from shared.steps.commit import Commits, dispatch_deadline
from shared.steps.film_inputs import FilmInputs
from shared.steps.film_outcomes import UNMADE, unmade
from shared.steps.film_parts import FilmParts
from shared.steps.message import Message


@dataclass(frozen=True, slots=True)
class PaintPart:
    """The step and what it needs."""

    commits: Commits
    blobs: Blobs
    films_bucket: str
    scratch: Path | None = None  # where a part's folder is made; a function's /tmp is memory

    def __call__(self, message: Message) -> None:
        """Paint a part, unless its film is not wanted any more or it is there already."""
        loaded = self.commits.load(message.job)
        node = loaded.job.nodes.get(message.node) if loaded else None
        if loaded is None or node is None or not has_task(node) or node.inputs_hash != message.wanted:
            about = loaded.job if loaded else JobRef(message.job)
            log_job(Fact.NOTHING_TO_DO, about, "the part's film is not wanted", node=message.node)
            return
        deadline = partial(dispatch_deadline, timeouts=self.commits.timeouts)
        given = (self.blobs, self.commits.tasks, self.films_bucket, deadline)
        parts = FilmParts(*given, loaded.job, node, message.wanted)
        if not parts.is_there(message.part, "painted") and not self._painted(loaded, node, parts, message):
            return
        parts.call_joiner()

    def _painted(self, loaded: Loaded, node: Node, parts: FilmParts, message: Message) -> bool:
        job, began = loaded.job, time.monotonic()
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix="abroll-") as name:
            folder = Path(name)
            try:
                parts.fetch(message.part, folder / "order.zip")
            except NoFile:
                log_job(Fact.NOTHING_TO_DO, job, "the part's order is gone", node=node.key)
                return False
            try:
                order = unbundled(PartOrder, folder / "order.zip", folder)
                if order.engine != engine():
                    log_job(Fact.NOTHING_TO_DO, job, "the part is another engine's", node=node.key)
                    return False
                FilmInputs(self.blobs, self.films_bucket).named(job, node.key, lacking(order), folder)
                budget = Budget(self.commits.timeouts.compose_render)
                painted = painted_part(order, folder, budget)
                made = bundled(painted, painted.stretches, folder, folder / "painted.zip")
            except (*UNMADE, OSError) as failed:
                self.commits.hear(loaded, unmade(job, node, message.wanted, failed))
                return False
            parts.keep(message.part, made.path, "painted")
        took = round(time.monotonic() - began, 1)
        log_job(Fact.PART_PAINTED, job, f"a part of {sum(one.frames for one in order.runs)} frames", seconds=took)
        return True
