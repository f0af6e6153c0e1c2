"""Opens a stage a test, and films once what the stand-ins would film again and again."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.steps.stage import CLIP, FILM, SPEECH, Stage, presented, staged


@pytest.fixture(scope="session")
def canned(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Film one clip, one take and the film of both; return the files by the stand-ins' folders and suffixes."""
    folder = tmp_path_factory.mktemp("canned")
    files = {"films.mp4": folder / "clip.mp4", "takes.webm": folder / "take.webm", "film": folder / "film.mp4"}
    with staged(folder / "stage") as stage:
        job_id = stage.order(presented())
        stage.live(job_id)
        for key, path in zip((CLIP, SPEECH, FILM), files.values(), strict=True):
            output = stage.node(job_id, key).output
            assert output is not None
            stage.wiring.blobs.fetch(output.uri, path)
    return files


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return an open stage with the shipped timeouts."""
    with staged(tmp_path, canned=canned) as opened:
        yield opened
