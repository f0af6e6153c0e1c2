"""The README shows the machine and the line as they are run."""

import json
from pathlib import Path

import pytest

from shared.pipeline.line import LINE
from shared.pipeline.machine import TABLE
from shared.pipeline.nodes import State
from shared.pipeline.picture import NoMarkers, embedded, line_table, machine_picture, main

ROOT = Path(__file__).parents[3]
REFRESH = "run: python -m shared.pipeline.picture --write README.md"
MARKED = "<!-- picture:line -->\nold\n<!-- /picture:line -->\n\n<!-- picture:machine --><!-- /picture:machine -->\n"


def test_the_readme_shows_the_machine_and_the_line_that_are_run() -> None:
    """A README whose pictures differ from the code's names the command that refreshes it."""
    readme = ROOT / "README.md"

    assert readme.is_file(), f"README.md is not there yet; with both pairs of markers in it, {REFRESH}"
    shown = readme.read_text("utf-8")

    assert embedded(shown) == shown, f"README.md shows an old picture; {REFRESH}"


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


def test_writing_refreshes_only_what_stands_between_the_markers(tmp_path: Path) -> None:
    """What people wrote around the pictures stays."""
    document = tmp_path / "README.md"
    document.write_text(f"before\n{MARKED}after\n", "utf-8")

    main(["--write", str(document)])

    written = document.read_text("utf-8")
    assert written.startswith("before\n<!-- picture:line -->\n| step | does | runs on |\n")
    assert written.endswith("```\n<!-- /picture:machine -->\nafter\n")
    assert "old" not in written
    assert embedded(written) == written


def test_a_document_without_markers_is_refused_by_name() -> None:
    """A picture is never dropped silently."""
    with pytest.raises(NoMarkers, match="picture:machine"):
        embedded("nothing here")


def test_without_a_document_both_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The command shows what it would write."""
    main([])

    printed = capsys.readouterr().out
    assert f"{machine_picture()}\n\n{line_table()}\n" == printed
