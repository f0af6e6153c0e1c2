"""Documents of newer code meet this code during a roll-out: nothing is lost, slowed, wiped or ended because of it."""

import json
from datetime import datetime, timedelta
from typing import Any

import flask
import pytest

from shared.door.answers import answer
from shared.door.public import Route, serve
from shared.door.task import NEWER_TRIES
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending
from shared.pipeline.job.names import task_name
from shared.pipeline.job.schema import SCHEMA
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.steps.commit import JobGone
from shared.steps.sweep import LEFT_UNREAD, POISON_WAIT
from shared.steps.sweep import NEWER_PAUSE as SWEEPS_WAIT
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage, presented

NEWER = {"schema": SCHEMA + 1, "reads": SCHEMA + 1}
STRANGE = {"schema": SCHEMA + 1, "nodes.`clip-1`.state": "parked"}  # this code may write it, and has no such word
AGAIN = Timeouts().newer_step * SECOND
COMMIT = "^firestore Commit"


def document(stage: Stage, job_id: str) -> Any:
    return stage.cloud.eyes.clients.firestore.collection("jobs").document(job_id)


def facts(capsys: pytest.CaptureFixture[str], *wanted: str) -> list[dict[str, Any]]:
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if line["fact"] in wanted]


@pytest.mark.parametrize("newer", [NEWER, STRANGE], ids=["not to be written", "a word nobody here knows"])
def test_a_task_for_a_newer_document_comes_again_in_half_a_minute(stage: Stage, newer: dict[str, object]) -> None:
    """It is answered 200, so that no queue is slowed, and waits under its own name and a number (holes 209, 224)."""
    job_id = stage.order(footage())
    document(stage, job_id).update(newer)

    stage.cloud.tasks.run_due()

    (waiting,) = stage.waiting()
    assert f"{task_name(job_id, CLIP, 1)}-n1" == waiting.name.rsplit("/", 1)[1]
    assert (stage.clock() + AGAIN, 0) == (waiting.schedule_time, waiting.attempts)


def test_a_job_whose_newer_code_comes_is_made_by_its_waiting_task(stage: Stage) -> None:
    """The function is replaced amid the roll-out: the third try reads the job and films it, once."""
    job_id = stage.order(footage())
    before = document(stage, job_id).get().to_dict()
    document(stage, job_id).update(NEWER)
    for _ in range(2):
        stage.cloud.tasks.run_due()
        stage.clock.forward(AGAIN.total_seconds())
    document(stage, job_id).update({name: before[name] for name in ("schema", "reads")})

    stage.cloud.tasks.run_due()

    assert 1 == stage.submits("veo")
    assert 1 == stage.node(job_id, CLIP).wake


def test_after_ten_minutes_the_sweep_has_it(stage: Stage) -> None:
    """The tries are bounded; what is left is the document's due, which newer code's sweep finds."""
    job_id = stage.order(footage())
    document(stage, job_id).update(NEWER)
    names = []

    for _ in range(NEWER_TRIES + 1):
        stage.cloud.tasks.run_due()
        names += [task.name.rpartition("-")[2] for task in stage.waiting()]
        stage.clock.forward(AGAIN.total_seconds())

    assert [f"n{number}" for number in range(1, NEWER_TRIES + 1)] == names
    document(stage, job_id).update({"schema": SCHEMA, "reads": SCHEMA})
    assert 1 == stage.wiring.sweep()["pushed"]
    stage.live(job_id)
    assert Ending.COMPLETED is stage.job(job_id).ending


def test_a_hint_for_a_newer_document_comes_again_with_its_words(stage: Stage) -> None:
    """A webhook's look keeps what the webhook said."""
    job_id = stage.order(presented())
    while stage.submits("heygen") + stage.submits("veo") < 2:
        stage.cloud.tasks.run_due()
        stage.clock.forward(1)
    document(stage, job_id).update(NEWER)
    stage.filmed(600)
    stage.cloud.tasks.run_due()
    document(stage, job_id).update({"schema": SCHEMA, "reads": SCHEMA})
    assert {"n1"} <= {task.name.rpartition("-")[2] for task in stage.waiting("watch")}

    stage.clock.forward(AGAIN.total_seconds())
    stage.cloud.tasks.run_due()

    assert stage.node(job_id, "presenter-1").output is not None


def test_a_queue_that_takes_nothing_keeps_the_task(stage: Stage) -> None:
    """Only where the task cannot come again by name is the queue asked to try."""
    job_id = stage.order(footage())
    document(stage, job_id).update(NEWER)
    stage.wire.on("^tasks CreateTask", Kind.REFUSE, "PERMISSION_DENIED")

    stage.cloud.tasks.run_due()

    (waiting,) = stage.waiting()
    assert (task_name(job_id, CLIP, 1), 1) == (waiting.name.rsplit("/", 1)[1], waiting.attempts)


def test_an_object_of_a_newer_job_is_told_again(stage: Stage) -> None:
    """An event has no task of ours: its sender repeats it."""
    job_id = stage.order(footage())
    stage.cloud.tasks.run_due()
    document(stage, job_id).update(NEWER)
    stage.filmed(600)
    stage.cloud.storage.deliver_events()
    document(stage, job_id).update({"schema": SCHEMA, "reads": SCHEMA})
    assert stage.node(job_id, CLIP).output is None

    stage.clock.forward(60)
    stage.cloud.storage.deliver_events()

    assert stage.node(job_id, CLIP).output is not None


@pytest.mark.parametrize(("written", "fact"), [(NEWER, "newer"), ({"money": "eaten"}, "unreadable")])
def test_asking_for_a_newer_job_calls_nobody(
    stage: Stage, capsys: pytest.CaptureFixture[str], written: dict[str, object], fact: str
) -> None:
    """During a roll-out a customer's look is 503 and a quiet line; only what is broken in our own form is an alarm."""
    job_id = stage.order(footage())
    document(stage, job_id).update(written)
    look = Route("GET", "/{job}", lambda _request, found: answer(200, {"id": stage.job(found["job"]).id}))

    with flask.Flask("door").test_request_context(f"/{job_id}"):
        refused = serve(flask.request, (look,))

    assert 503 == refused.status_code
    assert [fact] == [line["fact"] for line in facts(capsys, "newer", "unreadable")]


def test_a_word_nobody_can_know_is_poison(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A strange word in a document of our own form is told as unreadable and comes no more."""
    job_id = stage.order(footage())
    document(stage, job_id).update({"nodes.`clip-1`.state": "parked"})

    stage.cloud.tasks.run_due()

    assert [] == stage.waiting()
    (line,) = facts(capsys, "unreadable", "newer")
    assert "unreadable" == line["fact"]
    assert "nodes.clip-1.state: 'parked' is no State" in line["message"]


@pytest.mark.parametrize(
    ("written", "fact", "wait"),
    [(NEWER, "newer", SWEEPS_WAIT), (STRANGE, "newer", SWEEPS_WAIT), ({"money": "eaten"}, "unreadable", POISON_WAIT)],
)
def test_the_sweep_puts_aside_what_it_cannot_read(
    stage: Stage, capsys: pytest.CaptureFixture[str], written: dict[str, object], fact: str, wait: timedelta
) -> None:
    """Newer code's for a minute, poison for half an hour; nothing but its due is written, and a day later it alarms."""
    job_id = stage.order(footage())
    document(stage, job_id).update(written)
    before = document(stage, job_id).get().to_dict()
    stage.clock.forward(LEFT_UNREAD.total_seconds() - 1)

    stage.wiring.sweep()

    after = document(stage, job_id).get().to_dict()
    assert before | {"due_at": stage.clock() + wait} == after
    assert [fact] == [line["fact"] for line in facts(capsys, "newer", "unreadable", "left_unread")]
    stage.clock.forward(wait.total_seconds())
    stage.wiring.sweep()
    assert [fact, "left_unread"] == [line["fact"] for line in facts(capsys, "newer", "unreadable", "left_unread")]
    assert "ending" not in document(stage, job_id).get().to_dict()


def test_a_job_deleted_during_its_paid_call_is_nothing_to_do(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The vendor's id stands in the log, the task is answered 200 and does not come again (hole 210)."""
    job_id = stage.order(footage())
    stage.wire.on("^veo .*:predictLongRunning", meanwhile=document(stage, job_id).delete)

    stage.cloud.tasks.run_due()

    (line,) = facts(capsys, "job_gone")
    assert (job_id, CLIP) == (line["job"], line["node"])
    assert "/operations/" in line["provider_id"]
    assert [] == stage.waiting()


def test_what_is_said_about_a_job_that_is_gone_is_refused_by_its_name(stage: Stage) -> None:
    """Who writes learns that there is nothing to write."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    document(stage, job_id).delete()

    with pytest.raises(JobGone, match="deleted before CancelAsked"):
        stage.wiring.commits.hear(loaded, on.CancelAsked())


def test_a_job_deleted_between_the_sweeps_look_and_its_word_does_not_stop_it(stage: Stage) -> None:
    """The others are pushed in the same tick."""
    gone, there = stage.order(footage()), stage.order(footage())
    stage.cloud.tasks.pending()
    stage.clock.forward(1000)
    for each in (gone, there):
        document(stage, each).update({"due_at": stage.clock() - timedelta(seconds=9 if each == gone else 1)})
    stage.wire.on(COMMIT, meanwhile=document(stage, gone).delete)

    told = stage.wiring.sweep()

    assert 2 == told["seen"]
    assert not document(stage, gone).get().exists
    assert stage.job(there).updated_at is not None


def closing(stage: Stage) -> Any:
    """Write a delivery whose attempt is under way."""
    found = stage.cloud.eyes.clients.firestore.collection("webhook_deliveries").document("one")
    found.set(
        {
            "tenant": "acme",
            "job": "job",
            "url": "https://shop.example/hook",
            "event": "job.completed",
            "state": "queued",
            "attempts": 1,
            "wake": 2,
            "due_at": stage.clock(),
        }
    )
    return found


def test_a_delivery_ends_though_its_due_has_moved(stage: Stage) -> None:
    """The sweep looked at it meanwhile: what was delivered is closed all the same (hole 184)."""
    written = closing(stage)
    begun = stage.wiring.deliveries.load("one")
    assert begun is not None
    written.update({"due_at": stage.clock() + timedelta(minutes=2)})

    stage.wiring.deliveries.close(begun, "delivered", stage.clock(), 204)

    assert ("delivered", 204) == (written.get().get("state"), written.get().get("last_status"))


@pytest.mark.parametrize("meanwhile", ["ended", "deleted"])
def test_a_delivery_that_has_ended_or_is_gone_stays_so(stage: Stage, meanwhile: str) -> None:
    """Closing it again changes nothing, brings nothing back and is no failure of the store."""
    written = closing(stage)
    begun = stage.wiring.deliveries.load("one")
    assert begun is not None
    if meanwhile == "ended":
        written.update({"state": "given_up", "last_status": 500})
    else:
        written.delete()
    before = written.get().to_dict()

    stage.wiring.deliveries.close(begun, "delivered", stage.clock() + timedelta(minutes=1), 200)

    assert before == written.get().to_dict()


def test_what_was_left_unread_is_told_by_its_last_write(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that has been late for long is no alarm when newer code wrote it an hour ago."""
    job_id = stage.order(footage())
    stage.clock.forward(3 * LEFT_UNREAD.total_seconds())
    written: datetime = stage.clock() - timedelta(hours=1)
    document(stage, job_id).update({**NEWER, "updated_at": written})

    stage.wiring.sweep()

    assert ["newer"] == [line["fact"] for line in facts(capsys, "newer", "left_unread")]
