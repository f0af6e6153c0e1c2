"""Paints scene texts and captions as small transparent pictures, and finds places for them off the presenters' faces.

ffmpeg's drawtext paints each text once, white on black, from a file of its own with expansion off: no character means
anything to it. The result is the mask of the letters; a soft dark panel is laid beneath, so that they can be read on
any footage. What was really drawn is measured, so words never leave the frame whatever a script's shaping does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from PIL import Image, ImageDraw, ImageFilter

from shared.media.boxes import Box, face
from shared.media.ffmpeg import Budget, run
from shared.media.font import FONT, shipped_font
from shared.media.graph import Lettering, PlacedPresenter
from shared.media.segments import frames
from shared.media.wording import LEADING, Wording, word
from shared.pipeline.edit.edit import Cue, Edit, Title
from shared.pipeline.plan.plan import Cutout, Size

_AT_ONCE = 12  # texts a run of ffmpeg paints
_EASE = 0.2  # seconds to come and to go
_PAD = 0.55  # of the letters, between them and their panel's edge
_SMALLER = 0.6  # of the usual letters: how much smaller a scene text becomes to stay above a face
_FACE_SPARED = 0.14  # share of a face that words may cover before they look for another place


@dataclass(frozen=True, slots=True)
class _Style:
    """How large words are and where they like to stand; lengths as shares of the frame."""

    letters: float  # of the shorter side
    wide: float  # of the width
    high: float  # of the height
    panel: int  # opacity of the panel, 0-255
    spots: tuple[
        tuple[float, float], ...
    ]  # (share of height, which edge of the box it is: 0 top .. 1 bottom), best first


_TITLE = _Style(0.074, 0.84, 0.26, 122, ((0.06, 0.0), (0.74, 1.0), (0.5, 0.5)))
_CUE = _Style(0.05, 0.86, 0.2, 150, ((0.92, 1.0), (0.7, 1.0), (0.5, 0.5), (0.1, 0.0)))
_CUE_WIDE = _Style(0.056, 0.66, 0.24, 150, _CUE.spots)
_TITLE_WIDE = _Style(0.084, 0.8, 0.28, 122, _TITLE.spots)


def letter(
    edit: Edit, presenters: Sequence[PlacedPresenter], folder: Path, budget: Budget
) -> tuple[tuple[Lettering, ...], tuple[str, ...]]:
    """Paint every title and caption; also says which characters could not be drawn."""
    wide = edit.size.width > edit.size.height
    sayings = [_saying(title, _TITLE_WIDE if wide else _TITLE, edit, presenters) for title in edit.titles]
    sayings += [_saying(cue, _CUE_WIDE if wide else _CUE, edit, presenters) for cue in edit.cues]
    copyfile(FONT, folder / "font.ttf")  # beside the texts, so that no path stands in the graph
    made: list[Lettering] = []
    for first in range(0, len(sayings), _AT_ONCE):
        some = sayings[first : first + _AT_ONCE]
        masks = _masks([each.wording for each in some], edit.size, folder, budget)
        for number, (each, mask) in enumerate(zip(some, masks, strict=True), first):
            if mask is not None and each.end > each.start:
                made.append(_laid(edit, each, mask, made, folder / f"words-{number}.png"))
    return tuple(made), tuple(news for each in sayings for news in _news(each))


@dataclass(frozen=True, slots=True)
class _Saying:
    """A text on its way into the picture: its lines, its frames on the film, the faces seen meanwhile."""

    said: Title | Cue
    style: _Style
    wording: Wording
    start: int
    end: int
    faces: tuple[Box, ...]


def _saying(said: Title | Cue, style: _Style, edit: Edit, presenters: Sequence[PlacedPresenter]) -> _Saying:
    start, end = frames(said.start, edit.fps), frames(min(said.start + said.seconds, edit.seconds), edit.fps)
    seen = [look for look in presenters if look.start < end and look.end > start]
    faces = tuple(face(look.box, inset=look.take.cutout is Cutout.INSET) for look in seen)
    return _Saying(said, style, _worded(said, style, edit.size, faces), start, end, faces)


def _worded(said: Title | Cue, style: _Style, size: Size, faces: tuple[Box, ...]) -> Wording:
    """Break a text into lines; a scene text that would reach down to a face is set smaller to stay above it."""
    font, letters = shipped_font(), round(style.letters * min(size.width, size.height))
    wide, high = round(style.wide * size.width), round(style.high * size.height)
    usual = word(said.text, font, letters=letters, width=wide, height=high)
    if isinstance(said, Cue) or not faces:
        return usual
    free = min(one.y + _FACE_SPARED * one.height for one in faces) - style.spots[0][0] * size.height
    above = word(said.text, font, letters=letters, width=wide, height=round(free - _PAD * letters))
    return above if above.letters >= _SMALLER * letters and not above.shortened else usual


def _news(saying: _Saying) -> Iterator[str]:
    """Tell what of a text can't be seen."""
    what = "scene text" if isinstance(saying.said, Title) else "caption"
    named = f'{what} "{saying.said.text[:24]}"'
    if lost := saying.wording.lost:
        shown = " ".join(f"{char} (U+{ord(char):04X})" for char in lost[:5])
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""  # noqa: PLR2004 - as shown above
        left = "is shown without" if "".join(saying.wording.lines).strip() else "was left out"
        yield f"{named} {left}: the font lacks {shown}{more}"
    if saying.wording.shortened:
        yield f"{named} is too long for the frame ({len(saying.said.text)} characters) and was shortened"


def _masks(worded: list[Wording], size: Size, folder: Path, budget: Budget) -> list[Image.Image | None]:
    """Return each text's letters as opacity, cropped; None where nothing is to be seen."""
    wide, high = size.width * 2, size.height  # room for a shaping wider than expected: it is measured, then fitted
    chain = [f"color=black:s={wide}x{high}:r=1:d={len(worded)},format=gray"]
    for number, wording in enumerate(worded):
        step = round(wording.letters * LEADING)
        top = (high - step * len(wording.lines)) // 2
        for index, line in enumerate(wording.lines):
            # A line each: in a text of several, drawtext forgets the direction after the first.
            (folder / f"text-{number}-{index}.txt").write_text(line or " ", "utf-8")
            drawn = f"textfile=text-{number}-{index}.txt:expansion=none:fontsize={wording.letters}:fontcolor=white"
            spot = f"x=(w-text_w)/2:y={top + index * step}:y_align=font"
            chain.append(f"drawtext=fontfile=font.ttf:{drawn}:{spot}:enable=eq(n\\,{number})")
    words = ["-filter_complex", f"{','.join(chain)}[words]", "-map", "[words]", "-f", "rawvideo", "-"]
    raw, one = run([], words, folder, budget), wide * high
    shots = [Image.frombytes("L", (wide, high), raw[at : at + one]) for at in range(0, one * len(worded), one)]
    return [shot.crop(box) if (box := shot.getbbox()) else None for shot in shots]


def _laid(edit: Edit, saying: _Saying, mask: Image.Image, others: Iterable[Lettering], path: Path) -> Lettering:
    """Paint a text onto its panel and find its place."""
    size, pad = edit.size, round(saying.wording.letters * _PAD)
    room = (round(size.width * 0.96) - 2 * pad, round(size.height * 0.6) - 2 * pad)
    if mask.width > room[0] or mask.height > room[1]:
        mask.thumbnail(room, Image.Resampling.LANCZOS)
    picture = _panel(mask, pad, saying.style.panel)
    picture.save(path, "PNG", compress_level=1)
    taken = [other.box for other in others if other.start < saying.end and other.end > saying.start]
    box = _spot(Box(0, 0, picture.width, picture.height), saying.style, size, saying.faces, taken)
    ease = min(frames(_EASE, edit.fps), (saying.end - saying.start) // 4)
    return Lettering(path, box, saying.start, saying.end, ease)


def _spot(box: Box, style: _Style, size: Size, faces: Sequence[Box], taken: Sequence[Box]) -> Box:
    """Return the best-liked place that spares faces and other words, or the one that hides least."""
    boxes = [
        Box(
            (size.width - box.width) // 4 * 2,
            round((size.height * share - box.height * edge) / 2) * 2,
            box.width,
            box.height,
        ).kept_in(size)
        for share, edge in style.spots
    ]

    def hidden(spot: Box) -> float:
        most = max((spot.shared_with(one) / one.area for one in faces), default=0.0)
        words = max((spot.shared_with(one) / one.area for one in taken), default=0.0)
        return (0.0 if most <= _FACE_SPARED else most) + 2 * words

    return min(boxes, key=hidden)


def _panel(mask: Image.Image, pad: int, opacity: int) -> Image.Image:
    """Lay letters in white on a dark rounded panel, with a soft shade around them."""
    size = (mask.width + 2 * pad + (mask.width % 2), mask.height + 2 * pad + (mask.height % 2))
    plate = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), pad * 4, fill=opacity)
    letters = Image.new("L", size, 0)
    letters.paste(mask, (pad, pad))
    shade = letters.filter(ImageFilter.GaussianBlur(max(1, pad // 6))).point([value // 2 for value in range(256)])
    ground = Image.new("RGBA", size, (12, 14, 18, 0))
    ground.putalpha(plate.resize(size, Image.Resampling.BOX))
    for color, alpha in (((12, 14, 18), shade), ((255, 255, 255), letters)):
        layer = Image.new("RGBA", size, (*color, 0))
        layer.putalpha(alpha)
        ground = Image.alpha_composite(ground, layer)
    return ground
