"""Decides who speaks what: which script, which avatar, which voice and engine, for how long and at which price.

`avatar_script` is one take over the whole film, `presenter-1`; the script of scene k (counted from 1) is a take of its
own, `presenter-k`. A scene's avatar without a voice speaks with that look's own voice, and so does a persona without
one; otherwise the request's, then the tenant's defaults apply.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from shared.pipeline.plan.capabilities import AvatarService, SpeechRate
from shared.pipeline.plan.looks import Look, engine_for, price_of
from shared.pipeline.plan.plan import Plan, Speech
from shared.pipeline.plan.request import FilmRequest, VoiceSettings, style_of
from shared.pipeline.plan.timing import speech_seconds

Styled = tuple[str | None, str]  # a voice (None = the look's own) and a style it is to speak in


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the tenant's integration says where the request is silent."""

    avatar_id: str | None = None
    voice_id: str | None = None
    provider: str = "heygen"
    heygen_footage: bool = False  # footage by HeyGen's account is turned on


@dataclass(frozen=True, slots=True)
class Speaker:
    """One script and who speaks it; `scene` None is the whole film."""

    scene: int | None
    script: str
    avatar_id: str | None
    voice_id: str | None
    avatar_field: str = "avatar_id"  # where the request names the avatar, or would
    voice_field: str = "voice_id"
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """What the tenant's vendor must be asked before a film is planned; each with the request's fields that name it."""

    provider: str = ""  # "" when nobody speaks and the footage is ours
    mode: str = ""
    looks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    voices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    films: bool = False  # the account films footage, too: its key and its balance matter without any look
    marked_plans: tuple[str, ...] = ()  # words of the service's plans whose takes carry its watermark
    speaks: tuple[str | None, ...] = ()  # the voices that are to speak as `voice` says; None = the look's own
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    styled: tuple[Styled, ...] = ()
    takes_over: bool = False  # it films only should another service be down, so no style is reason to refuse
    own_account: bool = False  # the platform's does not stand in for the tenant's own


def tuned(voice: VoiceSettings) -> tuple[str, ...]:
    """Return what an order asks of the voices besides a style, which is left out where a voice has none."""
    return tuple(name for name in ("speed", "pitch", "locale") if getattr(voice, name) is not None)


def needed(request: FilmRequest, cast: Iterable[Speaker], provider: str, marked_plans: tuple[str, ...] = ()) -> Needed:
    """Return every look and voice of a cast, once."""
    cast = tuple(cast)
    return Needed(
        provider if cast else "",
        request.mode.value,
        looks=_fields((part.avatar_id, part.avatar_field) for part in cast),
        voices=_fields((part.voice_id, part.voice_field) for part in cast),
        marked_plans=marked_plans,
        speaks=tuple(dict.fromkeys(part.voice_id for part in cast)),
        voice=request.voice,
        styled=tuple(dict.fromkeys((part.voice_id, part.style) for part in cast if part.style is not None)),
    )


def _fields(named: Iterable[tuple[str | None, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, path in named:
        if name is not None and path not in found.get(name, ()):
            found[name] = (*found.get(name, ()), path)
    return found


def speakers(request: FilmRequest, defaults: Defaults) -> tuple[Speaker, ...]:
    """Return every script of the request with its avatar and voice, in film order."""
    avatar = request.avatar_id or defaults.avatar_id
    voice = request.voice_id or (None if request.persona else defaults.voice_id)  # a persona has its look's own
    if request.avatar_script is not None:
        return (Speaker(None, request.avatar_script, avatar, voice, style=style_of(request, None)),)
    return tuple(_scenes_parts(request, avatar, voice))


def _scenes_parts(request: FilmRequest, avatar: str | None, voice: str | None) -> Iterator[Speaker]:
    for number, scene in enumerate(request.scenes):
        if scene.script is not None:
            heard = scene.voice_id or (None if scene.avatar_id else voice)
            yield Speaker(
                number,
                scene.script,
                scene.avatar_id or avatar,
                heard,
                f"scenes.{number}.avatar_id" if scene.avatar_id else "avatar_id",
                f"scenes.{number}.voice_id" if scene.voice_id or scene.avatar_id else "voice_id",
                style_of(request, number),
            )


def speeches(
    request: FilmRequest,
    cast: tuple[Speaker, ...],
    service: AvatarService,
    rate: SpeechRate,
    looks: Mapping[str, Look],
) -> tuple[Speech, ...]:
    """Return each part as a take to be bought; parts without an avatar must have been refused before."""
    takes = []
    for part in cast:
        seconds = speech_seconds(part.script, rate, request.voice.speed)
        look = looks.get(part.avatar_id or "")
        engine = engine_for(look, service.engines)
        takes.append(
            Speech(
                key=f"presenter-{1 if part.scene is None else part.scene + 1}",
                scene=part.scene,
                avatar_id=part.avatar_id or "",
                voice_id=part.voice_id,
                seconds=seconds,
                cost=round(seconds * price_of(look, service.engines)),
                wait=service.wait.typical + seconds * service.wait_per_second,
                engine=engine.id if engine else None,
                style=part.style,
            )
        )
    return tuple(takes)


def plainly(plan: Plan, lacking: Collection[Styled]) -> Plan:
    """Return a plan whose takes are spoken without the styles that their voices are known to lack."""
    if not lacking:
        return plan
    takes = (replace(one, style=None) if (one.voice_id, one.style) in lacking else one for one in plan.speeches)
    return replace(plan, speeches=tuple(takes))


def wait(takes: tuple[Speech, ...], service: AvatarService) -> float:
    """Return the seconds until all takes are there; an account makes only so many at once."""
    if not takes:
        return 0.0
    return -(-len(takes) // service.at_once) * max(take.wait for take in takes)
