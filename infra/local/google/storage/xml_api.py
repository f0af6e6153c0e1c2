"""The XML API's object methods at /BUCKET/OBJECT, where signed URLs lead: read, write, delete, start a resumable."""

import base64
import re
from dataclasses import replace
from http import HTTPStatus

from werkzeug.wrappers import Response

from . import downloads
from .arrival import Arrival
from .resources import Description, Stored
from .resumable import Uploads
from .rules import Conditions, read_claims
from .state import State, Wanted, Write
from .wire import Face, Refused, condition_not_met, invalid, no_method, read_number, unsupported

_OVERRIDES = {
    "response-content-disposition": "Content-Disposition",
    "response-content-type": "Content-Type",
}
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
_SIGNED = frozenset(
    f"X-Goog-{part}" for part in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)
_KNOWN = frozenset(
    {
        "x-goog-api-client",
        "x-goog-content-length-range",
        "x-goog-content-sha256",
        "x-goog-date",
        "x-goog-hash",
        "x-goog-if-generation-match",
        "x-goog-if-metageneration-match",
        "x-goog-resumable",
    }
)


def one(state: State, uploads: Uploads, arrival: Arrival, bucket: str, name: str) -> Response:
    """Answer a request for one object."""
    query = arrival.query
    query.allow((*_OVERRIDES, "generation"), common=_SIGNED)
    _allow_headers(arrival)
    wanted = Wanted(bucket, name, query.number("generation"), _conditions(arrival))
    match arrival.method:
        case "GET" | "HEAD":
            return _get(state, arrival, wanted)
        case "PUT":
            return _put(state, arrival, wanted)
        case "POST" if arrival.headers.get("x-goog-resumable") == "start":
            return _begin(uploads, arrival, wanted)
        case "DELETE":
            state.delete(wanted)
            return Response(status=204)
        case "POST":
            raise unsupported("POST of forms and XML multipart uploads")
        case method:
            raise no_method(method)


def _get(state: State, arrival: Arrival, wanted: Wanted) -> Response:
    stored = state.get(wanted)
    tag, asked = _etag(stored), arrival.headers
    if not {tag, "*"} & _tags(asked.get("if-match", "*")):
        raise condition_not_met()
    if {tag, "*"} & _tags(asked.get("if-none-match", "")):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    if asked.get("if-range", tag) != tag:
        arrival = replace(arrival, headers={key: value for key, value in asked.items() if key != "range"})
    exact = replace(wanted, generation=stored.version.generation)
    response = downloads.serve(state, arrival, exact)
    response.headers["ETag"] = tag
    for key, text in stored.description.metadata:
        if _TOKEN.fullmatch(key) and text.isprintable():
            response.headers[f"X-Goog-Meta-{key}"] = downloads.on_wire(text)
    for parameter, header in _OVERRIDES.items():
        if (value := arrival.query.text(parameter)) is not None:
            if not value.isprintable():
                raise invalid(f"Invalid {parameter}.")
            response.headers[header] = downloads.on_wire(value)
    return response


def _etag(stored: Stored) -> str:
    """Build the XML API's etag: the MD5 in hexadecimal."""
    return f'"{base64.b64decode(stored.digests.md5).hex()}"'


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}


def _put(state: State, arrival: Arrival, wanted: Wanted) -> Response:
    write = _write(arrival, wanted)
    state.check_writable(write)
    staged = state.files.stage(arrival.blocks())
    try:
        _check_length(arrival, staged.size)
        read_claims(arrival.headers).check(staged.digests)
        stored = state.insert(staged, write)
    finally:
        state.files.discard(staged)
    headers = downloads.headers_of(stored) | {"ETag": _etag(stored)}
    kept = ("ETag", "X-Goog-Generation", "X-Goog-Metageneration", "X-Goog-Hash", "X-Goog-Stored-Content-Length")
    return Response(status=200, headers={key: headers[key] for key in kept})


def _begin(uploads: Uploads, arrival: Arrival, wanted: Wanted) -> Response:
    if arrival.headers.get("x-goog-content-length-range"):
        raise unsupported("x-goog-content-length-range on a resumable upload")
    upload = uploads.begin(_write(arrival, wanted), Face.XML, read_claims(arrival.headers), None)
    location = f"{arrival.host}{arrival.path}?upload_id={upload}"
    return Response(status=201, headers={"Location": location, "X-GUploader-UploadID": upload})


def _write(arrival: Arrival, wanted: Wanted) -> Write:
    headers = arrival.headers
    if headers.get("content-encoding") not in {None, "", "identity"}:
        raise unsupported("content encodings (decompressive transcoding)")
    metadata = {
        key.removeprefix("x-goog-meta-"): value for key, value in headers.items() if key.startswith("x-goog-meta-")
    }
    description = Description(
        content_type=arrival.content_type,
        content_disposition=headers.get("content-disposition"),
        content_language=headers.get("content-language"),
        cache_control=headers.get("cache-control"),
        metadata=tuple(sorted(metadata.items())),
    )
    return Write(wanted.bucket, wanted.name, description, wanted.conditions)


def _check_length(arrival: Arrival, size: int) -> None:
    header = arrival.headers.get("x-goog-content-length-range")
    if header is None:
        return
    least, _, most = header.partition(",")
    low, high = (read_number("x-goog-content-length-range", part.strip()) for part in (least, most))
    if size < low:
        raise Refused(
            400, "invalid", "Your proposed upload is smaller than the minimum allowed.", code="EntityTooSmall"
        )
    if size > high:
        raise Refused(400, "invalid", "Your proposed upload exceeds the maximum allowed.", code="EntityTooLarge")


def _allow_headers(arrival: Arrival) -> None:
    for name in arrival.headers:
        if name.startswith("x-goog-") and name not in _KNOWN and not name.startswith("x-goog-meta-"):
            raise unsupported(f"the header {name!r}")


def _conditions(arrival: Arrival) -> Conditions:
    numbers = []
    for header in ("x-goog-if-generation-match", "x-goog-if-metageneration-match"):
        value = arrival.headers.get(header)
        numbers.append(None if value is None else read_number(header, value))
    generation, metageneration = numbers
    return Conditions(generation_match=generation, metageneration_match=metageneration)
