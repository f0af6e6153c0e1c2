"""The films of one order: takes are filmed once, and each film is laid out for itself from all of them.

Pure. Every step that composes one sees plan and request as if it were the only one (composition.py).
"""

from collections.abc import Iterator
from dataclasses import replace

from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.composition import alone
from shared.pipeline.plan.packaging import awaited, composing, files_of
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import COMPOSE_KEY, Plan, Rendition
from shared.pipeline.plan.request import AspectRatio, FilmRequest, OutputRequest, Resolution

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


def renditions(request: FilmRequest, tables: Tables, seconds: float, *, filmed: bool) -> tuple[Rendition, ...]:
    """Return the films an order asks for by name, planned to last `seconds`; `filmed`: they show footage."""
    return tuple(
        _rendition(compose_key(number), alone(request, one), tables, seconds, filmed=filmed)
        for number, one in enumerate(request.outputs, start=1)
    )


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
    told: dict[tuple[AspectRatio, Resolution], OutputRequest] = {}
    for index, one in enumerate(request.outputs):
        path = f"outputs.{index}"
        if known := told.get((one.aspect_ratio, one.resolution)):
            other = "" if known == one else ": one film has one container, and its MP4 is always made beside it"
            yield path, f"{one.aspect_ratio} at {one.resolution} is asked for twice{other}"
        told[one.aspect_ratio, one.resolution] = one
        if one.aspect_ratio not in tables.sizes.get(one.resolution, {}):
            yield f"{path}.resolution", f"{one.resolution} is not made in {one.aspect_ratio}"


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
