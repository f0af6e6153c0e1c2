"""Texts with variables: `{{price}}` anywhere in an order, filled with what one order says.

A text that is one variable alone takes its value as it is, a number or true and false too; within a longer text it
stands as text. Values are filled in once: braces in a value are text.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

VARIABLE = r"[a-z][a-z0-9_]{0,39}"
A_NAME = "must be a variable's name: 1 to 40 of a-z, 0-9 and _, the first a letter"
MOST_PLACES = 200  # of variables in one template
_PLACE = re.compile(r"\{\{\s*(" + VARIABLE + r")\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}")

Value = str | int | float | bool


def is_variable(name: str) -> bool:
    """Tell whether a variable can have this name."""
    return re.fullmatch(VARIABLE, name) is not None


def places(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, variable) for each place a variable has in an order, the texts of lists and maps walked in turn."""
    for where, text in _texts(value, path):
        for found in _PLACE.finditer(text):
            yield where, found[1]


def torn(value: object, path: str = "") -> Iterator[str]:
    """Yield the path of each text with double braces that hold no variable."""
    for where, text in _texts(value, path):
        if _BRACES.search(_PLACE.sub("", text)):
            yield where


def braced_names(value: object, path: str = "") -> Iterator[str]:
    """Yield the path of each name in a map that has double braces: only texts are filled in."""
    match value:
        case Mapping():
            for name, item in value.items():
                below = f"{path}.{name}" if path else str(name)
                if _BRACES.search(str(name)):
                    yield below
                yield from braced_names(item, below)
        case list() | tuple():
            for index, item in enumerate(value):
                yield from braced_names(item, f"{path}.{index}" if path else str(index))


def filled(value: Any, variables: Mapping[str, Value], alone: Mapping[str, Value] | None = None) -> Any:
    """Return an order with its variables filled in; `alone` are the values of those that are a whole text, if others.

    Raises:
        KeyError: a variable has no value.
    """
    match value:
        case str():
            whole = _PLACE.fullmatch(value.strip())
            return (
                (alone or variables)[whole[1]]
                if whole
                else _PLACE.sub(lambda found: _written(variables[found[1]]), value)
            )
        case Mapping():
            return {name: filled(item, variables, alone) for name, item in value.items()}
        case list() | tuple():
            return [filled(item, variables, alone) for item in value]
    return value


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case Mapping():
            for name, item in value.items():
                yield from _texts(item, f"{path}.{name}" if path else str(name))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _texts(item, f"{path}.{index}" if path else str(index))
