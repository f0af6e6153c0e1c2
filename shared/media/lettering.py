"""Paints scene texts and captions as small transparent pictures, to be laid where `text_layout` says.

Letters are shaped, painted in white (emoji in their colours) and laid on a soft dark panel, so that they can be read on
any footage. What was really drawn is measured, so words never leave the frame whatever a script's shaping does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from shared.media.breaking import clusters
from shared.media.graph import Lettering, PlacedPresenter
from shared.media.inking import Ink, ink
from shared.media.text_layout import PAD, PaintedText, Saying, laid_out, saying_of
from shared.media.wording import Wording
from shared.pipeline.edit.edit import Cue, Edit, Title
from shared.pipeline.plan.glyphs import named
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.warned import Warned, WarningText, warning

_PANEL = 150  # opacity of the panel, of 255: white letters on it have 4.9 : 1 even before white footage


def letter(
    edit: Edit, presenters: Sequence[PlacedPresenter], folder: Path
) -> tuple[tuple[Lettering, ...], tuple[WarningText, ...]]:
    """Paint every title and caption; also says which characters could not be drawn."""
    said: tuple[Title | Cue, ...] = (*edit.titles, *edit.cues)
    sayings = [each for each in (saying_of(one, edit, presenters) for one in said) if each.end > each.start]
    painted: list[PaintedText] = []
    for number, each in enumerate(sayings):
        inked = _inked(each.wording)
        if inked is not None:
            painted.append(_painted(edit.size, each, inked, folder / f"words-{number}.png"))
    return laid_out(edit, painted), tuple(news for each in sayings for news in _news(each))


def _news(saying: Saying) -> Iterator[WarningText]:
    """Tell what of a text can't be seen."""
    what = "scene text" if isinstance(saying.said, Title) else "caption"
    text = f'{what} "{"".join(clusters(saying.said.text[:48])[:24])}"'
    if lost := saying.wording.lost:
        left = "is shown without" if saying.wording.drawn else "was left out"
        kind = Warned.TEXT_UNDRAWN if isinstance(saying.said, Title) else Warned.CAPTIONS_UNDRAWN
        yield warning(kind, f"{text} {left}: no font has {named(lost)}")
    if saying.wording.shortened:
        says = f"{text} is too long for the frame ({len(saying.said.text)} characters) and was shortened"
        yield warning(Warned.TEXT_SHORTENED, says)


def _inked(wording: Wording) -> Ink | None:
    """Paint a text's lines; None where nothing is to be seen."""
    step = wording.step
    return ink(wording.shaped, [number * step for number in range(len(wording.shaped))], wording.letters)


def _painted(size: Size, saying: Saying, inked: Ink, path: Path) -> PaintedText:
    """Paint a text onto its panel; one whose shaping came out wider than its zone is drawn smaller."""
    pad, zone = round(saying.wording.letters * PAD), saying.zones[0].box
    room = (max(2, zone.width - 2 * pad), max(2, round(size.height * 0.6) - 2 * pad))
    picture = _panel(inked.within(*room), pad, _PANEL)
    picture.save(path, "PNG", compress_level=1)
    return PaintedText(saying, path, picture.width, picture.height)


def _panel(inked: Ink, pad: int, opacity: int) -> Image.Image:
    """Lay letters in white, and emoji as they are, on a dark rounded panel, with a soft shade around them."""
    wide, high = inked.size
    size = (wide + 2 * pad + (wide % 2), high + 2 * pad + (high % 2))
    plate = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), pad * 4, fill=opacity)
    letters, pictures = Image.new("L", size, 0), Image.new("RGBA", size, (0, 0, 0, 0))
    letters.paste(inked.letters, (pad, pad))
    pictures.paste(inked.pictures, (pad, pad))
    shade = ImageChops.lighter(letters, pictures.getchannel("A")).filter(ImageFilter.GaussianBlur(max(1, pad // 6)))
    ground = Image.new("RGBA", size, (12, 14, 18, 0))
    ground.putalpha(plate.resize(size, Image.Resampling.BOX))
    for color, alpha in (((12, 14, 18), shade.point([value // 2 for value in range(256)])), ((255, 255, 255), letters)):
        layer = Image.new("RGBA", size, (*color, 0))
        layer.putalpha(alpha)
        ground = Image.alpha_composite(ground, layer)
    return Image.alpha_composite(ground, pictures)
