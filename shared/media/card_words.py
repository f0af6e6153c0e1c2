"""Where words stand on a card that is drawn: off the logo in its middle, or there themselves; pure."""

from collections.abc import Sequence

from shared.media.boxes import Box
from shared.media.holding import CARD_DRIFT
from shared.media.zones import Zone, asked_zone
from shared.pipeline.edit.edit import DRAWN_KEY, Edit, Shot
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.typography import TextPlace

_MARK = 0.42  # of a card's shorter side: a logo's longer one


def mark_box(wide: int, high: int, size: Size) -> Box:
    """Return where a card shows a logo of so many pixels."""
    larger = _MARK * min(size.width, size.height) / max(wide, high)
    width, height = max(2, round(wide * larger)), max(2, round(high * larger))
    return Box((size.width - width) // 2, (size.height - height) // 2, width, height)


def is_drawn(shot: Shot) -> bool:
    """Tell whether a card has no picture of its own."""
    return shot.node is None or shot.node.startswith(DRAWN_KEY)


def drawn_card(edit: Edit, at: float) -> Shot | None:
    """Return the card that is seen then, if it is a drawn one."""
    begin, end = edit.scenes or (0.0, edit.seconds)
    shot = edit.shots[0] if at < begin else edit.shots[-1] if at >= end else None
    return shot if shot and shot.card and is_drawn(shot) else None


def marks_on(card: Shot, edit: Edit) -> tuple[Box, ...]:
    """Return the box of the logo on a drawn card as it is at last, when the card has moved nearer."""
    if edit.logo is None:
        return ()
    box, grown = mark_box(edit.logo.width, edit.logo.height, edit.size), 1 / (1 - 2 * CARD_DRIFT * card.seconds)
    wide, high = round(box.width * grown), round(box.height * grown)
    return (Box(box.x - (wide - box.width) // 2, box.y - (high - box.height) // 2, wide, high),)


def zones_on(edit: Edit, marks: Sequence[Box], usual: tuple[Zone, ...]) -> tuple[Zone, ...]:
    """Return the places of a drawn card's words, best first: its middle, where no logo is."""
    return usual if marks else (asked_zone(edit.size, TextPlace.MIDDLE, edit.safe_area), *usual)
