"""The parts of an order's body about how its picture moves and is laid out."""

from typing import Annotated, Literal

from pydantic import Field

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
