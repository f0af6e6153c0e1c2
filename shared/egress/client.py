"""The one way out: every call abroll makes to somebody else goes through here, guarded, pinned and bounded.

Images a user names, vendors' interfaces and results, customers' webhooks: https only, public addresses only, no
redirect into private, no proxy from the environment, a size limit, and one deadline over the whole conversation.
One setting exempts: `egress_allow`, entries "scheme://host-or-CIDR:port" (port "*" = any), empty in production.
"""

import functools
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from shared.egress.rules import EgressRefused, Rules, read_url
from shared.egress.transport import AnswerEncoded, AnswerTooLarge, GuardedClient, GuardedTransport
from shared.egress.wire import Deadline

__all__ = ["NOT_SENT", "Egress", "EgressFailed", "EgressRefused", "Fetched", "Stream"]

NOT_SENT = (EgressRefused, httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""What a client raises when surely nothing reached the other side; any other `httpx.HTTPError` may have been sent."""

API_ANSWER_BYTES = 8 * 2**20
REDIRECTS = 3
_CHUNK = 2**18
_LONGEST_LENGTH = 18  # digits of a stated length
_TRY_AGAIN = frozenset({408, 425, 429})


class EgressFailed(Exception):
    """The other side could not be reached, was too slow or is troubled: the same may work later."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fetched:
    """A small answer, read whole; `status` is 2xx."""

    status: int
    content_type: str  # lower case, without parameters; "" when not stated
    data: bytes


class Stream:
    """A large answer, read in pieces."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.content_type = _content_type(response)
        self.content_length = _content_length(response)

    def chunks(self, size: int | None = _CHUNK) -> Iterator[bytes]:
        """Yield the bytes, `size` at a time, or as they come. Raises: EgressRefused (too large), EgressFailed (cut)."""
        with _as_decisions():
            yield from self._response.iter_bytes(size)


class Egress:
    """Makes guarded clients; holds no connection itself, so there is nothing to close."""

    def __init__(
        self,
        allow: tuple[str, ...] = (),
        *,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._rules = Rules(allow)
        self._resolve = resolve or _resolve
        self._monotonic = monotonic
        self._tls = tls or _tls

    def client(
        self,
        *,
        total_seconds: float,
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = API_ANSWER_BYTES,
    ) -> httpx.Client:
        """Return a client for one conversation, to be used in a `with`.

        `total_seconds` runs from now over everything the client does: connects, writes, headers, bodies, all requests.
        `fresh`: each request has a connection of its own (a paid POST must not meet a closing one, hole 16).
        The client follows no redirects, retries nothing and heeds no other timeout. While nothing has been sent it
        raises what stands in NOT_SENT, afterwards other `httpx.HTTPError`s.
        """
        plain = {"accept-encoding": "identity", "user-agent": "abroll"} | ({"connection": "close"} if fresh else {})
        transport = GuardedTransport(
            self._rules,
            self._resolve,
            self._tls,
            Deadline(total_seconds, self._monotonic),
            max_bytes=max_bytes,
            keep_alive=not fresh,
        )
        return GuardedClient(transport=transport, trust_env=False, headers={**plain, **(headers or {})})

    def judge(self, url: str) -> str | None:
        """Say why an address is refused, as far as it can be seen as written; None where a name server must tell."""
        try:
            self._rules.check_url(read_url(url))
        except EgressRefused as refused:
            return refused.why
        return None

    def fetch(self, url: str, *, max_bytes: int, total_seconds: float, accept: str | None = None) -> Fetched:
        """GET something small, following at most 3 redirects, each judged anew.

        Raises: EgressRefused (address, size, 4xx), EgressFailed (unreachable, too slow, 5xx).
        """
        with self._open(url, max_bytes, total_seconds, accept) as response, _as_decisions():
            return Fetched(response.status_code, _content_type(response), response.read())

    @contextmanager
    def stream(self, url: str, *, max_bytes: int, total_seconds: float, accept: str | None = None) -> Iterator[Stream]:
        """GET something large, following at most 3 redirects, each judged anew; read it inside the `with`.

        Raises: EgressRefused (address, size, 4xx), EgressFailed (unreachable, too slow, 5xx).
        """
        with self._open(url, max_bytes, total_seconds, accept) as response:
            yield Stream(response)

    @contextmanager
    def _open(self, url: str, max_bytes: int, total_seconds: float, accept: str | None) -> Iterator[httpx.Response]:
        with self.client(total_seconds=total_seconds, max_bytes=max_bytes) as client:
            with _as_decisions():
                response = _follow(client, url, {"accept": accept or "*/*"})
            try:
                _judge(response, max_bytes)
                yield response
            finally:
                response.close()


def _follow(client: httpx.Client, url: str, headers: Mapping[str, str]) -> httpx.Response:
    request = client.build_request("GET", url, headers=headers)
    for _ in range(REDIRECTS + 1):
        response = client.send(request, stream=True)
        if response.next_request is None:
            return response
        response.close()
        request = client.build_request("GET", response.next_request.url, headers=headers)
    raise EgressRefused(
        f"The address redirects more than {REDIRECTS} times.",
        code="redirect",
        next_move="Use the address it ends at.",
    )


def _judge(response: httpx.Response, max_bytes: int) -> None:
    status = response.status_code
    if response.is_server_error or status in _TRY_AGAIN:
        raise EgressFailed(f"The server answers {status}.")
    if not response.is_success:
        raise EgressRefused(
            f"The server answers {status}.",
            code="status",
            next_move="Check that the address works without signing in.",
            status=status,
        )
    if (_content_length(response) or 0) > max_bytes:
        raise _too_large(max_bytes)


@contextmanager
def _as_decisions() -> Iterator[None]:
    try:
        yield
    except AnswerTooLarge as error:
        raise _too_large(error.max_bytes) from error
    except AnswerEncoded as error:
        raise EgressRefused(
            "The server compresses the file although it was asked not to.",
            code="encoding",
            next_move="Serve the file without Content-Encoding.",
        ) from error
    except httpx.TimeoutException as error:
        raise EgressFailed("The server takes too long.") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise EgressFailed("The server could not be reached, or broke off.") from error


def _too_large(max_bytes: int) -> EgressRefused:
    limit = f"{max_bytes / 2**20:.0f} MB" if max_bytes >= 2**20 else f"{max_bytes:,} bytes"
    return EgressRefused(f"The file is larger than {limit}.", code="too_large", next_move="Use a smaller file.")


def _content_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _content_length(response: httpx.Response) -> int | None:
    stated = str(response.headers.get("content-length", ""))
    return int(stated) if stated.isdecimal() and len(stated) <= _LONGEST_LENGTH else None


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)  # 42 ms: built at the first https call, once


def _resolve(host: str, port: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
