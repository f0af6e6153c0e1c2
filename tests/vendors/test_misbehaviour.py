"""Faults on the wire and killed processes: what was done is done, what was billed is billed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from tests.patience import PATIENCE
from tests.vendors.bucket import TinyStorage
from tests.vendors.desk import HeyGenDesk, VeoDesk
from tests.vendors.receiver import Receiver

ROOT = Path(__file__).parents[2]


def program(http: httpx.Client, *faults: dict[str, Any]) -> None:
    """Queue faults."""
    answer = http.post("/_stand_in/faults", json=list(faults))
    assert answer.status_code == 200, answer.text


def test_a_status_is_answered_without_doing_anything(veo: VeoDesk) -> None:
    """A 503 or 429 with Retry-After in the vendor's envelope; the next request goes through."""
    program(
        veo.http,
        {"route": "predictLongRunning$", "do": "429", "retry_after": 7},
        {"route": "POST .*predict", "do": "503"},
    )

    answers = [veo.post({"prompt": "A cup"}) for _ in range(3)]

    assert [429, 503, 200] == [answer.status_code for answer in answers]
    assert "7" == answers[0].headers["Retry-After"]
    assert ("RESOURCE_EXHAUSTED", "UNAVAILABLE") == (
        answers[0].json()["error"]["status"],
        answers[1].json()["error"]["status"],
    )
    assert 1 == len(veo.server.bill()["generations"])


def test_a_fault_meets_only_its_route(heygen: HeyGenDesk) -> None:
    """The route is a pattern of "METHOD path"; `times` says how often; DELETE forgets; a body may be given."""
    body = {"error": {"code": "internal_error", "message": "x"}}
    program(heygen.http, {"route": "^GET /v3/voices", "do": "500", "times": 2, "body": body})

    orders = heygen.post().status_code
    first = heygen.http.get("/v3/voices")
    left = heygen.http.get("/_stand_in/faults").json()
    heygen.http.delete("/_stand_in/faults")
    second = heygen.http.get("/v3/voices")

    assert (200, 500, [1], 200) == (
        orders,
        first.status_code,
        [fault["remaining"] for fault in left],
        second.status_code,
    )
    assert {"error": {"code": "internal_error", "message": "x"}} == first.json()


@pytest.mark.parametrize(("do", "done"), [("reset_before", 0), ("reset_after", 1)])
def test_a_broken_connection_may_have_worked(veo: VeoDesk, do: str, done: int) -> None:
    """A reset before the request does nothing; a reset after it leaves an operation that will film and be billed."""
    program(veo.http, {"route": "predictLongRunning", "do": do})

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        veo.post({"prompt": "A cup"}, {"storageUri": "gs://takes/a/"})
    veo.clock.forward(10)
    veo.server.complete_due()

    assert done == len(veo.storage.writes) == sum(g["billed"] for g in veo.server.bill()["generations"])


def test_an_answer_lost_in_time_is_replayed_by_its_key(heygen: HeyGenDesk) -> None:
    """The order is taken but its answer never comes; the same key replays it, and one video is made.

    (heygen page, "Idempotency")
    """
    program(heygen.http, {"route": "POST /v3/videos", "do": "timeout_after"})

    with pytest.raises(httpx.ReadTimeout):
        heygen.http.post("/v3/videos", json=heygen.usual, headers={"Idempotency-Key": "k1"}, timeout=0.3)
    again = heygen.order("k1")

    assert [again] == [g["id"] for g in heygen.server.bill()["generations"]]


def test_a_delay_only_delays(heygen: HeyGenDesk) -> None:
    """A delayed request is answered in full."""
    program(heygen.http, {"route": "/v3/users/me", "do": "delay", "seconds": 0.01})

    assert 200 == heygen.http.get("/v3/users/me").status_code


WRONG_FAULTS: list[dict[str, Any]] = [
    {"do": "503"},
    {"route": "(", "do": "503"},
    {"route": "x", "do": "explode"},
    {"route": "x", "do": "503", "when": 1},
]


@pytest.mark.parametrize("fault", WRONG_FAULTS)
def test_an_unknown_fault_is_refused(veo: VeoDesk, fault: dict[str, Any]) -> None:
    """A fault nobody can do is refused, not ignored."""
    assert 400 == veo.http.post("/_stand_in/faults", json=[fault]).status_code


@contextmanager
def process(*arguments: str) -> Iterator[tuple[str, int]]:
    """Run a stand-in as a process; yield (URL, pid)."""
    command = [sys.executable, "-m", *arguments]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield running.stdout.readline().strip(), running.pid
    finally:
        running.kill()
        running.communicate()


def test_a_killed_veo_goes_on(tmp_path: Path) -> None:
    """Kill -9 between submit and film loses nothing; the restarted process films what was accepted, once."""
    storage = TinyStorage()
    url, settings = storage.start(), tmp_path / "settings.json"
    settings.write_text('{"seconds_per_clip": 0.2, "sizes": {"720p 9:16": [180, 320]}}')
    command = (
        "infra.local.vendors.veo",
        "--data",
        str(tmp_path / "veo"),
        "--storage",
        url,
        "--settings",
        str(settings),
    )
    path = "/v1/projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001"
    body = {
        "instances": [{"prompt": "A cup"}],
        "parameters": {"aspectRatio": "9:16", "durationSeconds": 4, "storageUri": "gs://takes/a/"},
    }
    try:
        with process(*command) as (base, pid):
            name = httpx.post(
                f"{base}{path}:predictLongRunning", json=body, headers={"Authorization": "Bearer t"}
            ).json()["name"]
            os.kill(pid, signal.SIGKILL)
        with process(*command) as (base, _):
            arrived = storage.written.wait(PATIENCE)
            bill = httpx.get(f"{base}/_stand_in/bill").json()
    finally:
        storage.stop()

    assert arrived
    assert 1 == len(storage.writes)
    assert [name] == [g["id"] for g in bill["generations"]]


def test_a_killed_heygen_goes_on(tmp_path: Path, receiver: Receiver) -> None:
    """Kill -9 after the order loses nothing; the key still replays, the video is still made and told."""
    settings = tmp_path / "settings.json"
    settings.write_text('{"seconds_per_video": 0.5, "sizes": {"720p 9:16": [180, 320]}}')
    command = ("infra.local.vendors.heygen", "--data", str(tmp_path / "heygen"), "--settings", str(settings))
    size = {"resolution": "720p", "aspect_ratio": "9:16"}
    body = {
        "type": "avatar",
        "avatar_id": "look_ana_studio",
        "engine": {"type": "avatar_iii"},
        "script": "Hi.",
        "callback_url": f"{receiver.url}/h",
        **size,
    }
    headers = {"X-Api-Key": DEMO_KEY, "Idempotency-Key": "k1"}

    with process(*command) as (base, pid):
        first = httpx.post(f"{base}/v3/videos", json=body, headers=headers).json()
        os.kill(pid, signal.SIGKILL)
    with process(*command) as (base, _):
        again = httpx.post(f"{base}/v3/videos", json=body, headers=headers).json()
        heard = receiver.something.wait(PATIENCE)
        video = httpx.get(f"{base}/v3/videos/{first['data']['video_id']}", headers=headers).json()["data"]
        bill = httpx.get(f"{base}/_stand_in/bill").json()

    assert first == again
    assert (True, "completed", 1) == (heard, video["status"], len(bill["generations"]))
