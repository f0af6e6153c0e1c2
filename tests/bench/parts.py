"""`python -m tests.bench.parts`: how long a long film takes whole, and in parts side by side.

It is the heavy film of `tests.bench.compose`. Each maker's work is done alone, one after the other, with its seconds by the
clock and of CPU; on a busy machine only the CPU tells. The line of the parts is what a customer waits for: what comes
before the painters, the longest of these and the sound beside them, and the join. An instance has two cores, so a
maker's time lies between half of its CPU seconds and all of them. Fetching and storing files are not in it.
"""

import argparse
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.bundles import bundled, unbundled
from shared.media.compose import whole
from shared.media.ffmpeg import Budget
from shared.media.laid import Laid, laid_out
from shared.media.part_work import join, layout_bundle, part_bundles, sound_bundle
from shared.media.parting import parting
from shared.media.runs import PartOrder, lacking, painted_part
from tests.bench.compose import CLIPS, SIZES, TIMEOUT, _clip, _edit, _take, _used


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
        asked, work = _edit(given.scenes, given.seconds, size, by_word=False), folder / "work"
        work.mkdir()
        print("| who | by the clock, s | CPU, s | load |\n|---|---|---|---|")
        with laid_out(asked, files, work, timeout=TIMEOUT) as laid:
            if not given.parts_only:
                with _told("painted whole, once laid out"):
                    whole(laid, work)
        made = dict[str, float]()
        _in_parts(asked.seconds, files, folder, lambda: laid_out(asked, files, work, timeout=TIMEOUT), made)


def _in_parts(seconds: float, files: Mapping[str, Path], folder: Path, lay: object, cost: dict[str, float]) -> None:
    del seconds
    budget, parts = Budget(TIMEOUT), list[Path]()
    with _told("before: laid out and bundled", cost):
        bench = lay()  # type: ignore[operator]  # a context manager
        laid: Laid = bench.__enter__()
        orders = part_bundles(laid, parting(laid.layout.row, laid.layout.edit))
        layout = layout_bundle(laid, ())
    with _told("beside: the sound", cost):
        sound = sound_bundle(laid)
    for number, each in enumerate(orders):
        place = folder / f"painter-{number}"
        place.mkdir()
        with _told(f"part {number + 1}", cost):
            order = unbundled(PartOrder, each.path, place)
            for name in lacking(order):
                (place / name).symlink_to(next(path for path in files.values() if path.name == name))
            painted = painted_part(order, place, budget)
            parts.append(bundled(painted, painted.stretches, place, place / "painted.zip").path)
    back = folder / "back"
    back.mkdir()
    with _told("after: joined and looked over", cost):
        join(layout.path, sound.path, parts, back, budget)
    bench.__exit__(None, None, None)
    before, beside, after = (next(cost[key] for key in cost if key.startswith(what)) for what in ("bef", "bes", "aft"))
    longest = max(cost[key] for key in cost if key.startswith("part"))
    for cores, middle in ((1, max(longest, beside)), (2, max(longest / 2, beside))):
        # The sound is mixed by one core whoever has two.
        print(f"with {cores} core(s) at work in each: {before / cores + middle + after / cores:.1f} s")


@contextmanager
def _told(who: str, cost: dict[str, float] | None = None) -> Iterator[None]:
    load, began, busy = os.getloadavg()[0], time.monotonic(), _used()
    yield
    took = _used() - busy
    if cost is not None:
        cost[who] = took
    print(f"| {who} | {time.monotonic() - began:.1f} | {took:.1f} | {load:.1f} |", flush=True)


if __name__ == "__main__":
    main()
