"""Where the presenter stands: what the request says, a preset's place, or what suits the picture behind."""

from shared.pipeline.plan.plan import Placement
from shared.pipeline.plan.request import Position, Preset

OVER_FOOTAGE = Placement()  # lower right, so that the product is seen
ALONE = Placement(scale=0.9, x=0.0, y=1.0)  # in the middle, standing on the lower edge

INSET_SCALE = 0.4  # a rectangle of its own hides what a cut-out figure lets through
INSET_REACH = 0.9  # and keeps off the edges

_PRESETS = {  # a bust cut off at its waist stands on the lower edge, it does not float
    Preset.BOTTOM_RIGHT: (0.7, 1.0),
    Preset.BOTTOM_LEFT: (-0.7, 1.0),
    Preset.TOP_RIGHT: (0.7, -0.8),
    Preset.TOP_LEFT: (-0.7, -0.8),
    Preset.CENTER: (0.0, 0.0),
}


def placement(position: Position | None, *, footage: bool) -> Placement:
    """Return the presenter's place over footage, or before a backdrop."""
    if position is None:
        return OVER_FOOTAGE if footage else ALONE
    x, y = _PRESETS[position.preset] if position.preset else (OVER_FOOTAGE.x, OVER_FOOTAGE.y)
    return Placement(
        scale=OVER_FOOTAGE.scale if position.scale is None else position.scale,
        x=x if position.x is None else position.x,
        y=y if position.y is None else position.y,
    )


def inset(place: Placement, position: Position | None) -> Placement:
    """Return the place of a take that could not be cut out: smaller unless a size was asked for, off the edges."""
    asked = position is not None and position.scale is not None
    return Placement(
        scale=place.scale if asked else min(place.scale, INSET_SCALE),
        x=max(-INSET_REACH, min(INSET_REACH, place.x)),
        y=max(-INSET_REACH, min(INSET_REACH, place.y)),
    )
