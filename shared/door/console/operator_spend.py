"""The operator's screen of money: today and this month, by vendor and by tenant, in both columns, against caps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.door.console.visits import Visit
from shared.pipeline.job.shares import NO_CAP
from shared.pipeline.plan.dollars import dollars
from shared.steps.spend import Books, MonthUsed, Spent


@dataclass(frozen=True, slots=True)
class SpendScreen:
    """The screen and what it reads."""

    books: Books

    def __call__(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Show what films have cost: at most 300 reads, and two for each of the twenty dearest tenants."""
        spend = self.books.spend()
        return visit.page(
            "operator/spend.html",
            title="Spend",
            spend=spend,
            together=_row("", spend.together),
            vendors=[_row(name, spent) for name, spent in spend.vendors.items()],
            tenants=[{**_row(name, spent), **_month(spend.months.get(name))} for name, spent in spend.tenants.items()],
            at=spend.at.isoformat(),
            since=spend.since.isoformat() if spend.since else "",
        )


def _row(name: str, spent: Spent) -> dict[str, Any]:
    return {
        "name": name,
        "films": spent.films,
        "today_ours": dollars(spent.today.paid_by_us),
        "today_theirs": dollars(spent.today.billed_by_provider),
        "month_ours": dollars(spent.month.paid_by_us),
        "month_theirs": dollars(spent.month.billed_by_provider),
    }


def _month(month: MonthUsed | None) -> dict[str, Any]:
    """Return what of its caps a tenant has used; percents are of the cap that is nearer."""
    if month is None:
        return {"used": None}
    used, cap = month.used, month.cap
    both = ((used.films, cap.films), (used.money, cap.money))
    shares = [100 * have // most for have, most in both if 0 < most < NO_CAP]
    return {
        "used": {
            "films": used.films,
            "films_at_most": None if cap.films >= NO_CAP else cap.films,
            "dollars": dollars(used.money),
            "dollars_at_most": None if cap.money >= NO_CAP else dollars(cap.money),
            "percent": max(shares, default=None),
        }
    }
