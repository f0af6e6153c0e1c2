"""Prints what the code knows about itself for the README: the machine's picture and the table of the line.

The table of the line and the moves that news makes come from the tables that run (line.LINE, machine.TABLE). The moves
a node makes without news of its own are written down here, in JOB_MOVES: a test lives through each of them, and a law
holds every commit of random jobs to the whole picture. `python -m infra.readme --write` puts both into README.md.
"""

from collections.abc import Iterator

from shared.pipeline.job.job import AT_VENDOR, AWAKE, LIVE, State
from shared.pipeline.job.line import LINE, START_CLIP, START_PRESENTER, SWEEP, VEO_OUTPUT, Step
from shared.pipeline.job.machine import TABLE
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.plan.plan import Kind

ARRIVES = {VEO_OUTPUT: "event", SWEEP: "schedule"}  # the steps neither a task nor a request starts
STARTS = {START_CLIP: Kind.CLIP, START_PRESENTER: Kind.PRESENTER}  # each in a queue of its vendor's

# What a node does without news of its own: the rest of its job, a person or the sweep moves it.
JOB_MOVES: tuple[tuple[State, State, str], ...] = (
    (State.BLOCKED, State.QUEUED, "all it needs is done"),
    (State.BLOCKED, State.CANCELLED, "another node failed"),
    (State.QUEUED, State.CANCELLED, "another node failed"),
    (State.BLOCKED, State.CANCELLED, "the lead of its cast is left out"),
    (State.QUEUED, State.BLOCKED, "its cast changes the service"),
    (State.QUEUED, State.CANCELLED, "the lead of its cast is left out"),
    *((state, State.CANCELLED, "CancelAsked") for state in State if state in LIVE),
    *((state, State.CANCELLED, "Swept") for state in State if state in LIVE - AT_VENDOR),
    *((state, State.FAILED, "Swept") for state in State if state in AWAKE),
    (State.FAILED, State.BLOCKED, "RetryAsked"),
    (State.CANCELLED, State.BLOCKED, "RetryAsked"),
    (State.DONE, State.BLOCKED, "RetryAsked with other words"),
)


def moves() -> dict[tuple[State, State], tuple[str, ...]]:
    """Return every move a node may make and what makes it, in the order of a life."""
    found: dict[tuple[State, State], list[str]] = {}
    for row in TABLE:
        for after in row.becomes:
            found.setdefault((row.state, after), []).append(row.event.__name__)
    for before, after, why in JOB_MOVES:
        found.setdefault((before, after), []).append(why)
    order = list(State)
    return {edge: tuple(found[edge]) for edge in sorted(found, key=lambda edge: (order.index(edge[0]), _far(edge)))}


def machine_picture() -> str:
    """Return the machine as a Mermaid state diagram: an arrow a move, labelled with what is heard."""
    return "\n".join(_drawn())


def line_table() -> str:
    """Return the line as a Markdown table: a row a step, in order."""
    rows = [f"| `{step.function}` | {step.does} | {_runs_on(step)} |" for step in LINE]
    return "\n".join(("| step | does | runs on |", "|---|---|---|", *rows))


def _drawn() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {State.BLOCKED.value}"
    for (before, after), heard in moves().items():
        yield f"    {before.value} --> {after.value}: {', '.join(heard)}"
    yield f"    {State.DONE.value} --> [*]"


def _far(edge: tuple[State, State]) -> int:
    return list(State).index(edge[1])


def _runs_on(step: Step) -> str:
    if step in STARTS:
        return ", ".join(f"queue `{row.queue}`" for row in VENDORS.values() if row.kind is STARTS[step])
    return f"queue `{step.queue}`" if step.queue else ARRIVES.get(step, "https")
