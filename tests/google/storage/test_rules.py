"""The pure rules hold for everything, not for an example (rules.py)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as some

from infra.local.google.storage.rules import (
    Claims,
    Conditions,
    Digests,
    Piece,
    Verdict,
    Version,
    read_content_range,
    read_range,
)
from infra.local.google.storage.wire import Refused

DATA = bytes(range(64))
COUNT = some.integers(0, 100)


@given(first=COUNT, last=COUNT)
def test_range_is_a_slice(first: int, last: int) -> None:
    """A closed range is the slice it says, cut at the end; one past the end is 416; a backward one is ignored."""
    header = f"bytes={first}-{last}"

    if last < first:
        assert read_range(header, len(DATA)) is None
    elif first >= len(DATA):
        with pytest.raises(Refused, match="not satisfiable"):
            read_range(header, len(DATA))
    else:
        span = read_range(header, len(DATA))
        assert span is not None
        assert DATA[span.start : span.start + span.length] == DATA[first : last + 1]


@given(count=some.integers(1, 100))
def test_suffix_is_the_end(count: int) -> None:
    """A suffix range is the last bytes, or all of them."""
    span = read_range(f"bytes=-{count}", len(DATA))

    assert span is not None
    assert DATA[span.start : span.start + span.length] == DATA[-count:]


def test_empty_object_has_no_range() -> None:
    """Nothing can be asked of an empty object."""
    with pytest.raises(Refused, match="not satisfiable"):
        read_range("bytes=0-", 0)


@pytest.mark.parametrize(
    ("header", "piece"),
    [
        ("bytes 0-9/10", Piece(0, 10, 10)),
        ("bytes 0-9/*", Piece(0, 10, None)),
        ("bytes */10", Piece(None, 0, 10)),
        ("bytes */*", Piece(None, 0, None)),
    ],
)
def test_content_range(header: str, piece: Piece) -> None:
    """The four forms of a resumable upload's Content-Range."""
    assert read_content_range(header) == piece


@pytest.mark.parametrize("header", ["bytes 5-4/10", "bytes 0-10/10", "bytes 0-/10", "0-9/10", "bytes */x"])
def test_bad_content_range(header: str) -> None:
    """A Content-Range that contradicts itself is refused."""
    with pytest.raises(Refused, match="Content-Range"):
        read_content_range(header)


def test_etag_is_google_s() -> None:
    """The etag of the docs' sample event: generation and metageneration as protobuf fields 1 and 2."""
    assert Version(1587627537231057, 1).etag == "CNHZkbuF/ugCEAE="


@given(generation=some.integers(1), metageneration=some.integers(1))
def test_read_conditions_disagree_only_on_unchanged(generation: int, metageneration: int) -> None:
    """A condition a reader hears as 304 is one a writer hears as 412, and no other."""
    current = Version(generation, metageneration)
    conditions = Conditions(generation_not_match=generation)

    verdicts = [conditions.judge(current, reading=reading) for reading in (True, False)]

    assert verdicts == [Verdict.UNCHANGED, Verdict.FAILED]


@given(claimed=some.binary(max_size=8))
def test_only_the_right_checksum_passes(claimed: bytes) -> None:
    """A claimed CRC32C passes exactly when it is the calculated one."""
    real = Digests(crc32c="AAAAAA==", md5="")
    claims = Claims(crc32c=(base64.b64encode(claimed).decode(),))

    if claimed == bytes(4):
        claims.check(real)
    else:
        with pytest.raises(Refused, match="doesn't match"):
            claims.check(real)


def test_checksum_that_is_not_base64() -> None:
    """A claimed checksum that is not base64 is refused as such."""
    with pytest.raises(Refused, match="Invalid CRC32C"):
        Claims(crc32c=("!",)).check(Digests(crc32c="AAAAAA==", md5=""))
