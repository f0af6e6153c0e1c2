"""The client against the stand-in of D-ID, which takes, films, bills and calls back as D-ID's page says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.did.server import DidServer
from infra.local.vendors.did.settings import DEMO_KEY, DidSettings, Order
from shared.egress.client import Egress
from shared.pipeline.plan.looks import Voice
from shared.providers.did.client import DId
from shared.providers.did.questions import KeyForm
from shared.providers.ports import Failure, Filmed, KeyChanged, Lost, Pending, Refused, SpeechOrder, TryLater, Unknown
from tests.patience import PATIENCE
from tests.providers.orders import LOOPBACK, did, speech

AMBER, AMY = "v2_public_Amber@0zSz8kflCN", "amy-Aq6OmGZnMt"
ATTEMPT = "j1.presenter-1.t1.a1"


def order(**changes: Any) -> SpeechOrder:
    """A short order the stand-in can film."""
    given = {"avatar_id": AMBER, "script": "Hello.", "title": ATTEMPT, "token": "0123abcd", "callback_url": ""}
    return speech(**{**given, **changes})


@dataclass
class Vendor:
    """A stand-in, its client, and the time both live in."""

    server: DidServer
    client: DId
    now: list[datetime] = field(default_factory=list)

    def submit(self, asked: SpeechOrder, *, api_key: str = DEMO_KEY, total: float = PATIENCE) -> str:
        """Order."""
        return self.client.submit(asked, api_key=api_key, idempotency_key="unheard", total_seconds=total)

    def poll(self, clip: str) -> tuple[Pending | Filmed | Failure, str | None]:
        """Ask how a clip stands."""
        return self.client.poll(clip, api_key=DEMO_KEY)

    def find(self, attempt: str = ATTEMPT, since: datetime | None = None) -> list[str]:
        """Look for an attempt's clips."""
        return [one.id for one in self.client.find(attempt, api_key=DEMO_KEY, since=since)]

    def fault(self, route: str, do: str, **more: Any) -> None:
        """Let something go wrong."""
        rows = [{"route": route, "do": do, **more}]
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


@contextmanager
def opened(data: Path, form: KeyForm = KeyForm.SHOWN, **settings: Any) -> Iterator[Vendor]:
    """Start a stand-in that works only when time passes."""
    now = [datetime(2026, 11, 28, 12, tzinfo=UTC)]
    chosen = DidSettings(**{"size": (320, 180), "background": False, **settings})
    server = DidServer(data, settings=chosen, clock=lambda: now[0])
    try:
        yield Vendor(server, did(server.start(), form=form), now)
    finally:
        server.stop()


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    """A stand-in in its normal state."""
    with opened(tmp_path) as there:
        yield there


def test_film_is_pending_then_made_and_its_link_works(vendor: Vendor) -> None:
    """The whole life of a transparent presenter, down to its bytes."""
    clip = vendor.submit(order())
    early, attempt = vendor.poll(clip)
    vendor.pass_seconds(3)
    late, _ = vendor.poll(clip)

    assert (early, attempt) == (Pending(), ATTEMPT)
    assert isinstance(late, Filmed)
    assert (late.avatar_id, (late.seconds or 0) > 0) == (AMBER, True)
    with Egress(LOOPBACK).stream(late.url, max_bytes=10**8, total_seconds=PATIENCE) as stream:
        first = next(stream.chunks())
    assert first[:4] == b"\x1a\x45\xdf\xa3"


@pytest.mark.parametrize("do", ["500", "503", "504", "408", "409", "reset_before", "reset_after"])
def test_lost_answer_is_unknown_and_the_list_tells(vendor: Vendor, do: str) -> None:
    """Whether or not a clip was made, the attempt's own name finds it, and no similar one."""
    vendor.submit(order(title=f"{ATTEMPT}0"))
    vendor.fault("POST /clips$", do)

    with pytest.raises(Unknown):
        vendor.submit(order())
    vendor.pass_seconds(10)

    made = [one["id"] for one in vendor.generations[1:]]
    assert (do == "reset_after") == bool(made)
    assert made == vendor.find()


@pytest.mark.parametrize("sorted_by", list(Order))
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_clip_among_350_of_the_tenants(tmp_path: Path, sorted_by: Order, place: str) -> None:
    """However the list is sorted, and wherever in it the clip lies; a page that fails is no reading."""
    with opened(tmp_path, list_order=sorted_by, page_size=50) as vendor:
        began = vendor.now[0]
        vendor.server.made_in_studio(DEMO_KEY, (began + timedelta(seconds=30 * number) for number in range(350)))
        claimed = vendor.now[0] = began + timedelta(seconds=30 * {"first": 0, "middle": 175, "last": 349}[place])
        clip = vendor.submit(order())
        vendor.now[0] = began + timedelta(hours=3)

        assert [clip] == vendor.find(since=claimed)
        assert [] == vendor.find("j2.presenter-1.t1.a1", since=claimed)
        vendor.fault("GET /clips$", "503", times=1)
        with pytest.raises(TryLater):
            vendor.find("j2.presenter-1.t1.a1", since=claimed)


def test_a_list_that_lags_does_not_have_it_yet(tmp_path: Path) -> None:
    """Absence is nothing until the longest time is over: that is not the client's to decide."""
    with opened(tmp_path, list_lag_seconds=60) as vendor:
        clip = vendor.submit(order())
        before = vendor.find()
        vendor.pass_seconds(60)

        assert ([], [clip]) == (before, vendor.find())


def test_two_calls_of_one_attempt_are_both_found(vendor: Vendor) -> None:
    """The earliest comes first: what is there twice is there to be seen."""
    first = vendor.submit(order())
    vendor.pass_seconds(1)
    second = vendor.submit(order(token="4567abcd"))
    vendor.pass_seconds(10)

    assert [first, second] == vendor.find()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"avatar_id": AMY, "cutout": "alpha"}, "webm_unsupported"),
        ({"avatar_id": "nobody"}, "avatar_not_found"),
        ({"avatar_id": ""}, "avatar_not_found"),
        ({"voice_id": "nobody"}, "voice_not_found"),
        ({"voice_id": "21m00Tcm4TlvDq8ikWAM"}, "voice_not_found"),
        ({"script": "Hello. [[moderation]]"}, "safety"),
        ({"script": "Hello. [[celebrity]]"}, "safety"),
        ({"script": "Hi"}, "script"),
        ({"callback_url": "http://abroll.example/x"}, "invalid"),
    ],
)
def test_refusals(vendor: Vendor, changes: dict[str, Any], code: str) -> None:
    """Every refusal has a word of ours, and nothing was made."""
    with pytest.raises(Refused) as refused:
        vendor.submit(order(**changes))

    assert refused.value.code == code
    assert vendor.generations == []


@pytest.mark.parametrize(
    "changes",
    [
        {"cutout": "alpha"},
        {"cutout": "key"},
        {"cutout": "key", "avatar_id": AMY},
        {"cutout": "inset", "avatar_id": AMY},
        {"voice_id": "es-ES-ElviraNeural", "speed": 1.2, "pitch": 5, "locale": "es-ES", "captions": True},
        {"voice_id": "elevenlabs/21m00Tcm4TlvDq8ikWAM", "speed": 0.8},
        {"voice_id": "en-US-JennyNeural", "style": "cheerful"},
        {"callback_url": "https://abroll.example/provider_webhook/did/x"},
        {"engine": "clips", "resolution": "720p", "aspect_ratio": "1:1"},
    ],
)
def test_everything_we_order_is_understood(vendor: Vendor, changes: dict[str, Any]) -> None:
    """D-ID refuses fields it does not know; ours are all taken."""
    assert vendor.submit(order(**changes))


@pytest.mark.parametrize(("settings", "code"), [({"accounts": {DEMO_KEY: 0.0}}, "credits")])
def test_no_credits(tmp_path: Path, settings: dict[str, Any], code: str) -> None:
    """An account without credits is told so before and at the order."""
    with opened(tmp_path, **settings) as vendor:
        with pytest.raises(Refused) as refused:
            vendor.submit(order())

        assert (code, 0) == (refused.value.code, vendor.client.balance(api_key=DEMO_KEY))
        assert "unknown" == vendor.client.check_key(api_key=DEMO_KEY)


def test_one_too_many_at_once(tmp_path: Path) -> None:
    """429 without a wait is a minute."""
    with opened(tmp_path, at_once=1) as vendor:
        vendor.submit(order())
        with pytest.raises(TryLater) as later:
            vendor.submit(order())

    assert timedelta(seconds=60) == later.value.after


@pytest.mark.parametrize("form", list(KeyForm))
def test_a_key_in_either_form(tmp_path: Path, form: KeyForm) -> None:
    """The stand-in takes both; a foreign one is rejected at an order and changed at a look."""
    with opened(tmp_path, form) as vendor:
        assert "deid-pro" == vendor.client.check_key(api_key=DEMO_KEY)
        with pytest.raises(KeyChanged):
            vendor.client.check_key(api_key="hg_key")
        with pytest.raises(Refused) as refused:
            vendor.submit(order(), api_key="hg_key")

    assert "key_rejected" == refused.value.code


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize(("marker", "code"), [("[[fail]]", "rendering"), ("[[reject]]", "safety")])
def test_failed_clip(tmp_path: Path, marker: str, code: str, tells: bool) -> None:
    """Whether or not it says why, the decision is the same."""
    with opened(tmp_path, tells_errors=tells) as vendor:
        clip = vendor.submit(order(script=f"Hello. {marker}"))
        vendor.pass_seconds(3)
        found, _ = vendor.poll(clip)

    assert isinstance(found, Failure)
    assert code == found.code


def test_just_made_and_not_found(tmp_path: Path) -> None:
    """A look may lag like the list: lost is not failed."""
    with opened(tmp_path, look_lag_seconds=20) as vendor:
        clip = vendor.submit(order())
        with pytest.raises(Lost):
            vendor.poll(clip)
        vendor.pass_seconds(20)

        assert isinstance(vendor.poll(clip)[0], Filmed)


def test_presenters_and_voices(vendor: Vendor) -> None:
    """Known by their ids, a voice of another maker by both."""
    assert "Amber" == vendor.client.avatar(AMBER, api_key=DEMO_KEY).name
    assert Voice("Elvira") == vendor.client.voice("es-ES-ElviraNeural", api_key=DEMO_KEY)
    assert Voice("Guy", ("cheerful", "newscast")) == vendor.client.voice("en-US-GuyNeural", api_key=DEMO_KEY)
    assert Voice("Rachel") == vendor.client.voice("elevenlabs/21m00Tcm4TlvDq8ikWAM", api_key=DEMO_KEY)
