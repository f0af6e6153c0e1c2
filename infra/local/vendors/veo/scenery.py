"""The stand-in's pictures: a photo or a painted landscape, graded by the prompt, with soft lights drifting over it.

Everything is worked on as BT.709 limited-range planes (luma at full size, chroma at half), which is what H.264 takes:
no picture is converted per frame, so eight seconds at 720x1280 take about a second.
"""

import colorsys
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

Plane = NDArray[np.uint8]

_HEADROOM = 1.0  # how much larger than the frame a still is kept: more is sharper when zoomed into, and slower
_NEUTRAL = 128


@dataclass(frozen=True, slots=True)
class Size:
    """A frame in pixels, both even."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as planes (luma, blue, red) of which a window is shown; chroma is half as wide and high."""

    planes: tuple[Image.Image, Image.Image, Image.Image]

    def window(self, zoom: float, x: float, y: float, size: Size) -> tuple[Plane, Plane, Plane]:
        """Return the planes of a window `1/zoom` as large as the still, at (x, y) in the room left (0..1).

        Scaled to `size`.
        """
        return tuple(
            self._scaled(plane, zoom, x, y, size, part) for plane, part in zip(self.planes, (1, 2, 2), strict=True)
        )  # type: ignore[return-value] # three in, three out

    @staticmethod
    def _scaled(plane: Image.Image, zoom: float, x: float, y: float, size: Size, part: int) -> Plane:
        wide, high = plane.width / zoom, plane.height / zoom
        left, top = (plane.width - wide) * x, (plane.height - high) * y
        box = (left, top, left + wide, top + high)
        target = (size.width // part, size.height // part)
        return np.array(plane.resize(target, Image.Resampling.BILINEAR, box=box, reducing_gap=None))


class UnreadablePhotoError(Exception):
    """The bytes handed in as an image are none."""


def from_photo(raw: bytes, size: Size, *, crop: bool) -> Still:
    """Return the photo filling the frame: cropped to cover it, or padded with black to fit in.

    Raises UnreadablePhotoError.
    """
    try:
        with Image.open(io.BytesIO(raw)) as opened:
            photo = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadablePhotoError(str(error)) from error
    room = _roomy(size)
    fit = ImageOps.fit if crop else ImageOps.pad
    return _still(fit(photo, (room.width, room.height), Image.Resampling.LANCZOS))


def from_frame(picture: NDArray[np.uint8]) -> Still:
    """Return a film's last frame (height, width, 3) as a still to go on from."""
    return _still(Image.fromarray(picture))


def landscape(seed: int, size: Size) -> Still:
    """Paint hills under a low sun, in the colours of a seed."""
    dice = np.random.default_rng(seed)
    room = _roomy(size)
    hue = float(dice.random())
    top, bottom = _color(hue, 0.55, 0.45), _color(hue + 0.42, 0.45, 0.98)
    ramp = np.linspace(0, 1, room.height)[:, None, None] ** 0.8
    sky = (np.array(top) * (1 - ramp) + np.array(bottom) * ramp).astype(np.uint8)
    picture = Image.fromarray(np.repeat(sky, room.width, axis=1))
    sun = (room.width * float(dice.uniform(0.25, 0.75)), room.height * float(dice.uniform(0.3, 0.5)))
    _glow(picture, sun, room.width * 0.16, _color(hue + 0.45, 0.25, 1.0))
    pen = ImageDraw.Draw(picture)
    across = np.linspace(0, 1, 120)
    for layer in range(5):
        base = 0.52 + 0.1 * layer
        waves = sum(
            float(dice.uniform(0.2, 1))
            / n
            * np.sin(2 * np.pi * (across * n * float(dice.uniform(0.5, 1.1)) + float(dice.random())))
            for n in (1, 2, 4)
        )
        ridge = [
            (x * room.width, (base - 0.05 * w) * room.height) for x, w in zip(across, np.asarray(waves), strict=True)
        ]
        shade = _color(hue + 0.06 * layer, 0.35 + 0.1 * layer, 0.72 - 0.13 * layer)
        pen.polygon([(0, room.height), *ridge, (room.width, room.height)], fill=shade)
    return _still(picture.filter(ImageFilter.GaussianBlur(room.width / 500)))


@dataclass(frozen=True, slots=True)
class Grade:
    """A prompt's look: shifts of blue and red difference, and a little contrast, faded in over the first second."""

    blue: float
    red: float
    contrast: float

    @classmethod
    def of(cls, seed: int) -> "Grade":
        """Return the grade a seed stands for: warm, cold, green or rosy, never so strong that the photo is lost."""
        angle = (seed % 360) / 180 * np.pi
        return cls(float(9 * np.cos(angle)), float(9 * np.sin(angle)), 1.0 + (seed >> 8) % 7 / 60)

    def still(self, still: Still) -> Still:
        """Return a still with the grade at full strength."""
        planes = tuple(np.array(plane) for plane in still.planes)
        self.apply((planes[0], planes[1], planes[2]), 1.0)
        first, second, third = (Image.fromarray(plane) for plane in planes)
        return Still((first, second, third))

    def apply(self, planes: tuple[Plane, Plane, Plane], strength: float) -> None:
        """Grade planes in place; `strength` 0..1."""
        levels = np.arange(256, dtype=np.float32)
        contrast = 1 + (self.contrast - 1) * strength
        luma = np.clip((levels - 118) * contrast + 118, 16, 235).astype(np.uint8)
        np.take(luma, planes[0], out=planes[0])
        for plane, shift in ((planes[1], self.blue), (planes[2], self.red)):
            np.take(np.clip(levels + shift * strength, 16, 240).astype(np.uint8), plane, out=plane)


class Lights:
    """A few soft discs and rings that drift over the picture, placed by a seed."""

    def __init__(self, seed: int, size: Size) -> None:
        dice = np.random.default_rng(seed)
        self._size = size
        self._lights = [
            (
                _shape(int(size.width * dice.uniform(0.10, 0.26)), ring=bool(index % 2)),
                dice.uniform(0.05, 0.95, 2),
                dice.uniform(-0.045, 0.045, 2),
                dice.uniform(-14, 14, 2),
            )
            for index in range(6)
        ]

    def draw(self, planes: tuple[Plane, Plane, Plane], seconds: float, strength: float) -> None:
        """Blend the lights at a moment into planes, in place."""
        for mask, start, speed, tint in self._lights:
            x, y = (start + speed * seconds) % 1.2 - 0.1
            left, top = int(x * self._size.width) & ~1, int(y * self._size.height) & ~1
            _blend(planes[0], mask, left, top, 200.0, 0.34 * strength)
            small = mask[::2, ::2]
            for plane, shift in zip(planes[1:], tint, strict=True):
                _blend(plane, small, left // 2, top // 2, _NEUTRAL + float(shift), 0.3 * strength)


def _blend(plane: Plane, mask: NDArray[np.float32], left: int, top: int, level: float, strength: float) -> None:
    high, wide = mask.shape
    y0, y1 = max(0, top), min(plane.shape[0], top + high)
    x0, x1 = max(0, left), min(plane.shape[1], left + wide)
    if y0 >= y1 or x0 >= x1:
        return
    part = plane[y0:y1, x0:x1]
    alpha = mask[y0 - top : y1 - top, x0 - left : x1 - left] * strength
    part[:] = (part + alpha * (level - part)).astype(np.uint8)


def _shape(width: int, *, ring: bool) -> NDArray[np.float32]:
    width = max(8, width & ~1)
    grid = (np.arange(width) + 0.5) / width * 2 - 1
    away = np.sqrt(grid[:, None] ** 2 + grid[None, :] ** 2)
    soft = np.clip((1 - away) * 7, 0, 1)
    if ring:
        soft = soft * np.clip((away - 0.72) * 9, 0.12, 1)
    return np.asarray(soft, np.float32)


def _glow(picture: Image.Image, at: tuple[float, float], radius: float, color: tuple[int, int, int]) -> None:
    mask = Image.new("L", picture.size)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((at[0] - radius * 2, at[1] - radius * 2, at[0] + radius * 2, at[1] + radius * 2), fill=70)
    mask = mask.filter(ImageFilter.BoxBlur(radius * 0.8))
    ImageDraw.Draw(mask).ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=245)
    picture.paste(color, mask=mask)


def _color(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _roomy(size: Size) -> Size:
    return Size(round(size.width * _HEADROOM / 2) * 2, round(size.height * _HEADROOM / 2) * 2)


def _still(picture: Image.Image) -> Still:
    rgb = np.asarray(picture, np.float32)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
    small = np.asarray(half, np.float32)
    low = 0.2126 * small[..., 0] + 0.7152 * small[..., 1] + 0.0722 * small[..., 2]
    planes = (
        16 + luma * (219 / 255),
        _NEUTRAL + (small[..., 2] - low) / 1.8556 * (224 / 255),
        _NEUTRAL + (small[..., 0] - low) / 1.5748 * (224 / 255),
    )
    first, second, third = (Image.fromarray(np.rint(plane).astype(np.uint8)) for plane in planes)
    return Still((first, second, third))
