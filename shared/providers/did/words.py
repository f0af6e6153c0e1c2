"""D-ID's refusals in our own words, by the `kind` its errors carry (did page, "Errors")."""

from shared.codes import Code
from shared.providers.words import Words

_AGAIN = "Retry the job in a few minutes: what is finished is kept."
_OWN_VOICE = "Use another voice_id, or leave it out: the presenter speaks with its own voice."

DID_KEY = Words(Code.KEY_REJECTED, "D-ID rejects the API key.", "PUT /tenant/integrations/did with a working key.")
DID_CREDITS = Words(Code.CREDITS, "The D-ID account has no credits left.", "Top up the D-ID account.")
DID_PLAN = Words(Code.PLAN, "The D-ID plan does not include this.", "Upgrade the D-ID plan, or give another avatar_id.")
DID_NO_PRESENTER = Words(
    Code.AVATAR_NOT_FOUND,
    "D-ID does not know this presenter.",
    "Use the id of one of D-ID's clips presenters as avatar_id.",
)
DID_NOBODY = Words(
    Code.AVATAR_NOT_FOUND,
    "D-ID films somebody of its own choice where no presenter is named, so nothing is ordered without one.",
    "Give avatar_id, or put a default one with the integration.",
)
DID_NO_VOICE = Words(Code.VOICE_NOT_FOUND, "D-ID does not know this voice.", _OWN_VOICE)
DID_UNSAFE = Words(Code.SAFETY, "D-ID's moderation refused the script.", "Retry the job with another script.")
DID_SCRIPT = Words(Code.SCRIPT, "D-ID cannot speak this script.", "Retry the job with another script.")
DID_WEBM = Words(
    Code.WEBM_UNSUPPORTED,
    "This presenter cannot be filmed with a transparent background.",
    "Retry the job with another avatar_id.",
)
DID_BACKGROUND = Words(
    Code.BACKGROUND_UNSUPPORTED,
    "This presenter cannot be filmed before a flat colour.",
    "Retry the job with another avatar_id.",
)
DID_RENDERING = Words(Code.RENDERING, "D-ID could not finish the film.", _AGAIN)

BY_KIND = {
    "AuthorizationError": DID_KEY,
    "InsufficientCreditsError": DID_CREDITS,
    "PermissionError": DID_PLAN,
    "ImageModerationError": DID_UNSAFE,
    "CelebrityRecognizedError": DID_UNSAFE,
    "TextModerationError": DID_UNSAFE,
    "AudioModerationError": DID_UNSAFE,
}


def other_maker(maker: str, voice_id: str) -> Words:
    """Say how a voice of another maker is named."""
    return Words(
        Code.VOICE_NOT_FOUND,
        f"This voice is {maker}'s, and a voice_id alone means Microsoft's.",
        f"Use {maker}/{voice_id} as voice_id.",
    )


def untunable(field: str, why: str) -> Words:
    """Say that a voice cannot be changed this way."""
    return Words(Code.INVALID, f"D-ID cannot order {field}: {why}.", f"Leave {field} out, or change the voice_id.")


def invalid_words(field: str) -> Words:
    """Say that the order is malformed, naming the field when it is known."""
    return Words(
        Code.INVALID,
        f"D-ID refuses the order as invalid{f' (field {field})' if field else ''}.",
        "Check avatar_id, voice_id and voice; if they are right, send abroll's operator the job's id.",
    )
