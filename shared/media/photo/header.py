"""What is known of an image before a pixel of it is decoded, and how its pixels are then read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

UPRIGHT = 1
_BAND_BYTES = 2 * 2**20
MOST_PROFILE = 4 * 2**20  # bytes of a colour profile; print shops' largest have 3 MB


@dataclass(frozen=True, slots=True)
class Header:
    """An image's size, how much decoding it takes, and what its pixels mean.

    `bands` yields the picture from top to bottom in pieces as wide as the picture, each (but the last) a multiple of
    the given number of rows high. A JPEG's may come shrunk already: `width` and `height` are what the bands add up to.
    """

    width: int
    height: int
    memory: int  # bytes that decoding takes beside the file
    bands: "Callable[[int], Iterator[Image.Image]]"
    claimed: tuple[int, int]  # the size the file states
    orientation: int = UPRIGHT  # EXIF's 1..8
    profile: bytes | None = None  # an ICC profile; None: the pixels are sRGB


def cut(picture: "Image.Image", rows: int) -> "Iterator[Image.Image]":
    """Cut a decoded picture into bands of that many rows; one that is a single band is not copied."""
    if rows >= picture.height:
        yield picture
        return
    for top in range(0, picture.height, rows):
        yield picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def band_rows(width: int, multiple: int) -> int:
    """Return how many rows of four bytes a pixel make a band: about two megabytes, and a multiple of `multiple`."""
    wanted = _BAND_BYTES // (4 * width)
    return max(multiple, wanted - wanted % multiple)
