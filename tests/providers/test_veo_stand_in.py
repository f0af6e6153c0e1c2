"""The client against the stand-in of Veo, which takes, films and bills as Veo's page says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.veo.server import VeoServer
from infra.local.vendors.veo.settings import VeoSettings
from shared.providers.ports import (
    Failure,
    Filmed,
    FootageVendor,
    Lost,
    Misconfigured,
    Pending,
    Refused,
    StoredMedia,
    TryLater,
    Unknown,
)
from tests.egress.loopback import Loopback, reply
from tests.patience import PATIENCE
from tests.providers.orders import Tokens, clip, veo

SMALL = {("720p", "9:16"): (72, 128)}


@dataclass
class Vendor:
    """A stand-in, its client, and the time both live in."""

    server: VeoServer
    client: FootageVendor
    tokens: Tokens
    now: list[datetime] = field(default_factory=list)

    def fault(self, do: str, **more: Any) -> None:
        """Let the next submit go wrong."""
        rows = [{"route": "predictLongRunning", "do": do, **more}]
        httpx.post(f"{self.server.url}/_stand_in/faults", json=rows).raise_for_status()

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and finish what is due."""
        self.now[0] += timedelta(seconds=seconds)
        self.server.complete_due()

    @property
    def generations(self) -> list[dict[str, Any]]:
        """Everything it will ever bill for, or not."""
        found: list[dict[str, Any]] = self.server.bill()["generations"]
        return found


def started(data: Path, **settings: Any) -> Iterator[Vendor]:
    """Start a stand-in whose films go to a storage that takes everything."""
    now = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    with Loopback(reply(200, {})) as storage:
        server = VeoServer(
            data,
            storage=storage.url,
            settings=VeoSettings(sizes=SMALL, background=False, **settings),
            clock=lambda: now[0],
        )
        tokens = Tokens()
        try:
            yield Vendor(server, veo(server.start(), tokens), tokens, now)
        finally:
            server.stop()


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    """A stand-in in its normal state."""
    yield from started(tmp_path)


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[Vendor]:
    """A stand-in whose project has never used a bucket."""
    yield from started(tmp_path, service_agent_cold=True)


def test_clip_is_pending_then_filmed_below_its_prefix(vendor: Vendor) -> None:
    """The whole life of a clip, both forms of pending included."""
    name = vendor.client.submit(clip(seconds=4), total_seconds=PATIENCE)

    early = [vendor.client.poll(name) for _ in range(2)]
    vendor.pass_seconds(3)
    late = vendor.client.poll(name)

    assert early == [Pending(), Pending()]
    assert isinstance(late, Filmed)
    assert late.url.startswith("gs://takes/jobs/j1/clip-1/t1-a1/")
    assert late.url.endswith("/sample_0.mp4")


def test_nothing_in_the_order_is_ignored(vendor: Vendor) -> None:
    """A misspelt field would be silently ignored by the service; the stand-in tells."""
    vendor.client.submit(clip(image=StoredMedia("gs://films/a.png", "image/png")), total_seconds=PATIENCE)
    vendor.client.submit(clip(video=StoredMedia("gs://takes/a.mp4", "video/mp4")), total_seconds=PATIENCE)
    vendor.client.submit(clip(references=(StoredMedia("gs://films/a.png", "image/png"),)), total_seconds=PATIENCE)

    assert [one["warnings"] for one in vendor.generations] == [[], [], []]
    assert [(one["feature"], one["seconds"]) for one in vendor.generations] == [
        ("image_to_video", 8),
        ("video_extension", 7),
        ("reference_to_video", 8),
    ]


@pytest.mark.parametrize(
    ("marker", "code", "after"),
    [
        ("[[rai:15236754]]", "safety", None),
        ("[[filter]]", "filtered", 5),
        ("[[empty]]", "empty", 30),
        ("[[err:8]]", "capacity", 60),
        ("[[err:9]]", "provisioning", 90),
        ("[[err:13]]", "internal", 30),
        ("[[err:14]]", "capacity", 60),
        ("[[err:7]]", "permission", None),
    ],
)
def test_endings_without_a_film(vendor: Vendor, marker: str, code: str, after: int | None) -> None:
    """Error, filtered and empty are told apart, and none of them is billed."""
    name = vendor.client.submit(clip(prompt=f"A cup. {marker}"), total_seconds=PATIENCE)
    vendor.pass_seconds(3)

    found = vendor.client.poll(name)

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == (code, None if after is None else timedelta(seconds=after))
    assert [one["billed"] for one in vendor.generations] == [False]


def test_wrong_length_fails_late_and_for_good(vendor: Vendor) -> None:
    """Veo takes a wrong length and ends the operation with code 3."""
    name = vendor.client.submit(clip(seconds=5), total_seconds=PATIENCE)
    vendor.pass_seconds(3)

    found = vendor.client.poll(name)

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == ("invalid", None)


def test_cold_project_is_provisioning_once(cold: Vendor) -> None:
    """The first use of a bucket in a project ends in code 9, the next films."""
    first = cold.client.submit(clip(seconds=4), total_seconds=PATIENCE)
    cold.pass_seconds(3)
    second = cold.client.submit(clip(seconds=4), total_seconds=PATIENCE)
    cold.pass_seconds(3)

    provisioning, filmed = cold.client.poll(first), cold.client.poll(second)

    assert isinstance(provisioning, Failure)
    assert (provisioning.code, provisioning.retry_after) == ("provisioning", timedelta(seconds=90))
    assert isinstance(filmed, Filmed)


def test_lost_operation(vendor: Vendor) -> None:
    """A vanished operation is lost, not failed."""
    name = vendor.client.submit(clip(prompt="A cup. [[lost]]"), total_seconds=PATIENCE)

    with pytest.raises(Lost):
        vendor.client.poll(name)


def test_retired_model(vendor: Vendor) -> None:
    """A model that is gone is named."""
    with pytest.raises(Misconfigured, match="veo-2"):
        vendor.client.submit(clip(model="veo-2.0-generate-001"), total_seconds=PATIENCE)


def test_shape_veo_does_not_film(vendor: Vendor) -> None:
    """A square is refused at once, and nothing is made."""
    with pytest.raises(Refused) as refused:
        vendor.client.submit(clip(aspect_ratio="1:1"), total_seconds=PATIENCE)

    assert refused.value.code == "invalid"
    assert vendor.generations == []


def test_minute_quota(tmp_path: Path) -> None:
    """One submit too many in a minute made nothing and may be made later."""
    for vendor in started(tmp_path, per_minute=1):
        vendor.client.submit(clip(), total_seconds=PATIENCE)
        with pytest.raises(TryLater):
            vendor.client.submit(clip(), total_seconds=PATIENCE)

        assert len(vendor.generations) == 1


def test_expired_token_makes_one_clip(vendor: Vendor) -> None:
    """The repeat after a 401 is the only order that counts."""
    vendor.fault("401")

    vendor.client.submit(clip(), total_seconds=PATIENCE)

    assert (vendor.tokens.renewed, len(vendor.generations)) == (1, 1)


@pytest.mark.parametrize(
    ("do", "made", "total"),
    [
        ("500", 0, 5),
        ("503", 0, 5),
        ("408", 0, 5),
        ("reset_before", 0, 5),
        ("reset_after", 1, 5),
        ("timeout_after", 1, 1.5),
    ],
)
def test_lost_answer_is_unknown_and_never_repeated(vendor: Vendor, do: str, made: int, total: float) -> None:
    """Whether or not the clip is in the making, the client asks once."""
    vendor.fault(do)

    with pytest.raises(Unknown):
        vendor.client.submit(clip(), total_seconds=total)

    assert vendor.server.bill()["submits"] == made
    assert len(vendor.generations) == made


def test_busy_is_later_as_asked(vendor: Vendor) -> None:
    """The stand-in's own Retry-After is kept."""
    vendor.fault("429", retry_after=17)

    with pytest.raises(TryLater) as later:
        vendor.client.submit(clip(), total_seconds=PATIENCE)

    assert later.value.after == timedelta(seconds=17)
