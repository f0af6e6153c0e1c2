"""Goes on with the picture of a shot whose footage has ended: into its last frame, or back and on again; pure."""

from collections.abc import Iterator

from shared.media.segments import Cut, run_up
from shared.pipeline.edit.edit import PRODUCT
from shared.pipeline.plan.picture import Hold

_UNNOTICED = 6  # frames a picture may stand still without anybody noticing
_PUSH, _MOST_PUSH = 0.012, 0.08  # of the picture's size: a second, and in all
CARD_DRIFT = 0.008  # of a card's size, a second at each side


def pushed_in(cut: Cut, fps: int, hold: Hold) -> str:
    """Return the filter that moves slowly into a last frame, from a little before it stands still; "" for none.

    `perspective` samples between pixels: measured, it is off by at most 0.06 of one, where zoompan jumps by whole ones.
    """
    if cut.frames - cut.moving <= _UNNOTICED or hold not in (Hold.AUTO, Hold.PUSH_IN):
        return ""
    begin = cut.opening.reach + max(0, cut.moving - run_up(Hold.PUSH_IN))
    rate = min(_PUSH, _MOST_PUSH * fps / (cut.painted - begin))
    run = f"max(0\\,on-{begin})/{fps}"  # seconds; its square starts the movement softly
    share = f"(1-1/(1+{rate:.5f}*({run})*({run})/({run}+0.5)))"
    left, top = f"W*{PRODUCT.x}*{share}", f"H*{PRODUCT.y}*{share}"
    right, bottom = f"W-W*{1 - PRODUCT.x:.2f}*{share}", f"H-H*{1 - PRODUCT.y:.2f}*{share}"
    corners = f"x0={left}:y0={top}:x1={right}:y1={top}:x2={left}:y2={bottom}:x3={right}:y3={bottom}"
    return f",perspective={corners}:sense=source:eval=frame:enable=gte(n\\,{begin})"


def turning(cut: Cut, hold: Hold) -> int:
    """Return how many last frames of a shot's footage run back and on again while it lacks more; 0 for none."""
    lacks = cut.painted - cut.opening.reach - cut.moving
    if hold is not Hold.PING_PONG or lacks <= 0 or cut.moving < 2:  # noqa: PLR2004 - one frame has no way back
        return 0
    return min(cut.moving, run_up(hold), lacks + 1)


def ping_pong(shot: str, name: str, cut: Cut, turn: int, fps: int) -> Iterator[str]:
    """Yield the chains of `[name]`: a shot (a chain without its end) whose last `turn` frames swing until it ends.

    Back from the last but one to the first of them, on to the last, and so on. Only these few are kept in memory, once:
    what is split, turned and looped are references.
    """
    seen, counted = cut.opening.reach + cut.moving, f"settb=1/{fps},setpts=N"
    lacks = cut.painted - seen
    yield f"{shot},trim=end_frame={seen},split[{name}-on][{name}-end]"
    yield f"[{name}-end]trim=start_frame={seen - turn},{counted},split[{name}-a][{name}-b]"
    yield f"[{name}-a]reverse,trim=start_frame=1,{counted}[{name}-back]"
    yield f"[{name}-b]trim=start_frame=1,{counted}[{name}-forth]"
    way = 2 * (turn - 1)
    around = f",loop=loop=-1:size={way}:start=0,{counted}" if lacks > way else ""
    yield f"[{name}-back][{name}-forth]concat,{counted}{around},trim=end_frame={lacks}[{name}-swing]"
    yield f"[{name}-on][{name}-swing]concat,{counted}[{name}]"


def card_drift(cut: Cut, fps: int) -> str:
    """Return the filter that moves evenly towards the middle of a card's picture, so that it never stands still."""
    share = f"{CARD_DRIFT / fps:.6f}*on"
    corners = f"x0=W*{share}:y0=H*{share}:x1=W-W*{share}:y1=H*{share}:x2=W*{share}:y2=H-H*{share}"
    return f",perspective={corners}:x3=W-W*{share}:y3=H-H*{share}:sense=source:eval=frame" if cut.painted > 1 else ""
