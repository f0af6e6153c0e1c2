"""How a film's words look and whose buttons they keep clear of, as ordered, and whether they can be read."""

from dataclasses import dataclass
from enum import StrEnum

from shared.pipeline.codec import Stored

LEGIBLE = 4.5  # contrast that WCAG 2 asks of text (1.4.3, AA)
DARK, LIGHT = "#0c0e12", "#ffffff"  # around letters where no colour is given, and of letters
LIT = "#ffd400"  # behind a spoken word where no accent is given
_TOLD_APART = 3.0  # contrast that WCAG 2 asks of what is no text (1.4.11, AA)
_OPAQUE = 255
_LINEAR = 0.04045  # sRGB values up to here are linear


class TextStyle(StrEnum):
    """What keeps letters apart from the picture behind them."""

    PANEL = "panel"
    OUTLINE = "outline"
    SHADOW = "shadow"


class TextPlace(StrEnum):
    """Where scene texts stand inside the safe area; auto is off the faces."""

    AUTO = "auto"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class TextMotion(StrEnum):
    """How scene texts come."""

    FADE = "fade"
    NONE = "none"
    SLIDE = "slide"


class CaptionsBy(StrEnum):
    """What of a caption is lit."""

    PHRASE = "phrase"  # nothing: it stands as it is
    WORD = "word"  # the word that is being said


class AppArea(StrEnum):
    """Whose buttons words keep clear of."""

    SOCIAL = "social"  # organic posts of the large networks
    REELS = "reels"
    TIKTOK = "tiktok"
    SHORTS = "shorts"
    NONE = "none"  # nobody's: the 5 % that players may cut


OF_APPS = (AppArea.REELS, AppArea.TIKTOK, AppArea.SHORTS)  # they show tall films only


@dataclass(frozen=True, slots=True)
class Typography(Stored):
    """The look of scene texts and captions; place and motion are of scene texts alone."""

    style: TextStyle = TextStyle.PANEL
    position: TextPlace = TextPlace.AUTO
    animation: TextMotion = TextMotion.FADE
    size: float = 1.0  # times the usual letters, 0.7..1.5
    color: str = LIGHT
    panel: str | None = None  # "#rrggbb" of panel, outline or shadow; None is a dark one that lets some picture through
    accent: str | None = None  # "#rrggbb" of a bar in the panel of scene texts (None is no bar), and of the spoken word

    @property
    def opacity(self) -> int:
        """Return how much of the picture is hidden around the letters, of 255."""
        if self.style is TextStyle.OUTLINE:
            return _OPAQUE
        # At 150 white letters on the dark panel have 4.9 : 1 before white footage; at 235 a colour is seen as such.
        return 150 if self.panel is None else 235


USUAL_TEXT = Typography()


def contrast(look: Typography) -> float:
    """Return the contrast of letters with what is around them, before the worst picture: white or black."""
    return _against_ground(look.color, look)


def lit(look: Typography) -> tuple[str, str]:
    """Return the colours of the word that is being said: of the pill it stands on, and of its letters.

    The pill is the accent, or the letters' own colour where the accent is not seen against what is around them.
    """
    accent = look.accent or LIT
    pill = accent if _against_ground(accent, look) >= _TOLD_APART else look.color
    choices = (look.panel or DARK, look.color, DARK, LIGHT)
    found = {each: _ratio(*(_luminance(_light(one)) for one in (pill, each))) for each in choices}
    return pill, next((each for each in choices if found[each] >= LEGIBLE), max(choices, key=lambda each: found[each]))


def _against_ground(color: str, look: Typography) -> float:
    around, share = _light(look.panel or DARK), look.opacity / _OPAQUE
    grounds = [tuple(share * one + (1 - share) * behind for one in around) for behind in (0.0, 1.0)]
    return min(_ratio(_luminance(_light(color)), _luminance(ground)) for ground in grounds)


def _light(color: str) -> tuple[float, ...]:
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _luminance(color: tuple[float, ...]) -> float:
    """Return WCAG's relative luminance of an sRGB colour."""
    linear = [one / 12.92 if one <= _LINEAR else ((one + 0.055) / 1.055) ** 2.4 for one in color]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
