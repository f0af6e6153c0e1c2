"""The background dispatcher: prompt, concurrent within limits, and at least once rather than exactly."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Lock, Semaphore

from werkzeug.wrappers import Response

from infra.local.google.tasks.server import QueueConfig
from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import Cloud, Heard
from tests.patience import PATIENCE


def test_a_task_is_delivered_without_being_asked_for(start_cloud: StartCloud) -> None:
    """A task created now arrives by itself, and its name turns into a tombstone."""
    cloud = start_cloud(dispatch=True)
    arrived = Event()

    def respond(_: Heard) -> Response:
        arrived.set()
        return Response("done")

    cloud.handler.respond = respond
    cloud.create("a")

    assert arrived.wait(PATIENCE)


def test_a_task_for_later_is_delivered_then(start_cloud: StartCloud) -> None:
    """A sleeping dispatcher wakes for a due task, not before, and a sooner one does not wait for it."""
    cloud = start_cloud(dispatch=True)
    arrived = Semaphore(0)

    def respond(_: Heard) -> Response:
        arrived.release()
        return Response("done")

    cloud.handler.respond = respond
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    cloud.create("later", schedule_time=due)
    cloud.create("now")

    arrivals = [(arrived.acquire(timeout=PATIENCE), datetime.now(UTC)) for _ in range(2)]
    assert [came for came, _ in arrivals] == [True, True]
    assert [heard.tasks_header("TaskName") for heard in cloud.handler.heard] == ["now", "later"]
    assert arrivals[1][1] >= due


def test_tasks_run_at_the_same_time(start_cloud: StartCloud) -> None:
    """Three slow handlers are at work at once: each waits for the others."""
    cloud = start_cloud(dispatch=True)
    together = Barrier(4)

    def respond(_: Heard) -> Response:
        together.wait(PATIENCE)
        return Response("done")

    cloud.handler.respond = respond
    for name in "abc":
        cloud.create(name)

    together.wait(PATIENCE)
    assert len(cloud.handler.heard) == 3


def test_a_queue_never_has_more_out_than_it_may(start_cloud: StartCloud) -> None:
    """With max_concurrent_dispatches 2, a third task waits until one is done (RateLimits)."""
    cloud = start_cloud({"veo": QueueConfig(max_concurrent_dispatches=2)}, dispatch=True)
    arrived, leave, lock = Semaphore(0), Semaphore(0), Lock()
    present: set[str | None] = set()
    crowds: list[int] = []

    def respond(heard: Heard) -> Response:
        name = heard.tasks_header("TaskName")
        with lock:
            present.add(name)
            crowds.append(len(present))
        arrived.release()
        assert leave.acquire(timeout=PATIENCE)
        with lock:
            present.discard(name)
        return Response("done")

    cloud.handler.respond = respond
    for name in "abcdef":
        cloud.create(name)
    for _ in range(2):
        assert arrived.acquire(timeout=PATIENCE)
    for _ in range(6):
        leave.release()
    for _ in range(4):
        assert arrived.acquire(timeout=PATIENCE)

    assert max(crowds) == 2


def test_some_tasks_are_delivered_twice(start_cloud: StartCloud) -> None:
    """The duplicate switch sends the same attempt twice, as at-least-once delivery may; each is an operation."""
    cloud = start_cloud(duplicate=lambda name: name.endswith("/twice"))
    cloud.create("once")
    cloud.create("twice")

    assert cloud.server.run_due() == 3
    assert [heard.tasks_header("TaskName") for heard in cloud.handler.heard] == ["once", "twice", "twice"]
    assert {heard.tasks_header("TaskRetryCount") for heard in cloud.handler.heard} == {"0"}
    assert (cloud.server.pending(), cloud.server.counts.dispatched) == ([], 3)


def test_a_duplicate_comes_at_the_same_time(start_cloud: StartCloud) -> None:
    """In the background both deliveries of a duplicated task are at work at once."""
    cloud = start_cloud(dispatch=True, duplicate=lambda _: True)
    together = Barrier(3)

    def respond(_: Heard) -> Response:
        together.wait(PATIENCE)
        return Response("done")

    cloud.handler.respond = respond
    cloud.create("a")

    together.wait(PATIENCE)
    assert [heard.tasks_header("TaskName") for heard in cloud.handler.heard] == ["a", "a"]


def test_without_a_dispatcher_nothing_moves(cloud: Cloud) -> None:
    """start(dispatch=False) leaves delivery to run_due."""
    cloud.create("a")

    assert cloud.handler.heard == []
