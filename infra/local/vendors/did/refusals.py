"""D-ID's errors: {"kind", "description", "details"}; the kind decides, the status only follows it."""

from collections.abc import Mapping
from typing import Any

STATUS = {
    "BadRequestError": 400,
    "ValidationError": 400,
    "AuthorizationError": 401,
    "InsufficientCreditsError": 402,
    "PermissionError": 403,
    "NotFoundError": 404,
    "NotReadyError": 409,
    "TextModerationError": 451,
    "CelebrityRecognizedError": 451,
    "TooManyRequestsError": 429,
    "InternalError": 500,
    "NotSimulatedError": 501,  # ours: the vendor can do it, the stand-in cannot
}
_BY_STATUS = {
    400: ("BadRequestError", "bad request"),
    401: ("AuthorizationError", "user unauthenticated"),
    402: ("InsufficientCreditsError", "not enough credits"),
    403: ("PermissionError", "user has no permission for clips"),
    404: ("NotFoundError", "not found"),
    409: ("NotReadyError", "clip is in process, try again later"),
    415: ("UnsupportedMimeTypeError", "unsupported mime type"),
    429: ("TooManyRequestsError", "too many requests"),
    451: ("TextModerationError", "the text did not pass moderation"),
}


class RefusedError(Exception):
    """An answer in D-ID's own words."""

    def __init__(
        self,
        kind: str,
        description: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(description)
        self.kind = kind
        self.status = STATUS[kind]
        self.details = details
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Return the answer's body; `details` is absent when there are none."""
        body = {"kind": self.kind, "description": str(self)}
        return body if self.details is None else {**body, "details": dict(self.details)}


def unsound(field: str, why: str) -> RefusedError:
    """Return a 400 that names its field."""
    return RefusedError("ValidationError", "validation error", details={field: why})


def by_status(status: int) -> dict[str, Any]:
    """Return the body a fault of this HTTP status answers with: the gateway's own from 502 on, which knows no kinds."""
    if status in _BY_STATUS:
        kind, description = _BY_STATUS[status]
        return {"kind": kind, "description": description}
    if status == STATUS["InternalError"]:
        return {"kind": "InternalError", "description": "internal server error"}
    return {"message": "Endpoint request timed out"}
