"""An MP4's facts from its boxes, by few ranged reads, nonsense refused."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.mp4 import Mp4Facts, NotAFilm, read_mp4
from shared.media.probe import probe
from tests.media.makers import RED, ffmpeg, film


class Remote:
    """A file read by ranges, counting what was asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reads: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        """Return a range."""
        self.reads.append((offset, length))
        return self.data[offset : offset + length]


def facts_of(data: bytes) -> Mp4Facts:
    """Read the facts of bytes in hand."""
    return read_mp4(Remote(data).read, len(data))


def box(name: bytes, content: bytes = b"") -> bytes:
    """Return one box."""
    return (len(content) + 8).to_bytes(4) + name + content


def moov(
    *, scale: int = 1000, length: int = 8000, width: int = 720, height: int = 1280, handler: bytes = b"vide"
) -> bytes:
    """Return an index with one track."""
    mvhd = box(b"mvhd", bytes(12) + scale.to_bytes(4) + length.to_bytes(4) + bytes(80))
    tkhd = box(b"tkhd", bytes(76) + (width << 16).to_bytes(4) + (height << 16).to_bytes(4))
    mdia = box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13)))
    return box(b"moov", mvhd + box(b"trak", tkhd + mdia))


FTYP = box(b"ftyp", b"isom\x00\x00\x02\x00isom")


def test_index_at_the_end(clip: Path) -> None:
    """A film whose index stands at its end is read by its boxes' headers and the index, not its pictures."""
    data = clip.read_bytes()
    remote = Remote(data)

    facts = read_mp4(remote.read, len(data))

    assert (180, 320, True) == (facts.width, facts.height, facts.audio)
    assert 3.0 == pytest.approx(facts.seconds, abs=0.05)
    assert data.index(b"moov") > data.index(b"mdat")
    assert len(remote.reads) <= 5
    assert sum(length for _, length in remote.reads) < 8192


def test_index_at_the_front(tmp_path: Path, mute_clip: Path) -> None:
    """A film whose index stands first is read without touching the rest; it has no sound here."""
    path = tmp_path / "front.mp4"
    ffmpeg("-i", mute_clip, "-c", "copy", "-movflags", "+faststart", path)
    remote = Remote(path.read_bytes())

    facts = read_mp4(remote.read, len(remote.data))

    assert Mp4Facts(3.0, 180, 320, audio=False) == facts
    assert 3 == len(remote.reads)


def test_long_boxes() -> None:
    """Pictures of more than 4 GB stand in a box with a 64-bit length."""
    far = 5 * 1024**3
    head = FTYP + (1).to_bytes(4) + b"mdat" + (far + 16).to_bytes(8)
    index = moov()

    def read(offset: int, length: int) -> bytes:
        return (
            (head + index)[offset : offset + length]
            if offset < len(head)
            else index[offset - far - len(head) :][:length]
        )

    assert Mp4Facts(8.0, 720, 1280, audio=False) == read_mp4(read, len(head) + far + len(index))


def test_length_in_64_bits() -> None:
    """A version 1 header keeps its length in 64 bits."""
    mvhd = box(b"mvhd", b"\x01" + bytes(19) + (90000).to_bytes(4) + (360000).to_bytes(8) + bytes(80))
    trak = moov()[8 + 108 :]

    facts = facts_of(FTYP + box(b"moov", mvhd + trak))

    assert 4.0 == facts.seconds


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ends before its index"),
        (b"<html>no</html>", "does not begin as an MP4"),
        (b"\x1aE\xdf\xa3" + bytes(60), "does not begin as an MP4"),
        (FTYP, "ends before its index"),
        (FTYP + box(b"mdat", bytes(50)), "ends before its index"),
        (FTYP + moov()[:-20], "cut short inside moov"),
        (FTYP + (9000).to_bytes(4) + b"mdat" + bytes(20), "cut short inside mdat"),
        (FTYP + (3).to_bytes(4) + b"mdat" + bytes(20), "claims 3 bytes"),
        (FTYP + box(b"free") * 300 + moov(), "among its first 256 boxes"),
        (FTYP + moov(handler=b"soun"), "no picture track"),
        (FTYP + moov(length=0), "makes no sense"),
        (FTYP + moov(scale=0), "has no length"),
        (FTYP + moov(scale=1, length=4_000_000_000), "makes no sense"),
        (FTYP + moov(width=0), "picture of 0x1280"),
        (FTYP + moov(width=30000), "picture of 30000x1280"),
        (FTYP + box(b"moov", (100).to_bytes(4) + b"trak"), "longer than what holds it"),
    ],
)
def test_nonsense_is_refused(data: bytes, why: str) -> None:
    """What is no film, or lies about itself, is refused with its reason."""
    with pytest.raises(NotAFilm, match=why):
        facts_of(data)


def test_giant_index_is_not_read() -> None:
    """An index that claims hundreds of megabytes is refused, not loaded."""
    asked: list[int] = []

    def read(offset: int, length: int) -> bytes:
        asked.append(length)
        return (FTYP + (500_000_000).to_bytes(4) + b"moov" + bytes(16))[offset : offset + length]

    with pytest.raises(NotAFilm, match="makes no sense"):
        read_mp4(read, 600_000_000)

    assert max(asked) <= 16


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_end_in_facts_or_refusal(noise: bytes, at: int) -> None:
    """Whatever the bytes, reading ends: with facts or with NotAFilm, never otherwise."""
    whole = FTYP + moov()
    data = whole[:at] + noise + whole[at + len(noise) :]

    try:
        facts = facts_of(data)
    except NotAFilm:
        return

    assert facts.seconds > 0


@pytest.mark.parametrize("module", ["shared.media.mp4", "shared.media.images", "shared.media.errors"])
def test_light_modules_import_light(module: str) -> None:
    """Functions that only look at a film or an image's name do not load Pillow or ffmpeg."""
    code = f"import sys, {module}; print([one for one in ('PIL', 'imageio_ffmpeg', 'numpy') if one in sys.modules])"

    command = [sys.executable, "-c", code]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "[]" == said.strip()


def test_agrees_with_a_full_reading(tmp_path: Path) -> None:
    """The boxes and the packets tell the same of one film."""
    path = film(tmp_path / "clip.mp4", RED, each=1.5)

    slow, quick = probe(path), facts_of(path.read_bytes())

    assert (slow.width, slow.height, slow.seconds) == (quick.width, quick.height, quick.seconds)
