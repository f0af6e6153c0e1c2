"""Whether a vendor is asked: what counts, who can open it, how long, and how one order closes it again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import Code
from shared.pipeline.codec import from_plain, to_plain, to_stored
from shared.pipeline.vendors.breaker import (
    FINAL_SIGNS,
    KEPT_INCIDENTS,
    LONGEST_OPENING,
    PAUSE_LOOK,
    PROBE_LIFE,
    QUIET,
    WINDOW,
    Circuit,
    Sign,
    account_down,
    asked_again_at,
    circuit,
    closed,
    leased,
    noted,
    opening,
    paused,
    resumed,
    returned,
)
from shared.pipeline.vendors.state import NOTHING_KNOWN, Breaker, Figure, Incident, VendorsState

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FRESH = Breaker()


def incidents(*tenants: str, at: datetime = NOON, code: str = Sign.SERVER_ERROR) -> tuple[Incident, ...]:
    """Return one incident of each of these tenants."""
    return tuple(Incident(at, code, tenant) for tenant in tenants)


def opened(at: datetime = NOON, before: Breaker = FRESH) -> Breaker:
    """Return a breaker that five troubles of three tenants have opened."""
    return noted(before, incidents("a", "a", "b", "b", "c", at=at), at)


def test_five_troubles_of_three_tenants_open_a_vendor_for_a_minute() -> None:
    """Open, then half-open; and it says since when."""
    breaker = opened()

    standings = [circuit(breaker, NOON + seconds * SECOND) for seconds in (0, 59, 60)]
    assert [Circuit.OPEN, Circuit.OPEN, Circuit.HALF_OPEN] == standings
    assert breaker.since == NOON


@pytest.mark.parametrize("tenants", ["a" * 16, "aabb", "ab" * 8, "abc", "aabc"])
def test_fewer_do_not(tenants: str) -> None:
    """Neither many troubles of two tenants nor four of three."""
    assert Circuit.CLOSED is circuit(noted(FRESH, incidents(*tenants), NOON), NOON)


def test_troubles_of_different_times_do_not_add_up() -> None:
    """Only the last two minutes count."""
    earlier = noted(FRESH, incidents("a", "b", "c", "d"), NOON)

    later = noted(earlier, incidents("e", at=NOON + WINDOW), NOON + WINDOW)

    assert Circuit.CLOSED is circuit(later, NOON + WINDOW)


@given(st.lists(st.tuples(st.integers(0, 3600), st.sampled_from(list(Sign))), max_size=200))
def test_one_tenant_never_closes_a_vendor_to_others(troubles: list[tuple[int, Sign]]) -> None:
    """Whatever it provokes, and however often (hole 89)."""
    breaker = FRESH

    for seconds, sign in sorted(troubles):
        now = NOON + seconds * SECOND
        breaker = noted(breaker, (Incident(now, sign, "a"),), now)
        assert Circuit.CLOSED is circuit(breaker, now)


@given(st.integers(1, 300))
def test_a_flood_of_one_tenant_hides_nobody_elses_trouble(many: int) -> None:
    """The last sixteen are not all its own: what two others met still opens the vendor."""
    flooded = noted(noted(FRESH, incidents("b", "c"), NOON), incidents(*["a"] * many, at=NOON + SECOND), NOON + SECOND)

    more = noted(flooded, incidents("a", "a", at=NOON + 2 * SECOND), NOON + 2 * SECOND)

    assert len(more.incidents) <= KEPT_INCIDENTS
    assert (Circuit.OPEN is circuit(more, NOON + 2 * SECOND)) == (many + 2 + 2 >= 5)


def test_three_troubles_of_a_tenant_let_its_account_rest() -> None:
    """And nobody else's."""
    breaker = noted(FRESH, incidents("a", "a", "a", "b"), NOON)

    assert [True, False] == [account_down(breaker, tenant, NOON) for tenant in "ab"]
    assert not account_down(breaker, "a", NOON + WINDOW)


REFUSALS = ("400", "401", "402", "403", "404", "429", "451", *(code for code in Code if code not in FINAL_SIGNS))


@pytest.mark.parametrize("code", REFUSALS)
def test_no_refusal_counts(code: str) -> None:
    """Orders, keys, credits, plans and an account's own limits say nothing of the vendor's health."""
    assert FRESH == noted(FRESH, incidents(*"abcdefgh", code=code), NOON)


@pytest.mark.parametrize("sign", Sign)
def test_every_sign_of_trouble_counts(sign: Sign) -> None:
    """Whatever shows that it is the vendor's own."""
    assert Circuit.OPEN is circuit(noted(FRESH, incidents(*"aabbc", code=sign), NOON), NOON)


def test_an_open_breaker_is_not_written_again() -> None:
    """More trouble while it is open is the very same document."""
    breaker = opened()

    assert noted(breaker, incidents("d", "e"), NOON + SECOND) is breaker


def test_one_order_at_a_time_probes() -> None:
    """The lease is one worker's; everybody else waits for its end (hole 91)."""
    now = NOON + 60 * SECOND
    lent = leased(opened(), "one", now)

    assert lent is not None
    assert leased(lent, "two", now) is None
    assert now + PROBE_LIFE == asked_again_at(lent, now)


def test_a_lease_expires() -> None:
    """Its holder may have died: the next one probes."""
    now = NOON + 60 * SECOND
    lent = leased(opened(), "one", now)

    assert lent is not None
    assert asked_again_at(lent, now + PROBE_LIFE) is None
    assert leased(lent, "two", now + PROBE_LIFE) is not None


def test_nobody_probes_an_open_or_a_closed_one() -> None:
    """There is nothing to find out yet, or any more."""
    assert leased(opened(), "one", NOON + 59 * SECOND) is None
    assert leased(FRESH, "one", NOON) is None


def test_the_accepted_probe_closes_it_and_nobody_elses_order_does() -> None:
    """An order that was sent before the trouble began may be accepted at any time."""
    now = NOON + 60 * SECOND
    lent = leased(opened(), "one", now)
    assert lent is not None

    assert Circuit.HALF_OPEN is circuit(closed(lent, "two", now), now)
    assert Circuit.CLOSED is circuit(closed(lent, "one", now), now)


def test_the_failed_probe_opens_it_for_twice_as_long_and_says_the_first_time() -> None:
    """One trouble of the lease's holder is enough, and the trouble still began when it began."""
    now = NOON + 60 * SECOND
    lent = leased(opened(), "one", now)
    assert lent is not None

    again = noted(lent, incidents("a", at=now), now, token="one")

    assert now + 120 * SECOND == again.open_until
    assert again.since == NOON
    assert again.lease is None


def test_a_tenants_trouble_beside_the_probe_does_not_open_a_half_open_one() -> None:
    """One that holds no lease counts like any other (hole 89)."""
    now = NOON + 60 * SECOND

    assert Circuit.HALF_OPEN is circuit(noted(opened(), incidents("a", at=now), now, token="none"), now)


def test_a_refused_probe_gives_the_lease_back() -> None:
    """The next order may ask at once."""
    now = NOON + 60 * SECOND
    lent = leased(opened(), "one", now)
    assert lent is not None

    assert asked_again_at(returned(lent, "one"), now) is None
    assert returned(lent, "two") is lent


def test_half_an_hour_of_quiet_forgets_the_doubling() -> None:
    """After an accepted order, and after an opening nobody came by again."""
    long_ago = replace(FRESH, opened=5, closed_at=NOON - QUIET)
    just_now = replace(FRESH, opened=2, closed_at=NOON - QUIET + SECOND)

    assert NOON + 60 * SECOND == opened(before=long_ago).open_until
    assert NOON + 240 * SECOND == opened(before=just_now).open_until
    assert Circuit.CLOSED is circuit(opened(), NOON + 60 * SECOND + QUIET)


@given(st.integers(0, 10_000))
def test_no_opening_is_longer_than_a_quarter_of_an_hour(times: int) -> None:
    """However often it was opened."""
    assert min(60 * 2 ** min(times, 10) * SECOND, LONGEST_OPENING) == opening(times)


def test_flapping_costs_one_opening_a_doubling() -> None:
    """A vendor that fails and recovers every twenty seconds for two hours is asked less and less."""
    breaker, openings = FRESH, 0

    for seconds in range(0, 7200, 5):
        now, up = NOON + seconds * SECOND, seconds // 20 % 2 == 1
        standing = circuit(breaker, now)
        lent = leased(breaker, "one", now)
        if lent:
            breaker = closed(lent, "one", now) if up else noted(lent, incidents("a", at=now), now, token="one")
        elif standing is Circuit.CLOSED and not up:
            breaker = noted(breaker, incidents("a", "a", "b", "b", "c", at=now), now)
        openings += Circuit.OPEN is circuit(breaker, now) and standing is not Circuit.OPEN

    doublings = 4  # 1, 2, 4, 8 minutes; then a quarter of an hour each
    assert openings <= doublings + 7200 // LONGEST_OPENING.total_seconds() + 1


STEPS = st.tuples(
    st.sampled_from(["trouble", "probe", "accepted", "failed", "refused"]),
    st.sampled_from("abcd"),
    st.integers(0, 400),
)


@given(st.lists(STEPS, max_size=60))
def test_whatever_happens_it_can_be_closed_again(steps: list[tuple[str, str, int]]) -> None:
    """No opening passes a quarter of an hour, and at every moment one accepted probe would close it."""
    breaker, now = FRESH, NOON

    for what, who, seconds in steps:
        now += seconds * SECOND
        match what:
            case "trouble":
                breaker = noted(breaker, incidents(*"abc", who, at=now), now)
            case "probe":
                breaker = leased(breaker, who, now) or breaker
            case "accepted":
                breaker = closed(breaker, who, now)
            case "failed":
                breaker = noted(breaker, incidents(who, at=now), now, token=who)
            case "refused":
                breaker = returned(breaker, who)
        assert breaker.open_until is None or breaker.open_until <= now + LONGEST_OPENING
        assert len(breaker.incidents) <= KEPT_INCIDENTS
        later = asked_again_at(breaker, now) or now
        again = asked_again_at(breaker, later) or later  # a lease may stand behind the opening
        probed = leased(breaker, "new", again) or breaker
        assert Circuit.CLOSED is circuit(closed(probed, "new", again), again)


def test_older_code_gives_back_what_newer_code_wrote() -> None:
    """At every level of the document, a newer sign's word included."""
    newer = {
        "breakers": {"heygen": {"incidents": [{"at": NOON, "code": "new word", "tenant": "a", "n": 1}], "m": 2}},
        "figures": {"veo fast": {"at": NOON, "phase": {"1": 1.0}}},
        "ranks": {"k": 3},
    }

    read = from_plain(VendorsState, newer)
    again = to_stored(read)

    assert again["ranks"] == {"k": 3}
    assert again["breakers"]["heygen"]["m"] == 2
    assert again["breakers"]["heygen"]["incidents"][0] == newer["breakers"]["heygen"]["incidents"][0]  # type: ignore[index]  # plain maps
    assert again["figures"]["veo fast"]["phase"] == {"1": 1.0}


def test_a_document_comes_back_as_it_was_written() -> None:
    """Every field has a plain form."""
    lent = leased(opened(), "one", NOON + 60 * SECOND)
    assert lent is not None
    state = replace(NOTHING_KNOWN, breakers={"veo": lent}, figures={"veo x": Figure(NOON, {"0": 1.5})}, cursor=NOON)

    assert state == from_plain(VendorsState, to_plain(state))


def test_a_pause_is_open_until_it_is_resumed() -> None:
    """Whatever is met meanwhile, and however long it lasts; what stood before stands again."""
    before = opened()
    held = paused(before, "maintenance", NOON)
    day = NOON + timedelta(days=1)

    assert [Circuit.OPEN, Circuit.OPEN] == [circuit(held, NOON), circuit(held, day)]
    assert day + PAUSE_LOOK == asked_again_at(held, day)
    assert noted(held, incidents("a", "b", "c"), NOON) is held
    assert leased(held, "one", day) is None
    assert paused(held, "again", day) is held
    assert before == resumed(held)
    assert resumed(FRESH) is FRESH
