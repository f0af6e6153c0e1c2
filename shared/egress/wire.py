"""The guarded wire under every outgoing call: names resolved once, addresses judged and pinned, one deadline over all.

httpx bounds each read, not the call (hole 15): here every connect, handshake, write and read gets what is left of one
total. The name is resolved inside the connect and the socket goes to the very address that was judged, so a second
answer of the name server changes nothing; TLS still asks for and verifies the host's name (infra README, "Egress").
"""

import ssl
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from shared.egress.lookup import looked_up
from shared.egress.rules import Rules

CONNECT_SECONDS = 10.0  # for one of several addresses: a dead first one must not eat the whole call


class Deadline:
    """A moment by which everything must be over."""

    def __init__(self, total_seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + total_seconds

    def left(self, over: type[Exception]) -> float:
        """Return the seconds left, more than 0. Raises: `over` when there are none."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise over("the call's total time is over")
        return left


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to an address it has judged itself."""

    def __init__(
        self, scheme: str, rules: Rules, resolve: Callable[[str, int], Sequence[str]], deadline: Deadline
    ) -> None:
        self._scheme = scheme
        self._rules = rules
        self._resolve = resolve
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  (httpcore's; the deadline decides)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve once, judge every address, connect to the first that answers.

        Raises: EgressRefused, httpcore.ConnectError, httpcore.ConnectTimeout.
        """
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port):
            seconds = min(self._deadline.left(httpcore.ConnectTimeout), CONNECT_SECONDS)
            try:
                stream = self._plain.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002  (httpcore's)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002  (httpcore's)
    ) -> httpcore.NetworkStream:
        """Refuse: no outgoing call is for this machine."""
        raise httpcore.ConnectError(f"{path}: sockets of this machine are not reached through here")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            ip_address(host)
        except ValueError:
            seconds = min(self._deadline.left(httpcore.ConnectTimeout), CONNECT_SECONDS)
            try:
                addresses = looked_up(self._resolve, host, port, seconds)
            except TimeoutError as late:
                raise httpcore.ConnectTimeout(f"{host} could not be resolved in time") from late
            except (OSError, UnicodeError) as error:
                raise httpcore.ConnectError(f"{host} could not be resolved") from error
        else:
            addresses = (host,)
        self._rules.check_addresses(self._scheme, host, port, addresses)
        return addresses


class TimedStream(httpcore.NetworkStream):
    """A connection whose every wait is cut to what is left of the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  (httpcore's)
        """Read what is there, waiting no longer than the deadline."""
        return self._stream.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  (httpcore's)
        """Write all of it by the deadline; httpcore's own loop would start the time anew for each piece taken."""
        sock = self._stream.get_extra_info("socket")
        rest = memoryview(buffer)
        try:
            while rest:
                sock.settimeout(self._deadline.left(httpcore.WriteTimeout))
                rest = rest[sock.send(rest) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  (httpcore's)
    ) -> httpcore.NetworkStream:
        """Shake hands for the host's name; any failure counts as not connected."""
        try:
            left = self._deadline.left(httpcore.ConnectTimeout)
            return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)
        except httpcore.ConnectTimeout:
            self.close()
            raise
        except ValueError as error:  # a name that TLS cannot ask for
            self.close()
            raise httpcore.ConnectError(f"{server_hostname} is no name for TLS") from error

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore knows of the connection."""
        return self._stream.get_extra_info(info)
