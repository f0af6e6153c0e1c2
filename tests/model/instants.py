"""Time for the model: a few ticks stand for the protocol's waits, and a job is looked at from now, so that it recurs.

The machine only ever compares times with one another, so a job may be moved in time as a whole: what happened is kept
as ticks before now, no further back than any wait reaches. What decides nothing (the story, its words, who paid) is
left out. Two jobs that are equal then behave alike for ever.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.pipeline.job.job import AT_VENDOR, AWAKE, Attempt, Claim, Job, Node, Trouble
from shared.pipeline.job.timeouts import Timeouts
from tests.pipeline.machine.story import START, waiting

NOW = START
TICK = timedelta(minutes=1)
SENDS = 0  # ticks after its load in which a worker may send
ANSWERS = 1  # ticks after its load in which an answer is written down, unless the worker is frozen
VENDOR = 4  # ticks the vendor's longest operation takes: longer than a claim and a second look after it
FROZEN = 8  # ticks after which a frozen worker is dead for good
LONGEST = 6  # ticks of the longest wait
OWN = Timeouts(
    send_window=SENDS * 60,
    replay_after=60,
    found_nothing=60,
    hint_step=60,
    hint_polls=1,
    fresh_links=1,
    pending_step=60,
    queue_slack=60,
    stagger=0,
    hold=1e9,
    hold_step=60,
    nudges=10**6,  # the model never gives up: what lives must live without it
    nudge_most=60,
    tries=2,
    give_up=1e9,
)
WAITS = waiting(
    OWN,
    claim=120,
    unknown=300,  # > SENDS + VENDOR
    silence=360,
    longest=360,
    backstop=60,
    key_life=1e9,
    replays=1,
)


def ticks(at: datetime) -> int:
    """Return how many ticks an instant lies ahead; negative when it is over."""
    return int((at - NOW) / TICK)


def stripped(job: Job, passed: int = 0, latest: int = FROZEN) -> Job:
    """Return the job as it is `passed` ticks later, without anything that decides nothing.

    `latest` is how many ticks ago the oldest read was made that somebody may still act upon.
    """
    nodes = {key: _node(node, passed * TICK, latest) for key, node in job.nodes.items()}
    return replace(
        job,
        nodes=nodes,
        created_at=NOW,
        updated_at=NOW,
        give_up_at=NOW + timedelta(days=9999),
        ended_at=NOW if job.ending else None,
        timeline=(),
        trouble=Trouble(code="trouble", message="trouble", next_move="retry") if job.trouble else None,
    )


def _node(node: Node, passed: timedelta, latest: int) -> Node:
    vendor, awake = node.state in AT_VENDOR, node.state in AWAKE
    return replace(
        node,
        wake=1,
        at=_seen(node.at, passed, latest) if awake else None,
        due=_seen(node.due, passed, 0) if awake else None,
        nudges=min(node.nudges, 1),
        claim=_claim(node.claim, passed, latest) if node.claim and vendor else None,
        queued_at=None,
        started_at=None,
        ended_at=None,
        held_since=None,
        waits_since=None,
        waived_at=NOW if node.waived_at else None,
        switches=(),
        why=None,
        next_move=None,
        attempts=tuple(_line(line) for line in node.attempts),
    )


def _claim(claim: Claim, passed: timedelta, latest: int) -> Claim:
    at = _seen(claim.at, passed, LONGEST + latest)
    return replace(
        claim,
        token="own",
        at=at or NOW,
        unclear_at=_seen(claim.unclear_at, passed, 1 + latest),
        absent_at=_seen(claim.absent_at, passed, 1 + latest),
        first_at=NOW,
    )


def _line(line: Attempt) -> Attempt:
    film = line.why if line.why and line.why.startswith("gs://") else None
    return replace(line, claimed_at=NOW, sent_at=None, ended_at=None, why=film, releases=0)


def _seen(at: datetime | None, passed: timedelta, latest: int) -> datetime | None:
    return max(at - passed, NOW - latest * TICK) if at else None
