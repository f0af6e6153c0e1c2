"""Where the fields of a body stand, read from its models: which are known at a place, what pydantic's paths mean."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

MAP_KEY = "[key]"  # pydantic's step for a map's key that is wrong
Steps = tuple[int | str, ...]


def known_fields(model: type[BaseModel], steps: Steps) -> frozenset[str]:
    """Return the names a body may use at this place; for a union, those of all its models."""
    return frozenset(name for one in models_at(model, steps) for name in one.model_fields)


def models_at(model: type[BaseModel], steps: Steps) -> tuple[type[BaseModel], ...]:
    """Return the models of what stands at this place."""
    here: list[Any] = [model]
    for step in steps:
        here = _inside(here, step)
    return tuple(one for one in here if _is_model(one))


def our_steps(model: type[BaseModel], loc: Steps) -> tuple[Steps, tuple[Any, ...]]:
    """Return a path of pydantic's errors as ours; and, of a value that is none of a union's, what it may be.

    Pydantic puts the kind it tried, or a union's tag, behind the field: one step that no sender wrote.
    """
    here, steps, choices = [model], list[int | str](), tuple[Any, ...]()
    tried = False
    for step in loc:
        if len(here) > 1 and not tried:
            choices, tried = tuple(here), True
            continue
        steps.append(step)
        here, choices, tried = _inside(here, step), (), False
    return tuple(steps), () if any(map(_is_model, choices)) else choices


def literals(choice: Any) -> tuple[Any, ...]:
    """Return the values that one of a union's kinds lists."""
    return get_args(choice) if get_origin(choice) is Literal else ()


def bounds(choice: Any) -> tuple[float, float] | None:
    """Return between what the numbers of one of a union's kinds lie."""
    said = [each for one in get_args(choice)[1:] if isinstance(one, FieldInfo) for each in one.metadata]
    least = [each.ge for each in said if isinstance(each, Ge) and isinstance(each.ge, int | float)]
    most = [each.le for each in said if isinstance(each, Le) and isinstance(each.le, int | float)]
    return (least[0], most[0]) if least and most else None


def paths(model: type[BaseModel]) -> Iterator[str]:
    """Yield the path of every field of a body, those of its own first; the first entry stands for all of a list."""
    level, seen = [("", model)], {model}
    while level:
        below = list[tuple[str, type[BaseModel]]]()
        for before, one in level:
            for name, field in one.model_fields.items():
                yield f"{before}{name}"
                first = "0." if _is_list(field.annotation) else ""
                inner = [each for each in _models_in(field.annotation) if each not in seen]
                below += [(f"{before}{name}.{first}", each) for each in inner]
                seen |= set(inner)
        level = below


def _inside(here: list[Any], step: int | str) -> list[Any]:
    """Return the kinds of what stands one step further."""
    found: list[Any] = []
    for one in here:
        plain = get_args(one)[0] if get_origin(one) is Annotated else one
        if _is_model(plain):
            found += [plain.model_fields[str(step)].annotation] if step in plain.model_fields else []
        elif get_origin(plain) in (list, tuple, dict):
            found += get_args(plain)[-1:]
    return [kind for one in found for kind in _kinds(one)]


def _kinds(annotation: Any) -> Iterator[Any]:
    """Yield what a field may hold, null left out."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _kinds(one)
    elif origin is Annotated and get_origin(get_args(annotation)[0]) in (Annotated, Union, UnionType):
        yield from _kinds(get_args(annotation)[0])
    elif origin is Annotated and _is_model(get_args(annotation)[0]):
        yield get_args(annotation)[0]
    elif annotation is not NoneType:
        yield annotation


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_list(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", None)
    return origin in (list, tuple) or any(map(_is_list, getattr(annotation, "__args__", ())))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)
