"""Whose bucket a request without a valid key is charged to: the address the platform saw, and nobody's own word."""

import flask
import pytest
from werkzeug.test import EnvironBuilder

from shared.door.keys import _key_id, new_key
from shared.door.strangers import NOWHERE, Strangers, network
from shared.steps.problems import Problem
from tests.faults.cloud import Clock

LIMIT = 60


def request(forwarded: str | None, peer: str = "169.254.1.1") -> flask.Request:
    headers = [] if forwarded is None else [("X-Forwarded-For", forwarded)]
    return flask.Request(EnvironBuilder(headers=headers, environ_base={"REMOTE_ADDR": peer}).get_environ())


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("8.8.8.8, 203.0.113.77", "203.0.113.0/24"),
        ("8.8.8.8,203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff:aaaa::1", "2001:db8:1:200::/56"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        (None, "169.254.1.0/24"),
        ("", "169.254.1.0/24"),
        ("8.8.8.8, junk", NOWHERE),
        ("8.8.8.8, " + "1" * 100_000, NOWHERE),
        ("203.0.113.77:443", NOWHERE),
    ],
)
def test_the_last_address_counts(forwarded: str | None, expected: str) -> None:
    """What a caller wrote stands before what the platform wrote, and changes nothing."""
    assert expected == network(request(forwarded))


def test_a_caller_cannot_choose_its_bucket() -> None:
    """However the header is forged, the sixty-first request of a network within a minute is refused."""
    strangers = Strangers(LIMIT, Clock().monotonic)

    for host in range(LIMIT):
        strangers.pay(request(f"10.{host}.0.1, 203.0.113.{host}"))

    with pytest.raises(Problem, match="without a valid key"):
        strangers.pay(request("192.0.2.1, 203.0.113.200"))
    strangers.pay(request("203.0.113.1, 198.51.100.1"))


def test_who_is_known_after_all_has_its_token_back() -> None:
    """A thousand callers with valid keys behind one address leave its bucket full."""
    strangers = Strangers(LIMIT, Clock().monotonic)

    for _ in range(1000):
        strangers.pay(request("203.0.113.1"))
        strangers.pay_back(request("203.0.113.1"))


def test_what_is_unknown_is_forgotten_after_half_a_minute() -> None:
    """A key that is made a moment later works soon."""
    clock = Clock()
    strangers = Strangers(LIMIT, clock.monotonic)
    strangers.miss("key", "abc")
    clock.forward(29)
    kept = strangers.unknown("key", "abc")
    clock.forward(1)

    assert (True, False) == (kept, strangers.unknown("key", "abc"))


def test_a_new_key_has_a_checksum_and_an_old_one_needs_none() -> None:
    """One wrong letter is told from the text alone; a key of before has 43 characters behind its id."""
    text, record = new_key("acme", (), Clock()())
    wrong = text[:30] + ("A" if text[30] != "A" else "B") + text[31:]

    assert record.id == _key_id(text) == _key_id(text[:-6])
    with pytest.raises(Problem, match="checksum"):
        _key_id(wrong)


@pytest.mark.parametrize("text", ["", "abr_live_", "x" * 100_000, "abr_live_" + "a" * 12 + "_" + "b" * 44, "Bearer"])
def test_what_is_no_key_is_told_by_its_form(text: str) -> None:
    """Neither too short nor too long nor something else is ever looked up."""
    with pytest.raises(Problem, match="not one of ours"):
        _key_id(text)
