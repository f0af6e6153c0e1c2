"""Print the model's table: `python -m tests.model`, with `--large` the searches that take minutes."""

import sys

from tests.model.lane_rows import HOLDING, HOLDING_LARGE, PLANTED
from tests.model.scenarios import KEPT, LARGE, NECESSARY


def main(arguments: list[str]) -> int:
    """Search every row; the exit status tells whether all came out as said."""
    large = (*LARGE, *HOLDING_LARGE) if "--large" in arguments else ()
    rows = (*NECESSARY, *KEPT, *PLANTED, *HOLDING, *large)
    surprises = 0
    for row in rows:
        verdict = row.searched()
        surprises += verdict.law != row.breaks or not (verdict.law or verdict.whole)
        print(f"{row}\n    {verdict.states:,} states, {verdict.seconds:.1f} s: {verdict}", flush=True)
    print(f"{len(rows)} searches, {surprises} surprises")
    return surprises


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
