"""What all tenants used on a day, as events that Stripe's meters take: told once each, however often they are exported.

One event for each settlement and meter, under an identifier that is the same whenever it is told; Stripe leaves out a
second one within a day. Values are whole numbers; a meter's price says what one is worth.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.admin.told import Told
from shared.cloud.deletions import FoundJob
from shared.cloud.settlements import Settlements
from shared.pipeline.job.credits import credits_used
from shared.pipeline.job.entries import settlements
from shared.pipeline.job.job import Entry
from shared.pipeline.job.meters import TENTHS, Meter, Metered, metered
from shared.pipeline.job.price import price_in_dollars
from shared.wiring import Wiring

DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
A_DAY = timedelta(days=1)
WRITTEN = timedelta(minutes=10)  # after a day's end: what ended in it stands in the store by then
STRIPE_TAKES = timedelta(days=35)
COLUMNS = ("identifier", "timestamp", "event_name", "payload_stripe_customer_id", "payload_value")


@dataclass(frozen=True, slots=True)
class _Notes:
    """What whoever bills must know beside the events."""

    untimed: list[str] = field(default_factory=list)  # jobs with a settlement an older release wrote no time of
    closed: list[str] = field(default_factory=list)  # tenants that are no more: their customer is their id

    @property
    def told(self) -> Mapping[str, Any]:
        return {"untimed": sorted(self.untimed), "closed_tenants": sorted(self.closed)}


def export(wiring: Wiring, day: str, *, as_csv: bool = False, old: bool = False) -> Told | str:
    """Return a day's events in UTC, of all tenants; as the CSV of a bulk upload where that is asked for.

    Raises SystemExit for a day that is not over, one that Stripe takes no more unless `old` is given, and where
    something of that day cannot be read: an export is whole.
    """
    begins = _day(wiring, day, old=old)
    notes = _Notes()
    told = list(_events(wiring, day, begins, notes))
    events = sorted((event for _, found, _ in told for event in found), key=lambda event: event["identifier"])
    if as_csv:
        return _csv(events)
    sums: dict[str, Counter[Meter]] = {}
    for tenant, _, found in told:
        counts = sums.setdefault(tenant, Counter())
        for each in found:
            counts[each.meter] += each.value
    lines = {name: _sum(each) for name, each in sorted(sums.items())}
    return {"day": day, "events": events, "sums": lines, **notes.told}


def _day(wiring: Wiring, day: str, *, old: bool) -> datetime:
    """Return when a day begins. Raises SystemExit."""
    try:
        begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) if DAY.fullmatch(day) else None
    except ValueError:
        begins = None
    if begins is None:
        raise SystemExit(f"{day!r} is no day: write it like 2026-11-29")
    if wiring.now() < begins + A_DAY + WRITTEN:
        over = begins + A_DAY + WRITTEN
        raise SystemExit(f"{day} is not over in UTC: ask again after {over:%Y-%m-%d %H:%M} UTC")
    if not old and wiring.now() > begins + STRIPE_TAKES:
        raise SystemExit(
            f"{day} is more than {STRIPE_TAKES.days} days ago, and Stripe takes no such event; --old tells all the same"
        )
    return begins


def _events(
    wiring: Wiring, day: str, begins: datetime, notes: _Notes
) -> Iterator[tuple[str, list[Mapping[str, Any]], list[Metered]]]:
    """Yield each job's tenant, its events as Stripe takes them, and what they count."""
    store, seen, customers = Settlements(wiring.clients), set(), dict[str, str]()
    for find in (store.ended(begins, begins + A_DAY), store.closed(day)):
        for each in find:
            if each.id in seen:
                continue
            seen.add(each.id)
            if not isinstance(each, FoundJob):
                raise SystemExit(f"job {each.id} cannot be read, so {day} is not whole: {each.why}")
            tenant, settled, found = _metered(each, day)
            if not settled or not all(entry.settled_at for entry in settled):
                notes.untimed.append(each.id)
            if tenant not in customers:
                known = wiring.tenants.tenant(tenant)
                customers[tenant] = (known and known.billing_customer) or tenant
                notes.closed.extend([] if known else [tenant])
            yield tenant, [_event(one, customers[tenant]) for one in found], found


def _metered(found: FoundJob, day: str) -> tuple[str, Sequence[Entry], list[Metered]]:
    if job := found.job:
        settled = settlements(job)
        made = metered(job.id, settled, job.money.price_factor, credits_used(job), day)
        return job.tenant, settled, list(made)
    receipt = found.receipt
    if receipt is None:
        raise SystemExit(f"job {found.id} is neither a job nor a receipt")
    made = metered(receipt.id, receipt.entries, receipt.price_factor, receipt.credits_used, day)
    return receipt.deleted_of, receipt.entries, list(made)


def _event(one: Metered, customer: str) -> Mapping[str, Any]:
    return {
        "identifier": one.identifier,
        "timestamp": int(one.at.timestamp()),
        "event_name": one.meter.value,
        "payload": {"stripe_customer_id": customer, "value": str(one.value)},
    }


def _sum(counts: Counter[Meter]) -> Mapping[str, str]:
    tenths = counts[Meter.CREDITS]
    return {"price": price_in_dollars(counts[Meter.PRICE]), "credits": f"{tenths // TENTHS}.{tenths % TENTHS}"}


def _csv(events: list[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for each in events:
        payload = each["payload"]
        fields = (each["identifier"], each["timestamp"], each["event_name"])
        lines.writerow((*fields, payload["stripe_customer_id"], payload["value"]))
    return out.getvalue().rstrip("\n")
