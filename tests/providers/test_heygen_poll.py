"""What HeyGen tells for free: how a film stands, which films there are, and that it cannot tell now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.egress.client import Egress
from shared.providers.heygen.client import HeyGen
from shared.providers.ports import (
    Failure,
    Filmed,
    Found,
    KeyChanged,
    Lost,
    Pending,
    Refused,
    TryLater,
)
from tests.egress.loopback import Loopback, Script, raw, reply, reset
from tests.providers.heygen_answers import RAW, listed, refusal
from tests.providers.orders import KEY, heygen

FILM = "https://files.heygen.example/v_1.webm?sig=1"

Question = Callable[[HeyGen], object]
QUESTIONS: dict[str, Question] = {
    "poll": lambda client: client.poll("v_1", api_key=KEY),
    "find": lambda client: client.find("t", api_key=KEY),
    "check_key": lambda client: client.check_key(api_key=KEY),
    "avatar": lambda client: client.avatar("look_1", api_key=KEY),
    "voice": lambda client: client.voice("v_1", api_key=KEY),
    "register": lambda client: client.register_webhook("https://abroll.example/h", api_key=KEY),
}


def video(status: Any, **more: Any) -> Script:
    """Answer with a film's state."""
    return reply(200, {"data": {"id": "v_1", "status": status, "title": "j1.p.t1.a1", **more}})


def poll(script: Script) -> tuple[Pending | Filmed | Failure, str | None]:
    """Look at a server that plays the script."""
    with Loopback(script) as server:
        return heygen(server.url).poll("v_1", api_key=KEY)


@pytest.mark.parametrize("status", ["waiting", "pending", "processing", "generating", "queued", "COMPLETED", "done"])
def test_only_two_words_end_a_film(status: str) -> None:
    """Whatever is neither completed nor failed is in the making."""
    assert poll(video(status, video_url=None)) == (Pending(), "j1.p.t1.a1")


@pytest.mark.parametrize(
    "named", [{"id": "v_1"}, {"video_id": "v_1"}, {"id": "v_1", "video_id": "v_1"}, {"id": None}, {}]
)
def test_an_answer_is_heard_under_either_name_of_its_video(named: dict[str, Any]) -> None:
    """HeyGen says `id` here and `video_id` there; an answer that names none is about the video that was asked for."""
    data = {"status": "completed", "title": "t", "video_url": FILM, **named}

    assert poll(reply(200, {"data": data})) == (Filmed(FILM), "t")


@pytest.mark.parametrize("named", [{"id": "v_2"}, {"video_id": "v_2"}, {"id": "v_2", "video_id": "v_1"}, {"id": 1}])
def test_an_answer_about_another_video_is_not_believed(named: dict[str, Any]) -> None:
    """Another video's film is not ours, under whichever name it comes."""
    with pytest.raises(TryLater):
        poll(reply(200, {"data": {"status": "completed", "video_url": FILM, **named}}))


def test_film() -> None:
    """A finished film comes with a link that dies, its length and its captions."""
    found = poll(video("completed", video_url=FILM, duration=12.48, subtitle_url="https://files.heygen.example/s"))

    assert found == (Filmed(FILM, 12.48, "https://files.heygen.example/s"), "j1.p.t1.a1")


@pytest.mark.parametrize("duration", [None, "12", True, 10**400])
def test_film_without_a_readable_length(duration: Any) -> None:
    """The length is measured later anyway."""
    found, _ = poll(video("completed", video_url=FILM, duration=duration))

    assert found == Filmed(FILM)


@pytest.mark.parametrize("url", [None, "", 7])
def test_completed_without_a_link_is_still_pending(url: Any) -> None:
    """Just after the end the link may not be there yet."""
    found, _ = poll(video("completed", video_url=url))

    assert found == Pending()


@pytest.mark.parametrize(
    ("code", "message", "word", "after"),
    [
        ("rendering_failed", RAW, "rendering", 60),
        ("internal_error", RAW, "rendering", 60),
        (None, None, "rendering", 60),
        ("RENDER_TIMEOUT", RAW, "rendering", 60),
        ("content_policy_violation", RAW, "safety", None),
        ("insufficient_credit", RAW, "credits", None),
        ("MOVIO_PAYMENT_INSUFFICIENT_CREDIT", RAW, "credits", None),
        ("avatar_not_usable", RAW, "avatar_not_usable", None),
        ("voice_unavailable", RAW, "voice_not_usable", None),
        ("invalid_parameter", "This video avatar does not support webm output.", "webm_unsupported", None),
    ],
)
def test_failed_film(code: Any, message: Any, word: str, after: int | None) -> None:
    """A render that broke is free and may be tried again; a refusal may not."""
    found, _ = poll(video("failed", failure_code=code, failure_message=message))

    assert isinstance(found, Failure)
    assert (found.code, found.retry_after) == (word, None if after is None else timedelta(seconds=after))
    assert RAW not in found.why + found.next_move


@pytest.mark.parametrize("title", [None, "", 7])
def test_film_without_a_title(title: Any) -> None:
    """A title that is not there is None."""
    assert poll(video("pending", title=title)) == (Pending(), None)


@pytest.mark.parametrize("script", [refusal(404, "video_not_found"), reply(404), refusal(400, "invalid_parameter")])
def test_unknown_id_is_lost(script: Script) -> None:
    """A film HeyGen does not know has not failed."""
    with pytest.raises(Lost):
        poll(script)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../users/me", "a?b", "a#b", "ü"])
def test_odd_id_is_not_asked_for(name: str) -> None:
    """An id cannot turn the question into another address."""
    with Loopback(reply(200)) as server:
        client = heygen(server.url)
        with pytest.raises(Lost):
            client.poll(name, api_key=KEY)
        with pytest.raises(Refused) as avatar:
            client.avatar(name, api_key=KEY)
        with pytest.raises(Refused) as voice:
            client.voice(name, api_key=KEY)
        client.unregister_webhook(name, api_key=KEY)

    assert (avatar.value.code, voice.value.code) == ("avatar_not_found", "voice_not_found")
    assert server.heard == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize("script", [refusal(401, "unauthorized"), refusal(403, "forbidden"), reply(401, b"<html>")])
def test_rejected_key(script: Script, question: Question) -> None:
    """A key that no longer works is never taken for a lost film (hole 30)."""
    with Loopback(script) as server, pytest.raises(KeyChanged):
        question(heygen(server.url))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize(
    "script",
    [
        reply(408),
        reply(429),
        reply(500),
        reply(503, b"<html>"),
        reply(302, headers={"location": "/"}),
        reply(200, b""),
        reply(200, b"<html>"),
        reply(200, b"[" * 100_000),
        reply(200, {}),
        reply(200, {"data": None}),
        reply(200, {"data": 7}),
        reset(),
        raw(b"", hang_up=True),
    ],
)
def test_trouble_is_later(script: Script, question: Question) -> None:
    """An answer that tells nothing is asked for again."""
    with Loopback(script) as server, pytest.raises(TryLater):
        question(heygen(server.url))


@pytest.mark.parametrize(
    "script",
    [
        reply(200, {"data": {"id": "v_1"}}),
        reply(200, {"data": {"id": "v_1", "status": 3}}),
        reply(200, {"data": {"id": "v_2", "status": "completed", "video_url": FILM}}),
        reply(402, {"error": {"code": "insufficient_credit"}}),
    ],
)
def test_look_that_tells_nothing_of_this_film_is_later(script: Script) -> None:
    """Another film's answer, or none at all, is no news."""
    with pytest.raises(TryLater):
        poll(script)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_unreachable_is_later(question: Question) -> None:
    """A question that does not reach HeyGen is simply asked again, as is one the guard refuses."""
    with Loopback(reply(200)) as gone:
        url = gone.url

    with pytest.raises(TryLater):
        question(heygen(url))
    with pytest.raises(TryLater):
        question(heygen("https://127.0.0.1", egress=Egress()))


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_key_that_cannot_be_sent_does_not_work(key: str) -> None:
    """A key with characters no header may hold is no key."""
    with Loopback(reply(200)) as server, pytest.raises(KeyChanged):
        heygen(server.url).check_key(api_key=key)

    assert server.heard == []


def test_later_as_asked() -> None:
    """The wait asked for is kept."""
    with pytest.raises(TryLater) as later:
        poll(reply(429, b"", {"retry-after": "9"}))

    assert later.value.after == timedelta(seconds=9)


def test_find_goes_through_all_pages_and_wants_the_exact_title() -> None:
    """HeyGen's filter may match parts; only the attempt's own name counts."""
    first = listed({"id": "v_1", "title": "j1.p.t1.a10"}, {"id": "v_2", "title": "j1.p.t1.a1"}, more="n2")
    second = listed({"video_id": "v_3", "title": "j1.p.t1.a1"}, {"title": "j1.p.t1.a1"}, "nonsense")

    with Loopback(first, second) as server:
        found = heygen(server.url).find("j1.p.t1.a1", api_key=KEY)

    assert found == (Found("v_2", "j1.p.t1.a1"), Found("v_3", "j1.p.t1.a1"))
    assert [heard.target for heard in server.heard] == [
        "/v3/videos?limit=20&title=j1.p.t1.a1",
        "/v3/videos?limit=20&title=j1.p.t1.a1&token=n2",
    ]


def test_find_nothing() -> None:
    """A whole list without the title is the proof that nothing was made."""
    with Loopback(listed()) as server:
        assert heygen(server.url).find("j1.p.t1.a1", api_key=KEY) == ()


@pytest.mark.parametrize(
    "scripts",
    [
        (listed(more="n2"), reply(500)),
        (listed(more="n2"), reply(404)),
        (reply(404),),
        (listed(more="n2"), listed(more="n2")),
        (reply(200, {"data": [], "has_more": True, "next_token": None}),),
    ],
    ids=["second page fails", "second page is gone", "no list", "goes round", "no token"],
)
def test_half_a_list_proves_nothing(scripts: tuple[Script, ...]) -> None:
    """Part of a list must never be taken for the absence of a film."""
    with Loopback(*scripts) as server, pytest.raises(TryLater):
        heygen(server.url).find("j1.p.t1.a1", api_key=KEY)


def test_list_that_goes_round_is_left_at_once() -> None:
    """The same token twice would lead to the same page for ever."""
    with Loopback(listed(more="n2")) as server, pytest.raises(TryLater):
        heygen(server.url).find("j1.p.t1.a1", api_key=KEY)

    assert len(server.heard) == 2
