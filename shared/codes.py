"""Every error code abroll tells anybody, with a sentence and a next move: the one register.

A code stands in `error` of a refused request (the door adds HTTP's status: `shared/door/statuses.py`) or in
`error.code` of a job that failed. The sentence here says the kind; who raises a code says the case beside it, in
`message` and `next_move`. The reference page and the OpenAPI description are printed from this register.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What went wrong, in one stable word; never renamed, never given a second meaning."""

    # A request that is refused.
    VALIDATION_ERROR = "validation_error"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    TENANT_INACTIVE = "tenant_inactive"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    BODY_TOO_SLOW = "body_too_slow"
    BODY_TORN = "body_torn"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    TOO_MANY_LIVE_JOBS = "too_many_live_jobs"
    RATE_LIMITED = "rate_limited"
    MONTHLY_CAP = "monthly_cap"
    ALREADY_ENDED = "already_ended"
    STILL_LIVE = "still_live"
    HAS_VERSIONS = "has_versions"
    JOB_DELETED = "job_deleted"
    ALREADY_ROTATING = "already_rotating"
    NOT_FAILED = "not_failed"
    RETRIED_TOO_OFTEN = "retried_too_often"
    STILL_ON_ITS_WAY = "still_on_its_way"
    NOT_COMPLETED = "not_completed"
    IS_VERSION = "is_version"
    TOO_MANY_VERSIONS = "too_many_versions"
    IMAGE_GONE = "image_gone"
    BUSY = "busy"
    DRAINING = "draining"
    UNAVAILABLE = "unavailable"
    INTERNAL_ERROR = "internal_error"

    # An image, music or a clip that cannot be used: sent as an upload, or named by a request.
    IMAGE_REFUSED = "image_refused"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    NO_UPLOAD = "no_upload"
    NOT_MUSIC = "not_music"
    NOT_A_CLIP = "not_a_clip"
    NOT_A_FONT = "not_a_font"

    # A tenant's account at an avatar service; told at the order where it can be known, else by the failed job.
    NO_PROVIDER_KEY = "no_provider_key"
    KEY_REJECTED = "key_rejected"
    KEY_CHANGED = "key_changed"
    CREDITS = "credits"
    PLAN = "plan"
    AVATAR_NOT_FOUND = "avatar_not_found"
    AVATAR_IS_GROUP = "avatar_is_group"
    AVATAR_NOT_USABLE = "avatar_not_usable"
    VOICE_NOT_FOUND = "voice_not_found"
    VOICE_NOT_USABLE = "voice_not_usable"
    WEBHOOK_REFUSED = "webhook_refused"
    ACCOUNT_IN_USE = "account_in_use"

    # A vendor's final word on a clip or a take.
    SAFETY = "safety"
    SCRIPT = "script"
    WEBM_UNSUPPORTED = "webm_unsupported"
    BACKGROUND_UNSUPPORTED = "background_unsupported"
    ENGINE_UNSUPPORTED = "engine_unsupported"
    RENDERING = "rendering"
    INVALID = "invalid"
    FILTERED = "filtered"
    EMPTY = "empty"
    PERMISSION = "permission"
    CAPACITY = "capacity"
    PROVISIONING = "provisioning"
    INTERNAL = "internal"
    TAKE_GONE = "take_gone"
    WRONG_PRESENTER = "wrong_presenter"
    NOT_A_FILM = "not_a_film"
    NOT_FETCHABLE = "not_fetchable"

    # A job that could not go on.
    BATCH_CAP = "batch_cap"
    SPEND_CEILING = "spend_ceiling"
    MISCONFIGURED = "misconfigured"
    TIMEOUT = "timeout"
    UNANSWERED = "unanswered"
    STUCK = "stuck"
    GAVE_UP = "gave_up"
    NO_TURN = "no_turn"
    MEDIA_REFUSED = "media_refused"
    COMPOSE_FAILED = "compose_failed"
    INPUT_GONE = "input_gone"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says to a person: what is the matter, and the usual next move."""

    says: str
    next_move: str


_RETRY = "Retry the job: what is finished is kept and not bought again."

MEANINGS: Mapping[Code, Meaning] = {
    Code.VALIDATION_ERROR: Meaning(
        "Fields of the request are wrong; `details` names every one of them.", "Mend the named fields, send it again."
    ),
    Code.UNAUTHORIZED: Meaning("No valid API key came with the request.", "Send `Authorization: Bearer abr_live_…`."),
    Code.FORBIDDEN: Meaning("The API key lacks the scope for this call.", "Use a key that has the scope."),
    Code.TENANT_INACTIVE: Meaning("The tenant is suspended or closed.", "Ask the operator."),
    Code.NOT_FOUND: Meaning("There is nothing of that name, or it is another tenant's.", "Check the id and the path."),
    Code.METHOD_NOT_ALLOWED: Meaning("The path exists, but not for this method.", "Use a method the answer names."),
    Code.PAYLOAD_TOO_LARGE: Meaning("The body is larger than this call takes.", "Send a smaller one."),
    Code.BODY_TOO_SLOW: Meaning("The body came too slowly.", "Send it again over a faster connection."),
    Code.BODY_TORN: Meaning("The body broke off before its end.", "Send it again, whole."),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning("The body is of a type this call does not take.", "Send what it takes."),
    Code.IDEMPOTENCY_CONFLICT: Meaning(
        "This Idempotency-Key was used for another request.", "Use a new key for a new request."
    ),
    Code.TOO_MANY_LIVE_JOBS: Meaning(
        "As many of the tenant's jobs are being made as its share allows.", "Wait until one has ended (Retry-After)."
    ),
    Code.RATE_LIMITED: Meaning(
        "More was asked for than the plan allows in this time, or than an address without a valid key may ask.",
        "Wait as long as Retry-After says; RateLimit tells beforehand what is left.",
    ),
    Code.MONTHLY_CAP: Meaning("The film would pass the tenant's cap of this month.", "Ask the operator for more."),
    Code.ALREADY_ENDED: Meaning("The job has ended, so there is nothing to cancel.", "Read the job."),
    Code.STILL_LIVE: Meaning(
        "The job is being made, or the batch has not ended, so it cannot be deleted yet.",
        "POST /jobs/{job}/cancel, or /batches/{batch}/cancel, then delete it.",
    ),
    Code.HAS_VERSIONS: Meaning(
        "The film has versions that are made of its takes.", "DELETE its versions, then the job itself."
    ),
    Code.JOB_DELETED: Meaning(
        "This call made a job before, which was deleted since; its key makes no other.",
        "Send it with another Idempotency-Key.",
    ),
    Code.ALREADY_ROTATING: Meaning(
        "Another webhook secret is being made for the tenant at this moment.",
        "Use the other one, or ask again in a minute (Retry-After).",
    ),
    Code.NOT_FAILED: Meaning("The job is not one that can be tried again now.", "Read the job; the answer says which."),
    Code.RETRIED_TOO_OFTEN: Meaning("The job was tried again as often as a job may be.", "Order a new film."),
    Code.STILL_ON_ITS_WAY: Meaning(
        "The delivery has not ended, so nothing is to be sent anew.", "Read the tenant's deliveries in a while."
    ),
    Code.NOT_COMPLETED: Meaning("Only a finished film can be made anew.", "Retry the job, or order a new film."),
    Code.IS_VERSION: Meaning(
        "The job is a version of a film: it is only composed.", "Edit it, or regenerate the film it is a version of."
    ),
    Code.TOO_MANY_VERSIONS: Meaning("The film has as many versions as one may have.", "Regenerate or order a film."),
    Code.IMAGE_GONE: Meaning("The product image was deleted after its time.", "Order a new film with the image."),
    Code.BUSY: Meaning(
        "More films wait for a vendor than it starts in a reasonable time.",
        "Send it again after Retry-After; nothing was stored or spent.",
    ),
    Code.DRAINING: Meaning(
        "The operator takes no new films for now; what was ordered is made to its end.",
        "Send it again after Retry-After; nothing was stored or spent.",
    ),
    Code.UNAVAILABLE: Meaning("A service abroll stands on did not answer.", "Send it again after Retry-After."),
    Code.INTERNAL_ERROR: Meaning("Something broke on abroll's side.", "Send the operator the request id."),
    Code.IMAGE_REFUSED: Meaning("An image of the request cannot be used; `details` says why.", "Give another."),
    Code.TOO_LARGE: Meaning("The image has too many bytes.", "Send a smaller one."),
    Code.NOT_AN_IMAGE: Meaning("The bytes are no image.", "Send a JPEG, PNG or WebP."),
    Code.UNSUPPORTED_FORMAT: Meaning("The image is of a format abroll does not read.", "Send a JPEG, PNG or WebP."),
    Code.BROKEN: Meaning("The image is damaged or cut short.", "Send it again, or export it anew."),
    Code.TOO_MANY_PIXELS: Meaning("The image has more pixels than abroll decodes.", "Send it smaller."),
    Code.TOO_SMALL: Meaning("The image has too few pixels to be filmed.", "Send a larger one."),
    Code.NOT_MUSIC: Meaning("The bytes are no music a film can have.", "Send an MP3, AAC, WAV or FLAC file."),
    Code.NOT_A_CLIP: Meaning(
        "The bytes are no clip a film can show.", "Send an MP4, MOV or WebM of 0.5 to 60 seconds, at most 4K."
    ),
    Code.NOT_A_FONT: Meaning("The bytes are no font a film can be lettered with.", "Send another TTF or OTF file."),
    Code.NO_UPLOAD: Meaning("There is no upload of that id.", "POST the image to /tenant/uploads first."),
    Code.NO_PROVIDER_KEY: Meaning(
        "The tenant has no working key at the avatar service.", "PUT /tenant/integrations/{provider} with a key."
    ),
    Code.KEY_REJECTED: Meaning(
        "The avatar service does not accept the tenant's key.",
        "PUT /tenant/integrations/{provider} with a good key.",
    ),
    Code.KEY_CHANGED: Meaning(
        "The key a take was ordered with no longer works, so the take cannot be fetched; it counts as paid.",
        "Put a working key; look for the take in the service's own account; retry the job.",
    ),
    Code.CREDITS: Meaning("The account at the avatar service has no credits left.", "Top it up, then retry the job."),
    Code.PLAN: Meaning("The plan at the avatar service does not include this.", "Upgrade it, or use another avatar."),
    Code.AVATAR_NOT_FOUND: Meaning("The avatar service does not know this avatar.", "Use the id of one of its looks."),
    Code.AVATAR_IS_GROUP: Meaning("The id names a group of looks.", "Use the id of one look as avatar_id."),
    Code.AVATAR_NOT_USABLE: Meaning("The avatar service does not let this avatar be used.", "Use another avatar."),
    Code.VOICE_NOT_FOUND: Meaning("The avatar service does not know this voice.", "Use another voice_id, or none."),
    Code.VOICE_NOT_USABLE: Meaning("The avatar service does not let this voice be used.", "Use another voice."),
    Code.WEBHOOK_REFUSED: Meaning("The avatar service does not accept abroll's webhook.", "Tell the operator."),
    Code.ACCOUNT_IN_USE: Meaning(
        "Films that are being made have takes which only this account's key can fetch.",
        "Pause the account, and delete it when they have ended.",
    ),
    Code.SAFETY: Meaning("A vendor's safety filter refused the words or the image.", "Retry the job with other words."),
    Code.SCRIPT: Meaning("The avatar service cannot speak this script.", "Retry the job with another script."),
    Code.WEBM_UNSUPPORTED: Meaning("The look cannot be filmed with transparency.", "Retry the job."),
    Code.BACKGROUND_UNSUPPORTED: Meaning("The look cannot be filmed before a flat colour.", "Retry the job."),
    Code.ENGINE_UNSUPPORTED: Meaning("The look is no longer filmed with the engine that was chosen.", "Retry the job."),
    Code.RENDERING: Meaning("The avatar service could not finish the take.", _RETRY),
    Code.INVALID: Meaning("A vendor found abroll's order invalid.", "Send the operator the job's id."),
    Code.FILTERED: Meaning("A safety filter removed the clip.", "Retry the job with other words."),
    Code.EMPTY: Meaning("A vendor finished without a film.", _RETRY),
    Code.PERMISSION: Meaning("A vendor may not read from or write to our bucket.", "Tell the operator."),
    Code.CAPACITY: Meaning("The vendor was overloaded at every try.", _RETRY),
    Code.PROVISIONING: Meaning("The vendor's access to our bucket was not ready in time.", _RETRY),
    Code.INTERNAL: Meaning("The vendor failed inside.", _RETRY),
    Code.TAKE_GONE: Meaning("The take was deleted at the vendor before it was fetched; it counts as paid.", _RETRY),
    Code.WRONG_PRESENTER: Meaning("The vendor filmed somebody else than was ordered; it counts as paid.", _RETRY),
    Code.NOT_A_FILM: Meaning("What a vendor delivered is not the film that was ordered; it counts as paid.", _RETRY),
    Code.NOT_FETCHABLE: Meaning(
        "A finished take could not be fetched from the vendor; it counts as paid.",
        "Look at the take in the service's own account, then retry the job.",
    ),
    Code.BATCH_CAP: Meaning(
        "This row of a batch would have passed the batch's `max_cost_usd`; nothing was bought for it.",
        "Send the row again, alone or in another batch with a higher max_cost_usd.",
    ),
    Code.SPEND_CEILING: Meaning("One more attempt would pass the job's spending ceiling.", "Order a new film."),
    Code.MISCONFIGURED: Meaning(
        "abroll's own set-up was wrong for too long.", "Tell the operator, then retry the job."
    ),
    Code.TIMEOUT: Meaning("A vendor did not finish in its longest time; the attempt counts as paid.", _RETRY),
    Code.UNANSWERED: Meaning("A vendor left every call without an answer and without a film.", _RETRY),
    Code.STUCK: Meaning("A part was pushed many times without a step forward.", _RETRY),
    Code.GAVE_UP: Meaning("The film was not finished in the time a job has.", _RETRY),
    Code.NO_TURN: Meaning("The film waited a week for its turn among its tenant's own films.", _RETRY),
    Code.MEDIA_REFUSED: Meaning("A file the film is made of cannot be used.", _RETRY),
    Code.COMPOSE_FAILED: Meaning("Composing failed on our machines.", _RETRY),
    Code.INPUT_GONE: Meaning("A file the film is made of was deleted after its time.", "Order a new film."),
}


def by_field(path: str, why: str) -> str:
    """Say what is wrong with the field at a path, as every refusal does: "scenes.2.duration: must be at least 4"."""
    return f"{path}: {why}"
