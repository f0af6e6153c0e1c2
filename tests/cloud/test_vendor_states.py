"""What is known of vendors: read once a minute, written by compare-and-set once, and never in anybody's way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.cloud.vendor_states import OPEN_LIFE, STATE, STATE_LIFE
from shared.pipeline.vendors.breaker import Sign, noted
from shared.pipeline.vendors.state import NOTHING_KNOWN, Breaker, Incident, VendorsState
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind

READ, COMMIT = "^firestore BatchGet", "^firestore Commit"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
OPEN = noted(Breaker(), [Incident(NOON, Sign.UNREACHABLE, who) for who in "aabbc"], NOON)


def learnt(state: VendorsState) -> VendorsState:
    """Move the cursor."""
    return replace(state, cursor=NOON)


def opens(state: VendorsState) -> VendorsState:
    """Open Veo's breaker."""
    return replace(state, breakers={**state.breakers, "veo": OPEN})


def test_a_closed_state_is_read_once_a_minute(cloud: Cloud) -> None:
    """Nothing at all, where nothing was ever written, is remembered too."""
    states, before = cloud.wiring.vendor_states, cloud.wire.count(READ)

    for seconds in (0.0, STATE_LIFE - 1, 2.0):
        cloud.clock.forward(seconds)
        assert NOTHING_KNOWN == states.read()

    assert 2 == cloud.wire.count(READ) - before


def test_an_open_one_is_read_again_after_ten_seconds(cloud: Cloud) -> None:
    """By every instance that has heard of it; another one hears of it within a minute."""
    twin = cloud.instance().vendor_states
    twin.read()
    cloud.wiring.vendor_states.change(opens)

    cloud.clock.forward(STATE_LIFE)
    heard, before = twin.read(), cloud.wire.count(READ)
    cloud.clock.forward(OPEN_LIFE)
    twin.read()

    assert {"veo": OPEN} == heard.breakers
    assert 1 == cloud.wire.count(READ) - before


def test_what_is_remembered_costs_nothing(cloud: Cloud) -> None:
    """An order asks memory only: what was never read is unknown."""
    states, before = cloud.wiring.vendor_states, cloud.wire.count(READ)

    assert NOTHING_KNOWN == states.remembered
    assert 0 == cloud.wire.count(READ) - before


def test_a_state_that_cannot_be_read_is_closed(cloud: Cloud) -> None:
    """And is not asked for again by each job of the next ten seconds."""
    cloud.wiring.vendor_states.change(opens)
    twin = cloud.instance().vendor_states
    cloud.wire.on(READ, Kind.REFUSE, "UNAVAILABLE")

    first, second = twin.read(), twin.read()
    cloud.clock.forward(OPEN_LIFE)

    assert (NOTHING_KNOWN, NOTHING_KNOWN) == (first, second)
    assert {"veo": OPEN} == twin.read().breakers


def test_of_two_who_write_at_once_one_is_left_out(cloud: Cloud) -> None:
    """It reads what the other wrote at the next question; nothing is written over."""
    states, twin = cloud.wiring.vendor_states, cloud.instance().vendor_states
    states.change(opens)

    def late(state: VendorsState) -> VendorsState:
        twin.change(learnt)
        return replace(state, breakers={})

    assert states.change(late) is None
    assert (NOON, {"veo": OPEN}) == (states.read().cursor, states.read().breakers)


def test_a_first_write_beside_another_is_left_out_too(cloud: Cloud) -> None:
    """Where there was no document yet."""
    states, twin = cloud.wiring.vendor_states, cloud.instance().vendor_states

    def late(state: VendorsState) -> VendorsState:
        twin.change(learnt)
        return opens(state)

    assert states.change(late) is None
    assert (NOON, {}) == (states.read().cursor, states.read().breakers)


def test_what_changes_nothing_is_not_written(cloud: Cloud) -> None:
    """One read, no commit."""
    before = cloud.wire.count(COMMIT)

    assert NOTHING_KNOWN == cloud.wiring.vendor_states.change(lambda state: state)
    assert 0 == cloud.wire.count(COMMIT) - before


def test_a_write_that_fails_is_not_tried_again(cloud: Cloud) -> None:
    """It is best effort: one commit, whatever came of it."""
    cloud.wire.on(COMMIT, Kind.REFUSE, "UNAVAILABLE")
    before = cloud.wire.count(COMMIT)

    assert cloud.wiring.vendor_states.change(opens) is None
    assert 1 == cloud.wire.count(COMMIT) - before
    assert {} == cloud.wiring.vendor_states.read().breakers


def test_what_newer_code_wrote_of_a_vendor_is_written_back(cloud: Cloud) -> None:
    """At every level that this code knows."""
    document = cloud.wiring.clients.firestore.document(STATE)
    document.set({"ranks": {"veo": 1}, "breakers": {"veo": {"mood": "well", "opened": 2}}})

    cloud.wiring.vendor_states.change(learnt)

    stands = document.get().to_dict() or {}
    assert ({"veo": 1}, NOON) == (stands["ranks"], stands["cursor"])
    assert {"mood": "well", "opened": 2, "incidents": []} == stands["breakers"]["veo"]


def test_a_state_nobody_can_read_is_closed_and_left_alone(cloud: Cloud) -> None:
    """What is broken there is not written over."""
    document = cloud.wiring.clients.firestore.document(STATE)
    document.set({"breakers": "broken"})

    assert NOTHING_KNOWN == cloud.wiring.vendor_states.read()
    assert cloud.wiring.vendor_states.change(opens) is None
    assert {"breakers": "broken"} == document.get().to_dict()


def test_the_state_stays_small(cloud: Cloud) -> None:
    """Sixteen incidents of each of ten vendors are far from Firestore's megabyte."""
    flood = [Incident(NOON + timedelta(seconds=k), Sign.SLOW, "0123456789ab") for k in range(400)]
    full = noted(Breaker(), [replace(each, tenant=f"{each.tenant}{k}") for k, each in enumerate(flood)], NOON)

    cloud.wiring.vendor_states.change(lambda state: replace(state, breakers={f"v{k}": full for k in range(10)}))

    assert 10 == len(cloud.instance().vendor_states.read().breakers)
