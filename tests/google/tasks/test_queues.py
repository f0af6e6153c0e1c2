"""Queues: made, read, changed, paused, purged, deleted."""

from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
    PermissionDenied,
)
from google.cloud.tasks_v2.types import Queue

from infra.local.google.tasks.server import QueueConfig
from tests.google.elsewhere import stand_in
from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import PARENT, QUEUE, Cloud


def test_a_queue_without_settings_has_googles_defaults(cloud: Cloud) -> None:
    """500/s, 1000 at once, 100 attempts, 0.1 s to 1 h, 16 doublings (gcloud tasks queues describe)."""
    cloud.make_queue(cloud.other)

    queue = cloud.client.get_queue(name=cloud.other)

    assert queue.state is Queue.State.RUNNING
    assert queue.rate_limits.max_dispatches_per_second == 500
    assert queue.rate_limits.max_concurrent_dispatches == 1000
    assert queue.rate_limits.max_burst_size >= queue.rate_limits.max_dispatches_per_second
    assert (queue.retry_config.max_attempts, queue.retry_config.max_doublings) == (100, 16)
    assert queue.retry_config.min_backoff == timedelta(milliseconds=100)
    assert queue.retry_config.max_backoff == timedelta(hours=1)
    assert "max_retry_duration" not in queue.retry_config
    assert "purge_time" not in queue


def test_backoffs_are_cut_to_whole_seconds(cloud: Cloud) -> None:
    """min_backoff and max_backoff are truncated to the second (RetryConfig)."""
    retry = {"min_backoff": timedelta(seconds=1.9), "max_backoff": timedelta(seconds=20.5)}

    queue = cloud.make_queue(cloud.other, retry_config=retry)

    assert queue.retry_config.min_backoff == timedelta(seconds=1)
    assert queue.retry_config.max_backoff == timedelta(seconds=20)


def test_a_queues_name_is_taken_once(cloud: Cloud) -> None:
    """A second queue of the name is ALREADY_EXISTS."""
    with pytest.raises(AlreadyExists, match="Queue already exists"):
        cloud.make_queue(cloud.queue)


def test_a_deleted_queues_name_stays_taken_for_a_week(cloud: Cloud) -> None:
    """A deleted queue is gone with its tasks at once, its name is free again after 7 days (3 to 7 documented)."""
    cloud.create("a")
    cloud.client.delete_queue(name=cloud.queue)

    with pytest.raises(NotFound, match="Queue does not exist"):
        cloud.client.get_queue(name=cloud.queue)
    assert cloud.server.run_due() == 0

    cloud.clock.advance(days=7, seconds=-1)
    with pytest.raises(FailedPrecondition, match="existed too recently"):
        cloud.make_queue(cloud.queue)

    cloud.clock.advance(seconds=1)
    assert cloud.make_queue(cloud.queue).name == cloud.queue


def test_a_paused_queue_takes_tasks_and_delivers_none(cloud: Cloud) -> None:
    """PAUSED stops delivery, not creation; resuming delivers what has gathered."""
    paused = cloud.client.pause_queue(name=cloud.queue)
    cloud.create("a")

    assert paused.state is Queue.State.PAUSED
    assert (cloud.server.run_due(), cloud.server.next_due()) == (0, None)

    resumed = cloud.client.resume_queue(name=cloud.queue)
    assert resumed.state is Queue.State.RUNNING
    assert cloud.server.run_due() == 1


def test_a_purge_empties_the_queue(cloud: Cloud) -> None:
    """PurgeQueue deletes the tasks, keeps their names taken and notes the time."""
    cloud.create("a")

    queue = cloud.client.purge_queue(name=cloud.queue)

    assert queue.purge_time == cloud.clock.now
    assert cloud.server.run_due() == 0
    with pytest.raises(AlreadyExists, match="existed too recently"):
        cloud.create("a")


def test_an_update_changes_what_its_mask_names(start_cloud: StartCloud) -> None:
    """Only masked fields change; the new rate holds from then on."""
    cloud = start_cloud({"veo": QueueConfig(max_attempts=7)})
    updated = cloud.change_queue(
        QUEUE,
        "rate_limits.max_dispatches_per_second",
        rate_limits={"max_dispatches_per_second": 1},
        retry_config={"max_attempts": 3},
    )

    assert (updated.rate_limits.max_dispatches_per_second, updated.retry_config.max_attempts) == (1, 7)
    for _ in range(11):
        cloud.create()
    assert cloud.server.run_due() == 10


def test_an_update_without_a_mask_changes_everything(start_cloud: StartCloud) -> None:
    """An empty mask means all fields: what is left out goes back to its default."""
    cloud = start_cloud({"veo": QueueConfig(max_attempts=7)})

    updated = cloud.change_queue(QUEUE, retry_config={"max_doublings": 2})

    assert (updated.retry_config.max_doublings, updated.retry_config.max_attempts) == (2, 100)


def test_an_update_creates_a_queue_that_is_not_there(cloud: Cloud) -> None:
    """UpdateQueue "creates the queue if it does not exist"."""
    cloud.change_queue(cloud.other)

    assert {cloud.other, cloud.queue} <= {queue.name for queue in cloud.client.list_queues(parent=PARENT)}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"rate_limits": {"max_dispatches_per_second": 501}},
            "maxDispatchesPerSecond must be less than or equal to 500",
        ),
        ({"rate_limits": {"max_dispatches_per_second": -1}}, "maxDispatchesPerSecond cannot be negative"),
        ({"rate_limits": {"max_concurrent_dispatches": 5001}}, "maxConcurrentDispatches must be less than or equal to"),
        ({"rate_limits": {"max_concurrent_dispatches": -1}}, "maxConcurrentDispatches cannot be negative"),
        ({"retry_config": {"max_attempts": -2}}, "maxAttempts must be greater or equal to -1"),
        ({"retry_config": {"max_doublings": -1}}, "maxDoublings cannot be negative"),
        ({"retry_config": {"min_backoff": timedelta(seconds=-1)}}, "minBackoff cannot be negative"),
        (
            {"retry_config": {"min_backoff": timedelta(seconds=9), "max_backoff": timedelta(seconds=8)}},
            "minBackoff must be less than or equal to RetryConfig.maxBackoff",
        ),
    ],
)
def test_settings_outside_the_limits_are_invalid(cloud: Cloud, settings: dict[str, Any], words: str) -> None:
    """INVALID_ARGUMENT in the words recorded from the real service."""
    with pytest.raises(InvalidArgument, match=words):
        cloud.make_queue(cloud.other, **settings)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"http_target": {"http_method": "POST"}}, "Queue.http_target"),
        ({"app_engine_routing_override": {"service": "x"}}, "Queue.app_engine_routing_override"),
        ({"stackdriver_logging_config": {"sampling_ratio": 1}}, "Queue.stackdriver_logging_config"),
    ],
)
@stand_in("tasks")
def test_settings_not_played_are_refused_by_name(cloud: Cloud, settings: dict[str, Any], name: str) -> None:
    """A real setting this server would ignore is UNIMPLEMENTED and named."""
    with pytest.raises(MethodNotImplemented, match=name):
        cloud.make_queue(cloud.other, **settings)


@pytest.mark.parametrize("queue_id", ["under_score", "a" * 101, "", "dot.ted"])
def test_a_bad_queue_id_is_invalid(cloud: Cloud, queue_id: str) -> None:
    """A queue id is [A-Za-z0-9-]{1,100}."""
    with pytest.raises(InvalidArgument, match="Queue name must be formatted"):
        cloud.make_queue(f"{PARENT}/queues/{queue_id}")


def test_another_project_is_denied(cloud: Cloud) -> None:
    """A project that is not ours is PERMISSION_DENIED, whatever it asks."""
    with pytest.raises(PermissionDenied, match="theirs"):
        cloud.make_queue("projects/theirs/locations/europe-west4/queues/q")


def test_lists_come_in_pages(cloud: Cloud) -> None:
    """Tasks and queues are listed a page at a time, each once."""
    for number in range(5):
        cloud.create(f"t{number}")
        cloud.make_queue(f"{cloud.other}-{number}")

    tasks = cloud.client.list_tasks(request={"parent": cloud.queue, "page_size": 2})
    queues = list(cloud.client.list_queues(request={"parent": PARENT, "page_size": 4}).pages)

    assert [[task.name.rsplit("/", 1)[1] for task in page.tasks] for page in tasks.pages] == [
        ["t0", "t1"],
        ["t2", "t3"],
        ["t4"],
    ]
    assert [len(page.queues) for page in queues[:-1]] == [4] * (len(queues) - 1)
    assert [queue.name for page in queues for queue in page.queues if queue.name.startswith(cloud.other)] == [
        f"{cloud.other}-{number}" for number in range(5)
    ]


def test_a_page_begins_where_the_last_one_ended(cloud: Cloud) -> None:
    """Tasks that leave between two pages take none of the living with them."""
    for number in range(6):
        cloud.create(f"t{number}")
    request: dict[str, Any] = {"parent": cloud.queue, "page_size": 2}
    pages = cloud.client.list_tasks(request=request).pages
    first = next(pages)
    for task in first.tasks:
        cloud.client.delete_task(name=task.name)

    rest = [task.name for page in pages for task in page.tasks]

    assert len(rest) == 4
    assert not {task.name for task in first.tasks} & set(rest)


def test_a_strange_page_token_is_invalid(cloud: Cloud) -> None:
    """A token this service never handed out is refused."""
    with pytest.raises(InvalidArgument, match="page_token"):
        cloud.client.list_tasks(request={"parent": cloud.queue, "page_token": "strange"})
