"""Every query the product asks has its index in the one list that Terraform and the embedded Firestore read."""

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from infra.local.google.firestore.server import FirestoreServer
from infra.local.world import INDEXES
from shared.cloud.audit_log import AuditLog
from shared.cloud.batches import Batches
from shared.cloud.belongings import OWN_KINDS, Belongings
from shared.cloud.brands import Brands
from shared.cloud.clients import Clients
from shared.cloud.closings import Closings
from shared.cloud.deletions import Deletions
from shared.cloud.deliveries import Deliveries
from shared.cloud.delivery_lists import DeliveryLists
from shared.cloud.documents import whole
from shared.cloud.ended_jobs import EndedJobs
from shared.cloud.endings import Endings
from shared.cloud.epochs import Epochs
from shared.cloud.job_counts import JobCounts
from shared.cloud.jobs import Jobs, StoreUnreachable
from shared.cloud.lanes import Lanes
from shared.cloud.month_lists import MonthLists
from shared.cloud.personas import Personas
from shared.cloud.queue_lengths import QueueLengths
from shared.cloud.records import Filters
from shared.cloud.replaced_secrets import ReplacedSecrets
from shared.cloud.revocations import Revocations
from shared.cloud.settlements import Settlements
from shared.cloud.sought_jobs import SoughtJobs
from shared.cloud.templates import Templates
from shared.cloud.tenant_pages import TenantPages
from shared.cloud.tenants import Tenants
from shared.config import Settings
from shared.pipeline.job.batch import FilmBatch
from shared.pipeline.job.job import Moment
from shared.pipeline.job.vendors import VENDORS
from tests.cloud.new_jobs import job
from tests.faults.cloud import Clock
from tests.pipeline.films import filmed
from tests.rules.sources import parsed, python_files

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CURSOR = (NOON, "00000000-0000-0000-0000-000000000000")
FILTERS = [
    Filters(*chosen)
    for chosen in product(
        (None, "completed"), (None, "sku-1"), (None, "k3yk3yk3yk3y"), (None, NOON), (None, NOON + timedelta(hours=1))
    )
] + [Filters(status, *(None,) * 4, batch=CURSOR[1]) for status in (None, "failed")]
UNINDEXED = {"nodes", "request", "plan", "timeline"}  # of a job: what grows with the film
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


def test_a_count_narrowed_in_any_way_has_its_index(serve: Serve) -> None:
    """What a list by pages' numbers may be narrowed to is counted as it is listed."""
    with serve(INDEXES) as clients:
        counts = {JobCounts(clients)("acme", filters, 10) for filters in FILTERS if not filters.ordered_by}

    assert {0} == counts


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


def test_listing_a_tenants_live_jobs_has_its_index(serve: Serve) -> None:
    """Whoever shuts a tenant finds them by tenant and due."""
    with serve(INDEXES) as clients:
        assert () == Jobs(clients).going_on("acme", 50).found
        assert () == Jobs(clients).going_on(None, 50).found


def test_counting_what_bars_a_roll_back_has_its_index(serve: Serve) -> None:
    """Live jobs that only newer code may write are counted by reads and due."""
    with serve(INDEXES) as clients:
        assert 0 == Jobs(clients).ahead(2)


def test_what_the_sweep_asks_has_its_index(serve: Serve) -> None:
    """Overdue jobs and deliveries are found by single fields nobody has exempted."""
    with serve(INDEXES) as clients:
        jobs, deliveries = Jobs(clients).overdue(NOON, 50), Deliveries(clients).overdue(NOON, 50)

    assert ((), ()) == (jobs.found, deliveries.found)


def test_a_tenants_deliveries_have_their_index(serve: Serve) -> None:
    """All of them or one job's, since a time or not, on the first page and on later ones."""
    with serve(INDEXES) as clients:
        lists = DeliveryLists(clients)
        found = [
            lists.page("acme", 20, job=job_id, since=since, after=after)
            for job_id, since, after in product((None, CURSOR[1]), (None, NOON), (None, CURSOR))
        ]

    assert [()] * 8 == found


def test_everybodys_deliveries_have_their_index(serve: Serve) -> None:
    """All of them or those in one state, on the first page and on later ones."""
    with serve(INDEXES) as clients:
        lists = DeliveryLists(clients)
        found = [
            lists.everybodys(20, state=state, after=after)
            for state, after in product((None, "given_up"), (None, CURSOR))
        ]

    assert [()] * 4 == found


def test_finding_a_job_by_a_vendors_id_has_its_index(serve: Serve) -> None:
    """By the one array whose elements are indexed; nothing sorts what is found."""
    with serve(INDEXES) as clients:
        assert () == SoughtJobs(clients).by_provider_id("projects/p/operations/op-1")


def test_what_waits_in_each_queue_has_its_index(serve: Serve) -> None:
    """Starts are summed over the jobs that have not ended, queue by queue."""
    with serve(INDEXES) as clients:
        lengths = QueueLengths(clients)
        _written(clients, 3)

        counted = {vendor.queue: lengths.starts(vendor.queue) for vendor in VENDORS.values()}

    assert 1 == counted["veo"]
    assert {0} == {counted[queue] for queue in counted.keys() - {"veo"}}


def test_what_is_learnt_from_has_its_index(serve: Serve) -> None:
    """Ended jobs are found by one field, the newest first."""
    with serve(INDEXES) as clients:
        assert () == EndedJobs(clients).newest(NOON, NOON + timedelta(hours=1), 200)


def test_what_has_ended_of_a_tenant_has_its_indexes(serve: Serve) -> None:
    """Jobs and batches by when they ended, from a moment and from a place on."""
    with serve(INDEXES) as clients:
        assert [((), False)] * 2 == [Endings(clients).after("acme", place, 20) for place in ((NOON, ""), CURSOR)]


def test_what_settled_on_a_day_has_its_index(serve: Serve) -> None:
    """By when a job ended, and by the days of what it was tried again after."""
    with serve(INDEXES) as clients:
        found = Settlements(clients)
        assert [[], []] == [list(found.ended(NOON, NOON + timedelta(days=1))), list(found.closed("2026-11-21"))]


def test_a_tenants_keys_have_their_index(serve: Serve) -> None:
    """They are found by one field nobody has exempted."""
    with serve(INDEXES) as clients:
        keys = Revocations(clients, Epochs(clients, Clock().monotonic, Clock())).keys("acme")

    assert () == keys


def test_secrets_with_replaced_versions_have_their_index(serve: Serve) -> None:
    """They are found by when they are due."""
    with serve(INDEXES) as clients:
        assert () == ReplacedSecrets(clients).due(NOON, 20)


def test_what_the_reaper_asks_has_its_index(serve: Serve) -> None:
    """Jobs whose time is over, receipts that are due, what was made from a job, the webhooks about it."""
    with serve(INDEXES) as clients:
        deletions = Deletions(clients)
        pages = deletions.due(NOON, 50), deletions.expired(NOON, 50)

        assert [()] * 2 == [page.found for page in pages]
        assert ([], 0) == (list(deletions.made_from(CURSOR[1])), deletions.end_deliveries("acme", CURSOR[1]))


def test_what_a_closing_asks_has_its_index(serve: Serve) -> None:
    """Closings that are due, receipts with files, and everything a tenant has, kind by kind."""
    with serve(INDEXES) as clients:
        has = Belongings(clients)
        found = [each("acme", 10) for each in (has.batches, has.deliveries, has.keys, has.lanes, has.rates)]
        found.append(has.refused_rows("acme", 10))
        found += [has.own("acme", kind, 10) for kind in OWN_KINDS]

        assert () == Closings(clients, Epochs(clients, Clock().monotonic, Clock())).due(NOON, 10)
        assert ((), ()) == (Deletions(clients).unreaped("acme", 20), has.there(["replaced_secrets/none"]))
        assert {()} == set(found)


def test_what_is_left_of_jobs_has_its_index(serve: Serve) -> None:
    """A tenant's receipts, by when their jobs were ordered, on the first page and on later ones."""
    with serve(INDEXES) as clients:
        receipts = Deletions(clients).receipts
        found = [receipts("acme", since, NOON, 20, after) for since, after in product((None, NOON), (None, CURSOR))]

    assert [()] * 4 == found


def test_an_audit_log_has_its_index(serve: Serve) -> None:
    """A tenant's lines by their time, on the first page and on later ones."""
    with serve(INDEXES) as clients:
        assert [(), ()] == [AuditLog(clients).page("acme", 20, after) for after in (None, CURSOR)]


def test_batches_have_their_indexes(serve: Serve) -> None:
    """A tenant's, newest first, those that have not ended, the late ones of all, and the refused rows of one."""
    with serve(INDEXES) as clients:
        batches = Batches(clients)
        batch = FilmBatch("b", "acme", NOON, "hash", 1, "gs://films/rows", (0, 1))

        assert [(), ()] == [batches.page("acme", 20, after) for after in (None, CURSOR)]
        assert ((), (), []) == (
            batches.unended("acme", 5),
            batches.overdue(NOON, 50).found,
            list(batches.refusals(batch)),
        )
        assert () == batches.forgotten(NOON, 20)
        batches.end(batch.id)


def test_a_tenants_personas_need_no_index(serve: Serve) -> None:
    """They are listed by name alone."""
    with serve(INDEXES) as clients:
        assert () == Personas(clients).list("acme", 10)


def test_a_tenants_templates_need_no_index(serve: Serve) -> None:
    """They are listed by name alone."""
    with serve(INDEXES) as clients:
        assert () == Templates(clients).list("acme", 10)


def test_what_is_exported_by_name_needs_no_index(serve: Serve) -> None:
    """Months and all versions, on the first page and on later ones."""
    with serve(INDEXES) as clients:
        found = [Templates(clients).versions("acme", 10, after) for after in ("", "launch@1")]
        months = [MonthLists(clients).page("acme", 10, after) for after in ("", "2026-11")]

        assert ([()] * 2, [()] * 2) == (found, months)


def test_a_tenants_brand_kits_need_no_index(serve: Serve) -> None:
    """They are listed by name alone."""
    with serve(INDEXES) as clients:
        assert () == Brands(clients).list("acme", 10)


def test_a_tenants_integrations_need_no_index(serve: Serve) -> None:
    """They are listed by name alone, too."""
    with serve(INDEXES) as clients:
        assert () == Tenants(clients, Epochs(clients, Clock().monotonic, Clock())).integrations("acme")


def test_tenants_need_no_index(serve: Serve) -> None:
    """The radar goes round them by id."""
    with serve(INDEXES) as clients:
        assert () == TenantPages(clients).after("acme", 10) == TenantPages(clients).after("", 10)


def _written(clients: Clients, scenes: int) -> dict[str, Any]:
    """Store a film of so many scenes as its commits leave it; return the document as it lies there."""
    clock = Clock()
    made = job(clock, *(filmed(text_overlay="Fresh") for _ in range(scenes)))
    story = tuple(Moment(clock(), key, "queued") for key in made.nodes)
    document = clients.firestore.document(f"jobs/{made.id}")
    document.set({**whole(replace(made, timeline=story)), "expire_at": clock()})
    return dict(document.get().to_dict() or {})


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _leaves(inner, (*path, name))
        case _:
            yield path, value


def _indexed(clients: Clients, document: Mapping[str, Any]) -> set[str]:
    """Return the fields of a document that an index of its own answers for: each write writes their entries anew."""
    found = set()
    for path, value in _leaves(document):
        field = FieldPath(*path).to_api_repr()
        try:
            clients.firestore.collection("jobs").where(filter=FieldFilter(field, "==", value)).limit(1).get()
        except FailedPrecondition:
            continue
        found.add(field)
    return found


def test_a_job_writes_no_more_index_entries_however_many_scenes_it_has(serve: Serve) -> None:
    """Nodes, request, plan and story carry none: each of a film's some hundred commits would write them all."""
    with serve(INDEXES) as clients:
        one, twenty = (_written(clients, scenes) for scenes in (1, 20))
        indexed = _indexed(clients, twenty)

        assert _indexed(clients, one) == indexed
    assert not {field for field in indexed if field.partition(".")[0] in UNINDEXED}
    assert {"due_at", "expire_at", "parent"} == indexed  # parent never moves; composite ones answer all other queries


def test_without_the_exemptions_they_would_grow_with_the_film(serve: Serve, tmp_path: Path) -> None:
    """The embedded Firestore indexes each field that is not exempt, as the real one does."""
    listed = json.loads(INDEXES.read_text(encoding="utf-8"))
    bare = tmp_path / "bare.indexes.json"
    bare.write_text(json.dumps({**listed, "fieldOverrides": []}), encoding="utf-8")

    with serve(bare) as clients:
        one, three = (len(_indexed(clients, _written(clients, scenes))) for scenes in (1, 3))

    assert three - one >= 30


def test_finding_whose_turn_it_is_has_its_index(serve: Serve) -> None:
    """In each lane the node parked longest is found by the queue's own fields; lanes by their due."""
    with serve(INDEXES) as clients:
        jobs = Jobs(clients)
        queues = ["compose", *(vendor.queue for vendor in VENDORS.values())]
        parked = [list(jobs.parked(queue, f"{queue}.acme.0", NOON)) for queue in queues]
        lanes = Lanes(clients).overdue(NOON, 50)

    assert [[]] * len(queues) == parked
    assert () == lanes.found


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

    jobs = {
        "queue_lengths._live",
        "queue_lengths.starts",
        "ended_jobs.newest",
        "endings._snapshots",
        "sought_jobs.by_provider_id",
        "jobs.ahead",
        "jobs.going_on",
        "jobs.live",
        "jobs.overdue",
        "jobs.parked",
        "records.narrow",
        "settlements.closed",
        "settlements.ended",
    }
    tenants = {
        "month_lists.page",
        "named_versions.list",
        "named_versions.versions",
        "personas.list",
        "revocations._theirs",
        "tenant_pages.after",
        "tenants.integrations",
    }
    deliveries = {"deliveries.overdue"} | {f"delivery_lists.{name}" for name in ("_newest", "everybodys", "page")}
    batches = {f"batches.{name}" for name in ("end", "forgotten", "overdue", "page", "refusals", "unended")}
    gone = {f"deletions.{name}" for name in ("_page", "end_deliveries", "made_from", "receipts", "unreaped")} | {
        "audit_log.page"
    }
    gone |= {
        f"belongings.{name}" for name in ("_beginning", "batches", "deliveries", "keys", "own", "refused_rows")
    } | {"closings.due"}
    assert {"lanes.overdue", "replaced_secrets.due"} | batches | deliveries | tenants | jobs | gone == asking
