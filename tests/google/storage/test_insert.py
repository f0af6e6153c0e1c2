"""Objects come into being: in one request or in chunks, under preconditions, with checksums that must hold."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import google_crc32c
import httpx
import pytest
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed
from google.cloud.storage import Bucket as Remote
from google.cloud.storage import Client

from tests.google.elsewhere import own_server
from tests.google.storage.world import noise


def _crc32c(data: bytes) -> str:
    return base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()


def _multipart(http: httpx.Client, body: bytes, boundary: str, query: str = "", **headers: str) -> httpx.Response:
    path = f"/upload/storage/v1/b/takes/o?uploadType=multipart{query}"
    return http.post(path, content=body, headers={"Content-Type": f"multipart/related; boundary={boundary}", **headers})


def test_multipart(takes: Remote) -> None:
    """upload_from_string is one multipart request that carries metadata and bytes (blob.py, _do_multipart_upload)."""
    blob = takes.blob("jobs/1/clip.mp4")
    blob.metadata = {"job": "1"}
    blob.cache_control = "no-store"

    blob.upload_from_string(b"film", content_type="video/mp4")

    seen = takes.get_blob("jobs/1/clip.mp4")
    assert (
        seen.download_as_bytes(),
        seen.content_type,
        seen.metadata,
        seen.cache_control,
    ) == (b"film", "video/mp4", {"job": "1"}, "no-store")
    assert (seen.size, seen.metageneration, seen.storage_class) == (4, 1, "STANDARD")
    assert (_crc32c(b"film"), base64.b64encode(hashlib.md5(b"film").digest()).decode()) == (  # noqa: S324 - Google's own
        seen.crc32c,
        seen.md5_hash,
    )


@pytest.mark.parametrize(
    ("metadata", "fits"),
    [
        ({"n": "v" * 4096}, True),
        ({"n": "v" * 4097}, False),
        ({"n" * 1024: "v"}, True),
        ({"n" * 1025: "v"}, False),
        ({"a": "v" * 4095, "b": "v" * 4095}, True),
        ({"a": "v" * 4096, "b": "v" * 4096}, False),
    ],
)
def test_custom_metadata_has_bounds(takes: Remote, metadata: dict[str, str], fits: bool) -> None:
    """1 KiB a name, 4 KiB a value, 8 KiB in all (google.storage.v1, ServiceConstants); nothing is kept beyond."""
    blob = takes.blob("film")
    blob.metadata = metadata

    if fits:
        blob.upload_from_string(b"film")
        assert takes.get_blob("film").metadata == metadata
    else:
        with pytest.raises(BadRequest):
            blob.upload_from_string(b"film")
        assert takes.get_blob("film") is None


def test_media(http: httpx.Client) -> None:
    """uploadType=media stores the body under the query's name with the request's Content-Type (objects/insert)."""
    path = "/upload/storage/v1/b/takes/o?uploadType=media&name=a%2Fb.txt"

    created = http.post(path, content=b"words", headers={"Content-Type": "text/plain"})

    assert (
        created.status_code,
        *(created.json()[key] for key in ("name", "size", "contentType")),
    ) == (200, "a/b.txt", "5", "text/plain")


def test_media_streamed(http: httpx.Client) -> None:
    """A body of unknown length (Transfer-Encoding: chunked) is stored whole."""
    path = "/upload/storage/v1/b/takes/o?uploadType=media&name=streamed"

    created = http.post(path, content=iter([b"one ", b"two ", b"three"]))

    assert ("13", _crc32c(b"one two three")) == (created.json()["size"], created.json()["crc32c"])


def test_multipart_with_boundary_in_the_data(takes: Remote) -> None:
    """Data that looks like multipart framing arrives unchanged."""
    data = b"--a\r\n\r\n--==b==\r\n\r\n" + noise(1000) + b"\r\n--"

    takes.blob("odd").upload_from_string(data)

    assert data == takes.blob("odd").download_as_bytes()


@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("boundary", ["bound", '"two words=?"', '"(a;b):/c"'], ids=["bare", "quoted", "odd signs"])
@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n", b"a\r", b"\n--", b"--bounds", b"\r\n\r\nx\n\n"])
def test_multipart_line_ends(http: httpx.Client, end: str, boundary: str, data: bytes) -> None:
    """A multipart body may end its lines with CRLF or LF; the data arrives whatever it begins and ends with."""
    mark = "--" + boundary.strip('"')
    head = f"{mark}{end}content-type: application/json{end}{end}" + '{"name": "film"}' + end
    body = (head + f"{mark}  {end}Content-Type: video/mp4{end}{end}").encode() + data + f"{end}{mark}--{end}".encode()

    created = _multipart(http, body, boundary)

    assert (200, "video/mp4") == (created.status_code, created.json()["contentType"])
    assert data == http.get(created.json()["mediaLink"]).content


@pytest.mark.parametrize(
    ("parts", "end"),
    [(1, "--b--"), (3, "--b--"), (2, ""), (2, "--b"), (0, "--b--")],
    ids=["1", "3", "open", "half", "0"],
)
def test_multipart_of_other_parts(http: httpx.Client, parts: int, end: str) -> None:
    """One part, three, or no last boundary is 400, not an object."""
    body = "".join("--b\n\n{}\n" for _ in range(parts)) + end

    answer = _multipart(http, body.encode(), "b", "&name=film")

    assert (400, 404) == (answer.status_code, http.get("/storage/v1/b/takes/o/film").status_code)


@own_server("storage")
def test_multipart_in_base64_is_named(http: httpx.Client) -> None:
    """A part in a transfer encoding is refused by name: its text must not be taken for the bytes."""
    body = b'--b\n\n{"name": "film"}\n--b\nContent-Transfer-Encoding: base64\n\nZmlsbQ==\n--b--'

    answer = _multipart(http, body, "b")

    assert 501 == answer.status_code
    assert "Content-Transfer-Encoding 'base64'" in answer.json()["error"]["message"]


@pytest.mark.parametrize("wrong", ["header", "resource"])
def test_a_wrong_checksum_beside_a_right_one(http: httpx.Client, wrong: str) -> None:
    """Each checksum that is said must hold, in the resource and in the header alike."""
    good, bad = _crc32c(b"film"), _crc32c(b"other")
    said = bad if wrong == "resource" else good
    body = f'--b\n\n{{"name": "film", "crc32c": "{said}"}}\n--b\n\nfilm\n--b--'

    answer = _multipart(http, body.encode(), "b", **{"X-Goog-Hash": f"crc32c={bad if wrong == 'header' else good}"})

    assert (400, 404) == (answer.status_code, http.get("/storage/v1/b/takes/o/film").status_code)


@pytest.mark.parametrize("header", ["crc32c=é", "crc32c=!", "md5=AA==", "sha1=x", "crc32c=AAAAAA==,crc32c=yZRlqg=="])
def test_odd_checksums(http: httpx.Client, header: str) -> None:
    """What is no checksum, or not this data's, is 400."""
    path = "/upload/storage/v1/b/takes/o?uploadType=media&name=film"

    answer = http.post(path, content=b"", headers={b"X-Goog-Hash": header.encode()})

    assert 400 == answer.status_code


@pytest.mark.parametrize("number", ["9" * 5000, "9223372036854775808", "-1", "²", "1_0", ""])
def test_odd_numbers(http: httpx.Client, number: str) -> None:
    """A number that is none, or too large for one, is 400 wherever it stands."""
    path = "/upload/storage/v1/b/takes/o"

    begun = http.post(
        f"{path}?uploadType=resumable&name=film", headers={b"X-Upload-Content-Length": number.encode()}, json={}
    )
    written = http.post(
        path, params={"uploadType": "media", "name": "film", "ifGenerationMatch": number}, content=b"film"
    )

    assert [400, 400] == [begun.status_code, written.status_code]


def test_large_upload_is_resumable(takes: Remote) -> None:
    """Above 8 MiB the client goes resumable and checks the final checksum itself (_MAX_MULTIPART_SIZE)."""
    data = noise(9 * 2**20)

    takes.blob("large").upload_from_string(data, content_type="video/mp4")

    assert data == takes.blob("large").download_as_bytes()


@pytest.mark.parametrize("size", [0, 1, 2**18, 2**18 + 1, 3 * 2**18])
def test_writer(takes: Remote, size: int) -> None:
    """blob.open('wb') writes chunks of 256 KiB without knowing the total until the end (fileio.py, BlobWriter)."""
    data = noise(size)

    with takes.blob("written").open("wb", chunk_size=2**18, if_generation_match=0, checksum="crc32c") as writer:
        writer.write(data)

    assert data == takes.blob("written").download_as_bytes()


def test_generations_grow(takes: Remote) -> None:
    """Every write makes a higher generation, also after a deletion (docs object-versioning)."""
    blob = takes.blob("again")
    generations = []
    for _ in range(3):
        blob.upload_from_string(b"x")
        generations.append(blob.generation)
        takes.blob("again").delete()

    assert sorted(set(generations)) == generations


@pytest.mark.parametrize("large", [False, True])
def test_create_only(takes: Remote, large: bool) -> None:
    """ifGenerationMatch=0 creates and never overwrites: 412, and the old bytes stay (request-preconditions)."""
    takes.blob("once").upload_from_string(b"first", if_generation_match=0)

    with pytest.raises(PreconditionFailed):
        takes.blob("once").upload_from_string(noise(9 * 2**20) if large else b"second", if_generation_match=0)

    assert takes.blob("once").download_as_bytes() == b"first"


def test_compare_and_set(takes: Remote) -> None:
    """A write bound to a generation wins once (request-preconditions)."""
    blob = takes.blob("cas")
    blob.upload_from_string(b"0")
    generation = blob.generation
    takes.blob("cas").upload_from_string(b"1", if_generation_match=generation)

    with pytest.raises(PreconditionFailed):
        takes.blob("cas").upload_from_string(b"2", if_generation_match=generation)

    assert takes.blob("cas").download_as_bytes() == b"1"


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("ifGenerationMatch=1", 412),
        ("ifGenerationNotMatch=0", 412),
        ("ifGenerationNotMatch=1", 200),
        ("ifMetagenerationMatch=1", 412),
        ("ifMetagenerationNotMatch=1", 200),
    ],
)
def test_conditions_on_nothing(http: httpx.Client, condition: str, status: int) -> None:
    """Without a live object its generation counts as 0 and no metageneration matches."""
    answer = http.post(f"/upload/storage/v1/b/takes/o?uploadType=media&name=n&{condition}", content=b"x")

    assert status == answer.status_code


def test_wrong_crc32c(takes: Remote) -> None:
    """Bytes that differ from the announced CRC32C are refused and nothing is stored (objects/insert, crc32c)."""
    blob = takes.blob("bad")
    blob.crc32c = _crc32c(b"other")

    with pytest.raises(BadRequest, match="Provided CRC32C"):
        blob.upload_from_string(b"data", checksum=None)

    assert not takes.blob("bad").exists()


def test_wrong_md5(takes: Remote) -> None:
    """Bytes that differ from the announced MD5 are refused (objects/insert, md5Hash)."""
    blob = takes.blob("bad")
    blob.md5_hash = base64.b64encode(bytes(16)).decode()

    with pytest.raises(BadRequest, match="Provided MD5 hash"):
        blob.upload_from_string(b"data", checksum=None)


def test_wrong_hash_header(http: httpx.Client) -> None:
    """X-Goog-Hash of a media upload is checked as well (xml-api/reference-headers#xgooghash)."""
    path = "/upload/storage/v1/b/takes/o?uploadType=media&name=bad"

    answer = http.post(path, content=b"data", headers={"X-Goog-Hash": f"crc32c={_crc32c(b'other')}"})

    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, "invalid")


def test_unknown_bucket(client: Client) -> None:
    """A bucket that does not exist is 404."""
    with pytest.raises(NotFound, match="The specified bucket does not exist"):
        client.bucket("nowhere").blob("x").upload_from_string(b"x")


@pytest.mark.parametrize("name", ["", ".", "..", "a\rb", "a\nb", "x" * 1025, ".well-known/acme-challenge/x"])
def test_object_names(http: httpx.Client, name: str) -> None:
    """Names Cloud Storage forbids are 400 (docs objects#naming)."""
    answer = http.post("/upload/storage/v1/b/takes/o", params={"uploadType": "media", "name": name}, content=b"x")

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["ünïcode/ñandú 50%.mp4", "a//b", "a+b&c=d?e#f", "x" * 1024, "…/..", "%2F"])
def test_odd_names(takes: Remote, name: str) -> None:
    """Names Cloud Storage allows come back as they were."""
    takes.blob(name).upload_from_string(name.encode())

    assert [(name, name.encode())] == [(blob.name, blob.download_as_bytes()) for blob in takes.list_blobs()]


def test_one_creates(takes: Remote) -> None:
    """Of twenty create-only writes at once one wins and nineteen hear 412."""

    def create(number: int) -> bytes | None:
        try:
            takes.blob("once").upload_from_string(str(number).encode(), if_generation_match=0)
        except PreconditionFailed:
            return None
        return str(number).encode()

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(create, range(20)))

    (winner,) = [outcome for outcome in outcomes if outcome is not None]
    assert takes.blob("once").download_as_bytes() == winner


@own_server("storage")
def test_no_length(endpoint: str) -> None:
    """A body nobody says the end of is 411, not an empty object."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    connection = HTTPConnection(host, int(port))
    connection.putrequest("POST", "/upload/storage/v1/b/takes/o?uploadType=media&name=x")
    connection.putheader("Authorization", "Bearer token")
    connection.endheaders()

    with connection.getresponse() as answer:
        status = answer.status
    connection.close()

    assert status == 411
