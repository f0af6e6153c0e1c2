"""How presenters speak, as an order, an account and a change of a film say it."""

from typing import Annotated

from pydantic import Field

from shared.door.body_types import Locale, Pitch, Speed, Style
from shared.door.strict_body import Body


class VoiceBody(Body):
    """How the presenters speak."""

    speed: Speed | None = None
    pitch: Pitch | None = None
    locale: Locale | None = None
    style: Annotated[
        Style | None,
        Field(
            description="An emotion or a manner by the voice's own word, as GET /catalog/voices lists them: many of "
            "D-ID's Microsoft voices have some (cheerful, sad, newscast), HeyGen's have none. Where a persona leaves "
            "the choice, a service with styles films it first; without, the take is spoken in the voice's own way and "
            "the order warns of it."
        ),
    ] = None
