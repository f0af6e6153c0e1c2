"""Mutates images: bytes, cuts, and each format's own parts, put together again so that they look sound."""

import random
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.media.photos import chunks, kinds, picture, png_of, segment, srgb_profile, tiff, with_exif, with_segments

LENGTHS = (0, 1, 2, 3, 4, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutated image, what was done to it, and whether its picture was left alone."""

    data: bytes
    story: str
    sound: bool = False


def mutations(count: int, seed: int) -> Iterator[Mutation]:
    """Yield that many mutations, the same for the same seed."""
    chance = random.Random(seed)
    known = list(kinds())
    ways: Sequence[Callable[[random.Random, Sequence[tuple[str, bytes]]], Mutation]] = (
        _exif, _exif, _profile, _bytes, _head, _cut, _spliced, _parts, _segments, _riff
    )  # fmt: skip
    for number in range(count):
        made = ways[number % len(ways)](chance, known)
        yield Mutation(made.data, f"seed {seed}, number {number}: {made.story}", made.sound)


def _exif(chance: random.Random, _known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Write a directory of any tags, types, counts and values, in any container and byte order."""
    order = chance.choice("<>")
    tags = (0x0112, 0x011A, 0x0128, 0x0131, 0x8769, 0x8825, 0x0201, 0x02BC, 0x9286, chance.randrange(0x10000))
    entries = tuple(
        (
            chance.choice(tags),
            chance.choice([*range(15), 0xFFFF]),
            chance.choice([0, 1, 2, 3, 5, 1000, 0xFFFFFFFF]),
            chance.randbytes(4) if chance.random() < 0.5 else struct.pack(f"{order}I", chance.randrange(300)),
        )
        for _ in range(chance.randrange(12))
    )
    exif = tiff(*entries, order=order, beyond=chance.randbytes(chance.randrange(200)))
    if chance.random() < 0.3:
        exif = _flipped(chance, exif, 8)
    if chance.random() < 0.1:
        exif = exif[: chance.randrange(len(exif))]
    kind = chance.choice(("JPEG", "PNG", "WEBP"))
    return Mutation(with_exif(kind, exif or b"\x00", picture()), f"EXIF {exif.hex()} in a {kind}", sound=True)


def _profile(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Damage a colour profile, whole or in parts."""
    profile = _flipped(chance, srgb_profile(), chance.choice((1, 3, 30)))
    if chance.random() < 0.3:
        profile = profile[: chance.randrange(len(profile))]
    number, parts = chance.choice(((1, 1), (1, 1), (2, 1), (1, 2), (0, 0), (255, 255)))
    body = b"ICC_PROFILE\x00" + bytes([number, parts]) + profile
    data = with_segments(dict(known)["jpeg-restarts"], segment(0xE2, body[:65000]))
    return Mutation(data, f"profile {number} of {parts}: {profile.hex()}", sound=True)


def _bytes(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    name, data = chance.choice(known)
    return Mutation(_flipped(chance, data, chance.choice((1, 2, 10))), f"bytes of {name}")


def _head(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Flip bytes where headers stand."""
    name, data = chance.choice(known)
    end = min(len(data), 200)
    return Mutation(_flipped(chance, data[:end], 3) + data[end:], f"head of {name}")


def _cut(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    name, data = chance.choice(known)
    end = chance.randrange(len(data))
    return Mutation(data[:end] + chance.choice((b"", b"\x00" * 30, b"\xff\xd9")), f"{name} cut at {end}")


def _spliced(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Put a part of one image into another."""
    (name, data), (other, more) = chance.choice(known), chance.choice(known)
    at, start = chance.randrange(len(data)), chance.randrange(len(more))
    part = more[start : start + chance.randrange(1, 400)]
    return Mutation(data[:at] + part + data[at + chance.choice((0, len(part))) :], f"{other} within {name} at {at}")


def _parts(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Change a PNG's chunks, their sums right again."""
    name, data = chance.choice([one for one in known if one[0].startswith("png")])
    parts = chunks(data)
    at = chance.randrange(len(parts))
    kind, body = parts[at]
    match chance.randrange(5):
        case 0:
            parts[at] = (kind, _flipped(chance, body, 2))
        case 1:
            parts[at] = (kind, body[: chance.randrange(len(body) + 1)])
        case 2:
            del parts[at]
        case 3:
            parts.insert(chance.randrange(len(parts)), parts[at])
        case _:
            parts[at] = (chance.choice((b"tRNS", b"PLTE", b"IDAT", b"acTL", b"cICP", b"gAMA", b"fdAT")), body)
    return Mutation(png_of(parts), f"chunk {at} of {name}")


def _segments(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Add a JPEG segment of any kind, or lie about a length."""
    name, data = chance.choice([one for one in known if one[0].startswith("jpeg")])
    code = chance.randrange(0xC0, 0xFF)
    if chance.random() < 0.5:
        return Mutation(
            with_segments(data, segment(code, chance.randbytes(chance.randrange(40)))), f"{code:x} in {name}"
        )
    at = data.find(b"\xff", chance.randrange(2, len(data)))
    length = struct.pack(">H", chance.choice(LENGTHS) & 0xFFFF)
    return Mutation(data[: at + 2] + length + data[at + 4 :], f"length at {at} of {name}")


def _riff(chance: random.Random, known: Sequence[tuple[str, bytes]]) -> Mutation:
    """Lie about a WebP's lengths, flags and chunks."""
    name, data = chance.choice([one for one in known if one[0].startswith("webp")])
    at = chance.choice((4, 16, 20, 24, 27, data.find(b"EXIF") + 4, data.find(b"ICCP") + 4, data.find(b"VP8") + 4))
    return Mutation(data[:at] + struct.pack("<I", chance.choice(LENGTHS)) + data[at + 4 :], f"{name} at {at}")


def _flipped(chance: random.Random, data: bytes, times: int) -> bytes:
    changed = bytearray(data)
    for _ in range(times if changed else 0):
        changed[chance.randrange(len(changed))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return bytes(changed)
