"""Every query the product asks has its index in the one list that Terraform and the embedded Firestore read."""

import ast
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from infra.local.google.firestore.server import FirestoreServer
from infra.local.world import INDEXES
from shared.cloud.clients import Clients
from shared.cloud.deliveries import Deliveries
from shared.cloud.jobs import Jobs, StoreUnreachable
from shared.cloud.records import Filters
from shared.config import Settings
from tests.rules.sources import parsed, python_files

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CURSOR = (NOON, "00000000-0000-0000-0000-000000000000")
FILTERS = [
    Filters(*chosen)
    for chosen in product((None, "completed"), (None, "sku-1"), (None, NOON), (None, NOON + timedelta(hours=1)))
]
ASKING = {"aggregate", "avg", "collection_group", "find_nearest", "order_by", "sum", "where"}

Serve = Callable[[Path], AbstractContextManager[Clients]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Serve:
    """Return what starts an embedded Firestore with a list of indexes and gives the product's own clients of it."""

    @contextmanager
    def served(indexes: Path) -> Iterator[Clients]:
        server = FirestoreServer(tmp_path / "firestore", indexes=indexes)
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", server.start())
        here = "http://127.0.0.1"
        clients = Clients(
            Settings(
                project="demo", public_url=here, task_url=here, invoker="i", takes_bucket="takes", films_bucket="films"
            )
        )
        try:
            yield clients
        finally:
            clients.close()
            server.stop()

    return served


def _refused(jobs: Jobs) -> list[tuple[Filters, object]]:
    """Return the lists that Firestore refuses for want of an index."""
    refused: list[tuple[Filters, object]] = []
    for filters, after in product(FILTERS, (None, CURSOR)):
        try:
            jobs.page("acme", filters, 20, after)
        except StoreUnreachable as wanting:
            if "index" not in str(wanting):
                raise
            refused.append((filters, after))
    return refused


def test_a_list_narrowed_in_any_way_has_its_index(serve: Serve) -> None:
    """Status, product and time of creation may be combined as a caller likes, on the first page and on later ones."""
    with serve(INDEXES) as clients:
        refused = _refused(Jobs(clients))

    assert [] == refused


def test_without_the_list_each_of_them_is_refused(serve: Serve, tmp_path: Path) -> None:
    """The embedded Firestore is as strict as the real one: what passes above passes because of the list."""
    nothing = tmp_path / "no.indexes.json"
    nothing.write_text(json.dumps({"indexes": [], "fieldOverrides": []}), encoding="utf-8")

    with serve(nothing) as clients:
        refused = _refused(Jobs(clients))
        with pytest.raises(StoreUnreachable, match="index"):
            Jobs(clients).live("acme")

    assert 2 * len(FILTERS) == len(refused)


def test_counting_a_tenants_live_jobs_has_its_index(serve: Serve) -> None:
    """A tenant's share is counted by tenant and due."""
    with serve(INDEXES) as clients:
        live = Jobs(clients).live("acme").count

    assert live == 0


def test_what_the_sweep_asks_has_its_index(serve: Serve) -> None:
    """Overdue jobs and deliveries are found by single fields nobody has exempted."""
    with serve(INDEXES) as clients:
        jobs, deliveries = Jobs(clients).overdue(NOON, 50), Deliveries(clients).overdue(NOON, 50)

    assert ((), ()) == (jobs.found, deliveries.found)


def test_these_are_all_queries_there_are() -> None:
    """Whoever adds a query comes by here and asks it above."""
    asking = {
        f"{path.stem}.{function.name}"
        for path in python_files("functions", "shared")
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ASKING
    }

    assert {"deliveries.overdue", "jobs.live", "jobs.overdue", "jobs.page"} == asking
