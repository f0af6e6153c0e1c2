"""The part of an order's body about what is heard of the film as a whole."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.door.body_types import UPLOAD_ID, Upload, of_form
from shared.door.strict_body import Body


class MusicBody(Body):
    """Music under the film, in place of abroll's own soft bed."""

    audio: Annotated[Upload, Field(description="The id that POST /tenant/uploads/audio answered.")]
    level: Annotated[
        Annotated[float, Field(ge=-40, le=-10)] | None,
        Field(description="How loud it is where nobody speaks, in LUFS of the unmixed film: -20 is the default."),
    ] = None
    duck: Annotated[
        bool | None, Field(description="Whether it falls 20 dB below the voice while somebody speaks; true by default.")
    ] = None
    start: Annotated[
        Annotated[float, Field(ge=0, le=597)] | None, Field(description="Seconds into the music where the film begins.")
    ] = None
    fade_out: Annotated[
        Annotated[float, Field(ge=0, le=10)] | None,
        Field(description="Seconds before the film's end in which it goes; 1.2 is the default."),
    ] = None


class AudioBody(Body):
    """How loud the film is, and its music."""

    loudness: Annotated[
        Literal[-14, -16, -23] | None,
        Field(
            description="Of the whole film, in LUFS (EBU R 128): -14, the default, as social networks play; -16, as "
            "phones and web pages do; -23 for broadcast. True peaks stay below -1 dBTP."
        ),
    ] = None
    music: Annotated[
        MusicBody | None,
        Field(description="It is looped or cut to the film's length, and falls while somebody speaks."),
    ] = None


class EditMusicBody(MusicBody):
    """Music in place of the film's."""

    audio: Annotated[
        Annotated[str, AfterValidator(of_form(r"[A-Za-z0-9_-]{0,128}", UPLOAD_ID))],
        Field(description='The id that POST /tenant/uploads/audio answered; "" takes the music away, as null does.'),
    ]


class EditAudioBody(AudioBody):
    """How loud the film is, and its music."""

    music: Annotated[EditMusicBody | None, Field(description="In place of the film's; null takes it away.")] = None
