"""The JSON API's upload endpoint: media, multipart and resumable inserts, and the PUTs of a resumable session."""

import base64

from werkzeug.wrappers import Response

from .arrival import Arrival
from .multipart import split
from .partial import select
from .resources import Description, object_resource, read_resource_claims
from .resumable import Uploads
from .rules import condition_names, read_claims, read_conditions, read_content_range
from .state import State, Write
from .wire import Face, Query, answer_json, invalid, no_method, read_json, read_number, unsupported

_ALLOWED = (*condition_names(), "name", "contentEncoding")


def insert(state: State, uploads: Uploads, arrival: Arrival, bucket: str) -> Response:
    """Answer POST /upload/storage/v1/b/BUCKET/o."""
    query = arrival.query
    if arrival.method == "DELETE":
        raise invalid("Required parameter: upload_id")  # what BlobWriter.terminate() of 3.17.1 runs into
    if arrival.method != "POST":
        raise no_method(arrival.method)
    query.allow(_ALLOWED)
    if query.text("contentEncoding") not in {None, "", "identity"}:
        raise unsupported("content encodings (decompressive transcoding)")
    match query.text("uploadType"):
        case "media":
            return _media(state, arrival, query, bucket)
        case "multipart":
            return _multipart(state, arrival, query, bucket)
        case "resumable":
            return _begin(uploads, arrival, query, bucket)
        case other:
            raise invalid(f"Unknown uploadType: {other!r}.")


def proceed(uploads: Uploads, arrival: Arrival, upload: str) -> Response:
    """Answer a request on a resumable session's URI, the JSON API's or the XML API's.

    Google's client for Go sends its chunks by POST and asks for 200 instead of 308 (X-GUploader-No-308).
    """
    session = uploads.load(upload)
    if arrival.method == "DELETE":
        uploads.cancel(upload)
        return Response(status="499 Client Closed Request")
    if arrival.method not in {"POST", "PUT"}:
        raise no_method(arrival.method)
    header = arrival.headers.get("content-range")
    piece = read_content_range(header) if header else None
    progress = uploads.send(upload, piece, arrival.blocks(), read_claims(arrival.headers), arrival.host)
    if progress.resource is None:
        kept = {"Range": f"bytes=0-{progress.received - 1}"} if progress.received else {}
        kept["X-GUploader-UploadID"] = upload
        if arrival.headers.get("x-guploader-no-308", "").lower() == "yes":
            return Response(status=200, headers={**kept, "X-HTTP-Status-Code-Override": "308"})
        return Response(status="308 Resume Incomplete", headers=kept)
    if session.face is Face.XML:
        written = progress.resource
        headers = {
            "ETag": f'"{base64.b64decode(str(written["md5Hash"])).hex()}"',
            "X-Goog-Generation": str(written["generation"]),
            "X-Goog-Hash": f"crc32c={written['crc32c']},md5={written['md5Hash']}",
        }
        return Response(status=200, headers=headers)
    return answer_json(progress.resource)


def _media(state: State, arrival: Arrival, query: Query, bucket: str) -> Response:
    name = query.text("name") or ""
    write = Write(bucket, name, Description(content_type=arrival.content_type), read_conditions(query, {}))
    state.check_writable(write)
    staged = state.files.stage(arrival.blocks())
    try:
        read_claims(arrival.headers).check(staged.digests)
        stored = state.insert(staged, write)
    finally:
        state.files.discard(staged)
    return answer_json(select(object_resource(stored, arrival.host), query.text("fields")))


def _multipart(state: State, arrival: Arrival, query: Query, bucket: str) -> Response:
    resource, content_type, data = split(arrival.content_type or "", arrival.body())
    description = Description(content_type=content_type).patched(resource)
    write = Write(bucket, _name(resource, query), description, read_conditions(query, {}))
    staged = state.files.stage((data,))
    try:
        (read_claims(arrival.headers) | read_resource_claims(resource)).check(staged.digests)
        stored = state.insert(staged, write)
    finally:
        state.files.discard(staged)
    return answer_json(select(object_resource(stored, arrival.host), query.text("fields")))


def _begin(uploads: Uploads, arrival: Arrival, query: Query, bucket: str) -> Response:
    resource = read_json(arrival.body())
    announced = arrival.headers.get("x-upload-content-length")
    total = None if announced is None else read_number("X-Upload-Content-Length", announced)
    description = Description(content_type=arrival.headers.get("x-upload-content-type")).patched(resource)
    write = Write(bucket, _name(resource, query), description, read_conditions(query, {}))
    claims = read_claims(arrival.headers) | read_resource_claims(resource)
    upload = uploads.begin(write, Face.JSON, claims, total)
    location = f"{arrival.host}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={upload}"
    return Response(status=200, headers={"Location": location, "X-GUploader-UploadID": upload})


def _name(resource: dict[str, object], query: Query) -> str:
    said, asked = resource.get("name"), query.text("name")
    if said is not None and asked is not None and said != asked:
        raise invalid(f"Value {said!r} in content does not agree with value {asked!r} in query parameter 'name'.")
    name = said if said is not None else asked
    if not isinstance(name, str):
        raise invalid("Required: the object's name.")
    return name
