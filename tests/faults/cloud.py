"""A small Google Cloud in this process behind fault proxies, and abroll's own parts on it, by one clock set by hand.

Nothing is replaced in abroll but what is handed in anyway: clocks, sleep and randomness. Waiting moves the clock.
"""

import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, Self

import flask
import pytest
from cloudevents.http import from_http

from infra.local.google.firestore.server import FirestoreServer
from infra.local.google.identity.issuer import Issuer
from infra.local.google.identity.signblob import SignBlobServer
from infra.local.google.secrets.server import SecretsServer
from infra.local.google.storage.outbox import Happening
from infra.local.google.storage.server import Bucket, StorageServer
from infra.local.google.tasks.server import QueueConfig, TasksServer
from infra.local.vendors.serving import Serving
from infra.local.world import ACCOUNT, FILMS, INDEXES, INVOKER, LOCATION, PROJECT, TAKES
from shared.cloud.blobs import split
from shared.cloud.clients import Clients
from shared.cloud.credentials import TokenCredentials
from shared.cloud.epochs import Epochs
from shared.cloud.jobs import Jobs
from shared.cloud.rates import RateCounts
from shared.cloud.secrets import Secrets
from shared.cloud.tenants import Tenants
from shared.config import Settings
from shared.door import task
from shared.door.event import TryAgain, finalized
from shared.media.compose import Composing
from shared.steps.commit import Commits
from shared.steps.compose import Compose
from shared.steps.message import Message
from shared.steps.start_presenter import StartPresenter
from shared.steps.stopwatch import Stopwatch
from shared.steps.sweep import Sweep
from shared.steps.watch_presenter import WatchPresenter
from shared.wiring import Wiring
from tests.faults.composed import ComposedOnce
from tests.faults.rpc import RpcProxy
from tests.faults.web import WebProxy, refusal
from tests.faults.wire import Kind, Wire
from tests.patience import PATIENCE

QUEUES = ("batch", "veo", "heygen-video", "presenter", "did", "watch", "compose", "paint", "notify")
STEPS = ("start_clip", "watch_clip", "start_presenter", "watch_presenter", "compose", "paint_part")


class Clock:
    """The one clock of a stage; it moves when a test or a wait moves it."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass: also what abroll's own waits do."""
        self.now += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        """Count seconds."""
        return self.now.timestamp()


class WrongClock(Clock):
    """A machine's clock that is ahead of everybody's, or behind (seconds below zero)."""

    def __init__(self, true: Clock, ahead: float) -> None:
        self._true = true
        self.ahead = timedelta(seconds=ahead)

    def __call__(self) -> datetime:
        """Tell a wrong time."""
        return self._true() + self.ahead

    def forward(self, seconds: float) -> None:
        """Let time pass, for all."""
        self._true.forward(seconds)

    def monotonic(self) -> float:
        """Count seconds: these are never wrong."""
        return self._true.monotonic()


class StagedClients(Clients):
    """The clients of an instance whose identity comes from the stage's issuer."""

    def __init__(self, settings: Settings, token: Callable[[], str]) -> None:
        super().__init__(settings)
        self._token = token

    @cached_property
    def credentials(self) -> Any:
        """The stage's account."""
        return TokenCredentials(self._token)


class StagedWiring(Wiring):
    """The parts of one instance, on the stage's clock."""

    composing: Composing = ComposedOnce()

    def __init__(self, settings: Settings, clock: Clock, token: Callable[[], str]) -> None:
        super().__init__(settings)
        self.clock = clock
        self.clients = StagedClients(settings, token)
        self.now = clock
        self.monotonic = clock.monotonic

    @cached_property
    def jobs(self) -> Jobs:
        """Jobs, whose server time goes on with the stage's clock."""
        return Jobs(self.clients, self.clock.monotonic)

    @cached_property
    def tenants(self) -> Tenants:
        """Tenants, kept for a minute of the stage's."""
        return Tenants(self.clients, self.epochs, self.clock.monotonic)

    @cached_property
    def epochs(self) -> Epochs:
        """Epochs, whose age the stage's clock tells."""
        return Epochs(self.clients, self.clock.monotonic, self.now)

    @cached_property
    def rate_counts(self) -> RateCounts:
        """Counts of rates, waited for as long as a busy machine needs."""
        return RateCounts(self.clients, PATIENCE)

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets, kept for five minutes of the stage's."""
        return Secrets(self.clients, self.settings, self.clock.monotonic)

    @cached_property
    def commits(self) -> Commits:
        """Commits that wait by moving the clock, as long as they may."""
        clock = self.clock
        return Commits(self.jobs, self.tasks, self.turns, self.timeouts, clock.monotonic, clock.forward, _longest)

    @cached_property
    def sweep(self) -> Sweep:
        """The sweep, whose tick the clock bounds."""
        given = self.commits, self.deliveries, self.now, self.clock.monotonic, self.ticks
        return Sweep(*given, self.push_batch, self.learn, self.old_versions, self.count_waiting)

    @cached_property
    def start_clip(self) -> Callable[[Message], None]:
        """start_clip with the stage's stopwatch."""
        step: Callable[..., None] = super().start_clip
        return partial(step, stopwatch=self.stopwatch)

    @cached_property
    def start_presenter(self) -> StartPresenter:
        """start_presenter with the stage's stopwatch."""
        return replace(super().start_presenter, stopwatch=self.stopwatch)

    @cached_property
    def watch_presenter(self) -> WatchPresenter:
        """watch_presenter, whose judging a busy machine does not cut short."""
        step = super().watch_presenter
        return replace(step, files=replace(step.files, judge_seconds=PATIENCE))

    @cached_property
    def compose(self) -> Compose:
        """Compose, which makes a film of the same inputs once."""
        return replace(super().compose, composing=self.composing)

    def stopwatch(self) -> Stopwatch:
        """Start a stopwatch on the stage's clock."""
        return Stopwatch(self.clock.monotonic, self.clock.monotonic)


class Cloud:
    """Google's servers, a proxy before each, and one instance of abroll behind a door."""

    kind: type[StagedWiring] = StagedWiring  # how instances are wired; a planted bug is another

    def __init__(
        self, data: Path, tables: Path, clock: Clock, *, rates: Mapping[str, float] | None = None, **endpoints: str
    ) -> None:
        self.clock = clock
        self.wire = Wire()  # what abroll asks of others
        self.incoming = Wire()  # what others ask of abroll: tasks, object events, webhooks
        self._env = pytest.MonkeyPatch()
        self.front = Serving("127.0.0.1", 0, self._door)
        (_made(data) / "issuer.pem").write_bytes(_key())
        issuer = Issuer(data, clock=clock)
        self._token = partial(issuer.access_token, email=ACCOUNT)
        self.firestore = FirestoreServer(data / "firestore", indexes=INDEXES, clock=clock)
        queue = QueueConfig(max_dispatches_per_second=500, max_attempts=5, min_backoff=timedelta(seconds=1))
        self.tasks = TasksServer(
            data,
            issuer=issuer,
            project=PROJECT,
            location=LOCATION,
            queues={
                name: replace(queue, max_dispatches_per_second=rate)
                for name, rate in {**dict.fromkeys(QUEUES, queue.max_dispatches_per_second), **(rates or {})}.items()
            },
            clock=clock,
        )
        self.secrets = SecretsServer(data, clock=clock)
        self.storage = StorageServer(
            data / "storage",
            buckets=(Bucket(TAKES), Bucket(FILMS)),
            accounts={ACCOUNT: issuer.public_key_pem},
            notify={TAKES: f"{self.front.url}/veo_output"},
            access=issuer.is_access_token,
            kinds=(Happening.FINALIZED,),
            clock=clock,
        )
        self.iam = SignBlobServer(issuer)
        self.issuer = issuer
        self._rpc = {name: RpcProxy(name, self.wire) for name in ("firestore", "tasks", "secrets")}
        self._web = {name: WebProxy(name, self.wire) for name in ("storage", "iam", *endpoints)}
        self._upstream = endpoints
        self._tables = tables

    def __enter__(self) -> Self:
        """Serve."""
        self.front.start()
        direct = self.firestore.start()
        places = {
            "firestore": self._rpc["firestore"].start(direct),
            "tasks": self._rpc["tasks"].start(self.tasks.start(dispatch=False)),
            "secrets": self._rpc["secrets"].start(self.secrets.start()),
        }
        self.storage_url = self.storage.start(deliver=False)  # past the proxy: the vendors' way in
        storage = self._web["storage"].start(self.storage_url)
        iam = self._web["iam"].start(f"http://{self.iam.start()}")
        self._env.setenv("FIRESTORE_EMULATOR_HOST", places["firestore"])
        self._env.setenv("STORAGE_EMULATOR_HOST", storage)
        self._env.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
        self.settings = Settings(
            project=PROJECT,
            location=LOCATION,
            public_url=self.front.url,
            task_url=self.front.url + "/{function}",
            invoker=INVOKER,
            takes_bucket=TAKES,
            films_bucket=FILMS,
            tables=str(self._tables),
            egress_allow="http://127.0.0.1:*",
            signer=ACCOUNT,
            tasks_endpoint=places["tasks"],
            secrets_endpoint=places["secrets"],
            iam_endpoint=iam,
            veo_endpoint=self._web["veo"].url if "veo" in self._web else "http://127.0.0.1:1",
            heygen_endpoint=self._web["heygen"].url if "heygen" in self._web else "http://127.0.0.1:1",
            did_endpoint=self._web["did"].url if "did" in self._web else "http://127.0.0.1:1",
        )
        self._instances: list[StagedWiring] = []
        self.wiring = self.instance()
        self._env.setenv("FIRESTORE_EMULATOR_HOST", direct)
        self.eyes = self.instance()  # reads past the proxies: tests look without being recorded
        self._env.setenv("FIRESTORE_EMULATOR_HOST", places["firestore"])
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything."""
        for each in self._instances:
            each.clients.close()
        close_all(self.front, *self._rpc.values(), *self._web.values())
        close_all(self.firestore, self.tasks, self.secrets, self.storage, self.iam)
        self._env.undo()

    def instance(self, clock: Clock | None = None) -> StagedWiring:
        """Start one more instance of abroll: a twin with empty caches, by a clock of its own if one is given."""
        made = self.kind(self.settings, clock or self.clock, self._token)
        assert made.clients.firestore
        assert made.clients.storage
        self._instances.append(made)
        return made

    def expire(self, uri: str) -> None:
        """Delete an object, as its bucket's lifetime does."""
        bucket, name = split(uri)
        self.wiring.clients.storage.bucket(bucket).blob(name).delete()

    def before(self, name: str, upstream: str) -> None:
        """Put the proxy `name`, whose port is taken already, before a vendor."""
        self._web[name].start(upstream)

    def down(self, name: str) -> None:
        """Let nobody connect to a vendor."""
        self._web[name].refuse()

    def up(self, name: str) -> None:
        """Let a vendor be reached again."""
        self._web[name].accept()

    def _door(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Be the platform: hand a request to the function its path names, without asking who comes."""
        body = flask.Request(environ).get_data()
        fault = self.incoming.comes(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        times = {Kind.REFUSE: 0, Kind.TWICE: 2}.get(fault.kind, 1) if fault else 1
        answers = [self._inside(environ, body) for _ in range(times)]
        answer = refusal(fault) if fault and fault.kind in (Kind.REFUSE, Kind.LOSE) else answers[-1]
        return answer(environ, start_response)

    def _inside(self, environ: dict[str, Any], body: bytes) -> flask.Response:
        name, _, rest = environ["PATH_INFO"].strip("/").partition("/")
        inside = {**environ, "SCRIPT_NAME": f"/{name}", "PATH_INFO": f"/{rest}", "wsgi.input": BytesIO(body)}
        app = flask.Flask("front")
        with app.request_context(inside):
            return self._called(name)

    def _called(self, name: str) -> flask.Response:
        request = flask.Request(flask.request.environ)
        if name in STEPS:
            return flask.make_response(task.step(request, getattr(self.wiring, name), task.Later(name, self.wiring)))
        match name:
            case "notify":
                return flask.make_response(task.delivery(request, self.wiring.notify))
            case "feed_batch":
                return flask.make_response(task.batch(request, self.wiring.feed_batch))
            case "heygen_webhook":
                return self.wiring.heygen_webhook(request)
            case "provider_webhook":
                return self.wiring.provider_webhook(request)
            case "veo_output":
                try:
                    finalized(
                        from_http(dict(request.headers), request.get_data()), self.wiring.veo_output, self.clock()
                    )
                except TryAgain:
                    return flask.make_response("again\n", 500)
                return flask.make_response("ok\n")
            case _:
                return flask.make_response("no such function\n", 404)


def _longest(_low: float, high: float) -> float:
    """Be the random number at its largest."""
    return high


class Stoppable(Protocol):
    """A server or a proxy."""

    def stop(self) -> None:
        """Close it."""
        ...


def close_all(*servers: Stoppable) -> None:
    """Stop servers side by side: each waits a moment for its own thread."""
    with ThreadPoolExecutor(len(servers)) as pool:
        for ended in [pool.submit(server.stop) for server in servers]:
            ended.result()


@cache
def _key() -> bytes:
    """Make one signing key for all stages of this process: a new one takes a tenth of a second."""
    with tempfile.TemporaryDirectory() as folder:
        Issuer(Path(folder), clock=Clock())
        return (Path(folder) / "issuer.pem").read_bytes()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
