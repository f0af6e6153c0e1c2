"""Callers without a valid key: a bucket a network, charged before any store is asked, and a memory of what is unknown.

Which address: Google's front writes the address that opened the connection behind whatever `X-Forwarded-For` the
caller sent, so the last one of the header is the only one nobody chooses (infra README, "Callers' addresses"). A
network is a /24 of IPv4, a /56 of IPv6: what one customer of a provider is given. Each instance counts for itself.

Whoever proves to be known gets its token back; a key proven once is not charged again for an hour, so that others
behind the same address cannot shut it out.
"""

import hashlib
import ipaddress
from collections.abc import Callable
from math import ceil

import flask

from shared.steps.buckets import MINUTE, Remembered, TokenBuckets
from shared.steps.quotas import Quota

POLICY = "strangers"
UNKNOWN_SECONDS = 30.0
PROVEN_SECONDS = 3600.0
LONGEST_ADDRESS = 45  # characters of an IPv6 address
NOWHERE = "nowhere"
_PREFIX = {4: 24, 6: 56}


class Strangers:
    """What callers without a valid key may cost an instance."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._limit = per_minute
        self._buckets = TokenBuckets(monotonic)
        self._unknown = Remembered(monotonic, UNKNOWN_SECONDS)
        self._proven = Remembered(monotonic, PROVEN_SECONDS)

    def pay(self, request: flask.Request) -> None:
        """Take a token of the caller's network. Raises Problem when there is none."""
        left = self._buckets.take(network(request), self._limit)
        if left < 0:
            wait = ceil(-left * MINUTE / self._limit)
            message = f"{self._limit} requests a minute are the most one network may send without a valid key"
            raise Quota(POLICY, self._limit, MINUTE, 0, wait).used_up(message, wait)

    def pay_back(self, request: flask.Request) -> None:
        """Give the token back: the caller is known after all."""
        self._buckets.give_back(network(request), self._limit)

    def proven(self, *name: str) -> bool:
        """Tell whether somebody proved, within the last hour, to know this key, path or secret."""
        return _mark(name) in self._proven

    def unknown(self, *name: str) -> bool:
        """Tell whether there was nothing of this name within the last half minute."""
        return _mark(name) in self._unknown

    def prove(self, *name: str) -> None:
        """Note that it is there, and its bearer knows it."""
        self._proven.note(_mark(name))

    def miss(self, *name: str) -> None:
        """Note that it is not there."""
        self._unknown.note(_mark(name))


def _mark(name: tuple[str, ...]) -> bytes:
    """Return what is kept of a name: so many bytes, however long it is."""
    return hashlib.sha256(repr(name).encode("utf-8", "surrogatepass")).digest()[:16]


def address_of(request: flask.Request) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address a request comes from, as the platform saw it; None where it cannot be read."""
    forwarded = request.environ.get("HTTP_X_FORWARDED_FOR", "")
    text = forwarded.rsplit(",", 1)[-1].strip() or request.environ.get("REMOTE_ADDR") or ""
    try:
        address = ipaddress.ip_address(text[:LONGEST_ADDRESS])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def network(request: flask.Request) -> str:
    """Return the network a request comes from, as the platform saw it."""
    address = address_of(request)
    if address is None:
        return NOWHERE
    return str(ipaddress.ip_network((address, _PREFIX[address.version]), strict=False))
