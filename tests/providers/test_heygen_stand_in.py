"""The client against the stand-in of HeyGen, which takes, films, bills and calls back as HeyGen's page says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.heygen.server import HeyGenServer
from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from shared.egress.client import Egress
from shared.pipeline.plan.looks import Look, LookType
from shared.providers.heygen.client import HeyGen
from shared.providers.ports import (
    Failure,
    Filmed,
    InFlight,
    KeyChanged,
    Lost,
    Pending,
    Refused,
    SpeechOrder,
    TryLater,
    Unknown,
)
from tests.patience import PATIENCE
from tests.providers.orders import LOOPBACK, heygen, speech

SMALL = {("720p", "9:16"): (180, 320)}
MATTED = "look_ana_studio"
ATTEMPT = "j1.presenter-1.t1.a1"
ENGINES = {MATTED: "avatar_iii", "look_eva_office": "avatar_iii", "look_leo_photo": "avatar_iii"}  # all others know IV


def order(**changes: Any) -> SpeechOrder:
    """A short order the stand-in can film."""
    given = {"avatar_id": MATTED, "resolution": "720p", "script": "Hi.", "title": ATTEMPT, "callback_url": ""}
    return speech(**{**given, "engine": ENGINES.get(changes.get("avatar_id", MATTED)), **changes})


@dataclass
class Vendor:
    """A stand-in, its client, and the time both live in."""

    server: HeyGenServer
    client: HeyGen
    now: list[datetime] = field(default_factory=list)

    def submit(
        self, asked: SpeechOrder, *, key: str = f"{ATTEMPT}.r0", api_key: str = DEMO_KEY, total: float = 5
    ) -> str:
        """Order under a key."""
        return self.client.submit(asked, api_key=api_key, idempotency_key=key, total_seconds=total)

    def poll(self, video: str) -> tuple[Pending | Filmed | Failure, str | None]:
        """Ask how a film stands."""
        return self.client.poll(video, api_key=DEMO_KEY)

    def fault(self, do: str, **more: Any) -> None:
        """Let the next submit go wrong."""
        rows = [{"route": "POST /v3/videos$", "do": do, **more}]
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
    """Start a stand-in that works only when time passes."""
    now = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    chosen = HeyGenSettings(**{"sizes": SMALL, "background": False, **settings})
    server = HeyGenServer(data, settings=chosen, clock=lambda: now[0])
    try:
        yield Vendor(server, heygen(server.start()), now)
    finally:
        server.stop()


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    """A stand-in in its normal state."""
    yield from started(tmp_path)


def test_film_is_pending_then_made_and_its_link_works(vendor: Vendor) -> None:
    """The whole life of a transparent presenter, down to its bytes."""
    video = vendor.submit(order())
    early, title = vendor.poll(video)
    vendor.pass_seconds(3)
    late, _ = vendor.poll(video)

    assert (early, title) == (Pending(), ATTEMPT)
    assert isinstance(late, Filmed)
    assert late.seconds is not None
    assert late.seconds > 0
    with Egress(LOOPBACK).stream(late.url, max_bytes=10**8, total_seconds=PATIENCE) as stream:
        first = next(stream.chunks())
    assert first[:4] == b"\x1a\x45\xdf\xa3"


def test_same_key_is_one_film(vendor: Vendor) -> None:
    """A repeat with the same key replays the answer, whatever the body, and is billed once."""
    first = vendor.submit(order())
    again = vendor.submit(order(script="Something else."))
    other = vendor.submit(order(), key=f"{ATTEMPT}.r1")

    assert first == again
    assert other != first
    assert len(vendor.generations) == 2


@pytest.mark.parametrize(
    ("do", "made", "total"),
    [
        ("500", 0, 5),
        ("503", 0, 5),
        ("504", 0, 5),
        ("reset_before", 0, 5),
        ("reset_after", 1, 5),
        ("timeout_after", 1, 1.5),
    ],
)
def test_lost_answer_is_unknown_and_the_same_key_heals_it(vendor: Vendor, do: str, made: int, total: float) -> None:
    """Whether or not the film was taken, asking again with the same key leaves exactly one."""
    vendor.fault(do)

    with pytest.raises(Unknown):
        vendor.submit(order(), total=total)
    before = len(vendor.generations)
    video = vendor.submit(order())

    assert before == made
    assert [one["id"] for one in vendor.generations] == [video]


def test_lost_answer_is_found_by_its_title(vendor: Vendor) -> None:
    """Where the key is too old, the attempt's own name finds the film, and no similar one."""
    vendor.submit(order(title=f"{ATTEMPT}0"), key="other")
    vendor.fault("reset_after")
    with pytest.raises(Unknown):
        vendor.submit(order())

    found = vendor.client.find(ATTEMPT, api_key=DEMO_KEY)

    (wanted,) = (one["id"] for one in vendor.generations if one["key"] == ATTEMPT)
    assert [(one.id, one.title) for one in found] == [(wanted, ATTEMPT)]


def test_find_reads_every_page(tmp_path: Path) -> None:
    """More films than fit on a page are all read."""
    for vendor in started(tmp_path, concurrency=50):
        made = {vendor.submit(order(), key=f"k{number}") for number in range(45)}

        assert {one.id for one in vendor.client.find(ATTEMPT, api_key=DEMO_KEY)} == made


def test_tenth_film_at_once_is_the_last(tmp_path: Path) -> None:
    """The vendor's own limit is the semaphore, with its own wait."""
    for vendor in started(tmp_path, concurrency=1, retry_after_seconds=12):
        vendor.submit(order())
        with pytest.raises(TryLater) as later:
            vendor.submit(order(), key="other")

        assert later.value.after == timedelta(seconds=12)
        assert len(vendor.generations) == 1


def test_empty_wallet(tmp_path: Path) -> None:
    """An account without credits is told so, and nothing is made."""
    for vendor in started(tmp_path, accounts={DEMO_KEY: 0.0}):
        with pytest.raises(Refused) as refused:
            vendor.submit(order())

        assert refused.value.code == "credits"
        assert vendor.generations == []


def test_wrong_key(vendor: Vendor) -> None:
    """A key HeyGen does not know is rejected at a submit, and changed at a look."""
    with pytest.raises(Refused) as refused:
        vendor.submit(order(), api_key="hg_other")
    with pytest.raises(KeyChanged):
        vendor.client.poll("v_1", api_key="hg_other")
    with pytest.raises(KeyChanged):
        vendor.client.check_key(api_key="hg_other")

    assert refused.value.code == "key_rejected"


def test_working_key(vendor: Vendor) -> None:
    """A key HeyGen knows tells how its account pays."""
    assert vendor.client.check_key(api_key=DEMO_KEY) == "wallet"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"avatar_id": "look_kai_desk", "cutout": "alpha"}, "webm_unsupported"),
        ({"avatar_id": "look_old_photo", "cutout": "alpha"}, "webm_unsupported"),
        ({"avatar_id": "look_old_photo", "cutout": "key"}, "background_unsupported"),
        ({"avatar_id": "look_eva_office", "cutout": "alpha"}, "webm_unsupported"),
        ({"avatar_id": "look_eva_office", "cutout": "key"}, "background_unsupported"),
        ({"engine": None}, "engine_unsupported"),
        ({"engine": "avatar_iv"}, "engine_unsupported"),
        ({"avatar_id": "look_mia_twin", "voice_id": "voice_en_ana"}, "engine_unsupported"),
        ({"avatar_id": "look_leo_photo", "cutout": "inset", "engine": None}, "engine_unsupported"),
        ({"avatar_id": "look_refused"}, "avatar_not_usable"),
        ({"avatar_id": "group_ana"}, "avatar_not_found"),
        ({"voice_id": "nobody"}, "voice_not_found"),
        ({"script": "[[moderation]] Hi."}, "safety"),
        ({"script": "..."}, "script"),
        ({"speed": 3.0}, "invalid"),
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
        {"cutout": "key", "avatar_id": "look_kai_desk"},
        {"cutout": "inset", "avatar_id": "look_old_photo"},
        {"voice_id": "voice_es_lola", "speed": 1.2, "pitch": 5, "locale": "es-ES", "captions": True},
        {"callback_url": "https://abroll.example/heygen_webhook/x"},
        {"cutout": "key", "avatar_id": "look_zoe_photo", "engine": "avatar_iii"},
        {"cutout": "key", "avatar_id": "look_leo_photo"},
        {"cutout": "inset", "avatar_id": "look_eva_office"},
        {"avatar_id": "look_ben_studio", "engine": "avatar_iii"},
        {"avatar_id": "look_ben_studio"},
        {"avatar_id": "look_mia_twin", "voice_id": "voice_en_ana", "engine": "avatar_v"},
    ],
)
def test_everything_we_order_is_understood(vendor: Vendor, changes: dict[str, Any]) -> None:
    """HeyGen rejects fields it does not know; ours are all taken."""
    assert vendor.submit(order(**changes))


@pytest.mark.parametrize(
    ("marker", "code", "after"), [("[[fail]]", "rendering", 60), ("[[fail:content_policy_violation]]", "safety", None)]
)
def test_failed_film(vendor: Vendor, marker: str, code: str, after: int | None) -> None:
    """A film that failed is free, and says whether another attempt makes sense."""
    video = vendor.submit(order(script=f"Hi. {marker}"))
    vendor.pass_seconds(3)

    found, _ = vendor.poll(video)

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == (code, None if after is None else timedelta(seconds=after))
    assert [one["billed"] for one in vendor.generations] == [False]


def test_unknown_film_is_lost(vendor: Vendor) -> None:
    """An id nobody made is lost, not failed."""
    with pytest.raises(Lost):
        vendor.poll("nobody")


def test_conflict_is_in_flight(vendor: Vendor) -> None:
    """A repeat while the first is being answered is asked again later."""
    vendor.fault("409")

    with pytest.raises(InFlight):
        vendor.submit(order())


def test_avatars_and_voices(vendor: Vendor) -> None:
    """A look and a voice are known by their ids; a group's id is told with its looks."""
    avatar = vendor.client.avatar("look_kai_desk", api_key=DEMO_KEY)
    voice = vendor.client.voice("voice_es_lola", api_key=DEMO_KEY).name
    with pytest.raises(Refused) as group:
        vendor.client.avatar("group_ana", api_key=DEMO_KEY)
    with pytest.raises(Refused) as nobody:
        vendor.client.avatar("nobody", api_key=DEMO_KEY)
    with pytest.raises(Refused) as banned:
        vendor.client.avatar("look_refused", api_key=DEMO_KEY)
    with pytest.raises(Refused) as silent:
        vendor.client.voice("nobody", api_key=DEMO_KEY)

    assert avatar == Look("look_kai_desk", "Kai at the desk", LookType.VIDEO, ("avatar_v", "avatar_iv"), "voice_en_ben")
    assert voice == "Lola"
    assert group.value.code == "avatar_is_group"
    assert "look_ana_studio, look_old_photo" in group.value.next_move
    assert nobody.value.code == "avatar_not_found"
    assert banned.value.code == "avatar_not_usable"
    assert silent.value.code == "voice_not_found"


def test_webhooks_come_and_go(vendor: Vendor) -> None:
    """Registering again gives a new secret instead of a conflict, and what is gone may go again."""
    url = "https://abroll.example/heygen_webhook/x"

    first = vendor.client.register_webhook(url, api_key=DEMO_KEY)
    second = vendor.client.register_webhook(url, api_key=DEMO_KEY)
    vendor.client.unregister_webhook(second[0], api_key=DEMO_KEY)
    vendor.client.unregister_webhook(second[0], api_key=DEMO_KEY)
    with pytest.raises(Refused) as refused:
        vendor.client.register_webhook("http://abroll.example/", api_key=DEMO_KEY)

    assert first[0] != second[0]
    assert first[1] != second[1]
    assert refused.value.code == "webhook_refused"
