"""Opens a stage for attacks; nothing is filmed on it but what a test needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.steps.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return an open stage."""
    with staged(tmp_path) as opened:
        yield opened
