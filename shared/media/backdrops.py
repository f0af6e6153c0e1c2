"""Draws what stands behind a presenter where nothing is filmed: rooms and patterns in one colour's hues.

Every picture is drawn from its colour alone and is always the same: a soft light from the upper left, corners a little
darker, and a grain against bands.
"""

from collections.abc import Callable, Mapping
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import replace
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from shared.media.card_words import mark_box
from shared.media.images import decode_logo
from shared.media.keying import Rgb, rgb
from shared.pipeline.edit.edit import DRAWN_KEY, LOGO_KEY, Edit, Shot
from shared.pipeline.plan.plan import Drawn, Size

_LIGHT = (0.3, 0.2)  # where it comes from: shares of width and height
_VIGNETTE = 0.12
_GRAIN = 2  # of 255
_FLOOR = 0.74  # of the height: where a room's floor begins


def with_backdrops(edit: Edit, files: Mapping[str, Path], folder: Path) -> tuple[Edit, Mapping[str, Path]]:
    """Return an edit whose drawn shots show pictures, and the files with these; each is drawn once."""
    made: dict[tuple[Drawn, str, bool], str] = {}
    mark = files.get(LOGO_KEY) if edit.logo else None
    shots: list[Shot] = []
    added = dict(files)
    for shot in edit.shots:
        if shot.drawn is None or shot.color is None:
            shots.append(shot)
            continue
        name = made.setdefault((shot.drawn, shot.color, shot.card), f"{DRAWN_KEY}{len(made) + 1}")
        if name not in added:
            added[name] = folder / f"{name}.png"
            picture = draw(shot.drawn, rgb(shot.color), edit.size)
            if shot.card and mark:
                _marked(picture, mark)
            picture.save(added[name], "PNG", compress_level=1)
        shots.append(replace(shot, node=name, still=True, color=None, drawn=None))
    return replace(edit, shots=tuple(shots)), added


def _marked(picture: Image.Image, mark: Path) -> None:
    """Lay a logo into the middle of a card. Raises ImageRefused."""
    logo = decode_logo(mark.read_bytes())
    box = mark_box(*logo.size, Size(*picture.size))
    logo = logo.resize((box.width, box.height), Image.Resampling.LANCZOS)
    picture.paste(logo, (box.x, box.y), logo)


def draw(kind: Drawn, color: Rgb, size: Size) -> Image.Image:
    """Draw a backdrop of a film's size."""
    picture = _DRAWN[kind](color, size)
    return _grained(_lit(picture, size), size)


def _tone(color: Rgb, lighter: float = 0.0, turned: float = 0.0) -> Rgb:
    """Return a colour lighter by a share of what is left, or darker, its hue turned by a share of the circle."""
    hue, light, strong = rgb_to_hls(*(one / 255 for one in color))
    light += (1 - light) * lighter if lighter > 0 else light * lighter
    red, green, blue = hls_to_rgb((hue + turned) % 1, light, strong)
    return round(red * 255), round(green * 255), round(blue * 255)


def _blend(above: Rgb, below: Rgb, size: tuple[int, int]) -> Image.Image:
    """Return a wall that goes from one colour above to another below."""
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, below), Image.new("RGB", size, above), mask)


def _studio(color: Rgb, size: Size) -> Image.Image:
    """Draw a wall and its floor, which meet in a soft line."""
    wall = _blend(_tone(color, 0.18), _tone(color, -0.06), (size.width, size.height))
    floor = round(size.height * _FLOOR)
    ground = _blend(_tone(color, -0.16), _tone(color, 0.08), (size.width, size.height - floor))
    wall.paste(ground, (0, floor))
    return _softened_along(wall, floor, size)


def _gradient(color: Rgb, size: Size) -> Image.Image:
    """Draw three neighbouring hues from corner to corner."""
    across = Image.linear_gradient("L").rotate(90).resize((size.width, size.height))
    left = _blend(_tone(color, 0.28, -0.02), _tone(color, -0.1), (size.width, size.height))
    right = _blend(_tone(color, 0.05), _tone(color, -0.3, 0.025), (size.width, size.height))
    return Image.composite(left, right, across)


def _modern(color: Rgb, size: Size) -> Image.Image:
    """Draw large soft discs over a gradient."""
    picture = _gradient(color, size)
    side = max(size.width, size.height)
    for x, y, share, lighter in ((0.88, 0.12, 0.34, 0.22), (0.06, 0.62, 0.28, 0.14), (0.98, 0.86, 0.24, -0.18)):
        disc = Image.new("L", (size.width, size.height), 0)
        middle, reach = (size.width * x, size.height * y), side * share
        box = (middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach)
        ImageDraw.Draw(disc).ellipse(box, fill=150)
        smooth = disc.filter(ImageFilter.GaussianBlur(1.5))
        picture.paste(Image.new("RGB", disc.size, _tone(color, lighter)), (0, 0), smooth)
    return picture


def _office(color: Rgb, size: Size) -> Image.Image:
    """Draw a room out of focus: a wall, a bright window, a shelf and a desk's edge."""
    picture, side = _studio(_tone(color, 0.1), size), min(size.width, size.height)
    pen, wide, high = ImageDraw.Draw(picture), size.width, size.height
    left, top, right, low = 0.06 * wide, 0.1 * high, 0.44 * wide, 0.56 * high
    pen.rectangle((left, top, right, low), fill=_tone(color, 0.8))
    bar = max(2, side // 60)
    for at in (left, (left + right) / 2, right):
        pen.rectangle((at - bar, top, at + bar, low), fill=_tone(color, -0.25))
    for at in (top, (top + low) / 2, low):
        pen.rectangle((left - bar, at - bar, right + bar, at + bar), fill=_tone(color, -0.25))
    for number, at in enumerate((0.24, 0.4)):
        pen.rectangle((0.62 * wide, at * high, 0.96 * wide, at * high + bar), fill=_tone(color, -0.35))
        for book in range(7):
            x = (0.64 + 0.036 * book) * wide
            tall = (0.07 + 0.012 * ((book * 5 + number * 3) % 4)) * high
            tone = _tone(color, 0.3 - 0.14 * ((book + number) % 4), 0.015 * (book % 3))
            pen.rectangle((x, at * high - tall, x + 0.026 * wide, at * high), fill=tone)
    return picture.filter(ImageFilter.GaussianBlur(side * 0.014))


def _dots(color: Rgb, size: Size) -> Image.Image:
    """Draw a grid of small discs over a gradient, every other row shifted."""
    picture, side = (
        _blend(_tone(color, 0.1), _tone(color, -0.12), (size.width, size.height)),
        min(size.width, size.height),
    )
    step, reach = side / 12, side / 70
    dots = Image.new("L", (size.width * 2, size.height * 2), 0)
    pen = ImageDraw.Draw(dots)
    for row in range(int(size.height / step) + 2):
        for column in range(int(size.width / step) + 2):
            x, y = (column + row % 2 / 2) * step * 2, row * step * 2
            pen.ellipse((x - 2 * reach, y - 2 * reach, x + 2 * reach, y + 2 * reach), fill=70)
    mask = dots.resize((size.width, size.height), Image.Resampling.BOX)
    picture.paste(Image.new("RGB", picture.size, _tone(color, 0.6)), (0, 0), mask)
    return picture


def _softened_along(picture: Image.Image, row: int, size: Size) -> Image.Image:
    """Blur a picture around a row."""
    reach = max(4, size.height // 40)
    top, low = max(0, row - 2 * reach), min(size.height, row + 2 * reach)
    band = picture.crop((0, top, size.width, low))
    picture.paste(band.filter(ImageFilter.GaussianBlur(reach / 2)), (0, top))
    return picture


def _lit(picture: Image.Image, size: Size) -> Image.Image:
    """Lay a soft light over a picture, and let its corners be darker."""
    far = Image.radial_gradient("L")  # black in its middle, white in its corners
    wide, high = size.width * 2, size.height * 2
    around = far.resize((wide, high))
    left, top = round(size.width * (1 - _LIGHT[0])), round(size.height * (1 - _LIGHT[1]))
    light = around.crop((left, top, left + size.width, top + size.height)).point(
        [max(0, 46 - each // 3) for each in range(256)]
    )
    lit = ImageChops.screen(picture, Image.merge("RGB", (light, light, light)))
    dark = far.resize((size.width, size.height)).point([255 - round(_VIGNETTE * each) for each in range(256)])
    return ImageChops.multiply(lit, Image.merge("RGB", (dark, dark, dark)))


def _grained(picture: Image.Image, size: Size) -> Image.Image:
    """Lay a grain over a picture: always the same."""
    noise = Image.frombytes("L", (size.width, size.height), Random(1).randbytes(size.width * size.height))  # noqa: S311  # no secret
    grain = noise.point([each * (2 * _GRAIN + 1) // 256 for each in range(256)])
    return ImageChops.subtract(
        ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain))),
        Image.new("RGB", picture.size, (_GRAIN,) * 3),
    )


_DRAWN: Mapping[Drawn, Callable[[Rgb, Size], Image.Image]] = {
    Drawn.STUDIO: _studio,
    Drawn.OFFICE: _office,
    Drawn.GRADIENT: _gradient,
    Drawn.MODERN: _modern,
    Drawn.DOTS: _dots,
}
