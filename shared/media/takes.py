"""Looks at a presenter's take before it is laid over footage: can it be cut out, where is the person, how loud.

No field of a provider's API tells what a look can do, and a take may come with another background than was ordered,
so the pixels decide. A few small frames a second are enough to find the visible box.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from shared.media.arrival import OPAQUE, as_picture
from shared.media.boxes import Box, even
from shared.media.errors import MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.keying import Rgb, chroma, rgb
from shared.media.probe import FilmFacts
from shared.pipeline.edit.edit import Appearance
from shared.pipeline.plan.plan import Cutout

SAMPLES = 4  # frames a second looked at
LOUDNESS = -16.0  # LUFS a voice is brought to, the habit of phones and the web
_SEEN = 40  # of 255: opacity that counts as visible
_NEAR = 46  # distance in Cb+Cr within which a pixel is the key colour
_VIVID = 40  # chroma a key colour needs
_KEY_SHARE = 0.35  # of the border that must be key; a person may stand on the lower edge
_SIDE = 180  # pixels of the shorter side looked at
_HD = 1280  # pixels of the longer side
_ALPHA_DECODERS = {"vp9": "libvpx-vp9", "vp8": "libvpx"}


@dataclass(frozen=True, slots=True)
class MeasuredTake:
    """A presenter's file as it really is; `gain` in dB brings its voice to LOUDNESS, None = it has no sound."""

    node: str
    source: Source
    facts: FilmFacts
    cutout: Cutout
    visible: Box
    key: Rgb
    gain: float | None
    warnings: tuple[str, ...]


def measure(look: Appearance, path: Path, facts: FilmFacts, folder: Path, budget: Budget) -> MeasuredTake:
    """Measure a take; when it can't be cut out as claimed it becomes an inset, and a warning says so."""
    demuxer = Demuxer.WEBM if facts.container == "webm" else Demuxer.MP4
    options = color_default(facts)
    kind = look.cutout
    if facts.alpha and facts.video_codec in _ALPHA_DECODERS:
        kind = Cutout.ALPHA  # better than what was hoped for
        options += ("-c:v", _ALPHA_DECODERS[facts.video_codec])  # the default decoders drop the transparency
    source = Source(path, demuxer, options, squared(facts))
    whole = Box(0, 0, facts.width // 2 * 2, facts.height // 2 * 2)
    shown, key, why = whole, rgb(look.key_color), ""
    gray, found = _sample(kind, look.seconds, source, facts, folder, budget)
    match kind:
        case Cutout.ALPHA:
            shown, why = _opaque_box(gray, facts, whole)
        case Cutout.KEY:
            shown, key, why = _keyed_box(gray, facts, whole, key)
        case Cutout.INSET:
            pass
    if why:
        kind = Cutout.INSET
    warnings: tuple[str, ...] = (as_picture(look.node, why),) if why and look.cutout is not Cutout.INSET else ()
    gain = None
    if facts.audio_codec is None:
        warnings += (f"{look.node}: the take has no sound",)
    elif found is None:
        warnings += (f"{look.node}: the take is silent",)
    else:
        gain = min(15.0, max(-15.0, LOUDNESS - found))
    return MeasuredTake(look.node, source, facts, kind, shown, key, gain, warnings)


def color_default(facts: FilmFacts) -> tuple[str, ...]:
    """Say how to read colours of a file that doesn't say it itself: HD is BT.709, smaller BT.601, as players assume."""
    return ("-colorspace", "bt709" if max(facts.width, facts.height) >= _HD else "smpte170m")


def squared(facts: FilmFacts) -> str:
    """Return the filter that makes a film's pixels square, as a player shows them, to be written before others."""
    return "" if facts.square else f"scale={facts.width}:{facts.height}:flags=bicubic,setsar=1,"


def _sample(
    kind: Cutout, seconds: float, source: Source, facts: FilmFacts, folder: Path, budget: Budget
) -> tuple[list[Image.Image], float | None]:
    """Return small frames (opacity, or RGB for a key) and the voice's loudness in LUFS, in one run."""
    step = max(1, min(facts.width, facts.height) // _SIDE)
    wide, high = facts.width // step, facts.height // step
    mode, depth = ("L", 1) if kind is Cutout.ALPHA else ("RGB", 3)
    pixels = f"{source.square}format=yuva420p,alphaextract," if kind is Cutout.ALPHA else source.square
    small = f"scale={wide}:{high}:flags=area,format={'gray' if depth == 1 else 'rgb24'}"
    words: list[str] = ["-t", f"{seconds:.3f}"]
    if kind is not Cutout.INSET:
        words += [
            "-map",
            "0:V:0",
            "-vf",
            f"fps={SAMPLES}:start_time=0:round=down,{pixels}{small}",
            "-f",
            "rawvideo",
            "-",
        ]
    report = folder / "loudness.txt"
    report.unlink(missing_ok=True)
    if facts.audio_codec:
        meter = f"aresample=48000,aformat=channel_layouts=stereo,ebur128=metadata=1,ametadata=print:file={report.name}"
        words += ["-map", "0:a:0", "-t", f"{seconds:.3f}", "-af", meter, "-f", "null", "-"]
    if "-f" not in words:
        return [], None
    raw, one = run([source], words, folder, budget), wide * high * depth
    shots = [Image.frombytes(mode, (wide, high), raw[at : at + one]) for at in range(0, len(raw) - one + 1, one)]
    if not shots and kind is not Cutout.INSET:
        raise MediaRefused("the take holds no readable frame", "Order this take again.")
    return shots, _loudness(report)


def _loudness(report: Path) -> float | None:
    if not report.exists():
        return None
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", report.read_text("ascii", "replace"))
    return float(heard[-1]) if heard and float(heard[-1]) > -55 else None  # noqa: PLR2004 - nobody speaks that low


def _opaque_box(gray: list[Image.Image], facts: FilmFacts, whole: Box) -> tuple[Box, str]:
    union = gray[0]
    for shot in gray[1:]:
        union = ImageChops.lighter(union, shot)
    seen = union.point([0] * _SEEN + [255] * (256 - _SEEN)).getbbox()
    if min(_least(shot) for shot in gray) >= _SEEN:
        return whole, OPAQUE
    if seen is None:
        return whole, "the take is transparent everywhere"
    return _grown(seen, gray[0].size, facts), ""


def _keyed_box(shots: list[Image.Image], facts: FilmFacts, whole: Box, key: Rgb) -> tuple[Box, Rgb, str]:
    rim = [pixel for shot in shots for pixel in _rim(shot)]
    close = [pixel for pixel in rim if _distance(pixel, key) <= _NEAR]
    if chroma(key).strength < _VIVID:
        return whole, key, "its key colour is too gray to be cut out"
    if len(close) < _KEY_SHARE * len(rim):
        share = 100 * len(close) // max(1, len(rim))
        return whole, key, f"ordered on the key colour, but only {share} % of its border shows it"
    real = (_mean(close, 0), _mean(close, 1), _mean(close, 2))
    _, cb, cr = Image.new("RGB", (1, 1), real).convert("YCbCr").tobytes()
    union = Image.new("L", shots[0].size, 0)
    for shot in shots:
        _, blue, red = shot.convert("YCbCr").split()
        away = ImageChops.add(
            blue.point([abs(v - cb) for v in range(256)]), red.point([abs(v - cr) for v in range(256)])
        )
        union = ImageChops.lighter(union, away)
    seen = union.point([0] * _NEAR + [255] * (256 - _NEAR)).getbbox()
    if seen is None:
        return whole, key, "the take shows nothing but its key colour"
    return _grown(seen, shots[0].size, facts), real, ""


def _grown(seen: tuple[int, int, int, int], small: tuple[int, int], facts: FilmFacts) -> Box:
    """Scale a box of the small frame up to the take's own pixels, outwards to even ones."""
    across, down = facts.width / small[0], facts.height / small[1]
    left, top = 2 * int(seen[0] * across / 2), 2 * int(seen[1] * down / 2)
    wide = min(even(seen[2] * across - left), (facts.width - left) // 2 * 2)
    high = min(even(seen[3] * down - top), (facts.height - top) // 2 * 2)
    return Box(left, top, max(2, wide), max(2, high))


def _rim(shot: Image.Image) -> list[Rgb]:
    wide, high = shot.size
    bands = [(0, 0, wide, 1), (0, 0, 1, high), (wide - 1, 0, wide, high)]
    raw = b"".join(shot.crop(band).tobytes() for band in bands)
    return [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 3)]


def _distance(one: Rgb, two: Rgb) -> float:
    """Return how far apart two colours are in Cb and Cr, where light and shade don't count."""
    red, green, blue = (a - b for a, b in zip(one, two, strict=True))
    return abs(-0.169 * red - 0.331 * green + 0.5 * blue) + abs(0.5 * red - 0.419 * green - 0.081 * blue)


def _least(gray: Image.Image) -> int:
    return next((value for value, count in enumerate(gray.histogram()) if count), 255)


def _mean(pixels: list[Rgb], channel: int) -> int:
    return round(sum(pixel[channel] for pixel in pixels) / len(pixels))
