"""The plan of a film: what will be filmed, spoken and laid where, at which price, frozen before anything is spent.

The job document keeps it, every step reads its order from it; it points into the request's texts by scene index.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.pipeline.codec import Stored
from shared.pipeline.plan.heard import Loudness, Music
from shared.pipeline.plan.picture import BesideImage, Motion

MICROS = 1_000_000  # micro-dollars of a dollar
AS_PAID = 1_000  # thousandths: the factor of a price that is what was paid
KEY_COLOR = "#00ff00"  # the flat colour a presenter is filmed before to be cut out
COMPOSE_KEY = "compose"  # the node that makes the film, the first where there are several
LENGTH_TOLERANCE = 0.5  # seconds a file may differ from its planned length and still be what was ordered


class Kind(StrEnum):
    """What a node of a job is."""

    IMAGE = "image"
    CLIP = "clip"
    PRESENTER = "presenter"
    COMPOSE = "compose"


class Feature(StrEnum):
    """How a clip is asked for; the ways exclude each other (Veo's instance schema, HeyGen's modes)."""

    TEXT = "text_to_video"
    IMAGE = "image_to_video"
    REFERENCE = "reference_to_video"
    EXTENSION = "video_extension"


class Join(StrEnum):
    """How scenes follow each other: one continuous shot, or a clip of its own for each."""

    EXTEND = "extend"
    CUT = "cut"


class Length(StrEnum):
    """Which of footage and speech decides the film's length; the default is the longer."""

    LONGER = "longer"
    FILM = "film"
    SCRIPT = "script"


class Sound(StrEnum):
    """What is heard beside the speech: a soft bed of our own, nothing, or the footage's own sound (twice the price)."""

    BED = "bed"
    MUTE = "mute"
    DUCK = "duck"


class Blend(StrEnum):
    """How a scene takes the place of the one before it."""

    AUTO = "auto"  # what suits: a crossfade
    CUT = "cut"
    CROSSFADE = "crossfade"
    SLIDE = "slide"  # it pushes the one before out of the frame
    DIP = "dip"  # through black


class Cutout(StrEnum):
    """How the presenter's take can be laid over footage, best first."""

    ALPHA = "alpha"  # WebM with transparency
    KEY = "key"  # MP4 on a flat key colour
    INSET = "inset"  # MP4 with a background of its own: shown as a rounded rectangle


@dataclass(frozen=True, slots=True)
class Size(Stored):
    """A picture's size in pixels, both even."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Placement(Stored):
    """Where the presenter stands: box height / film height, and the box's place in the room left, -1 top left.

    What was not asked for bends to the take, `widest` and `middle` its bounds, so that the product beside it is seen.
    """

    scale: float = 0.8
    x: float = 0.7
    y: float = 1.0
    widest: float | None = None  # share of the film's width; None = the size was asked for
    middle: float | None = None  # share of the film's width, in place of x
    alone: bool = False  # nothing is behind but a backdrop, and no numbers were asked for


@dataclass(frozen=True, slots=True)
class Picture(Stored):
    """An image node: a stored, re-encoded product image or background."""

    key: str  # "image-1"
    field: str  # the request's field it came from, "image_url" or "scenes.2.image_url"
    wait: float = 0.0  # seconds it usually takes
    photo: Size | None = None  # the picture as it was sent, upright; None = not read yet


@dataclass(frozen=True, slots=True)
class Clip(Stored):
    """One paid footage call: a base clip or a link that extends the one before."""

    key: str  # "clip-2"
    scene: int  # index into request.scenes
    feature: Feature
    seconds: int  # asked of the vendor; Veo's are 4, 6 or 8, an extension adds exactly 7
    total: int  # length of the file Veo will write, seconds (an extension returns the whole chain so far)
    image: str | None  # key of the image node it starts from, or carries as reference
    before: str | None  # key of the clip it extends
    cost: int  # micro-dollars at our price table
    worst_cost: int  # micro-dollars should Vertex bill an extension's merged length (veo page, "Prices")
    wait: float = 0.0  # seconds it usually takes


@dataclass(frozen=True, slots=True)
class Speech(Stored):
    """One paid presenter take: an avatar speaks one script."""

    key: str  # "presenter-1"
    scene: int | None  # whose script; None = the request's avatar_script over the whole film
    avatar_id: str
    voice_id: str | None  # None = the look's own voice
    seconds: float  # estimated length of the speech
    cost: int  # micro-dollars, billed by the tenant's provider
    wait: float = 0.0  # seconds it usually takes
    engine: str | None = None  # which of the service's engines films it; None = the look could not be asked
    style: str | None = None  # in which it is spoken; None = in the voice's own way


@dataclass(frozen=True, slots=True)
class Understudy(Stored):
    """All takes of one persona as another avatar service would film them, should the one before it be dead."""

    persona: str
    provider: str
    takes: tuple[Speech, ...]  # under the keys of the plan's own
    reason: str  # why it comes at its place, or who can take over


class Drawn(StrEnum):
    """A backdrop that is drawn in the hues of its colour."""

    STUDIO = "studio"
    OFFICE = "office"
    GRADIENT = "gradient"
    MODERN = "modern"
    DOTS = "dots"


@dataclass(frozen=True, slots=True)
class Backdrop(Stored):
    """What stands behind a presenter where there is no footage."""

    color: str | None = None  # "#rrggbb"
    image: str | None = None  # key of an image node
    drawn: Drawn | None = None  # in the hues of the colour; None = the flat colour
    motion: Motion | None = None  # of an image; None = it stands still


@dataclass(frozen=True, slots=True)
class Stretch(Stored):
    """One scene's place in the picture: footage from a chain's file, or a backdrop."""

    scene: int | None  # None = presenter-only film
    clip: str | None  # the scene's own link
    chain: str | None  # the chain's last link, whose file holds the whole chain
    offset: float  # where the scene begins in the chain's file, seconds
    seconds: float  # how much of it is shown, seconds (a speech may hold it longer)
    backdrop: Backdrop | None = None
    least: float | None = None  # it lasts as long as what is said, but at least so many seconds; None = `seconds`
    own: str | None = None  # key of the file, where it shows a clip of the tenant's own from `offset` on


@dataclass(frozen=True, slots=True)
class Dressed(Stored):
    """What is planned otherwise for a film of another kit than the order's: nothing that is bought."""

    brand: str  # the kit, as the order named it
    seconds: float  # it is planned to last, with its own cards
    captions: bool
    stretches: tuple[Stretch, ...]  # before its own backdrops
    loudness: Loudness | None = None
    music: Music | None = None
    transition: Blend | None = None


@dataclass(frozen=True, slots=True)
class Rendition(Stored):
    """One film of those a job makes of the same takes, laid out for its own shape."""

    key: str  # of the node that composes it: "compose", "compose-2"
    aspect_ratio: str
    resolution: str
    size: Size
    place: Placement
    cost: int  # micro-dollars
    wait: float  # seconds composing it usually takes
    files: tuple[str, ...] = ()  # suffixes of what is made of it beside its MP4: "webm", "gif"
    dressed: Dressed | None = None  # None = it wears the order's kit


@dataclass(frozen=True, slots=True)
class Plan(Stored):
    """Everything the steps need to know, in seconds, pixels and micro-dollars."""

    title: str
    aspect_ratio: str  # "9:16" | "16:9" | "1:1": what is filmed
    resolution: str  # "720p" | "1080p"
    size: Size  # of the first film; so are the place and what composing costs
    join: Join
    length: Length
    sound: Sound
    model: str  # the footage model's id, frozen here; "" when nothing is filmed
    provider: str  # the avatar service, "heygen"; "" when nobody speaks
    mode: str  # "production" | "test"
    place: Placement
    captions: bool
    pictures: tuple[Picture, ...]
    clips: tuple[Clip, ...]
    speeches: tuple[Speech, ...]
    stretches: tuple[Stretch, ...]
    planned_seconds: float
    estimated_wait: float  # seconds until the film is expected
    compose_cost: int  # micro-dollars
    warnings: tuple[str, ...]
    compose_wait: float = 0.0  # seconds composing usually takes
    footage: str = "veo"  # who films: the vendor's row of the machine
    footage_account: str = ""  # the tenant's integration that films and pays; "" = we do
    filmed_as: str = ""  # the resolution by the vendor's own name; "" = by ours
    takes_at_once: int | None = None  # that the avatar account makes, the others waiting; None = all of them
    understudies: tuple[Understudy, ...] = ()  # of each persona in the order they are asked
    without_presenter: bool = False  # a take that nobody can make is left out, and the film made without it
    loudness: Loudness | None = None  # None = planned before there was a choice: as loud as films were then
    music: Music | None = None  # in place of our own bed
    pay_again: bool = False  # a take nobody can tell of may be ordered at the next service, and so paid twice
    transition: Blend | None = None  # None = planned before there was a choice: scenes are cut to
    mirrored: bool = False  # slides come from the left, as its language is read
    files: tuple[str, ...] = ()  # what is made of the first film beside its MP4
    renditions: tuple[Rendition, ...] = ()  # the films where outputs were asked for; () = one, in the shape filmed
    beside: tuple[BesideImage, ...] = ()  # images of the order that are no scene's
    platform_accounts: tuple[str, ...] = ()  # avatar services that film with the platform's account, at our cost

    @property
    def chains(self) -> tuple[str, ...]:
        """Return the last link of each chain, in film order: its file holds the whole chain."""
        return tuple(dict.fromkeys(stretch.chain for stretch in self.stretches if stretch.chain))

    @property
    def films(self) -> tuple[Rendition, ...]:
        """Return the films this makes, the first first."""
        shape, price = (self.aspect_ratio, self.resolution, self.size), (self.compose_cost, self.compose_wait)
        return self.renditions or (Rendition(COMPOSE_KEY, *shape, self.place, *price, self.files),)

    @property
    def subtitled(self) -> bool:
        """Tell whether any of its films has captions: takes are ordered with subtitles then."""
        return self.captions or any(film.dressed is not None and film.dressed.captions for film in self.renditions)

    @property
    def cost_to_us(self) -> int:
        """Micro-dollars abroll pays: compute, and the footage and takes that no account of the tenant's makes."""
        made = sum(film.cost for film in self.films) + sum(clip.cost for clip in self.clips)
        return made + sum(take.cost for take in self.speeches) - self.cost_to_provider_account

    @property
    def cost_to_provider_account(self) -> int:
        """Micro-dollars the tenant's vendors will bill the tenant."""
        filmed = sum(clip.cost for clip in self.clips if self.footage_account)
        return filmed + sum(one.cost for one in self.speeches if self.provider not in self.platform_accounts)
