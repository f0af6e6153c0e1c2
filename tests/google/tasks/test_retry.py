"""Retries: Google's backoff arithmetic, the two limits, and what a retry says of the attempt before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from google.api_core.exceptions import NotFound
from google.rpc import code_pb2
from hypothesis import given
from hypothesis import strategies as st

from infra.local.google.tasks.model import HttpCall, QueueConfig, Task
from infra.local.google.tasks.outcome import Outcome, task_after
from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import Cloud, Heard

DOCUMENTED = QueueConfig(min_backoff=timedelta(seconds=10), max_backoff=timedelta(seconds=300), max_doublings=3)


def _gaps(times: list[datetime]) -> list[float]:
    return [(later - earlier).total_seconds() for earlier, later in pairwise(times)]


def test_the_documented_example(start_cloud: StartCloud) -> None:
    """From 10 s to 300 s with 3 doublings: "10s, 20s, 40s, 80s, 160s, 240s, 300s, 300s" (RetryConfig.max_doublings)."""
    cloud = start_cloud({"veo": DOCUMENTED})
    cloud.handler.answers(*[500] * 8)
    cloud.create("a")

    assert _gaps(cloud.drain()) == [10, 20, 40, 80, 160, 240, 300, 300]


def test_the_defaults_start_at_a_tenth_of_a_second(cloud: Cloud) -> None:
    """0.1 s, then doubled (gcloud tasks queues describe)."""
    cloud.handler.answers(*[500] * 4)
    cloud.create("a")

    assert _gaps(cloud.drain()) == [0.1, 0.2, 0.4, 0.8]


@given(
    minimum=st.integers(0, 10_000), extra=st.integers(0, 100_000), doublings=st.integers(0, 100), n=st.integers(1, 5000)
)
def test_backoff_stays_between_its_limits_and_never_shrinks(minimum: int, extra: int, doublings: int, n: int) -> None:
    """Whatever the settings, a wait lies between min and max and is no shorter than the one before."""
    config = QueueConfig(
        min_backoff=timedelta(seconds=minimum), max_backoff=timedelta(seconds=minimum + extra), max_doublings=doublings
    )

    assert config.min_backoff <= config.backoff(n) <= config.backoff(n + 1) <= config.max_backoff


def test_the_last_attempt_ends_in_silence(start_cloud: StartCloud) -> None:
    """After max_attempts, the first included, the task is gone without a word: no dead-letter queue."""
    cloud = start_cloud({"veo": QueueConfig(max_attempts=3)})
    cloud.handler.always(500)
    cloud.create("a")

    assert len(cloud.drain()) == 3
    assert cloud.server.pending() == []
    with pytest.raises(NotFound):
        cloud.get("a")


def test_both_limits_must_be_used_up(start_cloud: StartCloud) -> None:
    """With max_attempts 2 and max_retry_duration 60 s a task is tried until both are over."""
    minute = QueueConfig(
        max_attempts=2,
        max_retry_duration=timedelta(minutes=1),
        min_backoff=timedelta(seconds=20),
        max_backoff=timedelta(seconds=20),
    )
    cloud = start_cloud({"veo": minute})
    cloud.handler.always(500)
    cloud.create("a")

    assert _gaps(cloud.drain()) == [20, 20, 20]


def test_unlimited_attempts_end_with_the_retry_duration(start_cloud: StartCloud) -> None:
    """max_attempts -1 leaves the duration alone in charge."""
    hour = timedelta(hours=1)
    config = QueueConfig(max_attempts=-1, max_retry_duration=hour * 3, min_backoff=hour, max_backoff=hour)
    cloud = start_cloud({"veo": config})
    cloud.handler.always(500)
    cloud.create("a")

    assert len(cloud.drain()) == 4


def test_unlimited_retries_end_after_31_days(start_cloud: StartCloud) -> None:
    """With both unlimited, the retention of 31 days ends a task (docstring of CreateQueue)."""
    week = timedelta(days=7)
    cloud = start_cloud({"veo": QueueConfig(max_attempts=-1, min_backoff=week, max_backoff=week)})
    cloud.handler.always(500)
    cloud.create("a")

    assert len(cloud.drain()) == 5  # days 0, 7, 14, 21, 28; day 35 is too late


def test_a_retry_tells_of_the_attempts_before(cloud: Cloud) -> None:
    """RetryCount counts every failure, ExecutionCount leaves out 5xx, PreviousResponse is the last status.

    Source: (infra README, "Queues and retries"); laravel-google-cloud-tasks#55 shows the two
    taken for one another.
    """
    cloud.handler.answers(500, 404, 503)
    cloud.create("a")
    cloud.drain()

    def told(heard: Heard) -> list[str | None]:
        names = ("TaskRetryCount", "TaskExecutionCount", "TaskPreviousResponse")
        return [heard.tasks_header(name) for name in names]

    assert [told(heard) for heard in cloud.handler.heard] == [
        ["0", "0", None],
        ["1", "0", "500"],
        ["2", "1", "404"],
        ["3", "1", "503"],
    ]
    assert cloud.handler.heard[1].tasks_header("TaskRetryReason") == "HTTP status code 500"


def test_a_handler_out_of_reach_counts_as_a_retry_without_answer(cloud: Cloud) -> None:
    """A refused connection is a failed attempt: RetryCount 1, ExecutionCount 0, PreviousResponse 0, no reason.

    A request recorded from the real service after 25 attempts without an answer carried just that.
    """
    cloud.create("a", http_request={"url": "http://127.0.0.1:1/"})
    cloud.server.run_due()
    task = cloud.get("a")

    assert (task.dispatch_count, task.response_count) == (1, 0)
    assert task.last_attempt.response_status.code == code_pb2.UNAVAILABLE


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, code_pb2.INVALID_ARGUMENT),
        (404, code_pb2.NOT_FOUND),
        (418, code_pb2.UNKNOWN),
        (429, code_pb2.RESOURCE_EXHAUSTED),
        (500, code_pb2.INTERNAL),
        (503, code_pb2.UNAVAILABLE),
    ],
)
def test_get_task_tells_the_last_attempt(cloud: Cloud, status: int, code: int) -> None:
    """A waiting task shows its counts, first dispatch, and the status of its last attempt as a google.rpc code."""
    begun = cloud.clock.now
    cloud.handler.always(status)
    cloud.create("a")
    cloud.server.run_due()

    task = cloud.get("a")

    assert (task.dispatch_count, task.response_count) == (1, 1)
    assert task.first_attempt.dispatch_time == begun
    assert task.last_attempt.schedule_time == begun
    assert task.last_attempt.response_time == begun
    assert task.last_attempt.response_status.code == code
    assert task.last_attempt.response_status.message.endswith(f"HTTP status code {status}")
    assert task.schedule_time == begun + timedelta(seconds=0.1)


@given(
    config=st.builds(QueueConfig, max_attempts=st.integers(1, 20), max_doublings=st.integers(0, 20)),
    statuses=st.lists(st.sampled_from([None, 200, 302, 404, 429, 500, 503]), max_size=30),
)
def test_a_task_is_tried_until_it_succeeds_or_its_attempts_are_over(
    config: QueueConfig, statuses: list[int | None]
) -> None:
    """Whatever handlers answer: as many attempts as it takes, never more than allowed, never back in time."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    task: Task | None = Task("q/tasks/a", "q", HttpCall("http://x", "POST"), now, now, timedelta(minutes=10))
    attempts = 0
    for status in statuses:
        assert task is not None
        attempts += 1
        out = replace(task, dispatches=attempts, first_dispatch=task.first_dispatch or now)
        task = task_after(out, Outcome(status), config, out.scheduled)
        if task is None:
            break
        assert task.scheduled > out.scheduled
        assert task.executions <= task.responses <= task.failures == attempts

    until_success = statuses.index(200) + 1 if 200 in statuses else len(statuses)
    assert attempts == min(until_success, config.max_attempts)
    assert (task is None) == (200 in statuses[:attempts] or attempts == config.max_attempts)
