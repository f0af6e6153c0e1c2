"""All of Google that abroll needs in one process: Firestore, Tasks, Secret Manager, Storage, identity, scheduler."""

import itertools
import json
import threading
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from werkzeug.wrappers import Request, Response

from infra.local.google.firestore.server import FirestoreServer
from infra.local.google.identity.issuer import Issuer
from infra.local.google.identity.loopback import LoopbackServer
from infra.local.google.identity.metadata import MetadataServer
from infra.local.google.identity.signblob import SignBlobServer
from infra.local.google.secrets.server import SecretsServer
from infra.local.google.storage.outbox import Happening
from infra.local.google.storage.server import Bucket, StorageServer
from infra.local.google.tasks.server import QueueConfig, TasksServer
from infra.local.vendors.loopback import loopback_client
from infra.local.world import ACCOUNT, FILMS, FUNCTIONS, INDEXES, INVOKER, LOCATION, PROJECT, TAKES, Places, World

REAP_TICKS = 5  # of the sweep to one of the reaper, as in the table of schedules
SECONDS = ("min_backoff", "max_backoff", "max_retry_duration")


def now() -> datetime:
    """Read the wall clock."""
    return datetime.now(UTC)


class GoogleCloud:
    """The embedded servers of one data folder."""

    def __init__(self, world: World, places: Places) -> None:
        data = places.data / "google"
        data.mkdir(parents=True, exist_ok=True)
        self._sweep_url, self._reap_url = f"{places.front_url}/sweep", f"{places.front_url}/reap"
        self._sweep_seconds = world.sweep_seconds
        self._over = threading.Event()
        self._ticking = threading.Thread(target=self._tick, name="scheduler", daemon=True)
        self.issuer = Issuer(data, clock=now)
        self.firestore = FirestoreServer(data / "firestore", indexes=INDEXES, clock=now, port=places.firestore)
        self.tasks = TasksServer(
            data,
            issuer=self.issuer,
            project=PROJECT,
            location=LOCATION,
            queues={name: _queue(row) for name, row in world.all_queues().items()},
            clock=now,
            port=places.tasks,
        )
        self.secrets = SecretsServer(data, clock=now, port=places.secrets)
        output = f"{places.front_url}/veo_output"
        self.storage = StorageServer(
            data / "storage",
            buckets=tuple(Bucket(name, age_days=tuple(ages.items())) for name, ages in _ages().items()),
            accounts={ACCOUNT: self.issuer.public_key_pem},
            notify={TAKES: output},
            token_for=lambda _url: self.issuer.mint(email=INVOKER, audience=output),
            access=self.issuer.is_access_token,
            kinds=(Happening.FINALIZED,),
            clock=now,
            port=places.storage,
        )
        self.metadata = MetadataServer(self.issuer, project=PROJECT, email=ACCOUNT, port=places.metadata)
        self.iam = SignBlobServer(self.issuer, port=places.iam)
        self._counts = LoopbackServer(Request.application(self._counted), host="127.0.0.1", port=places.counts)
        self._servers: tuple[Any, ...] = (
            self.metadata,
            self.iam,
            self.firestore,
            self.secrets,
            self.storage,
            self.tasks,
            self._counts,
        )

    def start(self) -> None:
        """Serve."""
        for server in self._servers:
            server.start()
        self._ticking.start()

    def stop(self) -> None:
        """Stop serving; what was acknowledged is on disk."""
        self._over.set()
        self._ticking.join()
        for server in reversed(self._servers):
            server.stop()

    def _counted(self, _request: Request) -> Response:
        """Tell what Google would bill: document operations, task operations."""
        counts = {"firestore": asdict(self.firestore.counts), "tasks": asdict(self.tasks.counts)}
        return Response(json.dumps(counts), mimetype="application/json")

    def _tick(self) -> None:
        """Be Cloud Scheduler: call sweep, and reap at every fifth tick, whether or not anybody answers."""
        with loopback_client(60) as client:
            for tick in itertools.count(1):
                if self._over.wait(self._sweep_seconds):
                    return
                self._call(client, self._sweep_url)
                if tick % REAP_TICKS == 0:
                    self._call(client, self._reap_url)

    def _call(self, client: httpx.Client, url: str) -> None:
        token = self.issuer.mint(email=INVOKER, audience=url)
        with suppress(httpx.HTTPError):
            client.post(url, headers={"Authorization": f"Bearer {token}"})


def _ages() -> dict[str, dict[str, int]]:
    """Read how many days each bucket keeps which files, from the table Terraform reads."""
    rows = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["buckets"]
    return {TAKES: rows["takes"]["age_days"], FILMS: rows["films"]["age_days"]}


def _queue(row: dict[str, Any]) -> QueueConfig:
    spans = {name: timedelta(seconds=value) for name, value in row.items() if name in SECONDS}
    return QueueConfig(**{**row, **spans})


def write_tables(world: World, places: Places) -> None:
    """Write the world's tables where the functions' settings point."""
    places.tables.write_text(json.dumps(world.all_tables(), indent=1), encoding="utf-8")
