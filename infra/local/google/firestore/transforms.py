"""The field transforms of a write: server time, increment, maximum, minimum, array union and removal.

Semantics: google.firestore.v1.DocumentTransform.FieldTransform in the service's API reference.
"""

import math

from . import fields as paths
from .limits import MAX_TRANSFORMS, admit_elements
from .messages import DocumentPb, Value, ValuePb, WritePb
from .moments import Micros, timestamp
from .names import database_of
from .ordering import sort_key
from .refusals import invalid

_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_MILLISECOND: Micros = 1000
_REQUEST_TIME = 1
_NULL = Value(null_value=0)


def apply_all(document: DocumentPb, transforms: WritePb, at: Micros) -> list[ValuePb]:
    """Apply a write's transforms to the document in order and return their results; `at` is the commit's time."""
    if len(transforms) > MAX_TRANSFORMS:
        raise invalid(f"A write can carry at most {MAX_TRANSFORMS} field transforms for one document.")
    return [_apply(document, transform, at) for transform in transforms]


def _apply(document: DocumentPb, transform: WritePb, at: Micros) -> ValuePb:
    path = paths.parse_writable(transform.field_path)
    kind = transform.WhichOneof("transform_type")
    old = paths.lookup(document.fields, path)
    match kind:
        case "set_to_server_value":
            if transform.set_to_server_value != _REQUEST_TIME:
                raise invalid("A server value must be REQUEST_TIME.")
            new = Value(timestamp_value=timestamp(at - at % _MILLISECOND))
        case "increment" | "maximum" | "minimum":
            operand = getattr(transform, kind)
            if not _is_number(operand):
                raise invalid(f"The operand of {kind} on {transform.field_path} must be an integer or a double.")
            new = _numeric(kind, old, operand)
        case "append_missing_elements" | "remove_all_from_array":
            elements = getattr(transform, kind).values
            admit_elements(elements, path[0], database_of(document.name), len(path))
            new = _union(old, elements) if kind == "append_missing_elements" else _difference(old, elements)
        case _:
            raise invalid(f"The transform of {transform.field_path} names no operation.")
    paths.assign(document.fields, path, new)
    return _NULL if new.WhichOneof("value_type") == "array_value" else new


def _numeric(kind: str, old: ValuePb | None, operand: ValuePb) -> ValuePb:
    if old is None or not _is_number(old):
        return operand
    if kind == "increment":
        return _sum(old, operand)
    stored, given = _number(old), _number(operand)
    if math.isnan(stored):
        return old
    if math.isnan(given):
        return operand
    wins = given > stored if kind == "maximum" else given < stored
    return operand if wins else old


def _sum(old: ValuePb, operand: ValuePb) -> ValuePb:
    if old.WhichOneof("value_type") == operand.WhichOneof("value_type") == "integer_value":
        total = old.integer_value + operand.integer_value
        return Value(integer_value=max(_INT64_MIN, min(_INT64_MAX, total)))
    return Value(double_value=float(_number(old)) + float(_number(operand)))


def _union(old: ValuePb | None, elements: WritePb) -> ValuePb:
    new = _array(old)
    present = {sort_key(element) for element in new.array_value.values}
    for element in elements:
        key = sort_key(element)
        if key not in present:
            present.add(key)
            new.array_value.values.append(element)
    return new


def _difference(old: ValuePb | None, elements: WritePb) -> ValuePb:
    unwanted = {sort_key(element) for element in elements}
    new = Value()
    new.array_value.SetInParent()
    new.array_value.values.extend(
        element for element in _array(old).array_value.values if sort_key(element) not in unwanted
    )
    return new


def _array(old: ValuePb | None) -> ValuePb:
    new = Value()
    new.array_value.SetInParent()
    if old is not None and old.WhichOneof("value_type") == "array_value":
        new.CopyFrom(old)
    return new


def _is_number(value: ValuePb) -> bool:
    return value.WhichOneof("value_type") in {"integer_value", "double_value"}


def _number(value: ValuePb) -> int | float:
    number: int | float = getattr(value, value.WhichOneof("value_type"))
    return number
