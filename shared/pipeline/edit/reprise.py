"""Fills what a speech lacks of footage: a short lack is left to the last frame, a longer one sees footage again.

A frame that stands for seconds looks like a fault. Up to `HELD` seconds the picture moves slowly into its last frame
(the renderer does that); beyond, the other scenes come again in short cuts, or the scene's own footage from its start.
"""

from collections.abc import Sequence

from shared.pipeline.edit.edit import Shot
from shared.pipeline.edit.timeline import FPS, TimelineEntry
from shared.pipeline.plan.picture import Hold

HELD = 4.0  # seconds a last frame may stand
_CUT = 3.0  # seconds of a scene that comes again among others
_SHORTEST = 1.0  # seconds; a shorter cut is a flash
_ENOUGH = 2.0  # seconds of footage that are worth seeing again


def reprised(entry: TimelineEntry, others: Sequence[TimelineEntry], hold: Hold | None = None) -> tuple[Shot, ...]:
    """Return the shots that follow an entry's own footage until its end; none where it is held instead, as asked."""
    lack, pool = entry.held, _pool(entry, others)
    if lack <= HELD or not pool or hold not in (None, Hold.AUTO):
        return ()
    shots: list[Shot] = []
    while lack > 1 / FPS / 2:
        node, offset, most = pool[len(shots) % len(pool)]
        seconds = min(lack, most)
        if 0 < lack - seconds < _SHORTEST:
            seconds = max(min(_SHORTEST, most), lack - _SHORTEST)
        seconds = max(1, round(seconds * FPS)) / FPS
        shots.append(Shot(seconds=seconds, node=node, offset=round(offset, 3), footage=seconds))
        lack -= seconds
    return tuple(shots)


def _pool(entry: TimelineEntry, others: Sequence[TimelineEntry]) -> list[tuple[str, float, float]]:
    """Return (file, offset, seconds) of the footage that may come again, in order."""
    cuts = [
        (one.source.node, one.source.offset + (one.source.there - _CUT) / 2, _CUT)
        for one in others
        if one.source and one.source.there >= _CUT
    ]
    own = entry.source
    if not cuts and own and own.there + own.spare >= _ENOUGH:
        cuts = [(own.node, own.offset, int((own.there + own.spare) * FPS) / FPS)]
    return cuts
