"""Where a presenter stands, as a form says it and as a frame shows it: what apps cover, and a typical figure.

The figure is laid as the film's own would be (`shared/media/boxes.py`); dragging it fills the number fields, which are
what the form sends, so that it works by keyboard and without script as well.
"""

import re
from collections.abc import Mapping
from typing import Any

from shared.media.boxes import Box, lay, safe_area
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.request import AspectRatio, FilmRequest
from shared.pipeline.plan.staging import Position, Preset

FRAMES = {
    AspectRatio.TALL: Size(720, 1280),
    AspectRatio.PORTRAIT: Size(720, 900),
    AspectRatio.SQUARE: Size(720, 720),
    AspectRatio.WIDE: Size(1280, 720),
}
FIGURE = Box(0, 0, 640, 960)  # about what is seen of somebody down to the waist
NUMBERS = ("x", "y", "scale")
PLACE_FIELD = "avatar_position."  # begins each field's name
PLACE_FIELDS = tuple(PLACE_FIELD + name for name in ("preset", *NUMBERS))
_PLACED = re.compile(r"-?[0-9](\.[0-9]{1,3})?")


def asked_position(form: Mapping[str, str]) -> dict[str, Any]:
    """Return an order's `avatar_position`; what should be a number and is none stays a text, which the API refuses."""
    texts = {name: text for name in ("preset", *NUMBERS) if (text := form.get(PLACE_FIELD + name, "").strip())}
    return {name: float(text) if name in NUMBERS and _PLACED.fullmatch(text) else text for name, text in texts.items()}


def filled_position(position: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the fields of a form for an order's `avatar_position`."""
    return {PLACE_FIELD + name: str(value) for name, value in (position or {}).items() if value is not None}


def frames(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each shape's frame: its size, what apps cover of it, and where the figure stands."""
    shown = []
    for shape, size in FRAMES.items():
        safe = safe_area(size)
        top, bottom = round(safe.top * size.height), round(safe.bottom * size.height)
        left, right = round(safe.left * size.width), round(safe.right * size.width)
        between = size.height - top - bottom
        covered = (
            Box(0, 0, size.width, top),
            Box(0, size.height - bottom, size.width, bottom),
            Box(0, top, left, between),
            Box(size.width - right, top, right, between),
        )
        shown.append({"shape": shape.value, "size": size, "covered": covered, "figure": _figure(form, shape, size)})
    return shown


def preset_places() -> dict[str, tuple[float, float]]:
    """Return where each preset stands: across and down, -1 to 1."""
    places = {}
    for preset in Preset:
        stands = placement(FilmRequest("", avatar_position=Position(preset=preset)), footage=True)
        places[preset.value] = (stands.x, stands.y)
    return places


def _figure(form: Mapping[str, str], shape: AspectRatio, size: Size) -> Box:
    said = asked_position(form)
    numbers = {name: value for name, value in said.items() if isinstance(value, float)}
    preset = said.get("preset")
    named = Preset(preset) if preset in set(Preset) else None
    position = Position(numbers.get("scale"), numbers.get("x"), numbers.get("y"), named) if said else None
    request = FilmRequest("", aspect_ratio=shape, avatar_position=position)
    return lay(FIGURE, placement(request, footage=True), size, inset=False).box
