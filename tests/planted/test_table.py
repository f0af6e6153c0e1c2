"""The table in README.md and the planted bugs are the same."""

import re
from pathlib import Path

from tests.planted.machines import BUGS as MACHINES
from tests.planted.test_months import BUGS as MONTHS
from tests.planted.test_steps import BUGS as STEPS

ROW = re.compile(r"^\| ([^|]+) \| ([A-Z]+): [^|]+ \| (test_\w+\.py): `(\w+)` \|$", re.MULTILINE)


def test_the_table_names_every_bug_its_law_and_its_place() -> None:
    """Bug, law and place of each row are those of the tests."""
    table = ROW.findall((Path(__file__).parent / "README.md").read_text(encoding="utf-8"))

    machines = {(bug.name.capitalize(), bug.law, "test_machines.py", bug.life.__name__) for bug in MACHINES}
    steps = {
        (
            (bug.__doc__ or "").partition(":")[0].rstrip("."),
            (law.__doc__ or "").partition(":")[0],
            where,
            bug.__name__,
        )
        for where, bugs in (("test_months.py", MONTHS), ("test_steps.py", STEPS))
        for bug, law in bugs
    }
    assert machines | steps == set(table)
    assert 24 == len(table)
