"""A tenant's month as the Firestore console shows it: `tenants/{tenant}/usage/2026-11`, and its shard `2026-11-1`."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shared.cloud.hours import hour_of
from shared.cloud.moments import plain_time
from shared.cloud.records import Month
from shared.pipeline.job.entries import MonthMove
from shared.pipeline.job.shares import Amount


def usage(store: Any, tenant: str, doc: str) -> Any:
    """Return the reference of a month's document."""
    return store.collection("tenants").document(tenant).collection("usage").document(doc)


def month(snapshot: Any) -> Month:
    """Read a month; one that was not begun is all zeros, without a revision."""
    data, read_at = snapshot.to_dict() or {}, plain_time(snapshot.read_time)
    return Month(
        films=int(data.get("films", 0)),
        reserved=int(data.get("reserved", 0)),
        charged=int(data.get("charged", 0)),
        refunded=int(data.get("refunded", 0)),
        revision=snapshot.update_time if snapshot.exists else None,
        hour=hour_of(data, read_at),
        read_at=read_at,
        doc=snapshot.reference.id,
        shards=int(data.get("shards", 0)),
        allot=_amount(data, "allot"),
        debt=_amount(data, "debt"),
        told=int(data.get("told", 0)),
        open={queue: int(count) for queue, count in data.get("open", {}).items()},
    )


def _amount(data: Mapping[str, Any], name: str) -> Amount:
    found = data.get(name) or {}
    return Amount(int(found.get("films", 0)), int(found.get("money", 0)))


def begun(move: MonthMove) -> dict[str, Any]:
    """Return a month's document after its first move."""
    return {**_amounts(move), "open": dict(move.open)}


def growth(move: MonthMove, *, anew: bool = False) -> dict[str, Any]:
    """Return what adds a move to whatever a month's document holds by then; `anew`: nothing was open before."""
    from google.cloud import firestore
    from google.cloud.firestore_v1.field_path import FieldPath

    opened = {FieldPath("open", queue).to_api_repr(): by for queue, by in move.open.items()}
    amounts = {**_amounts(move), "completed": move.completed, **({} if anew else opened)}
    more = {name: firestore.Increment(amount) for name, amount in amounts.items() if amount}
    return {**more, "open": dict(move.open)} if anew else more


def add_move(store: Any, batch: Any, tenant: str, move: MonthMove, reserve: Month | None) -> None:
    """Add a move to its month: a purchase to the very month it was admitted by, any other move to what is there."""
    document = usage(store, tenant, move.doc)
    if reserve is None:
        batch.update(document, growth(move))
        return
    hour = reserve.hour.bought_once_more
    if reserve.revision is None:
        batch.create(document, {**begun(move), **hour})
    else:
        same = store.write_option(last_update_time=reserve.revision)
        allot = {"allot": asdict(reserve.allot)} if reserve.loans else {}
        told = {"told": reserve.reached} if reserve.reached > reserve.told else {}  # by earlier orders: steps/budget.py
        batch.update(document, {**growth(move, anew=reserve.idle), **hour, **allot, **told}, option=same)
        for loan in reserve.loans:
            same = store.write_option(last_update_time=loan.revision)
            batch.update(usage(store, tenant, loan.doc), {"allot": asdict(loan.allot)}, option=same)


def _amounts(move: MonthMove) -> dict[str, int]:
    return {"films": move.films, "reserved": move.reserved, "charged": move.charged, "refunded": move.refunded}
