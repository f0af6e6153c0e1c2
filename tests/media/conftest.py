"""What several media tests lay on the table: two clips and a take, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.media.compose import Composed, compose
from shared.pipeline.edit.edit import Edit
from tests.media.makers import BLUE, GREEN, RED, Person, film, take
from tests.patience import PATIENCE

Render = Callable[..., Composed]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the media made once."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="session")
def clip(bench: Path) -> Path:
    """Return three seconds: red, green, blue; with a 300 Hz tone."""
    return film(bench / "clip.mp4", RED, GREEN, BLUE, tone=300)


@pytest.fixture(scope="session")
def mute_clip(bench: Path) -> Path:
    """Return three seconds of blue without a sound track."""
    return film(bench / "mute.mp4", BLUE, each=3)


@pytest.fixture(scope="session")
def alpha_take(bench: Path) -> Path:
    """Return two seconds of an orange person, transparent around."""
    return take(bench / "alpha.webm", Person(), None)


@pytest.fixture(scope="session")
def key_take(bench: Path) -> Path:
    """Return two seconds of an orange person on key green."""
    return take(bench / "key.mp4", Person(), GREEN)


@pytest.fixture(scope="session")
def plain_take(bench: Path) -> Path:
    """Return two seconds of an orange person before a white wall."""
    return take(bench / "plain.mp4", Person(), (250, 250, 250))


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """Return a way to compose an edit with files named by their node."""

    def composed(asked: Edit, folder: str = "film", timeout: float = PATIENCE, **files: Path) -> Composed:
        place = tmp_path / folder
        place.mkdir()
        return compose(asked, files, place, timeout=timeout)

    return composed
