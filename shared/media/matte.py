"""Judges from a few small frames whether a take can be cut out, and which part of it the person is.

Some frames of any film are odd (a fade, a flash): a take is what four fifths of its frames are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from shared.media.boxes import Box, even
from shared.media.errors import MediaRefused
from shared.media.heads import head_in
from shared.media.keying import Rgb, chroma
from shared.media.probe import FilmFacts
from shared.pipeline.plan.plan import Cutout

_SIDE = 180  # pixels of the shorter side looked at
_SEEN = 40  # of 255: opacity that counts as visible
_NEAR = 46  # distance in Cb+Cr within which a pixel is the key colour
_VIVID = 40  # chroma a key colour needs
_KEY_SHARE = 0.35  # of the border that must be key; a person may stand on the lower edge
_CLEAR_SHARE = 0.02  # of a frame that is transparent around a person, even one close to the camera
_SOMEBODY = 0.003  # of a frame that a person covers at least
_MOST = 0.8  # of the frames
_LOOKED_AT = 120  # frames at most in which a head is looked for


@dataclass(frozen=True, slots=True)
class Matte:
    """How a take can really be cut out, the box of what is visible, its real key colour, and why not as was ordered.

    `head` is the box of its head, where it was found.
    """

    cutout: Cutout
    box: Box
    key: Rgb
    why: str = ""
    head: Box | None = None


def filters(kind: Cutout, facts: FilmFacts, square: str, *, apart: bool = False) -> str:
    """Return the filters that make the small frames `judged` needs, as raw video: opacity, or RGB for a key.

    `apart`: they are given the opacity alone, as light.
    """
    wide, high = _small(facts)
    clear = "extractplanes=y" if apart else "format=yuva420p,alphaextract"
    pixels = f"{square}{clear}," if kind is Cutout.ALPHA else square
    return f"{pixels}scale={wide}:{high}:flags=area,format={'gray' if kind is Cutout.ALPHA else 'rgb24'}"


def judged(kind: Cutout, raw: bytes, facts: FilmFacts, key: Rgb) -> Matte:
    """Judge a take that was ordered on `key`, or hoped to be transparent, by raw frames; an inset needs none.

    Raises MediaRefused when there is no frame, or nobody in them.
    """
    whole = Box(0, 0, facts.width // 2 * 2, facts.height // 2 * 2)
    if kind is Cutout.INSET:
        return Matte(kind, whole, key)
    size, (mode, depth) = _small(facts), ("L", 1) if kind is Cutout.ALPHA else ("RGB", 3)
    one = size[0] * size[1] * depth
    frames = [Image.frombytes(mode, size, raw[at : at + one]) for at in range(0, len(raw) - one + 1, one)]
    if not frames:
        raise MediaRefused("the take holds no readable frame", "Order this take again.")
    why = _opaque(frames) if kind is Cutout.ALPHA else _unkeyed(frames, key)
    if why:
        return Matte(Cutout.INSET, whole, key, why)
    if kind is Cutout.KEY:
        key = _real(frames, key)
        frames = [_away(frame, key) for frame in frames]
    least = _SEEN if kind is Cutout.ALPHA else _NEAR
    box = _visible(frames, least, facts)
    some = frames[:: -(-len(frames) // _LOOKED_AT)]
    head = head_in([frame.point([0] * least + [255] * (256 - least)) for frame in some])
    return Matte(kind, box, key, head=_enlarged(head, size, facts) if head else None)


def _small(facts: FilmFacts) -> tuple[int, int]:
    step = max(1, min(facts.width, facts.height) // _SIDE)
    return facts.width // step, facts.height // step


def _opaque(frames: Sequence[Image.Image]) -> str:
    clear = [_share_from(_SEEN, frame) <= 1 - _CLEAR_SHARE for frame in frames]
    return "" if sum(clear) >= _MOST * len(frames) else "ordered with a transparent background, but the take is opaque"


def _unkeyed(frames: Sequence[Image.Image], key: Rgb) -> str:
    if chroma(key).strength < _VIVID:
        return "its key colour is too gray to be cut out"
    rims = [_rim(frame) for frame in frames]
    shares = [sum(_distance(pixel, key) <= _NEAR for pixel in rim) / max(1, len(rim)) for rim in rims]
    if sum(share >= _KEY_SHARE for share in shares) >= _MOST * len(frames):
        return ""
    return f"ordered on the key colour, but only {int(100 * sum(shares) / len(shares))} % of its border shows it"


def _real(frames: Sequence[Image.Image], key: Rgb) -> Rgb:
    """Return the key colour as the vendor really painted it."""
    close = [pixel for frame in frames for pixel in _rim(frame) if _distance(pixel, key) <= _NEAR]
    red, green, blue = (round(sum(pixel[channel] for pixel in close) / len(close)) for channel in range(3))
    return red, green, blue


def _away(frame: Image.Image, key: Rgb) -> Image.Image:
    """Return how far each pixel's chroma is from the key's."""
    _, cb, cr = Image.new("RGB", (1, 1), key).convert("YCbCr").tobytes()
    _, blue, red = frame.convert("YCbCr").split()
    return ImageChops.add(blue.point([abs(v - cb) for v in range(256)]), red.point([abs(v - cr) for v in range(256)]))


def _visible(frames: Sequence[Image.Image], least: int, facts: FilmFacts) -> Box:
    """Return the box of all that is ever visible, in the take's own pixels, outwards to even ones."""
    if sum(_share_from(least, frame) >= _SOMEBODY for frame in frames) < (1 - _MOST) * len(frames):
        raise MediaRefused("the take shows nobody: hardly anything in it is visible", "Order this take again.")
    union = frames[0]
    for frame in frames[1:]:
        union = ImageChops.lighter(union, frame)
    seen = union.point([0] * least + [255] * (256 - least)).getbbox() or (0, 0, *union.size)
    across, down = facts.width / union.size[0], facts.height / union.size[1]
    left, top = 2 * int(seen[0] * across / 2), 2 * int(seen[1] * down / 2)
    wide = min(even(seen[2] * across - left), (facts.width - left) // 2 * 2)
    high = min(even(seen[3] * down - top), (facts.height - top) // 2 * 2)
    return Box(left, top, max(2, wide), max(2, high))


def _enlarged(box: Box, size: tuple[int, int], facts: FilmFacts) -> Box:
    """Return a box of a small frame in the take's own pixels."""
    across, down = facts.width / size[0], facts.height / size[1]
    left, top = int(box.x * across), int(box.y * down)
    return Box(left, top, round((box.x + box.width) * across) - left, round((box.y + box.height) * down) - top)


def _share_from(least: int, frame: Image.Image) -> float:
    """Return the share of a gray frame's pixels that are at least so light."""
    return sum(frame.histogram()[least:]) / (frame.size[0] * frame.size[1])


def _rim(frame: Image.Image) -> list[Rgb]:
    wide, high = frame.size
    bands = [(0, 0, wide, 1), (0, 0, 1, high), (wide - 1, 0, wide, high)]
    raw = b"".join(frame.crop(band).tobytes() for band in bands)
    return [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 3)]


def _distance(one: Rgb, two: Rgb) -> float:
    """Return how far apart two colours are in Cb and Cr, where light and shade don't count."""
    red, green, blue = (a - b for a, b in zip(one, two, strict=True))
    return abs(-0.169 * red - 0.331 * green + 0.5 * blue) + abs(0.5 * red - 0.419 * green - 0.081 * blue)
