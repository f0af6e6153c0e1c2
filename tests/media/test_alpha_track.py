"""The transparency of a take, looked at without its picture."""

from pathlib import Path
from random import Random

import pytest

from shared.media.alpha_track import alpha_track
from shared.media.ffmpeg import Budget, run
from shared.media.matte import filters
from shared.media.probe import FilmFacts, probe
from shared.media.sources import source_of
from shared.pipeline.plan.plan import Cutout
from tests.media.makers import ffmpeg
from tests.patience import PATIENCE


def looked_at(path: Path, facts: FilmFacts, folder: Path) -> tuple[bytes, bytes | None]:
    """Return the small frames of a take's opacity as the decoder of both gives them, and as its own track does."""
    both, alone = source_of(path, facts, clear=True), alpha_track(path, facts, 9.0, folder)
    found = []
    for source in (both, alone):
        if source:
            small = f"fps=4:start_time=0:round=down,{filters(Cutout.ALPHA, facts, '', apart=source is alone)}"
            words = ["-map", "0:V:0", "-vf", small, "-f", "rawvideo", "-"]
            found.append(run([source], words, folder, Budget(PATIENCE)))
    return found[0], found[1] if alone else None


@pytest.mark.parametrize("live", [False, True])
def test_it_is_what_the_decoder_of_both_sees(tmp_path: Path, alpha_take: Path, live: bool) -> None:
    """Pixel for pixel, of a file that says how long its parts are and of one that was written as it came."""
    path = tmp_path / "take.webm"
    ffmpeg("-i", alpha_take, "-c", "copy", *(("-live", "1") if live else ()), path)

    both, alone = looked_at(path, probe(path), tmp_path)

    assert len(set(both)) > 1
    assert alone == both


def test_only_what_is_needed_is_written(tmp_path: Path, alpha_take: Path) -> None:
    """A take is looked at as long as it is seen."""
    facts = probe(alpha_take)
    sizes = [
        alone.path.stat().st_size for most in (0.5, 9.0) if (alone := alpha_track(alpha_take, facts, most, tmp_path))
    ]
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize("name", ["plain_take", "key_take"])
def test_what_is_opaque_has_none(tmp_path: Path, name: str, request: pytest.FixtureRequest) -> None:
    """Nor leaves a file behind."""
    path = request.getfixturevalue(name)

    assert alpha_track(path, probe(path), 9.0, tmp_path) is None
    assert not list(tmp_path.glob("*.ivf"))


def test_what_is_broken_is_left_to_the_decoder(tmp_path: Path, alpha_take: Path) -> None:
    """Cut anywhere or with bytes of its own it has a track or none, and never an error of another kind."""
    facts, whole, chance = probe(alpha_take), alpha_take.read_bytes(), Random(7)
    path, made = tmp_path / "broken.webm", list[bool]()
    for number in range(100):
        broken = bytearray(whole[: chance.randrange(1, len(whole))] if number % 2 else whole)
        for _ in range(chance.randrange(8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(broken)
        made.append(alpha_track(path, facts, 9.0, tmp_path) is not None)
    assert set(made) == {True, False}
