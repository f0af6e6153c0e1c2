"""The JSON API's upload endpoint: media, multipart and resumable inserts, and the PUTs of a resumable session."""

import base64
from email.message import Message

from werkzeug.wrappers import Response

from .arrival import Arrival
from .partial import select
from .resources import Description, object_resource, read_resource_claims
from .resumable import Uploads
from .rules import condition_names, read_claims, read_conditions, read_content_range
from .state import State, Write
from .wire import Face, Query, answer_json, invalid, no_method, read_json, unsupported

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
    """Answer a PUT or DELETE on a resumable session's URI, the JSON API's or the XML API's."""
    session = uploads.load(upload)
    if arrival.method == "DELETE":
        uploads.cancel(upload)
        return Response(status="499 Client Closed Request")
    if arrival.method != "PUT":
        raise no_method(arrival.method)
    header = arrival.headers.get("content-range")
    piece = read_content_range(header) if header else None
    progress = uploads.send(upload, piece, arrival.blocks(), read_claims(arrival.headers), arrival.host)
    if progress.resource is None:
        kept = {"Range": f"bytes=0-{progress.received - 1}"} if progress.received else {}
        return Response(status="308 Resume Incomplete", headers={**kept, "X-GUploader-UploadID": upload})
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
    resource, content_type, data = _split(arrival.content_type or "", arrival.body())
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
    length = arrival.headers.get("x-upload-content-length")
    if length is not None and not length.isdigit():
        raise invalid(f"Invalid X-Upload-Content-Length: {length!r}.")
    description = Description(content_type=arrival.headers.get("x-upload-content-type")).patched(resource)
    write = Write(bucket, _name(resource, query), description, read_conditions(query, {}))
    claims = read_claims(arrival.headers) | read_resource_claims(resource)
    upload = uploads.begin(write, Face.JSON, claims, None if length is None else int(length))
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


def _split(content_type: str, body: bytes) -> tuple[dict[str, object], str | None, bytes]:
    """Split a multipart/related body into the object resource, the data's type, and the data."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        raise invalid("A multipart upload needs Content-Type multipart/related with a boundary.")
    mark = b"--" + boundary.encode()
    start, end = body.find(mark), body.rfind(b"\r\n" + mark + b"--")
    middle = body.find(b"\r\n" + mark + b"\r\n", start + len(mark))
    if start < 0 or middle < 0 or end < middle:
        raise invalid("A multipart upload has exactly two parts: the object resource and the data.")
    _, resource = _part(body[start + len(mark) + 2 : middle])
    data_type, data = _part(body[middle + len(mark) + 4 : end])
    return read_json(resource), data_type, data


def _part(part: bytes) -> tuple[str | None, bytes]:
    if part.startswith(b"\r\n"):
        return None, part[2:]
    head, separator, content = part.partition(b"\r\n\r\n")
    if not separator:
        raise invalid("A part of the multipart body has no blank line after its headers.")
    for line in head.decode("latin-1").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-type":
            return value.strip(), content
    return None, content
