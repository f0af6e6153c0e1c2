"""Turns frozen dataclasses into plain maps a document database can hold, and back, checking every type on the way in.

The rules, so that a stored document reads well in a console and old documents stay readable:
enums are their values, tuples and sets are lists, a `timedelta` is its seconds, a `datetime` stays a `datetime`
(databases index it; a string in RFC 3339 is read too), a field that is None stands only where None is not its default.
On reading, missing keys take their default, an optional one is None, anything else raises `Unreadable` with the path.
Lists directly in lists are refused: Firestore cannot hold them.

Keys that a class does not know were written by newer code. A `Stored` class keeps them, at every level, and `to_stored`
writes them back, so that a document passes through older code unharmed (hole 208); any other class reads over them.
`to_plain` shows only what this code knows: nobody is shown what nobody here can judge.
"""

import types
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
UNKNOWN_SIZE = 64 * 1024  # of one map's unknown keys: names, texts and bytes by their length, all else as eight
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stored:
    """A map of a stored document; what it cannot read it carries along, and that makes no difference to anything."""

    unknown: Mapping[str, Any] | None = field(default=None, compare=False, repr=False, kw_only=True)


Kept = TypeVar("Kept", bound=Stored)


class Unreadable(ValueError):
    """Stored values do not fit their dataclass; `mistakes` are all of them, (path, why), `path` is the first one's."""

    def __init__(self, path: str, why: str, *more: tuple[str, str]) -> None:
        self.mistakes = ((path, why), *more)
        self.path = path
        super().__init__("; ".join(f"{where or 'document'}: {what}" for where, what in self.mistakes))


def to_plain(value: object) -> Any:
    """Return what this code knows of `value`, plain; raises TypeError for what no document can hold."""
    return _plain(value, keep=False)


def to_stored(value: object) -> Any:
    """Return `value` as a document keeps it: as `to_plain` does, with all that newer code wrote into it."""
    return _plain(value, keep=True)


def _plain(value: object, *, keep: bool) -> Any:
    match value:
        case Enum():
            return value.value
        case None | str() | bool() | int() | float() | datetime():
            return value
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(_plain(key, keep=keep)): _plain(item, keep=keep) for key, item in value.items()}
        case tuple() | list():
            return [_item(item, keep=keep) for item in value]
        case AbstractSet():
            return sorted(_item(item, keep=keep) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        known = {
            field.name: _plain(item, keep=keep)
            for field in document_fields(type(value))
            if (item := getattr(value, field.name)) is not None or field.default not in (None, MISSING)
        }
        return {**(value.unknown or {}), **known} if keep and isinstance(value, Stored) else known
    raise TypeError(f"{type(value).__name__} cannot stand in a document")


def _item(value: object, *, keep: bool) -> Any:
    if isinstance(value, tuple | list | AbstractSet):
        raise TypeError("a list directly in a list cannot stand in a document: give the inner one a dataclass")
    return _plain(value, keep=keep)


def carried(old: Kept, new: Kept) -> Kept:
    """Return `new` with what `old` holds unknown; a map inside it keeps its own where all that is known is the same."""
    kept = {
        field.name: _carried(getattr(old, field.name), getattr(new, field.name)) for field in document_fields(type(new))
    }
    return replace(new, unknown=old.unknown, **kept)


def _carried(old: object, new: object) -> object:
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        return tuple(map(_carried, old, new))
    return old if isinstance(new, Stored) and old == new else new


def from_plain(cls: type[T], data: object, path: str = "") -> T:
    """Build a `cls` from a plain map; raises Unreadable naming every field that does not fit."""
    if not isinstance(data, Mapping):
        raise Unreadable(path, f"expected a map, found {type(data).__name__}")
    described = cast("Any", cls)  # a dataclass, which the type system cannot say
    hints, known = _hints(described), document_fields(described)
    present = {field.name: data[field.name] for field in known if field.name in data}
    wrong = [
        (f"{path}.{field.name}" if path else field.name, "missing")
        for field in known
        if field.name not in data and _required(field) and not _optional(hints[field.name])
    ]
    values: dict[str, Any] = dict.fromkeys(field.name for field in known if _required(field))
    if issubclass(described, Stored):
        values[UNKNOWN] = _unknown(data, {field.name for field in known}, path, wrong)
    values |= _each(
        ((name, hints[name], item, f"{path}.{name}" if path else name) for name, item in present.items()), wrong
    )
    return cls(**values)


def _unknown(
    data: Mapping[Any, Any], known: AbstractSet[str], path: str, wrong: list[tuple[str, str]]
) -> dict[str, Any] | None:
    """Return what a map holds beside what is known of it; too much of it is a mistake, for it is never thrown away."""
    found = {key: item for key, item in data.items() if key not in known}
    if not found:
        return None
    if (size := _size(found)) > UNKNOWN_SIZE:
        wrong.append((path, f"{size} bytes of unknown fields, at most {UNKNOWN_SIZE} are kept"))
    return found


def _size(value: object) -> int:
    match value:
        case str() | bytes():
            return len(value)
        case Mapping():
            return sum(_size(key) + _size(item) for key, item in value.items())
        case list() | tuple():
            return sum(map(_size, value))
    return 8


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


def document_fields(cls: type[Any]) -> tuple[Field[Any], ...]:
    """Return the fields that stand in a document under their own names."""
    kinds: Any = cls
    return _named(kinds)


@cache
def _named(cls: type[Any]) -> tuple[Field[Any], ...]:
    return tuple(field for field in fields(cls) if not (field.name == UNKNOWN and issubclass(cls, Stored)))


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
    kind = getattr(kind, "__supertype__", kind)  # a NewType is stored as what it is made of
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
    try:
        moment = read.astimezone(UTC)  # a database client's subclass of datetime becomes a plain one
    except OverflowError as wrong:
        raise Unreadable(path, f"{read} is before the first year or after the last") from wrong
    return datetime.combine(moment.date(), moment.time(), UTC)


def _timedelta(value: object, path: str) -> timedelta:
    seconds = _float(value, path)
    try:
        return timedelta(seconds=seconds)
    except (OverflowError, ValueError) as wrong:  # too many of them, or not a number
        raise Unreadable(path, f"{seconds} is no length of time") from wrong


_SCALARS: Mapping[Any, Callable[[object, str], Any]] = {
    str: _exactly(str),
    bool: _exactly(bool),
    int: _exactly(int),
    float: _float,
    datetime: _datetime,
    timedelta: _timedelta,
    Any: lambda value, _: value,
}
