"""Where the presenter stands: what the request says, a preset's place, or what suits the film's shape.

A figure cut off at its waist stands on the lower edge; a place further up makes it a card with an edge of its own
(`shared/media`). What is left out is decided so that the product, which footage shows in the middle, stays seen.
"""

from dataclasses import dataclass

from shared.pipeline.plan.picture import Inset
from shared.pipeline.plan.plan import Placement
from shared.pipeline.plan.request import AspectRatio, FilmRequest
from shared.pipeline.plan.staging import Preset


@dataclass(frozen=True, slots=True)
class _Stance:
    """The place in a film's shape when none is asked for, as shares of height and width."""

    high: float
    widest: float
    middle: float


_OVER_FOOTAGE = {
    AspectRatio.TALL: _Stance(0.48, 0.54, 0.69),
    AspectRatio.PORTRAIT: _Stance(0.54, 0.48, 0.74),
    AspectRatio.SQUARE: _Stance(0.60, 0.44, 0.76),
    AspectRatio.WIDE: _Stance(0.78, 0.34, 0.82),
}
_ALONE = {
    AspectRatio.TALL: _Stance(0.78, 0.96, 0.5),
    AspectRatio.PORTRAIT: _Stance(0.82, 0.92, 0.5),
    AspectRatio.SQUARE: _Stance(0.84, 0.9, 0.5),
    AspectRatio.WIDE: _Stance(0.92, 0.6, 0.5),
}
_ALONE_UNDER_TEXT = {  # room for a scene's text above the head, or at the side
    AspectRatio.TALL: _Stance(0.7, 0.9, 0.5),
    AspectRatio.PORTRAIT: _Stance(0.71, 0.84, 0.5),
    AspectRatio.SQUARE: _Stance(0.72, 0.8, 0.5),
    AspectRatio.WIDE: _Stance(0.92, 0.44, 0.72),
}
_PRESETS = {
    Preset.BOTTOM_RIGHT: (0.7, 1.0),
    Preset.BOTTOM_LEFT: (-0.7, 1.0),
    Preset.TOP_RIGHT: (0.7, -0.8),
    Preset.TOP_LEFT: (-0.7, -0.8),
    Preset.CENTER: (0.0, 1.0),
}


def placement(request: FilmRequest, *, footage: bool) -> Placement:
    """Return the presenter's place over footage, or before a backdrop."""
    full = footage and request.inset is Inset.FULL  # then nothing but the presenter is seen
    footage = footage and not full
    position, stance = None if full else request.avatar_position, _stance(request, footage=footage)
    if position is None:
        return Placement(stance.high, 0.0, 1.0, stance.widest, stance.middle, alone=not footage)
    x, y = _PRESETS[position.preset] if position.preset else (None, 1.0)
    x, y = x if position.x is None else position.x, y if position.y is None else position.y
    return Placement(
        scale=stance.high if position.scale is None else position.scale,
        x=0.0 if x is None else x,
        y=y,
        widest=stance.widest if position.scale is None else None,
        middle=stance.middle if x is None else None,
        alone=not footage and (position.scale, position.x, position.y) == (None, None, None),
    )


def _stance(request: FilmRequest, *, footage: bool) -> _Stance:
    if footage:
        return _OVER_FOOTAGE[request.aspect_ratio]
    bare = (scene for scene in request.scenes if not scene.pictured or request.inset is Inset.FULL)
    titled = any(scene.text_overlay for scene in bare)
    return (_ALONE_UNDER_TEXT if titled else _ALONE)[request.aspect_ratio]
