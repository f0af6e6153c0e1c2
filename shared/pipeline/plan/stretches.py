"""Lets scenes before a backdrop last as long as what is said in them: an empty backdrop shows nobody anything.

So does a scene that shows a clip of the tenant's own and has a script: the clip is cut or held to what is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.pipeline.plan.picture import file_key
from shared.pipeline.plan.plan import Backdrop, Length, Speech, Stretch
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.timing import SHORTEST_BACKDROP, TAIL, following, reading_seconds


def unfilmed(request: FilmRequest, scene: int | None, behind: Backdrop, takes: Sequence[Speech]) -> Stretch:
    """Return a scene before a backdrop, before its speech is known; None: a presenter's film without scenes."""
    spoken = {take.scene for take in takes}
    seconds = takes[0].seconds if scene is None else request.scenes[scene].seconds
    least = None if scene is None else _least(request, scene, silent=not spoken & {None, scene})
    return Stretch(scene, clip=None, chain=None, offset=0.0, seconds=seconds, backdrop=behind, least=least)


def owned(request: FilmRequest, number: int) -> Stretch:
    """Return a scene that shows a clip of the tenant's own, before its speech is known."""
    scene = request.scenes[number]
    first = next(index for index, each in enumerate(request.scenes) if each.clip == scene.clip)
    spoken = scene.script is not None and scene.duration is None and request.length is not Length.FILM
    return Stretch(
        number,
        clip=None,
        chain=None,
        offset=scene.clip_start or 0.0,
        seconds=scene.seconds,
        least=SHORTEST_BACKDROP if spoken else None,
        own=file_key(first),
    )


def _least(request: FilmRequest, number: int, *, silent: bool) -> float | None:
    """Return the least seconds of a backdrop scene that lasts as long as what is said; None when it does not."""
    scene = request.scenes[number]
    if scene.duration is not None or request.length is Length.FILM or silent:
        return None
    return max(SHORTEST_BACKDROP, reading_seconds(scene.text_overlay) if scene.text_overlay else 0.0)


def with_speech(stretches: Sequence[Stretch], spoken: Mapping[int | None, float]) -> tuple[Stretch, ...]:
    """Return the stretches with the seconds their speech gives them; `spoken` seconds by scene (None = all)."""
    if None not in spoken:
        return tuple(_alone(one, spoken.get(one.scene)) for one in stretches)
    fixed = sum(one.seconds for one in stretches if one.least is None)
    shares = iter(following(spoken[None], fixed, [one.least for one in stretches if one.least is not None]))
    return tuple(one if one.least is None else replace(one, seconds=next(shares)) for one in stretches)


def _alone(stretch: Stretch, spoken: float | None) -> Stretch:
    if stretch.least is None or spoken is None:
        return stretch
    return replace(stretch, seconds=round(max(stretch.least, spoken + TAIL), 3))
