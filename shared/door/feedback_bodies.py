"""The body of what somebody says of a film."""

from typing import Annotated, Literal

from pydantic import Field

from shared.door.bodies import Body
from shared.door.body_types import Text1000

REASONS = ("presenter", "voice", "words", "footage", "music", "timing", "other")
Reason = Literal["presenter", "voice", "words", "footage", "music", "timing", "other"]


class FeedbackBody(Body):
    """How somebody finds a film: what the same key said of it before is replaced."""

    rating: Annotated[int, Field(ge=1, le=5, description="1 is useless, 5 is published as it is.")]
    reasons: Annotated[
        list[Reason] | None, Field(max_length=len(REASONS), description="What it is about; each once.")
    ] = None
    text: Annotated[Text1000 | None, Field(description="In your own words, up to 1,000 characters.")] = None
