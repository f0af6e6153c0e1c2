"""Reads and writes Cloud Storage objects over the JSON API, as Vertex's service agent would."""

import urllib.parse
from collections.abc import Callable

import httpx

from infra.local.vendors.loopback import loopback_client

_WAIT = 60.0
_OK, _EXISTS, _FORBIDDEN, _MISSING = 200, 412, (401, 403), 404


class ObjectMissingError(Exception):
    """There is no such object, or no such bucket."""


class NoPermissionError(Exception):
    """The bucket refuses us."""


class StorageDownError(Exception):
    """Cloud Storage did not answer sensibly: try again."""


class Bucket:
    """gs:// names, read and written with a bearer token."""

    def __init__(self, endpoint: str, token: Callable[[], str]) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        self._client = loopback_client(_WAIT)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, uri: str) -> bytes:
        """Return an object's bytes. Raises ObjectMissingError, NoPermissionError, StorageDownError."""
        bucket, name = split(uri)
        path = f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(name, safe='')}"
        return self._ask("GET", path, {"alt": "media"}, None, uri).content

    def write(self, uri: str, content: bytes, mime: str) -> None:
        """Write an object once; one that is there already stays. Raises as `read`."""
        bucket, name = split(uri)
        query = {"uploadType": "media", "name": name, "ifGenerationMatch": "0"}
        self._ask("POST", f"/upload/storage/v1/b/{bucket}/o", query, (content, mime), uri)

    def _ask(
        self, method: str, path: str, query: dict[str, str], sent: tuple[bytes, str] | None, uri: str
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token()}"}
        if sent is not None:
            headers["Content-Type"] = sent[1]
        try:
            answer = self._client.request(
                method, self._endpoint + path, params=query, headers=headers, content=sent[0] if sent else None
            )
        except httpx.HTTPError as error:
            raise StorageDownError(f"{uri}: {error}") from error
        if answer.status_code == _OK or (sent is not None and answer.status_code == _EXISTS):
            return answer
        if answer.status_code == _MISSING:
            raise ObjectMissingError(uri)
        if answer.status_code in _FORBIDDEN:
            raise NoPermissionError(uri)
        raise StorageDownError(f"{uri}: {answer.status_code} {answer.text[:200]}")


def split(uri: str) -> tuple[str, str]:
    """Return (bucket, object name) of a gs:// name."""
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    return bucket, name
