"""Renders what the stand-in films.

H.264 at 24 frames a second with a mark in every frame, and tones in every second of sound.

A base clip begins with the photo itself and slowly moves into it; an extension keeps every frame of its input as it
is (the stream is copied) and goes on from the last one for seven seconds.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infra.local.vendors import media, strip, tones
from infra.local.vendors.payload import FootageMark, hash16
from infra.local.vendors.tones import RATE, Band
from infra.local.vendors.veo import scenery
from infra.local.vendors.veo.scenery import Grade, Lights, Size, Still

FPS = 24
EXTENSION_SECONDS = 7
MADE_BY = "veo stand-in"
_FADE_IN = 1.2  # seconds until grade and lights are at full strength: a clip begins with the very picture it was given
_STILL_FRAMES = 2  # the slow zoom moves this seldom, lights and mark move in every frame
_NEUTRAL = 128
_TONE_LEVEL = 0.014  # each of five; still heard when the sound is ducked by 16 dB under speech
_COLORS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
_PICTURE = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-crf",
    "19",
    "-g",
    "48",
    "-threads",
    "2",
    "-pix_fmt",
    "yuv420p",
    *_COLORS,
)
_SOUND = ("-c:a", "aac", "-b:a", "160k")
_WRITTEN = ("-metadata", f"comment={MADE_BY}", "-f", "mp4")


@dataclass(frozen=True, slots=True)
class Base:
    """A clip from nothing but a prompt, or from a photo (its exact bytes)."""

    prompt: str
    size: Size
    seconds: int
    photo: bytes | None
    crop: bool
    sound: bool


@dataclass(frozen=True, slots=True)
class Extension:
    """Seven seconds more of a film that exists; `cumulative` False writes only the new seconds."""

    prompt: str
    source: Path
    cumulative: bool = True


@dataclass(frozen=True, slots=True)
class _Take:
    """A stretch to paint: its picture, what its marks say, and where it begins in its file."""

    still: Still
    size: Size
    prompt: str
    photo: int
    link: int
    begins: float
    seconds: int


def film(order: Base, target: Path) -> float:
    """Render a base clip to `target`; return its seconds.

    Raises scenery.UnreadablePhotoError, media.UnreadableMediaError.
    """
    seed = hash16(order.prompt)
    still = (
        scenery.landscape(seed, order.size)
        if order.photo is None
        else scenery.from_photo(order.photo, order.size, crop=order.crop)
    )
    photo = 0 if order.photo is None else hash16(order.photo)
    take = _Take(still, order.size, order.prompt, photo, link=1, begins=0.0, seconds=order.seconds)
    with tempfile.TemporaryDirectory() as folder:
        tune = Path(folder) / "sound.raw"
        if order.sound:
            _ambience(seed, order.seconds).tofile(tune)
        _encode(take, tune if order.sound else None, target)
    return float(order.seconds)


def extend(order: Extension, target: Path) -> float:
    """Render an extension to `target`; return the written film's seconds. Raises media.UnreadableMediaError."""
    source = media.probe(order.source)
    size = Size(source.width, source.height)
    last = media.last_frame(order.source, width=size.width, height=size.height)
    before = _mark_of(last)
    begins = round(source.seconds * FPS) / FPS if order.cumulative else 0.0
    take = _Take(
        scenery.from_frame(_without_strips(last)),
        size,
        order.prompt,
        before.photo if before else 0,
        link=(before.link if before else 1) + 1,
        begins=begins,
        seconds=EXTENSION_SECONDS,
    )
    new = _ambience(hash16(order.prompt), EXTENSION_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        (room / "new.raw").write_bytes(new.tobytes())
        if not order.cumulative:
            _encode(take, room / "new.raw", target)
            return float(EXTENSION_SECONDS)
        _encode(take, None, room / "new.mp4")
        _join(order.source, source, new, room, target)
    return begins + EXTENSION_SECONDS


def _join(source: Path, known: media.Probe, new: tones.Sound, room: Path, target: Path) -> None:
    """Put new.mp4 behind the source: its stream copied when it is ours, else encoded once more.

    Sound is written anew.
    """
    frames = round(known.seconds * FPS)
    old = media.sound(source) if known.audio else np.zeros(0, np.float32)
    until = frames * RATE // FPS
    track = np.concatenate((old[:until], np.zeros(max(0, until - len(old)), np.float32), new)).astype(np.float32)
    (room / "track.raw").write_bytes(track.tobytes())
    first = room / "old.mp4"  # without its sound, whose priming would shift the pictures
    ours = known.comment == MADE_BY
    media.run("-i", str(source), "-an", *(("-c:v", "copy") if ours else ("-r", str(FPS), *_PICTURE)), str(first))
    listing = room / "parts.txt"
    listing.write_text(f"ffconcat version 1.0\nfile '{first}'\noutpoint {frames / FPS}\nfile '{room / 'new.mp4'}'\n")
    joined = (
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        str(listing),
        "-f",
        "f32le",
        "-ar",
        str(RATE),
        "-ac",
        "1",
        "-i",
        str(room / "track.raw"),
    )
    media.run(*joined, "-map", "0:v", "-map", "1:a", "-c:v", "copy", *_SOUND, *_WRITTEN, str(target))


def _encode(take: _Take, tune: Path | None, target: Path) -> None:
    picture = (
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-s",
        f"{take.size.width}x{take.size.height}",
        "-r",
        str(FPS),
        *_COLORS,
        "-i",
        "pipe:0",
    )
    heard = () if tune is None else ("-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", str(tune))
    media.encode(_frames(take), *picture, *heard, *_PICTURE, *(_SOUND if tune else ("-an",)), *_WRITTEN, str(target))


def _frames(take: _Take) -> Iterator[bytes]:
    seed = hash16(take.prompt)
    dice = np.random.default_rng(seed)
    toward, reach = dice.uniform(0.15, 0.85, 2), float(dice.uniform(0.12, 0.2))
    grade, lights = Grade.of(seed), Lights(seed, take.size)
    graded = grade.still(take.still)
    chroma = [
        tuple(slice(part.start // 2, -(-part.stop // 2)) for part in place)
        for place in strip.strip_slices(take.size.width, take.size.height)
    ]
    for index in range(take.seconds * FPS):
        seconds = index / FPS
        strength = min(1.0, seconds / _FADE_IN)
        if index % _STILL_FRAMES == 0:
            done = seconds / take.seconds
            zoom = 1 + reach * (done * done * (3 - 2 * done) + done) / 2
            still = take.still if strength < 1 else graded
            window = still.window(zoom, float(toward[0]), float(toward[1]), take.size)
            if strength < 1:
                grade.apply(window, strength)
        planes = (window[0].copy(), window[1].copy(), window[2].copy())
        lights.draw(planes, seconds, strength)
        mark = FootageMark(seed, take.photo, take.link, take.begins + seconds)
        strip.paint(planes[0], mark)
        for plane in planes[1:]:
            for place in chroma:
                plane[place] = _NEUTRAL
        yield b"".join(plane.tobytes() for plane in planes)


def _ambience(seed: int, seconds: int) -> tones.Sound:
    """A soft chord and the breath of a room, with the prompt's tones in it."""
    dice = np.random.default_rng(seed)
    at = np.arange(seconds * RATE) / RATE
    root = 110 * 2 ** (float(dice.integers(0, 12)) / 12)
    chord = sum(
        np.sin(2 * np.pi * root * step * at) * (1 + 0.3 * np.sin(2 * np.pi * 0.2 * at + step))
        for step in (1, 1.5, 2, 2.5)
    )
    noise = np.convolve(dice.standard_normal(len(at)), np.ones(48) / 48, mode="same")
    fade = np.minimum(1, np.minimum(at, seconds - at) / 0.05)
    bed = (0.014 * np.asarray(chord) + 0.02 * noise) * fade
    return (bed + tones.tones(seed, Band.PROMPT, len(at), level=_TONE_LEVEL)).astype(np.float32)


def _mark_of(picture: NDArray[np.uint8]) -> FootageMark | None:
    return strip.read(picture.mean(axis=2).astype(np.uint8))


def _without_strips(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint the marks of a last frame over with what lies beside them."""
    clean = picture.copy()
    deep = strip.thickness(picture.shape[1], picture.shape[0]) + 2
    clean[:, :deep] = clean[:, deep : 2 * deep][:, ::-1]
    clean[:deep] = clean[deep : 2 * deep][::-1]
    return clean
