"""Which addresses are public, and which are refused before anybody is asked for them."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.egress.client import Egress, EgressRefused
from shared.egress.rules import Rules, is_public

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "34.102.136.180",
    "192.0.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
)
PRIVATE = (
    "0.0.0.0",  # noqa: S104  (an address to refuse, not to bind)
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",  # 6to4 is retired (RFC 7526): nobody routes it, and Pythons differ over it
    "2002:a00:1::1",
    "2002:a9fe:a9fe::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a00:1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)
REFUSED_AS_WRITTEN = (
    ("http://shop.example/a.png", "scheme"),
    ("ftp://shop.example/a.png", "scheme"),
    ("file:///etc/passwd", "host"),
    ("gopher://shop.example/", "scheme"),
    ("shop.example/a.png", "host"),
    ("//shop.example/a.png", "host"),
    ("https:///a.png", "host"),
    ("https://", "host"),
    ("", "host"),
    ("https://user@shop.example/", "userinfo"),
    ("https://user:word@shop.example/", "userinfo"),
    ("https://shop.example@127.0.0.1/", "userinfo"),
    ("https://shop.example:80/", "port"),
    ("https://shop.example:22/", "port"),
    ("https://shop.example:0/", "port"),
    ("https://shop.example:65536/", "port"),
    ("https://2130706433/", "host"),
    ("https://0x7f000001/", "host"),
    ("https://0x7f.0.0.1/", "host"),
    ("https://0X7F.1/", "host"),
    ("https://127.1/", "host"),
    ("https://127.0.1/", "host"),
    ("https://017700000001/", "host"),
    ("https://0177.0.0.1/", "url"),
    ("https://127.0.0.01/", "url"),
    ("https://256.1.1.1/", "url"),
    ("https://1.2.3.4.5/", "host"),
    ("https://shop.example.0x1/", "host"),
    ("https://exa mple.com/", "host"),
    ("https://sh%6Fp.example/", "host"),
    ("https://[::1%25eth0]/", "private_address"),
    ("https://[::1/", "url"),
    ("https://[v1.x]/", "url"),
    ("https://127.0.0.1/", "private_address"),
    ("https://[::1]/", "private_address"),
    ("https://[::ffff:127.0.0.1]/", "private_address"),
    ("https://[64:ff9b::7f00:1]/", "private_address"),
    ("https://[2002:7f00:1::]/", "private_address"),
    ("https://169.254.169.254/computeMetadata/v1/", "private_address"),
    ("https://0.0.0.0/", "private_address"),
    ("https://224.0.0.1/", "private_address"),
    ("https://\uff11\uff12\uff17.0.0.1/", "url"),
    ("https://xn--/", "url"),
    ("https://xn--a/", "url"),
    ("https://xn--99zzzz.example/", "url"),
    ("https://\u2028.example/", "url"),
    ("https://a\u200d.example/", "url"),
    ("https://\ud800.example/", "url"),
    ("https://shop.example:" + "9" * 5000 + "/", "url"),
    ("https://shop.example/" + "a" * 70_000, "url"),
    ("https://" + "a." * 200 + "example/", "host"),
    ("https://localhost/", "private_address"),
    ("https://LOCALHOST./", "private_address"),
    ("https://api.localhost/", "private_address"),
    ("https://metadata.google.internal/", "private_address"),
    ("https://printer.local/", "private_address"),
    ("https://nas.home.arpa/", "private_address"),
    ("https://intranet/", "private_address"),
    ("https://this.localdomain/", "private_address"),
)


def never_asked(host: str, port: int) -> Sequence[str]:
    """Stand where a name server must not be needed."""
    raise AssertionError(f"{host}:{port} should not have been resolved")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    """A host on the internet may be spoken to, also when its IPv4 address is embedded."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_special_addresses_are_not_public(address: str) -> None:
    """Loopback, private, link-local, multicast, documentation, tunnels and reserved networks are nobody's host."""
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_embedding_an_ipv4_address_changes_no_verdict(inner: IPv4Address) -> None:
    """Mapped and NAT64 addresses are judged by the IPv4 address in them."""
    number = int(inner)
    embedded = (0xFFFF << 32 | number, 0x64FF9B << 96 | number)

    verdicts = {is_public(IPv6Address(address)) for address in embedded}

    assert verdicts == {is_public(inner)}


@given(st.ip_addresses())
def test_never_laxer_than_python(address: IPv4Address | IPv6Address) -> None:
    """Whatever Python calls private or multicast is refused."""
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@pytest.mark.parametrize(("url", "code"), REFUSED_AS_WRITTEN)
def test_bad_addresses_are_refused_without_asking_a_name_server(url: str, code: str) -> None:
    """Scheme, user, port, odd numbers and private literals are refused by what is written."""
    egress = Egress(resolve=never_asked)

    with pytest.raises(EgressRefused) as refused:
        egress.fetch(url, max_bytes=1, total_seconds=1)

    assert refused.value.code == code
    assert egress.judge(url)
    assert refused.value.next_move.endswith(".")


@pytest.mark.parametrize(
    "answer",
    [
        ("127.0.0.1",),
        ("8.8.8.8", "10.0.0.1"),
        ("169.254.169.254",),
        ("::ffff:127.0.0.1",),
        ("2606:4700:4700::1111", "fe80::1%eth0"),
    ],
)
def test_one_private_address_condemns_a_name(answer: tuple[str, ...]) -> None:
    """Every address of a name must be public, not just the first."""
    egress = Egress(resolve=lambda _host, _port: answer)

    with pytest.raises(EgressRefused) as refused:
        egress.fetch("https://shop.example/a.png", max_bytes=1, total_seconds=1)

    assert refused.value.code == "private_address"


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST"])
def test_this_machine_is_refused_by_its_real_name(name: str) -> None:
    """The machine's own name server answers loopback, and loopback is refused."""
    with pytest.raises(EgressRefused) as refused:
        Egress().fetch(f"https://{name}/", max_bytes=1, total_seconds=1)

    assert refused.value.code == "private_address"


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("http://127.0.0.1:*", "http://127.0.0.1:9/", "127.0.0.1"),
        ("http://127.0.0.1:*", "http://stand-in.example:9/", "127.0.0.1"),
        ("http://127.0.0.0/8:9", "http://127.8.8.8:9/", "127.8.8.8"),
        ("http://[::1]:9", "http://[::1]:9/", "::1"),
        ("https://[fd00::/8]:*", "https://inside.example:9/", "fd12::1"),
        ("https://hooks.internal:9", "https://hooks.internal:9/", "10.1.1.1"),
        ("https://HOOKS.internal:9", "https://hooks.Internal.:9/", "10.1.1.1"),
    ],
)
def test_allowance_exempts(entry: str, url: str, address: str) -> None:
    """An entry exempts its scheme, host or network, and port."""
    rules = Rules((entry,))
    parsed = httpx.URL(url)

    rules.check_url(parsed)
    rules.check_addresses(parsed.scheme, parsed.host, parsed.port or 443, (address,))


@pytest.mark.parametrize(
    ("url", "address", "code"),
    [
        ("http://127.0.0.2:9/", "127.0.0.2", "scheme"),
        ("https://127.0.0.1:9/", "127.0.0.1", "port"),
        ("http://127.0.0.1:8/", "127.0.0.1", "scheme"),
        ("http://shop.example:9/", "8.8.8.8", "scheme"),
        ("https://shop.example/", "127.0.0.1", "private_address"),
        ("http://user@127.0.0.1:9/", "127.0.0.1", "userinfo"),
    ],
)
def test_allowance_exempts_nothing_else(url: str, address: str, code: str) -> None:
    """Another scheme, port or address stays refused, and an entry never allows a user name."""
    egress = Egress(("http://127.0.0.1:9",), resolve=lambda _host, _port: (address,))

    with pytest.raises(EgressRefused) as refused:
        egress.fetch(url, max_bytes=1, total_seconds=1)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "entry", ["", "127.0.0.1:80", "http://127.0.0.1", "ftp://a:1", "http://a:b", "http://10.0.0.1/8:1", "http://[x]:1"]
)
def test_unreadable_allowance_is_refused_by_name(entry: str) -> None:
    """A setting that cannot be read stops the start, naming itself."""
    with pytest.raises(ValueError, match="egress_allow"):
        Egress((entry,))
