"""What the suite holds in its hands: a clock, the vendors on loopback, and the shortest way to ask them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from infra.local.vendors.did.server import DidServer
from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.vendors.did.settings import DidSettings
from infra.local.vendors.heygen.server import HeyGenServer
from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from infra.local.vendors.veo.server import VeoServer
from infra.local.vendors.veo.settings import VeoSettings
from tests.patience import PATIENCE
from tests.vendors.bucket import TinyStorage

MODEL = "veo-3.1-generate-001"
SIZES = {("720p", "9:16"): (180, 320), ("720p", "16:9"): (320, 180)}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class VeoDesk:
    """A Veo whose time passes by hand, and its bucket."""

    server: VeoServer
    http: httpx.Client
    storage: TinyStorage
    clock: Clock

    def post(
        self,
        instance: dict[str, Any],
        parameters: dict[str, Any] | None = None,
        *,
        model: str = MODEL,
        project: str = "acme",
        location: str = "us-central1",
    ) -> httpx.Response:
        """Submit."""
        usual = {"aspectRatio": "9:16", "resolution": "720p", "generateAudio": True, "durationSeconds": 4}
        path = f"/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:predictLongRunning"
        return self.http.post(path, json={"instances": [instance], "parameters": usual | (parameters or {})})

    def submit(self, instance: dict[str, Any], parameters: dict[str, Any] | None = None) -> str:
        """Submit something that is accepted; return the operation's name."""
        answer = self.post(instance, parameters)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["name"])

    def fetch(self, name: str, *, model: str = MODEL) -> httpx.Response:
        """Poll."""
        path = f"/v1/projects/acme/locations/us-central1/publishers/google/models/{model}:fetchPredictOperation"
        return self.http.post(path, json={"operationName": name})

    def outcome(self, instance: dict[str, Any], parameters: dict[str, Any] | None = None) -> Any:
        """Submit, wait until it is done, poll."""
        name = self.submit(instance, parameters)
        self.clock.forward(10)
        self.server.complete_due()
        return self.fetch(name).json()

    def filmed(self, instance: dict[str, Any], parameters: dict[str, Any], target: Path) -> Path:
        """Submit, wait until it is done, save the film."""
        before = set(self.storage.writes)
        done = self.outcome(instance, parameters)
        assert "response" in done, done
        (written,) = set(self.storage.writes) - before
        target.write_bytes(self.storage.objects[written])
        return target


@contextmanager
def veo_desk(data: Path, settings: VeoSettings | None = None) -> Iterator[VeoDesk]:
    """Open a Veo with a bucket of its own."""
    clock, storage = Clock(), TinyStorage()
    settings = settings or VeoSettings(sizes=SIZES, background=False)
    server = VeoServer(data, storage=storage.start(), settings=settings, clock=clock)
    with httpx.Client(base_url=server.start(), headers={"Authorization": "Bearer t"}, timeout=PATIENCE) as http:
        try:
            yield VeoDesk(server, http, storage, clock)
        finally:
            server.stop()
            storage.stop()


@dataclass
class HeyGenDesk:
    """A HeyGen whose time passes by hand."""

    server: HeyGenServer
    http: httpx.Client
    clock: Clock
    usual: dict[str, Any] = field(
        default_factory=lambda: {
            "type": "avatar",
            "avatar_id": "look_ana_studio",
            "engine": {"type": "avatar_iii"},
            "script": "Good morning.",
            "resolution": "720p",
            "aspect_ratio": "9:16",
        }
    )

    def post(self, key: str | None = None, **changes: Any) -> httpx.Response:
        """Order a video; None takes a field away."""
        body = {name: value for name, value in (self.usual | changes).items() if value is not None}
        return self.http.post("/v3/videos", json=body, headers={"Idempotency-Key": key} if key else {})

    def order(self, key: str | None = None, **changes: Any) -> str:
        """Order a video that is accepted; return its id."""
        answer = self.post(key, **changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["video_id"])

    def refusal(self, **changes: Any) -> tuple[int, str, str | None]:
        """Order a video that is refused; return (status, code, param)."""
        answer = self.post(**changes)
        error = answer.json()["error"]
        return answer.status_code, error["code"], error.get("param")

    def video(self, video_id: str) -> Any:
        """Look at a video."""
        return self.http.get(f"/v3/videos/{video_id}").json()["data"]

    def pass_time(self, seconds: float = 10) -> None:
        """Let time pass, and let what is due happen."""
        self.clock.forward(seconds)
        self.server.complete_due()

    def filmed(self, target: Path, **changes: Any) -> Path:
        """Order a video, wait until it is done, save it."""
        video_id = self.order(**changes)
        self.pass_time()
        target.write_bytes(httpx.get(self.video(video_id)["video_url"]).content)
        return target


@contextmanager
def heygen_desk(data: Path, settings: HeyGenSettings | None = None) -> Iterator[HeyGenDesk]:
    """Open a HeyGen."""
    clock = Clock()
    settings = settings or HeyGenSettings(sizes=SIZES, background=False)
    server = HeyGenServer(data, settings=settings, clock=clock)
    with httpx.Client(base_url=server.start(), headers={"X-Api-Key": DEMO_KEY}, timeout=PATIENCE) as http:
        try:
            yield HeyGenDesk(server, http, clock)
        finally:
            server.stop()


@dataclass
class DidDesk:
    """A D-ID whose time passes by hand."""

    server: DidServer
    http: httpx.Client
    clock: Clock
    usual: dict[str, Any] = field(
        default_factory=lambda: {
            "presenter_id": "v2_public_Amber@0zSz8kflCN",
            "script": {"type": "text", "input": "Good morning."},
            "name": "a1",
        }
    )

    def post(self, **changes: Any) -> httpx.Response:
        """Order a clip; None takes a field away."""
        body = {name: value for name, value in (self.usual | changes).items() if value is not None}
        return self.http.post("/clips", json=body)

    def order(self, **changes: Any) -> str:
        """Order a clip that is accepted; return its id."""
        answer = self.post(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def said(self, text: str, **changes: Any) -> str:
        """Order a clip of these words."""
        return self.order(script={"type": "text", "input": text}, **changes)

    def clip(self, clip_id: str) -> Any:
        """Look at a clip."""
        return self.http.get(f"/clips/{clip_id}").json()

    def listed(self, **query: Any) -> Any:
        """Read a page of the list."""
        return self.http.get("/clips", params=query).json()

    def pass_time(self, seconds: float = 10) -> None:
        """Let time pass, and let what is due happen."""
        self.clock.forward(seconds)
        self.server.complete_due()

    def filmed(self, target: Path, **changes: Any) -> Path:
        """Order a clip, wait until it is done, save it."""
        clip_id = self.order(**changes)
        self.pass_time()
        target.write_bytes(httpx.get(self.clip(clip_id)["result_url"]).content)
        return target


@contextmanager
def did_desk(data: Path, **settings: Any) -> Iterator[DidDesk]:
    """Open a D-ID."""
    clock = Clock()
    chosen = DidSettings(**{"size": (320, 180), "background": False, **settings})
    server = DidServer(data, settings=chosen, clock=clock)
    with httpx.Client(base_url=server.start(), headers={"Authorization": f"Basic {DID_KEY}"}, timeout=PATIENCE) as http:
        try:
            yield DidDesk(server, http, clock)
        finally:
            server.stop()
