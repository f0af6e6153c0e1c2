"""The part of an order's body about the films it makes of the same takes."""

from typing import Annotated, Literal

from pydantic import Field

from shared.door.strict_body import Body

MOST_OUTPUTS = 4


class OutputBody(Body):
    """One film: its shape and its size class."""

    aspect_ratio: Literal["9:16", "4:5", "1:1", "16:9"]
    resolution: Literal["720p", "1080p"] | None = None


class FocusBody(Body):
    """The point of footage and background pictures that stays seen where a film's shape cuts them."""

    x: Annotated[float, Field(ge=0, le=1, description="0 is the left edge, 1 the right.")] = 0.5
    y: Annotated[float, Field(ge=0, le=1, description="0 is the upper edge, 1 the lower.")] = 0.5


OutputsBody = Annotated[
    list[OutputBody],
    Field(
        max_length=MOST_OUTPUTS,
        description="The films to compose of the same takes, each laid out for its own shape; footage is cropped, "
        "never stretched. Left out or empty: one film, of aspect_ratio and resolution. Where these are not given, "
        "footage is filmed for the first output of 9:16 or 16:9.",
    ),
]
