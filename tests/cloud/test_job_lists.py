"""Jobs found together: the late ones, the live ones, and pages of them."""

from collections.abc import Callable
from typing import Any

from shared.cloud.jobs import Jobs
from shared.cloud.records import Filters, Loaded, Unread
from shared.pipeline.job.job import Job
from shared.pipeline.job.schema import SCHEMA
from shared.pipeline.job.status import status
from tests.cloud.new_jobs import document, ended
from tests.faults.cloud import Cloud


def test_overdue_jobs_come_most_overdue_first(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Only what is late, at most the limit."""
    ids = []
    for _ in range(3):
        ids.append(stored().job.id)
        cloud.clock.forward(10)
    cloud.clock.forward(105)

    found = jobs.overdue(cloud.clock(), 5).found
    first = jobs.overdue(cloud.clock(), 1).found

    assert ids[:2] == [each.job.id for each in found if isinstance(each, Loaded)]
    assert ids[:1] == [each.job.id for each in first if isinstance(each, Loaded)]


def test_live_jobs_are_counted_without_a_counter(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Only what has a due counts; an ending takes itself out."""
    first, _second, _other = stored(), stored(), stored(tenant="other")
    assert 2 == jobs.live("acme").count

    jobs.save(first, ended(first.job, cloud))

    assert 1 == jobs.live("acme").count


def test_a_page_is_newest_first_and_goes_on_after_its_cursor(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs
) -> None:
    """Jobs of one moment are told apart by id: none is shown twice or skipped."""
    ids = []
    for number in range(5):
        ids.append(stored().job.id)
        cloud.clock.forward(number % 2)
    stored(tenant="other")

    shown: list[str] = []
    after = None
    while page := jobs.page("acme", Filters(), 2, after):
        shown += [each.id for each in page]
        after = (page[-1].created_at, page[-1].id)

    assert sorted(ids) == sorted(shown)
    assert ids[-1] == shown[0]


def test_an_unreadable_job_is_a_row_of_its_page(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """One of a newer schema and one with a word this code does not know stand in their place of the list."""
    old, cloudy, new = (stored().job.id for _ in range(3))
    document(cloud, old).update({"reads": SCHEMA + 1})
    document(cloud, cloudy).update({"nodes.compose.state": "paused"})

    found = jobs.page("acme", Filters(), 9, None)

    assert {old, cloudy} == {each.id for each in found if isinstance(each, Unread)}
    assert {new} == {each.id for each in found if isinstance(each, Job)}


def test_a_page_is_narrowed(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """By status, product and time of creation."""
    old = stored(product_id="p1").job
    cloud.clock.forward(60)
    new = stored(product_id="p2").job

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in jobs.page("acme", Filters(**filters), 9, None)]

    assert [new.id, old.id] == ids(status=status(new).value)
    assert [] == ids(status="completed")
    assert [old.id] == ids(product_id="p1")
    assert [new.id] == ids(created_from=new.created_at)
    assert [old.id] == ids(created_to=new.created_at)
