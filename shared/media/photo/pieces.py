"""A read-only file made of pieces of bytes that lie elsewhere, so that leaving out parts of a file costs no copy."""

import io
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate


def joined(pieces: Iterable[bytes | memoryview]) -> io.BufferedReader:
    """Return a file that reads the pieces after each other."""
    return io.BufferedReader(Pieces(pieces))


class Pieces(io.RawIOBase):
    """The pieces after each other; one reading ends where a piece ends."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces: Sequence[memoryview] = [memoryview(piece) for piece in pieces if len(piece)]
        self._ends = list(accumulate(len(piece) for piece in self._pieces))
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place counted from the start, from here or from the end."""
        end = self._ends[-1] if self._ends else 0
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the io module names no narrower type
        """Fill the buffer from one piece, 0 at the end."""
        number = bisect_right(self._ends, self._at)
        if number == len(self._pieces):
            return 0
        piece = self._pieces[number]
        start = len(piece) - (self._ends[number] - self._at)
        count = min(len(buffer), len(piece) - start)
        buffer[:count] = piece[start : start + count]
        self._at += count
        return count
