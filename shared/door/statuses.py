"""HTTP's status of each code that a request may be refused with; only the doors speak HTTP.

400 says that a request is wrong in itself: reading it tells. 422 says that it is right, and that what it names cannot
be used: an avatar or a voice the service does not know (with near matches), a key it refuses, an image that is broken.
"""

from collections.abc import Mapping

from shared.codes import Code

STATUS: Mapping[Code, int] = {
    Code.BODY_TORN: 400,
    Code.VALIDATION_ERROR: 400,
    Code.UNAUTHORIZED: 401,
    Code.CREDITS: 402,
    Code.MONTHLY_CAP: 402,
    Code.FORBIDDEN: 403,
    Code.TENANT_INACTIVE: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.BODY_TOO_SLOW: 408,
    Code.ACCOUNT_IN_USE: 409,
    Code.ALREADY_ENDED: 409,
    Code.ALREADY_ROTATING: 409,
    Code.BATCH_CAP: 409,
    Code.HAS_VERSIONS: 409,
    Code.IDEMPOTENCY_CONFLICT: 409,
    Code.IMAGE_GONE: 409,
    Code.INPUT_GONE: 409,
    Code.IS_VERSION: 409,
    Code.NOT_COMPLETED: 409,
    Code.NOT_FAILED: 409,
    Code.RETRIED_TOO_OFTEN: 409,
    Code.SPEND_CEILING: 409,
    Code.STILL_LIVE: 409,
    Code.STILL_ON_ITS_WAY: 409,
    Code.TOO_MANY_VERSIONS: 409,
    Code.JOB_DELETED: 410,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.TOO_LARGE: 413,
    Code.NOT_AN_IMAGE: 415,
    Code.UNSUPPORTED_FORMAT: 415,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.AVATAR_IS_GROUP: 422,
    Code.AVATAR_NOT_FOUND: 422,
    Code.AVATAR_NOT_USABLE: 422,
    Code.BROKEN: 422,
    Code.NOT_A_CLIP: 422,
    Code.NOT_A_FONT: 422,
    Code.NOT_MUSIC: 422,
    Code.IMAGE_REFUSED: 422,
    Code.KEY_REJECTED: 422,
    Code.NO_PROVIDER_KEY: 422,
    Code.TOO_MANY_PIXELS: 422,
    Code.TOO_SMALL: 422,
    Code.VOICE_NOT_FOUND: 422,
    Code.VOICE_NOT_USABLE: 422,
    Code.RATE_LIMITED: 429,
    Code.TOO_MANY_LIVE_JOBS: 429,
    Code.INTERNAL_ERROR: 500,
    Code.BUSY: 503,
    Code.DRAINING: 503,
    Code.UNAVAILABLE: 503,
}
