"""Objects are read: whole, in part, of a generation, under preconditions."""

import hashlib
import io

import httpx
import pytest
from google.api_core.exceptions import NotFound, PreconditionFailed, RequestRangeNotSatisfiable
from google.cloud.storage import Bucket as Remote
from google.cloud.storage.exceptions import InvalidResponse

from tests.google.storage.world import noise


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 3, b"0123"), (4, None, b"456789"), (8, 99, b"89"), (None, 0, b"0"), (-3, None, b"789")],
)
def test_range(takes: Remote, start: int | None, end: int | None, expected: bytes) -> None:
    """Both start and end are inclusive; a negative start counts from the end (206)."""
    blob = takes.blob("digits")
    blob.upload_from_string(b"0123456789")

    assert expected == blob.download_as_bytes(start=start, end=end)


@pytest.mark.parametrize(
    ("header", "status", "content_range"),
    [
        ("bytes=2-4", 206, "bytes 2-4/10"),
        ("bytes=-4", 206, "bytes 6-9/10"),
        ("bytes=5-", 206, "bytes 5-9/10"),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=4-2", 200, None),
        ("lines=1-2", 200, None),
        ("bytes=0-1,4-5", 501, None),
    ],
)
def test_range_header(http: httpx.Client, takes: Remote, header: str, status: int, content_range: str | None) -> None:
    """A satisfiable range is 206, an unsatisfiable one 416, a malformed one is ignored; several are refused by name."""
    takes.blob("digits").upload_from_string(b"0123456789")

    answer = http.get("/download/storage/v1/b/takes/o/digits?alt=media", headers={"Range": header})

    assert (status, content_range) == (answer.status_code, answer.headers.get("Content-Range"))


def test_range_past_the_end(takes: Remote) -> None:
    """A start past the last byte raises RequestRangeNotSatisfiable."""
    blob = takes.blob("digits")
    blob.upload_from_string(b"0123456789")

    with pytest.raises(RequestRangeNotSatisfiable):
        blob.download_as_bytes(start=10)


def test_reader(takes: Remote) -> None:
    """blob.open('rb') reads in ranges and can seek (fileio.py, BlobReader)."""
    data = noise(700_000)
    takes.blob("film").upload_from_string(data)

    with takes.blob("film").open("rb", chunk_size=2**18) as reader:
        head = reader.read(100)
        reader.seek(-100, io.SEEK_END)
        tail = reader.read()

    assert (data[:100], data[-100:]) == (head, tail)


def test_chunked_download(takes: Remote) -> None:
    """A blob with a chunk size is fetched range by range and needs Content-Range (ChunkedDownload)."""
    data = noise(600_000)
    takes.blob("film").upload_from_string(data)

    assert data == takes.blob("film", chunk_size=2**18).download_as_bytes()


def test_headers(http: httpx.Client, takes: Remote) -> None:
    """A download carries what the client verifies it by (xml-api/reference-headers)."""
    blob = takes.blob("film")
    blob.content_disposition = "attachment"
    blob.upload_from_string(b"film", content_type="video/mp4")

    headers = http.get(blob.media_link).headers

    expected = {
        "Content-Disposition": "attachment",
        "Content-Length": "4",
        "Content-Type": "video/mp4",
        "ETag": blob.etag,
        "X-Goog-Generation": str(blob.generation),
        "X-Goog-Hash": f"crc32c={blob.crc32c},md5={blob.md5_hash}",
        "X-Goog-Metageneration": "1",
        "X-Goog-Storage-Class": "STANDARD",
        "X-Goog-Stored-Content-Encoding": "identity",
        "X-Goog-Stored-Content-Length": "4",
    }
    assert expected == {key: headers[key] for key in expected}


def test_missing(takes: Remote) -> None:
    """A missing object is 404, in words for a download as well as in JSON."""
    with pytest.raises(NotFound, match=f"No such object: {takes.name}/nothing"):
        takes.blob("nothing").download_as_bytes()
    with pytest.raises(NotFound, match=f"No such object: {takes.name}/nothing"):
        takes.blob("nothing").reload()


def test_overwritten_generation(takes: Remote) -> None:
    """Without object versioning an overwritten generation is gone: 404 (docs object-versioning)."""
    old = takes.blob("film")
    old.upload_from_string(b"old")
    takes.blob("film").upload_from_string(b"new")

    with pytest.raises(NotFound):
        old.download_as_bytes()
    assert takes.get_blob("film", generation=old.generation) is None
    assert takes.blob("film").download_as_bytes() == b"new"


def test_reading_goes_on_while_overwritten(http: httpx.Client, takes: Remote) -> None:
    """A download that has begun delivers the version it began with."""
    data = noise(20 * 2**20)
    takes.blob("film").upload_from_string(data)

    with http.stream("GET", "/storage/v1/b/takes/o/film?alt=media") as answer:
        blocks = answer.iter_bytes(2**16)
        head = next(blocks)
        takes.blob("film").upload_from_string(b"new")
        rest = b"".join(blocks)

    assert data == head + rest


def test_conditions(takes: Remote) -> None:
    """A failed match is 412; a failed not-match of a read is 304 (request-preconditions)."""
    blob = takes.blob("film")
    blob.upload_from_string(b"film")

    with pytest.raises(PreconditionFailed):
        takes.blob("film").reload(if_generation_match=1)
    with pytest.raises(PreconditionFailed):
        takes.blob("film").download_as_bytes(if_metageneration_match=2)
    assert takes.blob("film").download_as_bytes(if_generation_match=blob.generation) == b"film"
    with pytest.raises(Exception, match="304") as unchanged:
        takes.blob("film").download_as_bytes(if_generation_not_match=blob.generation)
    assert not isinstance(unchanged.value, InvalidResponse)


@pytest.mark.parametrize("path", ["/storage/v1/b/takes/o/film", "/download/storage/v1/b/takes/o/film?alt=media"])
def test_etags(http: httpx.Client, takes: Remote, path: str) -> None:
    """If-Match and If-None-Match speak of the JSON etag."""
    blob = takes.blob("film")
    blob.upload_from_string(b"film")

    statuses = [
        http.get(path, headers={header: etag}).status_code
        for header in ("If-Match", "If-None-Match")
        for etag in (blob.etag, "CAE=", "*")
    ]

    assert statuses == [200, 412, 200, 304, 200, 304]


def test_exists_asks_for_a_field(http: httpx.Client, takes: Remote) -> None:
    """`fields` trims an answer (docs json_api, partial responses); exists() sends fields=name."""
    takes.blob("film").upload_from_string(b"film")

    one = http.get("/storage/v1/b/takes/o/film?fields=name,size").json()
    many = http.get("/storage/v1/b/takes/o?fields=items(name,md5Hash),nextPageToken").json()

    assert one == {"name": "film", "size": "4"}
    assert {"items": [{"name": "film", "md5Hash": takes.get_blob("film").md5_hash}]} == many
    assert takes.blob("film").exists()


def test_xml_read(http: httpx.Client, takes: Remote) -> None:
    """/BUCKET/OBJECT reads with a bearer token too, and answers errors in XML."""
    takes.blob("jobs/1/film.mp4").upload_from_string(b"film")

    whole, head = http.get("/takes/jobs/1/film.mp4"), http.head("/takes/jobs/1/film.mp4")
    missing = http.get("/takes/nothing")

    assert (whole.content, head.headers["Content-Length"], head.content) == (b"film", "4", b"")
    assert (missing.status_code, "<Code>NoSuchKey</Code>" in missing.text) == (404, True)


def test_text_in_headers(http: httpx.Client, takes: Remote) -> None:
    """A description beyond ASCII travels as UTF-8 bytes in the headers."""
    blob = takes.blob("film")
    blob.content_disposition = 'attachment; filename="ünï… ñandú.mp4"'
    blob.upload_from_string(b"film")

    raw = dict(http.get(blob.media_link).headers.raw)

    assert blob.content_disposition == raw[b"Content-Disposition"].decode()


def test_xml_etag(http: httpx.Client, takes: Remote) -> None:
    """The XML API's etag is the MD5; a browser's If-None-Match, If-Match and If-Range are heard."""
    takes.blob("film").upload_from_string(b"film")
    tag = http.get("/takes/film").headers["ETag"]
    asked = [
        {"If-None-Match": tag},
        {"If-None-Match": '"other"'},
        {"If-Match": tag},
        {"If-Match": '"other"'},
        {"If-Range": tag, "Range": "bytes=0-1"},
        {"If-Range": '"other"', "Range": "bytes=0-1"},
    ]

    statuses = [http.get("/takes/film", headers=headers).status_code for headers in asked]

    assert (f'"{hashlib.md5(b"film").hexdigest()}"', [304, 200, 200, 412, 206, 200]) == (tag, statuses)  # noqa: S324 - Google's own
