"""HeyGen's refusals in our own words: a stable code, what is the matter, and what to do about it.

The catalogue of codes is the union of HeyGen's command line tool, its docs and live replies (heygen page, "Envelopes
and errors"); some stand in a submit's answer, some in a failed film's `failure_code`.
"""

from shared.codes import Code
from shared.providers.words import Words

_AGAIN = "Retry the job in a few minutes: what is finished is kept."


_OTHER_VOICE = "Use another voice_id, or leave it out: the look speaks with its own voice."

KEY = Words(
    Code.KEY_REJECTED,
    "HeyGen rejects the API key.",
    "PUT /tenant/integrations/heygen with a working key.",
)
CREDITS = Words(
    Code.CREDITS,
    "The HeyGen account has no API credits left.",
    "Top up the HeyGen API wallet (the credits of the web plan do not count).",
)
PLAN = Words(Code.PLAN, "The HeyGen plan does not include this.", "Upgrade the HeyGen plan, or give another avatar_id.")
NO_AVATAR = Words(
    Code.AVATAR_NOT_FOUND,
    "HeyGen does not know this avatar.",
    "Use the id of one look of your HeyGen account as avatar_id (a group's id is none).",
)
AVATAR = Words(
    Code.AVATAR_NOT_USABLE, "HeyGen does not let this avatar be used.", "Use another look's id as avatar_id."
)
NO_VOICE = Words(
    Code.VOICE_NOT_FOUND,
    "HeyGen does not know this voice.",
    _OTHER_VOICE,
)
VOICE = Words(
    Code.VOICE_NOT_USABLE,
    "HeyGen does not let this voice be used.",
    _OTHER_VOICE,
)
UNSAFE = Words(Code.SAFETY, "HeyGen's content policy refused the script.", "Retry the job with another script.")
SCRIPT = Words(Code.SCRIPT, "HeyGen cannot speak this script.", "Retry the job with another script.")
WEBM = Words(
    Code.WEBM_UNSUPPORTED,
    "This look cannot be filmed with a transparent background.",
    "Retry the job with another avatar_id.",
)
BACKGROUND = Words(
    Code.BACKGROUND_UNSUPPORTED,
    "This look cannot be filmed before a flat colour.",
    "Retry the job with another avatar_id.",
)
ENGINE = Words(
    Code.ENGINE_UNSUPPORTED,
    "HeyGen no longer films this look with the engine that was chosen when the film was ordered.",
    "Retry the job after a minute: the look is asked again, and an engine it knows is chosen.",
)
WEBHOOK = Words(
    Code.WEBHOOK_REFUSED,
    "HeyGen does not accept the webhook's address.",
    "Check that the address is public and starts with https://.",
)
RENDERING = Words(Code.RENDERING, "HeyGen could not finish the film.", _AGAIN)

BY_CODE = {
    "unauthorized": KEY,
    "authentication_failed": KEY,
    "forbidden": KEY,
    "insufficient_credit": CREDITS,
    "quota_exceeded": CREDITS,
    "trial_limit_exceeded": CREDITS,
    "subscription_required": PLAN,
    "plan_upgrade_required": PLAN,
    "ai_vendor_access_restricted": PLAN,
    "unlimited_mode_disabled": PLAN,
    "resource_limit_reached": PLAN,
    "resource_limit_exceeded": PLAN,
    "avatar_not_found": NO_AVATAR,
    "avatar_group_not_found": NO_AVATAR,
    "resource_access_denied": AVATAR,
    "avatar_not_usable": AVATAR,
    "avatar_expired": AVATAR,
    "avatar_consent_required": AVATAR,
    "voice_not_found": NO_VOICE,
    "voice_not_usable": VOICE,
    "voice_unavailable": VOICE,
    "voice_expired": VOICE,
    "content_policy_violation": UNSAFE,
    "script_too_short": SCRIPT,
    "tts_text_invalid": SCRIPT,
    "video_too_long": SCRIPT,
    "no_audio_track": SCRIPT,
}


def group_words(looks: tuple[str, ...]) -> Words:
    """Say that an id names a group, and which looks it has."""
    has = f"Its looks are {', '.join(looks)}." if looks else "It has no looks yet."
    return Words(
        Code.AVATAR_IS_GROUP,
        "This id names a group of looks, and HeyGen films a single look.",
        f"Use the id of one look as avatar_id. {has}",
    )


def invalid_words(field: str) -> Words:
    """Say that the order is malformed, naming the field when it is known."""
    return Words(
        Code.INVALID,
        f"HeyGen refuses the order as invalid{f' (field {field})' if field else ''}.",
        "Check avatar_id, voice_id and voice; if they are right, send abroll's operator the job's id.",
    )
