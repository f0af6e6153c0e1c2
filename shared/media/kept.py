"""Keeps what was decided of a film as text, and gives it back: frozen dataclasses, with the paths of a folder's files.

Paths are kept relative to the folder, so that whoever unpacks the files elsewhere finds them. It is read by the release
that wrote it only (`runs.engine`); all else is refused, so nothing here needs a default or a form's number.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from shared.media.errors import MediaFailed
from shared.nesting import parse

T = TypeVar("T")


def kept(value: object, folder: Path) -> str:
    """Return a dataclass as text; raises TypeError for what has no form."""
    return json.dumps(_plain(value, folder), allow_nan=True)


def given_back(cls: type[T], text: str, folder: Path) -> T:
    """Return what `kept` kept, its files now lying in `folder`. Raises MediaFailed when it is anything else."""
    try:
        found: T = _read(cls, parse(text), folder)
    except (KeyError, TypeError, ValueError) as wrong:
        raise MediaFailed(f"what was kept of the film cannot be read: {wrong}") from wrong
    return found


def _plain(value: object, folder: Path) -> Any:
    match value:
        case Enum():
            return value.value
        case None | str() | bool() | int() | float():
            return value
        case Path():
            return str(value.relative_to(folder)) if value.is_relative_to(folder) else value.name
        case Mapping():
            return {str(key): _plain(item, folder) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item, folder) for item in value]
        case frozenset():
            return sorted(_plain(item, folder) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name), folder) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _read(kind: Any, value: Any, folder: Path) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        inner = [one for one in get_args(kind) if one is not type(None)]
        return None if value is None else _read(inner[0], value, folder)
    kinds = get_args(kind)
    match get_origin(kind):
        case None:
            return _one(kind, value, folder)
        case origin if origin is tuple and kinds[1:] == (Ellipsis,):
            return tuple(_read(kinds[0], item, folder) for item in value)
        case origin if origin is tuple:
            return tuple(_read(one, item, folder) for one, item in zip(kinds, value, strict=True))
        case origin if origin is frozenset:
            return frozenset(_read(kinds[0], item, folder) for item in value)
        case origin if isinstance(origin, type) and issubclass(origin, Mapping):
            return {key: _read(kinds[1], item, folder) for key, item in value.items()}
    raise TypeError(f"{kind} has no form")


def _one(kind: Any, value: Any, folder: Path) -> Any:
    if isinstance(kind, type) and issubclass(kind, Path):
        return folder / value
    kind = getattr(kind, "__supertype__", kind)  # a NewType is kept as what it is made of
    if is_dataclass(kind) and isinstance(kind, type):
        if set(value) != {field.name for field in fields(kind)}:
            raise TypeError(f"{kind.__name__} has other fields here")
        hints = get_type_hints(kind)
        return kind(**{field.name: _read(hints[field.name], value[field.name], folder) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"expected {kind}, found {type(value).__name__}")
    return value
