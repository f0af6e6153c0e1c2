"""Paints the still pictures a film is made with: backdrops, the cards of presenters and their shadows."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from shared.media.boxes import Box
from shared.media.canvas import Card
from shared.media.images import decode
from shared.pipeline.edit.edit import MIDDLE
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.request import Focus

_PLATE = ("#f4f5f7", "#ccd3dc")  # above and below: a wall in soft light
_SMOOTH = 4  # shapes are drawn this much larger and scaled down


@dataclass(frozen=True, slots=True)
class Shade:
    """A shadow: how soft in pixels, how dark in percent, and how many pixels beyond it stay free all around."""

    blur: int
    strong: int = 45
    room: int = 0


def still(path: Path, size: Size, focus: Focus, to: Path) -> Path:
    """Decode an untrusted image and save it as a PNG that fills the frame, cropped around the focus.

    Raises ImageRefused.
    """
    filling(decode(path.read_bytes()), size, focus).save(to, "PNG", compress_level=1)
    return to


def filling(picture: Image.Image, size: Size, focus: Focus) -> Image.Image:
    """Return a picture that fills the frame, cropped around the focus."""
    fills = (size.width, size.height)
    return ImageOps.fit(picture, fills, Image.Resampling.LANCZOS, centering=_centered(picture, size, focus))


def _centered(picture: Image.Image, size: Size, focus: Focus) -> tuple[float, float]:
    """Return which share of what a crop leaves out lies left of it and above it, the focus being its middle."""
    share = min(picture.width / size.width, picture.height / size.height)
    sides = ((picture.width, size.width * share, focus.x), (picture.height, size.height * share, focus.y))
    across, down = (
        min(1.0, max(0.0, (at * whole - seen / 2) / (whole - seen))) if whole - seen > 1 else 0.5
        for whole, seen, at in sides
    )
    return (0.5, 0.5) if focus == MIDDLE else (across, down)


def round_card(box: Box, folder: Path, number: int, *, circle: bool = False) -> Card:
    """Draw the mask of a picture (white = seen) and a soft shadow somewhat larger than it."""
    side = min(box.width, box.height)
    radius = side // 2 if circle else max(4, side // 14)
    mask = folder / f"card-{number}.png"
    _rounded((box.width, box.height), (0, 0, box.width, box.height), radius).save(mask, "PNG")
    shadow, around = _shadow(box, radius)
    path = folder / f"shadow-{number}.png"
    shadow.save(path, "PNG")
    return Card(around, path, mask)


def plate(figure: Box, folder: Path, number: int) -> Card:
    """Draw the light card a figure stands on when it does not reach the film's lower edge, with a soft shadow."""
    radius = max(4, min(figure.width, figure.height) // 10)
    side, above = max(radius, figure.width // 8) // 2 * 2, max(2, figure.height // 12) // 2 * 2
    box = Box(figure.x - side, figure.y - above, figure.width + 2 * side, figure.height + above)
    picture, around = _shadow(box, radius)
    shape = _rounded((box.width, box.height), (0, 0, box.width, box.height), radius)
    picture.paste(_wall(box.width, box.height), (box.x - around.x, box.y - around.y), shape)
    path = folder / f"plate-{number}.png"
    picture.save(path, "PNG", compress_level=1)
    return Card(around, path)


def wall(box: Box, folder: Path, number: int) -> Path:
    """Draw the wall behind a figure that is shown as a picture."""
    path = folder / f"wall-{number}.png"
    _wall(box.width, box.height).save(path, "PNG", compress_level=1)
    return path


def _wall(wide: int, high: int) -> Image.Image:
    light = Image.linear_gradient("L").resize((wide, high))
    return Image.composite(Image.new("RGB", light.size, _PLATE[1]), Image.new("RGB", light.size, _PLATE[0]), light)


def photo_card(photo: Image.Image, box: Box, border: int, path: Path, shade: Shade) -> Box:
    """Draw a photo in a white frame, as round at its corners as it is wide; return the box all of it covers."""
    picture, around = _shadow(box, border, shade)
    size = (box.width, box.height)
    card = Image.new("RGB", size, "#ffffff")
    inner = (size[0] - 2 * border, size[1] - 2 * border)
    card.paste(photo.resize(inner, Image.Resampling.LANCZOS), (border, border))
    picture.paste(card, (box.x - around.x, box.y - around.y), _rounded(size, (0, 0, *size), border))
    picture.save(path, "PNG", compress_level=1)
    return around


def _shadow(box: Box, radius: int, shade: Shade | None = None) -> tuple[Image.Image, Box]:
    """Return the shadow of a rounded box, and the box it covers itself."""
    shade = shade or Shade(max(3, min(box.width, box.height) // 30))
    blur = shade.blur
    pad, drop = (3 * blur + shade.room) // 2 * 2, blur // 2
    whole = (box.width + 2 * pad, box.height + 2 * pad)
    shape = _rounded(whole, (pad, pad + drop, pad + box.width, pad + drop + box.height), radius)
    dark = shape.filter(ImageFilter.GaussianBlur(blur)).point([value * shade.strong // 100 for value in range(256)])
    picture = Image.new("RGBA", whole, (0, 0, 0, 0))
    picture.putalpha(dark)
    return picture, Box(box.x - pad, box.y - pad, *whole)


def _rounded(size: tuple[int, int], shape: tuple[int, int, int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH), 0)
    left, top, right, bottom = (edge * _SMOOTH for edge in shape)
    ImageDraw.Draw(large).rounded_rectangle((left, top, right - 1, bottom - 1), radius * _SMOOTH, fill=255)
    return large.resize(size, Image.Resampling.BOX)
