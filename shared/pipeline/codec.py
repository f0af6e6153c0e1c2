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
from functools import cache, partial
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
UNKNOWN_SIZE = 64 * 1024  # of one map's unknown keys: names, texts and bytes by their length, all else as eight
UNKNOWN = "unknown"
_Read = Callable[[object, str], Any]  # a plain value and its path; raises Unreadable


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
        case tuple() | list():
            return [_item(item, keep=keep) for item in value]
    if is_dataclass(value) and not isinstance(value, type):  # before the two below, which are slow to say no
        known = {
            field.name: _plain(item, keep=keep)
            for field in document_fields(type(value))
            if (item := getattr(value, field.name)) is not None or field.default not in (None, MISSING)
        }
        return {**(value.unknown or {}), **known} if keep and isinstance(value, Stored) else known
    match value:
        case Mapping():
            return {str(_plain(key, keep=keep)): _plain(item, keep=keep) for key, item in value.items()}
        case AbstractSet():
            return sorted(_item(item, keep=keep) for item in value)
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
    shape, below = _shape(described), f"{path}." if path else ""
    wrong = [(f"{below}{name}", "missing") for name in shape.needed if name not in data]
    values: dict[str, Any] = dict.fromkeys(shape.required)
    if issubclass(described, Stored):
        values[UNKNOWN] = _unknown(data, shape.readers.keys(), path, wrong)
    present = ((name, read, data[name], f"{below}{name}") for name, read in shape.readers.items() if name in data)
    values |= _each(present, wrong)
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


def _each(items: Iterable[tuple[Any, _Read, object, str]], wrong: list[tuple[str, str]]) -> dict[Any, Any]:
    """Read (key, how, value, path) each; raise all mistakes, those already known included, together."""
    read = {}
    for key, how, item, where in items:
        try:
            read[key] = how(item, where)
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


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a class is read: its fields, those without a default, and which of them must be there."""

    readers: Mapping[str, _Read]
    required: tuple[str, ...]
    needed: tuple[str, ...]


@cache
def _shape(cls: type[Any]) -> _Shape:
    hints, known = get_type_hints(cls), document_fields(cls)
    required = tuple(each.name for each in known if each.default is MISSING and each.default_factory is MISSING)
    needed = tuple(name for name in required if not _optional(hints[name]))
    return _Shape({each.name: _reader(hints[each.name]) for each in known}, required, needed)


def _optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind)


@cache
def _reader(kind: Any) -> _Read:
    """Return how values of a type are read: told once of each type, asked for each value of each document."""
    if _optional(kind):
        inner = [one for one in get_args(kind) if one is not type(None)]
        if len(inner) > 1:
            return _no_form(f"a choice of types ({kind})")
        read = _reader(inner[0])
        return lambda value, path: None if value is None else read(value, path)
    kind = getattr(kind, "__supertype__", kind)  # a NewType is stored as what it is made of
    if kind in _SCALARS:
        return _SCALARS[kind]
    if origin := get_origin(kind):
        return _collection(origin, get_args(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        return partial(from_plain, kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return partial(_enum, kind)
    return _no_form(str(kind))


def _no_form(what: str) -> _Read:
    def read(_value: object, path: str) -> Any:
        raise TypeError(f"{path}: {what} has no plain form")

    return read


def _collection(origin: Any, kinds: tuple[Any, ...]) -> _Read:
    if origin is tuple and kinds[1:] != (Ellipsis,):
        return partial(_tuple, tuple(map(_reader, kinds)))
    if origin in (tuple, frozenset):
        items = partial(_list, _reader(kinds[0]))
        return lambda value, path: origin(items(value, path))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        of_key, of_item = map(_reader, kinds)
        return partial(_map, of_key, of_item)
    return _no_form(str(origin))


def _list(read: _Read, value: object, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Unreadable(path, f"expected a list, found {type(value).__name__}")
    return list(_each(((index, read, item, f"{path}.{index}") for index, item in enumerate(value)), []).values())


def _tuple(readers: tuple[_Read, ...], value: object, path: str) -> tuple[Any, ...]:
    items = _list(_SCALARS[Any], value, path)
    if len(items) != len(readers):
        raise Unreadable(path, f"expected {len(readers)} items, found {len(items)}")
    typed = enumerate(zip(readers, items, strict=True))
    return tuple(_each(((index, read, item, f"{path}.{index}") for index, (read, item) in typed), []).values())


def _map(of_key: _Read, of_item: _Read, value: object, path: str) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable(path, f"expected a map, found {type(value).__name__}")
    return _each(((of_key(key, path), of_item, item, f"{path}.{key}") for key, item in value.items()), [])


def _enum(kind: type[Enum], value: object, path: str) -> Enum:
    try:
        return kind(value)
    except ValueError as wrong:
        raise Unreadable(path, f"{value!r} is no {kind.__name__}") from wrong


def _exactly(kind: type) -> _Read:
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


_SCALARS: Mapping[Any, _Read] = {
    str: _exactly(str),
    bool: _exactly(bool),
    int: _exactly(int),
    float: _float,
    datetime: _datetime,
    timedelta: _timedelta,
    Any: lambda value, _: value,
}
