"""Whatever is asked, the answer is Cloud Storage's or a refusal, never a crash."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.google.elsewhere import own_server

MANY = "9" * 5000
UPLOAD = "/upload/storage/v1/b/takes/o"
PATHS = [
    UPLOAD,
    "/",
    "/takes/f",
    "/storage/v1/b/takes/o",
    "/storage/v1/b/takes/o/f",
    "/download/storage/v1/b/takes/o/f",
]
QUERIES = [
    {},
    {"uploadType": "media", "name": "f"},
    {"uploadType": "multipart", "name": "f"},
    {"uploadType": "resumable", "name": "f"},
    {"alt": "media"},
    {"alt": "media", "generation": "9" * 19},
    {"prefix": "f", "maxResults": MANY},
    {"pageToken": "é"},
    {"fields": "(" * 50},
]
HEADERS = [
    {},
    {"Content-MD5": "é"},
    {"Content-Range": "bytes 0-*/*"},
    {"Content-Type": "multipart/related; boundary=b"},
    {"Content-Type": "multipart/related; boundary*=utf-8''%FF%FE"},
    {"If-None-Match": "*"},
    {"Range": f"bytes={MANY}-"},
    {"Range": "bytes=²-"},
    {"X-Goog-Hash": "md5=é"},
    {"x-goog-content-length-range": f"{MANY},1"},
    {"x-goog-if-generation-match": "²"},
    {"x-goog-resumable": "start"},
]
BODIES = [
    b"",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"name": "\\ud800"}',
    b'{"name": "f", "metadata": {"k": "\\ud800"}}',
    b'{"name": "f", "crc32c": "\xc3\xa9"}',
    b'{"name": ' + MANY.encode() + b"}",
    b'--b\n\n{"name": "f"}\n--b\nContent-Type: a\x00b\n\nx\n--b--',
]


@own_server("storage")
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    method=some.sampled_from(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]),
    path=some.sampled_from(PATHS),
    query=some.sampled_from(QUERIES),
    headers=some.sampled_from(HEADERS),
    body=some.sampled_from(BODIES),
)
def test_no_request_breaks_it(
    http: httpx.Client, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    """Any method, path, query, headers and body together are answered or refused."""
    said = {key.encode(): value.encode() for key, value in headers.items()}

    answer = http.request(method, path, params=query, headers=said, content=body or None)

    assert answer.status_code < 500 or answer.status_code == 501


@pytest.mark.parametrize("body", [b'{"name": "\\ud800"}', b"[" * 100_000, b'{"size": ' + MANY.encode() + b"}", b"[]"])
def test_what_is_no_json_object_is_400(http: httpx.Client, body: bytes) -> None:
    """Half a surrogate pair, bottomless nesting, an endless number and a list are no resource."""
    answer = http.post(f"{UPLOAD}?uploadType=resumable&name=f", content=body)

    assert (400, "parseError") == (answer.status_code, answer.json()["error"]["errors"][0]["reason"])


@pytest.mark.parametrize(
    ("span", "status"),
    [
        ("bytes=0-1", 206),
        ("Bytes=0-1", 206),
        (f"bytes=0-{MANY}", 206),
        (f"bytes={MANY}-", 416),
        (f"bytes=-{MANY}", 206),
    ],
    ids=["plain", "capital", "end far away", "start far away", "more than all"],
)
def test_ranges_of_many_digits(http: httpx.Client, span: str, status: int) -> None:
    """A byte far beyond the object's end is a byte all the same."""
    http.post(f"{UPLOAD}?uploadType=media&name=f", content=b"film")

    answer = http.get("/storage/v1/b/takes/o/f?alt=media", headers={"Range": span})

    assert status == answer.status_code


@own_server("storage")
def test_the_root_is_named(http: httpx.Client) -> None:
    """GET / is nothing this server has."""
    answer = http.get("/")

    assert 501 == answer.status_code
    assert "GET /" in answer.json()["error"]["message"]
