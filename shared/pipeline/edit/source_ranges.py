"""Finds each filmed scene in the files Veo really wrote.

An extension returns the whole shot so far (veo page, "Extension"; nowhere promised), so the last link's file holds
every scene of its chain. Should a file hold only the seconds it added, it is joined behind the one before and a warning
says so. Boundaries between scenes are the real lengths of the links, so a shot goes on without a jump.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import LENGTH_TOLERANCE, Clip, Plan, Stretch
from shared.pipeline.plan.timing import say
from shared.pipeline.plan.warned import Warned, WarningText


@dataclass(frozen=True, slots=True)
class SourceRange:
    """Where a scene's footage lies, in seconds; `spare` was filmed beyond what the plan shows of it."""

    node: str
    offset: float
    shown: float  # as long as the scene is to be without speech
    there: float  # of it, what the file really holds
    spare: float


@dataclass(frozen=True, slots=True)
class _Reel:
    """A stretch of a shot that lies in one file."""

    node: str
    start: float
    seconds: float


def source_ranges(plan: Plan, lengths: Mapping[str, float]) -> tuple[dict[int, SourceRange], tuple[WarningText, ...]]:
    """Return the footage of each scene by its index, and warnings; `lengths` are the files' by clip key.

    Raises:
        KeyError: the last link of a chain, or an own clip, has no length.
    """
    found: dict[int, SourceRange] = {}
    warnings: list[WarningText] = []
    for links in _chains(plan.clips):
        reels, ends = _laid(links, lengths)
        warnings += _surprises(links, reels, lengths)
        for index, (link, (begin, end)) in enumerate(zip(links, pairwise((0.0, *ends)), strict=True)):
            stretch = next((one for one in plan.stretches if one.clip == link.key), None)
            if stretch is None:  # a version leaves this scene out
                continue
            last = link is links[-1] or (stretch.seconds < link.seconds and index > 0)
            found[link.scene] = _rush(stretch, reels, begin, end, first=index == 0, last=last)
    for stretch in plan.stretches:
        if stretch.own and stretch.scene is not None:
            found[stretch.scene] = _of_own(stretch, lengths[stretch.own])
    return found, tuple(warnings)


def _of_own(stretch: Stretch, length: float) -> SourceRange:
    """Return the footage of a scene that shows a clip of the tenant's own: from its offset to the clip's end."""
    left = max(length - stretch.offset, 0.0)
    there = min(stretch.seconds, left)
    return SourceRange(stretch.own or "", stretch.offset, stretch.seconds, round(there, 3), round(left - there, 3))


def _chains(clips: tuple[Clip, ...]) -> Iterator[tuple[Clip, ...]]:
    chain: tuple[Clip, ...] = ()
    for clip in clips:
        if clip.before is None and chain:
            yield chain
            chain = ()
        chain = (*chain, clip)
    if chain:
        yield chain


def _laid(links: tuple[Clip, ...], lengths: Mapping[str, float]) -> tuple[list[_Reel], list[float]]:
    """Lay a chain's files behind each other; return them and where each link ends."""
    reels: list[_Reel] = []
    ends: list[float] = []
    before = 0.0  # length of the file before
    for link in links:
        long = lengths[link.key] if link is links[-1] else lengths.get(link.key, float(link.total))
        grown, alone = before + link.seconds, float(link.seconds)
        if reels and abs(long - grown) <= abs(long - alone):
            reels[-1] = _Reel(link.key, reels[-1].start, long)
        else:
            reels.append(_Reel(link.key, ends[-1] if ends else 0.0, long))
        ends.append(max(reels[-1].start + long, ends[-1] if ends else 0.0))
        before = long
    return reels, ends


def _rush(stretch: Stretch, reels: list[_Reel], begin: float, end: float, *, first: bool, last: bool) -> SourceRange:
    shown = stretch.seconds if last else end - begin
    if first and not last:
        shown = min(stretch.seconds, end)
        begin = end - shown
    reel = next(one for one in reversed(reels) if one.start <= begin)
    there = max(min(shown, end - begin), 0.0)
    return SourceRange(
        node=reel.node,
        offset=round(begin - reel.start, 3),
        shown=round(shown, 3),
        there=round(there, 3),
        spare=round(end - begin - there, 3),
    )


def _surprises(links: tuple[Clip, ...], reels: list[_Reel], lengths: Mapping[str, float]) -> Iterator[WarningText]:
    if len(reels) > 1:
        yield warning(
            Warned.FOOTAGE_SHORT,
            f"Veo returned {links[-1].key} as {say(lengths[links[-1].key])} instead of the whole shot of "
            f"{say(links[-1].total)}: the parts of the shot are joined one behind the other",
            node=links[-1].key,
        )
    elif abs(reels[0].seconds - links[-1].total) > LENGTH_TOLERANCE:
        says = f"Veo returned {links[-1].key} as {say(reels[0].seconds)} instead of {say(links[-1].total)}"
        yield warning(Warned.FOOTAGE_SHORT, says, node=links[-1].key)
