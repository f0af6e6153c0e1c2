"""Moves a still picture slowly while it is seen: into it, or along it; pure.

`perspective` samples between pixels, so nothing jerks: measured, it is off by at most 0.06 of one. A picture that is
shown in two parts goes on where the first has left it.
"""

from shared.media.segments import Cut, frames
from shared.pipeline.edit.edit import MIDDLE, PRODUCT
from shared.pipeline.plan.picture import Motion
from shared.pipeline.plan.request import Focus

_A_SECOND, _IN_ALL = 0.02, 0.08  # of the picture: how far it moves at most


def drifting(cut: Cut, fps: int, focus: Focus) -> str:
    """Return the filter that moves a still; "" for one that stands."""
    shot = cut.shot
    if shot.motion is None:
        return ""
    before = cut.opening.reach - frames(shot.offset, fps)
    far = min(_IN_ALL, _A_SECOND * shot.seconds)
    gone = f"clip((on-{before})/{max(1, frames(shot.seconds, fps) - 1)}\\,0\\,1)"
    if shot.motion is Motion.PUSH_IN:
        at = PRODUCT if focus == MIDDLE else focus
        share = f"(1-1/(1+{far:.5f}*{gone}))"
        left, top, right, low = (f"{each:.4f}*{share}" for each in (at.x, at.y, 1 - at.x, 1 - at.y))
    else:
        hidden = 1 - 1 / (1 + far)
        way = gone if shot.motion is Motion.PAN_RIGHT else f"(1-{gone})"
        left, right = f"{hidden:.5f}*{way}", f"{hidden:.5f}*(1-{way})"
        top = low = f"{hidden / 2:.5f}"
    corners = f"x0=W*{left}:y0=H*{top}:x1=W-W*{right}:y1=H*{top}:x2=W*{left}:y2=H-H*{low}:x3=W-W*{right}:y3=H-H*{low}"
    return f",perspective={corners}:sense=source:eval=frame"
