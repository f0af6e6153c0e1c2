"""Answers put together from stored bytes: a document is already serialised, only its times and envelope are added.

Protobuf fields may be concatenated in any order (https://protobuf.dev/programming-guides/encoding), so no answer parses
a document unless a mask asks for parts of it.
"""

from collections.abc import Sequence

from . import fields as paths
from .documents import Stored
from .fields import FieldPath
from .messages import Document, DocumentPb
from .moments import Micros, timestamp

_BITS = 7
_LOW = 0x7F
_MORE = 0x80
_CREATE_TIME = b"\x1a"  # Document.create_time = 3
_UPDATE_TIME = b"\x22"  # Document.update_time = 4


def document(stored: Stored, mask: Sequence[FieldPath] | None = None) -> bytes:
    """Serialise a whole Document, or only the fields of a mask."""
    body = stored.body if mask is None else _masked(stored, mask)
    return body + _sub(_CREATE_TIME, _time(stored.created)) + _sub(_UPDATE_TIME, _time(stored.updated))


def found(stored: Stored, read_time: Micros, mask: Sequence[FieldPath] | None = None) -> bytes:
    """Serialise a BatchGetDocumentsResponse with `found` (1) and `read_time` (4)."""
    return _sub(b"\x0a", document(stored, mask)) + _sub(b"\x22", _time(read_time))


def result(stored: Stored, read_time: Micros, mask: Sequence[FieldPath] | None = None) -> bytes:
    """Serialise a RunQueryResponse with `document` (1) and `read_time` (3)."""
    return _sub(b"\x0a", document(stored, mask)) + _sub(b"\x1a", _time(read_time))


def message(stored: Stored, mask: Sequence[FieldPath] | None = None) -> DocumentPb:
    """Build a Document message."""
    return Document.FromString(document(stored, mask))


def serialize(answer: DocumentPb | bytes) -> bytes:
    """Serialise an answer that may be serialised already."""
    return answer if isinstance(answer, bytes) else bytes(answer.SerializeToString())


def _masked(stored: Stored, mask: Sequence[FieldPath]) -> bytes:
    part = Document(name=stored.name)
    paths.project(Document.FromString(stored.body).fields, part.fields, list(mask))
    return bytes(part.SerializeToString())


def _time(at: Micros) -> bytes:
    return bytes(timestamp(at).SerializeToString())


def _sub(tag: bytes, payload: bytes) -> bytes:
    return tag + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >> _BITS:
        out.append(number & _LOW | _MORE)
        number >>= _BITS
    out.append(number)
    return bytes(out)
