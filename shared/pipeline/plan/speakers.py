"""Decides who speaks what: which script, which avatar, which voice, for how long and at which price.

`avatar_script` is one take over the whole film, `presenter-1`; the script of scene k (counted from 1) is a take of its
own, `presenter-k`. A scene's avatar without a voice speaks with that look's own voice; otherwise the request's, then
the tenant's defaults apply.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.pipeline.plan.capabilities import AvatarService, SpeechRate
from shared.pipeline.plan.plan import Speech
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.timing import speech_seconds


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the tenant's integration says where the request is silent."""

    avatar_id: str | None = None
    voice_id: str | None = None
    provider: str = "heygen"


@dataclass(frozen=True, slots=True)
class Speaker:
    """One script and who speaks it; `scene` None is the whole film."""

    scene: int | None
    script: str
    avatar_id: str | None
    voice_id: str | None


def speakers(request: FilmRequest, defaults: Defaults) -> tuple[Speaker, ...]:
    """Return every script of the request with its avatar and voice, in film order."""
    avatar = request.avatar_id or defaults.avatar_id
    voice = request.voice_id or defaults.voice_id
    if request.avatar_script is not None:
        return (Speaker(None, request.avatar_script, avatar, voice),)
    return tuple(_scenes_parts(request, avatar, voice))


def _scenes_parts(request: FilmRequest, avatar: str | None, voice: str | None) -> Iterator[Speaker]:
    for number, scene in enumerate(request.scenes):
        if scene.script is not None:
            heard = scene.voice_id or (None if scene.avatar_id else voice)
            yield Speaker(number, scene.script, scene.avatar_id or avatar, heard)


def speeches(
    request: FilmRequest, cast: tuple[Speaker, ...], service: AvatarService, rate: SpeechRate
) -> tuple[Speech, ...]:
    """Return each part as a take to be bought; parts without an avatar must have been refused before."""
    takes = []
    for part in cast:
        seconds = speech_seconds(part.script, rate, request.voice.speed)
        takes.append(
            Speech(
                key=f"presenter-{1 if part.scene is None else part.scene + 1}",
                scene=part.scene,
                avatar_id=part.avatar_id or "",
                voice_id=part.voice_id,
                seconds=seconds,
                cost=round(seconds * service.price),
                wait=service.wait.typical + seconds * service.wait_per_second,
            )
        )
    return tuple(takes)


def wait(takes: tuple[Speech, ...], service: AvatarService) -> float:
    """Return the seconds until all takes are there; an account makes only so many at once."""
    if not takes:
        return 0.0
    return -(-len(takes) // service.at_once) * max(take.wait for take in takes)
