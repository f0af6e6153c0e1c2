"""What a film is composed from beside its files: of plan and request only what can change a frame or a sound.

The film's object is named by a hash of it (hole 191): a webhook's address, a price, a title for the console or a field
that newer code adds make no other film, and two releases give one film one name. Of several films each is composed as
if it were the only one (`laid_for`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.blends import composed_blends
from shared.pipeline.plan.picture import Hold, Inset, inset_for
from shared.pipeline.plan.plan import Plan, Stretch
from shared.pipeline.plan.request import AspectRatio, FilmRequest, OutputRequest, Resolution, SceneRequest, script_of
from shared.pipeline.plan.typography import OF_APPS, USUAL_TEXT, CaptionsBy
from shared.pipeline.plan.warned import Warned, WarningText

RENDERER = 7  # raised whenever the same composition may give other frames or another sound
CARD_PAINTER = 3  # the same of films with a product's card alone: all others keep their names
CLIP_PAINTER = 2  # the same of films with clips of the tenant's own


def composition(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return, plain, all that the edit is made from but the files themselves."""
    from shared.pipeline.plan.beside import carded  # not at a light function's start

    words = {"text": to_plain(request.text)} if request.text != USUAL_TEXT else {}
    words |= {"focus": to_plain(request.focus)} if request.focus else {}
    apart = {"safe_area": request.safe_area.value} if request.safe_area else {}  # what nobody asks for renames nothing
    loud = {"loudness": plan.loudness.value} if plan.loudness else {}
    tune = {"music": to_plain(plan.music)} if plan.music else {}
    brand = to_plain(request.brand) if request.brand else {}
    mark = {name: brand[name] for name in ("logo", "fonts") if brand.get(name)}
    ways = composed_blends(plan, request)
    shown = {"hold": request.hold.value} if request.hold not in (None, Hold.AUTO) else {}
    shown |= {"dip": request.transition_color} if request.transition_color else {}
    shown |= _carded(plan, request)
    painted: dict[str, Any] = {"product_card": to_plain(request.product_card), "card_painter": CARD_PAINTER}
    shown |= painted if carded(request) else {}
    shown |= {"inset": request.inset.value} if request.inset not in (None, Inset.AUTO) else {}
    lit = {"captions_by": request.captions_by.value} if plan.captions and request.captions_by is CaptionsBy.WORD else {}
    poster: dict[str, Any] = {"poster": request.poster.at} if request.poster and request.poster.at is not None else {}
    poster |= {"beside": to_plain(plan.beside), "fit": _fit(request)} if plan.beside else {}
    own = {each.own: scene.clip for each, scene in own_scenes(plan, request)}
    clips = {"own": own, "clip_painter": CLIP_PAINTER} if own else {}
    return (
        words
        | apart
        | loud
        | tune
        | mark
        | ways
        | shown
        | lit
        | poster
        | clips
        | {
            "renderer": RENDERER,
            "size": to_plain(plan.size),
            "length": plan.length.value,
            "sound": plan.sound.value,
            "captions": plan.captions,
            "place": to_plain(plan.place),
            "stretches": [to_plain(stretch) for stretch in plan.stretches],
            "clips": [[clip.key, clip.scene, clip.before, clip.seconds, clip.total] for clip in plan.clips],
            "speeches": [
                [speech.key, speech.scene, script_of(request, speech.scene) if plan.captions else ""]
                for speech in plan.speeches
            ],
            "scenes": [[scene.text_overlay, scene.visual_description is not None] for scene in request.scenes],
            "shape": request.aspect_ratio.value,
            "position": to_plain(request.avatar_position),
            "locale": request.voice.locale,
        }
    )


def _fit(request: FilmRequest) -> list[str | None]:
    return [request.image_fit.value, request.image_fit_color]


def own_scenes(plan: Plan, request: FilmRequest) -> Iterator[tuple[Stretch, SceneRequest]]:
    """Yield the scenes a film shows clips of the tenant's own in, as they follow."""
    for stretch in plan.stretches:
        if stretch.own and stretch.scene is not None:
            yield stretch, request.scenes[stretch.scene]


def _carded(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return, plain, the cards before and after a film; nothing where there are none."""
    cards = {name: card for name in ("intro", "outro") if (card := getattr(request, name))}
    if not cards:
        return {}
    from shared.pipeline.plan.cards import card_clips

    brand = request.brand
    looks = [brand.intro, brand.outro, brand.colors.primary] if brand else []
    comes = [request.transition, plan.transition, request.transition_seconds, plan.mirrored]
    unread = ("image_url", "image", "video_facts")  # their files are named
    plain = {name: to_plain(card) for name, card in cards.items()}
    bare = {name: {key: said for key, said in card.items() if key not in unread} for name, card in plain.items()}
    clips = {role.value: [clip.clip, clip.sound, clip.fit] for role, clip in card_clips(request).items()}
    moving: dict[str, Any] = {"card_clips": clips, "clip_painter": CLIP_PAINTER} if clips else {}
    return {"cards": bare, "carded": [*looks, *comes], **moving}


def canonical(value: object) -> str:
    """Return plain data as JSON that is the same wherever it was read: keys sorted, every number a float, ASCII."""
    return json.dumps(_even(value), sort_keys=True, separators=(",", ":"))


def _even(value: object) -> object:
    match value:
        case Mapping():
            return {key: _even(item) for key, item in value.items()}
        case list() | tuple():
            return [_even(item) for item in value]
        case int() if not isinstance(value, bool):
            return float(value)
    return value


def laid_for(plan: Plan, request: FilmRequest, key: str) -> tuple[Plan, FilmRequest]:
    """Return plan and request as of the film that node `key` composes alone."""
    found = next((one for one in plan.renditions if one.key == key), None)
    if found is None:
        return plan, request
    made = replace(plan, size=found.size, place=found.place, compose_cost=found.cost, compose_wait=found.wait)
    made, dressed = replace(made, files=found.files), found.dressed
    asked = OutputRequest(AspectRatio(found.aspect_ratio), Resolution(found.resolution))
    if dressed is None:
        return made, alone(request, asked)
    made = replace(made, planned_seconds=dressed.seconds, captions=dressed.captions, stretches=dressed.stretches)
    made = replace(made, loudness=dressed.loudness, music=dressed.music, transition=dressed.transition)
    return made, alone(request, replace(asked, dress=request.outputs[plan.renditions.index(found)].dress))


def compositions(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return what each film is composed from, by the key of its node."""
    return {one.key: composition(*laid_for(plan, request, one.key)) for one in plan.films}


def lacking(plan: Plan, key: str, why: str) -> WarningText:
    """Return the warning that one of several films could not be composed."""
    film = next(one for one in plan.films if one.key == key)
    kit = f', "brand": "{film.dressed.brand}"' if film.dressed else ""
    asked = f'{{"aspect_ratio": "{film.aspect_ratio}", "resolution": "{film.resolution}"{kit}}}'
    says = f"The film in {film.aspect_ratio} at {film.resolution} could not be composed: {why.rstrip('.')}"
    return warning(Warned.OUTPUT_LACKING, says, output=asked)


def alone(request: FilmRequest, output: OutputRequest) -> FilmRequest:
    """Return an order as of one of its films: apps cover tall ones only, panels stand beside wide footage only."""
    if output.dress:
        from shared.pipeline.plan.kit import rebranded  # not at a light function's start

        request = rebranded(request, output.dress.kit)
    tall = output.aspect_ratio is AspectRatio.TALL
    area = request.safe_area if tall or request.safe_area not in OF_APPS else None
    return replace(
        request,
        aspect_ratio=output.aspect_ratio,
        resolution=output.resolution,
        container=output.container or request.container,
        safe_area=area,
        inset=inset_for(request.inset, wide=output.aspect_ratio is AspectRatio.WIDE),
        outputs=(),
    )
