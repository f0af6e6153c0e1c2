"""Paints scene texts and captions as small transparent pictures, to be laid where `text_layout` says.

Letters are shaped, painted in white (emoji in their colours) and laid on a soft dark panel, so that they can be read on
any footage. What was really drawn is measured, so words never leave the frame whatever a script's shaping does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from shared.media.breaking import clusters
from shared.media.canvas import Lettering, PlacedPresenter
from shared.media.faces import OURS, OwnFonts
from shared.media.inking import Ink, Part, ink
from shared.media.keying import Rgb, rgb
from shared.media.lit_words import Owner, lit_pictures, turns
from shared.media.logo import PlacedLogo
from shared.media.product_card import PlacedCard
from shared.media.shaping import reads_rightward
from shared.media.text_layout import PAD, PaintedText, Saying, laid_out, saying_of
from shared.media.word_places import word_parts
from shared.media.wording import Wording
from shared.pipeline.edit.edit import Cue, Edit, Title
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.glyphs import named
from shared.pipeline.plan.typography import DARK, TextStyle, Typography
from shared.pipeline.plan.warned import Warned, WarningText

_BAR = 0.22  # of the space between letters and their panel's edge: how wide a bar in it is
_RIM = 0.09  # of the letters: how far an outline reaches


def letter(
    edit: Edit,
    presenters: Sequence[PlacedPresenter],
    folder: Path,
    logo: PlacedLogo | None = None,
    fonts: OwnFonts = OURS,
    cards: Sequence[PlacedCard] = (),
) -> tuple[tuple[Lettering, ...], tuple[WarningText, ...]]:
    """Paint every title and caption; also says which characters could not be drawn.

    All captions have as much room below their last line, so that it does not jump when one has a letter that goes down.
    """
    said: tuple[Title | Cue, ...] = (*edit.titles, *edit.cues)
    sayings = [
        each for each in (saying_of(one, edit, presenters, logo, fonts, cards) for one in said) if each.end > each.start
    ]
    foot = max((_foot(each) for each in sayings if isinstance(each.said, Cue)), default=0.0)
    painted: list[PaintedText] = []
    for number, each in enumerate(sayings):
        words = each.said.words if isinstance(each.said, Cue) else ()
        places = word_parts([word.text for word in words], each.wording)
        inked = _inked(each.wording, [part for _, part in places], foot if isinstance(each.said, Cue) else 0.0)
        if inked is not None:
            owners = [(word, min(line for line, _ in part)) for word, part in places]
            painted.append(_painted(edit, each, inked, owners, folder / f"words-{number}.png"))
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


def _foot(saying: Saying) -> float:
    """Return how far below its baseline a text's last line reaches, in ems."""
    return max([0.0, *(-line.bottom for line in saying.wording.shaped[-1:])])


def _inked(wording: Wording, parts: Sequence[Part], foot: float) -> Ink | None:
    """Paint a text's lines, with room for a foot below the last of them; None where nothing is to be seen."""
    step = wording.step
    return ink(wording.shaped, [number * step for number in range(len(wording.shaped))], wording.letters, parts, foot)


def _painted(edit: Edit, saying: Saying, inked: Ink, owners: Sequence[Owner], path: Path) -> PaintedText:
    """Paint a text onto its panel, a caption by words once for each of them.

    One whose shaping came out wider than its zone is drawn smaller.
    """
    pad, zone = round(saying.wording.letters * PAD), saying.zones[0].box
    room = (max(2, zone.width - 2 * pad), max(2, round(edit.size.height * 0.6) - 2 * pad))
    drawn = inked.within(*room)
    picture = _backed(drawn, pad, edit.text)
    if edit.text.accent and edit.text.style is TextStyle.PANEL and isinstance(saying.said, Title):
        leftward = not reads_rightward(saying.said.text, edit.locale)
        picture = _barred(picture, pad, drawn.size[1], rgb(edit.text.accent), leftward=leftward)
    if owners and isinstance(saying.said, Cue):
        lit = lit_pictures(picture, drawn, owners, pad, edit.text)
        row = path.with_name(f"{path.stem}-%d.png")
        for number in range(len(saying.said.words)):
            lit.get(number, picture).save(path.with_name(row.name % number), "PNG", compress_level=1)
        return PaintedText(saying, row, picture.width, picture.height, turns(saying.said, edit.fps))
    picture.save(path, "PNG", compress_level=1)
    return PaintedText(saying, path, picture.width, picture.height)


def _backed(inked: Ink, pad: int, look: Typography) -> Image.Image:
    """Lay letters in their colour, and emoji as they are, on a rounded panel with a soft shade, or on that alone."""
    wide, high = inked.size
    size = (wide + 2 * pad + (wide % 2), high + 2 * pad + (high % 2))
    plate = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), pad * 4, fill=look.opacity)
    letters, pictures = Image.new("L", size, 0), Image.new("RGBA", size, (0, 0, 0, 0))
    letters.paste(inked.letters, (pad, pad))
    pictures.paste(inked.pictures, (pad, pad))
    shade = ImageChops.lighter(letters, pictures.getchannel("A")).filter(ImageFilter.GaussianBlur(max(1, pad // 6)))
    around = rgb(look.panel or DARK)
    ground = Image.new("RGBA", size, (*around, 0))
    if look.style is TextStyle.PANEL:
        ground.putalpha(plate.resize(size, Image.Resampling.BOX))
        shade = shade.point([value // 2 for value in range(256)])
    else:
        shade = _rim(ImageChops.lighter(letters, pictures.getchannel("A")), pad, look.style)
    for color, alpha in ((around, shade), (rgb(look.color), letters)):
        layer = Image.new("RGBA", size, (*color, 0))
        layer.putalpha(alpha)
        ground = Image.alpha_composite(ground, layer)
    return Image.alpha_composite(ground, pictures)


def _barred(picture: Image.Image, pad: int, high: int, color: Rgb, *, leftward: bool) -> Image.Image:
    """Paint a bar into a panel, as high as its letters, on the side where these begin."""
    wide, middle = max(2, round(pad * _BAR)), round(pad * 0.4)
    left = picture.width - middle - wide // 2 if leftward else middle - wide // 2
    shape = Image.new("L", (wide * 4, high * 4), 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, wide * 4 - 1, high * 4 - 1), wide * 2, fill=255)
    bar = Image.new("RGBA", (wide, high), (*color, 0))
    bar.putalpha(shape.resize((wide, high), Image.Resampling.BOX))
    picture.alpha_composite(bar, (left, pad))
    return picture


def _rim(drawn: Image.Image, pad: int, style: TextStyle) -> Image.Image:
    """Return the opacity around letters that stand on no panel: a line of even strength, or one that fades outwards."""
    reach = max(1, round(pad / PAD * _RIM))
    for _ in range(reach):
        drawn = drawn.filter(ImageFilter.MaxFilter(3))
    if style is TextStyle.SHADOW:
        soft = drawn.filter(ImageFilter.GaussianBlur(reach))
        drawn = soft.point([min(255, value * 3 // 2) for value in range(256)])
    return drawn
