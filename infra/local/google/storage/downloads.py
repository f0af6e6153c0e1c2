"""Hand out an object's bytes, whole or in part, with the headers Google's client checks them by."""

from typing import BinaryIO

from werkzeug.http import http_date
from werkzeug.wrappers import Response

from .arrival import Arrival
from .files import blocks_of
from .resources import Stored
from .rules import Verdict, read_range
from .state import State, Wanted
from .wire import condition_not_met


def serve(state: State, arrival: Arrival, wanted: Wanted) -> Response:
    """Answer GET or HEAD of an object's bytes: 200, 206, 304; refuses with 404, 412, 416."""
    stored, file = state.open(wanted)
    try:
        return _judged(arrival, wanted, stored, file)
    except BaseException:
        file.close()
        raise


def _judged(arrival: Arrival, wanted: Wanted, stored: Stored, file: BinaryIO) -> Response:
    match wanted.conditions.judge(stored.version, reading=True):
        case Verdict.FAILED:
            raise condition_not_met()
        case Verdict.UNCHANGED:
            file.close()
            return Response(status=304, headers=headers_of(stored))
        case Verdict.MET:
            return _bytes(arrival, stored, file)


def headers_of(stored: Stored) -> dict[str, str]:
    """Build the headers of a download."""
    description = stored.description
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": description.cache_control or "private, max-age=0",
        "Content-Disposition": description.content_disposition,
        "Content-Language": description.content_language,
        "ETag": stored.version.etag,
        "Last-Modified": http_date(stored.updated),
        "X-Goog-Generation": str(stored.version.generation),
        "X-Goog-Hash": f"crc32c={stored.digests.crc32c},md5={stored.digests.md5}",
        "X-Goog-Metageneration": str(stored.version.metageneration),
        "X-Goog-Storage-Class": "STANDARD",
        "X-Goog-Stored-Content-Encoding": "identity",
        "X-Goog-Stored-Content-Length": str(stored.size),
    }
    return {key: on_wire(value) for key, value in headers.items() if value is not None}


def on_wire(value: str) -> str:
    """Write a header's value as UTF-8 bytes, in the latin-1 disguise WSGI wants."""
    return value.encode().decode("latin-1")


def _bytes(arrival: Arrival, stored: Stored, file: BinaryIO) -> Response:
    span = read_range(arrival.headers.get("range"), stored.size)
    headers = headers_of(stored)
    length = stored.size if span is None else span.length
    headers["Content-Length"] = str(length)
    headers["Content-Type"] = on_wire(stored.description.content_type or "application/octet-stream")
    if span is not None:
        file.seek(span.start)
        headers["Content-Range"] = f"bytes {span.start}-{span.start + span.length - 1}/{stored.size}"
    body = () if arrival.method == "HEAD" else blocks_of(file, length)
    response = Response(body, status=200 if span is None else 206, headers=headers)
    response.call_on_close(file.close)
    return response
