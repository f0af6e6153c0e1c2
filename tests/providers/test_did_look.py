"""What D-ID tells for free: how a clip stands, which clips there are, presenters, voices, credits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.pipeline.plan.looks import Look, LookType
from shared.providers.did.client import DId
from shared.providers.ports import Failure, Filmed, Incomplete, KeyChanged, Lost, Pending, Refused, TryLater
from tests.egress.loopback import Loopback, Script, reply, reset
from tests.providers.orders import KEY, did

ATTEMPT = "j1.presenter-1.t1.a1"
NAME = f"{ATTEMPT}.0123abcd"
LINK = "https://d-id-clips.example/clp_1.webm?Expires=1"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)

Question = Callable[[DId], object]
QUESTIONS: dict[str, Question] = {
    "poll": lambda client: client.poll("clp_1", api_key=KEY),
    "find": lambda client: client.find(ATTEMPT, api_key=KEY),
    "check_key": lambda client: client.check_key(api_key=KEY),
    "balance": lambda client: client.balance(api_key=KEY),
    "avatar": lambda client: client.avatar("amy-1", api_key=KEY),
    "voice": lambda client: client.voice("v_1", api_key=KEY),
}


def asked(question: Question, *scripts: Script) -> Any:
    """Ask a server that plays the scripts."""
    with Loopback(*scripts) as server:
        return question(did(server.url))


def clip(status: Any, **more: Any) -> Script:
    """Answer with a clip's state."""
    return reply(200, {"id": "clp_1", "status": status, "name": NAME, **more})


def poll(script: Script) -> tuple[Pending | Filmed | Failure, str | None]:
    """Look once."""
    found: tuple[Pending | Filmed | Failure, str | None] = asked(QUESTIONS["poll"], script)
    return found


@pytest.mark.parametrize("script", [clip("created"), clip("started"), clip("queued"), clip("DONE"), clip("done")])
def test_every_other_word_is_in_progress(script: Script) -> None:
    """Only three words end a clip, and `done` without a link is not done; the name tells the attempt."""
    assert (Pending(), ATTEMPT) == poll(script)


def test_a_finished_clip() -> None:
    """Its link, its length, and who was filmed."""
    found, _ = poll(clip("done", result_url=LINK, duration=7.5, presenter_id="amy-1"))

    assert Filmed(LINK, 7.5, avatar_id="amy-1") == found


@pytest.mark.parametrize(
    ("status", "more", "code", "after"),
    [
        ("error", {}, "rendering", timedelta(seconds=60)),
        ("error", {"error": {"kind": "InternalError"}}, "rendering", timedelta(seconds=60)),
        ("error", {"error": {"kind": "InsufficientCreditsError"}}, "credits", None),
        ("error", {"error": "odd"}, "rendering", timedelta(seconds=60)),
        ("rejected", {"error": {"kind": "CelebrityRecognizedError"}}, "safety", None),
        ("rejected", {}, "safety", None),
    ],
)
def test_a_clip_that_failed(status: str, more: dict[str, Any], code: str, after: timedelta | None) -> None:
    """By its kind where one is told; a rejected one is not tried again."""
    found, _ = poll(clip(status, **more))

    assert isinstance(found, Failure)
    assert (code, after) == (found.code, found.retry_after)


def test_another_clip_than_was_asked_about_is_no_answer() -> None:
    """A cached answer of somebody else's clip says nothing."""
    with pytest.raises(TryLater):
        poll(reply(200, {"id": "clp_2", "status": "done", "result_url": LINK}))


def test_an_unknown_clip_is_lost_by_dids_own_words_only() -> None:
    """A gateway's 404 is no word about a clip."""
    with pytest.raises(Lost):
        poll(reply(404, {"kind": "NotFoundError", "description": "not found"}))
    with pytest.raises(TryLater):
        poll(reply(404, {"message": "not found"}))


@pytest.mark.parametrize("name", list(QUESTIONS))
@pytest.mark.parametrize("status", [401, 403])
def test_a_rejected_key(name: str, status: int) -> None:
    """Every question says so the same way."""
    with pytest.raises(KeyChanged):
        asked(QUESTIONS[name], reply(status, {"kind": "AuthorizationError"}))


@pytest.mark.parametrize("name", list(QUESTIONS))
@pytest.mark.parametrize("script", [reply(500, b""), reply(200, b"<html>"), reply(429, b""), reset()])
def test_no_answer(name: str, script: Script) -> None:
    """Every question is asked again later."""
    with pytest.raises(TryLater):
        asked(QUESTIONS[name], script)


def page(*clips: tuple[str, str, float], token: Any = None) -> Script:
    """Answer with a page of (id, name, minutes before noon)."""
    told = [
        {"id": one, "name": name, "status": "done", "created_at": (NOON - timedelta(minutes=ago)).isoformat()}
        for one, name, ago in clips
    ]
    return reply(200, {"clips": told, **({"token": token} if token is not None else {})})


def found(*scripts: Script, since: datetime | None = None) -> list[str]:
    """Return what is found by a reading of these pages."""
    with Loopback(*scripts) as server:
        return [one.id for one in did(server.url).find(ATTEMPT, api_key=KEY, since=since)]


OTHERS = page(("c1", "mine", 1), ("c2", "", 2), token="t1")


def test_every_page_is_read() -> None:
    """The clip on the last page is found."""
    assert ["c3"] == found(OTHERS, page(("c3", NAME, 3)), OTHERS)


def test_a_similar_name_is_another_attempt() -> None:
    """Attempt 10 begins like attempt 1; a copy's name begins like ours."""
    assert [] == found(page(("c1", f"{ATTEMPT}0.0123abcd", 1)))
    assert ["c2", "c1"] == found(page(("c1", f"{NAME} (copy)", 1), ("c2", NAME, 2)))


def test_what_may_still_deliver_comes_first() -> None:
    """Of two clips of one attempt the failed one is the last to be believed."""
    told = [
        {"id": "c1", "name": NAME, "status": "error", "created_at": "2026-11-28T11:00:00.000Z"},
        {"id": "c2", "name": NAME, "status": "started", "created_at": "2026-11-28T11:30:00.000Z"},
    ]

    assert ["c2", "c1"] == found(reply(200, {"clips": told}))


@pytest.mark.parametrize(
    "second",
    [
        reply(500, b""),
        reply(200, b"{}"),
        reply(200, {"clips": [{"id": "c3", "name": NAME}]}),
        reply(200, {"clips": [{"name": NAME, "created_at": "2026-11-28T11:00:00.000Z"}]}),
        reply(200, {"clips": [], "token": 7}),
        reply(200, {"clips": [], "token": "t1"}),
        reset(),
    ],
)
def test_a_part_of_a_list_is_no_reading(second: Script) -> None:
    """A page that fails, cannot be read or leads in a circle: nobody knows what is missing."""
    with pytest.raises(TryLater):
        found(OTHERS, second)


def test_found_is_found_however_much_was_read() -> None:
    """A page that fails after the clip was seen takes nothing away."""
    assert ["c1"] == found(page(("c1", NAME, 1), token="t1"), reply(500, b""))


def test_a_list_without_end_is_no_reading() -> None:
    """After fifty pages nobody knows."""
    pages = [page((f"c{number}", "mine", number), token=f"t{number}") for number in range(60)]
    with Loopback(*pages) as server, pytest.raises(Incomplete):
        did(server.url).find(ATTEMPT, api_key=KEY)

    assert 50 == len(server.heard)


def test_a_deletion_meanwhile_is_no_reading() -> None:
    """What is missing from the first page afterwards may have pushed ours past us; a new clip in front may not."""
    first = page(("c1", "mine", 1), ("c2", "mine", 2), token="t1")
    last = page(("c3", "mine", 3))

    with pytest.raises(Incomplete):
        found(first, last, page(("c2", "mine", 2), ("c3", "mine", 3), token="t1"))
    assert [] == found(first, last, page(("c0", "mine", 0), ("c1", "mine", 1), token="t1"))
    assert [] == found(first, last, first)


@pytest.mark.parametrize(
    ("ages", "pages"),
    [
        ((1, 20, 30), 2),  # falling, and past the claim: the rest is older
        ((30, 20, 1), 4),  # rising: the newest come last
        ((20, 20, 20), 3),  # one time proves no order
        ((1, 11.9, 11.9), 3),  # not far enough back for two clocks
        ((20, 1, 30), 4),
    ],
)
def test_an_early_stop_must_be_proven(ages: tuple[float, float, float], pages: int) -> None:
    """Only pages that go back in time, and far enough, need not be read on."""
    first = page(*((f"c{number}", "mine", ago) for number, ago in enumerate(ages)), token="t1")
    rest = [page(("c8", "mine", 40), token="t2"), page(("c9", "mine", 50))][: pages - 2]
    with Loopback(first, *rest, first) as server:
        did(server.url).find(ATTEMPT, api_key=KEY, since=NOON - timedelta(minutes=10))

    assert pages == len(server.heard)


def test_a_presenter() -> None:
    """A presenter is a look of one engine, with a voice of its own; an unknown one is told so."""
    told = reply(200, {"presenter_id": "amy-1", "name": "Amy", "voice": {"voice_id": "v_1"}})

    assert Look("amy-1", "Amy", LookType.VIDEO, ("clips",), "v_1") == asked(QUESTIONS["avatar"], told)
    with pytest.raises(Refused) as nobody:
        asked(QUESTIONS["avatar"], reply(404, {"kind": "NotFoundError"}))
    assert nobody.value.code == "avatar_not_found"


def test_a_voice() -> None:
    """A bare id is Microsoft's; another maker's voice says how it is called."""
    told = reply(200, b'[{"id": "v_1", "name": "Rachel", "provider": "elevenlabs"}]')

    assert "Rachel" == asked(lambda client: client.voice("elevenlabs/v_1", api_key=KEY).name, told)
    with pytest.raises(Refused) as foreign:
        asked(QUESTIONS["voice"], told)
    with pytest.raises(Refused) as nobody:
        asked(QUESTIONS["voice"], reply(200, b"[]"))
    assert ("voice_not_found", "voice_not_found") == (foreign.value.code, nobody.value.code)
    assert "elevenlabs/v_1" in foreign.value.next_move


@pytest.mark.parametrize(
    ("script", "balance", "plan"),
    [
        (reply(200, {"credits": [{"plan_group": "deid-lite"}], "remaining": 3, "total": 4}), None, "deid-lite"),
        (reply(200, {"credits": [], "remaining": 0, "total": 4}), 0, "unknown"),
        (reply(404, {"kind": "NotFoundError"}), 0, "unknown"),
        (reply(200, {"remaining": "many"}), None, "unknown"),
    ],
)
def test_credits(script: Script, balance: int | None, plan: str) -> None:
    """What a credit is worth is not said: only nothing is known to be nothing. 404 means none, and a good key."""
    assert (balance, plan) == (asked(QUESTIONS["balance"], script), asked(QUESTIONS["check_key"], script))


@pytest.mark.parametrize("name", ["../credits", "a b", "", ".."])
def test_an_odd_id_is_not_asked_for(name: str) -> None:
    """What could lead elsewhere in a path is nobody's id."""
    with Loopback(clip("done")) as server:
        client = did(server.url)
        with pytest.raises(Lost):
            client.poll(name, api_key=KEY)
        with pytest.raises(Refused):
            client.avatar(name, api_key=KEY)
        with pytest.raises(Refused):
            client.voice(name, api_key=KEY)

    assert [] == server.heard
