"""What was acknowledged survives the server's death; what was not delivered is delivered again."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from google.api_core.exceptions import AlreadyExists
from google.cloud.tasks_v2.types import Queue
from werkzeug.wrappers import Response

from infra.local.google.tasks.server import QueueConfig
from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import QUEUE, Clock, Handler, Heard, connect
from tests.patience import PATIENCE

SERVE = """
import sys
from datetime import datetime
from pathlib import Path
from infra.local.google.identity.issuer import Issuer
from infra.local.google.tasks.server import QueueConfig, TasksServer

data, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
server = TasksServer(
    data, issuer=Issuer(data, clock=lambda: now), project="demo-project", location="europe-west4",
    queues={"veo": QueueConfig()}, clock=lambda: now,
)
print(server.start(dispatch=False), flush=True)
for line in sys.stdin:
    server.run_due()
"""


def _serve(data: Path, clock: Clock) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data), clock.now.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def test_acknowledged_tasks_survive_a_kill(
    tmp_path: Path, clock: Clock, handler: Handler, start_cloud: StartCloud
) -> None:
    """Twenty tasks created just before a kill -9 are all delivered by the next server."""
    with _serve(tmp_path, clock) as process:
        assert process.stdout is not None
        channel, client = connect(process.stdout.readline().strip())
        names = [f"{QUEUE}/tasks/t{number}" for number in range(20)]
        for name in names:
            client.create_task(request={"parent": QUEUE, "task": {"name": name, "http_request": {"url": handler.url}}})
        process.send_signal(signal.SIGKILL)
        channel.close()

    cloud = start_cloud()

    assert [fact.name for fact in cloud.server.pending()] == names
    assert cloud.server.run_due() == 20


def test_an_attempt_cut_off_by_a_kill_is_made_again(
    tmp_path: Path, clock: Clock, handler: Handler, start_cloud: StartCloud
) -> None:
    """A server killed while a handler works delivers the task again, as the first attempt: at least once."""
    with _serve(tmp_path, clock) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        channel, client = connect(process.stdout.readline().strip())
        client.create_task(
            request={"parent": QUEUE, "task": {"name": f"{QUEUE}/tasks/a", "http_request": {"url": handler.url}}}
        )

        def kill(_: Heard) -> Response:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return Response("nobody hears this")

        handler.respond = kill
        process.stdin.write("run\n")
        process.stdin.flush()
        process.wait(PATIENCE)
        channel.close()

    handler.respond = lambda _: Response("done")
    cloud = start_cloud()

    assert cloud.server.run_due() == 1
    assert [heard.tasks_header("TaskRetryCount") for heard in handler.heard] == ["0", "0"]


def test_a_restart_forgets_nothing(start_cloud: StartCloud) -> None:
    """Counts, schedule, tombstones, queue state and settings are as before."""
    first = start_cloud({"veo": QueueConfig(max_attempts=5)})
    first.handler.answers(404, 500)
    first.create("failing")
    first.create("also-failing")
    first.server.run_due()
    first.create("done")
    first.server.run_due()
    first.client.pause_queue(name=QUEUE)
    before, pending = first.get("failing"), first.server.pending()
    first.server.stop()

    second = start_cloud({"veo": QueueConfig(max_attempts=5)})

    assert second.get("failing") == before
    assert second.server.pending() == pending
    assert second.client.get_queue(name=QUEUE).state is Queue.State.PAUSED
    with pytest.raises(AlreadyExists, match="existed too recently"):
        second.create("done")


def test_a_retry_goes_on_where_it_was(start_cloud: StartCloud) -> None:
    """The attempt after a restart says what came before it, at the time it was due."""
    first = start_cloud()
    first.handler.answers(404)
    first.create("a")
    first.server.run_due()
    due = first.clock.now + timedelta(milliseconds=100)
    first.server.stop()

    second = start_cloud()

    assert second.server.next_due() == due
    assert second.drain()[1] == due
    names = ("TaskRetryCount", "TaskExecutionCount", "TaskPreviousResponse")
    assert [second.handler.heard[1].tasks_header(name) for name in names] == ["1", "1", "404"]


def test_new_settings_take_over_at_the_start(start_cloud: StartCloud) -> None:
    """A queue of the mapping gets the mapping's settings, as Terraform would give them."""
    start_cloud({"veo": QueueConfig(max_attempts=5)}).server.stop()

    cloud = start_cloud({"veo": QueueConfig(max_attempts=9)})

    assert cloud.client.get_queue(name=QUEUE).retry_config.max_attempts == 9
