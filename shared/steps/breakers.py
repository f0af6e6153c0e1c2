"""Keeps orders from a vendor that is down, and lets one through when it may be back (holes 89 to 91).

On the happy road it writes nothing, and reads one document a minute an instance, which `create_job` reads as well.
Incidents are written after the job's commit, together, once in ten seconds, and never tried again. It touches unsent
nodes alone, ends no attempt and answers no queue with an error: a breaker that is lost costs calls to a vendor, never a
film.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.cloud.tenants import Integration, Tenants
from shared.cloud.vendor_states import VendorStates
from shared.log import Fact, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node, Payer, State
from shared.pipeline.job.status import WAITING
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.job.vendors import account_of
from shared.pipeline.vendors.breaker import (
    FINAL_SIGNS,
    KEPT_INCIDENTS,
    PROBE_LIFE,
    QUIET,
    Circuit,
    Sign,
    account_down,
    asked_again_at,
    circuit,
    closed,
    leased,
    noted,
    opening,
    returned,
)
from shared.pipeline.vendors.names import called
from shared.pipeline.vendors.state import Breaker, Incident, VendorsState
from shared.providers.ports import KeyChanged, TryLater

NOTE_SECONDS = 10.0  # between two writes of one instance
SPREAD = 10.0  # seconds over which the jobs that waited come back
UNTOUCHED = Breaker()
Look = Callable[[], object]


class Breakers:
    """One instance's dealings with the breakers; thread-safe."""

    def __init__(self, states: VendorStates, tenants: Tenants, monotonic: Callable[[], float], stagger: float) -> None:
        self._states = states
        self._tenants = tenants
        self._monotonic = monotonic
        self._stagger = stagger
        self._lock = threading.Lock()
        self._news: list[tuple[str, Incident]] = []
        self._quiet_until = 0.0
        self._probes: set[str] = set()  # leases this instance holds

    def hold(
        self,
        job: Job,
        node: Node,
        token: str,
        now: datetime,
        look: Look | None = None,
        account: Integration | None = None,
    ) -> on.Postponed | None:
        """Return what an unsent node must wait for, None where it may be sent; `look` is a free question to its vendor.

        It waits while the `account` that pays it rests, or for its vendor's breaker. Where that is half-open, whoever
        gets its lease under `token` asks first what is free, then is sent.
        """
        if node.state is not State.QUEUED:
            return None
        if account and account.down_until and account.down_until > now:
            return self._rests(job, node, account.down_until, now)
        breaker = self._states.read().breakers.get(node.provider, UNTOUCHED)
        if circuit(breaker, now) is Circuit.CLOSED:
            return None
        again = asked_again_at(breaker, now) or self._probed(job, node, token, now, look)
        return self._postponed(job, node, breaker, again - now) if again else None

    def heard(self, job: Job, node: Node, event: on.NodeEvent, now: datetime) -> None:
        """Note what news says of a vendor, after the job's commit; `node` is as it was when its vendor was asked."""
        token, sign = getattr(event, "token", ""), sign_of(event)
        if sign is not None:
            self._note(job, node, sign, token, now)
        elif token in self._probes:
            self._probes.discard(token)
            accepted = isinstance(event, on.Sent)
            self._change(node.provider, lambda one: closed(one, token, now) if accepted else returned(one, token))

    def _probed(self, job: Job, node: Node, token: str, now: datetime, look: Look | None) -> datetime | None:
        """Take the lease and look; None where the order may be sent, else when to come again."""
        state = self._change(node.provider, lambda one: leased(one, token, now) or one)
        if state is None:
            return now + PROBE_LIFE  # it could not be written, or somebody else wrote: not probing
        breaker = state.breakers.get(node.provider, UNTOUCHED)
        if breaker.lease is None or breaker.lease.token != token:
            return asked_again_at(breaker, now)
        self._probes.add(token)
        try:
            if look is not None:
                look()
        except KeyChanged:
            return None  # it answers: whatever is wrong with the key is told by the order, which costs nothing then
        except TryLater as later:
            self._note(job, node, later.sign or Sign.UNREACHABLE, token, now)
            found = self._states.remembered.breakers.get(node.provider, UNTOUCHED)
            return asked_again_at(found, now) or now + PROBE_LIFE
        return None

    def _note(self, job: Job, node: Node, sign: Sign, token: str, now: datetime) -> None:
        who = hashlib.sha256(job.tenant.encode()).hexdigest()[:12]
        probing = token in self._probes
        self._probes.discard(token)
        with self._lock:
            self._news = [*self._news, (node.provider, Incident(now, sign, who))][-KEPT_INCIDENTS:]
            if not probing and self._monotonic() < self._quiet_until:
                return
            self._quiet_until = self._monotonic() + NOTE_SECONDS
            news, self._news = self._news, []
        remembered = self._states.remembered.breakers.get(node.provider, UNTOUCHED)
        if circuit(remembered, now) is Circuit.OPEN:
            return
        state = self._states.change(lambda state: _noted(state, news, token if probing else "", now))
        after = state.breakers.get(node.provider, UNTOUCHED) if state else UNTOUCHED
        if circuit(after, now) is Circuit.OPEN and not after.paused:
            log_job(
                Fact.BREAKER_OPENED, job, f"{node.provider}: {sign}, until {after.open_until:%H:%M:%S}", node=node.key
            )
        elif node.payer is Payer.PROVIDER_ACCOUNT and account_down(after, who, now):
            self._rest(job, node, now)

    def _rest(self, job: Job, node: Node, now: datetime) -> None:
        """Let one tenant's account rest, longer each time in a row."""
        name = account_of(node.provider)
        account = self._tenants.integration(job.tenant, name, job.plan.mode)
        if account is None or (account.down_until and account.down_until > now):
            return
        times = account.down_times if account.down_until and now - account.down_until < QUIET else 0
        self._tenants.down(job.tenant, name, job.plan.mode, now + opening(times), times + 1)

    def _change(self, vendor: str, move: Callable[[Breaker], Breaker]) -> VendorsState | None:
        def moved(state: VendorsState) -> VendorsState:
            before = state.breakers.get(vendor, UNTOUCHED)
            after = move(before)
            return state if after is before else replace(state, breakers={**state.breakers, vendor: after})

        return self._states.change(moved)

    def _rests(self, job: Job, node: Node, until: datetime, now: datetime) -> on.Postponed:
        """Return that a node waits for its tenant's own account."""
        why = f"{WAITING}{called(node.provider)}, which fails for this account; it is asked again at {until:%H:%M} UTC"
        return on.Postponed(node.key, node.take, node.attempt, until - now + self._apart(job, node), why, down=True)

    def _postponed(self, job: Job, node: Node, breaker: Breaker, after: timedelta) -> on.Postponed:
        since = f", unreachable since {breaker.since:%H:%M} UTC" if breaker.since else ""
        if breaker.paused:
            since = f", which the operator paused at {breaker.paused.at:%H:%M} UTC"
        why = f"{WAITING}{called(node.provider)}{since}"
        return on.Postponed(node.key, node.take, node.attempt, after + self._apart(job, node), why, down=True)

    def _apart(self, job: Job, node: Node) -> timedelta:
        """Return how much later than the first this node comes: jobs by chance of their ids, nodes one by one."""
        chance = int(hashlib.sha256(job.id.encode()).hexdigest()[:4], 16) / 0x10000
        same = [key for key, one in job.nodes.items() if one.provider == node.provider]
        return (SPREAD * chance + same.index(node.key) * self._stagger) * SECOND


def sign_of(event: on.NodeEvent) -> Sign | None:
    """Return what news says of a vendor's health; None for all that a person, an order or an account got wrong."""
    match event:
        case on.Released() | on.Unclear() | on.PendingSeen():
            return event.sign
        case on.FailureHeard():
            return FINAL_SIGNS.get(event.code)
    return None


def _noted(state: VendorsState, news: list[tuple[str, Incident]], token: str, now: datetime) -> VendorsState:
    """Count what this instance has met since its last write."""
    breakers = dict(state.breakers)
    for vendor in dict(news):
        told = breakers.get(vendor, UNTOUCHED)
        counted = noted(told, [one for of, one in news if of == vendor], now, token=token)
        if counted is not told:
            breakers[vendor] = counted
    return state if breakers == state.breakers else replace(state, breakers=breakers)
