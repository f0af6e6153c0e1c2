"""What changes about one scene of a film that is laid out anew, and why it cannot be; pure."""

from collections.abc import Iterator
from dataclasses import replace

from shared.pipeline.job.asked_recut import SceneRecut
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.images import refuse_unknown_backdrop
from shared.pipeline.plan.picture import refuse_late_start
from shared.pipeline.plan.plan import Plan, Stretch
from shared.pipeline.plan.request import SceneRequest


def recut_scene(old: SceneRequest, each: SceneRecut) -> SceneRequest:
    """Return a scene as it would have been asked for."""
    return replace(
        old,
        text_overlay=old.text_overlay if each.text_overlay is None else each.text_overlay or None,
        background=each.background or old.background,
        duration=each.seconds or old.duration,
        transition=each.transition or old.transition,
        clip=each.clip or old.clip,
        clip_start=_start(old, each),
        clip_facts=each.clip_facts or old.clip_facts,
    )


def _start(scene: SceneRequest, each: SceneRecut) -> float | None:
    """Return where a scene begins in its clip: another clip is shown from its beginning, if nothing else is said."""
    return each.clip_start if each.clip or each.clip_start is not None else scene.clip_start


def refuse_scene(
    path: str, plan: Plan, each: SceneRecut, scene: SceneRequest, tables: Tables
) -> Iterator[tuple[str, str]]:
    """Yield why a scene of the film cannot be laid out so, by field."""
    stretch = next(one for one in plan.stretches if one.scene == each.scene)
    yield from refuse_unknown_backdrop(f"{path}.background", each.background, tables)
    if each.background and (stretch.clip or stretch.own):
        yield f"{path}.background", "this scene shows footage: only a scene without has a background"
    clip = next((one for one in plan.clips if one.key == stretch.clip), None)
    if each.seconds is not None and clip is not None and each.seconds > clip.seconds:
        yield f"{path}.seconds", f"only {clip.seconds:g} s of this scene were filmed; a longer one is a new film"
    yield from _own_clip(path, stretch, each, scene)


def _own_clip(path: str, stretch: Stretch, each: SceneRecut, scene: SceneRequest) -> Iterator[tuple[str, str]]:
    """Yield why a scene cannot show this clip, or this much of it, by field."""
    facts = each.clip_facts or scene.clip_facts
    for name in ("clip", "clip_start"):
        if getattr(each, name) is not None and not stretch.own:
            yield f"{path}.{name}", "this scene shows no clip of yours: only one that does can have another"
    if not stretch.own or facts is None:
        return
    start = _start(scene, each)
    yield from refuse_late_start(f"{path}.clip_start", facts, start)
    left = facts.left(start)
    if each.seconds is not None and each.seconds > left:
        yield f"{path}.seconds", f"the clip has {left:g} s from there: choose fewer, or give another clip"
