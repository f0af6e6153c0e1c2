"""`kill -9` at every step of a closing: it ends with the same report, and nothing is left.

Each call to a store, a queue or a vendor is two points: the process dies before it goes out, or before its answer is
heard. ABROLL_EVERY_POINT=1 tries them all; otherwise an even sample of them.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.admin import closing
from tests.faults.cloud import StagedWiring
from tests.steps.dying import Died, Dying
from tests.steps.furnished import Furnished, everything, furnished
from tests.steps.stage import Stage, staged

PARTS = ("belongings", "blobs", "closings", "deletions", "jobs", "revocations", "secrets", "tasks", "tenants")
SAMPLE = 6
TICKS = 30
TICK = 300.0


def mortal(stage: Stage, calls: list[int], at: int, *, after: bool) -> StagedWiring:
    """Start an instance that dies at its call of that number."""
    made = stage.cloud.instance()
    true = {name: getattr(made, name) for name in PARTS}
    made.__dict__.update({name: Dying(part, calls, at, after=after) for name, part in true.items()})
    vendors = {name: Dying(vendor, calls, at, after=after) for name, vendor in made.presenters.items()}
    made.__dict__["presenters"] = vendors
    return made


def closed(stage: Stage, gone: Furnished, at: int, *, after: bool) -> tuple[int, Mapping[str, Any]]:
    """Close a tenant while the first instance dies once; return how often it was called, and the report."""
    calls = [0]
    here = mortal(stage, calls, at, after=after)
    try:
        closing.close(here, gone.id, yes=True)
    except Died:
        here = stage.cloud.instance()
        closing.close(here, gone.id, yes=True)  # as whoever saw no answer does
    for _ in range(TICKS):
        stage.clock.forward(TICK)
        try:
            here.close_tenants()
        except Died:
            here = stage.cloud.instance()
        report = closing.close(stage.wiring, gone.id, status=True)
        if report["status"] == "closed":
            return calls[0], report
    raise AssertionError(f"killed at {at}, {after=}: {report}")


def left_of(stage: Stage, gone: Furnished) -> list[str]:
    """Return the kinds of what is left of a tenant, and each place where a word of its stands."""
    found = everything(stage, gone.id)
    theirs = [name.replace(gone.id, "*") for name, text in found.items() if gone.id in name or f'"{gone.id}"' in text]
    kinds = {name.rpartition("/")[0] for name in theirs if not name.startswith("settings/")}
    words = [name for name, text in found.items() for word in gone.texts[1:4] if word in name + text]
    return [*sorted(kinds), *words]


def told(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a report says without its times and its tenant."""
    kept = [{name: each[name] for name in ("what", "why")} for each in report["kept"]]
    return {"deleted": report["deleted"], "left": report.get("left_behind"), "kept": kept}


def test_a_closing_killed_anywhere_ends_with_the_same_report(tmp_path: Path) -> None:
    """Whoever dies leaves word of what it was at: it goes, and is counted, once; another tenant's things stay."""
    with staged(tmp_path) as stage:
        furnished(stage, "stays")
        calm = furnished(stage, "calm")
        stays = {name: text for name, text in everything(stage).items() if "stays" in name}
        points, report = closed(stage, calm, 0, after=False)
        wanted = told(report), left_of(stage, calm)
        chosen = [(at, after) for at in range(1, points + 1) for after in (False, True)]
        step = 1 if os.environ.get("ABROLL_EVERY_POINT") else max(1, len(chosen) // SAMPLE)
        wrong = {}

        for number, (at, after) in enumerate(chosen[::step]):
            gone = furnished(stage, f"gone-{number}")
            _, report = closed(stage, gone, at, after=after)
            if (found := (told(report), left_of(stage, gone))) != wanted:
                wrong[at, after] = found

        untouched = everything(stage)

    print(f"{len(chosen[::step])} of {len(chosen)} points")
    assert {} == wrong, wanted
    assert stays == {name: untouched.get(name) for name in stays}
