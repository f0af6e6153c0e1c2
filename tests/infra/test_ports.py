"""Ports of laptops that start side by side."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import ports
from infra.local.laptop import CannotStart, Laptop
from infra.local.world import ROOT

MANY = 40
ASKING = f"""
import sys
from infra.local.ports import claimed
print(*(port for _ in range({MANY}) for port in claimed(11)), flush=True)
sys.stdin.read()
"""


def test_no_port_is_given_to_two() -> None:
    """Processes that ask at the same time, and have not begun to listen, are given ports of their own."""
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASKING], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    try:
        given = [one.stdout.readline().split() for one in asking if one.stdout]
    finally:
        for one in asking:
            one.communicate()

    assert [MANY * 11] * 3 == [len(each) for each in given]
    assert MANY * 11 * 3 == len({port for each in given for port in each})


def test_a_process_holds_a_bounded_number_of_claims() -> None:
    """Asking again and again never ends: the oldest claims are given up, and what is given is free."""
    for _ in range(ports.HELD + 5):
        assert all(map(ports.is_free, ports.claimed(3)))

    assert ports.HELD == len(ports._claims)


def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    """A laptop whose port was taken meanwhile names the process, its last words and its log."""
    world = tmp_path / "world.json"
    world.write_text('{"port": 0}', encoding="utf-8")
    laptop = Laptop(tmp_path / "data", world)
    why = r"google ended with code 1 .*[Aa]ddress already in use.*google\.log"
    with socket.create_server(("127.0.0.1", laptop.places.metadata)), pytest.raises(CannotStart, match=why):
        laptop.start()
