"""What an order or an edit may say, for the tools that take one: out of the description printed from their parsers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

DESCRIPTION = Path(__file__).with_name("openapi.json")
PLACE, HERE = "#/components/schemas/", "#/$defs/"
SAID_BY_THE_TOOL = ("dry_run", "max_cost")


@cache
def schemas_of(root: str) -> Mapping[str, Any]:
    """Return the JSON Schema of a described body, and of those it is made of, by name."""
    schemas = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
    found = {name: json.loads(json.dumps(schemas[name]).replace(PLACE, HERE)) for name in _named(root, schemas)}
    for name in SAID_BY_THE_TOOL:
        found[root]["properties"].pop(name, None)
    return found


def _named(name: str, schemas: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a schema and of all it is made of."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found[one] = None
            waiting += _references(schemas[one])
    return tuple(sorted(found))


def _references(part: object) -> Iterator[str]:
    inner: Iterable[object] = ()
    if isinstance(part, dict):
        place = part.get("$ref")
        if isinstance(place, str):
            yield place.removeprefix(PLACE)
        inner = part.values()
    elif isinstance(part, list):
        inner = part
    for each in inner:
        yield from _references(each)
