"""Every time limit in one place, as data: the job's own here, each vendor's in its row (`vendors.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from shared.pipeline.job.vendors import VENDORS, UnknownVendor, Vendor, VendorWaits
from shared.pipeline.plan.plan import Kind

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """All waits and time limits in seconds (counts where said)."""

    send_window: float = 10  # from the load to the send
    compose_render: float = 1200  # ffmpeg's own limit: fetching comes before, storing and the commit after
    compose_function: float = 1500
    compose_dispatch: float = 1530
    other_dispatch: float = 210  # of a look, whoever the vendor is
    replay_after: float = 30  # an answer that was lost is asked for again under its key
    found_nothing: float = 60  # between two looks for an unclear attempt
    silent_step: float = 300  # … at most, while the vendor does not answer
    hint_step: float = 5  # after a hint of success: 5, 10, 20 s, then the backstop
    hint_polls: int = 3
    fresh_links: int = 5  # asked for while a finished file is not what was ordered: after 5, 10, 20, 40, 80 s
    pending_step: float = 60  # after a look that found "pending"
    newer_step: float = 30  # before a task that met newer code's document comes again
    queue_slack: float = 120  # a task this late is looked for
    stagger: float = 0.15  # between starts of one job
    hold: float = 3600  # a node held for a retired model
    hold_step: float = 600
    nudges: int = 8
    nudge_unit: float = 60
    nudge_most: float = 1800
    tries: int = 3  # generations per take
    tries_filtered: int = 2  # … when filtered or empty
    tries_after: int = 2  # … of a service that took over
    unsent_tries: int = 3  # orders that reached nobody, after which the next service is asked
    limit_patience: float = 120  # no room for so long, and the next service is asked
    alone_patience: float = 1800  # … and there is none: a film that may be made without is
    work_tries: int = 3
    give_up: float = 21_600  # 6 h
    parked_life: float = 604_800  # 7 days: a node whose tenant's turn never comes to it
    batch_look: float = 20  # between two looks at a batch's films
    lane_slack: float = 120  # a turn is looked at that was given so long ago

    vendors: Mapping[str, Vendor] = field(default_factory=lambda: VENDORS)

    def vendor(self, name: str) -> Vendor:
        """Return a vendor's row. Raises UnknownVendor."""
        found = self.vendors.get(name)
        if found is None:
            raise UnknownVendor(f"no vendor {name!r}; known are {', '.join(sorted(self.vendors))}")
        return found

    def of(self, vendor: str) -> VendorWaits:
        """Return how long a vendor is waited for. Raises UnknownVendor."""
        return self.vendor(vendor).waits

    def dispatch(self, kind: Kind) -> float:
        """Return the dispatch deadline of a submit's task: one function serves all vendors of a kind."""
        return max(row.waits.dispatch for row in self.vendors.values() if row.kind is kind)

    def recheck_after(self, waited: timedelta) -> timedelta:
        """When the sweep looks again for a task that waits in its queue: the longer it has waited, the later."""
        return min(max(waited, self.queue_slack * SECOND), max(self.nudge_most, self.queue_slack) * SECOND)

    def nudge_after(self, nudges: int) -> timedelta:
        """When the sweep looks again after the n-th nudge: 2, 4, 8 … 30 minutes."""
        return timedelta(seconds=min(self.nudge_unit * 2**nudges, self.nudge_most))


class UnknownTimeouts(Exception):
    """The table names timeouts that do not exist."""


def read_timeouts(data: Mapping[str, object]) -> Timeouts:
    """Read the table's overrides, a vendor's under `vendors` and its name.

    Raises UnknownTimeouts naming every unknown or non-numeric entry.
    """
    wrong: list[str] = []
    by_vendor = data.get("vendors", {})
    own = {key: value for key, value in data.items() if key != "vendors"}
    numbers = _numbers(own, Timeouts, "", wrong)
    rows = dict(VENDORS)
    for name, given in by_vendor.items() if isinstance(by_vendor, Mapping) else [("vendors", by_vendor)]:
        if name in VENDORS and isinstance(given, Mapping):
            read = _numbers(given, VendorWaits, f"vendors.{name}.", wrong)
            rows[name] = replace(VENDORS[name], waits=replace(VENDORS[name].waits, **read))
        else:
            wrong.append(f"vendors.{name}")
    if wrong:
        raise UnknownTimeouts(f"timeouts: {', '.join(sorted(wrong))}: unknown or not a number")
    return Timeouts(**numbers, vendors=rows)


def _numbers(data: Mapping[str, object], kind: type, path: str, wrong: list[str]) -> dict[str, Any]:
    """Return the numbers of `data` that `kind` has a field for, counts as whole ones; the rest is `wrong`."""
    counts = {item.name: item.type is int for item in fields(kind)}
    read: dict[str, Any] = {}
    for key, value in data.items():
        if key not in counts or key == "vendors" or isinstance(value, bool) or not isinstance(value, int | float):
            wrong.append(f"{path}{key}")
        else:
            read[key] = int(value) if counts[key] else value
    return read
