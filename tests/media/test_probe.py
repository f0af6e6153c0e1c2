"""What a film file is, told from its packets."""

from pathlib import Path

import pytest

from shared.media.errors import MediaRefused
from shared.media.ffmpeg import Budget
from shared.media.laid import probed
from shared.media.probe import FilmFacts, probe
from tests.media.makers import RED, film
from tests.patience import PATIENCE


def test_mp4(clip: Path) -> None:
    """An MP4 with sound."""
    assert FilmFacts("mp4", 3.0, 180, 320, 24.0, "h264", "aac", alpha=False, heard=3.0232, keys=2) == probe(clip)


def test_mp4_without_sound(mute_clip: Path) -> None:
    """An MP4 without a sound track."""
    assert probe(mute_clip).audio_codec is None


def test_webm_with_alpha(alpha_take: Path) -> None:
    """A WebM that carries transparency says so."""
    facts = probe(alpha_take)

    assert ("webm", "vp9", "opus", True) == (facts.container, facts.video_codec, facts.audio_codec, facts.alpha)
    assert 2.0 == pytest.approx(facts.seconds, abs=0.05)
    assert 25.0 == pytest.approx(facts.fps, abs=0.5)


def test_other_rate(tmp_path: Path) -> None:
    """A film's own rate is told, not ours."""
    assert 30.0 == probe(film(tmp_path / "thirty.mp4", RED, fps=30)).fps


def test_files_looked_at_together_are_what_they_are_alone(
    clip: Path, mute_clip: Path, alpha_take: Path, tmp_path: Path
) -> None:
    """Whatever stands beside a file in one run, nothing of it gets into the file's own facts."""
    files = {"a": clip, "b": mute_clip, "c": alpha_take, "d": film(tmp_path / "d.mp4", RED, fps=30), "e": mute_clip}

    assert {node: probe(path) for node, path in files.items()} == probed(files, Budget(PATIENCE))


def test_of_files_looked_at_together_the_broken_one_is_named(clip: Path, mute_clip: Path, tmp_path: Path) -> None:
    """The first one that is no film, in the order they were given."""
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:-4000])
    sound = tmp_path / "sound.mp4"
    sound.write_bytes(b"no film")

    with pytest.raises(MediaRefused, match="c:") as told:
        probed({"a": clip, "b": mute_clip, "c": broken, "d": sound}, Budget(PATIENCE))

    assert "c" == told.value.node
