"""Where the presenter stands: what the request says, a preset's place, or what suits the picture behind."""

from shared.pipeline.plan import Place
from shared.pipeline.request import Position, Preset

OVER_FOOTAGE = Place()  # lower right, so that the product is seen
ALONE = Place(scale=0.9, x=0.0, y=1.0)  # in the middle, standing on the lower edge

_PRESETS = {
    Preset.BOTTOM_RIGHT: (0.7, 0.8),
    Preset.BOTTOM_LEFT: (-0.7, 0.8),
    Preset.TOP_RIGHT: (0.7, -0.8),
    Preset.TOP_LEFT: (-0.7, -0.8),
    Preset.CENTER: (0.0, 0.0),
}


def standing(position: Position | None, *, footage: bool) -> Place:
    """Return the presenter's place over footage, or before a backdrop."""
    if position is None:
        return OVER_FOOTAGE if footage else ALONE
    x, y = _PRESETS[position.preset] if position.preset else (OVER_FOOTAGE.x, OVER_FOOTAGE.y)
    return Place(
        scale=OVER_FOOTAGE.scale if position.scale is None else position.scale,
        x=x if position.x is None else position.x,
        y=y if position.y is None else position.y,
    )
