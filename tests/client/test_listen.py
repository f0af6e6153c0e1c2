"""A server on one's own machine hears what its webhooks will say: signed, each once, while abroll is asked politely."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from subprocess import Popen
from typing import Any, cast

import httpx
import pytest
from standardwebhooks import Webhook
from werkzeug.wrappers import Response

from shared.client import AbrollError, KeyRefused, Unavailable, forward, verify
from shared.client.endpoints import LONGEST_FEED_PAUSE, PAGE, SILENCE
from shared.client.listening import forwarding
from shared.client.schemas import FeedEvent
from shared.client.webhooks import new_secret, sign
from tests.client.canned import Canned, plain, refusal
from tests.client.test_command import PHOTO, Shell
from tests.listener import Listener
from tests.patience import PATIENCE
from tests.system.conftest import Abroll

NOWHERE = "http://127.0.0.1:9/hook"
SENDERS_PATIENCE = 2.0  # seconds, of a clock that moves only when it is waited


def event(name: str, kind: str = "job.completed") -> FeedEvent:
    data = {"job_id": name, "url": f"https://abroll.example/jobs/{name}", "metadata": {"Straße": "☕"}}
    payload = {"type": kind, "timestamp": 1, "data": data, "version": 1}
    plain_event: Any = {"id": name, "event": kind, "at": "2026-11-20T12:00:00.000Z", "payload": payload}
    return cast("FeedEvent", plain_event)


def feed(*events: FeedEvent, cursor: str = "next") -> Response:
    return plain(json.dumps({"events": list(events), "next_cursor": cursor}))


def heard(server: Canned, count: int, **asked: Any) -> list[str]:
    """Follow the feed until so many events were told; return their ids."""
    followed = server.abroll().webhooks.follow(**asked)
    return [each["id"] for each in islice(followed, count)]


def test_each_event_is_told_once(server: Canned) -> None:
    """What comes again is known by its id; each call goes on where the one before ended."""
    server.answer(feed(cursor="a"), feed(event("1"), cursor="b"), feed(event("1"), event("2"), cursor="c"))

    assert ["1", "2"] == heard(server, 2, since="2026-11-20")
    assert ["since=2026-11-20", "cursor=a", "cursor=b"] == [path.partition("&")[2] for _, path, _, _ in server.heard]


def test_it_is_asked_less_often_while_nothing_happens(server: Canned) -> None:
    """Two seconds after something happened, then up to ten."""
    server.answer(feed(event("1")), *[feed() for _ in range(6)], feed(event("2")), feed(event("3")))

    heard(server, 3)

    assert [2.0, 3.0, 5.0, 8.0, 10.0, 10.0, 10.0, 2.0] == server.slept


def test_a_full_page_is_followed_by_the_next_at_once(server: Canned) -> None:
    """Many events are told as fast as they can be read."""
    server.answer(feed(*(event(str(number)) for number in range(PAGE))), feed(event("last")))

    assert "last" == heard(server, PAGE + 1)[-1]
    assert [] == server.slept


def test_what_answers_not_is_waited_for_and_said(server: Canned) -> None:
    """For as long as it says; a wrong key is said at once."""
    server.answer(feed(), refusal(429, "rate_limited", Retry_After="90"), feed(event("1")))
    said: list[AbrollError] = []

    assert ["1"] == heard(server, 1, trouble=said.append)
    assert ([3.0, 90.0], ["rate_limited"]) == (server.slept, [each.code for each in said])

    server.answers[:] = [refusal(401, "unauthorized")]
    with pytest.raises(KeyRefused):
        server.abroll().webhooks.follow()


def test_a_long_silence_ends_it(server: Canned) -> None:
    """A quarter of an hour, then it is told as it is."""
    server.answer(feed(), refusal(503, "unavailable", Retry_After="300"))

    with pytest.raises(Unavailable):
        heard(server, 1)

    assert SILENCE - 300 < sum(server.slept) <= SILENCE + LONGEST_FEED_PAUSE


def test_a_delivery_is_looked_at_until_it_has_ended(server: Canned) -> None:
    """Or until the time is over: then it is told as it stands."""
    queued, taken = plain('{"id": "d", "state": "queued"}'), plain('{"id": "d", "state": "delivered"}')
    server.answer(queued, queued, taken)
    assert "delivered" == server.abroll().webhooks.outcome("d")["state"]

    server.answers[:] = [queued]
    assert "queued" == server.abroll().webhooks.outcome("d", timeout=SENDERS_PATIENCE)["state"]


def test_a_replay_goes_through_all_pages(server: Canned) -> None:
    """A hundred are looked at by a call; what was sent is counted together."""
    server.answer(
        plain('{"replayed": 3, "next_cursor": "more"}', 202), plain('{"replayed": 2, "next_cursor": null}', 202)
    )

    assert 5 == server.abroll().webhooks.replay_since("2026-11-20", endpoint="e1")
    assert [{"since": "2026-11-20", "endpoint": "e1"}, {"since": "2026-11-20", "endpoint": "e1", "cursor": "more"}] == [
        json.loads(body) for _, _, _, body in server.heard
    ]


def test_what_is_forwarded_is_signed_as_the_standard_has_it() -> None:
    """By the standard's own package and by ours; the time of sending is now, in the body as in its header."""
    secret, told = new_secret(), event("1")
    with Listener() as receiver, forwarding() as http:
        answered = forward(told, httpx.URL(receiver.url), secret, http)
        headers, body = receiver.message()

    assert (200, "") == (answered.status, answered.said)
    assert Webhook(secret).verify(body, headers) == verify(body, headers, secret)
    stamp = int(headers["webhook-timestamp"])
    assert abs(time.time() - stamp) < PATIENCE
    assert json.dumps({**event("1")["payload"], "timestamp": stamp}).encode() == body
    assert "authorization" not in headers


def test_a_signature_is_the_standards() -> None:
    """For a time of one's own."""
    secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_764_400_000

    assert Webhook(secret).sign("msg_1", datetime.fromtimestamp(at, UTC), "{}") == sign(secret, "msg_1", at, b"{}")


@contextmanager
def listening(shell: Shell, *options: str) -> Iterator[Popen[str]]:
    """Run `webhooks listen`; it does not outlive the test, and hears Ctrl-C also where the tests' own shell is deaf."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is ignored here is ignored by a child
    with shell.start("webhooks", "listen", *options) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: Popen[str], count: int) -> list[dict[str, Any]]:
    assert process.stdout
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def ended(process: Popen[str], how: int = signal.SIGINT) -> int:
    process.send_signal(how)
    process.communicate(timeout=PATIENCE)
    return process.returncode


def shell_at(server: Canned, folder: Path) -> Shell:
    return Shell(Abroll(server.url, "abr_live_k1.secret", httpx.Client()), folder)


def test_a_receiver_that_is_down_is_said_and_the_next_events_go_on(server: Canned, tmp_path: Path) -> None:
    """A line an event; the secret is the same the next time, and Ctrl-C is no failure."""
    server.answer(feed(event("1"), event("2", "job.failed"), event("3", "job.cancelled")), feed())
    shell = shell_at(server, tmp_path)
    options = ("--forward-to", NOWHERE, "--events", "job.completed, job.cancelled")

    with listening(shell, *options) as process:
        began, first, second = lines(process, 3)
        code = ended(process)
    with listening(shell, *options) as process:
        (again,) = lines(process, 1)

    assert 0 == code
    assert [("1", None), ("3", None)] == [(each["job_id"], each["answer_status"]) for each in (first, second)]
    assert "refused" in first["answer"].lower()
    assert began["secret"] == again["secret"]
    assert 0o600 == (tmp_path / "home" / "listen.json").stat().st_mode & 0o777


def test_a_key_that_is_refused_is_3(server: Canned, tmp_path: Path) -> None:
    """Before anything is said of listening."""
    server.answer(refusal(401, "unauthorized"))

    code, out, err = shell_at(server, tmp_path).run("webhooks", "listen", "--forward-to", NOWHERE)

    assert (3, None, "unauthorized") == (code, out, err["error"])


def test_a_laptop_hears_what_the_webhook_says(abroll: Abroll, tmp_path: Path) -> None:
    """A film's webhook and what listen hands on are the same bytes, but for when they were sent and by what secret."""
    shell = Shell(abroll, tmp_path)
    with (
        Listener() as real,
        Listener() as local,
        listening(shell, "--forward-to", local.url, "--events", "job.completed") as process,
    ):
        (began,) = lines(process, 1)
        order = shell.order(product_id="cli-listen", webhook_url=real.url, metadata={"order": "4711"})
        job = shell.run("make", order, "--photo", str(PHOTO), "--yes")[1]["job_id"]
        sent, body = real.message()
        while (heard := local.message()) and json.loads(heard[1])["data"]["job_id"] != job:
            pass  # another test's film
        code = ended(process)

    headers, forwarded = heard
    payload = verify(forwarded, headers, began["secret"])
    assert (0, "job.completed", sent["webhook-id"]) == (code, payload["type"], headers["webhook-id"])
    assert json.dumps({**payload, "timestamp": json.loads(body)["timestamp"]}).encode() == body
    assert Webhook(began["secret"]).verify(forwarded, headers)
