"""The pure rules of Cloud Storage: which names, preconditions, ranges and checksums it accepts; no I/O, no clock.

Sources: cloud.google.com/storage/docs/{objects,buckets,request-preconditions,performing-resumable-uploads} and what
google-cloud-storage 3.17.1 sends and expects back.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .wire import Query, Refused, invalid, unsupported

QUANTUM = 256 * 1024  # a resumable upload keeps whole multiples of this until its last chunk
_NAME_BYTES = 1024
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_BUCKET_PART = 63
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_CONTENT_RANGE = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18}|\*)|\*)/([0-9]{1,18}|\*)", re.IGNORECASE)
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.IGNORECASE)
_FAR = 10**18  # a byte beyond every object


def check_object_name(name: str) -> None:
    """Refuse an object name Cloud Storage refuses: 1 to 1024 bytes of UTF-8, no CR or LF, no '.' or '..'."""
    if not 1 <= len(name.encode()) <= _NAME_BYTES:
        raise invalid(f"The object name must be between 1 and {_NAME_BYTES} bytes of UTF-8.")
    bad = name in {".", ".."} or "\r" in name or "\n" in name or name.startswith(".well-known/acme-challenge/")
    if bad:
        raise invalid(f"Invalid object name: {name!r}.")


def check_bucket_name(name: str) -> None:
    """Refuse a bucket name Cloud Storage refuses."""
    parts = name.split(".")
    ill = not _BUCKET.fullmatch(name) or any(not 1 <= len(part) <= _BUCKET_PART for part in parts)
    if ill or _ADDRESS.fullmatch(name) or name.startswith("goog") or "google" in name:
        raise invalid(f"Invalid bucket name: {name!r}.")


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of an object (or none) lives at the moment of a request."""

    generation: int
    metageneration: int

    @property
    def etag(self) -> str:
        """Build Google's etag: base64 of a protobuf, generation as field 1 and metageneration as field 2."""
        return base64.b64encode(b"\x08" + _varint(self.generation) + b"\x10" + _varint(self.metageneration)).decode()


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte, protobuf's varint
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


class Verdict(StrEnum):
    """How preconditions judge the version that lives."""

    MET = "met"
    FAILED = "failed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The preconditions of a request; generation 0 means 'no live object'."""

    generation_match: int | None = None
    generation_not_match: int | None = None
    metageneration_match: int | None = None
    metageneration_not_match: int | None = None
    etag_match: tuple[str, ...] = ()
    etag_not_match: tuple[str, ...] = ()

    def judge(self, current: Version | None, *, reading: bool) -> Verdict:
        """Judge the live version: a failed match is 412; a failed not-match 304 when reading, 412 when writing."""
        generation = current.generation if current else 0
        metageneration = current.metageneration if current else None
        etag = current.etag if current else None
        matches = (
            self.generation_match in {None, generation},
            self.metageneration_match is None or self.metageneration_match == metageneration,
            not self.etag_match or etag in self.etag_match or (etag is not None and "*" in self.etag_match),
        )
        if not all(matches):
            return Verdict.FAILED
        hits = (
            self.generation_not_match == generation,
            self.metageneration_not_match is not None and self.metageneration_not_match == metageneration,
            etag is not None and (etag in self.etag_not_match or "*" in self.etag_not_match),
        )
        if any(hits):
            return Verdict.UNCHANGED if reading else Verdict.FAILED
        return Verdict.MET


def condition_names(prefix: str = "if") -> tuple[str, str, str, str]:
    """Name the four precondition parameters, `if…` or `ifSource…`."""
    return (
        f"{prefix}GenerationMatch",
        f"{prefix}GenerationNotMatch",
        f"{prefix}MetagenerationMatch",
        f"{prefix}MetagenerationNotMatch",
    )


def read_conditions(query: Query, headers: Mapping[str, str], prefix: str = "if") -> Conditions:
    """Read preconditions from the query and, for the object itself, the If-Match headers (lower case)."""
    generation, not_generation, metageneration, not_metageneration = map(query.number, condition_names(prefix))
    own = prefix == "if"
    return Conditions(
        generation_match=generation,
        generation_not_match=not_generation,
        metageneration_match=metageneration,
        metageneration_not_match=not_metageneration,
        etag_match=_etags(headers.get("if-match", "")) if own else (),
        etag_not_match=_etags(headers.get("if-none-match", "")) if own else (),
    )


def _etags(header: str) -> tuple[str, ...]:
    return tuple(tag.strip().strip('"') for tag in header.split(",") if tag.strip())


@dataclass(frozen=True, slots=True)
class Digests:
    """An object's checksums as Google writes them: base64 of big-endian CRC32C and of MD5."""

    crc32c: str
    md5: str


@dataclass(frozen=True, slots=True)
class Claims:
    """The checksums the uploader says its bytes have, from every place it said so: each one must be right."""

    crc32c: tuple[str, ...] = ()
    md5: tuple[str, ...] = ()

    def __or__(self, other: "Claims") -> "Claims":
        return Claims(crc32c=self.crc32c + other.crc32c, md5=self.md5 + other.md5)

    def check(self, digests: Digests) -> None:
        """Refuse bytes whose checksum differs from a claimed one."""
        for kind, claims, real in (("CRC32C", self.crc32c, digests.crc32c), ("MD5 hash", self.md5, digests.md5)):
            for claimed in claims:
                if _decoded(kind, claimed) != base64.b64decode(real):
                    message = f'Provided {kind} "{claimed}" doesn\'t match calculated {kind} "{real}".'
                    raise Refused(400, "invalid", message, code="BadDigest")


def _decoded(kind: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:  # binascii's own, and that of a text beyond ASCII
        raise invalid(f'Invalid {kind} "{value}".') from error


def read_claims(headers: Mapping[str, str]) -> Claims:
    """Read X-Goog-Hash (`crc32c=…,md5=…`) and Content-MD5."""
    found: dict[str, list[str]] = {"crc32c": [], "md5": []}
    for part in filter(None, headers.get("x-goog-hash", "").split(",")):
        kind, _, value = part.strip().partition("=")
        if kind not in found:
            raise invalid(f"Invalid X-Goog-Hash: {part!r}.")
        found[kind].append(value)
    found["md5"] += filter(None, (headers.get("content-md5"),))
    return Claims(crc32c=tuple(found["crc32c"]), md5=tuple(found["md5"]))


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an object: first byte and how many."""

    start: int
    length: int


def read_range(header: str | None, size: int) -> Span | None:
    """Read a Range header; None means the whole object (absent, or malformed as HTTP has it); 416 if unsatisfiable."""
    if header is None:
        return None
    if "," in header:
        raise unsupported("several ranges in one request")
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - _at(last), 0), size - 1
    else:
        start, end = _at(first), min(_at(last), size - 1) if last else size - 1
        if last and _at(last) < start:
            return None
    if start >= size or (not first and _at(last) == 0):
        raise Refused(416, "requestedRangeNotSatisfiable", "Request range not satisfiable")
    return Span(start, end - start + 1)


def _at(digits: str) -> int:
    """Read a byte's number, however many digits it has."""
    return int(digits) if len(digits) < len(str(_FAR)) else _FAR


@dataclass(frozen=True, slots=True)
class Piece:
    """A resumable upload's Content-Range: where its bytes start (None: it only asks) and the total, if known.

    Without a `length` the bytes go on to the object's end, wherever that is.
    """

    start: int | None
    length: int | None
    total: int | None


def read_content_range(header: str) -> Piece:
    """Read `bytes a-b/total`, `bytes a-b/*`, `bytes a-*/total`, `bytes a-*/*`, `bytes */total` or `bytes */*`."""
    match = _CONTENT_RANGE.fullmatch(header.strip())
    if match is None:
        raise invalid(f"Failed to parse Content-Range header: {header[:80]!r}.")
    first, last, whole = match.groups()
    total = None if whole == "*" else int(whole)
    if first is None:
        return Piece(None, 0, total)
    if last == "*":
        return Piece(int(first), None, total)
    length = int(last) - int(first) + 1
    if length < 1 or (total is not None and int(last) >= total):
        raise invalid(f"Invalid Content-Range header: {header!r}.")
    return Piece(int(first), length, total)
