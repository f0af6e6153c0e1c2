"""The queue: every task named, wanting it twice makes it once, and what it carries."""

import json
from datetime import timedelta

import pytest
from google.cloud import tasks_v2

from infra.local.world import INVOKER
from shared.cloud.tasks import QueueUnreachable, Task, Tasks
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind

NAME = "a" * 32


@pytest.fixture
def tasks(cloud: Cloud) -> Tasks:
    return cloud.wiring.tasks


def task(**changed: object) -> Task:
    usual = {"name": NAME, "queue": "watch", "function": "watch_clip", "body": {"job": "j"}, "at": None, "deadline": 60}
    return Task(**{**usual, **changed})  # type: ignore[arg-type]  # one mapping, many types


def full(cloud: Cloud, name: str = NAME) -> tasks_v2.Task:
    path = f"projects/{cloud.settings.project}/locations/{cloud.settings.location}/queues/watch/tasks/{name}"
    view = tasks_v2.Task.View.FULL
    found: tasks_v2.Task = cloud.wiring.clients.tasks.get_task(request={"name": path, "response_view": view})
    return found


def test_a_task_calls_its_function_as_the_invoker(cloud: Cloud, tasks: Tasks) -> None:
    """URL, body, deadline, and an identity token for the function's own audience."""
    assert tasks.enqueue(task(path="/x", deadline=150))

    made = full(cloud)
    url = f"{cloud.front.url}/watch_clip"
    assert (url + "/x", {"job": "j"}) == (made.http_request.url, json.loads(made.http_request.body))
    assert (INVOKER, url) == (
        made.http_request.oidc_token.service_account_email,
        made.http_request.oidc_token.audience,
    )
    assert timedelta(seconds=150) == made.dispatch_deadline


def test_a_task_waits_for_its_time(cloud: Cloud, tasks: Tasks) -> None:
    """`at` is its schedule; without one it goes at once."""
    later = cloud.clock() + timedelta(minutes=5)

    tasks.enqueue(task(at=later))

    assert [later] == [each.schedule_time for each in cloud.tasks.pending("watch")]


def test_a_name_that_is_taken_is_enqueued_already(cloud: Cloud, tasks: Tasks) -> None:
    """False, whether the first one still waits or has run."""
    assert tasks.enqueue(task())
    assert not tasks.enqueue(task())
    cloud.tasks.run_due()
    assert [] == cloud.tasks.pending()

    assert not tasks.enqueue(task())


def test_a_lost_answer_is_asked_again_and_counts_as_taken(cloud: Cloud, tasks: Tasks) -> None:
    """The task was made, its answer lost: the repeat meets the name, and there is one task."""
    cloud.wire.on("^tasks CreateTask", Kind.LOSE)

    tasks.enqueue(task())

    assert 1 == len(cloud.tasks.pending())


def test_a_task_is_waiting_until_it_has_run(cloud: Cloud, tasks: Tasks) -> None:
    """get_task tells it: there, then gone."""
    assert not tasks.waiting("watch", NAME)
    tasks.enqueue(task())
    assert tasks.waiting("watch", NAME)

    cloud.tasks.run_due()

    assert not tasks.waiting("watch", NAME)


@pytest.mark.parametrize("status", ["PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"])
def test_a_queue_that_refuses_is_unreachable(cloud: Cloud, tasks: Tasks, status: str) -> None:
    """One kind of failure for both questions."""
    cloud.wire.on("^tasks", Kind.REFUSE, status, times=99)

    with pytest.raises(QueueUnreachable):
        tasks.enqueue(task())
    with pytest.raises(QueueUnreachable):
        tasks.waiting("watch", NAME)


def test_a_queue_that_is_not_there_is_unreachable(tasks: Tasks) -> None:
    """A queue nobody made is a failure of ours, told by name."""
    with pytest.raises(QueueUnreachable, match=NAME):
        tasks.enqueue(task(queue="nowhere"))
