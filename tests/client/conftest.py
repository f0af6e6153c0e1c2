"""A canned server for what abroll never answers on order, and the laptop of the system tests for whole films."""

from collections.abc import Iterator

import pytest

from tests.client.canned import Canned, canned
from tests.system.conftest import abroll

__all__ = ["abroll"]


@pytest.fixture
def server() -> Iterator[Canned]:
    """Return a server that answers what it is told to."""
    with canned() as made:
        yield made
