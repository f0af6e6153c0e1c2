"""Task names: who may have one, and for how long it stays taken."""

import re

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound
from werkzeug.wrappers import Response

from infra.local.google.tasks.server import QueueConfig
from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import PARENT, Cloud


def test_a_living_name_is_taken(cloud: Cloud) -> None:
    """A second task of the same name is ALREADY_EXISTS (CreateTask, task de-duplication)."""
    cloud.create("a")

    with pytest.raises(AlreadyExists, match="Requested entity already exists"):
        cloud.create("a")


def test_a_name_stays_taken_for_a_day_after_execution(cloud: Cloud) -> None:
    """Executed at noon, a name is free again at noon of the next day and not a second earlier (up to 24 h)."""
    cloud.create("a")
    cloud.server.run_due()

    cloud.clock.advance(hours=24, seconds=-1)
    with pytest.raises(AlreadyExists, match="existed too recently"):
        cloud.create("a")

    cloud.clock.advance(seconds=1)
    assert cloud.create("a").name == f"{cloud.queue}/tasks/a"


def test_a_name_stays_taken_for_a_day_after_deletion(cloud: Cloud) -> None:
    """A deleted task leaves the same tombstone as an executed one."""
    cloud.client.delete_task(name=cloud.create("a").name)

    with pytest.raises(AlreadyExists, match="existed too recently"):
        cloud.create("a")


def test_a_task_out_of_attempts_leaves_a_tombstone(start_cloud: StartCloud) -> None:
    """The name of a task that vanished after its last attempt is taken too (hole 2)."""
    cloud = start_cloud({"veo": QueueConfig(max_attempts=1)})
    cloud.handler.always(500)
    cloud.create("a")
    cloud.server.run_due()

    with pytest.raises(AlreadyExists, match="existed too recently"):
        cloud.create("a")


def test_a_running_tasks_name_is_taken(cloud: Cloud) -> None:
    """A handler cannot create again the task that is calling it (hole 1)."""
    refused: list[str] = []

    def create_itself(_: object) -> Response:
        with pytest.raises(AlreadyExists) as error:
            cloud.create("a")
        refused.append(error.value.message)
        return Response("done")

    cloud.handler.respond = create_itself
    cloud.create("a")
    cloud.server.run_due()

    assert refused == ["Requested entity already exists"]


def test_an_executed_task_is_not_found(cloud: Cloud) -> None:
    """get_task of an executed task is NOT_FOUND and says it existed (recorded from the real service)."""
    cloud.create("a")
    assert cloud.get("a").name == f"{cloud.queue}/tasks/a"

    cloud.server.run_due()

    with pytest.raises(NotFound, match="though a task with this name existed recently"):
        cloud.get("a")


def test_a_task_that_never_was_is_not_found(cloud: Cloud) -> None:
    """Get and delete of an unknown task answer NOT_FOUND in Google's words."""
    with pytest.raises(NotFound, match=re.escape("Requested entity was not found.")):
        cloud.get("never")
    with pytest.raises(NotFound, match=re.escape("Requested entity was not found.")):
        cloud.client.delete_task(name=f"{cloud.queue}/tasks/never")


def test_an_unnamed_task_gets_a_random_name(cloud: Cloud) -> None:
    """Without a name the service gives a unique id of digits."""
    first, second = cloud.create(), cloud.create()

    assert re.fullmatch(rf"{cloud.queue}/tasks/\d{{20}}", first.name)
    assert first.name != second.name


@pytest.mark.parametrize("name", ["with space", "dot.ted", "ümlaut", "a" * 501, "a:b"])
def test_a_bad_task_id_is_refused(cloud: Cloud, name: str) -> None:
    """An id outside [A-Za-z0-9_-]{1,500} is INVALID_ARGUMENT and quoted."""
    with pytest.raises(InvalidArgument, match="can contain only letters"):
        cloud.create(name)


@pytest.mark.parametrize("name", ["a", "a" * 500, "A-Z_09"])
def test_a_good_task_id_is_taken(cloud: Cloud, name: str) -> None:
    """The longest and oddest allowed ids are kept as they are."""
    assert cloud.create(name).name == f"{cloud.queue}/tasks/{name}"


def test_a_task_named_for_another_queue_is_refused(start_cloud: StartCloud) -> None:
    """The queue in the task's name must be the parent (recorded from the real service)."""
    cloud = start_cloud()

    with pytest.raises(InvalidArgument, match="must be the same as the queue name in the named task"):
        cloud.submit({"name": f"{PARENT}/queues/other/tasks/a", "http_request": {"url": "http://127.0.0.1"}})


def test_a_queue_that_does_not_exist_is_not_found(cloud: Cloud) -> None:
    """create_task, get_task and list_tasks of an unknown queue answer NOT_FOUND."""
    other = cloud.other

    for call in (
        lambda: cloud.create("a", queue=other),
        lambda: cloud.get("a", queue=other),
        lambda: list(cloud.client.list_tasks(parent=other)),
    ):
        with pytest.raises(NotFound, match="Queue does not exist"):
            call()
