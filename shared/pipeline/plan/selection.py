"""Which avatar service films an order: all are ranked, each with the reason in plain words.

Pure: the same input gives the same ranking. What rules a service out is told completely. Where the order asks for a
style, services whose voices have none stand behind the others. Then the order's `prefer` ranks them in classes a fifth
wide, so that small differences move nobody from one service to another; within a class the order of the tables stands,
which is by quality.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.pipeline.plan.capabilities import AvatarService
from shared.pipeline.plan.plan import MICROS
from shared.pipeline.plan.request import FilmRequest, Prefer
from shared.pipeline.plan.speakers import tuned
from shared.pipeline.vendors.figures import Outlook

CLASS = 1.2  # how much dearer or slower a service must be to stand in another class
TAKE_SECONDS = 20.0  # of speech: the take that services are compared by


@dataclass(frozen=True, slots=True)
class Candidate:
    """An avatar service as one tenant sees it for one order."""

    provider: str
    service: AvatarService
    has_key: bool  # a working account for the order's mode
    lacks: tuple[str, ...] = ()  # personas of the order that it knows under no id
    usual_seconds: float | None = None  # of a take of TAKE_SECONDS, as learnt; None = as the tables say
    styled: bool = True  # its voices can have a style; a matter only where the order asks for one
    in_plan: bool = True  # its tenant's plan has it


@dataclass(frozen=True, slots=True)
class Ranked:
    """A service, whether it can film the order, and why it stands where it stands."""

    provider: str
    fits: bool
    reason: str


def usual_seconds(provider: str, service: AvatarService, outlook: Outlook) -> float:
    """Return how long a service's take usually takes now, its turn in the queue included.

    By the engine most was learnt of; where nothing was learnt, as the tables say.
    """
    learnt = ((outlook.making(provider, engine.id), engine.id) for engine in service.engines)
    curve, engine = max(learnt, key=lambda each: each[0].weight)
    return outlook.queueing(provider, engine) + curve.quantile(0.5) * _planned(service)


def rank(request: FilmRequest, candidates: Sequence[Candidate], usual: Prefer = Prefer.QUALITY) -> tuple[Ranked, ...]:
    """Return all candidates, those that fit first and the best of them first; given in the order of the tables.

    `usual` is what the tenant's plan prefers where the order does not say.
    """
    prefer = request.prefer or usual
    against = [(each, "; ".join(_against(request, each))) for each in candidates]
    fitting = sorted(
        (each for each, why in against if not why),
        key=lambda each: (_plain(request, each), _class(prefer, each)),
    )
    ranked = [
        Ranked(each.provider, fits=True, reason=_reason(request, each, prefer, place, len(fitting)))
        for place, each in enumerate(fitting, start=1)
    ]
    return (*ranked, *(Ranked(each.provider, fits=False, reason=why) for each, why in against if why))


def _against(request: FilmRequest, candidate: Candidate) -> Iterator[str]:
    """Say everything that keeps a service from filming this order."""
    name, service = candidate.provider, candidate.service
    if request.provider is not None and request.provider != name:
        yield f"the order names {request.provider}"
    if not candidate.in_plan:
        yield "your plan does not have it"
    if candidate.lacks:
        yield f"it knows no ids of {', '.join(candidate.lacks)}"
    if not candidate.has_key:
        yield f"no working {name} key is stored for mode {request.mode}"
    if request.aspect_ratio not in service.ratios:
        yield f"it does not film {request.aspect_ratio}"
    if request.resolution not in service.resolutions:
        yield f"it does not film {request.resolution}"
    if (longest := _longest_script(request)) > service.script:
        yield f"it speaks {service.script} characters a take, and a script here has {longest}"
    if missing := [name for name in tuned(request.voice) if name not in service.voice]:
        yield f"its voices have no {' and no '.join(missing)}"


def _longest_script(request: FilmRequest) -> int:
    scripts = (request.avatar_script, *(scene.script for scene in request.scenes))
    return max(len(script or "") for script in scripts)


def _class(prefer: Prefer, candidate: Candidate) -> int:
    match prefer:
        case Prefer.QUALITY:
            return 0
        case Prefer.COST:
            return math.floor(math.log(max(1.0, _price(candidate)), CLASS))
        case Prefer.SPEED:
            return math.floor(math.log(max(1.0, _seconds(candidate)), CLASS))


def _plain(request: FilmRequest, candidate: Candidate) -> bool:
    """Tell whether a service would leave out the style an order asks for."""
    return request.voice.style is not None and not candidate.styled


def _reason(request: FilmRequest, candidate: Candidate, prefer: Prefer, place: int, fitting: int) -> str:
    cost = f"${_price(candidate) / MICROS:.4f} a second of speech at most"
    time = f"about {_seconds(candidate):.0f} s for {TAKE_SECONDS:.0f} s of speech"
    plain = f", without the style {request.voice.style}" if _plain(request, candidate) else ""
    if fitting == 1:
        return f"the only one that can: {cost}, {time}{plain}"
    whose = " (as your plan prefers)" if request.prefer is None else ""
    return f"{place} of {fitting} by {prefer}{whose}: {cost}, {time}{plain}"


def _price(candidate: Candidate) -> int:
    """Micro-dollars a second at most: which engine films a look is known only when the service was asked."""
    return max(price for engine in candidate.service.engines for price in engine.prices.values())


def _seconds(candidate: Candidate) -> float:
    return _planned(candidate.service) if candidate.usual_seconds is None else candidate.usual_seconds


def _planned(service: AvatarService) -> float:
    """Return what the tables say of the take that services are compared by."""
    return service.wait.typical + TAKE_SECONDS * service.wait_per_second
