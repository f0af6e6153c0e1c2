"""Floods at the public doors: what they cost is bounded by limits, not by how much is sent.

Counted on a stage at 2026-11-28, before → after, for a thousand requests within a moment: guessed keys read Firestore
1,000 times → 60; a thousand guesses of one key 1,000 → 1; guessed film links 1,000 → 60; endpoints of unknown tenants
asked Secret Manager 1,000 times → 60; reads of one job by one tenant of the plan `free` 1,000 → 240 (and one write).
"""

import tracemalloc
import uuid
from collections import Counter

import pytest

from shared.cloud.secret_names import vendor_webhook
from tests.attack.doors import ATTACKER, VICTIM, Doors, opened
from tests.steps.stage import TENANT, Stage, footage

SMALL, LARGE = 1_000, 1_000_000
STRANGERS = 60  # a minute and network
READS = 240  # a minute, on free
EPOCHS = 1  # reads of what was revoked: one in four seconds of a busy instance, whoever asks
GREW = 16 * 2**20  # bytes
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture
def doors(stage: Stage) -> Doors:
    """Return the doors, with the limit for strangers as it is shipped."""
    return Doors(stage.wiring)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """Return how much is sent."""
    return LARGE if request.config.getoption("--large") else SMALL


def guess(number: int) -> str:
    """Return a key that looks like one of ours and is nobody's."""
    name = ""
    for _ in range(12):
        number, letter = divmod(number, len(LETTERS))
        name += LETTERS[letter]
    return f"abr_live_{name}_{'x' * 43}"


def reads(stage: Stage) -> int:
    return stage.wire.count("^firestore")


def test_guessed_keys_read_no_more_than_their_networks_bucket(stage: Stage, doors: Doors, count: int) -> None:
    """A thousand (or a million) keys of nobody's: sixty reads, then 429; memory stays; a tenant elsewhere is served."""
    key = opened(stage, "shop", "free")
    job = stage.order(footage())
    stage.wire.calls.clear()
    tracemalloc.start()

    answers = Counter(doors.ask("jobs", "GET", f"/{job}", guess(number)).status_code for number in range(count))

    grew, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{count} guessed keys: {dict(answers)}, {reads(stage)} reads, {grew >> 10} KiB kept")
    assert {401: STRANGERS, 429: count - STRANGERS} == answers
    assert STRANGERS + EPOCHS == reads(stage)
    assert grew < GREW
    assert 200 == doors.ask("jobs", "GET", "/", key, address=VICTIM).status_code


@pytest.mark.parametrize("key", ["", "abr_live_", "x" * 5000, guess(1) + "000000", "abr_live_" + "a" * 12])
def test_what_is_no_key_reads_nothing(stage: Stage, doors: Doors, key: str) -> None:
    """Form and checksum are judged before any store."""
    stage.wire.calls.clear()

    answers = {doors.ask("jobs", "GET", "/", key).status_code for _ in range(100)}

    assert {401, 429} == answers
    assert [] == stage.wire.calls


def test_one_unknown_key_is_looked_up_once_in_half_a_minute(stage: Stage, doors: Doors) -> None:
    """Whoever goes on with a key that was never there is answered from memory."""
    stage.wire.calls.clear()

    for _ in range(20):
        doors.ask("jobs", "GET", "/", guess(1))
    stage.clock.forward(30)
    doors.ask("jobs", "GET", "/", guess(1))

    assert 2 * (1 + EPOCHS) == reads(stage)


def test_a_known_key_is_served_beside_a_flood_of_its_own_network(stage: Stage, doors: Doors) -> None:
    """The bucket is for those without a valid key; who has proved one is not in it, an hour long."""
    key = opened(stage, "shop", "free")
    first = doors.ask("jobs", "GET", "/", key)
    for number in range(2 * STRANGERS):
        doors.ask("jobs", "GET", "/", guess(number))
    stage.clock.forward(0.5)

    assert [200, 200] == [first.status_code, doors.ask("jobs", "GET", "/", key).status_code]


def test_secrets_of_a_known_key_cannot_be_tried_on(stage: Stage, doors: Doors) -> None:
    """Its id is proven, a wrong secret is charged all the same, and costs no read."""
    key = opened(stage, "shop", "free")
    doors.ask("jobs", "GET", "/", key)
    stage.wire.calls.clear()

    answers = Counter(
        doors.ask("jobs", "GET", "/", key[: -6 - len(str(n))] + str(n)).status_code for n in range(1000, 1200)
    )

    assert {401: STRANGERS, 429: 200 - STRANGERS} == answers
    assert [] == stage.wire.calls


def test_guessed_links_read_no_more_than_their_networks_bucket(stage: Stage, doors: Doors) -> None:
    """The film's link needs no key: a wrong one is charged, the right one is not, however often it is opened."""
    job = stage.order(footage())
    stage.live(job)
    link = f"/{job}/film/{stage.job(job).film_token}"
    right = Counter(doors.ask("jobs", "GET", link).status_code for _ in range(2 * STRANGERS))
    stage.wire.calls.clear()

    wrong = Counter(doors.ask("jobs", "GET", f"/{uuid.uuid4()}/film/x").status_code for _ in range(SMALL))

    assert {302: 2 * STRANGERS} == right
    assert {404: STRANGERS, 429: SMALL - STRANGERS} == wrong
    assert STRANGERS == reads(stage)
    assert 302 == doors.ask("jobs", "GET", link).status_code


def test_endpoints_of_unknown_tenants_ask_no_secret_manager(stage: Stage, doors: Doors) -> None:
    """Guessed tenants are charged before the access; one that was not there is not asked for again."""
    stage.wire.calls.clear()

    same = Counter(doors.ask("heygen_webhook", "POST", "/t/nobody/test").status_code for _ in range(30))
    asked_once = stage.wire.count("^secrets")
    many = Counter(doors.ask("heygen_webhook", "POST", f"/t/x{n}/production").status_code for n in range(SMALL))

    assert {404: 30} == same
    assert 1 == asked_once
    assert {404: STRANGERS - 30, 429: SMALL - STRANGERS + 30} == many
    assert 1 + STRANGERS - 30 == stage.wire.count("^secrets")


def test_forged_marks_are_charged(stage: Stage, doors: Doors) -> None:
    """A callback's path that is not ours is 404, and after sixty of them 429; HeyGen's own network is not charged."""
    job = stage.order(footage())

    answers = Counter(
        doors.ask("heygen_webhook", "POST", f"/{job}.presenter-1.t1.a1/{n:032x}").status_code for n in range(100)
    )

    assert {404: STRANGERS, 429: 100 - STRANGERS} == answers


def test_a_signed_event_is_taken_beside_a_flood_of_the_same_endpoint(stage: Stage, doors: Doors) -> None:
    """Whoever signs well is not charged: an endpoint that proved itself is judged by its signature alone."""
    import hashlib
    import hmac

    import flask
    from werkzeug.test import EnvironBuilder

    stage.wiring.secrets.put(vendor_webhook("heygen", "production", TENANT.id), "whsec", {"tenant": TENANT.id})
    sign = hmac.new(b"whsec", b"{}", hashlib.sha256).hexdigest()

    def signed() -> int:
        headers = [("Signature", sign), ("X-Forwarded-For", ATTACKER)]
        environ = EnvironBuilder(
            path=f"/t/{TENANT.id}/production", method="POST", headers=headers, data=b"{}"
        ).get_environ()
        return stage.wiring.heygen_webhook(flask.Request(environ)).status_code

    first = signed()
    for _ in range(2 * STRANGERS):
        doors.ask("heygen_webhook", "POST", f"/t/{TENANT.id}/production", body={})

    assert [200, 200] == [first, signed()]


def test_a_read_flood_is_cut_at_the_plans_limit(stage: Stage, doors: Doors) -> None:
    """A thousand reads of a job: the minute's limit, one write and one read more for the sum; another tenant reads."""
    key, other = opened(stage, "shop", "free"), opened(stage, "other", "free")
    doors.ask("jobs", "GET", "/", key)
    stage.wire.calls.clear()

    answers = Counter(doors.ask("jobs", "GET", "/", key).status_code for _ in range(SMALL))

    print(f"{SMALL} reads: {dict(answers)}, {reads(stage)} calls to Firestore")
    assert {200: READS - 1, 429: SMALL - READS + 1} == answers
    assert READS - 1 + 2 == reads(stage)
    assert 200 == doors.ask("jobs", "GET", "/", other).status_code


def test_every_answer_to_a_known_caller_tells_what_is_left(stage: Stage, doors: Doors) -> None:
    """The headers of the draft, on success and on refusals alike."""
    key = opened(stage, "shop", "free")

    fine, missing = doors.ask("jobs", "GET", "/", key), doors.ask("jobs", "POST", f"/{uuid.uuid4()}/cancel", key)

    assert ('"reads";q=240;w=60', '"reads";r=239;t=1') == (fine.headers["RateLimit-Policy"], fine.headers["RateLimit"])
    assert ('"writes";q=60;w=60', '"writes";r=59;t=1') == (
        missing.headers["RateLimit-Policy"],
        missing.headers["RateLimit"],
    )
