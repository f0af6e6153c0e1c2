"""A table's cells: text that is read as what its place takes, as English and German spreadsheets write numbers.

A comma stands for a point where it cannot part thousands: `1,5` is a number, `1,500` could be two, and stays text.
"""

import re
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from shared.nesting import parse

_A_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15}|,[0-9]{1,2})?")


class Cell(str):
    """A variable's cell: what its template takes in its place is known when the order is filled in."""

    __slots__ = ()


def read_cell(cell: str, kinds: Collection[str]) -> Any:
    """Return a cell as its place takes it, by JSON's names of types; a text, and what fits none, stays as it is."""
    text = cell.strip()
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if "string" in kinds:
        return str(cell)
    if ("number" in kinds or "integer" in kinds) and _A_NUMBER.fullmatch(text):
        return int(text) if text.lstrip("-").isdecimal() else float(text.replace(",", "."))
    if text[:1] in ("[", "{"):
        with suppress(ValueError):
            return parse(text)
    return str(cell)
