"""The body of a multipart upload: the object's resource, then its bytes (RFC 2046, with either kind of line end).

A line ends as the first boundary's does, CRLF or LF: the one line end before a boundary belongs to it, everything else
to the data.
"""

import re
from email import message_from_bytes
from email.message import Message

from .wire import invalid, read_json, unsupported

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FIRST_LINE = re.compile(rb"\r?\n")
_AS_IT_IS = frozenset({"7bit", "8bit", "binary", ""})
_PARTS = 2


def split(content_type: str, body: bytes) -> tuple[dict[str, object], str | None, bytes]:
    """Split a multipart/related body into the object's resource, the data's type, and the data."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        raise invalid("A multipart upload needs Content-Type multipart/related with a boundary.")
    parts = _parts(body, b"--" + boundary.encode("utf-8", "surrogateescape"))
    if len(parts) != _PARTS:
        raise invalid("A multipart upload has exactly two parts: the object resource and the data.")
    (_, resource), (data_type, data) = map(_part, parts)
    return read_json(resource), data_type, data


def _parts(body: bytes, mark: bytes) -> list[bytes]:
    """Return what lies between the boundaries; nothing when the first or the last is missing."""
    first = re.search(rb"(?:^|\n)" + re.escape(mark) + rb"[ \t]*(\r?\n)", body)
    if first is None:
        return []
    line_end = first[1]
    limit = re.compile(line_end + re.escape(mark) + rb"(?:(--)[ \t]*(?:\r?\n|$)|[ \t]*" + line_end + rb")")
    parts: list[bytes] = []
    start = first.end()
    while found := limit.search(body, start - len(line_end)):  # an empty part shares its line end with the boundary
        parts.append(body[start : found.start()])
        start = found.end()
        if found[1]:
            return parts
    return []


def _part(part: bytes) -> tuple[str | None, bytes]:
    """Return a part's type, None when not said, and its content."""
    if blank := _FIRST_LINE.match(part):
        return None, part[blank.end() :]
    blank = _BLANK_LINE.search(part)
    if blank is None:
        raise invalid("A part of the multipart body has no blank line after its headers.")
    head = message_from_bytes(part[: blank.end()])
    encoding = str(head.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding not in _AS_IT_IS:
        raise unsupported(f"the Content-Transfer-Encoding {encoding!r} of a part")
    said = " ".join(str(head.get("Content-Type", "")).split())
    if not said.isprintable():
        raise invalid(f"Invalid Content-Type of a part: {said!r}.")
    return said or None, part[blank.end() :]
