"""Paints scene texts and captions as small transparent pictures, to be laid where `text_layout` says.

ffmpeg's drawtext paints each text once, white on black, from a file of its own with expansion off: no character means
anything to it. The result is the mask of the letters; a soft dark panel is laid beneath, so that they can be read on
any footage. What was really drawn is measured, so words never leave the frame whatever a script's shaping does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copyfile

from PIL import Image, ImageDraw, ImageFilter

from shared.media.ffmpeg import Budget, run
from shared.media.font import FONT
from shared.media.graph import Lettering, PlacedPresenter
from shared.media.text_layout import PAD, PaintedText, Saying, laid_out, saying_of
from shared.media.wording import LEADING, Wording
from shared.pipeline.edit.edit import Cue, Edit, Title
from shared.pipeline.plan.plan import Size

_AT_ONCE = 12  # texts a run of ffmpeg paints
_PANEL = 150  # opacity of the panel, of 255: white letters on it have 4.9 : 1 even before white footage


def letter(
    edit: Edit, presenters: Sequence[PlacedPresenter], folder: Path, budget: Budget
) -> tuple[tuple[Lettering, ...], tuple[str, ...]]:
    """Paint every title and caption; also says which characters could not be drawn."""
    said: tuple[Title | Cue, ...] = (*edit.titles, *edit.cues)
    sayings = [each for each in (saying_of(one, edit, presenters) for one in said) if each.end > each.start]
    copyfile(FONT, folder / "font.ttf")  # beside the texts, so that no path stands in the graph
    painted: list[PaintedText] = []
    for first in range(0, len(sayings), _AT_ONCE):
        some = sayings[first : first + _AT_ONCE]
        masks = _masks([each.wording for each in some], edit.size, folder, budget)
        for number, (each, mask) in enumerate(zip(some, masks, strict=True), first):
            if mask is not None:
                painted.append(_painted(edit.size, each, mask, folder / f"words-{number}.png"))
    return laid_out(edit, painted), tuple(news for each in sayings for news in _news(each))


def _news(saying: Saying) -> Iterator[str]:
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


def _painted(size: Size, saying: Saying, mask: Image.Image, path: Path) -> PaintedText:
    """Paint a text onto its panel; one whose shaping came out wider than its zone is drawn smaller."""
    pad, zone = round(saying.wording.letters * PAD), saying.zones[0].box
    room = (max(2, zone.width - 2 * pad), max(2, round(size.height * 0.6) - 2 * pad))
    if mask.width > room[0] or mask.height > room[1]:
        mask.thumbnail(room, Image.Resampling.LANCZOS)
    picture = _panel(mask, pad, _PANEL)
    picture.save(path, "PNG", compress_level=1)
    return PaintedText(saying, path, picture.width, picture.height)


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
