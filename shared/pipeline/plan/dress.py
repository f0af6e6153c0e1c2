"""What films wear: a tenant's brand kit as an order takes it, and the one that a film of several wears in its place."""

from dataclasses import dataclass

from shared.pipeline.codec import Stored
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.picture import FilmCard, Hold, Inset
from shared.pipeline.plan.plan import Blend
from shared.pipeline.plan.staging import Audio, Background, Position
from shared.pipeline.plan.typography import CaptionsBy, Typography


@dataclass(frozen=True, slots=True)
class Kit(Stored):
    """A version of a tenant's kit: the brand itself, and fields of an order; None leaves them to the order."""

    brand: Brand
    text: Typography | None = None
    captions: bool | None = None
    captions_by: CaptionsBy | None = None
    avatar_position: Position | None = None
    audio: Audio | None = None
    background: Background | None = None
    transition: Blend | None = None
    transition_color: str | None = None
    hold: Hold | None = None
    inset: Inset | None = None
    intro: FilmCard | None = None
    outro: FilmCard | None = None


@dataclass(frozen=True, slots=True)
class Dress(Stored):
    """The kit of one film of several in place of the order's: what of it the order leaves open."""

    asked: str  # as the order named it
    kit: Kit | None = None  # None = none at all
