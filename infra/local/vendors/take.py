"""Films a presenter's take.

The figure speaks the script, as transparent WebM or as MP4 before a colour, a picture or a room.

The frame is one buffer of planes in which only what moves is painted anew: the head when its pose changes, the badge
each quarter of a second. The script's tones lie under the voice.
"""

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from infra.local.vendors import badge, figure, media, tones
from infra.local.vendors.figure import Person, Pose
from infra.local.vendors.payload import QUARTERS_PER_SECOND, PresenterMark
from infra.local.vendors.tones import RATE, Band
from infra.local.vendors.voice import Speech

FPS = 25
_TONE_LEVEL = 0.006
_SHARE = (0.9, 0.94)  # of the frame's width and height that the figure takes at most
_MOUTHS = 5
_SWAY = 6  # steps of the head's way
_HELD = 2  # frames a pose is held: drawn on twos, as cartoons are
_BLINK_EVERY, _BLINK = 86, 4  # frames
_COLORS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
_WEBM = (
    *("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8"),
    *("-aq-mode", "0", "-lag-in-frames", "0", "-threads", "1", "-crf", "34", "-b:v", "2M", "-g", "250"),
    *("-c:a", "libopus", "-b:a", "96k", "-f", "webm"),
)
_MP4 = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-g", "50", "-threads", "2", "-pix_fmt", "yuv420p"),
    *("-c:a", "aac", "-b:a", "128k", "-f", "mp4"),
)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What is behind the presenter.

    Nothing (transparent), a colour "#rrggbb", a picture's bytes, or a room of its own.
    """

    transparent: bool = False
    color: str | None = None
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """One take; `avatar` and `script` are the hashes that go into the marks."""

    person: Person
    avatar: int
    script: int
    width: int
    height: int
    backdrop: Backdrop
    speech: Speech


def film(order: TakeOrder, target: Path) -> float:
    """Render a take to `target`; return its seconds. Raises media.UnreadableMediaError."""
    frames = int(np.ceil(order.speech.seconds * FPS))
    pad = np.zeros(max(0, frames * RATE // FPS - len(order.speech.sound)), np.float32)
    voice = np.concatenate((order.speech.sound, pad))
    voice += tones.tones(order.script, Band.SCRIPT, len(voice), level=_TONE_LEVEL)
    layout = "yuva420p" if order.backdrop.transparent else "yuv420p"
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "voice.raw"
        voice.tofile(heard)
        picture = (
            "-f",
            "rawvideo",
            "-pix_fmt",
            layout,
            "-s",
            f"{order.width}x{order.height}",
            "-r",
            str(FPS),
            *_COLORS,
            "-i",
            "pipe:0",
        )
        sound = ("-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", str(heard))
        media.encode(
            _Stage(order).frames(_mouths(voice, frames)),
            *picture,
            *sound,
            *_COLORS,
            *(_WEBM if order.backdrop.transparent else _MP4),
            str(target),
        )
    return frames / FPS


def _mouths(voice: tones.Sound, frames: int) -> list[float]:
    """Return how open the mouth is in each frame, 0..1 in a few steps, by the voice's loudness."""
    parts = voice[: frames * RATE // FPS].reshape(frames, -1)
    loud = np.sqrt(np.mean(np.square(parts), axis=1))
    loud = np.convolve(loud, (0.25, 0.5, 0.25), mode="same")
    top = max(float(np.percentile(loud, 95)), 0.02)
    return [float(step) / (_MOUTHS - 1) for step in np.rint(np.clip((loud - 0.02) / top, 0, 1) * (_MOUTHS - 1))]


class _Stage:
    """The frame's buffer and what moves in it."""

    def __init__(self, order: TakeOrder) -> None:
        self._order = order
        width, height = order.width, order.height
        self._scale = min(width * _SHARE[0] / figure.WIDTH, height * _SHARE[1] / figure.HEIGHT)
        self._left = (width - round(figure.WIDTH * self._scale)) // 2
        self._top = height - round(figure.HEIGHT * self._scale)
        sizes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
        if order.backdrop.transparent:
            sizes.append((height, width))
        self._buffer = np.zeros(sum(high * wide for high, wide in sizes), np.uint8)
        self._planes: list[NDArray[np.uint8]] = []
        start = 0
        for high, wide in sizes:
            self._planes.append(self._buffer[start : start + high * wide].reshape(high, wide))
            start += high * wide
        self._room = _room(order)
        self._heads: dict[Pose, list[NDArray[np.uint8]]] = {}
        self._head_box = self._even_box(figure.HEAD)
        self._paint((0, 0, width, height), self._drawn(Pose(), (0, 0, width, height)))

    def frames(self, mouths: list[float]) -> Iterator[bytes]:
        """Yield the take's pictures."""
        shown, quarter = Pose(), -1
        for index, mouth in enumerate(mouths):
            pose = shown if index % _HELD else _pose(index, mouth, self._order.avatar)
            if pose != shown:
                if pose not in self._heads:
                    self._heads[pose] = self._drawn(pose, self._head_box)
                self._paint(self._head_box, self._heads[pose])
                shown = pose
            if index * QUARTERS_PER_SECOND // FPS != quarter:
                quarter = index * QUARTERS_PER_SECOND // FPS
                self._print_badge(index / FPS)
            yield self._buffer.tobytes()

    def _print_badge(self, seconds: float) -> None:
        x = self._left + round(figure.BADGE_LEFT * self._scale) & ~1
        y = self._top + round(figure.BADGE_TOP * self._scale) & ~1
        width = round(figure.BADGE_WIDTH * self._scale)
        badge.paint(self._planes[0], x, y, width, PresenterMark(self._order.avatar, self._order.script, seconds))
        part = (slice(y // 2, (y + badge.card_height(width) + 1) // 2), slice(x // 2, (x + width + 1) // 2))
        self._planes[1][part] = self._planes[2][part] = 128

    def _even_box(self, units: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        left, top, right, bottom = units
        x0, y0 = self._left + round(left * self._scale) & ~1, self._top + round(top * self._scale) & ~1
        return (
            x0,
            y0,
            x0 + (round((right - left) * self._scale) + 1 & ~1),
            y0 + (round((bottom - top) * self._scale) + 1 & ~1),
        )

    def _drawn(self, pose: Pose, box: tuple[int, int, int, int]) -> list[NDArray[np.uint8]]:
        """Return the planes of a part of the picture."""
        x0, y0, x1, y1 = box
        shifted = (x0 - self._left, y0 - self._top, x1 - self._left, y1 - self._top)
        person = figure.draw(self._order.person, pose, self._scale, shifted)
        part = self._room.crop(box)
        part.paste(person, mask=person)
        planes = _planes(part)
        return [*planes, np.asarray(person.getchannel("A"))] if self._order.backdrop.transparent else planes

    def _paint(self, box: tuple[int, int, int, int], parts: list[NDArray[np.uint8]]) -> None:
        x0, y0, x1, y1 = box
        for plane, part, size in zip(self._planes, parts, (1, 2, 2, 1), strict=False):
            plane[y0 // size : y1 // size, x0 // size : x1 // size] = part


def _pose(index: int, mouth: float, seed: int) -> Pose:
    """Return the pose of a frame: a slow sway, a blink every few seconds."""
    phase = round(np.sin(index / FPS * 1.3 + seed) * (_SWAY / 2)) / (_SWAY / 2)
    blink = (index + seed) % _BLINK_EVERY < _BLINK
    return Pose(dx=4 * phase, dy=3 * phase * phase, mouth=mouth, eyes=0.0 if blink else 1.0)


def _room(order: TakeOrder) -> Image.Image:
    """Return what is behind the figure, RGB."""
    size = (order.width, order.height)
    if order.backdrop.transparent:
        return Image.new("RGB", size, "#70645c")
    if order.backdrop.color is not None:
        return Image.new("RGB", size, order.backdrop.color)
    if order.backdrop.picture is not None:
        with Image.open(io.BytesIO(order.backdrop.picture)) as picture:
            return ImageOps.fit(picture.convert("RGB"), size)
    return figure.studio(*size, order.avatar)


def _planes(picture: Image.Image) -> list[NDArray[np.uint8]]:
    """Return BT.709 limited-range planes of a picture of even size."""
    rgb = np.asarray(picture, np.float32)
    half = rgb.reshape(rgb.shape[0] // 2, 2, rgb.shape[1] // 2, 2, 3).mean(axis=(1, 3))
    luma, low = (part @ np.array((0.2126, 0.7152, 0.0722), np.float32) for part in (rgb, half))
    blue, red = (half[..., 2] - low) / 1.8556, (half[..., 0] - low) / 1.5748
    return [
        np.rint(plane).astype(np.uint8)
        for plane in (16 + luma * (219 / 255), 128 + blue * (224 / 255), 128 + red * (224 / 255))
    ]
