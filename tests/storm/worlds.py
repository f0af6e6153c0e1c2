"""The worlds of storm and overload: the journeys' small pictures, smaller; the same rules, with shorter waits."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.vendors.heygen.settings import DEMO_KEY
from infra.local.world import merged
from shared.pipeline.job.vendors import VENDORS
from tests.journey.cinema import SMALL
from tests.storm.books import LENT

TINY = (72, 128)  # the least a stand-in's marks fit into

# The laptop's own waits, but shorter where a kill must be waited for; every inequality of hole 15 holds, Cloud
# Tasks' least deadline of 15 s is kept, and Veo's longest time here is a fraction of its `unknown`.
BRISK: Mapping[str, Any] = {
    "pending_step": 3,
    "queue_slack": 5,
    "hold_step": 2,
    "vendors": {name: {"claim": 16, "unknown": 22, "backstop": 8} for name in VENDORS},
}
CHEAP: Mapping[str, Any] = {
    "tables": {"sizes": {"720p": {"9:16": {"width": TINY[0], "height": TINY[1]}}}, "timeouts": BRISK},
    "veo": {"sizes": {"720p 9:16": TINY}},
    "heygen": {
        "sizes": {"720p 9:16": TINY},
        "footage_sizes": {"768p 9:16": TINY},
        "retry_after_seconds": 2,
        "accounts": {DEMO_KEY: 100.0, LENT["heygen"]: 100.0},
    },
    "did": {"size": TINY[::-1], "retry_after_seconds": 2, "accounts": {DID_KEY: 400.0, LENT["did"]: 400.0}},
}


def world(path: Path, **over: Any) -> Path:
    """Write a world of the cheapest media; keyword arguments are laid over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(merged(merged(SMALL, CHEAP), over)), encoding="utf-8")
    return path
