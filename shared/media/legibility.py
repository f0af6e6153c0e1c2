"""Measures on a film's own pixels, painted or encoded, how far letters stand out from what is really behind them.

Where the letters are tells the picture they were painted as. Their light is the mean of their middles, the ground's
that of a rim around them: its nearest twentieth to the letters, for one bright spot behind a letter is enough.
"""

from pathlib import Path

from PIL import Image, ImageChops

from shared.media.boxes import Box
from shared.media.canvas import Lettering
from shared.media.keying import rgb
from shared.pipeline.plan.typography import DARK, TextStyle, Typography, contrast

_LINEAR_LIGHT = bytes(
    round(255 * (v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4))  # noqa: PLR2004  # sRGB
    for v in range(256)
)
_LUMINANCE = (0.2126, 0.7152, 0.0722, 0.0)  # WCAG's, of linear light
_OUTLINE = 0.07  # of the letters: what of an outline is all its own
_GROUND, _INK = 70, 230  # of 255 on the way from the ground's colour to the letters': up to here, from here on
_NEAREST_SHARE = 0.05  # of the rim
_TOO_NEAR = 60.0  # of colour: letters that are nearer to what is painted around them cannot be told from it
_LEFT_OF_IT = 0.92  # of a contrast is left of it by coding: edges smear, and a rim is all edge
_LEAST_PIXELS = 40  # pixels
_OLD = 5  # frames by which a frame that is looked at may be older than its moment


class Letters:
    """One text's letters, and the worst contrast they were seen with."""

    def __init__(self, word: Lettering, look: Typography, *, coded: bool) -> None:
        """Take a text; `coded`: the frames that will be looked at were encoded before."""
        self.word, self._look, self._left = word, look, _LEFT_OF_IT if coded else 1.0
        self.worst: float | None = None
        self._ground = rgb(look.panel or DARK)
        self._ink = rgb(look.color)
        self._way = [one - other for one, other in zip(self._ink, self._ground, strict=True)]
        self._shown = word.path
        self._masks: tuple[Image.Image, Image.Image] | None = None

    def look(self, picture: Image.Image, around: Box, at: float) -> None:
        """Look at a piece of the film's frame number `at` (a share of one may be), in linear light.

        What comes or goes is passed over.
        """
        word = self.word
        if not word.start + max(word.comes, word.slides and 8) + _OLD <= at < word.end - word.goes:
            return
        if word.shown(at - _OLD) != word.shown(at):
            return  # either may be seen
        if sum(each * each for each in self._way) < _TOO_NEAR**2:
            self.worst = round(contrast(self._look), 2)
            return
        if self._masks is None or self._shown != word.shown(at):
            self._shown = word.shown(at)
            self._masks = self._painted(self._shown)
        core, rim = self._masks
        left, top = word.box.x - around.x, word.box.y - around.y
        seen = picture.crop((left, top, left + word.box.width, top + word.box.height))
        light = seen.convert("L", _LUMINANCE)
        letters, ground = light.histogram(core), light.histogram(rim)
        if sum(letters) < _LEAST_PIXELS or sum(ground) < _LEAST_PIXELS:
            return
        ink = _at(letters, 0.5)
        brighter = ink >= _at(ground, 0.5)
        behind = _at(ground, 1 - _NEAREST_SHARE if brighter else _NEAREST_SHARE)
        high, low = (max(ink, behind) / 255 + 0.05), (min(ink, behind) / 255 + 0.05)
        crossed = (ink < behind) if brighter else (ink > behind)
        found = 1.0 if crossed else high / low / self._left
        self.worst = round(min(found, self.worst or found), 2)

    def _painted(self, path: Path) -> tuple[Image.Image, Image.Image]:
        """Return masks of the letters' middles and of the rim around them, from the picture they were painted as."""
        with Image.open(path) as stored:
            painted = stored.convert("RGBA")
        long = sum(each * each for each in self._way)
        weights = [255 * each / long for each in self._way]
        offset = -sum(weight * each for weight, each in zip(weights, self._ground, strict=True))
        along = painted.convert("RGB").convert("L", (*weights, offset))
        solid = painted.getchannel("A").point([0] * _INK + [255] * (256 - _INK))
        letters = ImageChops.multiply(along.point([0] * _INK + [255] * (256 - _INK)), solid)
        core = ImageChops.invert(wider(ImageChops.invert(letters), 1))
        least, most = self._rim
        near = wider(letters, least)
        far = wider(near, most - least)
        ground = along.point([255] * _GROUND + [0] * (256 - _GROUND))  # what is neither: an emoji's own colours
        rim = ImageChops.multiply(ImageChops.subtract(far, near), ground)
        return (core if sum(core.histogram()[128:]) >= _LEAST_PIXELS else letters), rim

    @property
    def _rim(self) -> tuple[int, int]:
        """Return from where to where the rim reaches, in pixels: an outline is all there is around letters."""
        if self._look.style is TextStyle.OUTLINE:
            return 1, max(2, int(_OUTLINE * self.word.letters))
        return 2, 4


def linear(piece: bytes) -> bytes:
    """Return a picture's shades in linear light: Pillow's `point` takes longer to read its table than to use it."""
    return piece.translate(_LINEAR_LIGHT)


def wider(mask: Image.Image, reach: int) -> Image.Image:
    """Return what is light grown by so many pixels to all sides: as MaxFilter does, in a tenth of its time."""
    wide, high = mask.size
    for _ in range(reach):
        for across, down in ((1, 0), (0, 1)):
            moved = [mask.crop((by * across, by * down, wide + by * across, high + by * down)) for by in (-1, 1)]
            mask = ImageChops.lighter(ImageChops.lighter(mask, moved[0]), moved[1])
    return mask


def _at(shades: list[int], share: float) -> int:
    """Return the shade that this share of a histogram's pixels does not pass."""
    left = share * sum(shades)
    for shade, count in enumerate(shades):
        left -= count
        if left <= 0:
            return shade
    return len(shades) - 1
