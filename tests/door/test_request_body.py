"""A body is shut until a route opens it, at every public function; whoever reads it is bounded."""

import io
import json
from collections.abc import Iterator
from typing import Any

import functions_framework
import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from shared.door.request_body import BodyTooLarge, BodyTooSlow, BodyTorn, RequestBody, Wsgi
from shared.wiring import wiring
from tests.attack.deployed import ENVIRON
from tests.rules.sources import ROOT

ROWS = json.loads((ROOT / "infra" / "functions.json").read_text(encoding="utf-8"))["functions"]
PUBLIC = [name for name, row in ROWS.items() if row["caller"] == "anyone"]


class Untouchable(io.RawIOBase):
    """A stream nobody may read: in the cloud a sender could keep its reader waiting for ever."""

    def readable(self) -> bool:
        """Say yes, as a connection would."""
        return True

    def readinto(self, _buffer: Any) -> int:
        """Fail the test."""
        raise AssertionError("the body was read")


def body(data: bytes, **environ: str) -> RequestBody:
    return RequestBody({"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(len(data)), **environ})


@pytest.fixture(scope="module", params=PUBLIC)
def public(request: pytest.FixtureRequest) -> Iterator[Wsgi]:
    """Return each public function as functions-framework loads it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRON.items():
            patch.setenv(name, value)
        wiring.cache_clear()
        yield functions_framework.create_app("main", str(ROOT / "functions" / request.param / "main.py"))  # type: ignore[no-untyped-call]  # it has no types
    wiring.cache_clear()


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/favicon.ico", "//double", "/no/such/place/here/at/all"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_strangers_are_answered_unread(public: Wsgi, path: str, method: str) -> None:
    """Whatever is refused to a caller without a key, is refused without reading a byte."""
    environ = EnvironBuilder(path=path, method=method, headers=[("Content-Length", "100000")]).get_environ()
    environ["wsgi.input"] = Untouchable()

    _, status, _ = run_wsgi_app(public, environ)

    assert 300 <= int(status[:3]) < 500


def test_a_shut_body_reads_as_empty() -> None:
    """The framework's own reading finds nothing."""
    shut = body(b"secret")

    assert b"" == shut.read() == shut.read(10)


def test_an_opened_body_is_read_to_its_end() -> None:
    """And not a byte further, whatever the connection holds."""
    opened = RequestBody({"wsgi.input": io.BytesIO(b"abcNEXT"), "CONTENT_LENGTH": "3"})

    assert b"abc" == opened.take(10, 60)
    assert b"" == opened.read()


def test_a_large_body_is_refused_unread() -> None:
    """A stated length beyond the limit costs no read."""
    with pytest.raises(BodyTooLarge):
        RequestBody({"wsgi.input": Untouchable(), "CONTENT_LENGTH": "11"}).take(10, 60)


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "x", "١"])
def test_a_length_that_is_none_counts_as_endless(length: str) -> None:
    """What is no number a body can have is refused, never read and never a crash."""
    with pytest.raises(BodyTooLarge):
        RequestBody({"wsgi.input": Untouchable(), "CONTENT_LENGTH": length}).take(10, 60)


def test_an_unstated_body_is_read_to_the_limit_only() -> None:
    """A chunked body is cut one byte behind the limit."""
    source = io.BytesIO(b"x" * 1000)

    with pytest.raises(BodyTooLarge):
        RequestBody({"wsgi.input": source, "HTTP_TRANSFER_ENCODING": "chunked"}).take(10, 60)

    assert 11 == source.tell()


def test_a_body_that_ends_early_is_torn() -> None:
    """Half a body is never taken for the whole."""
    with pytest.raises(BodyTorn):
        RequestBody({"wsgi.input": io.BytesIO(b"half"), "CONTENT_LENGTH": "8"}).take(10, 60)


def test_a_body_that_cannot_be_read_is_torn() -> None:
    """A server's own error over broken chunks is a decision here."""
    with pytest.raises(BodyTorn):
        RequestBody({"wsgi.input": Untouchable(), "HTTP_TRANSFER_ENCODING": "chunked"}).take(10, 60)


def test_a_body_beyond_its_time_is_refused() -> None:
    """Even where no connection can be woken, what comes too late is not taken."""
    with pytest.raises(BodyTooSlow):
        body(b"late").take(10, -1.0)
