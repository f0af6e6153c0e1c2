"""What the gallery measures of a film, and which figures it marks."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.gallery import faults
from infra.local.measures import Measures, measured, still
from tests.media.makers import ffmpeg

RIGHT = Measures(180, 320, 24.0, 8.0, -14.3, -1.2, (), (), ())


def test_a_film_is_measured(tmp_path: Path) -> None:
    """Two moving seconds with a tone, then two of a black still without a sound: each meter tells its stretch."""
    path = tmp_path / "film.mp4"
    moving = "testsrc2=s=180x320:r=24:d=2[a];color=black:s=180x320:r=24:d=2[b];[a][b]concat[v]"
    tone = "sine=1000:r=48000:d=2,volume=0.2,apad=whole_dur=4,aformat=channel_layouts=stereo[s]"
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    ffmpeg("-filter_complex", f"{moving};{tone}", "-map", "[v]", "-map", "[s]", *codecs, path)

    found = measured(path)
    still(path, 1.0, tmp_path / "still.jpg", 90)

    assert (180, 320, 24.0) == (found.width, found.height, found.fps)
    assert found.seconds == pytest.approx(4.0, abs=0.05)
    assert found.loudness == pytest.approx(-35, abs=1)
    assert [2.0] * 3 == pytest.approx([each for (each,) in (found.silences, found.freezes, found.blacks)], abs=0.15)
    assert (tmp_path / "still.jpg").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (RIGHT, []),
        (replace(RIGHT, seconds=8.2), ["lasts 8.20 s, its job says 8.00 s"]),
        (replace(RIGHT, loudness=-18.2), ["-18.2 LUFS where -14 was asked for"]),
        (replace(RIGHT, loudness=None, peak=None), ["nothing is heard"]),
        (replace(RIGHT, peak=-0.4), ["peaks reach -0.4 dBTP"]),
        (replace(RIGHT, silences=(1.6,), freezes=(0.7, 2.0)), ["silent for 1.6 s", "still for 0.7 s, 2.0 s"]),
        (replace(RIGHT, blacks=(0.5,)), ["black for 0.5 s"]),
    ],
)
def test_what_no_film_may_have_is_marked(found: Measures, expected: list[str]) -> None:
    """By its figure; a film within them has none."""
    assert expected == list(faults(found, 8.0, -14))
