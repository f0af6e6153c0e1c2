"""JSON of others, read only as deep as anything sensible nests.

`json` alone goes as deep as the interpreter lets it, a thousand levels. Python 3.11 collects garbage while it parses,
and what is collected down there has no room left to end properly: its finalizer fails, whatever thread it belongs to.
So depth is counted before anything is parsed.
"""

import json
import re
from collections.abc import Callable
from typing import Any

MOST_LEVELS = 64  # a vendor's answers have fewer than ten, a body of ours at most four
# The next bracket, or the end; texts, in which brackets are letters, are passed over where loops cost nothing. Measured
# on 4 MB of the worst, a list of empty texts: 0.25 s of a CPU, and 1.8 s where each text was a turn of our own.
_NEXT_BRACKET = re.compile(r'(?:[^][{}"]++|"(?:[^"\\]++|\\.)*+"?)*+([][{}]|\Z)', re.DOTALL)
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1, "": 0}


class NestedTooDeeply(ValueError):
    """A text opens more brackets within each other than anything sensible does."""


def parse(text: str | bytes, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """Return what a JSON text says; `pairs` makes each object of its names and values.

    Raises ValueError for what is no JSON: NestedTooDeeply, json.JSONDecodeError and UnicodeDecodeError among it.
    """
    said = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    if said.count("[") + said.count("{") > MOST_LEVELS:
        _count_levels(said)
    return json.loads(said, object_pairs_hook=pairs)


def _count_levels(said: str) -> None:
    levels = 0
    for found in _NEXT_BRACKET.finditer(said):
        levels += _BRACKETS[found[1]]
        if levels > MOST_LEVELS:
            raise NestedTooDeeply(f"it nests more than {MOST_LEVELS} levels deep")
