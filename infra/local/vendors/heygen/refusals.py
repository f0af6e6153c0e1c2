"""HeyGen's error envelope: {"error": {"code", "message", "param", "doc_url"}} and the codes' HTTP statuses."""

from typing import Any

_DOCS = "https://developers.heygen.com/docs/error-codes#"
STATUS = {
    "unauthorized": 401,
    "insufficient_credit": 402,
    "plan_upgrade_required": 402,
    "forbidden": 403,
    "rate_limit_exceeded": 429,
    "invalid_parameter": 400,
    "download_failed": 400,
    "content_policy_violation": 400,
    "avatar_not_usable": 400,
    "tts_text_invalid": 400,
    "avatar_not_found": 404,
    "avatar_group_not_found": 404,
    "voice_not_found": 404,
    "video_not_found": 404,
    "asset_not_found": 404,
    "webhook_not_found": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_in_progress": 409,
    "conflict": 409,
    "payload_too_large": 413,
    "internal_error": 500,
    "not_simulated": 501,  # ours: the vendor can do it, the stand-in cannot
    "service_unavailable": 503,
    "gateway_timeout": 504,
}
_SERVER_ERROR = 500


class RefusedError(Exception):
    """An answer in the error envelope."""

    def __init__(self, code: str, message: str, *, param: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
        self.param = param
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Return the envelope."""
        return envelope(self.code, str(self), self.param)


def envelope(code: str, message: str, param: str | None = None) -> dict[str, Any]:
    """Return an error envelope; `param` is absent when there is none."""
    error = {"code": code, "message": message, "doc_url": _DOCS + code.replace("_", "-")}
    return {"error": error if param is None else {**error, "param": param}}


def invalid(param: str, message: str) -> RefusedError:
    """Return a 400 that names its field."""
    return RefusedError("invalid_parameter", message, param=param)


def by_status(status: int) -> dict[str, Any]:
    """Return the envelope a fault of this HTTP status answers with."""
    code = next((code for code, known in STATUS.items() if known == status), "internal_error")
    words = "The service is currently unavailable." if status >= _SERVER_ERROR else code.replace("_", " ").capitalize()
    return envelope(code, words)
