"""What a customer may be warned of, by kind; what each says and what can be done about it stands in `advice.py`.

A warning is a text: what is the matter with this film, in its own numbers, then its kind's next move. The kinds are not
shown to callers.
"""

from enum import StrEnum, auto
from typing import NewType

WarningText = NewType("WarningText", str)  # made by `advice.py` alone, so that none lacks its next move


class Warned(StrEnum):
    """What a customer is warned of."""

    # Before paying: how the plan differs from the order.
    SCENES_LEFT_OUT = auto()
    SHOT_CUT = auto()
    SHOT_DIVIDED = auto()
    PHOTO_UNSEEN = auto()
    FIXED_STEPS = auto()
    FOOTAGE_UNSHOWN = auto()
    SCRIPT_UNHEARD = auto()
    SCENES_UNSEEN = auto()
    FOOTAGE_STRETCHED = auto()
    BACKGROUND_ALONE = auto()
    SCRIPT_DECIDES = auto()
    TEXT_UNREAD = auto()
    TEXT_FAINT = auto()
    TEXT_UNUSED = auto()
    LIGHT_UNUSED = auto()
    POSTER_BEYOND = auto()
    PROMPT_CUT = auto()
    TEXT_UNDRAWN = auto()
    CAPTIONS_UNDRAWN = auto()
    IMAGE_UNUSED = auto()
    CARD_UNSEEN = auto()
    FIT_UNUSED = auto()
    FIT_COLOR_UNUSED = auto()
    BACKGROUND_UNUSED = auto()
    PRESENTER_UNUSED = auto()
    TRANSITION_UNUSED = auto()
    FOOTAGE_HIDDEN = auto()
    POSITION_UNUSED = auto()
    IMAGE_CROPPED = auto()
    IMAGE_ENLARGED = auto()
    CLIP_CROPPED = auto()
    CLIP_ENLARGED = auto()

    # Before paying: what the avatar service did not tell, or does otherwise.
    ENGINE_UNKNOWN = auto()
    KEY_LACKING = auto()
    PLATFORM_ACCOUNT = auto()
    TEST_INSTEAD = auto()
    PRESENTERS_UNCHECKED = auto()
    BALANCE_UNKNOWN = auto()
    WATERMARKED = auto()
    STYLE_UNSPOKEN = auto()
    TAKE_CHEAPER = auto()  # told before the take was asked for

    # What becomes of a presenter whose avatar service cannot be had.
    FALLBACK_LACKING = auto()
    PRESENTER_SWITCHED = auto()
    PRESENTER_LEFT_OUT = auto()

    # How the finished film differs from its plan.
    FOOTAGE_SHORT = auto()
    TAKE_AS_PICTURE = auto()
    TAKE_SILENT = auto()
    TAKE_NARROWED = auto()
    BACKGROUND_HIDDEN = auto()
    CAPTIONS_ESTIMATED = auto()
    TEXT_SHORTENED = auto()
    LOGO_MOVED = auto()
    OUTPUT_LACKING = auto()
    FILE_LACKING = auto()
