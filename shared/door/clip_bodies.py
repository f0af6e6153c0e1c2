"""The parts of an order's body about clips of the tenant's own, and the body of a call that has one fetched."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from shared.door.body_types import Link, no_file, of_form
from shared.door.strict_body import Body

_SEND_IT = "POST it to /tenant/uploads/clip instead"
_CLIP_ID = "must be the id that POST /tenant/uploads/clip answers"

OwnClip = Annotated[
    Annotated[str, AfterValidator(of_form(r"[A-Za-z0-9_-]{1,128}", _CLIP_ID))],
    Field(
        description="A clip of your own that the scene shows in place of footage: the id that POST "
        "/tenant/uploads/clip answered. Where no duration is given it is shown to its end, or as long as the scene's "
        "script takes. Nothing is bought for it; its sound is heard where b_roll.audio is duck.",
        examples=["0" * 64],
    ),
]
ClipStart = Annotated[
    Annotated[float, Field(ge=0, le=59.5)],
    Field(description="Seconds into the clip where the scene begins; 0 by default."),
]


class ClipLinkBody(Body):
    """Where a clip is fetched from, once."""

    clip_url: Annotated[
        Annotated[Link, BeforeValidator(no_file(_SEND_IT))],
        Field(description="A public https link to the file itself.", examples=["https://cdn.example.com/cup.mp4"]),
    ]
