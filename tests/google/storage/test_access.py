"""Nobody gets in without a token or a signature, and the unknown is refused by name."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from google.api_core.exceptions import Forbidden
from google.auth.exceptions import InvalidOperation
from google.cloud.storage import Client

from infra.local.google.storage.server import Bucket, StorageServer
from tests.google.elsewhere import stand_in
from tests.google.storage.world import client_of


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    """A server that accepts one token only."""
    server = StorageServer(tmp_path, buckets=[Bucket("films")], access={"good"}.__contains__)
    yield server.start()
    server.stop()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/storage/v1/b"),
        ("GET", "/storage/v1/b/films"),
        ("GET", "/storage/v1/b/films/o"),
        ("GET", "/storage/v1/b/films/o/x"),
        ("GET", "/download/storage/v1/b/films/o/x?alt=media"),
        ("POST", "/upload/storage/v1/b/films/o?uploadType=media&name=x"),
        ("DELETE", "/storage/v1/b/films/o/x"),
        ("GET", "/storage/v1/anything"),
    ],
)
@pytest.mark.parametrize("authorization", [None, "Bearer", "Basic Z29vZA==", "good"])
def test_anonymous(guarded: str, method: str, path: str, authorization: str | None) -> None:
    """No bearer token is 401 on the JSON API, whether or not the thing exists."""
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = httpx.request(method, f"{guarded}{path}", headers=headers)

    assert (answer.status_code, "Anonymous caller does not have storage." in answer.text) == (401, True)


def test_error_shape(guarded: str) -> None:
    """JSON refusals have Google's shape."""
    error = httpx.get(f"{guarded}/storage/v1/b/films").json()["error"]

    assert (401, "required", "global", error["message"]) == (
        error["code"],
        error["errors"][0]["reason"],
        error["errors"][0]["domain"],
        error["errors"][0]["message"],
    )


def test_client_without_credentials(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With STORAGE_EMULATOR_HOST and no credentials the client is anonymous (client.py), so it is refused.

    The client then tries to refresh what can't be refreshed, hence the error it raises.
    """
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", guarded)

    with Client(project="abroll") as client, pytest.raises(InvalidOperation):
        client.get_bucket("films")


def test_client_with_credentials(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With STORAGE_EMULATOR_HOST and explicit credentials the client sends their token."""
    with client_of(guarded, monkeypatch, "good") as client:
        assert client.get_bucket("films").name == "films"


def test_refused_token(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is not accepted is 403."""
    with client_of(guarded, monkeypatch, "bad") as client, pytest.raises(Forbidden):
        client.bucket("films").blob("x").upload_from_string(b"x")


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/storage/v1/b/takes/o?userProject=p", "userProject"),
        ("GET", "/storage/v1/b/takes/o?softDeleted=true", "softDeleted"),
        ("POST", "/upload/storage/v1/b/takes/o?uploadType=media&name=x&kmsKeyName=k", "kmsKeyName"),
        ("POST", "/upload/storage/v1/b/takes/o?uploadType=media&name=x&ifMetaGenerationNotMatch=1", "ifMetaGeneration"),
        ("POST", "/batch/storage/v1", "/batch/storage/v1"),
        ("GET", "/storage/v1/projects/p/serviceAccount", "serviceAccount"),
        ("GET", "/storage/v1/b/takes/notificationConfigs", "notificationConfigs"),
        ("POST", "/resumable/upload/storage/v1/b/takes/o", "/resumable/"),
        ("GET", "/takes", "bucket through the XML API"),
        ("GET", "/takes/x?acl", "acl"),
        ("POST", "/takes/x?uploads", "uploads"),
        ("OPTIONS", "/takes/x", "CORS"),
    ],
)
@stand_in("storage")
def test_unknown(http: httpx.Client, method: str, path: str, named: str) -> None:
    """What is not served is 501 with its name in the answer."""
    answer = http.request(method, path)

    assert (answer.status_code, named in answer.text) == (501, True)


@stand_in("storage")
@pytest.mark.parametrize("path", ["/takes", "/takes/"])
def test_form(endpoint: str, path: str) -> None:
    """An HTML form brings its credentials among its fields; it is refused by name (docs xml-api/post-object-forms)."""
    answer = httpx.post(endpoint + path, data={"key": "x"}, files={"file": b"x"}, trust_env=False)

    assert (501, True) == (answer.status_code, "HTML forms" in answer.text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/storage/v1/b", 405),
        ("POST", "/storage/v1/b/takes/o", 405),
        ("POST", "/storage/v1/b/takes/o/x", 405),
        ("PUT", "/download/storage/v1/b/takes/o/x?alt=media", 405),
        ("PATCH", "/takes/x", 405),
        ("GET", "/storage/v1/b/takes/o/%FF", 400),
        ("GET", "/storage/v1/b/takes/o?prefix=%FF", 400),
        ("GET", "/storage/v1/b/takes/o?prefix=a&prefix=b", 400),
        ("GET", "/storage/v1/b/takes/o?maxResults=many", 400),
        ("GET", "/storage/v1/b/takes/o/x?ifGenerationMatch=-1", 400),
        ("POST", "/upload/storage/v1/b/takes/o?uploadType=carrier-pigeon", 400),
        ("POST", "/upload/storage/v1/b/takes/o?uploadType=multipart", 400),
        ("DELETE", "/upload/storage/v1/b/takes/o?uploadType=resumable", 400),
    ],
)
def test_wrong(http: httpx.Client, method: str, path: str, status: int) -> None:
    """What Cloud Storage itself finds wrong is 4xx."""
    assert status == http.request(method, path).status_code


def test_refusal_of_a_long_body_is_heard(guarded: str) -> None:
    """A refused upload is read to its end, so the client sees the refusal and not a broken pipe."""
    path = f"{guarded}/upload/storage/v1/b/films/o?uploadType=media&name=x"

    answer = httpx.post(path, content=bytes(30 * 2**20))

    assert answer.status_code == 401
