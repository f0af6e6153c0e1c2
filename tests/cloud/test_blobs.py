"""Files: written once, kept whole or not at all, read in ranges, linked for an hour."""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from infra.local.world import FILMS
from shared.cloud.blobs import CHUNK, Blobs, FilesUnreachable, NoFile, ShortRead
from shared.config import SHIPPED_TABLES
from tests.faults.cloud import Clock, Cloud
from tests.faults.wire import Kind

A = f"gs://{FILMS}/jobs/j/a.bin"
LARGE = [bytes([number]) * CHUNK for number in range(2)] + [b"end"]


@pytest.fixture
def blobs(cloud: Cloud) -> Blobs:
    return cloud.wiring.blobs


def test_a_new_file_is_described_as_storage_does(blobs: Blobs) -> None:
    """Size and checksum come from the object's metadata, not from local bytes."""
    stored = blobs.write(A, [b"one", b"two"], mime="text/plain", expected=6)

    assert stored == blobs.stat(A)
    assert (A, 6, "text/plain") == (stored.uri, stored.size, stored.mime)
    assert b"onetwo" == blobs.read(A, 0, 100)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_pages_of_a_folder_follow_each_other(blobs: Blobs, most: int) -> None:
    """By name; what the last page ended with may be gone by now, and another folder's files are none."""
    folder = A.rpartition("/")[0]
    names = [f"{name}.jpg" for name in "abcd"]
    for name in (*(f"x/{each}" for each in names), "xy/e.jpg", "w/z.jpg"):
        blobs.write(f"{folder}/{name}", [b"x"], mime="image/jpeg")

    found, last = list[str](), ""
    while page := blobs.page(f"{folder}/x/", most, last):
        last = page[-1].uri.rpartition("/")[2]
        found += [each.uri.rpartition("/")[2] for each in page]
        blobs.delete(page[-1].uri)

    assert names == found


def test_a_name_that_is_taken_keeps_its_file(blobs: Blobs) -> None:
    """412 at the end of the upload: what is there is returned as it is."""
    first = blobs.write(A, [b"first"], mime="text/plain")

    second = blobs.write(A, [b"second"], mime="text/html")

    assert first == second
    assert b"first" == blobs.read(A, 0, 9)


def test_a_name_taken_before_a_large_upload_ends_keeps_its_file(cloud: Cloud, blobs: Blobs) -> None:
    """Somebody was faster while our chunks were under way: a late 412 is the same news."""
    twin = cloud.instance().blobs
    cloud.wire.on("^storage PUT", nth=2, meanwhile=lambda: twin.write(A, [b"faster"], mime="text/plain"))

    stored = blobs.write(A, LARGE, mime="text/plain")

    assert 6 == stored.size


def test_a_taken_name_without_the_right_to_replace_it_keeps_its_file(cloud: Cloud, blobs: Blobs) -> None:
    """403, as a writer that may only create might be told: what stands there is returned."""
    first = blobs.write(A, [b"first"], mime="text/plain")
    cloud.wire.on("^storage POST", Kind.REFUSE, "403", body='{"error": {"code": 403, "message": "forbidden"}}')

    assert first == blobs.write(A, [b"second"], mime="text/plain")


@pytest.mark.parametrize("content", [[b"other"], LARGE])
def test_who_may_only_create_gets_what_is_there(cloud: Cloud, blobs: Blobs, content: list[bytes]) -> None:
    """Cloud Storage may answer 403 for a taken name where it could answer 412: the file stays, and is returned."""
    cloud.storage.replaces = False
    first = blobs.write(A, [b"first"], mime="text/plain")

    again = blobs.write(A, content, mime="text/plain")

    assert first == again
    assert b"first" == blobs.read(A, 0, 5)


def test_a_refused_write_with_nothing_there_is_a_failure(cloud: Cloud, blobs: Blobs) -> None:
    """403 is believed to mean a taken name only where one is found."""
    cloud.wire.on("^storage POST", Kind.REFUSE, "403", body='{"error": {"code": 403, "message": "forbidden"}}')

    with pytest.raises(FilesUnreachable, match="403"):
        blobs.write(A, [b"first"], mime="text/plain")


def test_a_refusal_at_the_first_request_keeps_the_file(cloud: Cloud, blobs: Blobs) -> None:
    """412 when the upload is opened, as Cloud Storage may answer: the existing file is returned."""
    first = blobs.write(A, [b"first"], mime="text/plain")
    cloud.wire.on("^storage POST", Kind.REFUSE, "412", body='{"error": {"code": 412, "message": "conditionNotMet"}}')

    assert first == blobs.write(A, [b"second"], mime="text/plain")


@pytest.mark.parametrize("expected", [5, 7])
def test_a_short_or_long_source_keeps_nothing(blobs: Blobs, expected: int) -> None:
    """No half a film ever stands under a name that promises a whole one."""
    with pytest.raises(ShortRead):
        blobs.write(A, [b"onetwo"], mime="text/plain", expected=expected)

    with pytest.raises(NoFile):
        blobs.stat(A)


def test_a_large_source_that_breaks_keeps_nothing(blobs: Blobs) -> None:
    """Chunks had gone out already: the upload is not finalized."""

    def broken() -> Iterator[bytes]:
        yield from LARGE[:2]
        raise EOFError

    with pytest.raises(EOFError):
        blobs.write(A, broken(), mime="text/plain")

    with pytest.raises(NoFile):
        blobs.stat(A)


def test_a_broken_source_whose_upload_cannot_be_taken_back_keeps_nothing(cloud: Cloud, blobs: Blobs) -> None:
    """The upload's cancellation is lost, too: nothing finishes it later, when the writer is collected."""
    cloud.wire.on("^storage DELETE", Kind.RESET, times=9)

    with pytest.raises((ShortRead, FilesUnreachable)):
        blobs.write(A, [*LARGE[:1], b"torn"], mime="text/plain", expected=99)
    gc.collect()

    with pytest.raises(NoFile):
        blobs.stat(A)


def test_a_failed_upload_is_not_tried_by_the_garbage_collector(cloud: Cloud, blobs: Blobs) -> None:
    """What was told as failed is over: no request goes out at some later moment, in the middle of something else."""
    cloud.wire.on("^storage POST", Kind.REFUSE, "403", times=9)
    with pytest.raises(FilesUnreachable):
        blobs.write(A, [b"x"], mime="text/plain")
    before = len(cloud.wire.calls)

    gc.collect()

    assert before == len(cloud.wire.calls)


def test_an_upload_whose_end_was_lost_is_finished(cloud: Cloud, blobs: Blobs) -> None:
    """The object was made, the answer lost: the library asks again and the file is whole."""
    cloud.wire.on("^storage PUT", Kind.LOSE)

    assert 6 == blobs.write(A, [b"onetwo"], mime="text/plain", expected=6).size


def test_ranges(blobs: Blobs) -> None:
    """Start and length, cut at the end."""
    blobs.write(A, [b"0123456789"], mime="text/plain")

    assert b"345" == blobs.read(A, 3, 3)
    assert b"89" == blobs.read(A, 8, 10)


def test_a_file_comes_to_disk_and_goes_back(blobs: Blobs, tmp_path: Path) -> None:
    """Fetch and write_file are each other's inverse."""
    blobs.write(A, LARGE, mime="text/plain")
    blobs.fetch(A, tmp_path / "a")

    copied = blobs.write_file(f"gs://{FILMS}/b", tmp_path / "a", mime="text/plain")

    assert blobs.stat(A).crc32c == copied.crc32c


def test_a_file_of_another_generation_is_not_there(cloud: Cloud, blobs: Blobs, tmp_path: Path) -> None:
    """An input is named with its generation: other bytes under its name are no substitute."""
    first = blobs.write(A, [b"first"], mime="text/plain")
    cloud.expire(A)
    second = blobs.write(A, [b"second"], mime="text/plain")
    assert first.generation != second.generation

    with pytest.raises(NoFile):
        blobs.fetch(A, tmp_path / "a", first.generation)


def test_a_folder_is_listed_without_its_neighbour(blobs: Blobs) -> None:
    """A prefix ends in a slash: t1-a1/ does not hold t1-a10/."""
    inside = blobs.write(f"gs://{FILMS}/t1-a1/x", [b"x"], mime="text/plain")
    blobs.write(f"gs://{FILMS}/t1-a10/x", [b"x"], mime="text/plain")

    assert (inside,) == blobs.list(f"gs://{FILMS}/t1-a1/")
    assert () == blobs.list(f"gs://{FILMS}/none/")


@pytest.mark.parametrize("what", ["write", "stat", "read", "fetch", "list"])
def test_a_storage_that_refuses_is_unreachable(cloud: Cloud, blobs: Blobs, tmp_path: Path, what: str) -> None:
    """One kind of failure, the one that is answered 503."""
    blobs.write(A, [b"x"], mime="text/plain")
    cloud.wire.on("^storage", Kind.REFUSE, "403", times=99)
    asks: dict[str, Callable[[], object]] = {
        "write": lambda: blobs.write(f"gs://{FILMS}/new", [b"x"], mime="text/plain"),
        "stat": lambda: blobs.stat(A),
        "read": lambda: blobs.read(A, 0, 1),
        "fetch": lambda: blobs.fetch(A, tmp_path / "a"),
        "list": lambda: blobs.list(f"gs://{FILMS}/"),
    }

    with pytest.raises(FilesUnreachable):
        asks[what]()


@pytest.fixture
def now(tmp_path: Path) -> Iterator[Cloud]:
    """Return a cloud at the present: signatures carry the wall clock's time."""
    with Cloud(tmp_path / "now", SHIPPED_TABLES, Clock(datetime.now(UTC))) as opened:
        yield opened


def test_a_link_opens_the_film_for_an_hour(now: Cloud) -> None:
    """Whoever has it needs no key; then it is dead."""
    blobs = now.wiring.blobs
    blobs.write(A, [b"film"], mime="video/mp4")
    link = blobs.link(A)

    opened = httpx.get(link, trust_env=False)
    now.clock.forward(3700)
    dead = httpx.get(link, trust_env=False)

    assert (200, b"film", "video/mp4") == (opened.status_code, opened.content, opened.headers["content-type"])
    assert 400 == dead.status_code


def test_a_link_that_was_changed_is_dead(now: Cloud) -> None:
    """The signature covers the name."""
    blobs = now.wiring.blobs
    blobs.write(A, [b"film"], mime="video/mp4")
    blobs.write(A.replace("a.bin", "b.bin"), [b"other"], mime="video/mp4")

    answer = httpx.get(blobs.link(A).replace("a.bin", "b.bin"), trust_env=False)

    assert 403 == answer.status_code


def test_a_signer_that_does_not_answer_cannot_sign(cloud: Cloud, blobs: Blobs) -> None:
    """IAM failed: said by name."""
    cloud.wire.on("^iam", Kind.REFUSE, "503")

    with pytest.raises(FilesUnreachable):
        blobs.link(A)
