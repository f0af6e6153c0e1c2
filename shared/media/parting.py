"""Divides a long film into parts that are painted side by side; pure.

A part begins where one scene takes the other's place at once, or within a shot where nothing blends, fades or drifts
towards its end, as near to an even share of the frames as that allows. Each begins with a key frame of its own.
"""

from collections.abc import Iterator, Sequence

from shared.media.segments import Cut, calm, divided, fading
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.dividing import SHORTEST_PART, WHOLE_UP_TO, parts_wanted

_NEAR_A_CUT = 1.0  # seconds by which a cut may miss an even share before a shot is divided

Row = tuple[Cut, ...]


def parting(row: Row, edit: Edit, *, up_to: float = WHOLE_UP_TO, shortest: float = SHORTEST_PART) -> tuple[Row, ...]:
    """Return the film's parts in their order; one of at most `up_to` seconds, or that divides nowhere, is one part."""
    total, fps = row[-1].end, edit.fps
    wanted = parts_wanted(total / fps, up_to=up_to, shortest=shortest)
    made, rest = list[Row](), row
    for left in range(wanted, 1, -1):
        share = (total - rest[0].start) / left
        at = _place(rest, edit, rest[0].start + share, share / 2)
        if at is not None:
            part, rest = _parted(rest, at, fps)
            made.append(part)
    return (*made, rest)


def _place(row: Row, edit: Edit, aim: float, reach: float) -> int | None:
    """Return the frame before which a row is best divided, at most `reach` frames from `aim`; None where none is."""
    cuts = [cut.start for cut in row[1:] if not cut.opening.reach and not fading(cut.start, edit)]
    best = min(cuts, key=lambda at: abs(at - aim), default=None)
    if best is not None and abs(best - aim) <= _NEAR_A_CUT * edit.fps:
        return best
    within = [at for cut in row for at in _within(cut, edit, aim)]
    found = min((*cuts, *within), key=lambda at: abs(at - aim), default=None)
    return found if found is not None and abs(found - aim) <= reach else None


def _within(cut: Cut, edit: Edit, aim: float) -> Iterator[int]:
    """Yield the frame nearest to `aim` before which a shot can be divided; a card drifts as a whole."""
    if cut.shot.card:
        return
    free = [cut.start + at for at in calm(cut, edit) if not fading(cut.start + at, edit)]
    yield from () if not free else (min(free, key=lambda at: abs(at - aim)),)


def _parted(row: Sequence[Cut], at: int, fps: int) -> tuple[Row, Row]:
    before = tuple(cut for cut in row if cut.end <= at)
    after = tuple(cut for cut in row if cut.start >= at)
    across = [cut for cut in row if cut.start < at < cut.end]
    if across:
        one, two = divided(across[0], at - across[0].start, fps)
        return (*before, one), (two, *after)
    return before, after
