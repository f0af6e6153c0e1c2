"""The films of one order: takes are filmed once, and each film is laid out for itself from all of them.

Pure. Every step that composes one sees plan and request as if it were the only one (composition.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.cards import cards_seconds, refuse_card_clips, refuse_empty_cards
from shared.pipeline.plan.composition import alone, laid_for
from shared.pipeline.plan.dress import Dress
from shared.pipeline.plan.heard import USUAL_LOUDNESS, Music
from shared.pipeline.plan.images import backdrop, refuse_unknown_backdrop
from shared.pipeline.plan.packaging import awaited, composing, files_of
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import COMPOSE_KEY, Blend, Dressed, Plan, Rendition
from shared.pipeline.plan.request import AspectRatio, FilmRequest, OutputRequest, Resolution, label_of
from shared.pipeline.plan.staging import MusicOrder

FILMED = (AspectRatio.TALL, AspectRatio.WIDE)  # the shapes that footage is filmed in where no other is asked for


def filmed_for(request: FilmRequest, *, shape: bool, resolution: bool) -> FilmRequest:
    """Return an order with the shape and resolution to film in that its outputs ask for; of both, what it names stays.

    `shape`, `resolution`: it names it. The first output that can be filmed as it is decides.
    """
    if not request.outputs:
        return request
    likely = [one for one in request.outputs if one.aspect_ratio in FILMED]
    first = likely[0] if likely else OutputRequest(AspectRatio.TALL, request.outputs[0].resolution)
    return replace(
        request,
        aspect_ratio=request.aspect_ratio if shape else first.aspect_ratio,
        resolution=request.resolution if resolution else first.resolution,
    )


def compose_key(number: int) -> str:
    """Return the key of the node that composes the k-th film, counted from 1."""
    return COMPOSE_KEY if number == 1 else f"{COMPOSE_KEY}-{number}"


def renditions(
    request: FilmRequest, plan: Plan, tables: Tables, seconds: float, *, filmed: bool
) -> tuple[Rendition, ...]:
    """Return the films an order asks for by name, planned to last `seconds`; `filmed`: they show footage.

    One that wears another kit lasts as much longer or shorter as its own cards do.
    """
    made = list[Rendition]()
    for number, output in enumerate(request.outputs, start=1):
        film = alone(request, output)
        lasts = seconds if output.dress is None else seconds - cards_seconds(request) + cards_seconds(film)
        one = _rendition(compose_key(number), film, tables, lasts, filmed=filmed)
        made.append(replace(one, dressed=_dressed(output.dress, request, film, plan, tables, lasts)))
    return tuple(made)


def _dressed(
    dress: Dress | None, request: FilmRequest, film: FilmRequest, plan: Plan, tables: Tables, seconds: float
) -> Dressed | None:
    """Return what is planned otherwise for a film of another kit; its music is found later (`with_music`)."""
    if dress is None:
        return None
    loudness = film.audio.loudness or (USUAL_LOUDNESS if request.audio.loudness else plan.loudness)
    transition = film.transition or (Blend.AUTO if request.transition else plan.transition)
    stretches = tuple(
        replace(each, backdrop=backdrop(film, each.scene, tables, {}))
        if each.backdrop and each.backdrop.image is None
        else each
        for each in plan.stretches
    )
    return Dressed(dress.asked, round(seconds, 3), film.captions, stretches, loudness, None, transition)


def music_orders(plan: Plan, request: FilmRequest) -> Mapping[str, MusicOrder]:
    """Return the music of the films that wear another kit than the order's, by the keys of their nodes."""
    films = {one.key: laid_for(plan, request, one.key)[1] for one in plan.renditions if one.dressed}
    return {key: film.audio.music for key, film in films.items() if film.audio.music}


def with_music(plan: Plan, found: Mapping[str, Music]) -> Plan:
    """Return a plan whose films of other kits have this music, by the keys of their nodes."""
    return replace(
        plan,
        renditions=tuple(
            replace(one, dressed=replace(one.dressed, music=found.get(one.key))) if one.dressed else one
            for one in plan.renditions
        ),
    )


def music_of(plan: Plan) -> Mapping[str, Music]:
    """Return the music of the films that wear another kit than the order's."""
    return {one.key: one.dressed.music for one in plan.renditions if one.dressed and one.dressed.music}


def with_renditions(plan: Plan, films: tuple[Rendition, ...]) -> Plan:
    """Return a plan that makes these films, composed side by side; none: the one film it makes already."""
    if not films:
        return replace(plan, renditions=())
    first, longest = films[0], max(one.wait for one in films)
    return replace(
        plan,
        size=first.size,
        place=first.place,
        compose_cost=first.cost,
        compose_wait=first.wait,
        files=first.files,
        estimated_wait=round(plan.estimated_wait - plan.compose_wait + longest, 1),
        renditions=films,
    )


def refuse_outputs(request: FilmRequest, tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield why outputs cannot be made, by field."""
    told: dict[tuple[AspectRatio, Resolution, str], OutputRequest] = {}
    for index, one in enumerate(request.outputs):
        path, label = f"outputs.{index}", label_of(request, index) or ""
        if known := told.get((one.aspect_ratio, one.resolution, label)):
            same = known.container == one.container
            other = "" if same else ": one film has one container, and its MP4 is always made beside it"
            dressed = f" in {label or 'no kit'}" if one.dress or known.dress else ""
            says = f"{one.aspect_ratio} at {one.resolution} is asked for twice{dressed}{other}"
            yield path, f"{says}; with a brand kit of its own ({path}.brand) it would be another film"
        told[one.aspect_ratio, one.resolution, label] = one
        yield from _refuse_dress(path, request, one, tables)
        if one.aspect_ratio not in tables.sizes.get(one.resolution, {}):
            yield f"{path}.resolution", f"{one.resolution} is not made in {one.aspect_ratio}"


def _refuse_dress(path: str, request: FilmRequest, output: OutputRequest, tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield why a film cannot wear its kit."""
    if output.dress is None:
        return
    film = alone(request, output)
    for where, why in (
        *refuse_empty_cards(film),
        *refuse_card_clips(film),
        *refuse_unknown_backdrop("background", film.background, tables),
    ):
        yield f"{path}.brand", f"with this kit {where} {why}"


def _rendition(key: str, request: FilmRequest, tables: Tables, seconds: float, *, filmed: bool) -> Rendition:
    return Rendition(
        key=key,
        aspect_ratio=request.aspect_ratio.value,
        resolution=request.resolution.value,
        size=tables.sizes[request.resolution][request.aspect_ratio],
        place=placement(request, footage=filmed),
        cost=round(composing(request, tables, seconds) * tables.compute.price),
        wait=round(awaited(request, tables, seconds), 1),
        files=files_of(request),
    )
