"""Films footage as HeyGen Video does: 24 frames a second, H.264, and sound in every film, whoever wanted none.

The frame's size follows the ratio that was asked for, or the picture's own shape: the nearest of the six.
"""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from infra.local.vendors.heygen.footage_order import RATIOS, FootageOrder, Mode
from infra.local.vendors.heygen.refusals import RefusedError
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.veo import film
from infra.local.vendors.veo.scenery import Size

_WIDEST = 4.0  # a picture's long side may be so many times its short one


def shape_of(raw: bytes, param: str) -> float:
    """Return a picture's width over its height. Raises RefusedError for one that is none, or too narrow."""
    try:
        with Image.open(io.BytesIO(raw)) as picture:
            shape = picture.width / picture.height
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise RefusedError("invalid_parameter", f"{param} is no picture", param=param) from error
    if not 1 / _WIDEST <= shape <= _WIDEST:
        raise RefusedError("invalid_parameter", f"{param} must be of a shape between 1:4 and 4:1", param=param)
    return shape


def frame_of(order: FootageOrder, pictures: Sequence[bytes], settings: HeyGenSettings) -> tuple[str, Size]:
    """Return the ratio and the pixels a film is made in."""
    ratio = order.aspect_ratio
    if not ratio:
        shape = shape_of(pictures[0], "image") if pictures else 16 / 9
        ratio = min(
            (one for one in RATIOS if (order.resolution, one) in settings.footage_sizes),
            key=lambda one: abs(_value(one) - shape),
        )
    return ratio, Size(*settings.footage_sizes[order.resolution, ratio])


def film_footage(order: FootageOrder, pictures: Sequence[bytes], size: Size, target: Path) -> float:
    """Render to `target`; return the seconds. Raises veo.scenery.UnreadablePhotoError, media.UnreadableMediaError.

    A film begins with its first frame; a reference's film shows the same picture, cropped into its frame.
    """
    photo = pictures[0] if pictures else None
    asked = film.Base(order.prompt, size, order.seconds, photo, crop=order.mode is not Mode.TEXT, sound=True)
    return film.film(asked, target)


def _value(ratio: str) -> float:
    wide, high = ratio.split(":")
    return int(wide) / int(high)
