"""A corpus of addresses a stranger may name to reach what is inside, against the way out as it is shipped.

Nothing is exempt, every name server lies, and whatever is refused is refused before a socket is opened.
"""

from collections.abc import Sequence

import httpx
import pytest

from shared.egress.client import Egress, EgressRefused
from tests.patience import PATIENCE

PUBLIC, INSIDE = "93.184.215.14", "169.254.169.254"
METADATA = (
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0xA9FEA9FE", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe"),
    *(
        "169.254.43518",
        "169.16689662",
        "0251.0xfe.43518",
        "00000251.0376.0251.0376",
        "025177524776",
        "169.254.169.254.",
    ),
    *("[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[0:0:0:0:0:ffff:a9fe:a9fe]", "[::169.254.169.254]"),
    *("[64:ff9b::a9fe:a9fe]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::]"),
    *("[2002:a9fe:a9fe::1]", "[2001:0:a9fe:a9fe::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[fe80::a9fe:a9fe]"),
    *(
        "169.254.169.254.nip.io",
        "metadata",
        "metadata.google.internal",
        "METADATA.GOOGLE.INTERNAL.",
        "metadata.internal",
    ),
)
LOOPBACK = (
    *(
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0x7f.0.1",
    ),
    *("017700000001", "0177.0.0.1", "0177.1", "127.0x0.0.1", "127.000.000.001", "4294967297", "18446744073709551617"),
    *("0", "0.0.0.0", "0x0", "00", "0.1", "0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]"),  # noqa: S104  # to refuse
    *("[::1%lo]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("[::7f00:1]", "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "foo.localhost", "foo.localhost."),
    *("ip6-localhost", "broadcasthost", "%6cocalhost", "localhost%00.example.com", "localhost%2eexample.com"),
)
NETWORKS = (
    *(
        "10.0.0.1",
        "10.255.255.255",
        "167772161",
        "0xa000001",
        "012.0.0.1",
        "172.16.0.1",
        "172.31.255.254",
        "2886729729",
    ),
    *(
        "192.168.0.1",
        "192.168.1.1",
        "3232235777",
        "0xc0a80101",
        "100.64.0.1",
        "100.127.255.254",
        "198.18.0.1",
        "192.0.2.1",
    ),
    *("198.51.100.1", "203.0.113.9", "192.0.0.1", "192.0.0.192", "192.88.99.1", "224.0.0.1", "239.255.255.250"),
    *("255.255.255.255", "240.0.0.1", "[fc00::1]", "[fd00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[ff0e::1]"),
    *("[2001:db8::1]", "[3fff::1]", "[100::1]", "[2001:2::1]", "[2001:10::1]", "[5f00::1]", "[2002:a00:1::]"),
    *("[64:ff9b::a00:1]", "[64:ff9b::c0a8:101]", "[::ffff:10.0.0.1]", "[::ffff:192.168.0.1]", "[2a00::5efe:a00:1]"),
    *("[2a00::200:5efe:10.0.0.1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "intranet", "printer.local", "nas.lan"),
    *("router.home.arpa", "db.internal", "kubernetes.default.svc.cluster.local", "a.localdomain"),
)
LETTERS = (
    *("\u2460\u2461\u2466.0.0.1", "\uff11\uff12\uff17\uff0e\uff10\uff0e\uff10\uff0e\uff11", "127\u30020\u30020\u30021"),
    *(
        "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
        "local\u00adhost",
        "loc\u200bal",
        "\u0661\u0662\u0667.0.0.1",
    ),
    *("xn--", "xn--a", "xn--99zzzz.example", "shop.xn--.example", "shop.xn--a.example", "xn--.xn--", "a.xn--0.b"),
    *("shop..example", ".shop.example", "shop.example..", "-", "a" * 64 + ".example", "a." * 130 + "example"),
    *("sh op.example", "shop\t.example", "shop\n.example", "shop.example\x00", "shop\u2028.example", "\ud800.example"),
    *("[v1.fe80::a]", "[::1", "::1", "[127.0.0.1]", "[shop.example]", "1.2.3.4.5", "256.256.256.256", "1.2.3", "0x"),
)
WHOLE = (
    *(
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_x",
        "dict://127.0.0.1/",
    ),
    *("data:text/html,x", "javascript:alert(1)", "mailto:a@b.example", "about:blank", "blob:https://shop.example/x"),
    *(
        "unix:///var/run/docker.sock",
        "ldap://127.0.0.1/",
        "jar:https://shop.example!/x",
        "view-source:https://a.example/",
    ),
    *(
        "//shop.example/",
        "/x",
        "x",
        "",
        "https:",
        "https:/shop.example/",
        "https:///shop.example/",
        "https://",
        "https://?x",
    ),
    *("https://user@shop.example/", "https://user:word@shop.example/", "https://shop.example@127.0.0.1/"),
    *("https://shop.example:443@127.0.0.1/", "https://:@shop.example/", "https://%40@shop.example/"),
    *("https://shop.example\\@127.0.0.1/", "https://127.0.0.1\\@shop.example/", "https://127.0.0.1#@shop.example/"),
    *("https://127.0.0.1?@shop.example/", "https://127.0.0.1/@shop.example/", "https://127.0.0.1;@shop.example/"),
    *("https://shop.example:22/", "https://shop.example:80/", "https://shop.example:8080/", "https://shop.example:0/"),
    *(
        "https://shop.example:65536/",
        "https://shop.example:-1/",
        "https://shop.example:4x3/",
        "https://shop.example:443:80/",
    ),
    *(
        "https://shop.example:" + "4" * 5000 + "/",
        "https://[::1]:443/",
        "https://127.0.0.1:8443/",
        "https://10.0.0.1:443/",
    ),
    *(
        " https://127.0.0.1/",
        "https://127.0.0.1/\r\nHost: shop.example",
        "https://127.0.0.1/%0d%0aX:y",
        "HTTPS://127.0.0.1/",
    ),
)
HOSTS = (*METADATA, *LOOPBACK, *NETWORKS, *LETTERS)
CORPUS = (*(f"https://{host}/" for host in HOSTS), *WHOLE)


class Liar:
    """A name server that names a public address when it is asked first, and one inside ever after."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        """Answer."""
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_the_corpus_is_large() -> None:
    """No address twice."""
    assert len(CORPUS) == len(set(CORPUS))
    assert len(CORPUS) >= 150


@pytest.mark.parametrize("url", CORPUS)
def test_no_address_leads_inside(url: str) -> None:
    """Refused as it is written, or by what its name stands for; where no name server may be asked, none is."""
    names = Liar([INSIDE])
    egress = Egress((), resolve=names)

    with pytest.raises(EgressRefused) as refused:
        egress.fetch(url, max_bytes=10, total_seconds=PATIENCE)

    assert refused.value.why
    assert refused.value.next_move
    assert not names.asked or "nip.io" in names.asked[0]


@pytest.mark.parametrize("address", [each.strip("[]") for each in (*METADATA[:1], *LOOPBACK[:1], *NETWORKS[:2])])
@pytest.mark.parametrize("beside", [(), (PUBLIC,)])
def test_a_name_that_stands_for_something_inside_is_refused(address: str, beside: tuple[str, ...]) -> None:
    """Also where a public address stands beside it: the one that answers would be chosen by whoever runs the name."""
    egress = Egress((), resolve=Liar([*beside, address]))

    with pytest.raises(EgressRefused) as refused:
        egress.fetch("https://shop.example/", max_bytes=10, total_seconds=PATIENCE)

    assert "private_address" == refused.value.code


@pytest.mark.parametrize(
    "answer", ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254"]
)
def test_an_inside_address_in_disguise_is_refused(answer: str) -> None:
    """As a name server may answer it."""
    with pytest.raises(EgressRefused):
        Egress((), resolve=Liar([answer])).fetch("https://shop.example/", max_bytes=10, total_seconds=PATIENCE)


@pytest.mark.parametrize("location", CORPUS)
def test_no_redirect_leads_inside(location: str) -> None:
    """Each place an answer sends us to is judged like the first; relative ones lead back to the same host."""
    first = httpx.URL("https://shop.example/a/b")

    try:
        following = first.join(location)
        elsewhere = following.scheme != "https" or following.host != first.host
    except (httpx.InvalidURL, ValueError):
        return  # no address at all: the guarded client calls it a broken answer (test_fetch.py)

    refused = Egress(()).judge(str(following)) is not None
    assert refused or not elsewhere or "nip.io" in str(following)


@pytest.mark.parametrize(
    "url",
    ["https://shop.example/", "https://xn--9ca.example:8443/x?y#z", "https://8.8.8.8/", "https://[2606:4700::1111]/"],
)
def test_a_public_address_is_not_refused(url: str) -> None:
    """A corpus that everything fails would prove nothing."""
    assert Egress(()).judge(url) is None
