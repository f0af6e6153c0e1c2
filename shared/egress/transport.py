"""Carries httpx's requests over the guarded wire: judges each address, caps each answer, takes nothing compressed."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from shared.egress.rules import Rules, read_url
from shared.egress.wire import Deadline, PinnedBackend

_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate", "compress", "br", "zstd"})


class AnswerTooLarge(httpx.RemoteProtocolError):
    """More bytes came than the caller takes."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the answer is larger than {max_bytes:,} bytes")
        self.max_bytes = max_bytes


class AnswerEncoded(httpx.RemoteProtocolError):
    """The answer is compressed although we asked for it plain: a small one may unpack to gigabytes."""


class GuardedClient(httpx.Client):
    """httpx's client, with an unreadable address refused like any other bad one, wherever it stands."""

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Build a request. Raises: EgressRefused."""
        return super().build_request(method, read_url(url), **options)

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request. Raises: httpx's errors, also where an answer redirects to what is no address."""
        try:
            return super().send(request, **options)
        except (httpx.InvalidURL, ValueError) as error:  # data:, about:blank, mailto:, labels that are no IDNA
            raise httpx.RemoteProtocolError("the answer redirects to no address", request=request) from error


class GuardedTransport(httpx.BaseTransport):
    """Carries httpx's requests over pinned connections, judging each address and capping each answer."""

    def __init__(
        self,
        rules: Rules,
        resolve: Callable[[str, int], Sequence[str]],
        tls: Callable[[], ssl.SSLContext],
        deadline: Deadline,
        *,
        max_bytes: int,
        keep_alive: bool,
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._tls = tls
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._idle = 4 if keep_alive else 0
        self._pools: dict[str, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises: EgressRefused before anything is sent, else httpx's own errors."""
        self._rules.check_url(request.url)
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise TypeError("a guarded client sends synchronously")
        left = self._deadline.left(httpx.ConnectTimeout)
        url = request.url
        with _as_httpx_errors():
            answer = self._pool(url.scheme).handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": {"pool": left}},
                )
            )
        body = CappedBody(answer, self._max_bytes)
        response = httpx.Response(answer.status, headers=answer.headers, stream=body)
        encodings = {word.strip().lower() for word in response.headers.get("content-encoding", "").split(",")}
        if encodings & _COMPRESSED:
            body.close()
            raise AnswerEncoded("the answer is compressed although it was asked for plain")
        return response

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()

    def _pool(self, scheme: str) -> httpcore.ConnectionPool:
        if scheme not in self._pools:
            self._pools[scheme] = httpcore.ConnectionPool(
                ssl_context=self._tls() if scheme == "https" else None,
                max_keepalive_connections=self._idle,
                network_backend=PinnedBackend(scheme, self._rules, self._resolve, self._deadline),
            )
        return self._pools[scheme]


class CappedBody(httpx.SyncByteStream):
    """An answer's bytes, up to a limit."""

    def __init__(self, answer: httpcore.Response, max_bytes: int) -> None:
        self._answer = answer
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        with _as_httpx_errors():
            for chunk in self._answer.iter_stream():
                taken += len(chunk)
                if taken > self._max_bytes:
                    raise AnswerTooLarge(self._max_bytes)
                yield chunk

    def close(self) -> None:
        """Give the connection up."""
        self._answer.close()


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as e:
        twin: type[httpx.TransportError] = getattr(httpx, type(e).__name__)  # both families carry the same names
        raise twin(str(e)) from e
