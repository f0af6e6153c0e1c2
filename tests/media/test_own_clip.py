"""A tenant's own clip is judged before it is kept: what it is by its pictures, and why one cannot be shown."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shared.media.errors import MediaRefused
from shared.media.own_clip import judged_clip
from shared.pipeline.plan.picture import OwnFile
from tests.media.makers import ffmpeg

_CODED = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_TONE = ("-f", "lavfi", "-i", "sine=d=1")


def _picture(source: str = "testsrc2=s=192x144:r=12:d=1") -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", source)


def _plain(path: Path) -> None:
    ffmpeg(*_picture(), *_CODED, "-movflags", "+faststart", path)


def _quicktime(path: Path) -> None:
    ffmpeg(*_picture(), *_TONE, *_CODED, "-c:a", "pcm_s16le", "-f", "mov", path)


def _webm(path: Path) -> None:
    ffmpeg(*_picture(), *_TONE, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-f", "webm", path)


def _turned(path: Path) -> None:
    upright = path.with_name("upright.mp4")
    _plain(upright)
    ffmpeg("-display_rotation", "90", "-i", upright, "-c", "copy", path)


def _phone(path: Path) -> None:
    """4K, ten bits, HLG, turned: what a phone films."""
    said = "setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc=arib-std-b67,format=yuv420p10le"
    coded = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=1", "-tag:v", "hvc1")
    lying = path.with_name("lying.mov")
    ffmpeg(*_picture("color=s=3840x2160:r=4:d=1"), "-vf", said, *coded, lying)
    ffmpeg("-display_rotation", "90", "-i", lying, "-c", "copy", "-f", "mov", path)


def _uneven(path: Path) -> None:
    """Every second frame of its second half is left out, and its pixels are twice as wide as high."""
    uneven = "select=lt(n\\,6)+mod(n\\,2),setsar=2/1"
    ffmpeg(*_picture(), "-vf", uneven, "-fps_mode", "vfr", *_CODED, path)


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (_plain, OwnFile("mp4", 1.0, 192, 144, sound=False)),
        (_quicktime, OwnFile("mp4", 1.0, 192, 144, sound=True)),
        (_webm, OwnFile("webm", 1.0, 192, 144, sound=True)),
        (_turned, OwnFile("mp4", 1.0, 144, 192, sound=False)),
        (_uneven, OwnFile("mp4", 1.0, 384, 144, sound=False)),
        (_phone, OwnFile("mp4", 1.0, 2160, 3840, sound=False, hdr=True)),
    ],
)
def test_a_clip_is_what_a_player_shows(tmp_path: Path, make: Callable[[Path], None], wanted: OwnFile) -> None:
    """Upright and in square pixels, as long as its pictures, with or without sound."""
    path = tmp_path / "clip.mp4"
    make(path)

    found = judged_clip(path)

    assert pytest.approx(wanted.seconds, abs=0.1) == found.seconds
    assert replace(wanted, seconds=found.seconds, fps=found.fps) == found


@pytest.mark.parametrize(
    ("source", "coded", "why"),
    [
        ("testsrc2=s=192x144:r=12:d=0.25", _CODED, r"lasts 0\.2 s"),
        ("color=s=160x144:r=1:d=62", _CODED, r"lasts 62\.0 s"),
        ("color=s=160x144:r=1:d=1", _CODED, "no moving picture"),
        ("color=s=7680x4320:r=2:d=1", _CODED, "7680x4320 pixels, more than 4K"),
        ("color=s=3840x2880:r=2:d=1", _CODED, "3840x2880 pixels, more than 4K"),
        ("color=s=160x144:r=4:d=1,setparams=color_trc=log100", _CODED, "light is coded as no screen"),
        ("color=s=128x128:r=4:d=1", _CODED, "128x128 pixels: hardly"),
        ("color=s=160x144:r=120:d=1", _CODED, "120 frames a second"),
        ("color=s=160x144:r=4:d=1", ("-c:v", "prores", "-f", "mov"), "coded in a way we cannot read"),
    ],
)
def test_a_clip_no_film_could_show_is_refused(tmp_path: Path, source: str, coded: tuple[str, ...], why: str) -> None:
    """Too short, too long, a still, too large, too small, too fast, of a codec nobody decodes: each by its name."""
    path = tmp_path / "clip.mp4"
    ffmpeg(*_picture(source), *coded, path)

    with pytest.raises(MediaRefused, match=why) as refused:
        judged_clip(path)

    assert refused.value.next_move


def _told_longer(whole: bytes) -> bytes:
    """Let every header say the film lasts ten hours."""
    for name, before in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        at = whole.index(name) + 4 + before
        whole = whole[:at] + (int.from_bytes(whole[at : at + 4]) * 36_000).to_bytes(4) + whole[at + 4 :]
    return whole


def _garbage(whole: bytes) -> bytes:
    at = whole.index(b"mdat") + 4
    return whole[:at] + bytes((each * 7 + 13) % 256 for each in range(len(whole) - at))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda _: b"", "is empty"),
        (lambda _: b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
        (lambda _: b"a text that is called .mp4 and is none", "neither MP4 nor WebM"),
        (lambda whole: whole[: len(whole) // 2], "cut short"),
        (_told_longer, r"says it lasts 36000\.0 s, and 1\.0 s of picture"),
        (_garbage, "cannot be decoded"),
    ],
)
def test_a_lie_is_told_as_one(tmp_path: Path, spoil: Callable[[bytes], bytes], why: str) -> None:
    """Nothing a file says of itself is believed, and nothing it names is opened."""
    path = tmp_path / "clip.mp4"
    _plain(path)
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(MediaRefused, match=why):
        judged_clip(path)


def test_sound_that_goes_on_after_the_picture_is_no_lie(tmp_path: Path) -> None:
    """The clip is as long as its picture."""
    path = tmp_path / "clip.mp4"
    ffmpeg(*_picture(), "-f", "lavfi", "-i", "sine=d=5", *_CODED, path)

    assert OwnFile("mp4", 1.0, 192, 144, sound=True, fps=12.0) == judged_clip(path)


def test_a_clip_that_was_cut_without_being_exported_is_told_so(tmp_path: Path) -> None:
    """Its edit list hides what its file still holds, which a film would show."""
    whole, path = tmp_path / "whole.mp4", tmp_path / "clip.mp4"
    ffmpeg(*_picture("testsrc2=s=192x144:r=12:d=3"), *_CODED, whole)
    ffmpeg("-ss", "1.5", "-i", whole, "-c", "copy", path)

    with pytest.raises(MediaRefused, match=r"lasts 1\.5 s, and 3\.0 s .* cut without being exported") as refused:
        judged_clip(path)

    assert "Export it anew: what was cut off is still in it." == refused.value.next_move


_HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=1", "-tag:v", "hvc1")


def _dolby(whole: bytes, entry: bytes, kind: bytes, profile: int, compatible: int) -> bytes:
    """Put Dolby Vision's box into the sample entry of an MP4 whose index stands at its end, as its muxers do."""
    said = (profile << 9 | 5 << 3 | 0b101).to_bytes(2)
    box = (32).to_bytes(4) + kind + b"\x01\x00" + said + bytes([compatible << 4]) + bytes(19)
    at = whole.index(b"hvc1", whole.index(b"stsd")) - 4
    end = at + int.from_bytes(whole[at : at + 4])
    made = bytearray(whole[:end] + box + whole[end:])
    made[at + 4 : at + 8] = entry
    for holder in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", entry):
        start = at if holder == entry else made.rindex(holder, 0, at) - 4
        made[start : start + 4] = (int.from_bytes(made[start : start + 4]) + len(box)).to_bytes(4)
    return bytes(made)


@pytest.mark.parametrize(
    ("entry", "kind", "profile", "compatible", "alone"),
    [
        (b"dvh1", b"dvcC", 5, 0, True),
        (b"dvhe", b"dvcC", 5, 0, True),
        (b"hvc1", b"dvvC", 8, 4, False),
        (b"hvc1", b"dvvC", 8, 1, False),
        (b"hvc1", b"free", 5, 0, False),
    ],
)
def test_colours_of_dolby_vision_alone_are_refused(
    tmp_path: Path, entry: bytes, kind: bytes, profile: int, compatible: int, *, alone: bool
) -> None:
    """Profile 5 is in no colours that can be brought to a film's; what is HLG or HDR10 beneath is taken."""
    path = tmp_path / "clip.mp4"
    ffmpeg(*_picture(), "-pix_fmt", "yuv420p10le", *_HEVC, path)
    path.write_bytes(_dolby(path.read_bytes(), entry, kind, profile, compatible))

    if not alone:
        assert (192, 144) == (judged_clip(path).width, judged_clip(path).height)
        return
    with pytest.raises(MediaRefused, match=r"Dolby Vision's own \(profile 5\)") as refused:
        judged_clip(path)
    assert "HDR10, HLG or Rec. 709" in refused.value.next_move
