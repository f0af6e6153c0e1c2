"""The bytes of a request, however a client typed them: JSON under any name, an image raw or in a form.

curl's `-d` calls everything a form and many clients name no type at all, so the bytes decide, not the header. Only a
type that promises something else (multipart, an image) is taken at its word and refused with the way that works.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from shared.codes import Code
from shared.door.asked import CALLER, Caller
from shared.door.request_body import BODY_SECONDS, UPLOAD_SECONDS, BodyTooLarge, BodyTooSlow, BodyTorn, body_of
from shared.door.slow_bodies import MOST_SLOW, MOST_SLOW_TOGETHER, BodyCrowded
from shared.door.strangers import network
from shared.steps.problems import Problem

MOST_BODY = 128 * 1024
PARTS = 20  # of a multipart body that are looked at
MOST_FIELDS = 400  # of a page's form: twenty scenes of nine, and what is said of the film
_FORM_OVERHEAD = 64 * 1024  # what boundaries and headers of a form may add to its file
_GZIP = b"\x1f\x8b"
_AS_IT_IS = ("", "identity")
_IMAGE_MARKS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8")
_UPLOADS = "POST the image to /tenant/uploads, then name the id it answers in `image`"


@dataclass(frozen=True, slots=True)
class UploadKind:
    """What an upload takes: how it is refused, what it is called, which kinds of it there are, and how one is sent."""

    code: Code
    name: str
    kinds: str
    example: str
    field: str

    @property
    def move(self) -> str:
        """Say how it is sent."""
        by = f"curl --data-binary @{self.example}, or curl -F {self.field}=@{self.example}"
        return f"send the {self.name}'s bytes ({self.kinds}): {by}"

    @property
    def one(self) -> str:
        """Say how a form sends it."""
        return f"send one file: curl -F {self.field}=@{self.example}"


def raw_body(request: flask.Request, most: int, move: str = "send a smaller one") -> bytes:
    """Return the whole body, whatever it is; `move` is what to do about one that is too large. Raises Problem."""
    with _told(f"the body has more than {most} bytes", move, BODY_SECONDS):
        return body_of(request).take(most, BODY_SECONDS, _sender(request))


def json_body(request: flask.Request, most: int = MOST_BODY) -> bytes:
    """Return the whole body, which is to be JSON. Raises Problem."""
    raw = raw_body(request, most, f"send a smaller one; if it carries an image, {_UPLOADS}")
    kind = request.mimetype
    if kind.startswith("multipart/"):
        raise Problem(
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"the body is {kind}, and this call takes JSON",
            next_move=f"send the fields as one JSON object; {_UPLOADS}",
        )
    if raw.startswith(_GZIP) or request.headers.get("Content-Encoding", "identity").strip().lower() not in _AS_IT_IS:
        raise Problem(
            Code.UNSUPPORTED_MEDIA_TYPE,
            "the body is compressed, and this call takes it as it is",
            next_move="send the JSON itself, without a Content-Encoding",
        )
    if kind.startswith("image/") or raw.startswith(_IMAGE_MARKS):
        raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, "the body is an image, and this call takes JSON", next_move=_UPLOADS)
    return raw


def upload_body(request: flask.Request, most: int, wanted: UploadKind) -> bytes:
    """Return an uploaded file's bytes: the body itself, or the one file of a multipart form. Raises Problem."""
    with _told(f"the file has more than {most} bytes", "send a smaller one", UPLOAD_SECONDS):
        if request.mimetype == "multipart/form-data":
            raw: bytes = _one_file(request, most, wanted).read(most + 1)
            if len(raw) > most:
                raise BodyTooLarge
            if not raw:
                raise empty(wanted, "file")
            return raw
        raw = body_of(request).take(most, UPLOAD_SECONDS, _sender(request))
    if not raw:
        raise empty(wanted, "body")
    if request.mimetype == "application/x-www-form-urlencoded" and b"\n" not in raw and raw.startswith(_IMAGE_MARKS):
        raise Problem(
            Code.BROKEN,
            "the image lost its line breaks on the way: curl's -d takes them out",
            next_move=wanted.move,
        )
    return raw


def empty(wanted: UploadKind, what: str) -> Problem:
    """Return the refusal of an upload without a byte."""
    return Problem(wanted.code, f"the {what} is empty", next_move=wanted.move)


def upload_file(request: flask.Request, most: int, path: Path, wanted: UploadKind) -> None:
    """Write an uploaded file of at most so many bytes to `path` as it comes; it is never in memory. Raises Problem."""
    with _told(f"the file has more than {most} bytes", "send a smaller one", UPLOAD_SECONDS), path.open("wb") as file:
        if request.mimetype == "multipart/form-data":
            copyfileobj(_one_file(request, most, wanted).stream, file)
        else:
            body_of(request).into(file, most, UPLOAD_SECONDS, _sender(request))
        if file.tell() > most:
            raise BodyTooLarge
        if not file.tell():
            raise empty(wanted, "file" if request.mimetype == "multipart/form-data" else "body")


def form_body(request: flask.Request, most: int) -> tuple[dict[str, str], dict[str, FileStorage]]:
    """Return a page's form: its fields, and by field its files, of at most so many bytes together. Raises Problem."""
    multipart = request.mimetype == "multipart/form-data"
    allowed, seconds = (most + _FORM_OVERHEAD, UPLOAD_SECONDS) if multipart else (MOST_BODY, BODY_SECONDS)
    with _told(f"the form has more than {allowed} bytes", "send smaller files, one at a time", seconds):
        files, fields = _form(request, allowed, seconds)
        return dict(fields), {file.name or "": file for file in files if file.filename}


@contextmanager
def _told(too_large: str, next_move: str, seconds: float) -> Iterator[None]:
    """Tell the caller why its body was not taken."""
    try:
        yield
    except BodyTooLarge as larger:
        raise Problem(Code.PAYLOAD_TOO_LARGE, too_large, next_move=next_move) from larger
    except BodyTooSlow as slow:
        raise Problem(Code.BODY_TOO_SLOW, f"the body did not come in {seconds:.0f} seconds") from slow
    except BodyCrowded as crowded:
        message = (
            f"{MOST_SLOW} of your bodies, or {MOST_SLOW_TOGETHER} of all, are coming slowly: no more are waited for"
        )
        raise Problem(Code.RATE_LIMITED, message, retry_after=round(seconds)) from crowded
    except BodyTorn as torn:
        raise Problem(Code.BODY_TORN) from torn


def _sender(request: flask.Request) -> str:
    """Name whose body it is: its tenant, or the network of a caller who needs no key."""
    who: Caller | None = request.environ.get(CALLER)
    return f"tenant {who.tenant.id}" if who else network(request)


def _one_file(request: flask.Request, most: int, wanted: UploadKind) -> FileStorage:
    files, fields = _form(request, most + _FORM_OVERHEAD, UPLOAD_SECONDS, PARTS)
    if not files and not fields:
        message = "the form holds nothing that can be read: it is empty, or its boundary is not the one it names"
        raise Problem(wanted.code, message, next_move=wanted.one)
    if len(files) != 1:
        found = f"{len(files)} files" + (f" and {len(fields)} text fields" if fields else "")
        raise Problem(
            wanted.code,
            f"the form holds {found}, and an upload is one file",
            next_move=wanted.one,
        )
    return files[0]


def _form(
    request: flask.Request, allowed: int, seconds: float, parts: int = MOST_FIELDS
) -> tuple[list[FileStorage], list[tuple[str, str]]]:
    """Read a form's files and fields. Raises BodyTooLarge and Problem."""
    if (request.content_length or 0) > allowed:
        raise BodyTooLarge
    body_of(request).open(allowed + 1, seconds, _sender(request))
    request.max_content_length = allowed
    request.max_form_memory_size = allowed
    request.max_form_parts = parts
    try:
        return [file for _, file in request.files.items(multi=True)], [*request.form.items(multi=True)]
    except RequestEntityTooLarge as larger:
        raise BodyTooLarge from larger
    except ValueError as torn:
        message, move = "the form cannot be read: its parts are broken", "send it again, with the boundary it names"
        raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, message, next_move=move) from torn
