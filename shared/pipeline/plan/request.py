"""What a customer asks for: one film, as frozen data, with every field of the HTTP body and its default.

The public door (`shared/door/bodies.py`) alone makes one from bytes; every text of a job stands only there, in its
document. Scene numbers in field paths count from 0 ("scenes.0.script"), in sentences for people from 1 ("scene 1").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shared.pipeline.codec import Stored, from_plain, to_stored
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.dress import Dress
from shared.pipeline.plan.picture import Container, FilmCard, Hold, Inset, OwnFile, Poster, Preview, ProductCard
from shared.pipeline.plan.plan import Blend, Join, Length, Sound
from shared.pipeline.plan.staging import USUAL_AUDIO, Audio, Background, Position
from shared.pipeline.plan.typography import USUAL_TEXT, AppArea, CaptionsBy, Typography

SCENE_SECONDS = 8.0  # a scene's length when none is asked for


class AspectRatio(StrEnum):
    """The film's shape."""

    TALL = "9:16"
    WIDE = "16:9"
    SQUARE = "1:1"
    PORTRAIT = "4:5"  # composed from what is filmed in another shape


class Resolution(StrEnum):
    """The film's size class; pixels stand in the tables."""

    HD = "720p"
    FULL_HD = "1080p"


class Quality(StrEnum):
    """Which of a vendor's models films, by our names; ids and prices stand in the tables."""

    STANDARD = "standard"
    FAST = "fast"
    LITE = "lite"


class Filmer(StrEnum):
    """Who films the footage: a vendor by name, or whoever can."""

    VEO = "veo"
    HEYGEN = "heygen"  # with the tenant's own key
    AUTO = "auto"  # Veo where it films the shape; else whoever can and is turned on


class Mode(StrEnum):
    """Which of the tenant's integrations is used."""

    PRODUCTION = "production"
    TEST = "test"


class Prefer(StrEnum):
    """What decides between avatar services that could all film an order."""

    QUALITY = "quality"
    COST = "cost"
    SPEED = "speed"


class PresenterFailure(StrEnum):
    """What becomes of a film whose presenter cannot be had from its first avatar service."""

    FAIL = "fail"
    FALLBACK = "fallback"  # another service that knows the persona is asked
    WITHOUT = "without"  # the film is made without what cannot be had


class IfUnclear(StrEnum):
    """Whether another service is asked while nobody can tell what became of a take."""

    WAIT = "wait"
    PAY_AGAIN = "pay_again"  # when it was waited for as long as it may take: it may be paid twice


class ImageFit(StrEnum):
    """How an image of another shape fills the film's: its middle, or all of it before something."""

    CROP = "crop"
    BLUR = "blur"  # before itself, enlarged and blurred
    COLOR = "color"  # before a flat colour


@dataclass(frozen=True, slots=True)
class BRoll(Stored):
    """How the footage is made."""

    join: Join = Join.EXTEND
    audio: Sound = Sound.BED  # footage is bought with its sound, at twice the price, for Sound.DUCK only
    model: Quality = Quality.STANDARD
    provider: Filmer = Filmer.VEO


@dataclass(frozen=True, slots=True)
class Focus(Stored):
    """The point of a picture that stays seen where another shape cuts it: shares of its width and height."""

    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True, slots=True)
class OutputRequest(Stored):
    """One film of several that are composed of the same takes."""

    aspect_ratio: AspectRatio
    resolution: Resolution = Resolution.HD
    container: Container | None = None  # None = the order's
    dress: Dress | None = None  # the kit it wears; None = the order's


@dataclass(frozen=True, slots=True)
class VoiceSettings(Stored):
    """How the presenters speak; None leaves it to the provider."""

    speed: float | None = None  # 0.5..1.5
    pitch: int | None = None  # -50..50 semitones
    locale: str | None = None  # "en-US"
    style: str | None = None  # "cheerful": an emotion or a manner, by the voice's own word


@dataclass(frozen=True, slots=True)
class SceneRequest(Stored):
    """One scene: footage (a visual description) or a backdrop, and perhaps a presenter with a script of its own."""

    visual_description: str | None = None
    camera_movement: str | None = None
    mood: str | None = None
    duration: float | None = None  # seconds, 4..8; None = 8, before a backdrop as long as what is said there
    text_overlay: str | None = None
    script: str | None = None
    persona: str | None = None  # whose ids avatar_id and voice_id are; None = they were given themselves
    persona_style: str | None = None  # how that persona speaks where `voice` has no style
    avatar_id: str | None = None
    voice_id: str | None = None
    background: Background | None = None
    image_url: str | None = None
    clip: str | None = None  # an upload's id: the scene shows this clip of the tenant's own, nothing is filmed
    clip_start: float | None = None  # seconds into the clip where the scene begins; None = its beginning
    clip_facts: OwnFile | None = None  # what the upload was found to be; None = not looked up yet
    transition: Blend | None = None  # how it comes; None = as the film's scenes do

    @property
    def pictured(self) -> bool:
        """Tell whether it shows footage, filmed for it or the tenant's own."""
        return self.visual_description is not None or self.clip is not None

    @property
    def seconds(self) -> float:
        """Return how long the scene is when nothing else decides: an own clip is shown to its end."""
        if self.duration is not None:
            return self.duration
        return SCENE_SECONDS if self.clip_facts is None else self.clip_facts.left(self.clip_start)


@dataclass(frozen=True, slots=True)
class FilmRequest(Stored):
    """One film as it was asked for."""

    product_title: str
    product_id: str | None = None
    scenes: tuple[SceneRequest, ...] = ()
    image_url: str | None = None
    image: str | None = None  # an upload's id
    image_fit: ImageFit = ImageFit.CROP  # of every image of the film
    image_fit_color: str | None = None  # "#rrggbb" around the image where image_fit is color; None is white
    persona: str | None = None  # whose ids avatar_id and voice_id are; None = they were given themselves
    persona_style: str | None = None  # how that persona speaks where `voice` has no style
    avatar_id: str | None = None
    voice_id: str | None = None
    avatar_script: str | None = None
    avatar_position: Position | None = None
    aspect_ratio: AspectRatio = AspectRatio.TALL  # of what is filmed
    resolution: Resolution = Resolution.HD
    focus: Focus | None = None  # of footage and background pictures; None = the middle
    outputs: tuple[OutputRequest, ...] = ()  # the films that are composed of it; () = one, of the same shape
    b_roll: BRoll = BRoll()
    background: Background | None = None
    voice: VoiceSettings = VoiceSettings()
    captions: bool = False
    captions_by: CaptionsBy | None = None  # what of them is lit; None = phrase
    text: Typography = USUAL_TEXT
    hold: Hold | None = None  # what is seen of a scene longer than its footage; None = auto
    inset: Inset | None = None  # the shape presenters are seen in; None = auto
    poster: Poster | None = None  # None = the best frame of its beginning
    product_card: ProductCard | None = None  # None = the photo is not laid over the scenes
    container: Container | None = None  # None = MP4 alone
    preview: Preview | None = None
    safe_area: AppArea | None = None  # None = social in a tall film, else none
    audio: Audio = USUAL_AUDIO
    transition: Blend | None = None  # how each scene comes; None = auto
    transition_seconds: float | None = None  # 0.25..1; None = as long as its kind usually takes
    transition_color: str | None = None  # "#rrggbb" that a dip goes through; None = black
    intro: FilmCard | None = None  # before the first scene; None = no card
    outro: FilmCard | None = None
    length: Length = Length.LONGER
    provider: str | None = None
    prefer: Prefer | None = None  # where a persona leaves the choice of the avatar service; None = as the plan says
    max_cost: float | None = None  # dollars of both columns together; None = whatever it costs
    on_presenter_failure: PresenterFailure | None = None  # None = fallback where no provider is named, else fail
    if_unclear: IfUnclear | None = None  # None = wait
    mode: Mode = Mode.PRODUCTION
    mode_fallback: Mode | None = None  # where no production account can be used; settled when it is ordered
    webhook_url: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    brand: Brand | None = None  # the kit it was filled in from, as it was then
    said: tuple[str, ...] | None = None  # of what a kit may say, by path: said itself, and not seen from the value
    template: str | None = None  # "launch@3": the version it was filled in from
    dry_run: bool = False


def label_of(request: FilmRequest, film: int) -> str | None:
    """Return the label of the brand kit that the k-th film of an order wears, counted from 0; None for none."""
    dress = request.outputs[film].dress if film < len(request.outputs) else None
    brand = request.brand if dress is None else dress.kit.brand if dress.kit else None
    return brand.label if brand else None


def of_kit(request: FilmRequest, name: str) -> bool:
    """Tell whether a brand kit said a field, by path, and not the order."""
    return request.brand is not None and name in request.brand.filled


def script_of(request: FilmRequest, scene: int | None) -> str:
    """Return the words of a scene's script (None: of the script over the whole film), "" where there are none."""
    return (request.avatar_script if scene is None else request.scenes[scene].script) or ""


def style_of(request: FilmRequest, scene: int | None) -> str | None:
    """Return the style that a scene's script (None: the film's) is to be spoken in: the order's, else its persona's."""
    if request.voice.style is not None or scene is None:
        return request.voice.style or request.persona_style
    own = request.scenes[scene]
    return request.persona_style if own.persona is None and own.avatar_id is None else own.persona_style


def to_document(request: FilmRequest) -> dict[str, Any]:
    """Return the request as plain JSON-able maps, absent fields left out."""
    plain: dict[str, Any] = to_stored(request)
    return plain


def from_document(data: Mapping[str, Any]) -> FilmRequest:
    """Read a stored request; raises codec.Unreadable naming what does not fit."""
    return from_plain(FilmRequest, data)
