"""The part of an order's body about how its words look."""

from typing import Annotated, Literal

from pydantic import Field

from shared.door.body_types import Color
from shared.door.strict_body import Body


class TextBody(Body):
    """How scene texts and captions look."""

    style: Annotated[
        Literal["panel", "outline", "shadow"] | None,
        Field(
            description="What keeps letters apart from the picture: a rounded panel (default), a line, a soft shadow."
        ),
    ] = None
    position: Annotated[
        Literal["auto", "top", "middle", "bottom"] | None,
        Field(description="Where scene texts stand inside the safe area; auto, the default, keeps off faces."),
    ] = None
    animation: Annotated[
        Literal["fade", "none", "slide"] | None, Field(description="How scene texts come; fade is the default.")
    ] = None
    size: Annotated[float, Field(ge=0.7, le=1.5, description="Times the usual letters.")] | None = None
    color: Annotated[Color | None, Field(description="Of the letters; white is the default.")] = None
    accent: Annotated[
        Color | None,
        Field(
            description="Of a bar in the panel of scene texts, before their letters (none by default), and behind the "
            "spoken word of captions_by word (a yellow by default)."
        ),
    ] = None
    panel: Annotated[Color | None, Field(description="Of the panel, outline or shadow; a dark one is the default.")] = (
        None
    )


SafeAreaName = Annotated[
    Literal["social", "reels", "tiktok", "shorts", "none"],
    Field(
        description="Whose buttons words and cards keep clear of: an app's (9:16 only); social, the default of 9:16, "
        "those of organic posts; none, the default of other shapes, the 5 % at each side that players may cut."
    ),
]

CaptionsByName = Annotated[
    Literal["phrase", "word"],
    Field(
        description="What of a caption is lit: nothing (phrase, the default), or the word that is being said, on a "
        "pill of `text.accent` (of the letters' own colour where that is not seen against the panel). Nothing moves."
    ),
]
