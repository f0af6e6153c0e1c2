"""What may be changed about a film without buying anything: how the takes it was made from are laid out.

Pure: the plan of a version keeps every clip and take of the plan it comes from, and differs in what composing alone
decides. Mistakes are told by the fields of the edit as it was sent, all at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from shared.pipeline.job.asked_recut import Recut, SceneRecut
from shared.pipeline.job.rearranged import rearranged, refuse_order
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.job.scene_recut import recut_scene, refuse_scene
from shared.pipeline.plan import images
from shared.pipeline.plan.beside import card_warnings, carded, poster_warnings, refuse_no_photo, with_besides
from shared.pipeline.plan.blends import planned_blend, read_from_the_right
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.cards import refuse_card_clips, refuse_empty_cards
from shared.pipeline.plan.composition import canonical, compositions
from shared.pipeline.plan.images import refuse_unknown_backdrop
from shared.pipeline.plan.insets import refuse_beside
from shared.pipeline.plan.kit import rebranded, still_filled, unseen, without
from shared.pipeline.plan.packaging import awaited, composing, files_of
from shared.pipeline.plan.picture import FilmCard
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Length, Plan, Stretch
from shared.pipeline.plan.plan_warnings import plan_warnings
from shared.pipeline.plan.planner import film_seconds
from shared.pipeline.plan.refusals import CannotPlan, refuse_app_area, refuse_too_long
from shared.pipeline.plan.renditions import (
    music_of,
    music_orders,
    refuse_outputs,
    renditions,
    with_music,
    with_renditions,
)
from shared.pipeline.plan.request import FilmRequest, OutputRequest
from shared.pipeline.plan.staging import Audio, Position
from shared.pipeline.plan.stretches import owned, unfilmed, with_speech

_UNCHANGED = "changes nothing: say what is to be otherwise, in order, scenes, captions, text, audio or outputs, for one"

__all__ = ["Laid", "Recut", "SceneRecut", "laid_out"]


@dataclass(frozen=True, slots=True)
class Laid:
    """A film laid out anew."""

    request: FilmRequest
    plan: Plan
    newer: bool = False  # it shows a shot in a way only this release and later ones know


def laid_out(request: FilmRequest, plan: Plan, recut: Recut, tables: Tables) -> Laid:
    """Return the request and the plan of a version. Raises CannotChange with every mistake."""
    wrong: dict[str, list[str]] = {}
    for path, why in _mistakes(request, plan, recut, tables):
        wrong.setdefault(path, []).append(why)
    if wrong:
        raise CannotChange(wrong)
    worded = _worded(request, recut)
    if not_so := (
        *refuse_empty_cards(worded),
        *refuse_card_clips(worded),
        *refuse_no_photo(worded),
        *refuse_outputs(worded, tables),
    ):
        raise CannotChange({path: [why] for path, why in not_so})
    seconds = {each.scene: each.seconds for each in recut.scenes}
    kept, newer = rearranged(with_besides(plan, request, worded), recut.order, seconds)
    if recut.transition or any(each.transition for each in recut.scenes):
        kept = replace(kept, mirrored=read_from_the_right(worded))
    made = _planned(replace(kept, stretches=_stretches(kept, worded, recut, tables)), worded, tables)
    tunes = [(order.audio.music, music_orders(of, order)) for of, order in ((plan, request), (made, worded))]
    unheard = tunes[0] == tunes[1]  # another one's file is looked for later
    if unheard and _shown(made, worded) == _shown(plan, request):
        already = ["nothing would be different: the film is like that already"]
        raise CannotChange(dict.fromkeys(recut.fields, already) or {"body": [_UNCHANGED]})
    return Laid(worded, made, newer)


def _shown(plan: Plan, request: FilmRequest) -> Mapping[str, str]:
    files = {film.key: list(film.files) for film in plan.films}
    return {key: canonical([each, files[key]]) for key, each in compositions(plan, request).items()}


def _worded(request: FilmRequest, recut: Recut) -> FilmRequest:
    """Return the request as it would have asked for this film: its kit first, then what the edit says itself."""
    if recut.brand:
        request = rebranded(request, recut.brand.kit)
    scenes = list(request.scenes)
    for each in recut.scenes:
        scenes[each.scene] = recut_scene(scenes[each.scene], each)
    request = replace(request, product_card=recut.product_card or request.product_card)
    position = request.avatar_position if recut.avatar_position is None else recut.avatar_position
    made = replace(
        request,
        scenes=tuple(scenes),
        brand=still_filled(request.brand, recut.fields),
        avatar_position=None if position == Position() else position,
        captions=request.captions if recut.captions is None else recut.captions,
        captions_by=recut.captions_by or request.captions_by,
        text=request.text if recut.text is None else recut.text,
        safe_area=recut.safe_area or request.safe_area,
        audio=_heard(request.audio, recut),
        background=recut.background or request.background,
        length=recut.length or request.length,
        b_roll=replace(request.b_roll, audio=recut.audio or request.b_roll.audio),
        aspect_ratio=recut.aspect_ratio or request.aspect_ratio,
        resolution=recut.resolution or request.resolution,
        focus=recut.focus or request.focus,
        hold=recut.hold or request.hold,
        poster=recut.poster or request.poster,
        container=recut.container or request.container,
        preview=recut.preview or request.preview,
        inset=recut.inset or request.inset,
        product_card=request.product_card if carded(request) else None,
        transition=recut.transition or request.transition,
        transition_seconds=recut.transition_seconds or request.transition_seconds,
        transition_color=recut.transition_color or request.transition_color,
        intro=_card(request.intro, recut.intro),
        outro=_card(request.outro, recut.outro),
        outputs=_still_worn(request, recut) if recut.outputs is None else recut.outputs,
    )
    return replace(made, said=unseen(made, _said(request, recut)))


def _said(request: FilmRequest, recut: Recut) -> set[str]:
    """Return what the order and its edits said themselves, by path; another look of words takes all of the old away."""
    before = (path for path in request.said or () if recut.text is None or not path.startswith("text."))
    return {*before, *recut.fields, *(f"text.{name}" for name in recut.usual_text or ())}


def _still_worn(request: FilmRequest, recut: Recut) -> tuple[OutputRequest, ...]:
    """Return the films an edit leaves: what it says itself, no kit of theirs says otherwise."""
    return tuple(
        replace(each, dress=without(each.dress, recut.fields)) if each.dress else each for each in request.outputs
    )


def _card(old: FilmCard | None, new: FilmCard | None) -> FilmCard | None:
    return old if new is None else new if new.seconds != 0 else None


def _heard(audio: Audio, recut: Recut) -> Audio:
    music = audio.music if recut.music is None else recut.music if recut.music.audio else None
    return replace(audio, loudness=recut.loudness or audio.loudness, music=music)


def _stretches(plan: Plan, request: FilmRequest, recut: Recut, tables: Tables) -> tuple[Stretch, ...]:
    """Return the scenes as they follow; those before a backdrop as long as the new words and length ask."""
    own = {each.scene for each in recut.scenes if each.background}

    def relaid(stretch: Stretch) -> Stretch:
        number = stretch.scene
        if stretch.own and number is not None:
            return owned(request, number)
        if stretch.backdrop is None:
            return stretch
        film_wide = number is None or request.scenes[number].background is None
        new = number in own or (film_wide and recut.background is not None)
        new = new or (recut.brand is not None and stretch.backdrop.image is None)  # drawn in the brand's own colour
        return unfilmed(
            request, number, images.backdrop(request, number, tables, {}) if new else stretch.backdrop, plan.speeches
        )

    return with_speech([relaid(each) for each in plan.stretches], {take.scene: take.seconds for take in plan.speeches})


def _planned(plan: Plan, request: FilmRequest, tables: Tables) -> Plan:
    """Return the plan with all that follows from how it is laid out: size, place, length, price."""
    seconds = film_seconds(request, plan.stretches, plan.speeches)
    try:
        refuse_too_long(request, tables, plan.speeches, seconds)
    except CannotPlan as cannot:
        told = {
            path if path.endswith(("container", "preview")) else "scenes": why for path, why in cannot.details.items()
        }
        raise CannotChange(told) from cannot
    named = {picture.key: picture.field for picture in plan.pictures}
    clips = tuple(replace(clip, image=named.get(clip.image or "")) for clip in plan.clips)  # as a request names them
    footage = any(each.clip or each.own for each in plan.stretches)
    wait = awaited(request, tables, seconds)
    alone = replace(
        plan,
        aspect_ratio=request.aspect_ratio.value,
        resolution=request.resolution.value,
        size=tables.sizes[request.resolution][request.aspect_ratio],
        length=request.length,
        sound=request.b_roll.audio,
        loudness=request.audio.loudness or plan.loudness,
        music=plan.music if request.audio.music else None,
        transition=planned_blend(request, plan.transition),
        place=placement(request, footage=footage),
        captions=request.captions,
        planned_seconds=round(seconds, 3),
        estimated_wait=round(wait, 1),
        compose_cost=round(composing(request, tables, seconds) * tables.compute.price),
        compose_wait=round(wait, 1),
        files=files_of(request),
        warnings=(
            *plan_warnings(request, clips, plan.stretches, plan.speeches),
            *card_warnings(plan, request),
            *poster_warnings(request, seconds),
        ),
    )
    made = with_renditions(alone, renditions(request, alone, tables, seconds, filmed=footage))
    return with_music(made, music_of(plan))


def _mistakes(request: FilmRequest, plan: Plan, recut: Recut, tables: Tables) -> Iterator[tuple[str, str]]:
    shown = {each.scene for each in plan.stretches}
    if recut.length is Length.SCRIPT and not plan.speeches:
        yield "length", 'cannot be "script": nobody speaks in this film'
    shape, size = recut.aspect_ratio or request.aspect_ratio, recut.resolution or request.resolution
    if shape not in tables.sizes.get(size, {}):
        yield "resolution" if recut.resolution else "aspect_ratio", f"{size} is not made in {shape}"
    yield from _outputs(request, recut)
    path = "safe_area" if recut.safe_area else "outputs" if recut.outputs is not None else "aspect_ratio"
    outputs = request.outputs if recut.outputs is None else recut.outputs
    shapes = [one.aspect_ratio for one in outputs] or [shape]
    yield from refuse_app_area(path, recut.safe_area or request.safe_area, shapes)
    path = "inset" if recut.inset else path if path != "safe_area" else "aspect_ratio"
    yield from refuse_beside(path, recut.inset or request.inset, shapes)
    yield from refuse_unknown_backdrop("background", recut.background, tables)
    yield from refuse_order(recut.order, shown)
    told: set[int] = set()
    for index, each in enumerate(recut.scenes):
        path = f"scenes.{index}"
        if each.scene in told:
            yield f"{path}.scene", f"{each.scene} is named twice: put its changes together"
        told.add(each.scene)
        if not 0 <= each.scene < len(request.scenes):
            yield f"{path}.scene", f"the film has {len(request.scenes)} scenes, counted from 0"
        elif each.scene not in shown:
            yield f"{path}.scene", "is not in this film; edit one that shows it"
        elif recut.order and each.scene not in recut.order and each != SceneRecut(each.scene):
            why = (
                f"order leaves it out, so nothing of it is seen: put {each.scene} into order, or leave its changes out"
            )
            yield f"{path}.scene", why
        else:
            yield from refuse_scene(path, plan, each, request.scenes[each.scene], tables)


def _outputs(request: FilmRequest, recut: Recut) -> Iterator[tuple[str, str]]:
    for name in ("aspect_ratio", "resolution"):
        if getattr(recut, name) and (request.outputs if recut.outputs is None else recut.outputs):
            yield name, "is that of a film without outputs: say each film's in outputs"
