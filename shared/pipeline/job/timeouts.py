"""Every time limit in one place, as data: how long a claim lives, how long an unknown call is waited for, when to look.

The inequalities of hole 15 hold for the shipped table by test:
send window < HTTP total < function timeout < dispatch deadline < claim life.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

from shared.pipeline.plan.plan import Kind

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """All waits and time limits in seconds (counts where said)."""

    send_window: float = 10  # from the load to the send
    veo_http: float = 60  # total deadline of Veo's submit
    heygen_http: float = 120  # total deadline of HeyGen's submit
    veo_function: float = 120  # start_clip's timeout
    heygen_function: float = 180
    compose_render: float = 1200  # ffmpeg's own limit: fetching comes before, storing and the commit after
    compose_function: float = 1500
    veo_dispatch: float = 150  # its task's dispatch deadline
    heygen_dispatch: float = 210
    compose_dispatch: float = 1530
    veo_claim: float = 210  # a claim older than this has expired
    heygen_claim: float = 270
    veo_unknown: float = 1200  # how long an unknown submit is given before another attempt
    replay_after: float = 30  # an unknown HeyGen answer is asked for again under its key
    key_life: float = 82_800  # 23 h: an older key is never repeated
    replays: int = 3  # repeats of one key; after that its title is looked for
    found_nothing: float = 60  # between two looks for an unclear attempt
    silent_step: float = 300  # … at most, while the vendor does not answer
    longest_operation: float = 1800  # a known operation pending this long fails, counted as paid
    clip_backstop: float = 360  # no news of a clip: the sweep looks
    presenter_backstop: float = 300
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
    work_tries: int = 3
    give_up: float = 21_600  # 6 h

    def claim_life(self, kind: Kind) -> timedelta:
        """How long a claim on a node of this kind lives."""
        return timedelta(seconds=self.heygen_claim if kind is Kind.PRESENTER else self.veo_claim)

    def backstop(self, kind: Kind) -> timedelta:
        """How long a running node may be silent before the sweep looks at it."""
        return timedelta(seconds=self.presenter_backstop if kind is Kind.PRESENTER else self.clip_backstop)

    def recheck_after(self, waited: timedelta) -> timedelta:
        """When the sweep looks again for a task that waits in its queue: the longer it has waited, the later."""
        return min(max(waited, self.queue_slack * SECOND), max(self.nudge_most, self.queue_slack) * SECOND)

    def nudge_after(self, nudges: int) -> timedelta:
        """When the sweep looks again after the n-th nudge: 2, 4, 8 … 30 minutes."""
        return timedelta(seconds=min(self.nudge_unit * 2**nudges, self.nudge_most))


class UnknownTimeouts(Exception):
    """The table names timeouts that do not exist."""


def read_timeouts(data: Mapping[str, object]) -> Timeouts:
    """Read the table's overrides; raises UnknownTimeouts naming every unknown or non-numeric entry."""
    known = {item.name for item in fields(Timeouts)}
    wrong = [key for key, value in data.items() if key not in known or not isinstance(value, int | float)]
    if wrong:
        raise UnknownTimeouts(
            f"timeouts: {', '.join(sorted(wrong))}: unknown or not a number; known are {', '.join(sorted(known))}"
        )
    numbers: dict[str, float] = {key: value for key, value in data.items() if isinstance(value, int | float)}
    whole = {"fresh_links", "hint_polls", "nudges", "replays", "tries", "tries_filtered", "work_tries"}
    return Timeouts(**{key: int(value) if key in whole else value for key, value in numbers.items()})  # type: ignore[arg-type]  # one mapping, two number types
