"""Brings pixels into sRGB: transparency onto white, 16 bits to 8, and whatever profile they were made for converted."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}  # a profile's colour space to Pillow's mode
_GRAYS = ("1", "L", "LA")
_PROFILE_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")  # profiles that say what an image's pixels mean
_HEADER = 132  # bytes: an ICC profile's header and the count of its tags


def flat(band: "Image.Image") -> "Image.Image":
    """Return pixels of 8 bits without transparency: L, RGB or CMYK, on white where something shines through."""
    from PIL import Image

    band = _of_eight_bits(band)
    if band.has_transparency_data:
        seen = band.convert("RGBA")
        shown = Image.alpha_composite(Image.new("RGBA", seen.size, (255, 255, 255, 255)), seen)
        return shown.convert("L" if band.mode in _GRAYS else "RGB")
    if band.mode in _SPACES.values():
        return band
    return band.convert("L" if band.mode in _GRAYS else "RGB")


def see_through(band: "Image.Image") -> "Image.Image":
    """Return pixels of 8 bits with their transparency as RGBA; without any as `flat` does."""
    band = _of_eight_bits(band)
    return band.convert("RGBA") if band.has_transparency_data else flat(band)


def _of_eight_bits(band: "Image.Image") -> "Image.Image":
    """Make 16-bit gray 8 bits, which a plain conversion would burn out; other pixels stay as they are."""
    if not band.mode.startswith("I"):
        return band
    key = band.info.get("transparency")
    made = band.convert("I").point(lambda value: value / 257).convert("L")
    if isinstance(key, int):
        made.info["transparency"] = key
    return made


def to_srgb(picture: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Convert flat pixels to sRGB; a profile that is broken or made for another kind of pixels is ignored."""
    mode = _SPACES.get(profile[16:20]) if profile and _plausible(profile) else None
    if profile and mode == picture.mode:
        return _converted(picture, profile)
    return picture.convert("RGB")


def _plausible(profile: bytes) -> bool:
    return len(profile) >= _HEADER and profile[36:40] == b"acsp" and profile[12:16] in _PROFILE_CLASSES


def _converted(picture: "Image.Image", profile: bytes) -> "Image.Image":
    from PIL import ImageCms

    # As browsers show it: white stays white, and the darkest ink becomes black.
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    try:
        made = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            picture.mode,
            "RGB",
            renderingIntent=intent,
            flags=flags,
        )
        return ImageCms.applyTransform(picture, made) or picture.convert("RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture.convert("RGB")
