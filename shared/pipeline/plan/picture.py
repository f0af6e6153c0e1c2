"""Words of an order about its picture: how footage that is too short goes on, and the shape a presenter is seen in."""

from enum import StrEnum


class Hold(StrEnum):
    """What is seen of a scene that lasts longer than its footage."""

    AUTO = "auto"  # what suits: a push into the last frame, and beyond some seconds other footage again
    PUSH_IN = "push_in"  # the picture moves slowly into its last frame
    PING_PONG = "ping_pong"  # its last seconds run back, and on again
    FREEZE = "freeze"  # the last frame stands


class Inset(StrEnum):
    """The shape a presenter is seen in."""

    AUTO = "auto"  # none where the take can be cut out, else a rounded picture
    ROUNDED = "rounded"
    CIRCLE = "circle"
    FULL = "full"  # the whole frame
    BESIDE = "beside"  # a panel at the side of the footage, in wide films


def inset_for(inset: Inset | None, *, wide: bool) -> Inset | None:
    """Return the shape a presenter has in a film of this form: beside the footage in wide ones only."""
    return inset if wide or inset is not Inset.BESIDE else None
