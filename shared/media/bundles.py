"""What the makers of one film hand to each other: a text and the files it speaks of, in one zip named by its content.

Footage and takes stand in it by name only; whoever unpacks it lays them beside. It is stored, not compressed: pictures
and films are so already.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from shared.media.errors import MediaFailed
from shared.media.kept import given_back, kept

T = TypeVar("T")
_TEXT = "kept.json"
_MOST_UNPACKED = 2 * 2**30  # bytes: a part of the longest film in 1080p is a tenth of it


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip, and its name: the same for the same content."""

    path: Path
    name: str


def bundled(value: object, files: Iterable[Path], folder: Path, path: Path) -> Bundle:
    """Pack a dataclass and files of `folder` into a zip at `path`. Raises OSError."""
    text, named = kept(value, folder), hashlib.sha256()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(zipfile.ZipInfo(_TEXT), text)
        named.update(text.encode())
        for file in sorted(set(files)):
            with file.open("rb") as content:
                named.update(
                    f"\n{file.relative_to(folder)} ".encode() + hashlib.file_digest(content, "sha256").digest()
                )
            packed.write(file, str(file.relative_to(folder)))
    return Bundle(path, named.hexdigest()[:32])


def unbundled(cls: type[T], path: Path, folder: Path) -> T:
    """Unpack a zip into `folder` and return what it keeps. Raises MediaFailed when it is none of ours."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(each.file_size for each in packed.infolist()) > _MOST_UNPACKED:
                raise MediaFailed(f"{path.name} would unpack to more than {_MOST_UNPACKED} bytes")
            text = packed.read(_TEXT).decode()
            packed.extractall(folder, [name for name in packed.namelist() if name != _TEXT])
    except (KeyError, UnicodeDecodeError, zipfile.BadZipFile) as wrong:
        raise MediaFailed(f"{path.name} cannot be unpacked: {wrong}") from wrong
    return given_back(cls, text, folder)
