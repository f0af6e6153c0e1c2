"""The part of the `jobs` function about usage: a row a job, its vendors in two columns, and the sums; as CSV too.

The figures are the ledger's: a page's sums are those of its jobs' bills.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.door.answers import answer
from shared.door.money import cost
from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job
from shared.pipeline.job.ledger import Bill
from shared.pipeline.job.price import charged_for, price_in_dollars, priced_at
from shared.pipeline.job.status import status
from shared.pipeline.job.usage import usage_of

CSV_COLUMNS = (
    *("job_id", "created_at", "completed_at", "status", "product_id", "ordered_by", "film_seconds", "credits_used"),
    *("vendor", "paid_by_us", "billed_by_provider", "price"),
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that begins so


@dataclass(frozen=True, slots=True)
class UsagePage:
    """Jobs of a tenant, and where the next ones begin."""

    jobs: tuple[Job, ...]
    unreadable: int  # rows nobody can read now: what they used is missing here
    next_cursor: str | None
    terms: Mapping[str, object]  # of the tenant's plan, as it is now


def as_json(page: UsagePage) -> flask.Response:
    """Answer a page with its sums."""
    rows = [(job, usage_of(job)) for job in page.jobs]
    sums = _summed(bills for _, used in rows for bills in used.by_vendor.items())
    told = {
        "jobs": [
            {
                **_about(job),
                "film_seconds": used.seconds,
                "credits_used": used.credits,
                **columns(used.by_vendor.values()),
                "price": priced_at(_ours(used.by_vendor.values()), job.money.price_factor),
                "by_vendor": {name: columns([each]) for name, each in used.by_vendor.items()},
            }
            for job, used in rows
        ],
        "films": sum(used.seconds > 0 for _, used in rows),
        "film_seconds": round(sum(used.seconds for _, used in rows), 3),
        "credits_used": round(sum(used.credits for _, used in rows), 1),
        **columns(sums.values()),
        "price": price_in_dollars(
            sum(charged_for(_ours(used.by_vendor.values()), job.money.price_factor) for job, used in rows)
        ),
        "by_vendor": {name: columns([each]) for name, each in sums.items()},
        "terms": page.terms,
        "unreadable": page.unreadable,
        "next_cursor": page.next_cursor,
    }
    return answer(200, told)


def as_csv(page: UsagePage) -> flask.Response:
    """Answer a page as CSV: a line a job and vendor; seconds and credits stand in a job's first line only."""
    import csv  # few calls ask for it, and the frame has none from Python 3.13 on

    out = io.StringIO()
    lines = csv.DictWriter(out, CSV_COLUMNS)
    lines.writeheader()
    for job in page.jobs:
        used = usage_of(job)
        film = {"film_seconds": used.seconds, "credits_used": used.credits}
        for number, (vendor, bill) in enumerate((used.by_vendor or {"": Bill(0, 0)}).items()):
            money = {name: value for name, value in columns([bill]).items() if name in CSV_COLUMNS}
            money["price"] = priced_at(bill.paid_by_us, job.money.price_factor)
            row = {**_about(job), **(film if not number else {}), "vendor": vendor, **money}
            lines.writerow({name: cell(row.get(name)) for name in CSV_COLUMNS})
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if page.next_cursor:
        headers["X-Next-Cursor"] = page.next_cursor
    return flask.Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _about(job: Job) -> dict[str, Any]:
    told: dict[str, Any] = {
        "job_id": job.id,
        "created_at": job.created_at,
        "completed_at": job.ended_at,
        "status": status(job).value,
        "product_id": job.request.product_id,
        "ordered_by": job.ordered_by,
    }
    return dict(to_plain(told))


def columns(bills: Iterable[Bill]) -> Mapping[str, str]:
    """Return what these bills come to, in both columns."""
    found = tuple(bills)
    return cost(sum(each.paid_by_us for each in found), sum(each.billed_by_provider for each in found))


def _ours(bills: Iterable[Bill]) -> int:
    return sum(each.paid_by_us for each in bills)


def _summed(bills: Iterable[tuple[str, Bill]]) -> dict[str, Bill]:
    sums: dict[str, Bill] = {}
    for name, each in bills:
        before = sums.get(name, Bill(0, 0))
        sums[name] = Bill(before.paid_by_us + each.paid_by_us, before.billed_by_provider + each.billed_by_provider)
    return dict(sorted(sums.items()))


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet runs as a formula."""
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def uncelled(text: str) -> str:
    """Return what a cell was made of."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULAS) else text
