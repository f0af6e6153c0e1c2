"""The machine and the line are drawn as they are run."""

import json
from pathlib import Path

from infra.diagrams import line_table, machine_picture
from shared.pipeline.job.job import State
from shared.pipeline.job.line import LINE
from shared.pipeline.job.machine import TABLE

ROOT = Path(__file__).parents[3]


def test_every_move_of_the_table_is_an_arrow() -> None:
    """No row of the machine's table is missing in its picture."""
    drawn = machine_picture().splitlines()

    for row in TABLE:
        for after in row.becomes:
            arrow = f"    {row.state.value} --> {after.value}: "
            labels = [line.removeprefix(arrow).split(", ") for line in drawn if line.startswith(arrow)]
            assert [True] == [row.event.__name__ in label for label in labels]


def test_every_state_is_drawn_and_every_pair_of_states_has_one_arrow() -> None:
    """The picture stays readable: arrows between the same two states are one arrow."""
    arrows = [line.split(":")[0].strip() for line in machine_picture().splitlines()[1:]]

    assert sorted(set(arrows)) == sorted(arrows)
    assert set(State) <= set(" ".join(arrows).split())


def test_the_line_has_a_row_for_each_step_in_order() -> None:
    """The table's first column is the line."""
    rows = line_table().splitlines()[2:]

    assert [f"`{step.function}`" for step in LINE] == [row.split("|")[1].strip() for row in rows]


def test_the_line_says_who_starts_a_step_as_the_inventory_does() -> None:
    """What the table says a step runs on is who may call its function in infra/functions.json."""
    inventory = json.loads((ROOT / "infra" / "functions.json").read_text("utf-8"))
    callers = {"queue": "tasks", "https": "anyone", "event": "events", "schedule": "scheduler"}

    for row in line_table().splitlines()[2:]:
        _, function, _, runs_on, _ = (cell.strip() for cell in row.split("|"))
        how, _, queue = runs_on.partition(" ")
        assert inventory["functions"][function.strip("`")]["caller"] == callers[how]
        assert not queue or queue.strip("`") in inventory["queues"]
