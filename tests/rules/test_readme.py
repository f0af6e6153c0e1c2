"""What README.md says about the code is what the code prints, and what it names is there."""

import json
import re
from pathlib import Path

import pytest

from infra.diagrams import line_table, machine_picture
from infra.readme import COMMAND, README, NoMarkers, main, refreshed, settings_table
from shared.config import Settings, declared
from tests.rules.sources import ROOT

SHOWN = README.read_text(encoding="utf-8")
FIRST_SCREEN = 40  # lines
MARKED = "".join(
    f"before {name}\n<!-- {name} -->\nold\n<!-- /{name} -->\n"
    for name in ("picture:line", "picture:machine", "settings")
)


def test_the_readme_shows_what_the_code_prints() -> None:
    """The line, the machine and the settings are those that are run."""
    assert refreshed(SHOWN) == SHOWN, f"README.md is behind the code; run: {COMMAND}"


def test_the_two_commands_stand_on_the_first_screen() -> None:
    """A newcomer sees how to try abroll and how to prove it without scrolling."""
    first = "\n".join(SHOWN.splitlines()[:FIRST_SCREEN])

    assert re.search(r"^make demo\b", first, re.MULTILINE)
    assert re.search(r"^make test\b", first, re.MULTILINE)


def test_every_make_target_named_exists() -> None:
    """No command of the README is one make does not know."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", SHOWN, re.MULTILINE))

    assert {"demo", "test"} <= {first or second for first, second in named} <= targets


def test_every_place_named_exists() -> None:
    """Files and folders the README names in code are there."""
    named = re.findall(r"`((?:\.ci|demo|functions|infra|shared|tests)/[\w./<>*-]*)`", SHOWN)
    missing = [place for place in named if not list(ROOT.glob(re.sub(r"<\w+>", "*", place).rstrip("/")))]

    assert "shared/pipeline/" in named
    assert [] == missing


def test_every_folder_of_the_product_is_named() -> None:
    """Whoever reads where things are has read of every folder."""
    folders = {
        f"{path.relative_to(ROOT).as_posix()}/" for path in (ROOT / "shared").iterdir() if any(path.glob("*.py"))
    }

    assert set() == {folder for folder in folders if f"`{folder}`" not in SHOWN}


def test_every_folder_of_the_tests_is_told() -> None:
    """tests/README.md has a row for each folder, and none for a folder that is gone."""
    told = re.findall(r"^\| `(\w+)/` \|", (ROOT / "tests" / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.rglob("*.py")) and path.is_dir()}
    assert sorted(folders) == sorted(told)


def test_every_endpoint_named_is_deployed() -> None:
    """A request in the README goes to a function that anyone may call."""
    rows = json.loads((ROOT / "infra" / "functions.json").read_text(encoding="utf-8"))["functions"]

    named = set(re.findall(r"\b(?:GET|POST|PUT|PATCH|DELETE) (?:https?://[^/\s]+)?/(\w+)", SHOWN))

    assert "create_job" in named
    assert named <= {name for name, row in rows.items() if row["caller"] == "anyone"}


def test_every_setting_has_a_row() -> None:
    """The table says of each variable what it is, and whether somebody must set it."""
    rows = settings_table().splitlines()[2:]

    assert [f"| `{setting.variable}` | {setting.sentence} | " for setting in declared().values()] == [
        row[: row.rindex("|", 0, -1) + 2] for row in rows
    ]
    assert "| required |" in rows[list(declared()).index("project")]
    assert f"| `{Settings.__dataclass_fields__['location'].default}` |" in rows[list(declared()).index("location")]


def test_no_table_shows_where_it_was_printed() -> None:
    """A default that is a path is shown as the repository has it, whoever printed it."""
    assert str(ROOT) not in settings_table()
    assert "| `shared/tables.json` |" in settings_table()


def test_writing_refreshes_only_what_stands_between_the_markers(tmp_path: Path) -> None:
    """What people wrote around the parts stays, and a second writing changes nothing."""
    document = tmp_path / "README.md"
    document.write_text(f"{MARKED}after\n", encoding="utf-8")

    main(["--write", "--file", str(document)])

    written = document.read_text(encoding="utf-8")
    assert written.startswith(f"before picture:line\n<!-- picture:line -->\n{line_table()}\n<!-- /picture:line -->\n")
    assert f"```mermaid\n{machine_picture()}\n```" in written
    assert written.endswith(f"{settings_table()}\n<!-- /settings -->\nafter\n")
    assert "old" not in written
    assert refreshed(written) == written


def test_without_writing_the_document_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command shows what it would write and leaves the file alone."""
    document = tmp_path / "README.md"
    document.write_text(MARKED, encoding="utf-8")

    main(["--file", str(document)])

    assert refreshed(MARKED) == capsys.readouterr().out
    assert MARKED == document.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["picture:line", "picture:machine", "settings"])
def test_a_document_without_a_marker_is_refused_by_name(name: str) -> None:
    """A part is never dropped silently."""
    with pytest.raises(NoMarkers, match=name):
        refreshed(MARKED.replace(f"<!-- {name} -->", ""))
