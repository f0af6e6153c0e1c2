"""Turns a request into a plan: four kinds of film, what each node is asked for, what it costs and how long it takes.

Pure: the same request, tables, defaults and looks always give the same plan. What a request alone can't show to be
wrong (rules.py, the door) but the tables can (a model without 1080p, an avatar nobody named) raises CannotPlan, all at
once. What only the avatar service knows is asked in between: `to_ask` says what, the answers come back as `looks`.

Keys of nodes: `clip-k` films scene k, `presenter-k` speaks scene k's script (`presenter-1` a script over the whole
film), scenes counted from 1; `image-k` is the k-th different image in film order; the last node is `compose`, followed
by `compose-k` for the k-th of several outputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.pipeline.codec import from_plain, to_plain
from shared.pipeline.plan import images, speakers
from shared.pipeline.plan.beside import besides, card_warnings, poster_warnings
from shared.pipeline.plan.blends import read_from_the_right
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.cards import cards_seconds
from shared.pipeline.plan.filmers import films_by
from shared.pipeline.plan.footage import FootagePlan, film, with_image_keys
from shared.pipeline.plan.heard import USUAL_LOUDNESS
from shared.pipeline.plan.looks import Look
from shared.pipeline.plan.packaging import awaited, composing, files_of
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Blend, Clip, Kind, Picture, Plan, Speech, Stretch
from shared.pipeline.plan.plan_warnings import engine_warnings, plan_warnings
from shared.pipeline.plan.refusals import CannotPlan, refuse_impossible, refuse_too_long
from shared.pipeline.plan.renditions import renditions, with_renditions
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.speakers import Defaults, Needed
from shared.pipeline.plan.stretches import owned, unfilmed, with_speech
from shared.pipeline.plan.timing import lasting
from shared.pipeline.plan.understudies import understudies_of
from shared.pipeline.plan.unseen import seen, unseen_warnings
from shared.pipeline.plan.unshown import unshown_warnings

__all__ = ["CannotPlan", "Defaults", "PlannedNode", "nodes", "plan", "plan_from_document", "plan_to_document", "to_ask"]

NO_LOOKS: Mapping[str, Look] = {}
NONE_KEPT: Mapping[str, Speech] = {}


def to_ask(request: FilmRequest, tables: Tables, defaults: Defaults) -> Needed:
    """Return what the avatar service must be asked first; raises CannotPlan when no answer could help."""
    cast = speakers.speakers(request, defaults)
    provider = (request.provider or defaults.provider) if cast else ""
    filmed = plan(request, tables, defaults).footage_account
    service = tables.presenters.get(provider)
    asked = speakers.needed(request, cast, provider, service.marked_plans if service else ())
    if not filmed or asked.provider not in ("", filmed):
        return asked
    return replace(asked, provider=filmed, films=True)


def plan(
    request: FilmRequest,
    tables: Tables,
    defaults: Defaults,
    looks: Mapping[str, Look] = NO_LOOKS,
    kept: Mapping[str, Speech] = NONE_KEPT,
) -> Plan:
    """Plan the film; raises CannotPlan naming every reason by field.

    `looks` are those the avatar service told about; a film of others is planned too, at the default engine's price, and
    says so. `kept` are takes by key that were filmed already and stay as they are, whatever becomes of their looks.
    """
    cast = speakers.speakers(request, defaults)
    provider = (request.provider or defaults.provider) if cast else ""
    models = films_by(request, tables, defaults)
    refuse_impossible(request, tables, cast, provider, looks, models, turned_on=defaults.heygen_footage)
    service = tables.presenters[provider] if provider else None
    asked = speakers.speeches(request, cast, service, tables.speech, looks) if service else ()
    takes = tuple(kept.get(take.key, take) for take in asked)
    shot = seen(request, takes)
    filmed = any(scene.visual_description is not None for scene in shot.scenes)
    moving = any(scene.pictured for scene in shot.scenes)
    model = models[request.b_roll.model] if filmed else None
    footage = film(shot, model, tables.limits) if model else FootagePlan()
    pictures, keys = images.numbered(shot, images.needed(shot, footage.clips), tables.image_wait)
    clips = with_image_keys(footage.clips, keys)
    stretches = _stretches(shot, footage, takes, tables, keys)
    seconds = film_seconds(shot, stretches, takes)
    refuse_too_long(request, tables, takes, seconds)
    compose_wait = awaited(request, tables, seconds)
    footage_wait = max([_ready(clip, clips, pictures) for clip in clips], default=0.0)
    footage_wait *= -(-len(clips) // (model.at_once or len(clips))) if model and clips else 1
    spoken_wait = speakers.wait(takes, service) if service else 0.0
    planned = Plan(
        title=request.product_title,
        aspect_ratio=request.aspect_ratio.value,
        resolution=request.resolution.value,
        size=tables.sizes[request.resolution][request.aspect_ratio],
        join=request.b_roll.join,
        length=request.length,
        sound=request.b_roll.audio,
        model=model.id if model else "",
        footage=model.vendor if model else "veo",
        footage_account=model.account if model else "",
        filmed_as=model.filmed_as.get(request.resolution, "") if model else "",
        provider=provider,
        mode=request.mode.value,
        place=placement(request, footage=moving),
        captions=request.captions,
        pictures=pictures,
        clips=clips,
        speeches=takes,
        stretches=stretches,
        planned_seconds=round(seconds, 3),
        estimated_wait=round(max(footage_wait, spoken_wait) + compose_wait, 1),
        compose_cost=round(composing(request, tables, seconds) * tables.compute.price),
        warnings=(
            *unseen_warnings(request, shot, takes),
            *footage.warnings,
            *unshown_warnings(request, footage.clips, footage.stretches, takes),
            *plan_warnings(request, footage.clips, stretches, takes),
            *(engine_warnings(provider, service, [one for one in takes if one.key not in kept]) if service else ()),
        ),
        compose_wait=round(compose_wait, 1),
        files=files_of(request),
        takes_at_once=service.at_once if service else None,
        loudness=request.audio.loudness or USUAL_LOUDNESS,
        transition=request.transition or Blend.AUTO,
        mirrored=read_from_the_right(request),
        beside=besides(request, keys),
    )
    beside = (*card_warnings(planned, request), *poster_warnings(request, seconds))
    planned = replace(planned, warnings=(*planned.warnings, *beside))
    return with_renditions(planned, renditions(request, planned, tables, seconds, filmed=moving))


def _stretches(
    request: FilmRequest, footage: FootagePlan, takes: tuple[Speech, ...], tables: Tables, keys: Mapping[str, str]
) -> tuple[Stretch, ...]:
    def before(scene: int | None) -> Stretch:
        if scene is not None and request.scenes[scene].clip is not None:
            return owned(request, scene)
        return unfilmed(request, scene, images.backdrop(request, scene, tables, keys), takes)

    spoken = {take.scene: take.seconds for take in takes}
    if not request.scenes:
        return (before(None),)
    filmed = footage.stretches
    return with_speech([filmed.get(number) or before(number) for number in range(len(request.scenes))], spoken)


def film_seconds(request: FilmRequest, stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]) -> float:
    """Return how long a film is planned to last, with its cards."""
    return cards_seconds(request) + _scenes_seconds(request, stretches, takes)


def _scenes_seconds(request: FilmRequest, stretches: tuple[Stretch, ...], takes: tuple[Speech, ...]) -> float:
    spoken = {take.scene: take.seconds for take in takes}
    if None in spoken and not request.scenes:
        return spoken[None]
    if None in spoken:
        return lasting(request.length, sum(stretch.seconds for stretch in stretches), spoken[None])
    return sum(lasting(request.length, stretch.seconds, spoken.get(stretch.scene)) for stretch in stretches)


def _ready(clip: Clip, clips: tuple[Clip, ...], pictures: tuple[Picture, ...]) -> float:
    """Return the seconds until a clip is there: it waits for its image, or for the clip it extends."""
    image = next((picture.wait for picture in pictures if picture.key == clip.image), 0.0)
    before = next((_ready(one, clips, pictures) for one in clips if one.key == clip.before), 0.0)
    return image + before + clip.wait


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """One node of the job's graph, before anything has happened to it."""

    key: str
    kind: Kind
    needs: tuple[str, ...]
    cost: int  # micro-dollars
    worst_cost: int  # micro-dollars, should Vertex bill an extension's merged length, or another service make a take
    expected_seconds: float
    paid: bool  # one call that costs money, and may not be repeated blindly
    provider: str  # "" where we do the work


def nodes(plan: Plan) -> tuple[PlannedNode, ...]:
    """Return the plan's nodes so that each comes after all it needs: images, clips, presenters, compose."""
    found = [PlannedNode(one.key, Kind.IMAGE, (), 0, 0, one.wait, paid=False, provider="") for one in plan.pictures]
    for clip in plan.clips:
        needs = tuple(key for key in (clip.image, clip.before) if key)
        found.append(
            PlannedNode(
                clip.key, Kind.CLIP, needs, clip.cost, clip.worst_cost, clip.wait, paid=True, provider=plan.footage
            )
        )
    found += [
        PlannedNode(
            one.key, Kind.PRESENTER, (), one.cost, _worst(plan, one), one.wait, paid=True, provider=plan.provider
        )
        for one in plan.speeches
    ]
    shown = _shown(plan)
    composed = (
        PlannedNode(one.key, Kind.COMPOSE, shown, one.cost, one.cost, one.wait, paid=False, provider="")
        for one in plan.films
    )
    return (*found, *composed)


def _worst(plan: Plan, take: Speech) -> int:
    """Return what a take costs at the dearest service that may make it."""
    others = [each for other in understudies_of(plan, take.key) for each in other.takes if each.key == take.key]
    return max(each.cost for each in (take, *others))


def _shown(plan: Plan) -> tuple[str, ...]:
    """Return the nodes whose files the film is made of: backdrops, each chain's last link, presenters, images."""
    backdrops = (stretch.backdrop.image for stretch in plan.stretches if stretch.backdrop)
    presenters = (speech.key for speech in plan.speeches)
    beside = (one.key for one in plan.beside)
    return tuple(dict.fromkeys(key for key in (*backdrops, *plan.chains, *presenters, *beside) if key))


def plan_to_document(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain JSON-able maps."""
    plain: dict[str, Any] = to_plain(plan)
    return plain


def plan_from_document(data: Mapping[str, Any]) -> Plan:
    """Read a stored plan; raises codec.Unreadable naming what does not fit."""
    return from_plain(Plan, data)
