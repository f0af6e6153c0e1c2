"""Refreshes what README.md says about the code: the line, the machine and the settings, as the code itself prints them.

`python -m infra.readme` shows the refreshed README, `--write` puts it there. What people wrote around the parts stays.
"""

import argparse
import re
import sys
from dataclasses import MISSING, fields
from pathlib import Path

from infra.diagrams import line_table, machine_picture
from shared.config import Setting, Settings

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
COMMAND = "python -m infra.readme --write"


class NoMarkers(Exception):
    """A document has no place for a part."""


def settings_table() -> str:
    """Return every setting as a Markdown table: variable, why it is there, what it is when nobody sets it."""
    rows = []
    for item in fields(Settings):
        setting: Setting = item.metadata["setting"]
        rows.append(f"| `{setting.variable}` | {setting.sentence} | {_unset(item.default)} |")
    return "\n".join(("| variable | what it is | default |", "|---|---|---|", *rows))


def refreshed(text: str) -> str:
    """Return a document with every part put between its markers, whatever stood there. Raises NoMarkers."""
    parts = {
        "picture:line": line_table(),
        "picture:machine": f"```mermaid\n{machine_picture()}\n```",
        "settings": settings_table(),
    }
    for name, printed in parts.items():
        text = _between(text, name, printed)
    return text


def _unset(default: object) -> str:
    if default is MISSING:
        return "required"
    if not default:
        return "empty"
    return f"`{str(default).removeprefix(f'{ROOT}/')}`"


def _between(text: str, name: str, printed: str) -> str:
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    marked = re.compile(f"{re.escape(opening)}.*?{re.escape(closing)}", re.DOTALL)
    if not marked.search(text):
        raise NoMarkers(f"there is no {opening} … {closing}: add both lines where the part belongs")
    return marked.sub(lambda _: f"{opening}\n{printed}\n{closing}", text)


def main(arguments: list[str]) -> None:
    """Show or write the refreshed document."""
    parser = argparse.ArgumentParser(prog="python -m infra.readme", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it instead of showing it")
    parser.add_argument("--file", type=Path, default=README, help="another document than README.md")
    given = parser.parse_args(arguments)
    text = refreshed(given.file.read_text(encoding="utf-8"))
    if given.write:
        given.file.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
