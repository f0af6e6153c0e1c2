"""HeyGen's refusals of footage in our own words: what is about the account is worded as for its presenters."""

from dataclasses import replace

from shared.codes import Code
from shared.providers.heygen.words import CREDITS, KEY, RENDERING
from shared.providers.ports import Blamed
from shared.providers.words import Words

_OTHER_IMAGE = "Order a new film with another image, a JPEG or PNG of at most 5 MB."

NO_FOOTAGE = Words(
    Code.PLAN,
    "The HeyGen account does not include HeyGen Video (trial keys never do).",
    'Upgrade the HeyGen plan, or order with "b_roll": {"provider": "veo"}.',
)
LACKS_SCOPE = Words(
    Code.KEY_REJECTED,
    "HeyGen does not let this API key order footage.",
    "PUT /tenant/integrations/heygen with a key that may read and write videos.",
)
WORDS = Words(
    Code.SAFETY, "HeyGen's content policy refused the scene's words.", "Retry the job with other words for the scene."
)
IMAGE = replace(WORDS, why="HeyGen's content policy refused the scene's image.", blamed=Blamed.IMAGE)
PICTURE = Words(Code.INVALID, "HeyGen cannot use the scene's image.", _OTHER_IMAGE)
TOO_LARGE = Words(Code.INVALID, "The scene's image is larger than HeyGen takes.", _OTHER_IMAGE)

FOOTAGE_WORDS = {
    "unauthorized": KEY,
    "authentication_failed": KEY,
    "forbidden": LACKS_SCOPE,
    "resource_access_denied": LACKS_SCOPE,
    "insufficient_credit": CREDITS,
    "quota_exceeded": CREDITS,
    "trial_limit_exceeded": NO_FOOTAGE,
    "subscription_required": NO_FOOTAGE,
    "plan_upgrade_required": NO_FOOTAGE,
    "ai_vendor_access_restricted": NO_FOOTAGE,
    "unlimited_mode_disabled": NO_FOOTAGE,
    "resource_limit_reached": NO_FOOTAGE,
    "resource_limit_exceeded": NO_FOOTAGE,
    "download_failed": PICTURE,
    "asset_not_found": PICTURE,
    "payload_too_large": PICTURE,
}
_POLICY = "content_policy_violation"


def refusal_words(code: str, param: str) -> Words | None:
    """Return our words for a code of HeyGen's, None for one nobody knows."""
    if code == _POLICY:
        return IMAGE if param.startswith(("image", "reference_images")) else WORDS
    return FOOTAGE_WORDS.get(code)


def invalid_footage(field: str) -> Words:
    """Say that an order is malformed, naming the field when it is known."""
    if field.startswith(("image", "reference_images")):
        return PICTURE
    return Words(
        Code.INVALID,
        f"HeyGen refuses the clip's order as invalid{f' (field {field})' if field else ''}.",
        "Send abroll's operator the job's id.",
    )


def failure_words(code: str, message: str) -> Words | None:
    """Return our words for a film that failed, None where a new attempt may succeed."""
    if _POLICY in code or "moderation" in code or "policy" in message:
        return IMAGE if "image" in message else WORDS
    if "insufficient_credit" in code:
        return CREDITS
    return FOOTAGE_WORDS.get(code)


RENDERING_FOOTAGE = replace(RENDERING, why="HeyGen could not finish the clip.")
