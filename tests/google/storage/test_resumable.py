"""A resumable upload survives what happens to it on the way (docs performing-resumable-uploads)."""

from collections.abc import Iterator

import httpx
import pytest
from google.api_core.exceptions import PreconditionFailed
from google.cloud.storage import Bucket as Remote
from google.cloud.storage.exceptions import InvalidResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.google.storage.world import noise

QUANTUM = 2**18


def _begin(http: httpx.Client, name: str = "film", query: str = "", **headers: str) -> str:
    path = f"/upload/storage/v1/b/takes/o?uploadType=resumable&name={name}{query}"
    return str(http.post(path, json={}, headers=headers).raise_for_status().headers["Location"])


def _put(http: httpx.Client, session: str, data: bytes, span: str, **headers: str) -> httpx.Response:
    return http.put(session, content=data, headers={"Content-Range": f"bytes {span}", **headers})


def _kept(answer: httpx.Response) -> int:
    span = answer.headers.get("Range")
    return int(span.rpartition("-")[2]) + 1 if span else 0


def test_chunks(http: httpx.Client) -> None:
    """Each chunk answers 308 with the range kept so far, the last one 200 with the object."""
    data, session = noise(2 * QUANTUM + 7), _begin(http)

    first = _put(http, session, data[:QUANTUM], f"0-{QUANTUM - 1}/*")
    second = _put(http, session, data[QUANTUM : 2 * QUANTUM], f"{QUANTUM}-{2 * QUANTUM - 1}/*")
    last = _put(http, session, data[2 * QUANTUM :], f"{2 * QUANTUM}-{len(data) - 1}/{len(data)}")

    assert [answer.status_code for answer in (first, second, last)] == [308, 308, 200]
    assert [f"bytes=0-{QUANTUM - 1}", f"bytes=0-{2 * QUANTUM - 1}"] == [a.headers["Range"] for a in (first, second)]
    assert (str(len(data)), data) == (last.json()["size"], http.get(last.json()["mediaLink"]).content)


def test_nothing_lives_before_the_last_chunk(http: httpx.Client, takes: Remote) -> None:
    """An upload that is not finished shows no object."""
    _put(http, _begin(http), noise(QUANTUM), f"0-{QUANTUM - 1}/*")

    assert not takes.blob("film").exists()


def test_ask_how_far(http: httpx.Client) -> None:
    """`bytes */*` answers 308: without a Range when nothing is kept, with it when something is."""
    session = _begin(http)
    before = _put(http, session, b"", "*/*")
    _put(http, session, noise(QUANTUM), f"0-{QUANTUM - 1}/*")

    after = _put(http, session, b"", "*/*")

    assert (before.status_code, before.headers.get("Range")) == (308, None)
    assert (308, f"bytes=0-{QUANTUM - 1}") == (after.status_code, after.headers["Range"])


def test_whole_quanta_are_kept(http: httpx.Client) -> None:
    """Of a chunk that is not the last only whole multiples of 256 KiB are kept."""
    answer = _put(http, _begin(http), noise(QUANTUM + 5), f"0-{QUANTUM + 4}/*")

    assert (308, f"bytes=0-{QUANTUM - 1}") == (answer.status_code, answer.headers["Range"])


@pytest.mark.parametrize("total", ["*", str(4 * QUANTUM)])
def test_chunk_too_small(http: httpx.Client, total: str) -> None:
    """Less than 256 KiB in a chunk that is not the last is 400 in plain text, and the session is of no use any more."""
    data, session = noise(QUANTUM), _begin(http)

    first = _put(http, session, data[:1024], f"0-1023/{total}")
    second = _put(http, session, data, f"0-{QUANTUM - 1}/{total}")

    assert [400, 400] == [first.status_code, second.status_code]
    assert first.text == second.text
    assert "The received request contained 1024 bytes" in first.text
    assert not first.text.startswith("{")


def test_repeated_chunk(http: httpx.Client) -> None:
    """A chunk sent again after a lost answer is not kept twice."""
    data, session = noise(QUANTUM + 5), _begin(http)
    _put(http, session, data[:QUANTUM], f"0-{QUANTUM - 1}/*")

    _put(http, session, data[:QUANTUM], f"0-{QUANTUM - 1}/*")
    last = _put(http, session, data[QUANTUM:], f"{QUANTUM}-{QUANTUM + 4}/{QUANTUM + 5}")

    assert data == http.get(last.json()["mediaLink"]).content


def test_overlapping_chunk(http: httpx.Client) -> None:
    """A chunk that begins before and ends after what is kept adds only what is new."""
    data, session = noise(2 * QUANTUM), _begin(http)
    _put(http, session, data[:QUANTUM], f"0-{QUANTUM - 1}/*")

    film = _put(http, session, data[5:], f"5-{2 * QUANTUM - 1}/{2 * QUANTUM}").json()

    assert http.get(film["mediaLink"]).content == data


def test_last_chunk_repeated(http: httpx.Client) -> None:
    """A finished session answers every further PUT with the same object."""
    session = _begin(http)
    first = _put(http, session, b"all", "0-2/3")

    again, asked = _put(http, session, b"all", "0-2/3"), _put(http, session, b"", "*/*")

    assert [(200, first.json())] * 2 == [(answer.status_code, answer.json()) for answer in (again, asked)]


def test_gap(http: httpx.Client) -> None:
    """A chunk that starts beyond what is kept is refused."""
    answer = _put(http, _begin(http), b"x", "5-5/6")

    assert answer.status_code == 400


def test_changed_total(http: httpx.Client) -> None:
    """The total, once announced, stays."""
    session = _begin(http, **{"X-Upload-Content-Length": "10"})

    answer = _put(http, session, b"x", "0-0/1")

    assert answer.status_code == 400


def test_body_longer_than_announced(http: httpx.Client) -> None:
    """More bytes than the Content-Range says are refused."""
    answer = _put(http, _begin(http), b"four", "0-2/3")

    assert answer.status_code == 400


def test_without_content_range(http: httpx.Client) -> None:
    """One PUT without Content-Range is the whole object."""
    answer = http.put(_begin(http), content=b"everything")

    assert (answer.status_code, answer.json()["size"]) == (200, "10")


def test_chunks_by_post(http: httpx.Client) -> None:
    """Chunks may come by POST, as Google's client for Go sends them, asking for 200 where others hear 308."""
    data, session = noise(QUANTUM + 7), _begin(http)
    go = {"X-GUploader-No-308": "yes"}

    first = http.post(session, content=data[:QUANTUM], headers={"Content-Range": f"bytes 0-{QUANTUM - 1}/*"})
    asked = http.post(session, content=b"", headers={"Content-Range": "bytes */*", **go})
    last = http.post(
        session, content=data[QUANTUM:], headers={"Content-Range": f"bytes {QUANTUM}-{QUANTUM + 6}/{len(data)}", **go}
    )

    assert [(308, None), (200, "308"), (200, None)] == [
        (answer.status_code, answer.headers.get("X-HTTP-Status-Code-Override")) for answer in (first, asked, last)
    ]
    assert f"bytes=0-{QUANTUM - 1}" == asked.headers["Range"]
    assert data == http.get(last.json()["mediaLink"]).content


@pytest.mark.parametrize("total", ["*", str(QUANTUM + 7)])
@pytest.mark.parametrize("kept", [0, QUANTUM])
def test_open_ended(http: httpx.Client, total: str, kept: int) -> None:
    """`bytes a-*/total` is all the rest of the object, as Google's client for Node streams it."""
    data, session = noise(QUANTUM + 7), _begin(http)
    if kept:
        _put(http, session, data[:kept], f"0-{kept - 1}/*")

    film = http.put(session, content=iter([data[kept:]]), headers={"Content-Range": f"bytes {kept}-*/{total}"})

    assert (200, data) == (film.status_code, http.get(film.json()["mediaLink"]).content)


def test_open_ended_and_empty(http: httpx.Client) -> None:
    """A stream that turns out empty makes an empty object."""
    film = _put(http, _begin(http), b"", "0-*/*")

    assert (200, "0") == (film.status_code, film.json()["size"])


def test_open_ended_and_longer_than_its_total(http: httpx.Client) -> None:
    """More bytes than the total are refused."""
    assert 400 == _put(http, _begin(http), b"four", "0-*/3").status_code


@pytest.mark.parametrize(
    "span", ["0-", "-5/6", "*-5/6", "0-*", "5-0/6", "0-5/5", "0-0/9" + "9" * 5000, "x-y/z", "0-1/2, 2-3/4", "0~1/2"]
)
def test_odd_content_ranges(http: httpx.Client, span: str) -> None:
    """What is no Content-Range is 400, and the session lives on."""
    session = _begin(http)

    odd = http.put(session, content=b"ab", headers={b"Content-Range": f"bytes {span}".encode()})
    whole = _put(http, session, b"ab", "0-1/2")

    assert (400, 200) == (odd.status_code, whole.status_code)


def test_the_uri_is_the_credential(http: httpx.Client) -> None:
    """A session's URI works without Authorization, for clients that were handed it."""
    session = _begin(http)

    answer = httpx.put(session, content=b"everything", trust_env=False)

    assert answer.status_code == 200


def test_cancel(http: httpx.Client, takes: Remote) -> None:
    """DELETE on the session answers 499 and ends it; a later chunk is 4xx and nothing lives."""
    session = _begin(http)
    _put(http, session, noise(QUANTUM), f"0-{QUANTUM - 1}/*")

    cancelled = http.delete(session)
    later = _put(http, session, b"", "*/*")

    assert (cancelled.status_code, later.status_code, takes.blob("film").exists()) == (499, 410, False)


def test_unknown_session(http: httpx.Client) -> None:
    """A session nobody opened is 404."""
    answer = http.put("/upload/storage/v1/b/takes/o?uploadType=resumable&upload_id=nobody", content=b"x")

    assert answer.status_code == 404


def test_terminated_writer_leaves_nothing(takes: Remote) -> None:
    """An exception inside `with blob.open('wb')` leaves no object.

    BlobWriter.terminate() of 3.17.1 sends its DELETE to the URL that began the upload, without upload_id: that is
    refused, and the session lapses instead of being cancelled.
    """

    def broken() -> None:
        with takes.blob("film").open("wb", chunk_size=QUANTUM) as writer:
            writer.write(noise(3 * QUANTUM))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        broken()

    assert not takes.blob("film").exists()


def test_condition_fails_at_the_start(takes: Remote) -> None:
    """A create-only upload of an existing object is refused before a byte is sent.

    BlobWriter raises the media library's InvalidResponse here, not api_core's PreconditionFailed.
    """
    takes.blob("film").upload_from_string(b"old")

    def late() -> None:
        with takes.blob("film").open("wb", chunk_size=QUANTUM, if_generation_match=0) as writer:
            writer.write(noise(QUANTUM))

    with pytest.raises(InvalidResponse) as refusal:
        late()

    assert refusal.value.response.status_code == 412


def test_condition_fails_at_the_end(http: httpx.Client, takes: Remote) -> None:
    """Somebody else's object that appears during the upload is not overwritten: 412, and the session is over."""
    session = _begin(http, query="&ifGenerationMatch=0")
    takes.blob("film").upload_from_string(b"theirs")

    answer = _put(http, session, b"ours", "0-3/4")
    later = _put(http, session, b"ours", "0-3/4")

    assert (answer.status_code, later.status_code, takes.blob("film").download_as_bytes()) == (412, 410, b"theirs")


def test_wrong_hash_at_the_end(http: httpx.Client, takes: Remote) -> None:
    """X-Goog-Hash of the last chunk covers the whole object."""
    answer = _put(http, _begin(http), b"data", "0-3/4", **{"X-Goog-Hash": "crc32c=AAAAAA=="})

    assert (answer.status_code, takes.blob("film").exists()) == (400, False)


@pytest.mark.parametrize("claim", ["crc32c", "md5Hash"])
def test_a_wrong_checksum_of_the_beginning(http: httpx.Client, takes: Remote, claim: str) -> None:
    """A checksum in the resource holds to the end, though the last request brings a right one of its own."""
    wrong = {"crc32c": "AAAAAA==", "md5Hash": "AAAAAAAAAAAAAAAAAAAAAA=="}[claim]
    right = {"crc32c": "crc32c=rth90Q==", "md5Hash": "md5=jXd/OF09/siBXSD3SWAm3A=="}[claim]
    begun = http.post("/upload/storage/v1/b/takes/o?uploadType=resumable", json={"name": "film", claim: wrong})

    answer = _put(http, begun.headers["Location"], b"data", "0-3/4", **{"X-Goog-Hash": right})

    assert (400, False) == (answer.status_code, takes.blob("film").exists())


def test_a_right_checksum_twice(http: httpx.Client) -> None:
    """A checksum said at the beginning and at the end is no contradiction when it is right."""
    start = "/upload/storage/v1/b/takes/o?uploadType=resumable"
    begun = http.post(start, json={"name": "film", "crc32c": "rth90Q=="})

    answer = _put(http, begun.headers["Location"], b"data", "0-3/4", **{"X-Goog-Hash": "crc32c=rth90Q=="})

    assert 200 == answer.status_code


def test_session_made_by_the_client(takes: Remote) -> None:
    """create_resumable_upload_session hands out a URI with its conditions (blob.py)."""
    blob = takes.blob("film")
    session = blob.create_resumable_upload_session(content_type="video/mp4", if_generation_match=0)

    httpx.put(session, content=b"film", trust_env=False).raise_for_status()

    assert takes.get_blob("film").content_type == "video/mp4"
    with pytest.raises(PreconditionFailed):
        blob.create_resumable_upload_session(if_generation_match=0)


def test_cut_connection(http: httpx.Client) -> None:
    """Of a chunk whose connection broke whole multiples of 256 KiB are kept, and the upload goes on from there."""
    data, session = noise(3 * QUANTUM), _begin(http)

    def broken() -> None:
        def body() -> Iterator[bytes]:
            yield data[: QUANTUM + 100]
            raise ConnectionError

        headers = {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}", "Content-Length": str(len(data))}
        http.put(session, content=body(), headers=headers)

    with pytest.raises(ConnectionError):
        broken()
    kept = _kept(_put(http, session, b"", "*/*"))
    last = _put(http, session, data[kept:], f"{kept}-{len(data) - 1}/{len(data)}")

    assert (0, data) == (kept % QUANTUM, http.get(last.json()["mediaLink"]).content)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    size=some.integers(0, 16),
    odd=some.integers(0, 3),
    spans=some.lists(some.tuples(some.integers(0, 6), some.integers(4, 12)), max_size=5),
)
def test_any_chunks_make_the_object(http: httpx.Client, size: int, odd: int, spans: list[tuple[int, int]]) -> None:
    """Whatever chunks arrive, cut anywhere and sent again, the object is exactly the data."""
    unit = QUANTUM // 4
    size = size * unit + odd
    data, session, kept = noise(size), _begin(http), 0

    for back, length in spans:
        start = max(kept - back * unit, 0)
        end = min(start + length * unit, size - 1)
        if end - start >= QUANTUM:
            answer = _put(http, session, data[start:end], f"{start}-{end - 1}/*")
            kept = _kept(answer)
    span = f"{kept}-{size - 1}/{size}" if kept < size else f"*/{size}"
    film = _put(http, session, data[kept:], span).json()

    assert http.get(film["mediaLink"]).content == data
