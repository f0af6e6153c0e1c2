"""The scenes of a film in another order, some left out or shorter: within what was filmed, no file is made anew.

A continuous shot is one file, and its links are stretches of it. Older code finds a shot's footage by all its links, so
a shot of which only some are shown, or a middle one shorter, is told: such a version is of the newer form.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from shared.pipeline.plan.plan import Clip, Plan, Stretch


def rearranged(plan: Plan, order: tuple[int, ...] | None, seconds: Mapping[int, float | None]) -> tuple[Plan, bool]:
    """Return the plan with its scenes in this order, and whether older code could not make the film of it.

    Clips and takes of scenes that are left out leave the plan with them, but for the links of a shot that is shown.
    """
    by_scene = {each.scene: each for each in plan.stretches}
    chosen = plan.stretches if order is None else tuple(by_scene[number] for number in order)
    clips = {clip.key: clip for clip in plan.clips}
    stretches = tuple(_lasting(each, clips, seconds) for each in chosen)
    shown = {each.scene for each in stretches}
    wanted = _links(plan, {each.chain for each in stretches})
    links = tuple(clip for clip in plan.clips if clip.key in wanted)
    takes = tuple(take for take in plan.speeches if take.scene is None or take.scene in shown)
    partly = any(clip.scene not in shown for clip in links) or any(_shortened(each, clips) for each in stretches)
    return replace(plan, stretches=stretches, clips=links, speeches=takes), partly


def _links(plan: Plan, chains: Collection[str | None]) -> frozenset[str]:
    """Return the keys of all links of these shots."""
    before = {clip.key: clip.before for clip in plan.clips}
    found: set[str] = set()
    for chain in chains:
        link = chain
        while link:
            found.add(link)
            link = before.get(link)
    return frozenset(found)


def _lasting(stretch: Stretch, clips: Mapping[str, Clip], seconds: Mapping[int, float | None]) -> Stretch:
    asked = None if stretch.scene is None else seconds.get(stretch.scene)
    if asked is None or stretch.clip is None:
        return stretch
    clip = clips[stretch.clip]
    leads = clip.before is None and stretch.chain != clip.key  # others of its shot follow: it is shown up to its end
    return replace(stretch, seconds=asked, offset=clip.total - (asked if leads else float(clip.seconds)))


def _shortened(stretch: Stretch, clips: Mapping[str, Clip]) -> bool:
    """Tell whether a link inside a shot is shown shorter than it was filmed."""
    clip = clips[stretch.clip] if stretch.clip else None
    inner = clip is not None and clip.before is not None and stretch.chain != clip.key
    return inner and clip is not None and stretch.seconds < clip.seconds


def refuse_order(order: tuple[int, ...] | None, shown: set[int | None]) -> Iterator[tuple[str, str]]:
    """Yield why scenes cannot follow each other so, by field; `shown` are the film's."""
    if order is None:
        return
    if not order:
        yield "order", "is empty: name at least one scene"
    strays = sorted({number for number in order if number not in shown})
    if strays:
        able = ", ".join(str(number) for number in sorted(each for each in shown if each is not None)) or "none"
        yield "order", f"{', '.join(map(str, strays))}: not in this film; its scenes are {able}"
    if len(set(order)) < len(order):
        yield "order", "names a scene twice"
