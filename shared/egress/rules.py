"""Which addresses abroll may speak to: public ones over https, and what `egress_allow` exempts by name or network.

`ipaddress.is_global` alone lets NAT64, 6to4 and multicast through (infra README, "Egress"), so embedded IPv4 addresses
are judged by themselves and the special-purpose networks of the IANA registries are listed here, whatever Python knows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

PORTS = (443, 8443)
LAST_PORT = 65535
LONGEST_HOST = 253

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, with the metadata server
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks, AMT
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, retired by RFC 7526: nobody routes it, and Pythons differ over it
        "3fff::/20",  # documentation
    )
)
_CODED = "xn--"  # begins a label of other letters than ours
_PRIVATE_ENDS = ("internal", "lan")  # of names no public name server knows
_PRIVATE_ZONES = (".home.arpa",)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)

_ALLOWANCE = re.compile(r"(https?)://(?:\[([^\]]+)\]|([^:\[\]]+)):(\*|\d{1,5})")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0[xX][0-9a-fA-F]*)")


class EgressRefused(Exception):
    """We will not go there, or will not take what came; asking again would end the same.

    `code`: "url" | "scheme" | "userinfo" | "host" | "port" | "private_address" | "redirect" | "too_large" |
    "encoding" | "status" (then `status` holds it). `why` and `next_move` are sentences for whoever named the address.
    """

    def __init__(self, why: str, *, code: str, next_move: str, status: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.code = code
        self.next_move = next_move
        self.status = status


@dataclass(frozen=True, slots=True)
class Allowance:
    """One exemption: a scheme, a port (None = any), and a host's name or a network."""

    scheme: str
    port: int | None
    name: str | None
    network: IPv4Network | IPv6Network | None

    @classmethod
    def parse(cls, entry: str) -> "Allowance":
        """Read "scheme://host-or-CIDR:port", the port a number or "*"; IPv6 in brackets.

        Raises: ValueError, naming the entry.
        """
        match = _ALLOWANCE.fullmatch(entry)
        if match is None:
            raise ValueError(f"egress_allow: {entry!r} is not scheme://host-or-CIDR:port")
        scheme, bracketed, plain, port = match.groups()
        host = bracketed or plain
        try:
            network = ip_network(host)
        except ValueError:
            if bracketed or "/" in host or _ENDS_IN_NUMBER.fullmatch(host):
                raise ValueError(f"egress_allow: {host!r} in {entry!r} is neither a name nor a network") from None
            network = None
        name = host.lower() if network is None else None
        return cls(scheme, None if port == "*" else int(port), name, network)

    def may_cover(self, scheme: str, host: str, port: int) -> bool:
        """Tell whether this could exempt the address, before its name is resolved."""
        if self.scheme != scheme or self.port not in {None, port}:
            return False
        literal = _literal(host)
        return self.name == host if self.network is None else literal is None or literal in self.network

    def covers(self, address: IPv4Address | IPv6Address) -> bool:
        """Tell whether the resolved address lies in it; a name covers whatever it resolves to."""
        return self.network is None or address in self.network


class Rules:
    """Judges an address twice: as written, and by what its name resolves to."""

    def __init__(self, allow: Iterable[str]) -> None:
        self._allow = tuple(Allowance.parse(entry) for entry in allow)

    def check_url(self, url: httpx.URL) -> None:
        """Refuse what can be judged before its name is resolved. Raises: EgressRefused."""
        host, port = host_of(url), port_of(url)
        exempt = any(allowance.may_cover(url.scheme, host, port) for allowance in self._allow)
        if url.userinfo:
            raise _refused("userinfo", "The address carries a user name or password.", "Leave them out of the address.")
        if _literal(host) is None and (not _NAME.fullmatch(host) or _ENDS_IN_NUMBER.fullmatch(host)):
            raise _refused("host", "The address has no proper host name.", "Use the host's name.")
        if not 0 < port <= LAST_PORT:
            raise _refused("port", f"There is no port {port}.", "Use port 443 or 8443.")
        if not exempt:
            _require_open_door(url.scheme, port)
            _require_public(host)

    def check_addresses(self, scheme: str, host: str, port: int, addresses: Sequence[str]) -> None:
        """Require every resolved address to be public or exempt. Raises: EgressRefused."""
        host = host.lower().removesuffix(".")
        allowances = [allowance for allowance in self._allow if allowance.may_cover(scheme, host, port)]
        for address in map(ip_address, addresses):
            if any(allowance.covers(address) for allowance in allowances):
                continue
            _require_open_door(scheme, port)
            if not is_public(address):
                raise _refused(
                    "private_address",
                    f"{host} is not on the public internet.",
                    "Use an address that anybody on the internet can reach.",
                )


def read_url(url: httpx.URL | str) -> httpx.URL:
    """Return an address, read. Raises: EgressRefused, also where its labels are no names at all (`xn--`)."""
    try:
        read = httpx.URL(url)
        host = read.host  # decodes the labels, as httpx itself does on its way, but only where the first one is coded
        for label in read.raw_host.decode("ascii").split("."):
            if label.lower().startswith(_CODED):
                httpx.URL(f"https://{label}/").host  # noqa: B018  # read for what it raises
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise _refused("url", "The address cannot be read.", "Check how it is written.") from error
    if len(host) > LONGEST_HOST:
        raise _refused("host", "The address has no proper host name.", "Use the host's name.")
    return read


def host_of(url: httpx.URL) -> str:
    """Return the host as it will be connected to, lower case, without the root's dot."""
    return url.raw_host.decode("ascii").lower().removesuffix(".")


def port_of(url: httpx.URL) -> int:
    """Return the port, stated or by scheme."""
    if url.port is not None:
        return url.port
    return 80 if url.scheme == "http" else 443


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is a host on the public internet, judging embedded IPv4 addresses by themselves."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_V4)
    inner = address.ipv4_mapped
    if address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(inner)
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return address.is_global and address in _GLOBAL_UNICAST and not any(address in network for network in _REFUSED_V6)


def _require_open_door(scheme: str, port: int) -> None:
    if scheme != "https":
        raise _refused("scheme", "The address does not start with https://.", "Use an https:// address.")
    if port not in PORTS:
        raise _refused("port", f"The address uses port {port}.", "Use port 443 or 8443.")


def _require_public(host: str) -> None:
    """Refuse what is private as it is written: an address, a name of this machine or of a house's own network."""
    literal = _literal(host)
    end = host.rpartition(".")[2]
    named = end == host or end.startswith("local") or end in _PRIVATE_ENDS or host.endswith(_PRIVATE_ZONES)
    if named if literal is None else not is_public(literal):
        raise _refused(
            "private_address",
            f"{host} is not on the public internet.",
            "Use an address that anybody on the internet can reach.",
        )


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(code: str, why: str, next_move: str) -> EgressRefused:
    return EgressRefused(why, code=code, next_move=next_move)
