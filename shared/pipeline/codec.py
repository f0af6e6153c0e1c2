"""Turns frozen dataclasses into plain maps a document database can hold, and back, checking every type on the way in.

The rules, so that a stored document reads well in a console and old documents stay readable:
enums are their values, tuples and sets are lists, a `timedelta` is its seconds, a `datetime` stays a `datetime`
(databases index it; a string in RFC 3339 is read too), a field that is None stands only where None is not its default.
On reading, unknown keys are ignored (a newer writer), missing ones take their default, an optional one is None,
anything else raises `Unreadable` with the path. Lists directly in lists are refused: Firestore cannot hold them.
"""

import types
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Unreadable(ValueError):
    """Stored values do not fit their dataclass; `mistakes` are all of them, (path, why), `path` is the first one's."""

    def __init__(self, path: str, why: str, *more: tuple[str, str]) -> None:
        self.mistakes = ((path, why), *more)
        self.path = path
        super().__init__("; ".join(f"{where or 'document'}: {what}" for where, what in self.mistakes))


def to_plain(value: object) -> Any:
    """Return `value` as maps, lists and scalars; raises TypeError for what no document can hold."""
    match value:
        case Enum():
            return value.value
        case None | str() | bool() | int() | float() | datetime():
            return value
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_item(item) for item in value]
        case AbstractSet():
            return sorted(_item(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(item)
            for field in fields(value)
            if (item := getattr(value, field.name)) is not None or field.default not in (None, MISSING)
        }
    raise TypeError(f"{type(value).__name__} cannot stand in a document")


def _item(value: object) -> Any:
    if isinstance(value, tuple | list | AbstractSet):
        raise TypeError("a list directly in a list cannot stand in a document: give the inner one a dataclass")
    return to_plain(value)


def from_plain(cls: type[T], data: object, path: str = "") -> T:
    """Build a `cls` from a plain map; raises Unreadable naming every field that does not fit."""
    if not isinstance(data, Mapping):
        raise Unreadable(path, f"expected a map, found {type(data).__name__}")
    described = cast("Any", cls)  # a dataclass, which the type system cannot say
    hints = _hints(described)
    present = {field.name: data[field.name] for field in fields(described) if field.name in data}
    wrong = [
        (f"{path}.{field.name}" if path else field.name, "missing")
        for field in fields(described)
        if field.name not in data and _required(field) and not _optional(hints[field.name])
    ]
    values: dict[str, Any] = dict.fromkeys(field.name for field in fields(described) if _required(field))
    values |= _each(
        ((name, hints[name], item, f"{path}.{name}" if path else name) for name, item in present.items()), wrong
    )
    return cls(**values)


def _each(items: Iterable[tuple[Any, Any, object, str]], wrong: list[tuple[str, str]]) -> dict[Any, Any]:
    """Read (key, type, value, path) each; raise all mistakes, those already known included, together."""
    read = {}
    for key, kind, item, where in items:
        try:
            read[key] = _read(kind, item, where)
        except Unreadable as one:
            wrong += one.mistakes
    if wrong:
        (path, why), *more = wrong
        raise Unreadable(path, why, *more)
    return read


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind)


def _read(kind: Any, value: object, path: str) -> Any:
    if _optional(kind):
        inner = [one for one in get_args(kind) if one is not type(None)]
        if len(inner) > 1:
            raise TypeError(f"{path}: a choice of types ({kind}) has no plain form")
        return None if value is None else _read(inner[0], value, path)
    if kind in _SCALARS:
        return _SCALARS[kind](value, path)
    if origin := get_origin(kind):
        return _collection(origin, get_args(kind), value, path)
    if is_dataclass(kind) and isinstance(kind, type):
        return from_plain(kind, value, path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind, value, path)
    raise TypeError(f"{path}: {kind} has no plain form")


def _collection(origin: Any, kinds: tuple[Any, ...], value: object, path: str) -> Any:
    if origin is tuple:
        return _tuple(kinds, value, path)
    if origin is frozenset:
        return frozenset(_list(kinds[0], value, path))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _map(kinds, value, path)
    raise TypeError(f"{path}: {origin} has no plain form")


def _list(kind: Any, value: object, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Unreadable(path, f"expected a list, found {type(value).__name__}")
    return list(_each(((index, kind, item, f"{path}.{index}") for index, item in enumerate(value)), []).values())


def _tuple(kinds: tuple[Any, ...], value: object, path: str) -> tuple[Any, ...]:
    if kinds[1:] == (Ellipsis,):
        return tuple(_list(kinds[0], value, path))
    items = _list(Any, value, path)
    if len(items) != len(kinds):
        raise Unreadable(path, f"expected {len(kinds)} items, found {len(items)}")
    typed = enumerate(zip(kinds, items, strict=True))
    return tuple(_each(((index, kind, item, f"{path}.{index}") for index, (kind, item) in typed), []).values())


def _map(kinds: tuple[Any, ...], value: object, path: str) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable(path, f"expected a map, found {type(value).__name__}")
    of_key, of_item = kinds
    return _each(((_read(of_key, key, path), of_item, item, f"{path}.{key}") for key, item in value.items()), [])


def _enum(kind: type[Enum], value: object, path: str) -> Enum:
    try:
        return kind(value)
    except ValueError as wrong:
        raise Unreadable(path, f"{value!r} is no {kind.__name__}") from wrong


def _exactly(kind: type) -> Callable[[object, str], Any]:
    def read(value: object, path: str) -> Any:
        if type(value) is not kind:  # `True` is an int to isinstance, and no number to us
            raise Unreadable(path, f"expected {kind.__name__}, found {type(value).__name__}")
        return value

    return read


def _float(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(path, f"expected a number, found {type(value).__name__}")
    return float(value)


def _datetime(value: object, path: str) -> datetime:
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as wrong:
        raise Unreadable(path, f"{value!r} is no time") from wrong
    if not isinstance(read, datetime) or read.tzinfo is None:
        raise Unreadable(path, f"expected a time with its zone, found {value!r}")
    moment = read.astimezone(UTC)  # a database client's subclass of datetime becomes a plain one
    return datetime.combine(moment.date(), moment.time(), UTC)


def _timedelta(value: object, path: str) -> timedelta:
    return timedelta(seconds=_float(value, path))


_SCALARS: Mapping[Any, Callable[[object, str], Any]] = {
    str: _exactly(str),
    bool: _exactly(bool),
    int: _exactly(int),
    float: _float,
    datetime: _datetime,
    timedelta: _timedelta,
    Any: lambda value, _: value,
}
