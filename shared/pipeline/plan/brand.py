"""A tenant's brand as a film carries it: which kit it was ordered with, its logo, its colours.

An order is filled in from a kit (kit.py) where it is silent, and keeps this copy: what becomes of the kit later touches
no film. A picture is named by its content and stays as long as its tenant.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.pipeline.codec import Stored
from shared.pipeline.plan.picture import CardClip

NO_BRAND = "none"  # what an order names that wants no kit, not even the default one
DEFAULT_BRAND = "default"  # the kit of orders that name none
MOST_FONT_BYTES = 5 * 2**20
LEAST_LOGO, MOST_LOGO = 0.05, 0.3  # of the film's width
LOGO_ALONE = 3.0  # seconds at a film's end in which a logo of Moment OUTRO is seen


class Corner(StrEnum):
    """Where a logo stands; auto is left in a tall film and right in a wide one, at the top."""

    AUTO = "auto"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


class LogoTime(StrEnum):
    """When a logo is seen."""

    ALWAYS = "always"
    OUTRO = "outro"  # at the film's end


@dataclass(frozen=True, slots=True)
class Logo(Stored):
    """A logo on a film: a picture with its transparency, `width` x `height` pixels as it is kept."""

    image: str  # an upload's id
    width: int
    height: int
    place: Corner = Corner.AUTO
    size: float | None = None  # of the film's width; None = what suits the logo's shape
    when: LogoTime = LogoTime.ALWAYS
    opacity: float = 1.0
    off_cards: bool = False  # not on intro and outro


@dataclass(frozen=True, slots=True)
class Colors(Stored):
    """A brand's colours, each "#rrggbb"."""

    primary: str | None = None  # behind a presenter where nothing else is
    accent: str | None = None  # of a bar in the panel of scene texts
    text: str | None = None
    panel: str | None = None


@dataclass(frozen=True, slots=True)
class Font(Stored):
    """A brand's font: an upload's id, and the suffix of its kind."""

    font: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Fonts(Stored):
    """A brand's fonts; None is our own."""

    heading: Font | None = None  # of scene texts
    body: Font | None = None  # of captions


NO_FONTS = Fonts()


@dataclass(frozen=True, slots=True)
class Brand(Stored):
    """What a film has of a kit beside fields that an order could give itself."""

    label: str  # "summer@3": name and version
    logo: Logo | None = None
    colors: Colors = Colors()
    fonts: Fonts = NO_FONTS
    intro: str | None = None  # the card's picture, kept as a logo is
    outro: str | None = None
    intro_clip: CardClip | None = None  # in place of the picture, kept so too
    outro_clip: CardClip | None = None
    asked: str | None = None  # as the order named it; None = it named none
    filled: tuple[str, ...] = ()  # the order's fields that the kit filled in: "captions", "text.style"
