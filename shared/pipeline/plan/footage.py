"""Plans the footage: which clip Veo is asked for in which way, from which image, and where each scene stands in it.

The photo is the first frame of every chain whose first scene has no image of its own: the product must look the same
in each shot. Joined by cuts, where every scene is a shot, only one scene starts from the photo, or the film would jump
back to the same still at each cut; the others carry it as a reference image where the model can, else their words
alone are filmed and a warning says so. A model that takes references only carries every image as one. An extension
adds one fixed length: in a chain only the first scene (trimmed at its start, so that the shot goes on without a jump)
and the last (trimmed at its end) can be shorter than filmed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.capabilities import FootageModel, Limits
from shared.pipeline.plan.chains import divide
from shared.pipeline.plan.plan import Clip, Feature, Join, Sound, Stretch
from shared.pipeline.plan.request import FilmRequest, Resolution
from shared.pipeline.plan.timing import say, say_scenes
from shared.pipeline.plan.warned import Warned, WarningText


@dataclass(frozen=True, slots=True)
class Start:
    """How a chain's first clip is asked for; `image` is the request's field of the image it takes."""

    feature: Feature
    image: str | None = None


@dataclass(frozen=True, slots=True)
class FootagePlan:
    """What is filmed. A clip's `image` is still the request's field; `stretches` by scene index."""

    clips: tuple[Clip, ...] = ()
    stretches: Mapping[int, Stretch] = field(default_factory=dict)
    warnings: tuple[WarningText, ...] = ()


def film(request: FilmRequest, veo: FootageModel, limits: Limits) -> FootagePlan:
    """Plan every clip; `veo` offers what the request needs (planner checks it)."""
    division = divide(request, veo, limits)
    starts = _starts(request, veo, [chain[0] for chain in division.chains])
    clips: list[Clip] = []
    stretches: dict[int, Stretch] = {}
    for chain in division.chains:
        links = _links(request, veo, chain, starts[chain[0]])
        clips += links
        stretches |= {stretch.scene: stretch for stretch in _shown(request, links) if stretch.scene is not None}
    warnings = (*division.warnings, *_without_photo(request, starts), *_deviations(request, stretches))
    return FootagePlan(tuple(clips), stretches, warnings)


def _starts(request: FilmRequest, veo: FootageModel, firsts: list[int]) -> dict[int, Start]:
    photo = "image_url" if request.image_url is not None else "image" if request.image is not None else None
    starts: dict[int, Start] = {}
    photo_stood = False
    for number in firsts:
        if request.scenes[number].image_url is not None:
            way = Feature.REFERENCE if only_references(veo, request.resolution) else Feature.IMAGE
            starts[number] = Start(way, f"scenes.{number}.image_url")
        elif photo is None:
            starts[number] = Start(Feature.TEXT)
        elif only_references(veo, request.resolution):
            starts[number] = Start(Feature.REFERENCE, photo)
        elif photo_stood and request.b_roll.join is Join.CUT:
            references = veo.offers(Feature.REFERENCE, request.resolution)
            carried = bool(references) and references[-1] >= request.scenes[number].seconds
            starts[number] = Start(Feature.REFERENCE, photo) if carried else Start(Feature.TEXT)
        else:
            starts[number] = Start(Feature.IMAGE, photo)
            photo_stood = True
    return starts


def only_references(model: FootageModel, resolution: Resolution) -> bool:
    """Tell whether an image is the same product in every shot, and the first frame of none."""
    return not model.offers(Feature.IMAGE, resolution) and bool(model.offers(Feature.REFERENCE, resolution))


def _links(request: FilmRequest, veo: FootageModel, chain: tuple[int, ...], start: Start) -> tuple[Clip, ...]:
    links: list[Clip] = []
    for number in chain:
        before = links[-1] if links else None
        feature = Feature.EXTENSION if before else start.feature
        price = veo.rate(feature, request.resolution)
        rate = price.audio if request.b_roll.audio is Sound.DUCK else price.silent
        seconds = _smallest(veo.offers(feature, request.resolution), request.scenes[number].seconds)
        total = seconds + (before.total if before else 0)
        links.append(
            Clip(
                key=f"clip-{number + 1}",
                scene=number,
                feature=feature,
                seconds=seconds,
                total=total,
                image=None if before else start.image,
                before=before.key if before else None,
                cost=seconds * rate,
                worst_cost=total * rate,
                wait=veo.wait.typical,
            )
        )
    return tuple(links)


def _smallest(offered: tuple[int, ...], asked: float) -> int:
    return next((seconds for seconds in offered if seconds >= asked), offered[-1])


def _shown(request: FilmRequest, links: tuple[Clip, ...]) -> Iterator[Stretch]:
    first, last = links[0], links[-1]
    for link in links:
        asked = request.scenes[link.scene].seconds
        shown = float(min(asked, link.seconds) if link in (first, last) else link.seconds)
        begins = float(link.total - link.seconds)
        if link is first and link is not last:
            begins = link.total - shown
        yield Stretch(scene=link.scene, clip=link.key, chain=last.key, offset=begins, seconds=shown)


def _without_photo(request: FilmRequest, starts: Mapping[int, Start]) -> Iterator[WarningText]:
    bare = [number for number, start in starts.items() if start.feature is Feature.TEXT]
    if bare and (request.image_url is not None or request.image is not None):
        yield warning(
            Warned.PHOTO_UNSEEN, f"The photo is not seen in {say_scenes(bare)}, filmed from the description alone"
        )


def _deviations(request: FilmRequest, stretches: Mapping[int, Stretch]) -> Iterator[WarningText]:
    off = [(request.scenes[n].seconds, stretch.seconds, n) for n, stretch in stretches.items()]
    off = [one for one in off if one[0] != one[1]]
    asked_all = sum(request.scenes[number].seconds for number in stretches)
    shown_all = sum(stretch.seconds for stretch in stretches.values())
    in_all = f" (in all {say(shown_all)} instead of {say(asked_all)})" if asked_all != shown_all else ""
    for (asked, shown), group in groupby(sorted(off), key=lambda one: one[:2]):
        numbers = [number for _, _, number in group]
        verb = "last" if len(numbers) > 1 else "lasts"
        yield warning(
            Warned.FIXED_STEPS,
            f"{say_scenes(numbers).capitalize()} {verb} {say(shown)} instead of {say(asked)}: Veo makes a shot longer "
            f"in fixed steps{in_all}",
        )


def with_image_keys(clips: tuple[Clip, ...], keys: Mapping[str, str]) -> tuple[Clip, ...]:
    """Return the clips with each image's field replaced by the key of its image node."""
    return tuple(replace(clip, image=keys[clip.image]) if clip.image else clip for clip in clips)
