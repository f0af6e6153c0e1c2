"""Pads a picture to the film's shape, so that all of it is seen: before itself, blurred, or before a flat colour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.pipeline.plan.plan import Size

if TYPE_CHECKING:
    from PIL import Image

_BLUR = 24  # the frame's shorter side by this is the blur's radius
_SAME_SHAPE = 0.005  # shapes that differ by less are the same


@dataclass(frozen=True, slots=True)
class Padding:
    """The frame to fill, and with what: a colour ("#rrggbb"), or None, the picture itself, blurred."""

    frame: Size
    color: str | None = None


def padded(picture: "Image.Image", padding: Padding) -> "Image.Image":
    """Return the whole picture in the middle of the frame; one of the frame's shape stays as it is."""
    from PIL import Image, ImageFilter, ImageOps

    frame = (padding.frame.width, padding.frame.height)
    shape, wanted = picture.width / picture.height, frame[0] / frame[1]
    if abs(shape / wanted - 1) < _SAME_SHAPE:
        return picture
    if padding.color is None:
        filled = ImageOps.fit(picture, frame, Image.Resampling.BILINEAR)
        behind = filled.filter(ImageFilter.GaussianBlur(min(frame) / _BLUR))
    else:
        behind = Image.new("RGB", frame, padding.color)
    whole = ImageOps.contain(picture, frame, Image.Resampling.LANCZOS)
    behind.paste(whole, ((frame[0] - whole.width) // 2, (frame[1] - whole.height) // 2))
    return behind
