"""A tenant's caps of the month: an order beyond them is refused, and an operator hears when half of one is used.

An order's own shard decides alone while it has enough; else the others lend. A refusal rests on one read of all.

A mark (50, 80, 100 % of a cap) is said after the order that reaches it, and written down by a later one: whoever finds
one reached and not written down says it too, unless this instance has. So a mark is said twice rather than never, and a
month in one document is watched without a read or a write. One in several is looked at whole whenever a tenth of a
shard is used, and whenever an order is refused.
"""

import threading
from collections import OrderedDict

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.months import Months, cap_of, used_of
from shared.cloud.records import Month
from shared.codes import Code
from shared.log import Fact, log
from shared.pipeline.job.shares import NO_CAP, Amount, Share, mark_of, tenths
from shared.pipeline.plan.plan import MICROS
from shared.steps.problems import Problem

MOST_SAID = 10_000  # months an instance remembers what it said of


class MonthBudget:
    """What judges an order by its tenant's month."""

    def __init__(self, months: Months) -> None:
        self.months = months
        self._lock = threading.Lock()
        self._said: OrderedDict[tuple[str, str], int] = OrderedDict()  # tenant and month: the highest mark

    def admit(self, tenant: str, month: Month, cost: Amount) -> Month:
        """Return the shard that pays an order, with what others lend it. Raises Problem, and Conflict: read again."""
        if month.has(cost):
            return month
        paying, shards = self.months.borrow(tenant, month, cost)
        if paying is None:
            self._tell(tenant, shards, used_of(shards), note=True)
            raise _refused(shards, cost)
        return paying

    def watch(self, tenant: str, month: Month, cost: Amount) -> None:
        """After an order, judged by this shard, say what mark of its cap the month has passed."""
        if month.alone:
            self._tell(tenant, (month,), month.used + cost)
        elif tenths(Share(month.allot, month.used + cost)) != tenths(month.share):
            try:
                shards = self.months.whole(tenant, month.name)
            except StoreUnreachable as failed:
                log(Fact.STORE_FAILED, f"the marks of {month.name}: {failed}", tenant=tenant)  # the next tenth looks
                return
            self._tell(tenant, shards, used_of(shards), note=True)

    def _tell(self, tenant: str, shards: tuple[Month, ...], used: Amount, *, note: bool = False) -> None:
        """Say a mark nobody is known to have said; `note` it where no later order does."""
        if not shards:
            return
        name, cap = shards[0].name, cap_of(shards)
        mark = mark_of(used, cap)
        if mark <= shards[0].told or not self._is_news(tenant, name, mark):
            return
        log(Fact.SPEND_MARK, f"{mark} % of the month {name}: {_said(used, cap)}", tenant=tenant, mark=mark)
        if note:
            try:
                self.months.note(tenant, name, mark)
            except StoreUnreachable as failed:
                log(Fact.STORE_FAILED, f"the marks of {name}: {failed}", tenant=tenant)  # another instance says it too

    def _is_news(self, tenant: str, name: str, mark: int) -> bool:
        with self._lock:
            if mark <= self._said.get((tenant, name), 0):
                return False
            self._said[tenant, name] = mark
            self._said.move_to_end((tenant, name))
            if len(self._said) > MOST_SAID:
                self._said.popitem(last=False)
            return True


def films_of(cap: Amount) -> str:
    """Say a cap of films."""
    return "unlimited films" if cap.films >= NO_CAP else f"{cap.films} films"


def dollars_of(cap: Amount) -> str:
    """Say a cap of dollars."""
    return "unlimited dollars" if cap.money >= NO_CAP else f"${cap.money / MICROS:.2f}"


def _said(used: Amount, cap: Amount) -> str:
    return f"{used.films} of {films_of(cap)}, ${used.money / MICROS:.2f} of {dollars_of(cap)}"


def _refused(shards: tuple[Month, ...], cost: Amount) -> Problem:
    used, cap = used_of(shards), cap_of(shards)
    if cost.films and used.films + cost.films > cap.films:
        said = f"this month's cap is {films_of(cap)}, and {used.films} were ordered"
    else:
        spent = f"${used.money / MICROS:.2f} of {dollars_of(cap)}"
        said = f"of this month's cap {spent} are spent or reserved, and this costs ${cost.money / MICROS:.2f}"
    return Problem(Code.MONTHLY_CAP, said, next_move="ask the operator for a higher cap, or wait for the next month")
