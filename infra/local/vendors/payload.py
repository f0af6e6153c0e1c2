"""What a mark says: 64 bits that name a frame's inputs, with a check sum, as a row of black and white cells.

Layout, most significant bit first: kind 4 | a 16 | b 16 | c 12 | CRC-16 (CCITT, start 0xFFFF) over the first 48; all
64 are then whitened with a fixed pattern, so that a mark of zeros still has edges. Footage: a = prompt, b = photo, c
= link 4 and quarter seconds 8. Presenter: a = avatar, b = script, c = quarter seconds 12.
"""

import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]

BITS = 64
QUARTERS_PER_SECOND = 4
_WHITENING = 0x5AC3_96E1_2D78_B40F
_CRC_START = 0xFFFF


class Kind(IntEnum):
    """Who painted the mark."""

    FOOTAGE = 0b1010
    PRESENTER = 0b0101


@dataclass(frozen=True, slots=True)
class FootageMark:
    """A footage frame.

    Hashes of prompt and photo (0 = none), links in the chain so far (a base clip is 1), time in its file.
    """

    prompt: int
    photo: int
    link: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PresenterMark:
    """A presenter frame: hashes of avatar id and script, time in its take."""

    avatar: int
    script: int
    seconds: float


def hash16(content: str | bytes) -> int:
    """Return the 16-bit name of a prompt, script, id (UTF-8) or of a photo's exact bytes.

    Never 0, which means "none".
    """
    raw = content.encode() if isinstance(content, str) else content
    return int.from_bytes(hashlib.sha256(raw).digest()[:2], "big") or 1


def to_bits(mark: FootageMark | PresenterMark) -> Bits:
    """Return the mark as 64 zeros and ones, shape (64,)."""
    match mark:
        case FootageMark():
            kind, first, second = Kind.FOOTAGE, mark.prompt, mark.photo
            rest = min(mark.link, 0xF) << 8 | min(_quarters(mark.seconds), 0xFF)
        case PresenterMark():
            kind, first, second = Kind.PRESENTER, mark.avatar, mark.script
            rest = min(_quarters(mark.seconds), 0xFFF)
    body = kind << 44 | first << 28 | second << 12 | rest
    word = (body << 16 | _check(body)) ^ _WHITENING
    return np.unpackbits(np.frombuffer(word.to_bytes(8, "big"), np.uint8))


def from_bits(bits: Bits) -> FootageMark | PresenterMark | None:
    """Return the mark that 64 zeros and ones spell, or None when the check sum or the kind is wrong."""
    word = int.from_bytes(np.packbits(bits.astype(np.uint8)).tobytes(), "big") ^ _WHITENING
    body, check = word >> 16, word & 0xFFFF
    if _check(body) != check:
        return None
    kind, first, second, rest = body >> 44, body >> 28 & 0xFFFF, body >> 12 & 0xFFFF, body & 0xFFF
    match kind:
        case Kind.FOOTAGE:
            return FootageMark(first, second, rest >> 8, (rest & 0xFF) / QUARTERS_PER_SECOND)
        case Kind.PRESENTER:
            return PresenterMark(first, second, rest / QUARTERS_PER_SECOND)
        case _:
            return None


def _quarters(seconds: float) -> int:
    return int(seconds * QUARTERS_PER_SECOND + 1e-6)


def _check(body: int) -> int:
    return binascii.crc_hqx(body.to_bytes(6, "big"), _CRC_START)
