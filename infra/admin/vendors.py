"""The noun `vendor`: how each stands, and to leave one alone by hand, by the same path as its breaker."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from infra.admin.house import LONGEST_WHY, changed
from infra.admin.told import Told, done
from shared.door.health import vendor_standing
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.vendors.breaker import asked_again_at, paused, resumed
from shared.pipeline.vendors.names import called
from shared.pipeline.vendors.state import Breaker, VendorsState
from shared.wiring import Wiring


def listed(wiring: Wiring) -> Told:
    """Return how every vendor stands. Raises SystemExit."""
    state, now = changed(wiring, lambda one: one), wiring.now()
    return {"vendors": [_row(vendor, state, now) for vendor in VENDORS]}


def show(wiring: Wiring, vendor: str) -> Told:
    """Return how a vendor stands: its breaker, what was met lately, and what was learnt of it. Raises SystemExit."""
    known(vendor)
    state = changed(wiring, lambda one: one)
    breaker = state.breakers.get(vendor, Breaker())
    learnt = {
        name: {"success": figure.success, "weight": round(figure.done + figure.lost, 3)}
        for name, figure in state.figures.items()
        if name.split()[0] == vendor
    }
    incidents = [{"at": each.at, "what": each.code, "tenant": each.tenant} for each in breaker.incidents]
    return {**_row(vendor, state, wiring.now()), "openings": breaker.opened, "incidents": incidents, "learnt": learnt}


def pause(wiring: Wiring, vendor: str, why: str = "", *, dry_run: bool = False) -> Told:
    """Send a vendor nothing new: its queue waits, or another service takes over, as where its breaker is open.

    What it is making is waited for and fetched. Raises SystemExit.
    """
    known(vendor)
    if len(why) > LONGEST_WHY:
        raise SystemExit(f"a reason has at most {LONGEST_WHY} characters")
    return _turned(wiring, vendor, lambda one, now: paused(one, why, now), dry_run=dry_run)


def resume(wiring: Wiring, vendor: str, *, dry_run: bool = False) -> Told:
    """Ask a vendor again; what waits comes within two minutes. Raises SystemExit."""
    known(vendor)
    return _turned(wiring, vendor, lambda one, _: resumed(one), dry_run=dry_run)


def known(vendor: str) -> None:
    """Require that there is such a vendor. Raises SystemExit."""
    if vendor not in VENDORS:
        raise SystemExit(f"there is no vendor {vendor}; {', '.join(VENDORS)} are")


def _turned(wiring: Wiring, vendor: str, turn: Any, *, dry_run: bool) -> Told:
    now = wiring.now()

    def moved(state: VendorsState) -> VendorsState:
        before = state.breakers.get(vendor, Breaker())
        after = turn(before, now)
        return state if after is before else replace(state, breakers={**state.breakers, vendor: after})

    if dry_run:
        before = changed(wiring, lambda state: state)
        state = moved(before)
    else:
        state = changed(wiring, moved)
    stopped = state.breakers.get(vendor, Breaker()).paused
    said = (
        f"{called(vendor)} is sent nothing new, by every instance a minute from now; a film that has waited two hours "
        "for it fails, and is refunded"
        if stopped
        else f"{called(vendor)} is asked again; what waits comes within two minutes"
    )
    return done(said, dry_run=dry_run, vendor=_row(vendor, state, now))


def _row(vendor: str, state: VendorsState, now: datetime) -> dict[str, Any]:
    breaker = state.breakers.get(vendor, Breaker())
    return {
        "id": vendor,
        "name": called(vendor),
        "status": vendor_standing(state, vendor, now),
        "down_since": breaker.since,
        "asked_again_at": asked_again_at(breaker, now),
        "paused_at": breaker.paused.at if breaker.paused else None,
        "why": breaker.paused.why if breaker.paused else None,
        "starts_waiting": sum(row.starts for queue, row in state.queues.items() if queue == VENDORS[vendor].queue),
    }
