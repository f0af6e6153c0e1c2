"""The rules between fields: which combinations make one of the five films, and which fields to name when none does.

| scenes have `visual_description` | a scene has `script` | `avatar_script` | film |
|---|---|---|---|
| yes | no | yes | presenter over B-roll |
| yes | no | no | B-roll only |
| yes, or a `background` | yes | no | reel: a scene without a script has no presenter |
| no | no | yes, with a `background` | presenter only |
| no, but a `background` of type image, or a `clip` | no | no | own pictures only: nothing is bought |

They need only know which fields were given, so they are told together with wrong types and lengths.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.pipeline.codec import document_fields
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from shared.pipeline.plan.staging import Background


@dataclass(frozen=True, slots=True)
class SceneOutline:
    """Which fields a scene has."""

    given: frozenset[str] = frozenset()
    background: frozenset[str] = frozenset()  # fields inside its background


@dataclass(frozen=True, slots=True)
class Outline:
    """Which fields a request has; `scenes` is None, or a scene is, where the body could not be read that far."""

    given: frozenset[str] = frozenset()
    background: frozenset[str] = frozenset()
    scenes: tuple[SceneOutline | None, ...] | None = ()


def outline(request: FilmRequest) -> Outline:
    """Return which fields of a request are set."""
    scenes = tuple(SceneOutline(_set(scene), _set(scene.background)) for scene in request.scenes)
    return Outline(_set(request), _set(request.background), scenes)


def outline_of_body(body: Mapping[str, object]) -> Outline:
    """Return which fields a JSON body has, whatever their types; null counts as left out."""
    scenes = body.get("scenes")
    read: tuple[SceneOutline | None, ...] | None = ()
    if isinstance(scenes, list):
        read = tuple(
            SceneOutline(_keys(scene), _keys(scene.get("background"))) if isinstance(scene, Mapping) else None
            for scene in scenes
        )
    elif scenes is not None:
        read = None
    return Outline(_keys(body), _keys(body.get("background")), read)


def _set(value: FilmRequest | SceneRequest | Background | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    return frozenset(
        field.name for field in document_fields(type(value)) if getattr(value, field.name) not in (None, ())
    )


def _keys(value: object) -> frozenset[str]:
    if not isinstance(value, Mapping):
        return frozenset()
    return frozenset(key for key, item in value.items() if item is not None)


def mistakes(given: Outline) -> list[tuple[str, str]]:
    """Return every (field path, sentence) that keeps these fields from making a film; empty when they do."""
    found = [*_pictures(given), *_speakers(given)]
    if given.scenes is not None:
        found += _film(given, given.scenes)
        for number, scene in enumerate(given.scenes):
            if scene is not None:
                found += _scene(f"scenes.{number}", scene, given)
    return found


def _pictures(given: Outline) -> Iterator[tuple[str, str]]:
    if {"image", "image_url"} <= given.given:
        for path in ("image_url", "image"):
            yield path, "give either image_url or image (an upload), not both"
    yield from _background("background", given.background)


def _background(path: str, given: frozenset[str]) -> Iterator[tuple[str, str]]:
    if {"image", "image_url"} <= given:
        for name in ("image_url", "image"):
            yield f"{path}.{name}", "give either image_url or image (an upload), not both"


def _speakers(given: Outline) -> Iterator[tuple[str, str]]:
    scripts = [n for n, scene in enumerate(given.scenes or ()) if scene is not None and "script" in scene.given]
    if scripts and "avatar_script" in given.given:
        yield "avatar_script", "is spoken over the whole film, so no scene may have a script: keep one kind of them"
        for number in scripts:
            yield f"scenes.{number}.script", "cannot stand beside avatar_script: keep one kind of them"


def _film(given: Outline, scenes: tuple[SceneOutline | None, ...]) -> Iterator[tuple[str, str]]:
    speaks = "avatar_script" in given.given
    if not scenes:
        if "scenes" in given.given:
            yield "scenes", "is empty: give a scene, or leave scenes out and give an avatar_script and a background"
        elif not speaks:
            yield "scenes", "is required: give at least one scene, or an avatar_script with a background"
        elif "background" not in given.given:
            yield "background", "is required when the film has no scenes: the presenter needs something to stand before"
        return
    makes_something = any(
        scene is None
        or scene.given & {"visual_description", "script", "clip"}
        or scene.background & {"image", "image_url"}
        for scene in scenes
    )
    if not speaks and not makes_something:
        says = "make no film: give a scene a visual_description, a clip, a script or a picture (a background of type "
        yield "scenes", f"{says}image), or the film an avatar_script"


def _scene(path: str, scene: SceneOutline, film: Outline) -> Iterator[tuple[str, str]]:
    filmed, own = "visual_description" in scene.given, "clip" in scene.given
    shown = [name for name in ("visual_description", "clip", "background") if name in scene.given]
    for each in shown if shown[1:] else ():
        yield f"{path}.{each}", f"give either a {' or a '.join(shown)}, not {'all' if shown[2:] else 'both'}"
    if "clip_start" in scene.given and not own:
        yield f"{path}.clip_start", "needs a clip in the same scene: it says where in that clip the scene begins"
    if not filmed and not own and not ({"background"} & (scene.given | film.given)):
        yield (
            f"{path}.visual_description",
            "is required, unless the scene has a clip, or it or the film a background",
        )
    for name in ("camera_movement", "mood", "image_url"):
        if name in scene.given and not filmed:
            yield f"{path}.{name}", "needs a visual_description in the same scene: without one nothing is filmed there"
    for name in ("avatar_id", "voice_id", "persona"):
        if name in scene.given and "script" not in scene.given:
            yield f"{path}.{name}", "needs a script in the same scene: without one nobody speaks there"
    yield from _background(f"{path}.background", scene.background)
