"""A caller of a laptop's abroll, and the worlds the journeys run in: real processes, real media, small pictures."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.local.laptop import Laptop
from infra.local.world import merged
from tests.patience import PATIENCE

LOOK = 0.5  # seconds between two looks at a job: each costs a hundredth of a second of a CPU
PHOTO = Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg"
TALL, WIDE, SQUARE = (180, 320), (320, 180), (180, 180)
KEY_AT_HEYGEN = "hg_demo_key"

SMALL: Mapping[str, Any] = {
    "port": 0,
    "sweep_seconds": 1.0,
    "tables": {
        "sizes": {
            "720p": {
                "9:16": {"width": TALL[0], "height": TALL[1]},
                "16:9": {"width": WIDE[0], "height": WIDE[1]},
                "1:1": {"width": SQUARE[0], "height": SQUARE[1]},
            }
        }
    },
    "veo": {
        "per_minute": 6000,
        "seconds_per_clip": 0.3,
        "sizes": {"720p 9:16": TALL, "720p 16:9": WIDE},
    },
    "heygen": {
        "seconds_per_video": 0.5,
        "sizes": {"720p 9:16": TALL, "720p 16:9": WIDE, "720p 1:1": SQUARE},
    },
    "did": {"seconds_per_clip": 0.5, "size": WIDE},
    "queues": {"veo": {"max_dispatches_per_second": 100}, "compose": {"max_concurrent_dispatches": 2}},
}


def small_world(folder: Path, **over: Any) -> Path:
    """Write a world of small pictures and fast vendors; keyword arguments are laid over it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "world.json"
    path.write_text(json.dumps(merged(SMALL, over)), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Cinema:
    """One laptop and one tenant's key."""

    laptop: Laptop
    http: httpx.Client

    def order(self, request: Mapping[str, Any], **headers: str) -> str:
        """POST a film and return its job's id."""
        answer = self.http.post("/create_job", json=dict(request), headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def job(self, job_id: str) -> dict[str, Any]:
        """Read a job."""
        answer = self.http.get(f"/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, job_id: str, limit: float = PATIENCE) -> dict[str, Any]:
        """Wait for a job's end and return it."""
        until = time.monotonic() + limit
        while time.monotonic() < until:
            job = self.job(job_id)
            if job["status"] in ("completed", "failed", "cancelled"):
                return job
            time.sleep(LOOK)
        raise AssertionError(f"job {job_id} has not ended: {json.dumps(job, indent=1)}")

    def film(self, job: Mapping[str, Any], folder: Path) -> Path:
        """Fetch a finished job's film by its permanent link, without any key."""
        assert job["status"] == "completed", json.dumps(job, indent=1)
        answer = httpx.get(job["final_video_url"], follow_redirects=True, timeout=PATIENCE, trust_env=False)
        assert answer.status_code == 200, answer.text
        path = folder / f"{job['id']}.mp4"
        path.write_bytes(answer.content)
        return path

    def upload(self, data: bytes = b"") -> str:
        """Upload a photo and return its id."""
        answer = self.http.post("/tenant/uploads", content=data or PHOTO.read_bytes())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["image"])

    def bills(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return what Veo and HeyGen would bill, as their stand-ins counted it."""
        places = self.laptop.places
        veo, heygen = (_get(port, "/_stand_in/bill")["generations"] for port in (places.veo, places.heygen))
        return veo, heygen

    def polls(self) -> int:
        """Return how often Veo was asked about an operation."""
        return int(_get(self.laptop.places.veo, "/_stand_in/bill")["polls"])

    def counts(self) -> dict[str, dict[str, int]]:
        """Return Google's billed operations so far."""
        return _get(self.laptop.places.counts, "/")


def open_cinema(folder: Path, **over: Any) -> Cinema:
    """Start a laptop with small pictures and a tenant whose avatar key is stored."""
    laptop = Laptop(folder / "data", small_world(folder, **over))
    laptop.start()
    key = laptop.seed("demo")
    http = httpx.Client(
        base_url=laptop.places.front_url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE, trust_env=False
    )
    cinema = Cinema(laptop, http)
    answer = http.put("/tenant/integrations/heygen", json={"api_key": KEY_AT_HEYGEN})
    assert answer.status_code == 200, answer.text
    return cinema


def close_cinema(cinema: Cinema) -> None:
    """Stop everything."""
    cinema.http.close()
    cinema.laptop.stop()


def _get(port: int, path: str) -> dict[str, Any]:
    return dict(httpx.get(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE, trust_env=False).json())
