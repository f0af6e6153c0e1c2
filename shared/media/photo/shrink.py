"""Makes a picture small band by band, so that beside its source never more than a band of it stands in memory."""

from math import ceil, isqrt, sqrt
from typing import TYPE_CHECKING

from shared.media.photo.colors import flat
from shared.media.photo.header import Header
from shared.media.photo.refused import broken

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image


def shrunk(header: Header, most_pixels: int, seen: "Callable[[Image.Image], Image.Image]" = flat) -> "Image.Image":
    """Decode a picture to at most that many pixels, its shape kept; `seen` makes its bands L, RGB, CMYK or RGBA.

    Raises ImageRefused.
    """
    from PIL import Image

    step = max(1, isqrt(header.width * header.height // most_pixels))
    size = (ceil(header.width / step), ceil(header.height / step))
    whole: Image.Image | None = None
    top = 0
    for band in header.bands(step):
        part = seen(band)
        if part is band and band.size == size:
            whole, top = band, band.height  # it came in one piece and small enough
            break
        part = part.reduce(step)
        if whole is None:
            whole = Image.new(part.mode, size)
        whole.paste(part, (0, top))
        top += part.height
    if whole is None or top != size[1]:
        raise broken()
    return _fitted(whole, most_pixels)


def _fitted(picture: "Image.Image", most_pixels: int) -> "Image.Image":
    from PIL import Image

    share = sqrt(most_pixels / (picture.width * picture.height))
    if share >= 1:
        return picture
    size = (max(1, int(picture.width * share)), max(1, int(picture.height * share)))
    return picture.resize(size, Image.Resampling.LANCZOS)
