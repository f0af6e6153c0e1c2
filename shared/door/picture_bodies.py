"""The parts of an order's body about how its picture moves and is laid out."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from shared.door.body_types import Color, ImageLink, Text120, Upload, of_form
from shared.door.strict_body import Body

_Way = Literal["auto", "cut", "crossfade", "slide", "dip"]

Transition = Annotated[
    _Way,
    Field(
        description="How each scene takes the place of the one before it: at once (cut), over it (crossfade), pushing "
        "it out of the frame (slide), or through black (dip). auto, the default, is a crossfade. It lies around the "
        "cut and moves no scene, word or sound; scenes that are one continuous shot have none."
    ),
]
SceneTransition = Annotated[_Way, Field(description="How this scene comes, where not as the film's do.")]
TransitionSeconds = Annotated[
    float,
    Field(ge=0.25, le=1, description="How long a transition takes; 0.5 where none is given, 0.42 for a slide."),
]
HoldName = Annotated[
    Literal["auto", "push_in", "ping_pong", "freeze"],
    Field(
        description="What is seen of a scene that lasts longer than its footage: a slow move into the last frame "
        "(push_in), its last two seconds back and on again (ping_pong), or the last frame standing (freeze). auto, the "
        "default, is push_in up to four seconds, and beyond them footage again."
    ),
]
InsetName = Annotated[
    Literal["auto", "rounded", "circle", "full", "beside"],
    Field(
        description="The shape presenters are seen in: a rounded card, a circle, the whole frame (full: footage behind "
        "is not seen), or a panel at the side of the footage, which moves over (beside: 16:9 only; at the left where "
        "avatar_position says so). Who can be cut out stands in it before a light wall. auto, the default: cut out, "
        "else a rounded picture."
    ),
]


class PosterBody(Body):
    """The picture the film is shown by: a frame of it, a link or an upload; left out, the best of its first frames."""

    at: Annotated[
        Annotated[float, Field(ge=0, le=600)] | None,
        Field(description="Seconds of the film; where it ends before, its last frame."),
    ] = None
    image_url: (
        Annotated[
            ImageLink,
            Field(
                description="A picture of your own, read once with the order, as each film's shape asks: cut around "
                "the focus, or whole where image_fit says so."
            ),
        ]
        | None
    ) = None
    image: Annotated[Upload | None, Field(description="The same, by the id that POST /tenant/uploads answered.")] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(each is not None for each in (self.at, self.image_url, self.image)) > 1:
            raise ValueError("is one picture: give at, image_url or image (an upload), and not two of them")
        return self


class ProductCardBody(Body):
    """The product's photo (image_url or image) as a card over the scenes.

    It slides in and goes with its scenes, and keeps clear of presenters, words, the logo and what apps cover.
    """

    when: Annotated[
        Literal["always", "unshown", "never"] | None,
        Field(
            description="always, the default: in every scene; unshown: in those whose footage is not made from the "
            "photo, as the service that films it cannot take it there, or where nothing is filmed; never: not at all."
        ),
    ] = None
    place: Annotated[
        Literal["auto", "left", "right"] | None, Field(description="At which side; auto, the default, is the free one.")
    ] = None
    size: Annotated[
        Annotated[float, Field(ge=0.15, le=0.6)] | None,
        Field(description="Its width as a share of the film's, as far as there is room; left out, what suits both."),
    ] = None


DipColor = Annotated[Color, Field(description="What a dip goes through; black is the default.")]
_CLIP_ID = "must be the id that POST /tenant/uploads/clip answers"
_OWN_ID = AfterValidator(of_form(r"[A-Za-z0-9_-]{1,128}", _CLIP_ID))
CardVideo = Annotated[
    Annotated[str, _OWN_ID],
    Field(
        description="A clip of your own in place of a picture: the id that POST /tenant/uploads/clip answered. It is "
        "seen to its end, 1 to 10 s, or cut after the card's seconds.",
        examples=["0" * 64],
    ),
]
CardSoundName = Annotated[
    Literal["heard", "mute"],
    Field(
        description="heard, the default: the clip's own sound, brought to the film's loudness, music under it as under "
        "speech; mute: not. Of a video only.",
        examples=["mute"],
    ),
]
CardFitName = Annotated[
    Literal["crop", "pad"],
    Field(
        description="How the clip fills a film of another shape: cut around the focus (crop, the default), or whole "
        "before its own blur (pad). Of a video only.",
        examples=["pad"],
    ),
]
_PICTURE_ID = "must be the id that POST /tenant/uploads/logo answers"


class TimedCardBody(Body):
    """How long a card lasts, and what is read on it."""

    seconds: Annotated[
        Annotated[float, Field(ge=1, le=10)] | None,
        Field(description="1.5 for an intro, 2.5 for an outro by default, and of a video as long as it is."),
    ] = None
    text: Annotated[Text120 | None, Field(description="What is read on it.")] = None
    video: CardVideo | None = None
    sound: CardSoundName | None = None
    fit: CardFitName | None = None


class CardBody(TimedCardBody):
    """A card before or after a film: a picture or a video, its own or the kit's, else the kit's logo on its colour.

    It comes on top of the film's seconds; words, music and sound move with it, and music goes on over it.
    """

    image_url: (
        Annotated[
            ImageLink,
            Field(description="Its own picture, read once; it fills the frame, cut around the focus."),
        ]
        | None
    ) = None
    image: Annotated[Upload | None, Field(description="The same, by the id that POST /tenant/uploads answered.")] = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if sum(each is not None for each in (self.image_url, self.image, self.video)) > 1:
            raise ValueError("has one picture: give image_url, image (an upload) or video, and not two of them")
        return self


class EditCardBody(CardBody):
    """A card of another version of a film, in place of the film's; null takes it away."""

    seconds: Annotated[
        Annotated[float, Field(ge=1, le=10)] | Literal[0] | None, Field(description="0 is no card, as null is.")
    ] = None


class KitCardBody(TimedCardBody):
    """The card of films of a kit."""

    image: Annotated[
        Annotated[str, AfterValidator(of_form(r"[0-9a-f]{64}", _PICTURE_ID))] | None,
        Field(description="Its picture, which fills the frame: the id that POST /tenant/uploads/logo answered."),
    ] = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.image is not None and self.video is not None:
            raise ValueError("has one picture: give image or video, not both")
        if self.video is None and (self.sound is not None or self.fit is not None):
            raise ValueError("has a sound and a fit with a video only: give one, or leave them out")
        return self
