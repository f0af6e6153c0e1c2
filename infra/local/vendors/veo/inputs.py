"""Files handed in with an order, and how one that cannot be used is refused."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IMAGES = ("image/jpeg", "image/png", "image/webp")
_LARGEST_IMAGE = 20 * 1024 * 1024
_SIGNS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"RIFF": "image/webp"}


class RefusedError(Exception):
    """An answer with an HTTP error and no operation."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Media:
    """A file handed in: a gs:// name, or the bytes themselves."""

    mime: str
    uri: str | None
    raw: bytes | None


def invalid(message: str) -> RefusedError:
    """Return a 400."""
    return RefusedError(400, "INVALID_ARGUMENT", message)


def media_of(holder: Mapping[str, Any], name: str, mimes: tuple[str, ...] | None) -> Media | None:
    """Return the file under a name, None without one; `mimes` are the types it may have. Raises RefusedError."""
    if name not in holder:
        return None
    given = holder[name]
    if not isinstance(given, dict):
        raise invalid(f"{name} must be an object")
    uri, encoded, mime = given.get("gcsUri"), given.get("bytesBase64Encoded"), given.get("mimeType")
    if (uri is None) == (encoded is None):
        raise invalid(f"{name} needs exactly one of gcsUri and bytesBase64Encoded")
    if not isinstance(mime, str) or not mime:
        raise invalid(f"{name}.mimeType is required")
    if mimes is not None and mime not in mimes:
        raise invalid(f"{name}.mimeType {mime} is not supported, supported are {list(mimes)}")
    if uri is not None:
        if not isinstance(uri, str) or not re.fullmatch(r"gs://[^/]+/.+", uri):
            raise invalid(f"{name}.gcsUri is not a Cloud Storage object")
        return Media(mime, uri, None)
    return Media(mime, None, _decoded(name, str(encoded), mime, image=mimes is not None))


def _decoded(name: str, encoded: str, mime: str, *, image: bool) -> bytes:
    """Return a file's own bytes. Raises RefusedError."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(f"{name}.bytesBase64Encoded is not base64") from error
    if image and len(raw) > _LARGEST_IMAGE:
        raise invalid(f"{name} is larger than 20 MB")
    if image and (wrong := mismatch(raw, mime)):
        raise invalid(f"{name}: {wrong}")
    return raw


def mismatch(raw: bytes, mime: str) -> str | None:
    """Say how an image's bytes contradict its declared type, None when they do not."""
    found = next((known for sign, known in _SIGNS.items() if raw.startswith(sign)), None)
    return None if found == mime else f"the image is {found or 'no known image'}, its mimeType says {mime}"
