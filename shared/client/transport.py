"""One call to abroll: the key goes to abroll only, and a call is repeated only where that cannot buy twice."""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from .errors import AbrollError, KeyRefused, NotFound, Refused, TooMany, Unavailable
from .reading import parse

LOOPBACK = ("127.0.0.1", "::1", "localhost")
HARMLESS = ("GET", "HEAD", "PUT", "DELETE")  # doing these twice does what once does
BUSY = (408, 425, 429, 500, 502, 503, 504)
NOT_DONE = (425, 429)  # surely refused before anything was done, so that any call may be repeated
MOST_BYTES = 32 * 1024 * 1024  # of an answer that is read whole
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 75.0  # an order with photos to fetch takes up to a minute
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds
STILL_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call is repeated, and how time passes."""

    seconds: float = 60.0  # from the first try to the start of the last
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Sent:
    """What a call carries beside its path."""

    plain: Any = None  # becomes the body as JSON
    content: bytes | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING = Sent()


def keyed(idempotency_key: str | None) -> Mapping[str, str]:
    """Return the header under which a call buys once: a key of its own where the caller keeps none."""
    return {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}


class Transport:
    """Calls one abroll under one key."""

    def __init__(self, url: str, key: str, agent: str, patience: Patience, http: httpx.Client | None) -> None:
        self.url = _address(url)
        self._key = _key(key)
        self._agent = agent
        self._patience = patience
        self._http = http or httpx.Client(timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, path: str, sent: Sent = NOTHING, *, harmless: bool = False) -> Any:
        """Make a call and return its answer's JSON.

        It is repeated after no answer or a busy one, where that is `harmless` by its method, by its Idempotency-Key or
        because the caller says so. Raises AbrollError.
        """
        again = harmless or method in HARMLESS or "Idempotency-Key" in sent.headers
        until = self._patience.now() + self._patience.seconds
        tries = 0
        while True:
            try:
                return self._once(method, path, sent)
            except (TooMany, Unavailable) as failed:
                if not (again or failed.status in NOT_DONE):
                    raise
                pause = failed.retry_after if failed.retry_after is not None else self._pause(tries)
                if self._patience.now() + pause > until:
                    raise
                tries += 1
                self._patience.sleep(pause)

    def text(self, path: str) -> str:
        """Read a call that answers text, such as CSV. Raises AbrollError."""
        with self._answer("GET", path, NOTHING) as answer:
            if not answer.is_success:
                raise _refusal(answer, _body(answer))
            return _raw(answer).decode("utf-8", "replace")

    @contextmanager
    def file(self, path: str) -> Iterator[httpx.Response]:
        """Open the file a call redirects to; the key is not sent there. Raises AbrollError."""
        place = self._redirect(path)
        try:
            with self._http.stream("GET", place, headers={"User-Agent": self._agent}) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise Unavailable(
                        f"the file's store answered {answer.status_code}",
                        code="unavailable",
                        next_move="Ask again in a moment.",
                        status=answer.status_code,
                    )
                yield answer
        except httpx.HTTPError as failed:
            raise _silent(failed) from failed

    def _redirect(self, path: str) -> str:
        with self._answer("GET", path, NOTHING) as answer:
            if answer.status_code in STILL_REDIRECTS and (place := answer.headers.get("Location")):
                return str(answer.url.join(place))
            raise _refusal(answer, _body(answer))

    def _once(self, method: str, path: str, sent: Sent) -> Any:
        with self._answer(method, path, sent) as answer:
            body = _body(answer)
            if not answer.is_success:
                raise _refusal(answer, body)
            return body

    @contextmanager
    def _answer(self, method: str, path: str, sent: Sent) -> Iterator[httpx.Response]:
        headers = {"Authorization": f"Bearer {self._key}", "User-Agent": self._agent, **sent.headers}
        try:
            with self._http.stream(
                method,
                self.url + path,
                json=sent.plain,
                content=sent.content,
                params=dict(sent.params) or None,
                headers=headers,
                follow_redirects=False,
            ) as answer:
                yield answer
        except httpx.HTTPError as failed:
            raise _silent(failed) from failed

    def _pause(self, tries: int) -> float:
        most: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**tries)
        return most * (0.5 + self._patience.chance() / 2)


def _address(url: str) -> str:
    """Return an address without its last slash; a key never goes in the clear over a network."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as failed:
        raise Refused(f"not an address: {failed}", code="validation_error", next_move="Give https://…") from failed
    if (parsed.scheme == "https" and parsed.host) or (parsed.scheme == "http" and parsed.host in LOOPBACK):
        return url.rstrip("/")
    raise Refused(
        "the address is neither https:// nor this machine's own",
        code="validation_error",
        next_move="Give the https:// address: an API key is not sent in the clear.",
    )


def _key(key: str) -> str:
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise KeyRefused(
        "there is no API key, or it holds characters no key has",
        code="unauthorized",
        next_move="Copy the key again, whole and without quotes.",
    )


def _raw(answer: httpx.Response) -> bytes:
    """Return an answer's bytes. Raises Unavailable for one without an end."""
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise Unavailable("the answer has no end", code="unavailable", status=answer.status_code)
    return bytes(body)


def _body(answer: httpx.Response) -> Any:
    """Return an answer's JSON, None where it is none. Raises Unavailable for one without an end."""
    body = _raw(answer)
    try:
        return parse(body)
    except ValueError:
        if answer.is_success:
            message = "something between here and abroll answered: not JSON"
            move = "Check the address, and proxies on the way."
            raise Unavailable(message, code="unavailable", next_move=move, status=answer.status_code) from None
        return None


def _refusal(answer: httpx.Response, body: Any) -> AbrollError:
    told = body if isinstance(body, dict) else {}
    status = answer.status_code
    kind = _kind(status)
    details = told.get("details")
    return kind(
        str(told.get("message") or f"answered {status} {answer.reason_phrase}".rstrip()),
        code=str(told.get("error") or "unavailable"),
        next_move=str(told.get("next_move") or ("" if told else "Check the address: abroll explains its refusals.")),
        details=details if isinstance(details, dict) else None,
        status=status,
        request_id=str(told.get("request_id") or ""),
        retry_after=_retry_after(answer.headers.get("Retry-After")),
    )


def _kind(status: int) -> type[AbrollError]:
    known: Mapping[int, type[AbrollError]] = {401: KeyRefused, 403: KeyRefused, 404: NotFound, 429: TooMany}
    return known.get(status, Unavailable if status in BUSY or status < httpx.codes.BAD_REQUEST else Refused)


def _retry_after(said: str | None) -> float | None:
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _silent(failed: httpx.HTTPError) -> Unavailable:
    return Unavailable(
        f"no answer: {failed}" if str(failed) else f"no answer: {type(failed).__name__}",
        code="unavailable",
        next_move="Check the network and the address; then repeat the call: with its Idempotency-Key it buys once.",
    )
