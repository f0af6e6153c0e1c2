"""Prints what the code knows about itself for the README: the machine's picture and the table of the line.

Both come from the very tables that are run (machine.TABLE, line.LINE), so neither can say anything else than the code.
`python -m shared.pipeline.picture` shows them, `--write README.md` puts them between that file's markers.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.pipeline.line import LINE, SWEEP, VEO_OUTPUT, Step
from shared.pipeline.machine import TABLE
from shared.pipeline.nodes import AT_VENDOR, AWAKE, LIVE, State

ARRIVES = {VEO_OUTPUT: "event", SWEEP: "schedule"}  # the steps neither a task nor a request starts

# What a node does without news of its own: the rest of its job, a person or the sweep moves it.
JOB_MOVES: tuple[tuple[State, State, str], ...] = (
    (State.BLOCKED, State.QUEUED, "all it needs is done"),
    (State.BLOCKED, State.CANCELLED, "another node failed"),
    (State.QUEUED, State.CANCELLED, "another node failed"),
    *((state, State.CANCELLED, "CancelAsked") for state in State if state in LIVE),
    *((state, State.CANCELLED, "Swept") for state in State if state in LIVE - AT_VENDOR),
    *((state, State.FAILED, "Swept") for state in State if state in AWAKE),
    (State.FAILED, State.BLOCKED, "RetryAsked"),
    (State.CANCELLED, State.BLOCKED, "RetryAsked"),
)


class NoMarkers(Exception):
    """A document has no place for a picture."""


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


def embedded(text: str) -> str:
    """Return a document with both pictures put between its markers, whatever stood there; raises NoMarkers."""
    fenced = f"```mermaid\n{machine_picture()}\n```"
    return _between(_between(text, "machine", fenced), "line", line_table())


def _drawn() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {State.BLOCKED.value}"
    for (before, after), heard in moves().items():
        yield f"    {before.value} --> {after.value}: {', '.join(heard)}"
    yield f"    {State.DONE.value} --> [*]"


def _far(edge: tuple[State, State]) -> int:
    return list(State).index(edge[1])


def _runs_on(step: Step) -> str:
    return f"queue `{step.queue}`" if step.queue else ARRIVES.get(step, "https")


def _between(text: str, name: str, drawn: str) -> str:
    opening, closing = f"<!-- picture:{name} -->", f"<!-- /picture:{name} -->"
    marked = re.compile(f"{re.escape(opening)}.*?{re.escape(closing)}", re.DOTALL)
    if not marked.search(text):
        raise NoMarkers(f"there is no {opening} … {closing}: add both lines where the picture belongs")
    return marked.sub(lambda _: f"{opening}\n{drawn}\n{closing}", text)


def main(arguments: list[str]) -> None:
    """Print both pictures, or write them into a document."""
    parser = argparse.ArgumentParser(prog="python -m shared.pipeline.picture", description=main.__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="refresh this document between its markers")
    document: Path | None = parser.parse_args(arguments).write
    if document is None:
        sys.stdout.write(f"{machine_picture()}\n\n{line_table()}\n")
        return
    document.write_text(embedded(document.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
