"""`python -m tests.bench.parts`: what a long film costs whole, and in parts side by side.

It is the heavy film of `tests.bench.compose`. Each maker's work is done alone, one after the other, with its seconds by
the clock and of CPU; on a busy machine only the CPU tells. The last lines are what a customer waits for: what comes
before the painters, the longest of these or the sound beside them, and the join, on instances with one core at work
or two. The sound is mixed by one core whoever has two. Fetching and storing files are not in it.
"""

import argparse
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.bundles import bundled, unbundled
from shared.media.compose import whole
from shared.media.ffmpeg import Budget
from shared.media.laid import laid_out
from shared.media.painters import PartOrder, lacking, painted_part
from shared.media.part_work import join, layout_bundle, part_bundles, sound_bundle
from shared.media.parting import parting
from shared.pipeline.edit.edit import Edit
from tests.bench.compose import CLIPS, SIZES, TIMEOUT, _clip, _edit, _take, _used

BEFORE, BESIDE, AFTER = "laid out and bundled", "sound", "joined and looked over"


@dataclass(slots=True)
class Bench:
    """One film's files, and what each of its makers has cost in seconds of CPU."""

    asked: Edit
    files: Mapping[str, Path]
    folder: Path
    cost: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def told(self, who: str) -> Iterator[None]:
        """Print what one maker's work takes."""
        load, began, busy = os.getloadavg()[0], time.monotonic(), _used()
        yield
        self.cost[who] = _used() - busy
        print(f"| {who} | {time.monotonic() - began:.1f} | {self.cost[who]:.1f} | {load:.1f} |", flush=True)

    def place(self, name: str) -> Path:
        """Make a folder."""
        made = self.folder / name
        made.mkdir()
        return made

    def painted(self, number: int, order_path: Path) -> Path:
        """Paint a part as its painter does; return its bundle."""
        place = self.place(f"painter-{number}")
        with self.told(f"part {number + 1}"):
            order = unbundled(PartOrder, order_path, place)
            for name in lacking(order):
                (place / name).symlink_to(next(path for path in self.files.values() if path.name == name))
            painted = painted_part(order, place, Budget(TIMEOUT))
            return bundled(painted, painted.stretches, place, place / "painted.zip").path

    def in_parts(self) -> float:
        """Make the film in parts; return the CPU seconds of the longest one."""
        work, cost = self.place("work"), self.cost
        began, busy = time.monotonic(), _used()
        with laid_out(self.asked, self.files, work, timeout=TIMEOUT) as laid:
            rows = parting(laid.layout.row, laid.layout.edit)
            orders, layout = part_bundles(laid, rows), layout_bundle(laid, ())
            cost[BEFORE] = _used() - busy
            print(f"| {BEFORE} | {time.monotonic() - began:.1f} | {cost[BEFORE]:.1f} | |", flush=True)
            with self.told(BESIDE):
                sound = sound_bundle(laid)
            parts = [self.painted(number, each.path) for number, each in enumerate(orders)]
            with self.told(AFTER):
                join(layout.path, sound.path, parts, self.place("back"), Budget(TIMEOUT))
        return max(cost[f"part {number + 1}"] for number in range(len(parts)))

    def whole(self) -> None:
        """Make the film in one place."""
        work = self.place("whole")
        with self.told("whole"), laid_out(self.asked, self.files, work, timeout=TIMEOUT) as laid:
            whole(laid, work)


def main() -> None:
    """Make one film both ways and print what each maker cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=18)
    parser.add_argument("--seconds", type=int, default=8, help="of each scene")
    parser.add_argument("--resolution", choices=SIZES, default="720p")
    parser.add_argument("--parts-only", action="store_true", help="without composing it whole")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as name:
        folder, size = Path(name), SIZES[given.resolution]
        files = {f"clip-{each}": _clip(folder, each, given.seconds, size) for each in range(min(CLIPS, given.scenes))}
        files["presenter"] = _take(folder, given.scenes * given.seconds, size)
        bench = Bench(_edit(given.scenes, given.seconds, size, by_word=False), files, folder)
        print("| who | by the clock, s | CPU, s | load before |\n|---|---|---|---|")
        if not given.parts_only:
            bench.whole()
        longest, cost = bench.in_parts(), bench.cost
        for cores in (1, 2):
            waited = cost[BEFORE] / cores + max(longest / cores, cost[BESIDE]) + cost[AFTER] / cores
            print(f"in parts, with {cores} core(s) at work in each instance: {waited:.1f} s")
        if "whole" in cost:
            print(f"whole, with two cores at work: {cost['whole'] / 2:.1f} s")


if __name__ == "__main__":
    main()
