"""Opens Google's embedded servers behind fault proxies, and abroll's cloud parts on a clock set by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.config import SHIPPED_TABLES
from tests.faults.cloud import Clock, Cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """Return an open cloud."""
    with Cloud(tmp_path, SHIPPED_TABLES, Clock()) as opened:
        yield opened
