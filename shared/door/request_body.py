"""A request's body, shut until a route opens it: so many bytes in so many seconds, whoever reads.

functions-framework reads every request to its end before it answers, refusals and its own 404s included, without a
bound in bytes or time: sixteen slow senders hold sixteen threads, an endless one fills the memory. So each public
function puts a `Gate` before the framework's app. While no route has opened the body, it reads as empty; a route opens
it after it has judged the caller (`incoming.py`), and of one sender few slow ones are waited for (`slow_bodies.py`).
When the answer has been sent, what was not read is thrown away for a moment, so that the answer arrives, and the
connection is ended.

What only the platform can give: at most 32 MB a request (docs.cloud.google.com/functions/quotas, 2026-11-28), no more
requests at once than an instance has threads (`infra/functions.tf`), and a request's line and headers whole (memory:
a sender who ends neither holds a gunicorn thread for ever). Whether its front buffers bodies, nobody has measured.
"""

import io
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from shutil import copyfileobj
from typing import Any, BinaryIO, TypeVar

import flask
from werkzeug.wsgi import ClosingIterator

from shared.door.slow_bodies import SLOW_AFTER, BodyCrowded, SlowBodies

BODY_SECONDS = 10.0  # for what fits in a few packets
UPLOAD_SECONDS = 30.0  # 20 MB at 6 Mbit/s; the function's own limit is 60
LINGER_SECONDS = 1.0  # in which what nobody wants is thrown away after the answer
LINGER_PAUSE = 0.05  # in which more of it must come, else the sender is not worth a thread
_PIECE = 2**16
_ENDLESS = 10**18
BODY = "abroll.body"
_SLOW_BODIES = "abroll.slow_bodies"
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")  # where the two servers leave a request's connection
_SHUT_RD, _SHUT_WR, _SHUT_RDWR = 0, 1, 2  # as in `socket`, which only the guarded transport imports

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Function = TypeVar("Function")
Shaped = Callable[[flask.Response], flask.Response]


class BodyTooLarge(Exception):
    """There is more than the route takes."""


class BodyTooSlow(Exception):
    """It did not come in the time the route gives."""


class BodyTorn(Exception):
    """It ended before its stated length, or its chunks cannot be read: the sender broke off or is broken."""


class RequestBody(io.RawIOBase):
    """The bytes of one request: none until `open`, none after `shut`."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        super().__init__()
        self._source = environ["wsgi.input"]
        self._stated = _stated(environ.get("CONTENT_LENGTH"))
        self._connection: Any = next((environ[name] for name in _SOCKETS if name in environ), None)
        self._left = 0  # bytes that may be read
        self._taken = 0
        self._until = 0.0
        self._late = False
        self._timer: threading.Timer | None = None
        self._slow_bodies: SlowBodies = environ.get(_SLOW_BODIES) or SlowBodies()
        self._sender = ""
        self._turn = threading.Lock()  # between the reader and its timer
        self._slow = self._crowded = False
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        self._ended = self._stated == 0 or (self._stated is None and not chunked)

    def open(self, most: int, seconds: float, sender: str = "") -> None:
        """Let `most` bytes be read within `seconds` from now. Raises BodyCrowded."""
        self.shut()
        if self._ended:
            return
        if self._slow_bodies.full(sender):
            raise BodyCrowded
        self._left, self._until, self._sender = most, time.monotonic() + seconds, sender
        if self._connection is not None:
            self._start(SLOW_AFTER, self._grow_slow)

    def shut(self) -> None:
        """Let nothing more be read."""
        self._left = 0
        self._stop()

    def take(self, most: int, seconds: float, sender: str = "") -> bytes:
        """Return the whole body. Raises BodyTooLarge (before it reads, where the length is stated), and as `read`."""
        if (self._stated or 0) > most:
            raise BodyTooLarge
        self.open(most + 1, seconds, sender)
        try:
            raw = self.read()
        finally:
            self.shut()
        if len(raw) > most:
            raise BodyTooLarge
        return raw

    def into(self, file: BinaryIO, most: int, seconds: float, sender: str = "") -> None:
        """Write the whole body to a file as it comes. Raises as `take`."""
        if (self._stated or 0) > most:
            raise BodyTooLarge
        self.open(most + 1, seconds, sender)
        try:
            copyfileobj(self, file, _PIECE)
        finally:
            self.shut()
        if file.tell() > most:
            raise BodyTooLarge

    def readable(self) -> bool:
        """Say that it is read from, as io asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 at the end, or when shut. Raises BodyTooSlow, BodyCrowded, BodyTorn."""
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._left, _PIECE)
        if self._stated is not None:
            wanted = min(wanted, self._stated - self._taken)
        if wanted <= 0 or self._ended:
            return 0
        piece = self._piece(wanted)
        if not piece:
            self._ended = True
            self._stop()
            if self._stated is not None:
                raise BodyTorn
        view[: len(piece)] = piece
        self._left -= len(piece)
        self._taken += len(piece)
        if self._taken == self._stated:
            self._ended = True
            self._stop()
        return len(piece)

    def leave(self) -> None:
        """After the answer: throw away what was not read, for a moment, and end the connection."""
        self.shut()
        if self._connection is None or (self._ended and not self._late):
            return
        with suppress(OSError):  # it paused, or is gone
            self._connection.shutdown(_SHUT_WR)
            end = time.monotonic() + LINGER_SECONDS
            self._connection.settimeout(LINGER_PAUSE)
            while time.monotonic() < end and self._connection.recv(_PIECE):
                pass
        with suppress(OSError):  # it is gone
            self._connection.shutdown(_SHUT_RDWR)

    def _piece(self, wanted: int) -> bytes:
        try:
            piece: bytes = self._source.read(wanted)
        except Exception as broken:  # each server has errors of its own for chunks it cannot read
            self._ended = True
            raise (self._why_late() if self._late else BodyTorn()) from broken
        if self._late or time.monotonic() > self._until:
            self._late = True
            raise self._why_late()
        return piece

    def _why_late(self) -> Exception:
        return BodyCrowded() if self._crowded else BodyTooSlow()

    def _start(self, seconds: float, then: Callable[[], None]) -> None:
        self._timer = threading.Timer(seconds, then)
        self._timer.daemon = True
        self._timer.start()

    def _stop(self) -> None:
        """Nothing is waited for any more."""
        with self._turn:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._slow:
                self._slow = False
                self._slow_bodies.leave(self)

    def _grow_slow(self) -> None:
        """It has not come by now: wait for it as one of few, or give it up."""
        with self._turn:
            if self._timer is None:
                return  # it has just come
            self._slow = self._slow_bodies.enter(self, self._sender, self._make_room)
            if self._slow:
                self._start(max(0.0, self._until - time.monotonic()), self._give_up)
                return
        self._make_room()

    def _make_room(self) -> None:
        """Nobody waits for it: there are too many, or another sender has fewer."""
        self._crowded = True
        self._give_up()

    def _give_up(self) -> None:
        """Wake the reader: a server's read waits for all it was asked for, however slowly that comes."""
        self._late = True
        with suppress(OSError):  # it is gone
            self._connection.shutdown(_SHUT_RD)


class Gate:
    """A WSGI application whose requests' bodies are shut until somebody opens them."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._slow_bodies = SlowBodies()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        environ[_SLOW_BODIES] = self._slow_bodies
        body = RequestBody(environ)
        environ |= {"wsgi.input": body, "wsgi.input_terminated": True, BODY: body}
        return ClosingIterator(self._app(environ, start_response), body.leave)


def gated(function: Function, shaped: Shaped | None = None) -> Function:
    """Put the gate before the app that functions-framework is loading this function into, and answer its 404s.

    `shaped` makes of a refusal one as this function's callers know it; they know it as all others do without.
    """
    app = flask.current_app
    app.wsgi_app = Gate(app.wsgi_app)  # type: ignore[method-assign]  # flask's own way to add a layer
    app.url_map.merge_slashes = False  # it redirects to a path without the function's name, which the platform took off
    app.register_error_handler(404, lambda _error: shaped(_unrouted()) if shaped else _unrouted())
    return function


def _unrouted() -> flask.Response:
    """Refuse as a door does what the framework finds no route for: a line's end in a path, a slash too many."""
    from shared.door.public import serve  # the room's own light import: most functions answer no such path

    return serve(flask.request, ())


def body_of(request: flask.Request) -> RequestBody:
    """Return the request's body, shut unless a route has opened it."""
    body: RequestBody | None = request.environ.get(BODY)
    if body is None:
        body = request.environ[BODY] = RequestBody(request.environ)
    return body


def _stated(length: str | None) -> int | None:
    """Return a stated length, None for none; what is no number a body can have counts as endless."""
    if not length:
        return None
    return int(length) if length.isascii() and length.isdecimal() and len(length) < len(str(_ENDLESS)) else _ENDLESS
