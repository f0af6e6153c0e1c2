"""JSON of others, read only as deep as anything sensible nests: `json` goes on to the end of the stack."""

import json
import re
from typing import Any

_LEVELS = 64
_TEXT_OR_BRACKET = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL
)  # a text, in which brackets are letters; a bracket


def parse(text: str | bytes) -> Any:
    """Return what a JSON text says. Raises ValueError for what is no JSON, or nests deeper than 64 levels."""
    said = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    open_now = 0
    for mark in _TEXT_OR_BRACKET.finditer(said) if said.count("[") + said.count("{") > _LEVELS else ():
        open_now += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if open_now > _LEVELS:
            raise ValueError(f"it nests more than {_LEVELS} levels deep")
    return json.loads(said)
