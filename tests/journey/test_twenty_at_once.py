"""Twenty object events at one moment, all about one job's document."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from infra.local.google.identity.issuer import Issuer
from infra.local.google_cloud import now
from infra.local.world import ACCOUNT, TAKES
from shared.pipeline.job.timeouts import Timeouts
from tests.journey.cinema import Cinema, close_cinema, open_cinema
from tests.journey.test_films import order
from tests.patience import PATIENCE

NEVER = "[[slow:3600]]"
# The cloud's own timeouts: the laptop's short ones would give up a call that only a busy machine made slow.
PATIENT = {
    "timeouts": {
        "vendors": {
            "veo": {
                name: getattr(Timeouts().of("veo"), name)
                for name in ("http", "dispatch", "claim", "unknown", "backstop", "longest", "silence")
            }
        }
    }
}


def short_scenes(request: dict[str, Any], mark: str = "") -> dict[str, Any]:
    for scene in request["scenes"]:
        scene["duration"] = 4
        scene["visual_description"] += mark
    return request


def test_twenty_clips_that_land_together_all_count(tmp_path: Path) -> None:
    """Twenty commits race for one document; compare-and-set and jitter let every one through, none is lost."""
    cinema = open_cinema(tmp_path, tables=PATIENT)
    try:
        sample = cinema.ended(cinema.order(short_scenes(order(1, b_roll={"join": "cut"}))))
        clip = _takes(cinema, "GET", f"o/{_names(cinema, sample['id'])[0].replace('/', '%2F')}?alt=media").content
        job_id = cinema.order(short_scenes(order(20, b_roll={"join": "cut"}), NEVER))
        prefixes = _prefixes(cinema, job_id)
        together = threading.Barrier(20)

        def land(prefix: str) -> str:
            together.wait()
            name = f"{prefix}1234567890123456789/sample_0.mp4".replace("/", "%2F")
            stored = _takes(cinema, "POST", f"o?uploadType=media&name={name}", content=clip, upload=True)
            return str(stored.json()["timeCreated"])

        cinema.laptop.freeze("functions")  # its events gather at the door, and are all let in at one moment
        with ThreadPoolExecutor(20) as pool:
            landed = sorted(pool.map(land, prefixes))
        cinema.laptop.thaw("functions")
        job = _landed(cinema, job_id)
        cinema.http.post(f"/jobs/{job_id}/cancel")  # its film of 80 s tells nothing more
    finally:
        close_cinema(cinema)

    print(f"twenty objects finalized from {landed[0]} to {landed[-1]}, their events let in together")
    assert ["done"] * 20 == _clips(job)


def _clips(job: dict[str, Any]) -> list[str]:
    return [node["state"] for node in job["nodes"] if node["kind"] == "clip"]


def _landed(cinema: Cinema, job_id: str) -> dict[str, Any]:
    """Wait until no clip is on its way any more, and return the job."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        job = cinema.job(job_id)
        if set(_clips(job)) == {"done"} or job["status"] in ("completed", "failed", "cancelled"):
            return job
        time.sleep(0.1)
    raise AssertionError(f"not every clip has landed: {_clips(job)}")


def _prefixes(cinema: Cinema, job_id: str) -> list[str]:
    while True:
        mine = [line["key"] for line in cinema.bills()[0] if job_id in line["key"]]
        if len(mine) == 20:
            return [key.removeprefix(f"gs://{TAKES}/") for key in mine]
        time.sleep(0.2)


def _names(cinema: Cinema, job_id: str) -> list[str]:
    return [item["name"] for item in _takes(cinema, "GET", f"o?prefix=jobs/{job_id}/").json()["items"]]


def _takes(cinema: Cinema, method: str, path: str, *, content: bytes = b"", upload: bool = False) -> httpx.Response:
    places = cinema.laptop.places
    token = Issuer(places.data / "google", clock=now).access_token(email=ACCOUNT)
    root = f"http://127.0.0.1:{places.storage}{'/upload' if upload else ''}/storage/v1/b/{TAKES}/"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "video/mp4"}
    answer = httpx.request(method, root + path, headers=headers, content=content, timeout=PATIENCE, trust_env=False)
    assert answer.is_success, answer.text
    return answer
