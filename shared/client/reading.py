"""JSON of others, read only as deep as anything sensible nests: `json` goes on to the end of the stack.

abroll's own functions read by the same rule (`shared/nesting.py`); this package stands alone.
"""

import json
import re
from typing import Any

_LEVELS = 64
# The next bracket, or the end; texts, in which brackets are letters, are passed over.
_NEXT_BRACKET = re.compile(r'(?:[^][{}"]++|"(?:[^"\\]++|\\.)*+"?)*+([][{}]|\Z)', re.DOTALL)
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1, "": 0}


def parse(text: str | bytes) -> Any:
    """Return what a JSON text says. Raises ValueError for what is no JSON, or nests deeper than 64 levels."""
    said = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    levels = 0
    for found in _NEXT_BRACKET.finditer(said) if said.count("[") + said.count("{") > _LEVELS else ():
        levels += _BRACKETS[found[1]]
        if levels > _LEVELS:
            raise ValueError(f"it nests more than {_LEVELS} levels deep")
    return json.loads(said)
