"""Which customers' receivers may be called now: few calls to one at once, none for a while after it failed in a row.

Each instance keeps its own account of the receivers it called, so nothing is read or written for it. With notify's ten
instances a receiver that never answers holds at most 10 x TOGETHER of the queue's 300 dispatches, and until every
instance has met it FAILURES_IN_A_ROW times; a tenant, whatever hosts it names, 10 x TENANT_TOGETHER until then, and ten
afterwards. So thirty tenants that name nothing but tarpits leave the others their places.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TOGETHER = 2  # calls to one receiver at once, an instance
TENANT_TOGETHER = 3  # calls for one tenant at once, however many hosts it names; an instance makes 32
FAILURES_IN_A_ROW = 3  # then a receiver is not called for a while, and a tenant has one call at a time
PAUSE = timedelta(seconds=30)  # after the first such row; doubled by each failed try, up to
LONGEST_PAUSE = timedelta(minutes=15)
REMEMBERED = 1000  # receivers an instance keeps account of

Receiver = tuple[str, str]  # tenant, host with its port: one tenant's failures never stop another's


@dataclass(slots=True)
class _Account:
    calling: int = 0
    failures: int = 0  # in a row
    closed_until: datetime | None = None

    @property
    def failing(self) -> bool:
        """Whether so many calls failed that the next ones are made one at a time."""
        return self.failures >= FAILURES_IN_A_ROW


@dataclass(slots=True)
class Receivers:
    """One instance's account of its receivers; thread-safe."""

    _accounts: dict[Receiver, _Account] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, receiver: Receiver, now: datetime) -> bool:
        """Take one of the receiver's places, to be given back by `leave`; False when it must not be called now.

        When a pause is over one call at a time tries it, until one is answered.
        """
        with self._lock:
            account, tenants = (self._accounts.setdefault(each, _Account()) for each in _both(receiver))
            paused = account.closed_until is not None and now < account.closed_until
            full = account.calling >= (1 if account.failing else TOGETHER)
            if paused or full or tenants.calling >= (1 if tenants.failing else TENANT_TOGETHER):
                self._drop_idle(receiver)
                return False
            account.calling += 1
            tenants.calling += 1
            self._forget()
            return True

    def leave(self, receiver: Receiver, now: datetime, *, answered: bool | None) -> None:
        """Give the place back and say whether the receiver answered, whatever it said; None when it was not called."""
        with self._lock:
            for each in _both(receiver):
                account = self._accounts[each]
                account.calling -= 1
                if answered:
                    account.failures, account.closed_until = 0, None
                elif answered is False:
                    account.failures += 1
            account = self._accounts[receiver]
            if answered is False and account.failing:
                doublings = min(account.failures - FAILURES_IN_A_ROW, 10)
                account.closed_until = now + min(PAUSE * 2**doublings, LONGEST_PAUSE)
            self._drop_idle(receiver)

    def _drop_idle(self, receiver: Receiver) -> None:
        for each in _both(receiver):
            if self._accounts[each] == _Account():
                del self._accounts[each]

    def _forget(self) -> None:
        """Keep the account bounded: the longest known that are not called just now are forgotten."""
        surplus = len(self._accounts) - REMEMBERED
        if surplus > 0:
            idle = [each for each, account in self._accounts.items() if not account.calling]
            for each in idle[:surplus]:
                del self._accounts[each]


def _both(receiver: Receiver) -> tuple[Receiver, Receiver]:
    """Return the names of a receiver's account and of its tenant's."""
    return receiver, (receiver[0], "")
