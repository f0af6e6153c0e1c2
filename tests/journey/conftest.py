"""The journeys share one laptop; a test that kills processes or counts operations opens its own."""

from collections.abc import Iterator

import pytest

from tests.journey.cinema import Cinema, close_cinema, open_cinema


@pytest.fixture(scope="session")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cinema]:
    """Return a running laptop with small pictures."""
    opened = open_cinema(tmp_path_factory.mktemp("cinema"))
    yield opened
    close_cinema(opened)


@pytest.fixture(scope="session")
def photo(cinema: Cinema) -> str:
    """Return an uploaded product photo's id."""
    return cinema.upload()
