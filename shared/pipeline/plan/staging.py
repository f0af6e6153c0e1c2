"""Words of an order about what is around its presenters: where they stand, before what, and what is heard beneath."""

from dataclasses import dataclass
from enum import StrEnum

from shared.pipeline.codec import Stored
from shared.pipeline.plan.heard import FADE_OUT, MUSIC_LEVEL, Loudness
from shared.pipeline.plan.picture import Motion


class Preset(StrEnum):
    """A named place for the presenter."""

    BOTTOM_RIGHT = "bottom_right"
    BOTTOM_LEFT = "bottom_left"
    TOP_RIGHT = "top_right"
    TOP_LEFT = "top_left"
    CENTER = "center"


class BackgroundType(StrEnum):
    """What stands behind a presenter where nothing is filmed."""

    COLOR = "color"
    IMAGE = "image"
    PRESET = "preset"


@dataclass(frozen=True, slots=True)
class Background(Stored):
    """A backdrop; exactly the fields of its type are set."""

    type: BackgroundType
    color: str | None = None  # "#rrggbb"
    image_url: str | None = None
    image: str | None = None  # an upload's id
    preset: str | None = None  # a name in the tables' backdrops
    motion: Motion | None = None  # of an image; None = it stands still


@dataclass(frozen=True, slots=True)
class Position(Stored):
    """Where the presenter stands; what is given beside a preset wins over it."""

    scale: float | None = None  # box height / film height, 0.1..1
    x: float | None = None  # -1 left .. 1 right
    y: float | None = None  # -1 top .. 1 bottom
    preset: Preset | None = None


@dataclass(frozen=True, slots=True)
class MusicOrder(Stored):
    """Music under a film, as ordered."""

    audio: str  # an upload's id
    level: float = MUSIC_LEVEL  # LUFS where nobody speaks
    duck: bool = True  # it falls far below what is said
    start: float = 0.0  # seconds into the music where the film begins
    fade_out: float = FADE_OUT


@dataclass(frozen=True, slots=True)
class Audio(Stored):
    """What is heard of a film as a whole."""

    loudness: Loudness | None = None  # None = the usual one of the release that plans the film
    music: MusicOrder | None = None


USUAL_AUDIO = Audio()
