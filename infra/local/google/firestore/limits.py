"""What a stored document may be: value types, keys, depth, size, by Firestore's published limits and wording.

Limits and the storage-size rules: https://firebase.google.com/docs/firestore/quotas and …/docs/firestore/storage-size.
"""

from . import moments
from .fields import MAX_DEPTH, check_key
from .messages import DocumentPb, FieldsPb, ValuePb
from .names import check_document, database_of
from .refusals import invalid, unimplemented

MAX_DOCUMENT_BYTES = 1_048_576
MAX_VALUE_BYTES = 1_048_487
MAX_REQUEST_BYTES = 10 * 1024 * 1024
MAX_TRANSFORMS = 500
_PLAIN = frozenset({"null_value", "boolean_value", "integer_value", "double_value"})
_EIGHT = frozenset({"integer_value", "double_value", "timestamp_value"})
_MAX_LATITUDE = 90.0
_MAX_LONGITUDE = 180.0


def admit_fields(fields: FieldsPb, name: str) -> None:
    """Check and normalise (timestamps to µs) the fields a request brings for the document `name`."""
    database = database_of(name)
    for key, value in fields.items():
        check_key(key)
        admit(value, key, database, 1)


def admit(value: ValuePb, prop: str, database: str, depth: int) -> None:
    """Check one incoming value, `depth` maps and arrays deep, below the top-level property `prop`."""
    kind = value.WhichOneof("value_type")
    if kind in _PLAIN:
        return
    if kind == "string_value":
        if len(value.string_value) * 4 > MAX_VALUE_BYTES:
            _check_length(len(value.string_value.encode()), prop)
    elif kind == "map_value":
        _admit_map(value.map_value.fields, prop, database, depth)
    elif kind == "array_value":
        admit_elements(value.array_value.values, prop, database, depth)
    else:
        _admit_rare(kind, value, prop, database)


def admit_elements(elements: ValuePb, prop: str, database: str, depth: int) -> None:
    """Check the incoming elements of an array that lies `depth` deep."""
    if depth >= MAX_DEPTH and elements:
        raise _nested(prop)
    for element in elements:
        if element.WhichOneof("value_type") == "array_value":
            raise invalid("Cannot convert an array value in an array value.")
        admit(element, prop, database, depth + 1)


def _admit_rare(kind: str | None, value: ValuePb, prop: str, database: str) -> None:
    match kind:
        case "timestamp_value":
            moments.in_range(value.timestamp_value)
            value.timestamp_value.nanos -= value.timestamp_value.nanos % 1000
        case "bytes_value":
            _check_length(len(value.bytes_value), prop)
        case "reference_value":
            _admit_reference(value.reference_value, database)
        case "geo_point_value":
            _admit_point(value.geo_point_value.latitude, value.geo_point_value.longitude)
        case None:
            raise invalid(f"Property {prop} has a value without a type.")
        case _:
            raise invalid(f"Property {prop} has a value of type {kind}, which a document cannot store.")


def _admit_map(fields: FieldsPb, prop: str, database: str, depth: int) -> None:
    if "__type__" in fields and fields["__type__"].string_value == "__vector__":
        raise unimplemented("vector values")
    if depth >= MAX_DEPTH and fields:
        raise _nested(prop)
    for key, inner in fields.items():
        check_key(key)
        admit(inner, prop, database, depth + 1)


def _nested(prop: str) -> Exception:
    return invalid(f"Property {prop} contains an invalid nested entity.")


def _check_length(length: int, prop: str) -> None:
    if length > MAX_VALUE_BYTES:
        raise invalid(f'The value of property "{prop}" is longer than {MAX_VALUE_BYTES} bytes.')


def _admit_reference(name: str, database: str) -> None:
    check_document(name)
    if database_of(name) != database:
        raise invalid(f'Reference "{name}" is to another database than the document\'s own, "{database}".')


def _admit_point(latitude: float, longitude: float) -> None:
    if not -_MAX_LATITUDE <= latitude <= _MAX_LATITUDE or not -_MAX_LONGITUDE <= longitude <= _MAX_LONGITUDE:
        raise invalid(f"Invalid geo point: latitude {latitude}, longitude {longitude}.")


def check_size(document: DocumentPb, wire_bytes: int) -> None:
    """Refuse a document over 1 MiB by the storage-size rules; one well below on the wire cannot be."""
    if wire_bytes < MAX_DOCUMENT_BYTES // 3:
        return
    size = name_size(document.name) + 32 + _fields_size(document.fields)
    if size > MAX_DOCUMENT_BYTES:
        raise invalid(
            f"Document '{document.name}' cannot be written because its size ({size:,} bytes) exceeds the maximum "
            f"allowed size of {MAX_DOCUMENT_BYTES:,} bytes."
        )


def name_size(name: str) -> int:
    """Return a document name's share of the storage: every id's bytes + 1, and 16."""
    path = name.partition("/documents/")[2]
    return sum(len(segment.encode()) + 1 for segment in path.split("/")) + 16


def _fields_size(fields: FieldsPb) -> int:
    return sum(len(key.encode()) + 1 + _value_size(value) for key, value in fields.items())


def _value_size(value: ValuePb) -> int:
    kind = value.WhichOneof("value_type")
    if kind in _EIGHT:
        return 8
    match kind:
        case "string_value":
            return len(value.string_value.encode()) + 1
        case "bytes_value":
            return len(value.bytes_value)
        case "map_value":
            return _fields_size(value.map_value.fields)
        case "array_value":
            return sum(_value_size(element) for element in value.array_value.values)
        case "reference_value":
            return name_size(value.reference_value)
        case "geo_point_value":
            return 16
        case _:
            return 1
