"""Resource names: `projects/P/databases/D/documents/coll/doc/…`, checked and sorted as Firestore does.

Rules: https://firebase.google.com/docs/firestore/quotas#limits (ids ≤ 1500 bytes, no `.` or `..`, no `__.*__`,
name ≤ 6 KiB).
"""

import re
from functools import lru_cache
from typing import TypeAlias

from .refusals import invalid

NameKey: TypeAlias = tuple[tuple[int, int, bytes], ...]

MAX_ID_BYTES = 1500
MAX_NAME_BYTES = 6 * 1024
_ROOT = re.compile(r"projects/[^/]+/databases/[^/]+/documents")
_DATABASE = re.compile(r"projects/[^/]+/databases/[^/]+")
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_NUMERIC = re.compile(r"__id(-?\d+)__")


def check_database(database: str) -> str:
    """Return the database's own name or refuse it as malformed."""
    if not _DATABASE.fullmatch(database):
        raise invalid(f'Invalid database name "{database}": expected projects/{{project}}/databases/{{database}}.')
    return database


@lru_cache(maxsize=4096)
def check_document(name: str) -> str:
    """Return a document's name; INVALID_ARGUMENT when it cannot be one."""
    segments = _segments(name)
    if not segments or len(segments) % 2:
        raise invalid(f'Document name "{name}" lacks a document id: it has an odd number of path segments.')
    return name


@lru_cache(maxsize=4096)
def check_parent(name: str) -> str:
    """Return a parent: the database's `documents` root, or a document."""
    if len(_segments(name)) % 2:
        raise invalid(f'Parent "{name}" is a collection; expected the documents root or a document.')
    return name


def check_id(resource_id: str, kind: str) -> str:
    """Return one collection or document id, checked."""
    if not resource_id:
        raise invalid(f"{kind} id must not be empty.")
    if "/" in resource_id:
        raise invalid(f'{kind} id "{resource_id}" must not contain "/".')
    if resource_id in {".", ".."}:
        raise invalid(f'{kind} id "{resource_id}" is invalid because it is "." or "..".')
    if len(resource_id.encode()) > MAX_ID_BYTES:
        raise invalid(f"{kind} id is longer than {MAX_ID_BYTES} bytes.")
    if _RESERVED.fullmatch(resource_id) and not (kind == "Resource" and _NUMERIC.fullmatch(resource_id)):
        raise invalid(f'{kind} id "{resource_id}" is invalid because it is reserved.')
    return resource_id


def within(name: str, database: str) -> str:
    """Return a document's name that must belong to the request's database."""
    check_document(name)
    if not name.startswith(database + "/documents/"):
        raise invalid(f'Document name "{name}" does not belong to the database "{database}" of the request.')
    return name


def database_of(name: str) -> str:
    """Cut `projects/P/databases/D` out of any name below it."""
    found = _DATABASE.match(name)
    if found is None:
        raise invalid(f'Invalid resource name "{name}".')
    return found.group()


def collection_of(document: str) -> str:
    """Return the full name of the collection a document lies in."""
    return document.rpartition("/")[0]


def last_id(name: str) -> str:
    """Return the last segment of a name: a document's or a collection's id."""
    return name.rpartition("/")[2]


@lru_cache(maxsize=65536)
def name_key(name: str) -> NameKey:
    """Order names segment by segment: numeric `__id7__` ids first, by number, then by UTF-8 bytes."""
    return tuple(_segment_key(segment) for segment in name.split("/"))


def _segment_key(segment: str) -> tuple[int, int, bytes]:
    numeric = _NUMERIC.fullmatch(segment)
    return (0, int(numeric[1]), b"") if numeric else (1, 0, segment.encode())


def _segments(name: str) -> list[str]:
    """Return the path below `documents`, every id checked."""
    root = _ROOT.match(name)
    rest = name[root.end() :] if root else ""
    if root is None or (rest and not rest.startswith("/")):
        raise invalid(f'Invalid resource name "{name}": expected projects/*/databases/*/documents/….')
    if len(name.encode()) > MAX_NAME_BYTES:
        raise invalid(f"Document name is longer than {MAX_NAME_BYTES} bytes.")
    segments = rest[1:].split("/") if rest else []
    for at, segment in enumerate(segments):
        check_id(segment, "Resource" if at % 2 else "Collection")
    return segments
