"""A handler that takes too long is abandoned, not stopped."""

from datetime import timedelta
from threading import Event

from google.rpc import code_pb2
from werkzeug.wrappers import Response

from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import Cloud, Heard
from tests.patience import PATIENCE

DEADLINE = timedelta(seconds=15)


def test_a_late_success_counts_as_a_failure(cloud: Cloud) -> None:
    """A 200 after the dispatch deadline is DEADLINE_EXCEEDED and the task is tried again (Task.dispatch_deadline)."""

    def dawdle(_: Heard) -> Response:
        cloud.clock.advance(seconds=16)
        return Response("too late")

    cloud.handler.respond = dawdle
    cloud.create("a", dispatch_deadline=DEADLINE)
    cloud.server.run_due()

    task = cloud.get("a")
    assert (task.dispatch_count, task.response_count) == (1, 0)
    assert task.last_attempt.response_status.code == code_pb2.DEADLINE_EXCEEDED


def test_a_success_at_the_deadline_counts(cloud: Cloud) -> None:
    """An answer in time acknowledges, however long it took."""

    def hurry(_: Heard) -> Response:
        cloud.clock.advance(seconds=15)
        return Response("just in time")

    cloud.handler.respond = hurry
    cloud.create("a", dispatch_deadline=DEADLINE)
    cloud.server.run_due()

    assert cloud.server.pending() == []


def test_the_next_attempt_comes_while_the_first_still_works(start_cloud: StartCloud) -> None:
    """Two attempts of a task run at once: the first is not told to stop (infra README, "Queues and retries")."""
    cloud = start_cloud(dispatch=True, time_scale=0.01)
    second_has_come, first_has_ended = Event(), Event()

    def respond(heard: Heard) -> Response:
        if heard.tasks_header("TaskRetryCount") == "0":
            assert second_has_come.wait(PATIENCE)
            first_has_ended.set()
        else:
            second_has_come.set()
        return Response("done")

    cloud.handler.respond = respond
    cloud.create("a", dispatch_deadline=DEADLINE)

    assert first_has_ended.wait(PATIENCE)
    assert [heard.tasks_header("TaskRetryCount") for heard in cloud.handler.heard] == ["0", "1"]
    assert cloud.handler.heard[1].tasks_header("TaskPreviousResponse") == "0"
