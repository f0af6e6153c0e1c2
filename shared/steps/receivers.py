"""Which customers' receivers may be called now: few calls to one at once, none for a while after it failed in a row.

Each instance keeps its own account of the receivers it called, so nothing is read or written for it. With
`max_instances` of notify (10) a receiver that never answers holds at most 10 x TOGETHER of the queue's 50 dispatches,
and until every instance has met it FAILURES_IN_A_ROW times; the others stay free for other tenants.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TOGETHER = 2  # calls to one receiver at once, an instance
TENANT_TOGETHER = 3  # calls for one tenant at once, however many hosts it names; an instance makes eight
FAILURES_IN_A_ROW = 3  # then it is not called for a while
PAUSE = timedelta(seconds=30)  # after the first such row; doubled by each failed try, up to
LONGEST_PAUSE = timedelta(minutes=15)
REMEMBERED = 1000  # receivers an instance keeps account of

Receiver = tuple[str, str]  # tenant, host with its port: one tenant's failures never stop another's


@dataclass(slots=True)
class _Account:
    calling: int = 0
    failures: int = 0  # in a row
    closed_until: datetime | None = None


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
            account = self._accounts.setdefault(receiver, _Account())
            tripped = account.failures >= FAILURES_IN_A_ROW
            paused = account.closed_until is not None and now < account.closed_until
            full = account.calling >= (1 if tripped else TOGETHER) or self._calling(receiver[0]) >= TENANT_TOGETHER
            if paused or full:
                self._drop_idle(receiver)
                return False
            account.calling += 1
            self._forget()
            return True

    def leave(self, receiver: Receiver, now: datetime, *, answered: bool | None) -> None:
        """Give the place back and say whether the receiver answered, whatever it said; None when it was not called."""
        with self._lock:
            account = self._accounts[receiver]
            account.calling -= 1
            if answered:
                account.failures, account.closed_until = 0, None
            elif answered is False:
                account.failures += 1
                doublings = account.failures - FAILURES_IN_A_ROW
                if doublings >= 0:
                    account.closed_until = now + min(PAUSE * 2 ** min(doublings, 10), LONGEST_PAUSE)
            self._drop_idle(receiver)

    def _calling(self, tenant: str) -> int:
        return sum(account.calling for (whose, _), account in self._accounts.items() if whose == tenant)

    def _drop_idle(self, receiver: Receiver) -> None:
        if self._accounts[receiver] == _Account():
            del self._accounts[receiver]

    def _forget(self) -> None:
        """Keep the account bounded: the longest known receiver nobody calls just now is forgotten."""
        if len(self._accounts) > REMEMBERED:
            idle = next((each for each, account in self._accounts.items() if not account.calling), None)
            if idle is not None:
                del self._accounts[idle]
