"""Music that a tenant sends: judged before it is kept, and laid under a film."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shared.media.errors import MediaRefused
from shared.media.music import judged_music
from shared.pipeline.plan.heard import Loudness, Music
from shared.pipeline.plan.plan import Sound
from tests.media.conftest import Render
from tests.media.makers import Person, Samples, edit, ffmpeg, level, looks, loudness, samples, shot, silences, take

TUNE, VOICE = 500.0, 880.0
KINDS = {"mp3": "mp3", "m4a": "aac", "aac": "aac", "wav": "pcm_s24le", "flac": "flac"}


@pytest.fixture(scope="session")
def tune(bench: Path) -> Path:
    """Return six seconds of a steady tone at about -24 LUFS."""
    path = bench / "tune.flac"
    ffmpeg("-f", "lavfi", "-i", f"sine=f={TUNE}:d=6:r=44100,volume=-3dB", "-ac", "2", path)
    return path


@pytest.fixture(scope="session")
def said(bench: Path) -> Path:
    """Return a take of four seconds."""
    return take(bench / "said.webm", Person(seconds=4, tone=VOICE), None)


def order(path: Path, *, level: float = -20.0, duck: bool = True, start: float = 0.0) -> Music:
    """Return music as it is planned."""
    facts = judged_music(path.read_bytes())
    return Music("gs://films/tune", 1, facts.seconds, facts.loudness, level, duck, start)


@pytest.mark.parametrize("suffix", KINDS)
def test_four_kinds_of_music_are_measured(tmp_path: Path, tune: Path, suffix: str) -> None:
    """MP3 with a cover, AAC in MP4 and bare, WAV, FLAC: how long and how loud they are is found out by decoding."""
    path = tmp_path / f"tune.{suffix}"
    cover = ("-f", "lavfi", "-i", "color=red:s=64x64:d=0.04", "-map", "0:a", "-map", "1:v") if suffix == "mp3" else ()
    ffmpeg("-i", tune, *cover, "-c:a", "libmp3lame" if suffix == "mp3" else KINDS[suffix], "-ac", "2", path)

    facts = judged_music(path.read_bytes())

    assert suffix == facts.suffix
    assert [6.0, -24.7] == pytest.approx([facts.seconds, facts.loudness], abs=0.5)


@pytest.mark.parametrize(
    ("made", "spoiled", "why"),
    [
        ("flac", lambda data: data[: len(data) // 2], "to its end"),
        ("mp3", lambda data: data[: len(data) // 2], "breaks off"),
        ("m4a", lambda data: data[: len(data) // 2], "cut short"),
        ("wav", lambda data: data[: len(data) // 2 // 6 * 6 + 44], "to its end"),
        ("mp3", lambda data: data[:9000] + bytes(reversed(data[9000:])), "to its end"),
        ("flac", lambda data: b"<html>" + data, "no music"),
        ("flac", lambda _: b"", "no music"),
    ],
    ids=["a cut FLAC", "a cut MP3", "a cut M4A", "a cut WAV", "noise", "a page", "nothing"],
)
def test_broken_music_is_refused(
    tmp_path: Path, tune: Path, made: str, spoiled: Callable[[bytes], bytes], why: str
) -> None:
    """What is cut short, damaged or no music is told as that, before anything is kept."""
    path = tmp_path / f"tune.{made}"
    ffmpeg("-i", tune, "-c:a", "libmp3lame" if made == "mp3" else KINDS[made], "-ac", "2", path)

    with pytest.raises(MediaRefused) as refused:
        judged_music(spoiled(path.read_bytes()))

    assert why in refused.value.why


@pytest.mark.parametrize(
    ("sound", "words", "why"),
    [
        ("sine=d=2", (), "lasts 2.0 s"),
        ("anullsrc=r=8000:cl=mono:d=5", (), "is silent"),
        ("sine=d=5", ("-ac", "6"), "5.1"),
        ("sine=d=602:r=8000", (), "longer than 600 s"),
    ],
    ids=["short", "silent", "surround", "long"],
)
def test_music_that_suits_no_film_is_refused(tmp_path: Path, sound: str, words: tuple[str, ...], why: str) -> None:
    """Too short, too long, silent, or of more than two channels."""
    path = tmp_path / "tune.flac"
    ffmpeg("-f", "lavfi", "-i", sound, *words, path)

    with pytest.raises(MediaRefused) as refused:
        judged_music(path.read_bytes())

    assert why in refused.value.why


@pytest.mark.parametrize(("suffix", "codec"), [("m4a", "alac"), ("wav", "pcm_f64le"), ("wav", "pcm_alaw")])
def test_sound_in_a_coding_we_do_not_read_is_told_as_that(tmp_path: Path, tune: Path, suffix: str, codec: str) -> None:
    """It is whole: sent again it would be refused again, exported in another coding it is taken."""
    path = tmp_path / f"tune.{suffix}"
    ffmpeg("-i", tune, "-c:a", codec, path)

    with pytest.raises(MediaRefused) as refused:
        judged_music(path.read_bytes())

    assert f"the music is coded in a way we cannot read ({codec})" == refused.value.why
    assert refused.value.next_move.startswith("Export it as MP3")


@pytest.mark.parametrize("suffix", ["flac", "aac", "mp3"])
def test_tags_before_music_are_passed_over(render: Render, mute_clip: Path, tune: Path, suffix: str) -> None:
    """Taggers write ID3 before FLAC and AAC, too, and twice: it is known as what it is, and heard in a film."""
    tag = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)
    path = tune.with_name(f"tagged.{suffix}")
    ffmpeg("-i", tune, "-c:a", {"mp3": "libmp3lame"}.get(suffix, suffix), "-id3v2_version", "0", path)
    path.write_bytes(tag + tag + path.read_bytes())

    facts = judged_music(path.read_bytes())
    film = render(edit(shot(3), music=order(path, duck=False), loudness=Loudness.WEB), clip=mute_clip, music=path).film

    assert suffix == facts.suffix
    assert [6.0, -24.7] == pytest.approx([facts.seconds, facts.loudness], abs=0.5)
    assert -16 == pytest.approx(loudness(film)[0], abs=0.5)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"OggS\x00", "Ogg"),
        (b"FORM\x00\x00\x00\x00AIFF", "AIFF"),
        (b"\x1a\x45\xdf\xa3", "WebM or Matroska"),
        (b"MThd\x00", "MIDI"),
    ],
)
def test_music_of_a_kind_that_is_not_read_is_told_by_its_name(head: bytes, kind: str) -> None:
    """With what it can be exported as."""
    with pytest.raises(MediaRefused, match=f"the file is {kind}.*, whose sound is not read") as refused:
        judged_music(head + bytes(400))

    assert refused.value.next_move.startswith("Export it as MP3")


def test_a_film_is_no_music(clip: Path) -> None:
    """An MP4 with a picture is refused as that."""
    with pytest.raises(MediaRefused) as refused:
        judged_music(clip.read_bytes())

    assert "holds a picture" in refused.value.why


def test_music_goes_on_to_the_end_far_below_what_is_said(
    render: Render, mute_clip: Path, said: Path, tune: Path
) -> None:
    """Six seconds last for twelve, without a seam; 20 dB below the voice; faded out; the film as loud as asked."""
    asked = edit(
        *(shot(3) for _ in range(4)),
        looks=(looks(start=4, seconds=4),),
        sound=Sound.BED,
        loudness=Loudness.SOCIAL,
        music=order(tune),
    )

    made = render(asked, clip=mute_clip, presenter=said, music=tune)

    heard, (whole, peak) = samples(made.film), loudness(made.film)
    assert -14 == pytest.approx(whole, abs=0.5)
    assert peak <= -1
    assert [] == silences(made.film)
    assert 16 == pytest.approx(level(heard, TUNE, 1, 3) - level(heard, TUNE, 5, 7.5), abs=1)
    assert 20 == pytest.approx(level(heard, VOICE, 5, 7.5) - level(heard, TUNE, 5, 7.5), abs=1.5)
    assert loudest(heard, 11.98, 12) < 0.1 * loudest(heard, 10, 10.5)
    steady = [loudest(heard, at / 10, at / 10 + 0.1) for at in range(10, 35)]
    assert max(steady) < 1.1 * min(steady)


def test_music_alone_is_the_film_s_sound(render: Render, mute_clip: Path, tune: Path) -> None:
    """Where nobody speaks, and though the bed was muted, music is heard at the loudness asked for, from its start."""
    asked = edit(shot(3), music=order(tune, level=-40.0, start=2.0, duck=False), loudness=Loudness.WEB)

    whole, _ = loudness(render(asked, clip=mute_clip, music=tune).film)

    assert -16 == pytest.approx(whole, abs=0.5)


def test_a_loop_has_no_seam(render: Render, mute_clip: Path, tmp_path: Path) -> None:
    """Three seconds go round four times: nowhere does the sound jump or sink."""
    path = tmp_path / "hum.flac"
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=3.5:r=48000:c=pink:seed=3:a=0.5", "-ac", "2", path)
    asked = edit(*(shot(3) for _ in range(4)), music=order(path), loudness=Loudness.WEB)

    heard = samples(render(asked, clip=mute_clip, music=path).film)

    parts = [float(np.sqrt(np.mean(heard[at : at + 24000] ** 2))) for at in range(48000, 10 * 48000, 24000)]
    assert max(parts) < 2 * min(parts)


@pytest.mark.parametrize("suffix", KINDS)
def test_a_loop_of_any_kind_of_file_has_no_hole(render: Render, mute_clip: Path, tmp_path: Path, suffix: str) -> None:
    """What begins within an MP3 or AAC is heard at once: no hundredth of a second is quieter than its neighbours."""
    path = tmp_path / f"noise.{suffix}"
    codec = "libmp3lame" if suffix == "mp3" else KINDS[suffix]
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=5:r=44100:c=white:seed=3:a=0.3", "-ac", "2", "-c:a", codec, path)
    asked = edit(*(shot(3) for _ in range(3)), music=order(path, start=1.0), loudness=Loudness.WEB)

    heard = samples(render(asked, clip=mute_clip, music=path).film)

    parts = [float(np.sqrt(np.mean(heard[at : at + 480] ** 2))) for at in range(24000, 7 * 48000, 480)]
    assert max(parts) < 2 * min(parts)


def loudest(heard: Samples, start: float, end: float) -> float:
    """Return the greatest sample between two seconds."""
    return float(np.abs(heard[int(start * 48000) : int(end * 48000)]).max())
