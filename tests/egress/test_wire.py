"""The guarded wire: pinned addresses, one deadline over everything, which failures may have reached the other side."""

import itertools
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.egress.client import NOT_SENT, Egress, EgressRefused
from shared.egress.lookup import MOST_LOOKUPS, looked_up
from tests.egress.loopback import Loopback, Script, drip, raw, reply, reset, silent
from tests.patience import PATIENCE

LOOPBACK = ("http://127.0.0.1:*",)


def still() -> float:
    """A clock that stands: each wait gets the whole total, so only a wait that finds nothing ends by it."""
    return 0.0


def steps() -> Callable[[], float]:
    """A clock that moves one second each time it is read."""
    return itertools.count().__next__


def test_second_answer_of_the_name_server_changes_nothing() -> None:
    """The socket goes to the address that was judged, so a rebinding name gains nothing."""
    answers = [("127.0.0.1",), ("10.0.0.1",)]
    egress = Egress(LOOPBACK, resolve=lambda _host, _port: answers.pop(0))

    with Loopback(reply(200, b"hello")) as server:
        fetched = egress.fetch(f"http://rebind.example:{server.port}/", max_bytes=9, total_seconds=PATIENCE)

    assert fetched.data == b"hello"
    assert server.heard[0].headers["host"] == f"rebind.example:{server.port}"
    assert answers == [("10.0.0.1",)]


def test_each_connection_judges_anew() -> None:
    """A name that turns private between two calls is refused at the second."""
    answers = [("127.0.0.1",), ("10.0.0.1",)]
    egress = Egress(LOOPBACK, resolve=lambda _host, _port: answers.pop(0))

    with Loopback(reply(200)) as server:
        url = f"http://rebind.example:{server.port}/"
        egress.fetch(url, max_bytes=9, total_seconds=PATIENCE)
        with pytest.raises(EgressRefused) as refused:
            egress.fetch(url, max_bytes=9, total_seconds=PATIENCE)

    assert refused.value.code == "scheme"
    assert server.connections == 1


def test_dead_first_address_is_passed_over() -> None:
    """Where one of several addresses does not answer, the next is tried."""
    with Loopback(reply(200, b"hello")) as server:
        egress = Egress((*LOOPBACK, "http://[::1]:*"), resolve=lambda _host, _port: ("::1", "127.0.0.1"))
        fetched = egress.fetch(f"http://two.example:{server.port}/", max_bytes=9, total_seconds=PATIENCE)

    assert fetched.data == b"hello"


def test_tls_asks_for_and_verifies_the_name(presenting: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """The connection is pinned to an address, yet names the host and checks its certificate."""
    asked: list[str | None] = []
    presenting.sni_callback = lambda _socket, name, _context: asked.append(name)
    egress = Egress(("https://127.0.0.1:*",), resolve=lambda _host, _port: ("127.0.0.1",), tls=lambda: trusting)

    with Loopback(reply(200, b"hello"), tls=presenting) as server:
        fetched = egress.fetch(f"https://vendor.example:{server.port}/", max_bytes=9, total_seconds=PATIENCE)

    assert fetched.data == b"hello"
    assert asked == ["vendor.example"]


def test_certificate_of_another_name_is_not_sent(presenting: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """A failed handshake counts as not sent: no byte of the request has left."""
    egress = Egress(("https://127.0.0.1:*",), resolve=lambda _host, _port: ("127.0.0.1",), tls=lambda: trusting)

    with (
        Loopback(reply(200), tls=presenting) as server,
        egress.client(total_seconds=PATIENCE) as client,
        pytest.raises(httpx.ConnectError) as failed,
    ):
        client.post(f"https://other.example:{server.port}/", content=b"paid")

    assert isinstance(failed.value, NOT_SENT)
    assert server.heard == []


def test_tls_that_never_shakes_hands_is_not_sent(trusting: ssl.SSLContext) -> None:
    """The deadline covers the handshake, and its end there counts as not sent."""
    egress = Egress(
        ("https://127.0.0.1:*",), resolve=lambda _host, _port: ("127.0.0.1",), tls=lambda: trusting, monotonic=still
    )

    with (
        Loopback(silent, deaf=True) as server,
        egress.client(total_seconds=0.2) as client,
        pytest.raises(httpx.ConnectTimeout) as failed,
    ):
        client.get(f"https://vendor.example:{server.port}/")

    assert isinstance(failed.value, NOT_SENT)


@pytest.mark.parametrize(
    "script",
    [
        drip(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
        drip(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b"."),
        drip(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    ],
    ids=["headers", "body", "chunks"],
)
def test_dripping_answer_ends_by_the_deadline(script: Script) -> None:
    """A server that always sends a little more cannot outlast the total (hole 15)."""
    egress = Egress(LOOPBACK, monotonic=steps())

    with (
        Loopback(script) as server,
        egress.client(total_seconds=7) as client,
        pytest.raises(httpx.ReadTimeout) as failed,
    ):
        client.post(server.url, content=b"paid")

    assert not isinstance(failed.value, NOT_SENT)


def test_dripping_answer_over_tls_ends_by_the_deadline(presenting: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """The deadline holds inside TLS too."""
    egress = Egress(
        ("https://127.0.0.1:*",),
        resolve=lambda _host, _port: ("127.0.0.1",),
        tls=lambda: trusting,
        monotonic=steps(),
    )
    script = drip(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b".")

    with (
        Loopback(script, tls=presenting) as server,
        egress.client(total_seconds=9) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(f"https://vendor.example:{server.port}/")


def test_silent_server_ends_by_the_deadline() -> None:
    """A server that says nothing is waited for no longer than the total."""
    with (
        Loopback(silent) as server,
        Egress(LOOPBACK, monotonic=still).client(total_seconds=0.2) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(server.url)


def test_server_that_does_not_read_ends_by_the_deadline() -> None:
    """A request that nobody takes is cut at the total as well, and may have been sent."""
    with (
        Loopback(silent, deaf=True) as server,
        Egress(LOOPBACK, monotonic=still).client(total_seconds=0.3) as client,
        pytest.raises(httpx.WriteTimeout) as failed,
    ):
        client.post(server.url, content=b"x" * (64 * 2**20))

    assert not isinstance(failed.value, NOT_SENT)


def test_one_deadline_over_all_requests_of_a_client() -> None:
    """A client is for one conversation: its second request has only what the first has left."""
    with Loopback(reply(200)) as server, Egress(LOOPBACK, monotonic=steps()).client(total_seconds=6) as client:
        client.get(server.url)
        with pytest.raises(httpx.TimeoutException):
            client.get(server.url)


def test_nothing_is_sent_after_the_deadline() -> None:
    """A request that begins too late is not sent at all."""
    with (
        Loopback(reply(200)) as server,
        Egress(LOOPBACK, monotonic=steps()).client(total_seconds=1) as client,
        pytest.raises(httpx.ConnectTimeout) as failed,
    ):
        client.post(server.url)

    assert isinstance(failed.value, NOT_SENT)
    assert server.connections == 0


def test_unreachable_server_is_not_sent() -> None:
    """A refused connection proves that nothing was sent."""
    with Loopback(reply(200)) as gone:
        url = gone.url

    with Egress(LOOPBACK).client(total_seconds=PATIENCE) as client, pytest.raises(httpx.ConnectError) as failed:
        client.post(url)

    assert isinstance(failed.value, NOT_SENT)


@pytest.mark.parametrize("trouble", [OSError("no such name"), UnicodeError("label too long")])
def test_unknown_name_is_not_sent(trouble: Exception) -> None:
    """A name that cannot be resolved proves that nothing was sent."""

    def resolve(_host: str, _port: int) -> tuple[str, ...]:
        raise trouble

    with Egress(resolve=resolve).client(total_seconds=PATIENCE) as client, pytest.raises(httpx.ConnectError) as failed:
        client.post("https://vendor.example/")

    assert isinstance(failed.value, NOT_SENT)


def test_a_name_server_that_hangs_ends_by_the_deadline() -> None:
    """The system's resolver cannot be told a limit: the call does not wait for it, and nothing was sent."""
    answered = threading.Event()

    def hangs(_host: str, _port: int) -> tuple[str, ...]:
        answered.wait(60)
        return ("127.0.0.1",)

    try:
        with Egress(resolve=hangs).client(total_seconds=0.2) as client, pytest.raises(NOT_SENT, match="in time"):
            client.get("https://vendor.example/")
    finally:
        answered.set()


def test_only_so_many_names_are_looked_up_at_once() -> None:
    """Whoever would be one more waits for a place as long as its call may, and is told."""
    asked, answered = threading.Semaphore(0), threading.Event()

    def hangs(_host: str, _port: int) -> tuple[str, ...]:
        asked.release()
        answered.wait(60)
        return ("127.0.0.1",)

    def look(seconds: float) -> object:
        return looked_up(hangs, "vendor.example", 443, seconds)

    with ThreadPoolExecutor(MOST_LOOKUPS) as hands:
        out = [hands.submit(look, 60) for _ in range(MOST_LOOKUPS)]
        for _ in out:
            asked.acquire()
        with pytest.raises(TimeoutError, match="names are being looked up"):
            look(0.1)
        answered.set()
        answers = {each.result() for each in out}

    assert {("127.0.0.1",)} == answers
    assert ("127.0.0.1",) == look(60)


def test_name_without_addresses_is_not_sent() -> None:
    """A name that resolves to nothing proves that nothing was sent."""
    egress = Egress(resolve=lambda _host, _port: ())

    with egress.client(total_seconds=PATIENCE) as client, pytest.raises(httpx.ConnectError):
        client.post("https://vendor.example/")


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://vendor.example/", "https://[::1/"])
def test_guarded_address_is_not_sent(url: str) -> None:
    """What the guard refuses has not been sent."""
    with Egress().client(total_seconds=PATIENCE) as client, pytest.raises(NOT_SENT):
        client.post(url)


@pytest.mark.parametrize(
    "script",
    [
        reset(),
        reset(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
        raw(b"", hang_up=True),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", hang_up=True),
        raw(b"good morning\r\n\r\n", hang_up=True),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", hang_up=True),
        reply(200, b"x" * 1001),
        reply(200, b"", {"content-encoding": "gzip"}),
    ],
    ids=["reset", "reset in the body", "closed", "closed in the body", "not HTTP", "bad length", "large", "gzip"],
)
def test_anything_after_the_request_may_have_been_sent(script: Script) -> None:
    """Once the request has left, no failure proves that it was not taken."""
    with (
        Loopback(script) as server,
        Egress(LOOPBACK).client(total_seconds=PATIENCE, fresh=True, max_bytes=1000) as client,
        pytest.raises(httpx.HTTPError) as failed,
    ):
        client.post(server.url, content=b"paid")

    assert not isinstance(failed.value, NOT_SENT)
    assert [heard.body for heard in server.heard] == [b"paid"]


def test_fresh_client_gives_each_request_its_own_connection() -> None:
    """A paid POST never meets a connection that is just closing (hole 16)."""
    with Loopback(reply(200)) as server, Egress(LOOPBACK).client(total_seconds=PATIENCE, fresh=True) as client:
        client.post(server.url)
        client.post(server.url)

    assert server.connections == 2
    assert server.heard[0].headers["connection"] == "close"


def test_client_keeps_its_connection() -> None:
    """A conversation of many questions shakes hands once."""
    with Loopback(reply(200)) as server, Egress(LOOPBACK).client(total_seconds=PATIENCE) as client:
        client.get(server.url)
        client.get(server.url)

    assert server.connections == 1


def test_client_follows_no_redirect() -> None:
    """A redirect is an answer like any other."""
    redirect = reply(307, headers={"location": "/elsewhere"})

    with Loopback(redirect) as server, Egress(LOOPBACK).client(total_seconds=PATIENCE) as client:
        answer = client.post(server.url)

    assert answer.status_code == 307
    assert len(server.heard) == 1


def test_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment would make the judged address meaningless."""
    with Loopback(reply(200)) as proxy, Loopback(reply(200, b"direct")) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        with Egress(LOOPBACK).client(total_seconds=PATIENCE) as client:
            answer = client.get(server.url)

    assert answer.content == b"direct"
    assert proxy.connections == 0
