"""What a film file is, told from its packets."""

from pathlib import Path

import pytest

from shared.media.probe import FilmFacts, probe
from tests.media.makers import RED, film


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
