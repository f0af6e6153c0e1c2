"""The client of footage against the stand-in of HeyGen, which takes, films and bills as the page says."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from infra.local.vendors import media
from infra.local.vendors.heygen.server import HeyGenServer
from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from infra.local.vendors.marks import hash16, read_film
from shared.pipeline.job.job import Reconcile
from shared.providers.ports import (
    Failure,
    Filmed,
    Handed,
    KeyChanged,
    KeyedClipOrder,
    KeyedFootageVendor,
    Lost,
    Pending,
    Refused,
    TryLater,
    Unknown,
)
from tests.patience import PATIENCE
from tests.providers.orders import heygen_video, keyed_clip

SMALL = {("768p", "9:16"): (96, 168), ("768p", "1:1"): (96, 96)}
ATTEMPT = "j1.clip-1.t1.a1.r0"


@dataclass
class Vendor:
    """A stand-in, its client, and the time both live in."""

    server: HeyGenServer
    client: KeyedFootageVendor
    now: list[datetime] = field(default_factory=list)

    def submit(
        self, asked: KeyedClipOrder, *, key: str = ATTEMPT, api_key: str = DEMO_KEY, total: float = PATIENCE
    ) -> str:
        """Order under a key."""
        return self.client.submit(asked, api_key=api_key, idempotency_key=key, total_seconds=total)

    def poll(self, video: str) -> Pending | Filmed | Failure:
        """Ask how a film stands."""
        return self.client.poll(video, api_key=DEMO_KEY)

    def fault(self, do: str, **more: Any) -> None:
        """Let the next submit go wrong."""
        rows = [{"route": "POST /v3/models/videos$", "do": do, **more}]
        httpx.post(f"{self.server.url}/_stand_in/faults", json=rows).raise_for_status()

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and finish what is due."""
        self.now[0] += timedelta(seconds=seconds)
        self.server.complete_due()

    @property
    def made(self) -> list[dict[str, Any]]:
        """Everything it will ever bill for, or not."""
        found: list[dict[str, Any]] = self.server.bill()["generations"]
        return found


def started(data: Path, **settings: Any) -> Iterator[Vendor]:
    """Start a stand-in that works only when time passes."""
    now = [datetime(2026, 11, 28, 12, tzinfo=UTC)]
    given = HeyGenSettings(footage_sizes=SMALL, background=False, **settings)
    server = HeyGenServer(data, settings=given, clock=lambda: now[0])
    url = server.start()
    yield Vendor(server, heygen_video(url), now)
    server.stop()


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    yield from started(tmp_path)


def photo() -> Handed:
    """A square picture."""
    out = io.BytesIO()
    Image.new("RGB", (200, 200), "#336699").save(out, "PNG")
    return Handed(out.getvalue(), "image/png")


def test_it_says_how_a_lost_answer_is_found_out(vendor: Vendor) -> None:
    """By its key."""
    assert Reconcile.IDEMPOTENCY_KEY is vendor.client.reconcile


@pytest.mark.parametrize(
    ("changes", "feature", "price", "size"),
    [
        ({}, "text_to_video", 30_000, (96, 168)),
        ({"image": photo()}, "image_to_video", 30_000, (96, 96)),
        ({"references": (photo(),)}, "reference_to_video", 60_000, (96, 168)),
    ],
)
def test_every_way_of_asking_is_understood(
    vendor: Vendor, tmp_path: Path, changes: dict[str, Any], feature: str, price: int, size: tuple[int, int]
) -> None:
    """A strict vendor takes each of our orders, films exactly the asked seconds, and bills them."""
    asked = keyed_clip(seconds=6, **changes)
    video = vendor.submit(asked)
    vendor.pass_seconds(10)
    seen = vendor.poll(video)

    assert isinstance(seen, Filmed)
    path = tmp_path / "film.mp4"
    path.write_bytes(httpx.get(seen.url).content)
    probe, (line,) = media.probe(path), vendor.made
    wanted = {hash16(photo().raw)} if changes else {0}
    assert (size, 24.0, "aac") == ((probe.width, probe.height), probe.fps, probe.audio)
    assert pytest.approx(6, abs=0.05) == probe.seconds == seen.seconds
    assert wanted == {one.footage.photo for one in read_film(path).seen if one.footage}
    assert (feature, 6 * price, asked.name) == (line["feature"], line["amount_micros"], line["key"])


@pytest.mark.parametrize("do", ["reset_after", "timeout_after", "503"])
def test_a_lost_answer_is_asked_for_under_its_key(vendor: Vendor, do: str) -> None:
    """Whatever became of the first call, the same key leaves one film and one bill."""
    vendor.fault(do, seconds=1)
    with pytest.raises(Unknown):
        vendor.submit(keyed_clip(), total=0.5)

    again = vendor.submit(keyed_clip())

    assert [again] == [one["id"] for one in vendor.made]


def test_pending_until_it_is_filmed(vendor: Vendor) -> None:
    """A look before its time finds it in the making."""
    assert Pending() == vendor.poll(vendor.submit(keyed_clip()))


def test_a_full_account_is_later(tmp_path: Path) -> None:
    """429 with its own wait; nothing was made."""
    for vendor in started(tmp_path, concurrency=1, retry_after_seconds=7):
        vendor.submit(keyed_clip())
        with pytest.raises(TryLater) as later:
            vendor.submit(keyed_clip(), key="j1.clip-2.t1.a1.r0")

        assert timedelta(seconds=7) == later.value.after
        assert 1 == len(vendor.made)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"accounts": {DEMO_KEY: 0.0}}, "credits"),
        ({"trial_accounts": (DEMO_KEY,)}, "plan"),
        ({"scopes": {DEMO_KEY: ("videos:read",)}}, "key_rejected"),
    ],
)
def test_an_account_that_cannot_order(tmp_path: Path, settings: dict[str, Any], word: str) -> None:
    """An empty wallet, a trial, a key without the scope: each a refusal in words of ours, nothing made."""
    for vendor in started(tmp_path, **settings):
        with pytest.raises(Refused) as refused:
            vendor.submit(keyed_clip())

        assert (word, []) == (refused.value.code, vendor.made)


def test_a_foreign_key_sees_nothing(vendor: Vendor) -> None:
    """A key that is no longer the account's cannot look."""
    video = vendor.submit(keyed_clip())

    with pytest.raises(KeyChanged):
        vendor.client.poll(video, api_key="another")


def test_an_unknown_film_is_lost(vendor: Vendor) -> None:
    """404, also for a presenter's own id."""
    with pytest.raises(Lost):
        vendor.poll("unknown")


def test_a_refused_scene(vendor: Vendor) -> None:
    """Moderation at the order is a refusal that cost nothing."""
    with pytest.raises(Refused) as refused:
        vendor.submit(keyed_clip(prompt="A cup [[moderation]]"))

    assert ("safety", []) == (refused.value.code, vendor.made)


def test_a_failed_film(vendor: Vendor) -> None:
    """Its last word is tried again a minute later."""
    video = vendor.submit(keyed_clip(prompt="A cup [[fail:internal_error]]"))
    vendor.pass_seconds(10)

    seen = vendor.poll(video)

    assert isinstance(seen, Failure)
    assert ("rendering", timedelta(seconds=60)) == (seen.code, seen.retry_after)
