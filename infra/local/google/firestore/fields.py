"""Field paths: Firestore's own syntax (`a.b`, `` `odd name`.c ``) read into segments, and access to map fields by them.

Syntax: google.firestore.v1.Document.fields and StructuredQuery.FieldReference in the service's API reference.
"""

import re
from functools import lru_cache
from typing import TypeAlias

from .messages import FieldsPb, MaskPb, ValuePb
from .refusals import invalid

FieldPath: TypeAlias = tuple[str, ...]

DOCUMENT_NAME: FieldPath = ("__name__",)
MAX_FIELD_BYTES = 1500
MAX_PATH_BYTES = 6 * 1024
MAX_DEPTH = 20
_SIMPLE = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")
_QUOTED = re.compile(r"`((?:[^`\\]|\\.)+)`", re.DOTALL)
_RESERVED = re.compile(r"__.*__", re.DOTALL)


@lru_cache(maxsize=4096)
def parse(path: str) -> FieldPath:
    """Read a field path; INVALID_ARGUMENT quotes the rule it breaks."""
    if len(path.encode()) > MAX_PATH_BYTES:
        raise invalid(f"Property path is longer than {MAX_PATH_BYTES} bytes.")
    segments: list[str] = []
    at = 0
    while True:
        found = _SIMPLE.match(path, at) or _QUOTED.match(path, at)
        if found is None:
            raise _malformed(path)
        segments.append(re.sub(r"\\(.)", r"\1", found[1]) if found.re is _QUOTED else found[0])
        at = found.end()
        if at == len(path):
            return _readable(tuple(segments), path)
        if path[at] != ".":
            raise _malformed(path)
        at += 1


@lru_cache(maxsize=4096)
def parse_writable(path: str) -> FieldPath:
    """Read a field path that is about to be written: reserved names and over-deep paths are refused."""
    segments = parse(path)
    for segment in segments:
        check_key(segment)
    if len(segments) > MAX_DEPTH:
        raise invalid(f'Property path "{path}" is deeper than {MAX_DEPTH} levels.')
    return segments


def check_key(key: str) -> None:
    """Refuse a map key no document may have."""
    if not key:
        raise invalid("Document fields must have a non-empty name.")
    if key[:2] == "__" and _RESERVED.fullmatch(key):
        raise invalid(f'Property name "{key}" is invalid because it is reserved.')
    if len(key) * 4 > MAX_FIELD_BYTES and len(key.encode()) > MAX_FIELD_BYTES:
        raise invalid(f"Property name is longer than {MAX_FIELD_BYTES} bytes.")


def written(path: FieldPath) -> str:
    """Write a path in its own syntax."""
    return ".".join(_segment(segment) for segment in path)


def lookup(fields: FieldsPb, path: FieldPath) -> ValuePb | None:
    """Return the value at a path, or None when the document has none there."""
    value: ValuePb | None = None
    for segment in path:
        if segment not in fields:
            return None
        value = fields[segment]
        fields = value.map_value.fields
    return value


def assign(fields: FieldsPb, path: FieldPath, value: ValuePb) -> None:
    """Set the value at a path; what is no map on the way becomes one."""
    for segment in path[:-1]:
        step = fields[segment]
        if step.WhichOneof("value_type") != "map_value":
            step.map_value.SetInParent()
        fields = step.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: FieldsPb, path: FieldPath) -> None:
    """Delete the value at a path, if there is one."""
    for segment in path[:-1]:
        if segment not in fields or fields[segment].WhichOneof("value_type") != "map_value":
            return
        fields = fields[segment].map_value.fields
    if path[-1] in fields:
        del fields[path[-1]]


def project(source: FieldsPb, target: FieldsPb, paths: list[FieldPath]) -> None:
    """Copy only the named fields into an empty map."""
    for path in paths:
        value = lookup(source, path)
        if value is not None:
            assign(target, path, value)


def mask_paths(mask: MaskPb) -> list[FieldPath]:
    """Read the paths of a response mask."""
    return [parse(path) for path in mask.field_paths]


def _readable(segments: FieldPath, path: str) -> FieldPath:
    if segments != DOCUMENT_NAME and any(_RESERVED.fullmatch(segment) for segment in segments):
        raise invalid(f'Property path "{path}" is invalid because it is reserved.')
    return segments


def _segment(segment: str) -> str:
    if _SIMPLE.fullmatch(segment):
        return segment
    escaped = segment.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _malformed(path: str) -> Exception:
    return invalid(
        f'Invalid property path "{path}". Unquoted property names must match regex ([a-zA-Z_][a-zA-Z_0-9]*), '
        "and quoted property names must match regex (`(?:[^`\\\\]|(?:\\\\.))+`)."
    )
