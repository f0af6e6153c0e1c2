"""Slow, fat and endless bodies against a function under its real server: nobody else is kept waiting, memory stays.

Measured on two cores at 2026-11-28, before → after the gate: a victim beside 16 silent senders without a key waited
for ever → 0.01 s; 16 bodies of 32 MiB without a key took 337 MiB → 31; a chunked body of 600 MiB took 604 MiB → 0 and
was cut after a second. Beside 16 slow bodies of one tenant with a key, another one's body was read after 10 s (an
upload's 30 s) → after half a second, three being waited for and thirteen refused; beside 16 of as many tenants six are.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import pytest

from shared.door.slow_bodies import MOST_SLOW, MOST_SLOW_TOGETHER, SLOW_AFTER
from tests.attack.deployed import ROOT, THREADS, Deployed, deployed, status
from tests.patience import PATIENCE

MIB = 2**20
MOST_MIB = 50_000  # more than any loopback carries before the connection is ended
GROWTH = 64  # MiB of memory that strangers may cost
TORN, SLOW, LARGE, CROWDED = 400, 408, 413, 429

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")


@pytest.fixture(scope="module")
def jobs() -> Iterator[Deployed]:
    """Run `jobs`, as everybody can reach it."""
    with deployed(ROOT / "functions" / "jobs" / "main.py") as running:
        yield running


@pytest.fixture(scope="module")
def open_door() -> Iterator[Deployed]:
    """Run a function whose routes ask for no key."""
    with deployed(Path(__file__).parent / "open_door" / "main.py") as running:
        yield running


@pytest.fixture
def fresh_door() -> Iterator[Deployed]:
    """Run one for this test alone: no slow body of another test is still being read."""
    with deployed(Path(__file__).parent / "open_door" / "main.py") as running:
        yield running


@pytest.fixture
def large(request: pytest.FixtureRequest) -> bool:
    """Tell whether the attack is to have its full size."""
    return bool(request.config.getoption("--large"))


def head(path: str, framing: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: attacker\r\n{framing}\r\n\r\n".encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.mark.parametrize("path", ["/", "/x/cancel", "/x/film/token", "/robots.txt", "//x", "/no/such/place/at/all"])
@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_silent_senders_keep_nobody_waiting(jobs: Deployed, path: str, framing: str) -> None:
    """As many senders as there are threads, none of whom goes on: the next caller is answered."""
    with ExitStack() as silent:
        for _ in range(THREADS):
            silent.enter_context(jobs.connect()).sendall(head(path, framing) + b"1\r\n{")

        victim = jobs.asked()

    assert 404 == victim


def test_fat_bodies_of_strangers_take_no_memory(jobs: Deployed, *, large: bool) -> None:
    """All threads at once are sent more than the platform lets through, without a key."""
    senders, pieces = (THREADS, 32) if large else (8, 24)
    before = jobs.peak()

    def send() -> None:
        with jobs.connect() as line, suppress(OSError):
            line.sendall(head("/x/cancel", f"Content-Length: {pieces * MIB}"))
            for _ in range(pieces):
                line.sendall(b"x" * MIB)

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 404 == jobs.asked()
    print(f"{senders} bodies of {pieces} MiB: {jobs.peak() - before} MiB")
    assert jobs.peak() - before < GROWTH


def test_an_endless_body_is_cut(jobs: Deployed) -> None:
    """A chunked body that never says its length costs no memory, and its connection is ended."""
    before, cut = jobs.peak(), False

    with jobs.connect() as line:
        line.sendall(head("/x/cancel", "Transfer-Encoding: chunked"))
        try:
            for _ in range(MOST_MIB):  # a fast machine sends a gigabyte in the moment that is given
                line.sendall(chunk(b"x" * MIB))
        except OSError:
            cut = True

    print(f"an endless body: {jobs.peak() - before} MiB")
    assert cut
    assert jobs.peak() - before < GROWTH


def test_a_body_has_its_time_however_it_trickles(fresh_door: Deployed) -> None:
    """A byte now and then, in whatever framing, keeps no thread longer than the route gives."""
    drips = {"Content-Length: 100000": b"x", "Transfer-Encoding: chunked": chunk(b"x")}
    answers: list[int] = []
    tenants = count()

    def drip(framing: str, drop: bytes) -> None:
        with fresh_door.connect() as line:
            line.sendall(head("/", f"X-Tenant: t{next(tenants)}\r\n{framing}"))
            while not _readable(line):
                line.sendall(drop)
                time.sleep(0.3)
            answers.append(status(line))

    threads = [threading.Thread(target=drip, args=one) for one in drips.items() for _ in range(MOST_SLOW)]
    for thread in threads:
        thread.start()
    victim = fresh_door.asked()
    for thread in threads:
        thread.join()

    assert 404 == victim
    assert [SLOW] * len(threads) == answers


@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_slow_bodies_of_one_tenant_leave_the_others_their_threads(fresh_door: Deployed, framing: str) -> None:
    """Of a tenant's uploads that do not come three are waited for; another one's body is read beside them."""
    ours, theirs = f"X-Tenant: slow\r\n{framing}", "X-Tenant: other\r\nContent-Length: 4"
    with ExitStack() as silent:
        lines = [silent.enter_context(fresh_door.connect()) for _ in range(THREADS)]
        for line in lines:
            line.sendall(head("/uploads", ours) + b"1\r\n{")

        victim = sent(fresh_door, head("/uploads", theirs) + b"\x89PNG")
        while len(cut := [line for line in lines if _readable(line)]) < THREADS - MOST_SLOW:
            time.sleep(0.05)
        again = sent(fresh_door, head("/uploads", ours) + b"1\r\n{")

        print(f"{THREADS} slow bodies of one tenant: {len(cut)} refused, {THREADS - len(cut)} waited for")
        assert 200 == victim
        assert [CROWDED] * (THREADS - MOST_SLOW) == [status(line) for line in cut]
        assert CROWDED == again


def test_slow_bodies_of_many_tenants_leave_threads_free(fresh_door: Deployed) -> None:
    """As many tenants as threads send one each: six are waited for, and another one's body is read beside them."""
    with ExitStack() as silent:
        lines = [silent.enter_context(fresh_door.connect()) for _ in range(THREADS)]
        for each, line in enumerate(lines):
            line.sendall(head("/uploads", f"X-Tenant: slow-{each}\r\nContent-Length: 100000") + b"x")

        victim = sent(fresh_door, head("/uploads", "X-Tenant: other\r\nContent-Length: 4") + b"\x89PNG")
        while len(cut := [line for line in lines if _readable(line)]) < THREADS - MOST_SLOW_TOGETHER:
            time.sleep(0.05)

        print(f"{THREADS} slow bodies of as many tenants: {len(cut)} refused")
        assert 200 == victim
        assert [CROWDED] * (THREADS - MOST_SLOW_TOGETHER) == [status(line) for line in cut]


def test_a_slow_body_has_a_place_beside_two_tenants_that_took_all(fresh_door: Deployed) -> None:
    """One of theirs has to go for it, and it is read to its end."""
    with ExitStack() as silent:
        lines = [silent.enter_context(fresh_door.connect()) for _ in range(MOST_SLOW_TOGETHER)]
        for each, line in enumerate(lines):
            line.sendall(head("/uploads", f"X-Tenant: pair-{each % 2}\r\nContent-Length: 100000") + b"x")
        time.sleep(2 * SLOW_AFTER)
        mine = silent.enter_context(fresh_door.connect())

        mine.sendall(head("/uploads", "X-Tenant: mobile\r\nContent-Length: 4") + b"\x89")
        while not (cut := [line for line in lines if _readable(line)]):
            time.sleep(0.05)
        mine.sendall(b"PNG")

        assert 200 == status(mine)
        assert [CROWDED] == [status(line) for line in cut]


@pytest.mark.parametrize(
    ("path", "framing", "body", "expected"),
    [
        ("/", "Content-Length: 131073", b"{", LARGE),
        ("/", "Content-Length: " + "9" * 17, b"{", LARGE),
        ("/", "Transfer-Encoding: chunked", chunk(b"x" * 140000), LARGE),
        ("/uploads", "Content-Length: 20971521", b"x", LARGE),
        ("/uploads", "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 30000000", b"--x", LARGE),
        ("/", "Transfer-Encoding: chunked", b"zz\r\n", TORN),
        ("/", "Transfer-Encoding: chunked", b"1;" + b"e" * 9000, TORN),
        ("/", "Content-Length: 2", b"{}", 200),
        ("/", "Transfer-Encoding: chunked", chunk(b"{}") + b"0\r\n\r\n", 200),
        ("/uploads", "Content-Length: 4", b"\x89PNG", 200),
    ],
)
def test_a_body_is_judged_by_its_size(open_door: Deployed, path: str, framing: str, body: bytes, expected: int) -> None:
    """Too much is refused before it is read, what is torn is told so, and what fits is taken."""
    with open_door.connect() as line:
        line.sendall(head(path, framing) + body)

        answered = status(line)

    assert expected == answered


def sent(door: Deployed, request: bytes) -> int:
    """Send a request; return the status of its answer."""
    with door.connect() as line:
        line.sendall(request)
        return status(line)


def _readable(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return bool(line.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        line.settimeout(PATIENCE)
