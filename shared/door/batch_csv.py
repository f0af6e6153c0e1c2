"""A batch as a table: a heading that names fields of an order, then a row an order, as spreadsheets save it.

A heading is a field's path (`product_title`, `voice.speed`, `scenes.0.visual_description`), or a variable of the rows'
template (`variables.headline`, or just `headline`). An empty cell leaves its field out. Cells are text; where a field
takes no text, its cell is read as the number, true or false, or the JSON it looks like. A variable's cell is read so
when its template is filled in.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from shared.door.body_reading import Mistakes, join
from shared.door.cells import Cell, read_cell
from shared.door.film_bodies import FilmBody
from shared.door.gaps import Gapped
from shared.pipeline.job.batch import MOST_ROWS
from shared.pipeline.plan.variables import is_variable
from shared.steps.new_batch import MOST_TOLD

MOST_COLUMNS = 200
DEEPEST_PATH = 5  # parts of a heading
MOST_OF_A_LIST = 20
LONGEST_CELL = 64 * 1024  # characters
SEPARATORS = ",;\t"
MOST_PATHS = 2_000  # of fields whose types are remembered; headings are anybody's
VARIABLES = "variables"
_A_PLACE = re.compile(r"0|[1-9][0-9]{0,8}")  # in a list
_SAYS_SEPARATOR = re.compile(rf"\s*sep=([{SEPARATORS}])(?=[\r\n])", re.IGNORECASE)  # a line for Excel, no heading


class _Place(dict[str, Any]):
    """What several columns make together; the JSON of one cell is none."""


def read_table(text: str, template: str | None) -> list[dict[str, Any]]:
    """Return the orders of a table; `template` is what the rows are made by where none names its own.

    Raises Mistakes about the table itself; what is wrong with an order's fields is told when it is read.
    """
    lines = _lines(text)
    heading = next(lines, None)
    if heading is None:
        raise Mistakes({"body": ["is empty: send a heading and a row an order"]})
    columns = _columns(heading, by_template=template is not None or "template" in map(str.strip, heading))
    rows: list[dict[str, Any]] = []
    wrong: dict[str, list[str]] = {}
    for cells in lines:
        if len(rows) >= MOST_ROWS:
            raise Mistakes({"rows": [f"has more than {MOST_ROWS} rows: send them as several batches"]})
        row = f"rows.{len(rows) + 1}"
        if any(cell.strip() for cell in cells[len(columns) :]):
            why = f"has {len(cells)} cells, and the heading has {len(columns)}: a text with a separator needs quotes"
            wrong[row] = [why]
        order, twice = _order(columns, cells)
        wrong |= {f"{row}.{path}": [why] for path, why in twice}
        if len(wrong) >= MOST_TOLD:
            break
        rows.append(order)
    if wrong:
        raise Mistakes(wrong)
    return rows


def _lines(text: str) -> Iterator[list[str]]:
    """Yield the table's lines that have a cell. Raises Mistakes."""
    said = _SAYS_SEPARATOR.match(text)
    text = text[said.end() :] if said else text
    separator = said[1] if said else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            raise Mistakes({"body": [f"is no table at line {reader.line_num}: {_plainly(broken)}"]}) from broken
        for number, cell in enumerate(cells, start=1):
            if len(cell) > LONGEST_CELL:
                long = f"line {reader.line_num}, cell {number} has {len(cell)} characters"
                raise Mistakes({"body": [f"{long}; at most {LONGEST_CELL} are allowed"]})
        if any(cell.strip() for cell in cells):
            yield cells


def _plainly(broken: csv.Error) -> str:
    said = str(broken)
    if "unexpected end" in said or "expected after" in said:
        return "a quote is open, or stands in the middle of a cell; a quote within quotes is written twice"
    return "a cell is too long" if "field larger" in said else said


def _separator(text: str) -> str:
    """Return what parts the cells of the heading, quotes left aside: what stands there most."""
    first = re.split(r"[\r\n]", re.sub(r'"[^"]*"', "", text.lstrip("\r\n")[:LONGEST_CELL]), maxsplit=1)[0]
    return max(SEPARATORS, key=first.count)


def _columns(heading: Sequence[str], *, by_template: bool) -> list[tuple[str, ...]]:
    """Return each column's path. Raises Mistakes."""
    names = [name.strip() for name in heading]
    while names and not names[-1]:
        names.pop()
    wrong: dict[str, list[str]] = {}
    if len(names) > MOST_COLUMNS:
        raise Mistakes({"heading": [f"has {len(names)} columns; at most {MOST_COLUMNS} are allowed"]})
    columns: list[tuple[str, ...]] = []
    for number, name in enumerate(names, start=1):
        path = tuple(name.split("."))
        if path[0] not in FilmBody.model_fields and path[0] != VARIABLES and by_template and is_variable(name):
            path = (VARIABLES, name)
        if why := _wrong(name, path, by_template=by_template):
            wrong.setdefault(f"heading.{join('', name) or number}", []).append(why)
        if path in columns:
            wrong.setdefault(f"heading.{join('', name)}", []).append("stands in two columns")
        columns.append(path)
    if wrong:
        raise Mistakes(wrong)
    return columns


def _wrong(name: str, path: tuple[str, ...], *, by_template: bool) -> str | None:
    if not name:
        return "a column between others has no heading"
    if path[0] == "dry_run":
        return "is said of the whole batch: send ?dry_run=true"
    places = [part for at, part in enumerate(path) if at and "array" in _kinds(path[:at])]
    if len(path) > DEEPEST_PATH or not all(path) or not all(map(_A_PLACE.fullmatch, places)):
        return "is no path of a field, such as scenes.0.visual_description"
    if any(int(part) >= MOST_OF_A_LIST for part in places):
        return f"lists have at most {MOST_OF_A_LIST} entries, counted from 0"
    if path[0] in FilmBody.model_fields or path[0] == VARIABLES:
        return None
    near = get_close_matches(path[0][:60], list(FilmBody.model_fields), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    more = "; variables need a template: a column template, or ?template=NAME"
    named = "" if near else "; a variable's name is of a-z, 0-9 and _, the first a letter"
    return f"is no field of an order{hint}{named if by_template else more}"


def _order(columns: Sequence[tuple[str, ...]], cells: Sequence[str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return a row's order, and which of its cells say what another one says already."""
    order, twice = _Place(), list[tuple[str, str]]()
    for path, cell in zip(columns, cells, strict=False):
        if cell.strip() and not _put(order, path, _typed(path, cell)):
            twice.append((".".join(path), "is said by two cells, for it and for what it is part of: empty one of them"))
    made: dict[str, Any] = _lists(order, ())
    return made, twice


def _put(order: _Place, path: tuple[str, ...], value: object) -> bool:
    """Put a value at its path; False where another cell's stands."""
    place = order
    for part in path[:-1]:
        inner = place.setdefault(part, _Place())
        if not isinstance(inner, _Place):
            return False
        place = inner
    return place.setdefault(path[-1], value) is value


def _lists(value: Any, path: tuple[str, ...]) -> Any:
    """Turn places of lists into lists: a row with fewer scenes leaves columns empty, the later ones or others."""
    if not isinstance(value, _Place):
        return value
    made = {name: _lists(each, (*path, name)) for name, each in value.items()}
    return Gapped(made) if "array" in _kinds(path) else made


def _typed(path: tuple[str, ...], cell: str) -> Any:
    """Return a cell as its field takes it; a variable's is its template's matter."""
    return Cell(cell) if path[0] == VARIABLES and len(path) > 1 else read_cell(cell, _kinds(path))


@cache
def _schema() -> Mapping[str, Any]:
    return FilmBody.model_json_schema()


@lru_cache(maxsize=MOST_PATHS)
def _kinds(path: tuple[str, ...]) -> frozenset[str]:
    """Return which JSON types a field takes."""
    places = [_schema()]
    for part in path:
        places = [inner for place in places for inner in _inside(place, part)]
    return frozenset(kind for place in places for each in _resolved(place) if (kind := _kind(each)))


def _inside(place: Mapping[str, Any], part: str) -> Iterator[Mapping[str, Any]]:
    for each in _resolved(place):
        if part in each.get("properties", {}):
            yield each["properties"][part]
        elif part.isdecimal() and "items" in each:
            yield each["items"]
        elif isinstance(each.get("additionalProperties"), Mapping):
            yield each["additionalProperties"]


def _resolved(place: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what a schema may be: what it points to, and each of its alternatives."""
    if "$ref" in place:
        place = _schema()["$defs"][place["$ref"].rpartition("/")[2]]
    alternatives = [*place.get("anyOf", ()), *place.get("oneOf", ())]
    if not alternatives:
        yield place
    for each in alternatives:
        yield from _resolved(each)


def _kind(place: Mapping[str, Any]) -> str | None:
    if "enum" in place or "const" in place:
        return "string"
    told = place.get("type")
    return told if isinstance(told, str) else None
