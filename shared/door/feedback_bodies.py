"""The body of what somebody says of a film: from 1 to 10, or as it used to be, from 1 to 5."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from pydantic.config import JsonDict

from shared.door.bodies import Body
from shared.door.body_types import Text1000

REASONS = ("presenter", "voice", "words", "footage", "music", "timing", "other")
Reason = Literal["presenter", "voice", "words", "footage", "music", "timing", "other"]
About = Literal["presenter", "words", "sound", "footage"]
_OLDER_FORM: JsonDict = {"deprecated": True}  # said in the description only: to read the field warns nobody
_OLDER = {"rating": "score", "reasons": "about", "text": "says"}


class FeedbackBody(Body):
    """How somebody finds a film: what the same key said of it before is replaced.

    A `score` there must be, or the older form's `rating`.
    """

    score: Annotated[
        Annotated[int, Field(ge=1, le=10)] | None, Field(description="1 is useless, 10 is published as it is.")
    ] = None
    says: Annotated[Text1000 | None, Field(description="In your own words, up to 1,000 characters.")] = None
    about: Annotated[list[About] | None, Field(max_length=len(REASONS), description="What it is about; each once.")] = (
        None
    )
    rating: Annotated[
        Annotated[int, Field(ge=1, le=5)] | None,
        Field(
            description="The older form of score: 1 is useless, 5 is published as it is.",
            json_schema_extra=_OLDER_FORM,
        ),
    ] = None
    reasons: Annotated[
        list[Reason] | None,
        Field(
            max_length=len(REASONS), description="The older form's about, beside rating.", json_schema_extra=_OLDER_FORM
        ),
    ] = None
    text: Annotated[
        Text1000 | None, Field(description="The older form's says, beside rating.", json_schema_extra=_OLDER_FORM)
    ] = None

    def mixed(self) -> Iterator[tuple[str, str]]:
        """Yield (field, sentence) where it says nothing, or in both forms."""
        if self.score is None and self.rating is None:
            yield "score", "is required: a whole number from 1 (useless) to 10 (published as it is)"
        for older, newer in _OLDER.items():
            both = getattr(self, older) is not None, getattr(self, newer) is not None
            if self.score is not None and both[0]:
                yield older, f"is of the older form, which score takes the place of: give {newer} instead"
            elif self.score is None and self.rating is not None and both[1]:
                yield newer, f"belongs to score, and this is a rating: give score (1 to 10) instead, or {older}"
