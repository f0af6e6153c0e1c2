"""The laptop's world: how fast its vendors are, how long its abroll waits, which ports it has; data, from one file.

Everything a test or a person may want otherwise stands here. The code in `shared` and `functions` sees none of it but
its ordinary settings and its ordinary tables.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from infra.local.ports import claimed
from shared.pipeline.job.vendors import VENDORS

ROOT = Path(__file__).resolve().parents[2]
SHIPPED_TABLES = ROOT / "shared" / "tables.json"
FUNCTIONS = ROOT / "infra" / "functions.json"
INDEXES = ROOT / "infra" / "firestore.indexes.json"

PROJECT = "abroll-local"
LOCATION = "us-central1"
ACCOUNT = "functions@abroll-local.iam.gserviceaccount.com"
INVOKER = "tasks-invoker@abroll-local.iam.gserviceaccount.com"
TAKES, FILMS = "abroll-takes", "abroll-films"
PLAN = "enterprise"  # of the tenants the laptop makes

QUICK: Mapping[str, float] = {
    "http": 12,
    "function": 13,
    "dispatch": 15,
    "claim": 20,
    "unknown": 40,
    "silence": 240,
    "longest": 240,
    "backstop": 15,
}
# Vendors that take two seconds instead of two minutes, and timeouts to match: the same rules, sixty times faster.
# What may be asked for is as much more on the plan of the laptop's own tenants; other plans are as shipped.
SCALED: Mapping[str, Any] = {
    "footage": {name: {"wait": {"typical": 3, "slow": 20}} for name in ("standard", "fast", "lite")},
    "presenters": {
        "heygen": {"wait": {"typical": 4, "slow": 30}, "wait_per_second": 0.0},
        "did": {"wait": {"typical": 4, "slow": 30}, "wait_per_second": 0.0},
    },
    "tenant_footage": {"heygen": {"standard": {"wait": {"typical": 3, "slow": 20}}}},
    "compute": {"wait": 2, "wait_per_second": {"720p": 0.3, "1080p": 0.6}, "parts_wait": 1},
    "image_wait": 0,
    "plans": {
        PLAN: {
            "creations_per_hour": 1_000_000,
            "reads_per_minute": 1_000_000,
            "writes_per_minute": 1_000_000,
            "dry_runs_per_minute": 1_000_000,
            "key_puts_per_day": 10_000,
            "films_per_month": 1_000_000,
            "dollars_per_month": 1_000_000,
        }
    },
    "portions": {"veo": {"free": 90, "lanes": 10}},  # of the rate below
    "starts_per_second": {"veo": 20},
    "strangers_per_minute": 100_000,  # everybody has one address here
    "timeouts": {
        "other_dispatch": 15,
        "compose_render": 240,
        "compose_function": 300,
        "compose_dispatch": 330,
        "replay_after": 2,
        "found_nothing": 2,
        "silent_step": 10,
        "hint_step": 0.5,
        "pending_step": 5,
        "newer_step": 1,
        "batch_look": 2,
        "queue_slack": 8,
        "hold": 30,
        "hold_step": 3,
        "nudge_unit": 2,
        "nudge_most": 20,
        "give_up": 1800,
        "parked_life": 7200,
        "lane_slack": 8,
        "vendors": dict.fromkeys(VENDORS, QUICK),
    },
}


LAPTOPS_QUEUES: Mapping[str, Any] = {
    "veo": {"max_dispatches_per_second": 20},
    "paint": {"max_concurrent_dispatches": 2},  # two cores
}


@dataclass(frozen=True, slots=True)
class World:
    """One laptop's cloud; the overlays are merged into the shipped tables and the vendors' own defaults."""

    port: int = 8080  # the front's; 0 = any free one
    tables: Mapping[str, Any] = field(default_factory=dict)
    queues: Mapping[str, Any] = field(default_factory=lambda: LAPTOPS_QUEUES)
    veo: Mapping[str, Any] = field(default_factory=lambda: {"per_minute": 1200})
    heygen: Mapping[str, Any] = field(default_factory=dict)
    did: Mapping[str, Any] = field(default_factory=dict)
    sweep_seconds: float = 2.0
    environment: Mapping[str, str] = field(default_factory=dict)  # laid over the functions' own: proxies before Google

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """Read a world from JSON; None is the laptop's default."""
        data = json.loads(path.read_text(encoding="utf-8")) if path else {}
        known = {item.name for item in fields(cls)}
        if strays := set(data) - known:
            raise ValueError(
                f"{path}: no such settings: {', '.join(sorted(strays))}; known are {', '.join(sorted(known))}"
            )
        return cls(**data)

    def all_tables(self) -> dict[str, Any]:
        """Return the shipped tables, scaled, with this world's own overlay."""
        shipped = json.loads(SHIPPED_TABLES.read_text(encoding="utf-8"))
        return merged(merged(shipped, SCALED), self.tables)

    def all_queues(self) -> dict[str, Any]:
        """Return the shipped queues with this world's overlay."""
        shipped = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["queues"]
        return merged(shipped, self.queues)


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything of one data folder listens: chosen once, kept, so that a restart finds its own tasks' URLs."""

    data: Path
    front: int
    firestore: int
    tasks: int
    secrets: int
    storage: int
    metadata: int
    iam: int
    veo: int
    heygen: int
    did: int
    counts: int

    @classmethod
    def of(cls, data: Path, world: World) -> Self:
        """Return the folder's places, choosing free ports the first time."""
        kept = data / "ports.json"
        data.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            names = [item.name for item in fields(cls) if item.name != "data"]
            ports = dict(zip(names, claimed(len(names)), strict=True))
            kept.write_text(json.dumps(ports | ({"front": world.port} if world.port else {})), encoding="utf-8")
        ports = json.loads(kept.read_text(encoding="utf-8"))
        return cls(data=data, **(ports | ({"front": world.port} if world.port else {})))

    @property
    def front_url(self) -> str:
        """Where the cloud's paths are."""
        return f"http://127.0.0.1:{self.front}"

    @property
    def tables(self) -> Path:
        """The tables file of this world."""
        return self.data / "tables.json"

    def environment(self) -> dict[str, str]:
        """Return what the functions run with: the cloud's own variables, other endpoints."""
        here = "127.0.0.1"
        return {
            "ABROLL_PROJECT": PROJECT,
            "ABROLL_LOCATION": LOCATION,
            "ABROLL_PUBLIC_URL": self.front_url,
            "ABROLL_TASK_URL": self.front_url + "/{function}",
            "ABROLL_INVOKER": INVOKER,
            "ABROLL_TAKES_BUCKET": TAKES,
            "ABROLL_FILMS_BUCKET": FILMS,
            "ABROLL_TABLES": str(self.tables),
            "ABROLL_EGRESS_ALLOW": "http://127.0.0.1:*",
            "ABROLL_TASKS_ENDPOINT": f"{here}:{self.tasks}",
            "ABROLL_SECRETS_ENDPOINT": f"{here}:{self.secrets}",
            "ABROLL_IAM_ENDPOINT": f"http://{here}:{self.iam}",
            "ABROLL_VEO_ENDPOINT": f"http://{here}:{self.veo}",
            "ABROLL_HEYGEN_ENDPOINT": f"http://{here}:{self.heygen}",
            "ABROLL_DID_ENDPOINT": f"http://{here}:{self.did}",
            "FIRESTORE_EMULATOR_HOST": f"{here}:{self.firestore}",
            "STORAGE_EMULATOR_HOST": f"http://{here}:{self.storage}",
            "GCE_METADATA_HOST": f"{here}:{self.metadata}",
            "GCE_METADATA_IP": f"{here}:{self.metadata}",
            "CLOUDSDK_CONFIG": str(self.data / "no-gcloud"),  # nobody's own login leaks in
            "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA": "true",  # one request more for each bucket, for nothing
            "GOOGLE_CLOUD_PROJECT": PROJECT,
        }


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `over` laid over it, map by map."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result
