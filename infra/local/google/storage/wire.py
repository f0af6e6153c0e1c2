"""What Cloud Storage says on the wire: refusals in its JSON, XML and plain-text shapes, and reading query parameters.

The JSON API answers `{"error": {code, message, errors: [{domain, message, reason}]}}`, the XML API `<Error><Code/>…`,
and a media download plain text (cloud.google.com/storage/docs: json_api/v1/status-codes, xml-api/reference-status).
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from itertools import accumulate
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

_NUMBER = re.compile(r"[0-9]{1,19}")
_INT64_MAX = 2**63 - 1
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # in which brackets are letters
_LEVELS = 64  # no resource nests deeper than ten; what is deeper is refused before it is parsed
_BRACKETS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
# Every method takes these; they change nothing we store.
COMMON = frozenset({"alt", "fields", "prettyPrint", "projection", "uploadType", "upload_id"})


class Face(StrEnum):
    """Which of Google's three error shapes a path speaks."""

    JSON = "json"
    XML = "xml"
    TEXT = "text"


class Refused(Exception):
    """A request this server does not serve, with the status and words Google would use.

    `face` is the error shape; None leaves it to the path.
    """

    def __init__(
        self, status: int, reason: str, message: str, *, code: str = "", details: str = "", face: Face | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message
        self.code = code or _XML_CODES.get(reason, "InvalidArgument")
        self.details, self.face = details, face


_XML_CODES = {
    "conditionNotMet": "PreconditionFailed",
    "conflict": "BucketAlreadyOwnedByYou",
    "forbidden": "AccessDenied",
    "methodNotAllowed": "MethodNotAllowed",
    "notFound": "NoSuchKey",
    "notImplemented": "NotImplemented",
    "required": "AccessDenied",
    "requestedRangeNotSatisfiable": "InvalidRange",
}


def unsupported(what: str) -> Refused:
    """Refuse by name what Cloud Storage can do and this server cannot."""
    return Refused(HTTPStatus.NOT_IMPLEMENTED, "notImplemented", f"The local Cloud Storage does not support {what}.")


def invalid(message: str) -> Refused:
    """Refuse what Cloud Storage itself finds wrong."""
    return Refused(HTTPStatus.BAD_REQUEST, "invalid", message)


def no_object(bucket: str, name: str) -> Refused:
    """Say that a live object of this name (and generation, if one was asked) does not exist."""
    return Refused(HTTPStatus.NOT_FOUND, "notFound", f"No such object: {bucket}/{name}")


def no_bucket() -> Refused:
    """Say that the bucket does not exist."""
    return Refused(HTTPStatus.NOT_FOUND, "notFound", "The specified bucket does not exist.", code="NoSuchBucket")


def condition_not_met() -> Refused:
    """Say that a precondition failed."""
    message = "At least one of the pre-conditions you specified did not hold."
    return Refused(HTTPStatus.PRECONDITION_FAILED, "conditionNotMet", message)


def may_not_replace(bucket: str, name: str) -> Refused:
    """Say that whoever may only create objects may not replace one."""
    message = (
        f"The caller does not have storage.objects.delete access to the Google Cloud Storage object {bucket}/{name}."
    )
    return Refused(HTTPStatus.FORBIDDEN, "forbidden", message, code="AccessDenied")


def no_method(method: str) -> Refused:
    """Refuse an HTTP method the path does not have."""
    return Refused(HTTPStatus.METHOD_NOT_ALLOWED, "methodNotAllowed", f"The method {method} is not allowed here.")


@dataclass(frozen=True, slots=True)
class Query:
    """The query parameters of a request, each allowed by name before it is read."""

    values: Mapping[str, str]

    def allow(self, names: Iterable[str], *, common: frozenset[str] = COMMON) -> None:
        """Refuse every parameter that is neither common nor among `names`."""
        for name in self.values:
            if name not in common and name not in names:
                raise unsupported(f"the query parameter {name!r} here")

    def text(self, name: str) -> str | None:
        """Read a parameter, None where it is absent."""
        return self.values.get(name)

    def number(self, name: str) -> int | None:
        """Read a whole number ≥ 0, None where it is absent."""
        value = self.values.get(name)
        return None if value is None else read_number(name, value)

    def flag(self, name: str) -> bool:
        """Read true or false, false where it is absent."""
        value = self.values.get(name, "false").lower()
        if value not in {"true", "false"}:
            raise invalid(f"Invalid value for {name}: {value!r}.")
        return value == "true"


def read_number(name: str, text: str) -> int:
    """Read a whole number from 0 to 2^63 - 1; 400 for anything else, naming the parameter or header it came in."""
    if not _NUMBER.fullmatch(text) or int(text) > _INT64_MAX:
        raise invalid(f"Invalid value for {name}: {text[:40]!r}.")
    return int(text)


def read_json(body: bytes) -> dict[str, object]:
    """Parse a request's JSON object; an empty body is an empty object."""
    if max(accumulate(_BRACKETS.get(byte, 0) for byte in _TEXT.sub(b"", body)), default=0) > _LEVELS:
        raise Refused(HTTPStatus.BAD_REQUEST, "parseError", "Parse Error")
    try:
        parsed = json.loads(body or b"{}")
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair is no text: nothing could be answered
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "parseError", "Parse Error") from error
    if parsed is None:
        return {}
    if not isinstance(parsed, dict):
        raise Refused(HTTPStatus.BAD_REQUEST, "parseError", "Parse Error")
    return parsed


def answer_json(body: object, *, status: int = HTTPStatus.OK) -> Response:
    """Answer with a JSON body as the JSON API does."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json; charset=UTF-8")


def answer_refusal(refused: Refused, face: Face) -> Response:
    """Put a refusal into the shape its path speaks."""
    match refused.face or face:
        case Face.TEXT:
            response = Response(refused.message, status=refused.status, content_type="text/html; charset=UTF-8")
        case Face.XML:
            details = f"<Details>{escape(refused.details)}</Details>" if refused.details else ""
            text = (
                f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{refused.code}</Code>"
                f"<Message>{escape(refused.message)}</Message>{details}</Error>"
            )
            response = Response(text, status=refused.status, content_type="application/xml; charset=UTF-8")
        case Face.JSON:
            entry = {"message": refused.message, "domain": "global", "reason": refused.reason}
            error = {"code": int(refused.status), "message": refused.message, "errors": [entry]}
            response = answer_json({"error": error}, status=refused.status)
    if refused.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/"'
    return response
