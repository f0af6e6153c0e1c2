"""The server's WSGI application: who is asking, for which path, and which error shape that path speaks."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from werkzeug.wrappers import Request, Response

from . import buckets, downloads, objects, signatures, uploads, xml_api
from .arrival import Arrival, decode
from .resumable import Uploads
from .rules import condition_names, read_conditions
from .state import State, Wanted
from .wire import Face, Refused, answer_refusal, no_method, unsupported

_log = logging.getLogger(__name__)
_DOWNLOAD_QUERY = (*condition_names(), "generation")
_JSON = re.compile(r"/(?:(?:storage|upload|download|resumable|batch)(?:/.*)?)?")
_XML = re.compile(r"/([^/]+)/(.+)")
_REFUSED_HEADERS = ("x-goog-encryption-algorithm", "x-goog-user-project", "x-http-method-override")
_VERBS = {"DELETE": "delete", "PATCH": "update", "POST": "create", "PUT": "update"}


@dataclass(frozen=True, slots=True)
class App:
    """Everything a request can reach."""

    state: State
    uploads: Uploads
    accounts: Mapping[str, RSAPublicKey]
    access: Callable[[str], bool]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        arrival = Arrival.of(Request(environ))
        face = _face(arrival)
        try:
            response = self._answer(arrival)
        except Refused as refused:
            response = answer_refusal(refused, face)
        except Exception:  # noqa: BLE001 - the outermost door: a bug of ours becomes a 500 and a log line
            _log.exception("%s %s failed", arrival.method, arrival.path)
            response = answer_refusal(Refused(500, "backendError", "Backend Error", code="InternalError"), face)
        arrival.drain()
        return response(environ, start_response)

    def _answer(self, arrival: Arrival) -> Response:
        for header in _REFUSED_HEADERS:
            if header in arrival.headers:
                raise unsupported(f"the header {header}")
        if arrival.method == "OPTIONS":
            raise unsupported("cross-origin requests (CORS)")
        if upload := dict(arrival.pairs).get("upload_id"):
            return uploads.proceed(self.uploads, arrival, upload)
        for route in _ROUTES:
            if match := route.pattern.fullmatch(arrival.path):
                self._admit(arrival, route.permission(arrival.method))
                return route.answer(self, arrival, *(decode(part) for part in match.groups()))
        return self._xml(arrival)

    def download(self, arrival: Arrival, bucket: str, name: str) -> Response:
        """Answer GET of /download/storage/v1/b/BUCKET/o/OBJECT?alt=media."""
        query = arrival.query
        query.allow(_DOWNLOAD_QUERY)
        if arrival.method not in {"GET", "HEAD"}:
            raise no_method(arrival.method)
        if query.text("alt") != "media":
            raise unsupported("the download path without alt=media")
        wanted = Wanted(bucket, name, query.number("generation"), read_conditions(query, arrival.headers))
        return downloads.serve(self.state, arrival, wanted)

    def _xml(self, arrival: Arrival) -> Response:
        match = _XML.fullmatch(arrival.path)
        if arrival.method == "POST" and (arrival.content_type or "").startswith("multipart/form-data"):
            raise unsupported("HTML forms (POST policies)")  # whose credentials lie among the form's fields
        arrival.query  # noqa: B018 - refuses a parameter given twice before a signature over it is judged
        if signatures.is_signed(dict(arrival.pairs)):
            arrived = signatures.Arrived(arrival.method, decode(arrival.path), arrival.pairs, arrival.headers)
            signatures.verify(arrived, self.accounts, self.state.clock())
        else:
            self._admit(arrival, "storage.objects.get", anonymous=HTTPStatus.FORBIDDEN)
        if match is None:
            raise unsupported(f"{arrival.method} of a bucket through the XML API")
        return xml_api.one(self.state, self.uploads, arrival, *(decode(part) for part in match.groups()))

    def _admit(self, arrival: Arrival, permission: str, *, anonymous: HTTPStatus = HTTPStatus.UNAUTHORIZED) -> None:
        """Refuse who brings no bearer token (JSON 401, XML 403) and who brings one that is not accepted (403)."""
        scheme, _, token = arrival.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _denied("Anonymous caller", permission, anonymous)
        if not self.access(token.strip()):
            raise _denied("The caller", permission, HTTPStatus.FORBIDDEN)


def _denied(who: str, permission: str, status: HTTPStatus) -> Refused:
    message = f"{who} does not have {permission} access to the Google Cloud Storage resource."
    reason = "required" if status is HTTPStatus.UNAUTHORIZED else "forbidden"
    return Refused(status, reason, message, code="AccessDenied")


@dataclass(frozen=True, slots=True)
class _Route:
    """A path of the JSON API, what it is about, and who answers it."""

    pattern: re.Pattern[str]
    about: str
    answer: Callable[..., Response]
    reading: str = "get"

    def permission(self, method: str) -> str:
        return f"storage.{self.about}.{_VERBS.get(method, self.reading)}"


def _copy(app: App, arrival: Arrival, *path: str) -> Response:
    bucket, name, verb, other, new = path
    return objects.copy(app.state, arrival, (bucket, name), (other, new), rewrite=verb == "rewriteTo")


def _elsewhere(_: App, arrival: Arrival, *__: str) -> Response:
    raise unsupported(f"{arrival.method} {arrival.path}")


_OBJECT = re.compile(r"/storage/v1/b/([^/]+)/o/([^/]+)")
_DOWNLOAD = re.compile(r"/download/storage/v1/b/([^/]+)/o/([^/]+)")
_COPY = re.compile(r"/storage/v1/b/([^/]+)/o/([^/]+)/(copyTo|rewriteTo)/b/([^/]+)/o/([^/]+)")
_UPLOAD = re.compile(r"/upload/storage/v1/b/([^/]+)/o")
_ROUTES = (
    _Route(_OBJECT, "objects", lambda app, arrival, *path: objects.one(app.state, arrival, *path)),
    _Route(_DOWNLOAD, "objects", App.download),
    _Route(_UPLOAD, "objects", lambda app, arrival, bucket: uploads.insert(app.state, app.uploads, arrival, bucket)),
    _Route(
        re.compile(r"/storage/v1/b/([^/]+)/o/?"),
        "objects",
        lambda app, *rest: objects.listing(app.state, *rest),
        "list",
    ),
    _Route(_COPY, "objects", _copy),
    _Route(re.compile(r"/storage/v1/b/([^/]+)"), "buckets", lambda app, *rest: buckets.one(app.state, *rest)),
    _Route(re.compile(r"/storage/v1/b/?"), "buckets", lambda app, *rest: buckets.many(app.state, *rest), "list"),
    _Route(_JSON, "objects", _elsewhere),
)


def _face(arrival: Arrival) -> Face:
    media = dict(arrival.pairs).get("alt") == "media"
    if _DOWNLOAD.fullmatch(arrival.path) or (media and _OBJECT.fullmatch(arrival.path)):
        return Face.TEXT
    return Face.JSON if _JSON.fullmatch(arrival.path) else Face.XML
