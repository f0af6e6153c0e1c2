"""How one scene gives way to the next: a field of the order (`transition`), and what is usual where it says nothing.

A blend moves no clock: it lies around the cut, half of it before and half after, and takes footage beyond the cut from
each side. A scene that goes on from the one before it in one shot has no cut, and so no blend.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import Blend, Clip, Plan, Stretch
from shared.pipeline.plan.request import FilmRequest, of_kit
from shared.pipeline.plan.warned import Warned, WarningText

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic and their kin
_LANGUAGES = ("ar", "he", "fa", "ur", "ps", "ug", "yi", "dv", "sd", "ckb")
_SECONDS = {Blend.CUT: 0.0, Blend.CROSSFADE: 0.5, Blend.SLIDE: 10 / 24, Blend.DIP: 0.5}


def ways(plan: Plan, request: FilmRequest) -> Mapping[int | None, Blend]:
    """Return how each scene comes; in a film planned before there was a choice all are cut to."""
    found: dict[int | None, Blend] = {each.scene: Blend.CUT for each in plan.stretches}
    if plan.transition is None:
        return found
    for last, stretch in pairwise(plan.stretches):
        if stretch.scene is not None and not _goes_on(last, stretch, plan.clips):
            how = request.scenes[stretch.scene].transition or plan.transition
            found[stretch.scene] = Blend.CROSSFADE if how is Blend.AUTO else how
    return found


def blend_seconds(request: FilmRequest, how: Blend) -> float:
    """Return how long a blend takes, half of it before the cut."""
    if how is Blend.CUT or request.transition_seconds is None:
        return _SECONDS[how]
    return request.transition_seconds


def read_from_the_right(request: FilmRequest) -> bool:
    """Tell whether a film's words, or its voice's language where it has none, are read from the right."""
    texts = "".join(scene.text_overlay or "" for scene in request.scenes)
    scripts = "".join((request.avatar_script or "", *(scene.script or "" for scene in request.scenes)))
    letters = [each for each in texts or scripts if each.isalpha()]
    if letters:
        return 2 * sum(bool(_RIGHT_TO_LEFT.match(each)) for each in letters) > len(letters)
    return (request.voice.locale or "").split("-")[0] in _LANGUAGES


def planned_blend(request: FilmRequest, before: Blend | None) -> Blend | None:
    """Return the plan's own of an edited film: a film that was cut stays so where nothing else is asked for."""
    if request.transition:
        return request.transition
    return before or (Blend.CUT if any(scene.transition for scene in request.scenes) else None)


def composed_blends(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return, plain, how scenes come, for a film's name; nothing where all of them are cut to."""
    found = ways(plan, request)
    if all(way is Blend.CUT for way in found.values()):
        return {}
    row = (found[stretch.scene] for stretch in plan.stretches)
    made: dict[str, Any] = {"transitions": [[way.value, blend_seconds(request, way)] for way in row]}
    made |= {"mirrored": True} if plan.mirrored and Blend.SLIDE in found.values() else {}
    return made


def blend_warnings(request: FilmRequest, clips: Sequence[Clip], stretches: Sequence[Stretch]) -> Iterator[WarningText]:
    """Say which transitions are not seen: of the first scene, and of scenes that go on in one shot."""
    cuts = 0
    for number, stretch in enumerate(stretches):
        one_shot = number > 0 and _goes_on(stretches[number - 1], stretch, clips)
        cuts += number > 0 and not one_shot
        asked = stretch.scene is not None and request.scenes[stretch.scene].transition not in (None, Blend.CUT)
        if asked and stretch.scene is not None and (one_shot or not number):
            why = "it goes on in one shot from the one before" if one_shot else "no scene comes before it"
            says = f"The transition of scene {stretch.scene + 1} is not used: {why}"
            yield warning(Warned.TRANSITION_UNUSED, says, field=f"scenes.{stretch.scene}.transition")
    given = request.transition not in (None, Blend.AUTO, Blend.CUT) and not of_kit(request, "transition")
    if not cuts and (given or request.transition_seconds is not None):
        name = "transition" if given else "transition_seconds"
        yield warning(Warned.TRANSITION_UNUSED, f"{name} is not used: the film is one shot", field=name)


def _goes_on(last: Stretch, stretch: Stretch, clips: Sequence[Clip]) -> bool:
    """Tell whether a scene was filmed as the going on of the one it follows."""
    before = next((clip.before for clip in clips if clip.key == stretch.clip), None)
    return before is not None and before == last.clip
