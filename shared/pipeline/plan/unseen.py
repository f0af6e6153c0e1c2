"""Leaves out of a film what nobody would see: where the script ends the film, what stands behind its end.

Only `length: script` ends a film before its scenes do. How long a script takes is an estimate until it is spoken, so
more is filmed than the estimate asks for: a quarter of it and a second. Should the speech be longer even than that,
the last scene's remaining footage is shown, then its last frame held.
"""

from collections.abc import Iterator
from dataclasses import replace

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import Join, Length, Speech
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from shared.pipeline.plan.timing import SHORTEST_BACKDROP, say, say_scenes
from shared.pipeline.plan.warned import Warned, WarningText

LONGER, MORE = 1.25, 1.0  # times the estimate, and seconds: how much longer than estimated a speech may be
SHORTEST_LINK = 7.0  # seconds an extension adds, whatever was asked
SHORTEST_SCENE = 4.0  # seconds, as the request's own rule has it


def spoken_at_most(speech: Speech) -> float:
    """Return how long a script may take to speak, in seconds: the estimate and its margin."""
    return speech.seconds * LONGER + MORE


def seen(request: FilmRequest, takes: tuple[Speech, ...]) -> FilmRequest:
    """Return the request without scenes, and without seconds of scenes, that stand behind the end of the script.

    A link of a shot adds one fixed length, which may be less than was asked: there only a lone scene is shortened.
    """
    if request.length is not Length.SCRIPT or not request.scenes:
        return request
    whole = next((take for take in takes if take.scene is None), None)
    if whole:
        return replace(request, scenes=tuple(_until(request, spoken_at_most(whole))))
    if request.b_roll.join is not Join.CUT:
        return request
    spoken = {take.scene: spoken_at_most(take) for take in takes}
    scenes = (_shorter(scene, spoken.get(number)) for number, scene in enumerate(request.scenes))
    return replace(request, scenes=tuple(scenes))


def _until(request: FilmRequest, end: float) -> Iterator[SceneRequest]:
    extended = request.b_roll.join is Join.EXTEND
    begins = 0.0
    for scene in request.scenes:
        if begins >= end:
            return
        yield scene if extended and begins else _shorter(scene, end - begins)
        begins += _at_least(scene, extended=extended)


def _at_least(scene: SceneRequest, *, extended: bool) -> float:
    """Return how short a scene may turn out: no scene after it begins earlier than that."""
    if not scene.pictured and scene.duration is None:
        return SHORTEST_BACKDROP
    return min(scene.seconds, SHORTEST_LINK) if extended else scene.seconds


def _shorter(scene: SceneRequest, seconds: float | None) -> SceneRequest:
    if seconds is None or scene.visual_description is None or seconds >= scene.seconds:
        return scene
    return replace(scene, duration=max(round(seconds, 1), SHORTEST_SCENE))


def unseen_warnings(asked: FilmRequest, filmed: FilmRequest, takes: tuple[Speech, ...]) -> Iterator[WarningText]:
    """Say which scenes are left out."""
    left_out = list(range(len(filmed.scenes), len(asked.scenes)))
    if left_out:
        spoken = next(take.seconds for take in takes if take.scene is None)
        verb = "is" if len(left_out) == 1 else "are"
        yield warning(
            Warned.SCENES_LEFT_OUT,
            f"{say_scenes(left_out).capitalize()} {verb} not made: the script takes about {say(spoken)} to speak, "
            "and the film ends with it (length script)",
        )
