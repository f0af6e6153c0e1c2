"""Object bytes as files: staged, flushed to disk, then given their final name; a file no row knows is swept at a start.

A final file is written once and never changed; an overwritten object gets a new file, so a reader keeps what it opened.
"""

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from .rules import Digests

BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes on disk that no object owns yet."""

    path: Path
    size: int
    digests: Digests


class Files:
    """The folder of object files and the folder of staged ones."""

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._staging = root / "staging"
        for folder in (self._objects, self._staging):
            folder.mkdir(parents=True, exist_ok=True)

    def stage(self, blocks: Iterable[bytes]) -> Staged:
        """Write bytes to a staged file and flush it; the caller publishes or discards it."""
        path = self._staging / secrets.token_hex(16)
        digest = _Digest()
        try:
            with path.open("xb") as file:
                for block in blocks:
                    file.write(block)
                    digest.update(block)
                flush(file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Staged(path, digest.size, digest.done())

    def adopt(self, source: Path) -> Staged:
        """Stage a second name for a flushed file that stays where it is."""
        path = self._staging / secrets.token_hex(16)
        digest = _Digest()
        with source.open("rb") as file:
            for block in blocks_of(file):
                digest.update(block)
        os.link(source, path)
        return Staged(path, digest.size, digest.done())

    def publish(self, staged: Staged) -> str:
        """Give a staged file its final name; only a committed row makes it an object."""
        file = secrets.token_hex(16)
        staged.path.replace(self._objects / file)
        _flush_folder(self._objects)
        return file

    def twin(self, file: str) -> str:
        """Give an object's bytes a second name (a copy costs no bytes)."""
        other = secrets.token_hex(16)
        os.link(self._objects / file, self._objects / other)
        _flush_folder(self._objects)
        return other

    def discard(self, staged: Staged) -> None:
        """Forget a staged file, published or not."""
        staged.path.unlink(missing_ok=True)

    def open(self, file: str) -> BinaryIO:
        """Open an object's bytes."""
        return (self._objects / file).open("rb")

    def remove(self, file: str) -> None:
        """Remove an object's bytes; readers keep what they opened."""
        (self._objects / file).unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> None:
        """Remove what a killed server left: staged files and files no row knows."""
        for path in self._staging.iterdir():
            path.unlink()
        for path in self._objects.iterdir():
            if path.name not in known:
                path.unlink()


class _Digest:
    """CRC32C, MD5 and size of a stream."""

    def __init__(self) -> None:
        self._crc32c = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def update(self, block: bytes) -> None:
        self._crc32c = google_crc32c.extend(self._crc32c, block)
        self._md5.update(block)
        self.size += len(block)

    def done(self) -> Digests:
        return Digests(
            crc32c=base64.b64encode(self._crc32c.to_bytes(4, "big")).decode(),
            md5=base64.b64encode(self._md5.digest()).decode(),
        )


def blocks_of(file: BinaryIO, length: int | None = None) -> Iterator[bytes]:
    """Read a file in blocks, to its end or for `length` bytes."""
    left = length
    while left is None or left > 0:
        block = file.read(BLOCK if left is None else min(BLOCK, left))
        if not block:
            return
        left = None if left is None else left - len(block)
        yield block


def flush(file: BinaryIO) -> None:
    """Put a written file on disk."""
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems can't flush a folder; the rename is still atomic
            os.fsync(handle)
    finally:
        os.close(handle)
