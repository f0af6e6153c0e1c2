"""How loud a sound is, window by window of 20 ms, and where it is clipped.

ffmpeg's own meter of this (astats) finds twenty other figures beside: measured, a minute of a film's sound takes 0.5 s
of a CPU with it, and 0.06 s here.
"""

import re
from array import array
from collections.abc import Iterable, Iterator
from math import log10

from PIL import Image, ImageMath

LEVEL_EVERY = 0.02  # seconds
SAMPLE_RATE = 48_000
UNHEARD_AT = -60.0  # dBFS: what is no sound, and the least that is told
_LEVEL_NUMBERS = 2 * round(LEVEL_EVERY * SAMPLE_RATE)  # numbers of a window: two channels
_LEVEL_BYTES = 4 * _LEVEL_NUMBERS
PIECE = 500 * _LEVEL_BYTES  # bytes that are measured at once
STEREO = "aformat=sample_fmts=flt:channel_layouts=stereo"  # what `levels` reads, as `-f f32le` writes it
_FULL = re.compile(rb"[\xff]{3,}|[\x00]{3,}")  # three samples in a row at one end of what eight bits hold
_CLIPPED_ROWS, _TOGETHER = 5, 1.0  # so many of them within so many seconds are a clipped voice

Span = tuple[float, float]


def levels(pieces: Iterable[bytes]) -> Iterator[float]:
    """Yield how loud each window is in dBFS (RMS of both channels), never below `UNHEARD_AT`.

    All pieces but the last are whole windows; what the last one lacks of its window is silence.
    """
    for piece in pieces:
        rows = -(-len(piece) // _LEVEL_BYTES)
        sound = Image.frombytes("F", (_LEVEL_NUMBERS, rows), piece.ljust(rows * _LEVEL_BYTES, b"\x00"), "raw", "F;32F")
        power = ImageMath.lambda_eval(lambda given: given["sound"] * given["sound"], sound=sound)
        for mean in array("f", power.resize((1, rows), Image.Resampling.BOX).tobytes()):
            yield max(UNHEARD_AT, 10 * log10(mean)) if mean > 0 else UNHEARD_AT


def clipped(sound: bytes) -> Iterator[Span]:
    """Yield where a voice has many rows of samples at full scale, in seconds; one unsigned byte is a sample."""
    at = [found.start() / SAMPLE_RATE for found in _FULL.finditer(sound)]
    begin, end = 0.0, -1.0
    for first, last in zip(at, at[_CLIPPED_ROWS - 1 :], strict=False):
        if last - first > _TOGETHER:
            continue
        if end < 0:
            begin = first
        elif first > end + _TOGETHER:
            yield begin, end
            begin = first
        end = last
    if end >= 0:
        yield begin, end
