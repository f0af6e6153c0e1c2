"""Files in Cloud Storage: written once under a name that says what they are, read in ranges, linked for an hour.

Every write carries a generation precondition: a name that is taken already holds the same thing (hole 39).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from shared.cloud.clients import Clients, NoToken
from shared.config import Settings

CHUNK = 8 * 2**20  # the library's default buffer is 40 MiB a thread
NEW = 0  # if_generation_match of a name nobody has written
NOTE_MOST = 4000  # bytes: a value of an object's own metadata may have 4 KiB (google.storage.v1, ServiceConstants)
_NOTE = "abroll-note"
LINK_LIFE = timedelta(minutes=5)  # of a signed link: nothing ends it earlier, not even a revocation


class NoFile(Exception):
    """There is no such object (any more)."""


class FilesUnreachable(Exception):
    """Cloud Storage did not answer or did not do it."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as Cloud Storage describes it, with the note it was written with."""

    uri: str
    generation: int
    size: int
    crc32c: str
    mime: str
    note: str = ""


class Blobs:
    """The buckets of one project; objects are named by gs:// URIs."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings

    def write(
        self, uri: str, chunks: Iterable[bytes], *, mime: str, expected: int | None = None, note: str = ""
    ) -> StoredObject:
        """Stream a new object, with a note of at most `NOTE_MOST` bytes; one that is there is returned as it is.

        Raises FilesUnreachable, and ShortRead when fewer or more than `expected` bytes came: nothing is kept then.
        """
        from google.cloud.storage.exceptions import InvalidResponse

        blob = self._blob(uri)
        blob.metadata = {_NOTE: note} if note else None
        out = blob.open("wb", chunk_size=CHUNK, if_generation_match=NEW, content_type=mime, checksum="crc32c")
        try:
            with out:
                written = 0
                for chunk in chunks:
                    written += len(chunk)
                    out.write(chunk)
                if expected is not None and written != expected:
                    raise ShortRead(f"{uri}: {written} of {expected} bytes came")
        except InvalidResponse as refused:  # what an upload raises, whatever it was refused for
            return self._taken(uri, refused.response.status_code, refused)
        except _broken() as failed:
            raise FilesUnreachable(f"{uri} could not be written: {failed}") from failed
        finally:
            out._buffer.close()  # noqa: SLF001  # left open by a failure, its __del__ would send what it holds: a torn file
        return self.stat(uri)

    def _taken(self, uri: str, status: int, refused: Exception) -> StoredObject:
        """Return what stands under the name of a refused upload: 412, or 403 for want of the right to replace it."""
        if status not in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.FORBIDDEN):
            raise FilesUnreachable(f"{uri} could not be written: {status}") from refused
        try:
            return self.stat(uri)
        except NoFile:
            if status == HTTPStatus.PRECONDITION_FAILED:
                raise
            raise FilesUnreachable(f"{uri} could not be written: {status}, and nothing is there") from refused

    def write_file(self, uri: str, path: Path, *, mime: str, note: str = "") -> StoredObject:
        """Store a local file under a new name, with a note."""
        size = path.stat().st_size
        with path.open("rb") as file:
            return self.write(uri, iter(lambda: file.read(CHUNK), b""), mime=mime, expected=size, note=note)

    def stat(self, uri: str) -> StoredObject:
        """Describe an object. Raises NoFile, FilesUnreachable."""
        return _stored(self._ask(uri, _reloaded))

    def read(self, uri: str, start: int, length: int) -> bytes:
        """Read a range. Raises NoFile, FilesUnreachable."""
        return bytes(
            self._ask(uri, lambda blob: blob.download_as_bytes(start=start, end=start + length - 1, checksum=None))
        )

    def fetch(self, uri: str, path: Path, generation: int | None = None) -> None:
        """Copy an object to a local file. Raises NoFile, FilesUnreachable."""
        self._ask(uri, lambda blob: blob.download_to_filename(str(path), if_generation_match=generation))

    def list(self, prefix_uri: str) -> tuple[StoredObject, ...]:
        """List objects under a prefix that ends in a slash."""
        bucket, prefix = split(prefix_uri)
        try:
            return tuple(_stored(blob) for blob in self._clients.storage.list_blobs(bucket, prefix=prefix))
        except _broken() as failed:
            raise FilesUnreachable(f"{prefix_uri} could not be listed: {failed}") from failed

    def some(self, prefix_uri: str, most: int) -> tuple[str, ...]:
        """Return the gs:// of at most so many objects under a prefix. Raises FilesUnreachable."""
        bucket, prefix = split(prefix_uri)
        try:
            found = self._clients.storage.list_blobs(bucket, prefix=prefix, max_results=most)
            return tuple(f"gs://{bucket}/{blob.name}" for blob in found)
        except _broken() as failed:
            raise FilesUnreachable(f"{prefix_uri} could not be listed: {failed}") from failed

    def page(self, prefix_uri: str, most: int, after: str = "") -> tuple[StoredObject, ...]:
        """Return at most so many objects under a prefix, by name: those behind the one that is called `after` there.

        Raises FilesUnreachable.
        """
        bucket, prefix = split(prefix_uri)
        begins = {"start_offset": f"{prefix}{after}"} if after else {}  # with that one itself, where it is still there
        try:
            listed = self._clients.storage.list_blobs(bucket, prefix=prefix, max_results=most + 1, **begins)
            found = [_stored(blob) for blob in listed if blob.name != f"{prefix}{after}"]
        except _broken() as failed:
            raise FilesUnreachable(f"{prefix_uri} could not be listed: {failed}") from failed
        return tuple(found[:most])

    def delete(self, uri: str) -> None:
        """Delete an object; one that is gone is fine. Raises FilesUnreachable."""
        try:
            self._ask(uri, lambda blob: blob.delete())
        except NoFile:
            return

    def link(self, uri: str, save_as: str | None = None) -> str:
        """Return a signed link that lives for LINK_LIFE; a browser keeps the file as `save_as` where that is given.

        Raises FilesUnreachable when nobody could sign it.
        """
        from shared.cloud.signing import CannotSign, signing_credentials

        try:
            signed = self._blob(uri).generate_signed_url(
                version="v4",
                expiration=LINK_LIFE,
                method="GET",
                response_disposition=f'attachment; filename="{save_as}"' if save_as else None,
                credentials=signing_credentials(self._clients, self._settings),
                api_access_endpoint=self._clients.storage.api_endpoint,
            )
        except (CannotSign, NoToken) as failed:
            raise FilesUnreachable(f"{uri} could not be linked: {failed}") from failed
        return str(signed)

    @property
    def films_address(self) -> str:
        """Where every link to a film, a poster or footage begins."""
        return f"{self._clients.storage.api_endpoint}/{self._settings.films_bucket}/"

    def _blob(self, uri: str) -> Any:
        bucket, name = split(uri)
        return self._clients.storage.bucket(bucket).blob(name)

    def _ask(self, uri: str, what: Callable[[Any], Any]) -> Any:
        from google.api_core.exceptions import NotFound, PreconditionFailed

        try:
            return what(self._blob(uri))
        except (NotFound, PreconditionFailed) as gone:
            raise NoFile(f"{uri} is not there") from gone
        except _broken() as failed:
            raise FilesUnreachable(f"{uri}: {failed}") from failed


class ShortRead(Exception):
    """A source ended early or went on too long: nothing was kept."""


def split(uri: str) -> tuple[str, str]:
    """Part gs://bucket/name."""
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    return bucket, name


def _broken() -> tuple[type[Exception], ...]:
    """Return everything the client raises when Cloud Storage did not do it: its own kinds, and its transport's."""
    import google.auth.exceptions
    import requests
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.cloud.storage.exceptions import DataCorruption, InvalidResponse

    theirs = (GoogleAPICallError, RetryError, DataCorruption, InvalidResponse, requests.RequestException)
    return (*theirs, google.auth.exceptions.GoogleAuthError, NoToken)


def _reloaded(blob: Any) -> Any:
    blob.reload()
    return blob


def _stored(blob: Any) -> StoredObject:
    return StoredObject(
        uri=f"gs://{blob.bucket.name}/{blob.name}",
        generation=int(blob.generation),
        size=int(blob.size),
        crc32c=str(blob.crc32c),
        mime=str(blob.content_type),
        note=str((blob.metadata or {}).get(_NOTE, "")),
    )
