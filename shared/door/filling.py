"""An order by a named template: what the template says, its variables filled in with what the order says."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from shared.door.cells import Cell, read_cell
from shared.pipeline.plan.variables import Value, filled, places

LONGEST_VARIABLE = 5_000  # characters: a whole script
MOST_VARIABLES = 50
OWN = ("product_title", "product_id", "script")  # fields of an order that are variables, too, where they are given
ALIASES = {"content_id": "product_id", "script": "avatar_script"}  # as workflows name fields


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template's version as an order uses it."""

    label: str  # "launch@3"
    order: Mapping[str, Any]
    variables: Mapping[str, Mapping[str, Value]]  # by name: an `example`, or a `default`


Patterns = Callable[[str], Pattern]  # finds the one an order names; raises Mistakes where there is none


def read_pattern(label: str, order: str, variables: str) -> Pattern:
    """Return a pattern from its two JSON texts, as they are kept."""
    return Pattern(label, json.loads(order), json.loads(variables))


def tried(pattern: Pattern) -> dict[str, Any]:
    """Return the order that a pattern makes of its own examples and defaults."""
    values = {name: next(iter(said.values())) for name, said in pattern.variables.items()}
    made: dict[str, Any] = filled(pattern.order, {name: name for name in OWN} | values)
    return made


def from_pattern(sent: Mapping[str, Any], pattern: Pattern) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return what a pattern says where an order is silent, and what is wrong with the order's variables.

    Only a variable that has a place there is needed; mistakes are (path, sentence).
    """
    found: list[tuple[str, str]] = []
    given = sent.get("variables")
    if given is not None and not isinstance(given, Mapping):
        return {}, [("variables", "must be an object")]
    values = {name: each["default"] for name, each in pattern.variables.items() if "default" in each}
    values |= _own(sent)
    for name, value in (given or {}).items():
        why = _wrong(name, value, pattern)
        if why:
            found.append((f"variables.{name}", why))
        else:
            values[name] = value
    refused = {path.partition(".")[2] for path, _ in found}
    wanted = dict.fromkeys(name for _, name in places(pattern.order))
    lacking = [name for name in wanted if name not in values and name not in refused]
    found += [(f"variables.{name}", f"is needed by the template {pattern.label}") for name in lacking]
    if found:
        return {}, found
    cells = {name: _as_declared(cell, pattern, name) for name, cell in values.items() if isinstance(cell, Cell)}
    return filled(pattern.order, values, values | cells), []


def value_mistake(value: object) -> str | None:
    """Say what is wrong with a variable's value, None where nothing is."""
    match value:
        case str() if len(value) > LONGEST_VARIABLE:
            return f"has {len(value)} characters; at most {LONGEST_VARIABLE} are allowed"
        case bool() | int() | str():
            return None
        case float() if value == value and abs(value) != float("inf"):  # noqa: PLR0124 - NaN is no equal of itself
            return None
    return "must be a text, a number, true or false"


def _as_declared(cell: Cell, pattern: Pattern, name: str) -> Value:
    """Return a table's cell as its variable's example or default is: where it stands alone, a number may be taken."""
    kinds = {bool: "boolean", int: "number", float: "number"}
    read: Value = read_cell(cell, {kinds.get(type(value), "string") for value in pattern.variables[name].values()})
    return read


def _own(sent: Mapping[str, Any]) -> dict[str, Value]:
    """Return the order's own fields that are variables, too, by either name."""
    pairs = ALIASES | {name: alias for alias, name in ALIASES.items()}
    named = {name: sent.get(name, sent.get(pairs.get(name, name))) for name in OWN}
    return {name: value for name, value in named.items() if isinstance(value, str)}


def _wrong(name: str, value: object, pattern: Pattern) -> str | None:
    if name not in pattern.variables:
        known = [*pattern.variables, *OWN]
        near = get_close_matches(name[:60], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(pattern.variables)) or 'none'}"
        return f"is no variable of the template {pattern.label}; {hint}"
    return value_mistake(value)
