"""Whether a vendor is asked: closed, open or half-open, a pure function of what is stored and a moment.

Five troubles of three tenants within two minutes open a vendor for all; three of one tenant open its own account only,
so that nobody's orders close a vendor to others (hole 89). Open lasts a minute, twice as long each time, at most a
quarter of an hour; half an hour without trouble forgets the doubling, so flapping costs one opening a doubling. Then it
is half-open: one lease at a time lets one real order through, and only its acceptance closes the breaker.

The operator may open it by hand: it is open until the operator lets go of it, and no order finds out meanwhile.

What a person or a program got wrong never counts: refused orders, keys, credits, plans, limits of one's own account.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.pipeline.vendors.state import Breaker, Incident, OperatorStop, ProbeLease

WINDOW = timedelta(seconds=120)
VENDOR_TROUBLES, VENDOR_TENANTS = 5, 3  # within the window, for all
ACCOUNT_TROUBLES = 3  # within the window, for one tenant
FIRST_OPENING = timedelta(seconds=60)
LONGEST_OPENING = timedelta(minutes=15)
QUIET = timedelta(minutes=30)  # without trouble after which an opening is the first again
PROBE_LIFE = timedelta(seconds=60)
PAUSE_LOOK = timedelta(minutes=2)  # whoever waits for a paused vendor looks so often whether it goes on
KEPT_INCIDENTS = 16  # of a vendor
OF_ONE_TENANT = 5  # of them: more would say nothing, and push out what others met


class Sign(StrEnum):
    """What shows that a vendor is in trouble; nothing else is counted."""

    UNREACHABLE = "unreachable"  # no connection, no TLS
    SERVER_ERROR = "server_error"  # 5xx, or the line was cut
    SLOW = "slow"  # no answer before the deadline
    OVERLOADED = "overloaded"  # it said itself that it has no capacity
    FAILED = "failed"  # its final word on an order: it failed inside


class Circuit(StrEnum):
    """Whether a vendor is asked."""

    CLOSED = "closed"  # yes
    OPEN = "open"  # no
    HALF_OPEN = "half_open"  # by whoever holds the lease


FINAL_SIGNS = {"internal": Sign.FAILED, "capacity": Sign.OVERLOADED}  # of a final word, by its code


def circuit(breaker: Breaker, now: datetime) -> Circuit:
    """Return how a breaker stands; one nobody came by for half an hour is closed."""
    if breaker.paused:
        return Circuit.OPEN
    if breaker.open_until is None or now >= breaker.open_until + QUIET:
        return Circuit.CLOSED
    return Circuit.OPEN if now < breaker.open_until else Circuit.HALF_OPEN


def noted(breaker: Breaker, news: Iterable[Incident], now: datetime, *, token: str = "") -> Breaker:
    """Count incidents, and open where they are too many; the lease's own trouble (`token`) opens at once.

    An open breaker stays the very same: nobody needs to write it.
    """
    counted = tuple(one for one in news if one.code in set(Sign))
    standing = circuit(breaker, now)
    if not counted or standing is Circuit.OPEN:
        return breaker
    told = replace(breaker, incidents=_newest((*breaker.incidents, *counted)))
    probed = standing is Circuit.HALF_OPEN and bool(token) and _holds(breaker, token)
    recent = _recent(told, now)
    enough = len(recent) >= VENDOR_TROUBLES and len({one.tenant for one in recent}) >= VENDOR_TENANTS
    if not (probed or enough):
        return told
    return _opened(told, min(one.at for one in recent or counted), now)


def _opened(breaker: Breaker, since: datetime, now: datetime) -> Breaker:
    """Open it; the incidents that did it are spent, else the next one alone would open it again."""
    last = max((each for each in (breaker.closed_at, breaker.open_until) if each), default=None)
    times = 0 if last is None or now - last >= QUIET else breaker.opened
    going_on = circuit(breaker, now) is Circuit.HALF_OPEN and breaker.since
    return replace(
        breaker,
        incidents=(),
        since=going_on or since,
        open_until=now + opening(times),
        opened=times + 1,
        lease=None,
    )


def opening(times: int) -> timedelta:
    """Return how long an opening lasts that has so many before it."""
    return min(FIRST_OPENING * (1 << min(times, KEPT_INCIDENTS)), LONGEST_OPENING)


def account_down(breaker: Breaker, tenant: str, now: datetime) -> bool:
    """Tell whether one tenant has met so much trouble that its own account should rest."""
    return sum(one.tenant == tenant for one in _recent(breaker, now)) >= ACCOUNT_TROUBLES


def leased(breaker: Breaker, token: str, now: datetime) -> Breaker | None:
    """Give out the lease of a half-open breaker; None where it is out, or no order needs one."""
    held = breaker.lease is not None and breaker.lease.until > now and breaker.lease.token != token
    if circuit(breaker, now) is not Circuit.HALF_OPEN or held:
        return None
    return replace(breaker, lease=ProbeLease(token, now + PROBE_LIFE))


def closed(breaker: Breaker, token: str, now: datetime) -> Breaker:
    """Close it: the order of the lease's holder was accepted. Anybody else's success changes nothing."""
    if circuit(breaker, now) is Circuit.CLOSED or not _holds(breaker, token):
        return breaker
    return replace(breaker, incidents=(), since=None, open_until=None, lease=None, closed_at=now)


def returned(breaker: Breaker, token: str) -> Breaker:
    """Take the lease back from a holder whose order told nothing of the vendor, as one that was refused."""
    return replace(breaker, lease=None) if _holds(breaker, token) else breaker


def paused(breaker: Breaker, why: str, now: datetime) -> Breaker:
    """Open it by hand; one that is open so keeps its moment and its reason."""
    return breaker if breaker.paused else replace(breaker, paused=OperatorStop(now, why), lease=None)


def resumed(breaker: Breaker) -> Breaker:
    """Let it stand again as its incidents say."""
    return replace(breaker, paused=None) if breaker.paused else breaker


def asked_again_at(breaker: Breaker, now: datetime) -> datetime | None:
    """Return when whoever waits may come again; None where the next one may ask now, with a lease or without."""
    match circuit(breaker, now):
        case Circuit.OPEN if breaker.paused:
            return now + PAUSE_LOOK
        case Circuit.OPEN:
            return breaker.open_until
        case Circuit.HALF_OPEN if breaker.lease and breaker.lease.until > now:
            return breaker.lease.until
    return None


def _holds(breaker: Breaker, token: str) -> bool:
    return breaker.lease is not None and breaker.lease.token == token


def _recent(breaker: Breaker, now: datetime) -> tuple[Incident, ...]:
    return tuple(one for one in breaker.incidents if now - one.at < WINDOW)


def _newest(incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
    """Keep the newest, of no tenant more than can count: a flood of one's never hides what others met."""
    kept: list[Incident] = []
    of: Counter[str] = Counter()
    for one in sorted(incidents, key=lambda each: each.at, reverse=True):
        if of[one.tenant] < OF_ONE_TENANT and len(kept) < KEPT_INCIDENTS:
            kept.append(one)
            of[one.tenant] += 1
    return tuple(reversed(kept))
