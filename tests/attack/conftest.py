"""Opens a stage for attacks; nothing is filmed on it but what a test needs."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.once import once
from tests.steps.stage import Stage, canned_in, filmed_once, staged


@pytest.fixture(scope="session")
def canned(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Film one clip, one take and the film of both; return the files by the stand-ins' folders and suffixes."""
    return canned_in(once(tmp_path_factory, "canned", filmed_once))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return an open stage."""
    with staged(tmp_path) as opened:
        yield opened
