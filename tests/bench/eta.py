"""How far the expected end of a film is from its end: two hundred films on the stage, at vendors that vary.

`python -m tests.bench.eta --films 200` prints figures and judges nothing. Steps, tasks, store and sweep's learning are
the product's own; the vendors take what they are told to, a third more than the tables say and varying, Veo four times
as long from half-way on. Time is the stage's: how busy the machine is changes no figure.
"""

import argparse
import contextlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from shared.pipeline.job.eta import eta
from shared.pipeline.job.job import Ending
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.vendors.figures import OUR_MACHINES
from tests.steps.stage import Stage, by_did, filmed_once, footage, presented, staged

SECOND = timedelta(seconds=1)
APART = 1800.0  # seconds from a film's end to the next order
TICK = datetime(2026, 11, 29, 12, 20)  # noqa: DTZ001  # only its minute counts: one at which the sweep learns
VENDORS = ("veo", "heygen", "did", OUR_MACHINES)
USUAL, SPREAD, SLOWER = 1.3, 0.3, 4.0  # of what the tables say
CLIP_SECONDS, TAKE_SECONDS = 90.0, 160.0  # about what the tables say of the films below
STAGES: Sequence[str] = ("first tenth", "as before", "just slower", "slower")


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a film when it was ordered, and when it came, seconds after the order."""

    p50: float
    p90: float
    actual: float


def films(stage: Stage, count: int, seed: int) -> Iterator[Told]:
    """Let films be made one after the other, each learnt from."""
    chance = Random(seed)
    learn = replace(stage.wiring.learn, vendors=VENDORS)
    for number in range(count):
        job_id = stage.order(_film(number, chance, slower=number >= count // 2))
        begun, told = stage.clock(), eta(stage.job(job_id), stage.clock(), stage.cloud.instance().outlook())
        stage.live(job_id)
        job = stage.job(job_id)
        assert job.ending is Ending.COMPLETED, job.trouble
        assert told.p50 is not None
        assert told.p90 is not None
        assert job.ended_at is not None
        yield Told(*((each - begun) / SECOND for each in (told.p50, told.p90, job.ended_at)))
        stage.clock.forward(APART)
        learn(TICK)


def _film(number: int, chance: Random, *, slower: bool) -> FilmRequest:
    """Return a film of footage, of HeyGen's or of D-ID's presenter, whose parts take their time."""
    clip, take = (_mark(chance, seconds) for seconds in (CLIP_SECONDS * (SLOWER if slower else 1), TAKE_SECONDS))
    kind = number % 3
    film = footage(clip) if kind == 0 else presented(f"Hello. {take}") if kind == 1 else by_did(f"Hello. {take}")
    (scene,) = film.scenes
    return replace(film, scenes=(replace(scene, visual_description=f"A mug on a table {clip}"),))


def _mark(chance: Random, seconds: float) -> str:
    return f"[[slow:{round(seconds * USUAL * chance.lognormvariate(0, SPREAD))}]]"


def table(told: Sequence[Told]) -> str:
    """Return a row a stage: the error of p50 and how many came by p90."""
    tenth, half = len(told) // 10, len(told) // 2
    cuts = (told[:tenth], told[tenth:half], told[half : half + tenth], told[half + tenth :])
    return "\n".join(_row(name, part) for name, part in zip(STAGES, cuts, strict=True) if len(part) > 1)


def _row(name: str, part: Sequence[Told]) -> str:
    off = [abs(each.p50 - each.actual) for each in part]
    shares = [error / each.actual for error, each in zip(off, part, strict=True)]
    there = sum(each.actual <= each.p90 for each in part) / len(part)
    worst = quantiles(shares, n=10)[-1]
    return (
        f"{name:<12} {len(part):>4} films  |p50 - actual| {median(off):>4.0f} s, {median(shares):>4.0%} of the time "
        f"(nine of ten within {worst:.0%}); there by p90 {there:.0%}"
    )


def main() -> None:
    """Make films and print how well their ends were told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eta-") as folder, contextlib.redirect_stdout(io.StringIO()):
        canned = filmed_once(Path(folder) / "canned")
        with staged(Path(folder) / "stage", canned=canned, did={}) as stage:
            told = list(films(stage, given.films, given.seed))
    print(table(told))


if __name__ == "__main__":
    main()
