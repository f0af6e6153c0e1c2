"""The edit decision list: what is seen and heard when, in numbers; pure, so that composing is only rendering.

Times are seconds on the film's own clock. Files are named by the key of the node whose output they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from shared.pipeline.plan.brand import NO_FONTS, Fonts, Logo
from shared.pipeline.plan.heard import Loudness, Music
from shared.pipeline.plan.picture import CardPlace, Hold, Inset, Motion
from shared.pipeline.plan.plan import KEY_COLOR, Blend, Cutout, Drawn, Placement, Size, Sound
from shared.pipeline.plan.request import Focus, ImageFit
from shared.pipeline.plan.typography import USUAL_TEXT, AppArea, Typography
from shared.pipeline.plan.warned import WarningText

MIDDLE = Focus()
PRODUCT = Focus(0.5, 0.4)  # where a picture shows the product, unless its focus was named
MUSIC_KEY, LOGO_KEY = "music", "logo"
INTRO_KEY, OUTRO_KEY = "card-intro", "card-outro"
DRAWN_KEY = "drawn-"  # and a number: a backdrop of ours
HEADING_KEY, BODY_KEY = "font-heading", "font-body"


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of picture: from a file, or a flat colour; when the file ends early its last frame is held."""

    seconds: float  # on the film
    node: str | None  # file of this node (a clip or an image); None = color
    offset: float = 0.0  # where to begin in the file
    footage: float = 0.0  # seconds taken from the file before its last frame is held (0 for a still)
    still: bool = False  # the file is an image
    color: str | None = None  # "#rrggbb"
    drawn: Drawn | None = None  # in the hues of the colour
    motion: Motion | None = None  # of a still, over all its seconds, from `offset` of them on
    comes: Blend = Blend.CUT  # how it takes the place of the shot before it
    blend: float = 0.0  # seconds that takes, half of them before its first
    card: bool = False  # before or after the scenes; one that is drawn shows the logo
    heard: bool = False  # a card's own sound, whatever becomes of that of footage
    padded: bool = False  # all of its picture is seen, before its own blur


@dataclass(frozen=True, slots=True)
class Appearance:
    """A presenter on the film."""

    node: str
    start: float
    seconds: float
    cutout: Cutout
    place: Placement
    fade: float  # the last seconds in which picture fades out; 0 = stays to the film's end
    key_color: str = KEY_COLOR  # what Cutout.KEY removes
    shape: Inset = Inset.AUTO


@dataclass(frozen=True, slots=True)
class Title:
    """Scene text, drawn as it was sent."""

    text: str
    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a caption, with the marks and blanks beside it, and when it is lit."""

    text: str
    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption."""

    text: str
    start: float
    seconds: float
    words: tuple[Word, ...] = ()  # lit one after the other, all of its time; () = none is


@dataclass(frozen=True, slots=True)
class OwnPoster:
    """The picture a film is shown by in place of a frame: a node's, and how one of another shape fills the frame."""

    node: str
    fit: ImageFit = ImageFit.CROP
    color: str | None = None  # "#rrggbb" around it where it is not cropped; None = its own blur


@dataclass(frozen=True, slots=True)
class Product:
    """The product's photo as a card: a node's image, and from when to when it is seen, scene by scene."""

    node: str
    spans: tuple[tuple[float, float], ...]
    place: CardPlace = CardPlace.AUTO
    size: float | None = None  # of the film's width
    photo: Size | None = None  # of the image, what is no padding has this shape; None = all of it


@dataclass(frozen=True, slots=True)
class Edit:
    """One film."""

    size: Size
    fps: int
    seconds: float
    shots: tuple[Shot, ...]
    appearances: tuple[Appearance, ...]
    titles: tuple[Title, ...]
    cues: tuple[Cue, ...]
    sound: Sound
    spoken: tuple[Cue, ...] = ()  # what is said or read, whether or not it is shown
    warnings: tuple[WarningText, ...] = ()
    loudness: Loudness | None = None  # None = as loud as films were before there was a choice
    music: Music | None = None  # its file stands under MUSIC_KEY
    text: Typography = USUAL_TEXT
    logo: Logo | None = None  # its file stands under LOGO_KEY
    fonts: Fonts = NO_FONTS  # their files stand under HEADING_KEY and BODY_KEY
    safe_area: AppArea | None = None
    poster: float | None = None  # seconds at which it is shown by its frame; None = by the best of its beginning
    own_poster: OwnPoster | None = None
    product: Product | None = None
    focus: Focus = MIDDLE  # what stays seen of a picture of another shape
    hold: Hold = Hold.AUTO  # what is seen of a shot whose file ends early
    dip: str | None = None  # "#rrggbb" between scenes that dip; None = black
    mirrored: bool = False  # slides come from the left
    scenes: tuple[float, float] | None = None  # from when to when there are scenes; None = always
    locale: str = ""  # the language spoken, "zh-TW", where somebody said it

    @property
    def blended(self) -> Iterator[tuple[float, float]]:
        """From when to when one shot takes the place of another."""
        for start, shot in zip(accumulate(shot.seconds for shot in self.shots), self.shots[1:], strict=False):
            if shot.comes is not Blend.CUT:
                yield start - shot.blend / 2, start + shot.blend / 2

    @property
    def texts(self) -> str:
        """All words that are shown, together."""
        return "\n".join([*(title.text for title in self.titles), *(cue.text for cue in self.cues)])

    @property
    def files(self) -> tuple[str, ...]:
        """Keys of the files the render needs: nodes, the music and the brand's, in order of first use."""
        named = [shot.node for shot in self.shots if shot.node] + [appearance.node for appearance in self.appearances]
        kept = {MUSIC_KEY: self.music, LOGO_KEY: self.logo, HEADING_KEY: self.fonts.heading, BODY_KEY: self.fonts.body}
        beside = [key for key, one in kept.items() if one]
        beside += [self.own_poster.node] if self.own_poster else []
        beside += [self.product.node] if self.product else []
        return tuple(dict.fromkeys([*named, *beside]))
