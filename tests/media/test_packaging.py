"""A finished film in its other forms: the same streams, the same length, picture and sound as far apart as before."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from shared.media.compose import Composed, compose
from shared.media.errors import MediaFailed
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.packaging import packed
from shared.media.probe import probe
from shared.pipeline.plan.plan import Sound
from tests.media.makers import edit, shot
from tests.patience import PATIENCE

FPS, SECONDS = 24, 2.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Composed:
    """Return a film of two seconds: one of red and one of green, with the tone of its footage."""
    asked = replace(edit(shot(SECONDS, "clip-1")), sound=Sound.DUCK)
    return compose(asked, {"clip-1": clip}, tmp_path_factory.mktemp("film"), timeout=PATIENCE)


def packets(path: Path, demuxer: Demuxer, arguments: Sequence[str], folder: Path) -> list[list[str]]:
    """Return the lines of ffmpeg's framecrc: stream, decoding and showing time, length, bytes, sum."""
    words = ["-map", "0:v", "-map", "0:a", *arguments, "-f", "framecrc", "-"]
    said = run([Source(path, demuxer)], words, folder, Budget(PATIENCE)).decode("ascii")
    return [[part.strip() for part in line.split(",")] for line in said.splitlines() if not line.startswith("#")]


def test_a_mov_has_the_very_streams(made: Composed, tmp_path: Path) -> None:
    """Every packet of picture and sound, at its own time: nothing is encoded again."""
    mov = packed(made.film, "mov", tmp_path, Budget(PATIENCE))

    both = [packets(path, Demuxer.MP4, ["-c", "copy"], tmp_path) for path in (made.film, mov)]

    assert both[0] == both[1]
    assert mov.read_bytes()[4:12] == b"ftypqt  "
    assert b"moov" in mov.read_bytes()[:64]


def test_a_webm_is_as_long_and_in_step(made: Composed, tmp_path: Path) -> None:
    """VP9 and Opus; each frame is there, and sound begins and ends with the picture, within a frame."""
    webm = packed(made.film, "webm", tmp_path, Budget(PATIENCE))

    facts = probe(webm)
    words = ["-fps_mode", "passthrough", "-enc_time_base:v", "1:1000", "-c:a", "pcm_s16le"]
    lines = packets(webm, Demuxer.WEBM, words, tmp_path)

    shown = [int(line[2]) / 1000 for line in lines if line[0] == "0"]
    heard = [(int(line[2]) / 48000, int(line[3]) / 48000) for line in lines if line[0] == "1"]
    assert ("webm", "vp9", "opus") == (facts.container, facts.video_codec, facts.audio_codec)
    assert (180, 320) == (facts.width, facts.height)
    assert pytest.approx(made.seconds, abs=1 / FPS) == facts.seconds
    assert [pytest.approx(number / FPS, abs=0.002) for number in range(round(SECONDS * FPS))] == shown
    assert 0.0 == pytest.approx(heard[0][0], abs=1 / FPS)
    assert pytest.approx(SECONDS, abs=1 / FPS) == sum(heard[-1])


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_preview_moves_over_and_over(made: Composed, tmp_path: Path, suffix: str) -> None:
    """As wide as the film, where that is small; of the whole of a film that is short; from its second second here."""
    with Image.open(packed(made.film, suffix, tmp_path, Budget(PATIENCE), since=1.0)) as picture:
        loop, size, frames = picture.info["loop"], picture.size, getattr(picture, "n_frames", 1)
        seen = list[tuple[int, int, int]]()
        for number in range(frames):
            picture.seek(number)
            picture.load()
            red, green = picture.convert("RGB").resize((1, 1)).tobytes()[:2]
            seen.append((picture.info["duration"], red, green))

    assert (0, (180, 320)) == (loop, size)
    assert pytest.approx(1000 * SECONDS, abs=1000 / FPS) == sum(duration for duration, _, _ in seen)
    assert (True, True) == (seen[0][1] > seen[0][2], seen[-1][1] < seen[-1][2])


def test_a_preview_that_is_too_large_is_made_smaller(made: Composed, tmp_path: Path) -> None:
    """Fewer pixels, frames and colours until it is small enough; what never is, is no preview."""
    large = packed(made.film, "gif", tmp_path, Budget(PATIENCE)).stat().st_size

    with Image.open(packed(made.film, "gif", tmp_path, Budget(PATIENCE), most=large - 1)) as picture:
        wide = picture.size[0]

    assert wide < 180
    with pytest.raises(MediaFailed, match="larger than 1 bytes"):
        packed(made.film, "webp", tmp_path, Budget(PATIENCE), most=1)
