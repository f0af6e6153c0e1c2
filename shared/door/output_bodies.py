"""The part of an order's body about the films it makes of the same takes."""

from typing import Annotated, Literal

from pydantic import Field

from shared.door.body_types import BrandName
from shared.door.strict_body import Body

MOST_OUTPUTS = 4
_Container = Literal["mp4", "mov", "webm"]

ContainerName = Annotated[
    _Container,
    Field(
        description="What the film is packed in. Its MP4 (H.264, AAC) is always made; mov is the same picture and "
        "sound as QuickTime, webm is VP9 and Opus, encoded anew: a file more, in `file_urls`. webm takes its time, "
        "which the dry run tells with its price: at 1080p films of four minutes are the longest. In an edit, mp4 is "
        "the MP4 alone.",
        examples=["webm"],
    ),
]
PreviewName = Annotated[
    Literal["none", "gif", "webp"],
    Field(
        description="The film's first three seconds behind its intro, silent and over and over, as a picture of at "
        "most 480 pixels across and 3 MB: gif for mails, webp for websites. In `file_urls`, for each output.",
        examples=["gif"],
    ),
]


class OutputBody(Body):
    """One film: its shape, its size class and the brand kit it wears."""

    aspect_ratio: Literal["9:16", "4:5", "1:1", "16:9"]
    resolution: Literal["720p", "1080p"] | None = None
    container: Annotated[_Container | None, Field(description="Where not as the order's `container` says.")] = None
    brand: Annotated[
        BrandName | None,
        Field(
            description="The brand kit this film wears in place of the order's; `none` is no kit. What the order says "
            "itself wins over every kit. Nothing more is bought: a kit only lays takes out."
        ),
    ] = None


class FocusBody(Body):
    """The point of footage and background pictures that stays seen where a film's shape cuts them."""

    x: Annotated[float, Field(ge=0, le=1, description="0 is the left edge, 1 the right.")] = 0.5
    y: Annotated[float, Field(ge=0, le=1, description="0 is the upper edge, 1 the lower.")] = 0.5


OutputsBody = Annotated[
    list[OutputBody],
    Field(
        max_length=MOST_OUTPUTS,
        description="The films to compose of the same takes, each laid out for its own shape, and in a brand kit of "
        "its own where it names one; footage is cropped, never stretched. Left out or empty: one film, of aspect_ratio "
        "and resolution. Where these are not given, footage is filmed for the first output of 9:16 or 16:9.",
    ),
]
