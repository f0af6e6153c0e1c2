"""How one scene gives way to the next: a field of the order (`transition`), and what is usual where it says nothing.

A blend moves no clock: it lies around the cut, half of it before and half after, and takes footage beyond the cut from
each side. A scene that goes on from the one before it in one shot has no cut, and so no blend.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from shared.pipeline.plan.plan import Blend, Clip, Plan, Speech, Stretch
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.warned import Warned, WarningText, warning

_SECONDS = {Blend.CUT: 0.0, Blend.CROSSFADE: 0.5, Blend.SLIDE: 10 / 24, Blend.DIP: 0.5}


def comes(plan: Plan, request: FilmRequest, scene: int | None) -> Blend:
    """Return how a scene comes; in a film planned before there was a choice it is cut to."""
    own = None if scene is None or plan.transition is None else request.scenes[scene].transition
    return _settled(own or plan.transition or Blend.CUT)


def blend_seconds(request: FilmRequest, how: Blend) -> float:
    """Return how long a blend takes, half of it before the cut."""
    if how is Blend.CUT or request.transition_seconds is None:
        return _SECONDS[how]
    return request.transition_seconds


def planned_blend(request: FilmRequest, before: Blend | None) -> Blend | None:
    """Return the plan's own of an edited film: a film that was cut stays so where nothing else is asked for."""
    if request.transition:
        return request.transition
    return before or (Blend.CUT if any(scene.transition for scene in request.scenes) else None)


def composed_blends(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return, plain, how scenes come, for a film's name; nothing where all of them are cut to."""
    ways = [comes(plan, request, stretch.scene) for stretch in plan.stretches[1:]]
    if all(way is Blend.CUT for way in ways):
        return {}
    return {"transitions": [[way.value, blend_seconds(request, way)] for way in ways]}


def blend_warnings(
    request: FilmRequest, clips: Sequence[Clip], stretches: Sequence[Stretch], takes: Sequence[Speech]
) -> Iterator[WarningText]:
    """Say which transitions are not seen: of the first scene, and of one that goes on in one shot."""
    before = {clip.key: clip.before for clip in clips}
    speaking = {take.scene for take in takes}
    cuts = 0
    for last, stretch in pairwise(stretches):
        one_shot = stretch.clip is not None and before.get(stretch.clip) == last.clip is not None
        cuts += not one_shot
        asked = stretch.scene is not None and request.scenes[stretch.scene].transition not in (None, Blend.CUT)
        if asked and one_shot and last.scene not in speaking and stretch.scene is not None:
            says = (
                f"The transition of scene {stretch.scene + 1} is not used: it goes on in one shot from the one before"
            )
            yield warning(Warned.TRANSITION_UNUSED, says, field=f"scenes.{stretch.scene}.transition")
    first = stretches[0].scene if stretches else None
    if first is not None and request.scenes[first].transition is not None:
        says = f"The transition of scene {first + 1} is not used: no scene comes before it"
        yield warning(Warned.TRANSITION_UNUSED, says, field=f"scenes.{first}.transition")
    given = request.transition not in (None, Blend.AUTO, Blend.CUT)
    if not cuts and not speaking - {None} and (given or request.transition_seconds is not None):
        name = "transition" if given else "transition_seconds"
        says = f"{name} is not used: the film is one shot"
        yield warning(Warned.TRANSITION_UNUSED, says, field=name)


def _settled(how: Blend) -> Blend:
    return Blend.CROSSFADE if how is Blend.AUTO else how
