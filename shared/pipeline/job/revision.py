"""What a person may change about a film that exists, and which nodes must be made again because of it.

Only words, avatars and voices may change: the graph stays the same, so everything the change does not touch is kept
and never bought again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from shared.pipeline.codec import carried
from shared.pipeline.job.cast import at_most, pinned
from shared.pipeline.job.job import Job, Node
from shared.pipeline.plan.plan import Clip, Kind, Plan, Speech
from shared.pipeline.plan.prompts import clip_prompt
from shared.pipeline.plan.renditions import music_of, with_music
from shared.pipeline.plan.request import FilmRequest, SceneRequest, VoiceSettings, script_of, style_of
from shared.pipeline.plan.speakers import Needed
from shared.pipeline.plan.understudies import provider_at, refitted, take_at

AnyWords = TypeVar("AnyWords", FilmRequest, SceneRequest)


@dataclass(frozen=True, slots=True)
class SceneChange:
    """New words for one scene; None leaves them as they are."""

    visual_description: str | None = None
    camera_movement: str | None = None
    mood: str | None = None
    text_overlay: str | None = None
    script: str | None = None
    avatar_id: str | None = None
    voice_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New words for a film; scenes by number, counted from 0."""

    avatar_script: str | None = None
    avatar_id: str | None = None
    voice_id: str | None = None
    scenes: Mapping[int, SceneChange] | None = None
    voice: VoiceSettings | None = None  # what of it is given


class CannotChange(Exception):
    """The change does not fit the film; `details` says why by field."""

    def __init__(self, details: Mapping[str, list[str]]) -> None:
        super().__init__(", ".join(details))
        self.details = dict(details)


def changed(request: FilmRequest, change: Change) -> FilmRequest:
    """Return the request with the change in it. Raises CannotChange for scenes and scripts that are not there."""
    wrong: dict[str, list[str]] = {}
    scenes = list(request.scenes)
    for number, words in (change.scenes or {}).items():
        if not 0 <= number < len(scenes):
            wrong[f"scenes.{number}"] = [f"the film has {len(scenes)} scenes, counted from 0"]
            continue
        given = _given(words)
        missing = [
            name for name in ("script", "visual_description") if given.get(name) and not getattr(scenes[number], name)
        ]
        for name in missing:
            wrong[f"scenes.{number}.{name}"] = ["this scene had none: that would be another film; order a new one"]
        scenes[number] = _by_ids(replace(scenes[number], **given), given)
    if change.avatar_script and not request.avatar_script:
        wrong["avatar_script"] = ["the film had none: that would be another film; order a new one"]
    if wrong:
        raise CannotChange(wrong)
    top = {name: value for name, value in _given(change).items() if name != "scenes"}
    if change.voice:
        top["voice"] = replace(request.voice, **_given(change.voice))
    return _by_ids(replace(request, scenes=tuple(scenes), **top), top)


def _by_ids(words: AnyWords, given: Mapping[str, Any]) -> AnyWords:
    """Forget the persona of words whose avatar or voice was changed by id: the two may be another's now."""
    return replace(words, persona=None, persona_style=None) if {"avatar_id", "voice_id"} & given.keys() else words


def touched(job: Job, request: FilmRequest, plan: Plan, also: Iterable[str] = ()) -> frozenset[str]:
    """Return the keys of all nodes that the new request and plan make differently, and of all that follow them.

    Raises CannotChange when the new plan is another graph.
    """
    if {clip.key for clip in plan.clips} != {clip.key for clip in job.plan.clips}:
        raise CannotChange({"scenes": ["the change makes another film; order a new one"]})
    if {speech.key for speech in plan.speeches} != {speech.key for speech in job.plan.speeches}:
        raise CannotChange({"avatar_script": ["the change makes another film; order a new one"]})
    remake = set(also)
    for old_clip, new_clip in zip(job.plan.clips, plan.clips, strict=True):
        if _filmed(job.request, old_clip) != _filmed(request, new_clip):
            remake.add(new_clip.key)
    for old_speech, new_speech in zip(job.plan.speeches, plan.speeches, strict=True):
        if _spoken(job.request, old_speech) != _spoken(request, new_speech):
            remake.add(new_speech.key)
    films = {film.key for film in plan.films}
    if request != job.request or not remake <= films:
        remake |= films
    return following(job.nodes.values(), remake)


def asked_anew(job: Job, plan: Plan, remake: frozenset[str], needed: Needed) -> Needed:
    """Leave out what only kept takes speak with: their looks may be gone, and nobody is filmed with them again.

    Nor is the first service asked for what another one makes, because a kept take of its cast is that one's.
    """
    elsewhere = {key for key, node in job.nodes.items() if pinned(job, node, remake)}
    speeches = [speech for speech in plan.speeches if speech.key in remake - elsewhere]
    looks = {speech.avatar_id for speech in speeches}
    voices = {speech.voice_id for speech in speeches}
    styled = {(speech.voice_id, speech.style) for speech in speeches}
    return replace(
        needed,
        styled=tuple(each for each in needed.styled if each in styled),
        films=needed.films and any(clip.key in remake for clip in plan.clips),
        looks={look: fields for look, fields in needed.looks.items() if look in looks},
        voices={voice: fields for voice, fields in needed.voices.items() if voice in voices},
    )


def kept(job: Job, remake: frozenset[str]) -> Mapping[str, Speech]:
    """Return the takes that stay as they were filmed, by key."""
    return {speech.key: speech for speech in job.plan.speeches if speech.key not in remake}


def frozen(job: Job, plan: Plan, request: FilmRequest) -> Plan:
    """Return the plan with what every film made from a job keeps: model, size, sound, pictures, who takes over."""
    made_again = replace(
        plan,
        model=job.plan.model,
        footage=job.plan.footage,
        footage_account=job.plan.footage_account,
        filmed_as=job.plan.filmed_as,
        platform_accounts=job.plan.platform_accounts,
        size=job.plan.size,
        loudness=job.plan.loudness,
        transition=job.plan.transition,
        music=job.plan.music,
        pictures=job.plan.pictures,
        beside=job.plan.beside,
    )
    made_again = with_music(made_again, music_of(job.plan))
    return carried(job.plan, refitted(job.plan, made_again, request))


def following(nodes: Iterable[Node], keys: Iterable[str]) -> frozenset[str]:
    """Return these keys and those of every node made from them; nodes come in the order of the graph."""
    found = set(keys)
    for node in nodes:
        if found & set(node.needs):
            found.add(node.key)
    return frozenset(found)


def price(job: Job, plan: Plan, remake: frozenset[str]) -> tuple[int, int]:
    """Return what making these nodes costs, micro-dollars: ours, and the tenant's own accounts'."""
    unknown = remake - job.nodes.keys()
    if unknown:
        raise CannotChange({"nodes": [f"there is no {', '.join(sorted(unknown))} in this film"]})
    ours, theirs = _unspoken(plan, remake)
    for key, choice in _takes(job, plan, remake):
        take = take_at(plan, key, choice)
        cost = take.cost if take else 0
        if provider_at(plan, key, choice) in plan.platform_accounts:
            ours += cost
        else:
            theirs += cost
    return ours, theirs


def reserved(job: Job, plan: Plan, remake: frozenset[str]) -> int:
    """Return the most that making these nodes may cost us, micro-dollars, whichever services end up making them."""
    spoken = (at_most(plan, key, choice).paid_by_us for key, choice in _takes(job, plan, remake))
    return _unspoken(plan, remake)[0] + sum(spoken)


def _unspoken(plan: Plan, remake: frozenset[str]) -> tuple[int, int]:
    filmed = sum(clip.cost for clip in plan.clips if clip.key in remake)
    composed = sum(film.cost for film in plan.films if film.key in remake)
    return (composed, filmed) if plan.footage_account else (composed + filmed, 0)


def _takes(job: Job, plan: Plan, remake: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield the takes that are made anew, each with the service it begins at."""
    spoken = {speech.key for speech in plan.speeches}
    return ((key, pinned(job, node, remake)) for key, node in job.nodes.items() if key in remake & spoken)


def regenerable(job: Job) -> tuple[str, ...]:
    """Return the keys a person may ask to have made again."""
    return tuple(key for key, node in job.nodes.items() if node.kind in (Kind.CLIP, Kind.PRESENTER))


def _given(words: Any) -> dict[str, Any]:
    return {name: value for name in words.__slots__ if (value := getattr(words, name)) is not None}


def _filmed(request: FilmRequest, clip: Clip) -> tuple[object, ...]:
    return clip_prompt(request, clip.scene), clip.feature, clip.seconds, clip.image, clip.before


def _spoken(request: FilmRequest, speech: Speech) -> tuple[object, ...]:
    voice = replace(request.voice, style=style_of(request, speech.scene))
    return script_of(request, speech.scene), speech.avatar_id, speech.voice_id, voice
