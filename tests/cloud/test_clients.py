"""Google's clients are built when first used, and once, however many threads come at the same time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest

from shared.cloud.clients import BuiltOnce, Clients
from tests.faults.cloud import Cloud, StagedClients

HANDS = 8


@pytest.mark.parametrize("name", ["firestore", "tasks", "secrets", "storage"])
def test_a_client_is_built_once(cloud: Cloud, name: str) -> None:
    """Eight threads ask at once and get the same one: a second would hold connections nobody closes."""
    clients, together = StagedClients(cloud.settings, cloud._token), Barrier(HANDS)

    def ask(_: int) -> object:
        together.wait()
        return getattr(clients, name)

    with closing(clients), ThreadPoolExecutor(HANDS) as hands:
        found = set(map(id, hands.map(ask, range(HANDS))))

    assert 1 == len(found)
    assert isinstance(vars(Clients)[name], BuiltOnce)
