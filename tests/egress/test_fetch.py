"""Fetching what a user or a vendor names: redirects judged anew, sizes capped, failures told as decisions."""

import gzip

import httpx
import pytest

from shared.egress.client import NOT_SENT, Egress, EgressFailed, EgressRefused, Fetched
from tests.egress.loopback import Loopback, Script, drip, raw, reply, reset
from tests.patience import PATIENCE

LOOPBACK = ("http://127.0.0.1:*",)
PNG = {"content-type": "Image/PNG; charset=binary"}


def test_fetch_returns_what_came() -> None:
    """A small answer comes whole, its type without parameters."""
    with Loopback(reply(200, b"\x89PNG", PNG)) as server:
        fetched = Egress(LOOPBACK).fetch(server.url, max_bytes=4, total_seconds=PATIENCE, accept="image/*")

    assert fetched == Fetched(200, "image/png", b"\x89PNG")
    assert server.heard[0].headers["accept"] == "image/*"
    assert server.heard[0].headers["accept-encoding"] == "identity"


def test_fetch_follows_redirects() -> None:
    """Up to three redirects are followed, none of them carrying anything from the one before."""
    hop = reply(302, headers={"location": "/next", "set-cookie": "a=b; path=/elsewhere"})

    with Loopback(hop, hop, hop, reply(200, b"end")) as server:
        fetched = Egress(LOOPBACK).fetch(server.url, max_bytes=9, total_seconds=PATIENCE)

    assert fetched.data == b"end"
    assert [heard.target for heard in server.heard] == ["/", "/next", "/next", "/next"]


def test_fetch_gives_up_on_a_fourth_redirect() -> None:
    """A chain of redirects ends."""
    with Loopback(reply(302, headers={"location": "/again"})) as server, pytest.raises(EgressRefused) as refused:
        Egress(LOOPBACK).fetch(server.url, max_bytes=9, total_seconds=PATIENCE)

    assert refused.value.code == "redirect"
    assert len(server.heard) == 4


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/computeMetadata/v1/", "scheme"),
        ("https://169.254.169.254/computeMetadata/v1/", "private_address"),
        ("https://inside.example/", "private_address"),
        ("https://[::1]/", "private_address"),
        ("//10.0.0.1/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https://user:word@shop.example/", "userinfo"),
        ("https://shop.example:6379/", "port"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_into_private_is_refused(status: int, location: str, code: str) -> None:
    """Every hop is judged as the first one was."""
    egress = Egress(LOOPBACK, resolve=lambda _host, _port: ("10.0.0.1",))

    with Loopback(reply(status, headers={"location": location})) as server, pytest.raises(EgressRefused) as refused:
        egress.fetch(server.url, max_bytes=9, total_seconds=PATIENCE)

    assert refused.value.code == code


def test_redirect_to_nowhere_fails() -> None:
    """A redirect that names no address is the server's trouble."""
    with Loopback(reply(302, headers={"location": "https://[::1"})) as server, pytest.raises(EgressFailed):
        Egress(LOOPBACK).fetch(server.url, max_bytes=9, total_seconds=PATIENCE)


@pytest.mark.parametrize(
    "location",
    [
        "data:text/html,x",
        "about:blank",
        "mailto:a@b.example",
        "https://xn--/",
        "//xn--a/x",
        "https://h:99999999/",
        "x:",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_what_is_no_address_is_an_answer(status: int, location: str) -> None:
    """Whatever a server writes there, a post was sent and a fetch has failed: no library's error gets out."""
    script = reply(status, headers={"location": location})
    with Loopback(script, script) as server:
        with pytest.raises((EgressFailed, EgressRefused)):
            Egress(LOOPBACK).fetch(server.url, max_bytes=9, total_seconds=PATIENCE)
        sent: httpx.HTTPError | None = None
        try:
            with Egress(LOOPBACK).client(total_seconds=PATIENCE) as client:
                client.post(server.url, content=b"news")
        except httpx.HTTPError as failed:
            sent = failed

    assert ["GET", "POST"] == [heard.method for heard in server.heard]
    assert not isinstance(sent, NOT_SENT)


@pytest.mark.parametrize(
    "script",
    [
        reply(200, b"x" * 11),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * 11, hang_up=True),
        drip(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"5\r\nxxxxx\r\n"),
    ],
    ids=["whole", "stated", "unstated", "endless"],
)
def test_larger_than_asked_is_refused(script: Script) -> None:
    """No more is read than the caller takes, whatever the server states."""
    with Loopback(script) as server, pytest.raises(EgressRefused) as refused:
        Egress(LOOPBACK).fetch(server.url, max_bytes=10, total_seconds=PATIENCE)

    assert refused.value.code == "too_large"


def test_exactly_as_large_as_asked_is_taken() -> None:
    """The limit itself is allowed."""
    with Loopback(reply(200, b"x" * 10)) as server:
        fetched = Egress(LOOPBACK).fetch(server.url, max_bytes=10, total_seconds=PATIENCE)

    assert len(fetched.data) == 10


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "identity, gzip"])
def test_compressed_answer_is_refused(encoding: str) -> None:
    """Kilobytes that unpack to gigabytes are never unpacked."""
    bomb = gzip.compress(bytes(10**6))

    with (
        Loopback(reply(200, bomb, {"content-encoding": encoding})) as server,
        pytest.raises(EgressRefused) as refused,
    ):
        Egress(LOOPBACK).fetch(server.url, max_bytes=10**7, total_seconds=PATIENCE)

    assert refused.value.code == "encoding"


@pytest.mark.parametrize("encoding", ["identity", "", "aws-chunked"])
def test_plain_answer_may_say_so(encoding: str) -> None:
    """Words that stand for no compression are taken (object stores leave them behind)."""
    with Loopback(reply(200, b"x", {"content-encoding": encoding})) as server:
        fetched = Egress(LOOPBACK).fetch(server.url, max_bytes=10, total_seconds=PATIENCE)

    assert fetched.data == b"x"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 304])
def test_refusing_server_is_a_refusal(status: int) -> None:
    """An address that does not give the file will not give it next time."""
    with Loopback(reply(status)) as server, pytest.raises(EgressRefused) as refused:
        Egress(LOOPBACK).fetch(server.url, max_bytes=10, total_seconds=PATIENCE)

    assert (refused.value.code, refused.value.status) == ("status", status)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_troubled_server_may_be_asked_again(status: int) -> None:
    """A busy or broken server may give the file later."""
    with Loopback(reply(status)) as server, pytest.raises(EgressFailed):
        Egress(LOOPBACK).fetch(server.url, max_bytes=10, total_seconds=PATIENCE)


@pytest.mark.parametrize(
    "script",
    [reset(), raw(b"", hang_up=True), raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", hang_up=True)],
    ids=["reset", "closed", "cut short"],
)
def test_broken_answer_may_be_asked_again(script: Script) -> None:
    """A line that breaks may hold next time."""
    with Loopback(script) as server, pytest.raises(EgressFailed):
        Egress(LOOPBACK).fetch(server.url, max_bytes=10, total_seconds=PATIENCE)


def test_slow_answer_may_be_asked_again() -> None:
    """A server that drips past the total may be faster next time."""
    script = drip(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b".")

    with Loopback(script) as server, pytest.raises(EgressFailed):
        Egress(LOOPBACK).fetch(server.url, max_bytes=10**6, total_seconds=0.2)


def test_stream_gives_pieces() -> None:
    """A large answer is read piece by piece, its length known before."""
    film = bytes(range(256)) * 4096

    with (
        Loopback(reply(200, film, {"content-type": "video/mp4"})) as server,
        Egress(LOOPBACK).stream(server.url, max_bytes=len(film), total_seconds=PATIENCE) as stream,
    ):
        pieces = list(stream.chunks())

    assert b"".join(pieces) == film
    assert (stream.content_length, stream.content_type) == (len(film), "video/mp4")
    assert max(map(len, pieces)) <= 2**18


def test_stream_without_a_stated_length() -> None:
    """A server may leave the length open."""
    said = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"

    with (
        Loopback(raw(said)) as server,
        Egress(LOOPBACK).stream(server.url, max_bytes=9, total_seconds=PATIENCE) as stream,
    ):
        whole = b"".join(stream.chunks())

    assert (whole, stream.content_length) == (b"abc", None)


def test_stream_that_grows_too_large_is_refused_on_the_way() -> None:
    """An unstated length is counted while it comes."""
    endless = drip(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"5\r\nxxxxx\r\n")

    with (
        Loopback(endless) as server,
        Egress(LOOPBACK).stream(server.url, max_bytes=99, total_seconds=PATIENCE) as stream,
        pytest.raises(EgressRefused) as refused,
    ):
        list(stream.chunks())

    assert refused.value.code == "too_large"


def test_stream_cut_short_may_be_asked_again() -> None:
    """Fewer bytes than stated are no film."""
    half = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", hang_up=True)

    with (
        Loopback(half) as server,
        Egress(LOOPBACK).stream(server.url, max_bytes=99, total_seconds=PATIENCE) as stream,
        pytest.raises(EgressFailed),
    ):
        list(stream.chunks())


def test_stream_of_a_dead_link_is_refused_with_its_status() -> None:
    """A vendor's expired link says 403: the caller asks for a fresh one."""
    with (
        Loopback(reply(403, b"expired")) as server,
        pytest.raises(EgressRefused) as refused,
        Egress(LOOPBACK).stream(server.url, max_bytes=99, total_seconds=PATIENCE),
    ):
        pass

    assert refused.value.status == 403


def test_callers_own_error_passes_through_a_stream() -> None:
    """What goes wrong at the caller's side is not told as the server's trouble."""
    with (
        Loopback(reply(200, b"film")) as server,
        pytest.raises(RuntimeError),
        Egress(LOOPBACK).stream(server.url, max_bytes=99, total_seconds=PATIENCE),
    ):
        raise RuntimeError
