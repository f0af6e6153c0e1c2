"""Partial responses: the `fields` parameter of Google's JSON APIs, e.g. `items(name,size),nextPageToken` or `a/b`."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from .wire import invalid

_TOKEN = re.compile(r"([,()/])")
_NAME = re.compile(r"[A-Za-z0-9_]+|\*")


@dataclass(slots=True)
class _Mask:
    """Which fields stay; no children means all of it."""

    children: dict[str, "_Mask"] = field(default_factory=dict)

    def of(self, value: object) -> object:
        if not self.children or "*" in self.children:
            return value
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {key: mask.of(value[key]) for key, mask in self.children.items() if key in value}
        return value


def select(body: object, fields: str | None) -> object:
    """Keep only the named fields of a JSON answer."""
    return body if fields is None else _parse(fields).of(body)


def _parse(fields: str) -> _Mask:
    root = at = _Mask()
    groups: list[_Mask] = []
    tokens = [token for token in _TOKEN.split(fields) if token.strip()]
    for before, token in pairwise([",", *tokens]):
        match token:
            case "(" if _NAME.fullmatch(before):
                groups.append(at)
            case ")" if groups:
                groups.pop()
            case ",":
                at = groups[-1] if groups else root
            case "/" if _NAME.fullmatch(before):
                continue
            case name if _NAME.fullmatch(name) and before in ",(/":
                at = at.children.setdefault(name, _Mask())
            case _:
                raise invalid(f"Invalid field selection {fields}")
    if groups or not root.children:
        raise invalid(f"Invalid field selection {fields}")
    return root
