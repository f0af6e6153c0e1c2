"""Words of an order about its picture: what follows footage, a presenter's shape, its poster, its cards, own clips."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import floor

from shared.pipeline.codec import Stored

INTRO_SECONDS, OUTRO_SECONDS = 1.5, 2.5  # of cards that say nothing else
SHORTEST_CARD, LONGEST_CARD = 1.0, 10.0  # seconds
SHORTEST_CLIP, LONGEST_CLIP = 0.5, 60.0  # seconds
MOST_CLIP_BYTES = 30 * 2**20  # the platform takes 32 MB a request


class Hold(StrEnum):
    """What is seen of a scene that lasts longer than its footage."""

    AUTO = "auto"  # what suits: a push into the last frame, and beyond some seconds other footage again
    PUSH_IN = "push_in"  # the picture moves slowly into its last frame
    PING_PONG = "ping_pong"  # its last seconds run back, and on again
    FREEZE = "freeze"  # the last frame stands


class Inset(StrEnum):
    """The shape a presenter is seen in."""

    AUTO = "auto"  # none where the take can be cut out, else a rounded picture
    ROUNDED = "rounded"
    CIRCLE = "circle"
    FULL = "full"  # the whole frame
    BESIDE = "beside"  # a panel at the side of the footage, in wide films


@dataclass(frozen=True, slots=True)
class Poster(Stored):
    """What a film is shown by: a frame, or a picture; one that says nothing is the best frame of its beginning."""

    at: float | None = None  # seconds of the film
    image_url: str | None = None
    image: str | None = None  # an upload's id


def inset_for(inset: Inset | None, *, wide: bool) -> Inset | None:
    """Return the shape a presenter has in a film of this form: beside the footage in wide ones only."""
    return inset if wide or inset is not Inset.BESIDE else None


@dataclass(frozen=True, slots=True)
class OwnFile(Stored):
    """A judged clip: the suffix of its kind ("mp4", "webm"), seconds, pixels as a player shows them, has it sound.

    Frames a second, and whether its light or its colours are brought to BT.709, tell what it takes to show it; clips
    judged by older code do not say.
    """

    suffix: str
    seconds: float
    width: int
    height: int
    sound: bool
    fps: float | None = None
    hdr: bool = False

    def left(self, start: float | None) -> float:
        """Return the seconds it has from where a scene begins in it."""
        return round(max(self.seconds - (start or 0.0), 0.0), 3)


class CardSound(StrEnum):
    """Whether a card's clip is heard."""

    HEARD = "heard"
    MUTE = "mute"


class CardFit(StrEnum):
    """How a card's clip of another shape fills the frame."""

    CROP = "crop"  # cut around the film's focus
    PAD = "pad"  # whole, before its own blur


@dataclass(frozen=True, slots=True)
class FilmCard(Stored):
    """A card before or after a film: a picture or a clip, its own or the brand's, else the logo on its colour."""

    seconds: float | None = None  # None = as long as usual, or as its clip; 0 takes a film's card away
    text: str | None = None
    image_url: str | None = None
    image: str | None = None  # an upload's id
    video: str | None = None  # a clip's
    sound: CardSound | None = None  # of its clip or the brand's; None = as the brand's, else heard
    fit: CardFit | None = None  # None = as the brand's, else cut
    video_facts: OwnFile | None = None  # of the clip, looked up before


@dataclass(frozen=True, slots=True)
class CardClip(Stored):
    """A clip as a brand kit, or a film, has it on a card; `facts` is None where nobody has looked it up."""

    clip: str  # an upload's id
    facts: OwnFile | None = None
    sound: CardSound | None = None
    fit: CardFit | None = None


class CardTime(StrEnum):
    """In which scenes the product's photo is seen as a card."""

    ALWAYS = "always"
    UNSHOWN = "unshown"  # whose picture is not made from the photo
    NEVER = "never"


class CardPlace(StrEnum):
    """At which side a card stands; auto is where most is free."""

    AUTO = "auto"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ProductCard(Stored):
    """The product's photo as a card over the scenes."""

    when: CardTime = CardTime.ALWAYS
    place: CardPlace = CardPlace.AUTO
    size: float | None = None  # of the film's width; None = what suits its shape


class Container(StrEnum):
    """What a film is packed in beside its MP4, which is always made."""

    MP4 = "mp4"  # nothing beside it
    MOV = "mov"  # the same picture and sound, packed otherwise
    WEBM = "webm"  # VP9 and Opus


class Preview(StrEnum):
    """A few silent seconds of a film as one moving picture."""

    NONE = "none"
    GIF = "gif"
    WEBP = "webp"


class Motion(StrEnum):
    """How a still picture moves while it is seen."""

    PUSH_IN = "push_in"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"


class Role(StrEnum):
    """What an image is for that is no scene's."""

    POSTER = "poster"
    INTRO = "intro"  # the picture of the card before the film
    OUTRO = "outro"
    PRODUCT = "product"  # the photo of a card over the scenes


@dataclass(frozen=True, slots=True)
class BesideImage(Stored):
    """An image node that is shown beside the scenes."""

    role: str  # a Role; newer code may know more of them
    key: str


def latest_start(seconds: float, least: float) -> float:
    """Return the latest second from which so much of a file is left, in hundredths."""
    return floor(max(0.0, seconds - least) * 100 + 1e-6) / 100


def refuse_late_start(path: str, facts: OwnFile, start: float | None) -> Iterator[tuple[str, str]]:
    """Yield why a scene cannot begin there in its clip, by field."""
    if facts.left(start) < SHORTEST_CLIP:
        latest = f"begin at {latest_start(facts.seconds, SHORTEST_CLIP):g} s or earlier"
        yield path, f"leaves less than {SHORTEST_CLIP:g} s of the clip, which lasts {facts.seconds:g} s: {latest}"


def file_key(scene: int) -> str:
    """Return the key under which a film has the file of a clip whose first scene is this one, counted from 0."""
    return f"own-{scene + 1}"


def card_key(role: Role) -> str:
    """Return the key under which a film has the file of a card's clip."""
    return f"own-{role}"


def is_own(key: str) -> bool:
    """Tell whether a film's file is an own clip; no node of a job has such a key."""
    return key.startswith("own-")
