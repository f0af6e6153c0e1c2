"""The grammar of MP4: boxes inside boxes, numbers in network order."""

from collections.abc import Iterator


class NotAFilm(Exception):
    """The bytes are no film of the kind they begin as, or lie about themselves."""


def header(head: bytes, room: int) -> tuple[bytes, int, int]:
    """Return a box's name, where its content begins, and its whole length."""
    length, name, start = number(head[:4]), head[4:8], 8
    if length == 1:
        length, start = number(head[8:16]), 16
    elif length == 0:
        length = room
    if length < start:
        raise NotAFilm(f"box {shown(name)} claims {length} bytes")
    return name, start, length


def boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each box in `body`; fewer bytes than a header at its end are passed over."""
    offset = 0
    while len(body) - offset >= 8:  # noqa: PLR2004 - a box header
        name, start, length = header(body[offset : offset + 16], len(body) - offset)
        if length > len(body) - offset:
            raise NotAFilm(f"box {shown(name)} is longer than what holds it")
        yield name, body[offset + start : offset + length]
        offset += length


def number(digits: bytes) -> int:
    """Read an unsigned number."""
    return int.from_bytes(digits)


def shown(name: bytes) -> str:
    """Return a box's name as it may be printed."""
    return name.decode("ascii", "replace").encode("ascii", "replace").decode()
