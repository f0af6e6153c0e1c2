"""An MP4's facts from its boxes, by few ranged reads, nonsense refused."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.mp4 import Mp4Facts, NotAFilm, key_frames, mp4_at, read_mp4
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
    *,
    scale: int = 1000,
    length: int = 8000,
    width: int = 720,
    height: int = 1280,
    handler: bytes = b"vide",
    samples: int = 192,
    edits: int = 0,
    tracks: int = 1,
    more: bytes = b"",
) -> bytes:
    """Return an index."""
    mvhd = box(b"mvhd", bytes(12) + scale.to_bytes(4) + length.to_bytes(4) + bytes(80))
    key = bytes(12) + (1).to_bytes(4)
    tkhd = box(b"tkhd", key + bytes(60) + (width << 16).to_bytes(4) + (height << 16).to_bytes(4))
    mdhd = box(b"mdhd", bytes(12) + (12800).to_bytes(4) + bytes(8))
    stsz = box(b"stsz", bytes(4) + (1).to_bytes(4) + samples.to_bytes(4))
    mdia = mdhd + box(b"hdlr", bytes(8) + handler + bytes(13)) + box(b"minf", box(b"stbl", stsz))
    edts = box(b"edts", box(b"elst", bytes(4) + edits.to_bytes(4))) if edits else b""
    return box(b"moov", mvhd + box(b"trak", tkhd + edts + box(b"mdia", mdia)) * tracks + more)


def fragment(*, samples: int = 25, begin: int = 0, each: int = 512) -> bytes:
    """Return a fragment's index and pictures: `samples` of `each` ticks, from `begin` on."""
    tfhd = box(b"tfhd", b"\x00\x02\x00\x08" + (1).to_bytes(4) + each.to_bytes(4))
    tfdt = box(b"tfdt", bytes(4) + begin.to_bytes(4))
    trun = box(b"trun", bytes(4) + samples.to_bytes(4))
    return box(b"moof", box(b"traf", tfhd + tfdt + trun)) + box(b"mdat", b"pictures")


HEAD = box(b"ftyp", b"isom\x00\x00\x02\x00isom")
FTYP = HEAD + box(b"mdat", b"pictures")


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
    """A film whose index stands first is read without touching its pictures; it has no sound here."""
    path = tmp_path / "front.mp4"
    ffmpeg("-i", mute_clip, "-c", "copy", "-movflags", "+faststart", path)
    remote = Remote(path.read_bytes())

    facts = read_mp4(remote.read, len(remote.data))

    assert Mp4Facts(3.0, 180, 320, audio=False, frames=72, shown=3.0, played=3.0) == facts
    assert 5 == len(remote.reads)
    assert sum(length for _, length in remote.reads) < 4096


def test_key_frames_are_told_by_their_numbers(tmp_path: Path, clip: Path) -> None:
    """As the encoder was asked to set them, also where others are shown before those they are coded from."""
    made = tmp_path / "keys.mp4"
    ffmpeg("-i", clip, "-c:v", "libx264", "-bf", "2", "-g", "10", "-sc_threshold", "0", "-frames:v", "24", made)

    assert (0, 10, 20) == key_frames(made)


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

    assert Mp4Facts(8.0, 720, 1280, audio=False, frames=192) == read_mp4(read, len(head) + far + len(index))


def test_length_in_64_bits() -> None:
    """A version 1 header keeps its length in 64 bits."""
    mvhd = box(b"mvhd", b"\x01" + bytes(19) + (90000).to_bytes(4) + (360000).to_bytes(8) + bytes(80))
    trak = moov()[8 + 108 :]

    facts = facts_of(FTYP + box(b"moov", mvhd + trak))

    assert 4.0 == facts.seconds


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"<html>no</html>", "does not begin as an MP4"),
        (b"\x1aE\xdf\xa3" + bytes(60), "does not begin as an MP4"),
        (FTYP, "ends before its index"),
        (FTYP + box(b"mdat", bytes(50)), "ends before its index"),
        (FTYP + moov()[:-20], "cut short inside moov"),
        (FTYP + (9000).to_bytes(4) + b"mdat" + bytes(20), "cut short inside mdat"),
        (FTYP + (3).to_bytes(4) + b"mdat" + bytes(20), "claims 3 bytes"),
        (HEAD + moov(), "ends before its pictures"),
        (FTYP + moov(samples=2_000_000), "more than 500,000 samples"),
        (FTYP + moov(edits=65), "an edit list of 65 entries"),
        (FTYP + moov() + fragment(samples=2**31), "more than 500,000 samples"),
        (FTYP + moov(tracks=17), "more than 16 tracks"),
        (FTYP + box(b"free") * 300 + moov(), "among its first 256 boxes"),
        (FTYP + moov(handler=b"soun"), "it has no picture"),
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


@pytest.mark.parametrize(
    "flags", ["frag_keyframe+empty_moov", "dash+empty_moov+global_sidx", "frag_keyframe+empty_moov+default_base_moof"]
)
def test_fragmented_film(tmp_path: Path, clip: Path, flags: str) -> None:
    """A film written in fragments is a film, as long as they are together."""
    path = tmp_path / "fragments.mp4"
    ffmpeg("-i", clip, "-c", "copy", "-movflags", flags, "-frag_duration", "500000", path)

    facts = facts_of(path.read_bytes())

    assert (180, 320, True) == (facts.width, facts.height, facts.audio)
    assert 3.0 == pytest.approx(facts.seconds, abs=0.1)


def test_half_a_fragmented_film(tmp_path: Path, clip: Path) -> None:
    """A fragmented film that breaks off is cut short, wherever it breaks."""
    path = tmp_path / "fragments.mp4"
    ffmpeg("-i", clip, "-c", "copy", "-movflags", "frag_keyframe+empty_moov", path)
    data = path.read_bytes()

    with pytest.raises(NotAFilm, match=r"cut short inside (mdat|moof)"):
        facts_of(data[: len(data) * 2 // 3])


def test_length_told_by_the_film_extends_header() -> None:
    """A writer who knew the whole length says it in mehd."""
    mvex = box(b"mvex", box(b"mehd", bytes(4) + (5500).to_bytes(4)))

    facts = facts_of(FTYP + moov(length=0, samples=0, more=mvex) + fragment())

    assert 5.5 == facts.seconds


def test_length_where_the_fragments_end() -> None:
    """Without any sum told, the last fragment's end is the film's."""
    parts = fragment(begin=0) + fragment(begin=12800) + fragment(begin=25600)

    facts = facts_of(HEAD + moov(length=0, samples=0, more=box(b"mvex")) + parts)

    assert 3.0 == facts.seconds


def test_default_length_of_samples_stands_in_the_index() -> None:
    """A fragment that tells no length of its samples means the track's default."""
    trex = box(b"trex", bytes(4) + (1).to_bytes(4) + bytes(4) + (512).to_bytes(4) + bytes(8))
    tfhd = box(b"tfhd", bytes(4) + (1).to_bytes(4))
    part = box(b"moof", box(b"traf", tfhd + box(b"trun", bytes(4) + (50).to_bytes(4)))) + box(b"mdat", b"pictures")

    facts = facts_of(HEAD + moov(length=0, samples=0, more=box(b"mvex", trex)) + part)

    assert 2.0 == facts.seconds


def test_something_behind_a_whole_film_is_passed_over() -> None:
    """What a careless store appended after the film does not undo it."""
    facts = facts_of(FTYP + moov() + b"\r\n<!-- served by a cache -->")

    assert 8.0 == facts.seconds


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
    assert (round(slow.seconds * slow.fps), slow.seconds) == (quick.frames, quick.shown)


def test_sound_that_goes_on_lengthens_no_picture(mute_clip: Path, tmp_path: Path) -> None:
    """A film lasts as long as all of it; its picture as long as its frames."""
    path = tmp_path / "heard.mp4"
    ffmpeg("-i", mute_clip, "-f", "lavfi", "-i", "sine=d=5", "-c:v", "copy", "-c:a", "aac", path)

    facts = mp4_at(path)

    assert (72, 3.0) == (facts.frames, facts.shown)
    assert 5.0 == pytest.approx(facts.seconds, abs=0.1)
