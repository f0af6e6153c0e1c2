"""Paints scene texts and captions as small transparent pictures, and finds places for them off the presenters' faces.

ffmpeg's drawtext paints each text once, white on black, from a file of its own with expansion off: no character means
anything to it. The result is the mask of the letters; a soft dark panel is laid beneath, so that they can be read on
any footage. What was really drawn is measured, so words never leave the frame whatever a script's shaping does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from PIL import Image, ImageDraw, ImageFilter

from shared.media.ffmpeg import Budget, run
from shared.media.font import FONT, shipped_font
from shared.media.graph import Lettering, Presenter
from shared.media.place import Box, face
from shared.media.timeline import frames
from shared.media.wording import Wording, word
from shared.pipeline.edit import Cue, Cutout, Edit, Title
from shared.pipeline.plan import Size

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
    leading: float = 1.25


_TITLE = _Style(0.074, 0.84, 0.26, 122, ((0.06, 0.0), (0.74, 1.0), (0.5, 0.5)))
_CUE = _Style(0.05, 0.86, 0.2, 150, ((0.92, 1.0), (0.7, 1.0), (0.5, 0.5), (0.1, 0.0)))
_CUE_WIDE = _Style(0.056, 0.66, 0.24, 150, _CUE.spots)
_TITLE_WIDE = _Style(0.084, 0.8, 0.28, 122, _TITLE.spots)


def letter(
    edit: Edit, presenters: Sequence[Presenter], folder: Path, budget: Budget
) -> tuple[tuple[Lettering, ...], tuple[str, ...]]:
    """Paint every title and caption; also says which characters could not be drawn."""
    wide = edit.size.width > edit.size.height
    rows = [(title, _TITLE_WIDE if wide else _TITLE) for title in edit.titles]
    rows += [(cue, _CUE_WIDE if wide else _CUE) for cue in edit.cues]
    copyfile(FONT, folder / "font.ttf")  # beside the texts, so that no path stands in the graph
    made: list[Lettering] = []
    told: list[str] = []
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        worded = [_worded(said, style, edit.size, _faces(said, edit, presenters)) for said, style in some]
        told += [_loss(said, wording) for (said, _), wording in zip(some, worded, strict=True) if wording.lost]
        masks = _masks(worded, edit.size, folder, budget)
        for number, ((said, style), wording, mask) in enumerate(zip(some, worded, masks, strict=True), first):
            if mask is not None:
                made += _laid(
                    edit,
                    said,
                    style,
                    wording,
                    mask,
                    _faces(said, edit, presenters),
                    made,
                    folder / f"words-{number}.png",
                )
    return tuple(made), tuple(told)


def _faces(said: Title | Cue, edit: Edit, presenters: Sequence[Presenter]) -> list[Box]:
    start, end = _window(said, edit)
    seen = [look for look in presenters if look.start < end and look.end > start]
    return [face(look.box, inset=look.take.cutout is Cutout.INSET) for look in seen]


def _window(said: Title | Cue, edit: Edit) -> tuple[int, int]:
    return frames(said.start, edit.fps), frames(min(said.start + said.seconds, edit.seconds), edit.fps)


def _worded(said: Title | Cue, style: _Style, size: Size, faces: list[Box]) -> Wording:
    """Break a text into lines; a scene text that would reach down to a face is set smaller to stay above it."""
    letters = round(style.letters * min(size.width, size.height))
    high = round(style.high * size.height)
    wide = round(style.wide * size.width)
    usual = word(said.text, shipped_font(), letters=letters, width=wide, height=high, leading=style.leading)
    top = style.spots[0][0] * size.height
    if isinstance(said, Cue) or not faces:
        return usual
    free = min(one.y + _FACE_SPARED * one.height for one in faces) - top
    above = word(
        said.text,
        shipped_font(),
        letters=letters,
        width=wide,
        height=round(free - _PAD * letters),
        leading=style.leading,
    )
    return above if above.letters >= _SMALLER * letters else usual


def _loss(said: Title | Cue, wording: Wording) -> str:
    what = "scene text" if isinstance(said, Title) else "caption"
    shown = " ".join(f"{char} (U+{ord(char):04X})" for char in wording.lost[:5])
    more = f" and {len(wording.lost) - 5} more" if len(wording.lost) > 5 else ""  # noqa: PLR2004 - as shown above
    left = "was left out" if not "".join(wording.lines).strip() else "is shown without"
    return f'{what} "{said.text[:24]}" {left}: the font lacks {shown}{more}'


def _masks(worded: list[Wording], size: Size, folder: Path, budget: Budget) -> list[Image.Image | None]:
    """Return each text's letters as opacity, cropped; None where nothing is to be seen."""
    wide, high = size.width * 2, size.height  # room for a shaping wider than expected: it is measured, then fitted
    chain = [f"color=black:s={wide}x{high}:r=1:d={len(worded)},format=gray"]
    for number, wording in enumerate(worded):
        (folder / f"text-{number}.txt").write_text("\n".join(wording.lines) or " ", "utf-8")
        chain.append(
            f"drawtext=fontfile=font.ttf:textfile=text-{number}.txt:expansion=none:fontcolor=white"
            f":fontsize={wording.letters}:line_spacing={round(wording.letters * 0.12)}:text_align=center"
            f":x=(w-text_w)/2:y=(h-text_h)/2:enable=eq(n\\,{number})"
        )
    words = ["-filter_complex", f"{','.join(chain)}[words]", "-map", "[words]", "-f", "rawvideo", "-"]
    raw, one = run([], words, folder, budget), wide * high
    shots = [Image.frombytes("L", (wide, high), raw[at : at + one]) for at in range(0, one * len(worded), one)]
    return [shot.crop(box) if (box := shot.getbbox()) else None for shot in shots]


def _laid(
    edit: Edit,
    said: Title | Cue,
    style: _Style,
    wording: Wording,
    mask: Image.Image,
    faces: list[Box],
    others: Iterable[Lettering],
    path: Path,
) -> list[Lettering]:
    start, end = _window(said, edit)
    if end <= start:
        return []
    size, pad = edit.size, round(wording.letters * _PAD)
    room = (round(size.width * 0.96) - 2 * pad, round(size.height * 0.6) - 2 * pad)
    if mask.width > room[0] or mask.height > room[1]:
        mask.thumbnail(room, Image.Resampling.LANCZOS)
    picture = _panel(mask, pad, style.panel)
    picture.save(path, "PNG", compress_level=1)
    taken = [other.box for other in others if other.start < end and other.end > start]
    box = _spot(Box(0, 0, picture.width, picture.height), style, size, faces, taken)
    return [Lettering(path, box, start, end, min(frames(_EASE, edit.fps), (end - start) // 4))]


def _spot(box: Box, style: _Style, size: Size, faces: list[Box], taken: list[Box]) -> Box:
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
