"""Opens Google's embedded servers behind fault proxies, and abroll's cloud parts on a clock set by hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded
from shared.config import SHIPPED_TABLES
from tests.cloud.new_jobs import job, loaded
from tests.faults.cloud import Clock, Cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """Return an open cloud."""
    with Cloud(tmp_path, SHIPPED_TABLES, Clock()) as opened:
        yield opened


@pytest.fixture
def jobs(cloud: Cloud) -> Jobs:
    return cloud.wiring.jobs


@pytest.fixture
def stored(cloud: Cloud, jobs: Jobs) -> Callable[..., Loaded]:
    """Return a function that stores a new job and loads it."""

    def store(*scenes: Any, **changed: Any) -> Loaded:
        made = job(cloud.clock, *scenes, **changed)
        jobs.create(made, jobs.month(made.tenant, made.money.usage_doc))
        return loaded(jobs, made.id)

    return store
