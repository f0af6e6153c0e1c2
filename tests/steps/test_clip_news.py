"""veo_output and watch_clip: an object under the attempt's prefix is success, the operation is the truth of failure."""

import json
from pathlib import Path

import httpx
import pytest

from infra.local.world import TAKES
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.names import attempt_name, take_prefix
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILM, Stage, footage

SUBMIT, LOOK = r"^veo .*:predictLongRunning", r"^veo .*:fetchPredictOperation"


def started(stage: Stage, text: str = "A mug on a table") -> str:
    job_id = stage.order(footage(text))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    return job_id


def put(stage: Stage, job_id: str, data: bytes, name: str = "a.mp4") -> str:
    """Write an object under the prefix of the current attempt; return its name."""
    path = take_prefix(attempt_name(job_id, stage.node(job_id, CLIP))) + name
    stage.wiring.blobs.write(f"gs://{TAKES}/{path}", [data], mime="video/mp4")
    return path


def watched(stage: Stage, job_id: str) -> None:
    stage.wiring.watch_clip(stage.message(job_id, CLIP))


def test_an_object_ends_its_clip_and_wakes_the_next(stage: Stage) -> None:
    """The event alone carries the happy path: no poll, and compose is wanted in the same commit."""
    job_id = started(stage)
    stage.filmed()

    stage.cloud.storage.deliver_events()

    assert State.DONE is stage.node(job_id, CLIP).state
    assert stage.wants(job_id, FILM)
    assert 0 == stage.wire.count(LOOK)


def test_an_object_before_sent_is_taken(stage: Stage) -> None:
    """The film arrives while its claim still waits for the answer: done, and the late id only goes to the ledger."""
    job_id = stage.order(footage())

    def meanwhile() -> None:
        stage.filmed()
        stage.cloud.storage.deliver_events()

    stage.wire.on("^firestore Commit", nth=2, meanwhile=meanwhile)

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    node = stage.node(job_id, CLIP)
    assert State.DONE is node.state
    assert [each["id"] for each in stage.bill("veo")] == [line.provider_id for line in node.attempts]
    assert [Outcome.DONE] == [line.outcome for line in node.attempts]


@pytest.mark.parametrize(
    "name",
    [
        "jobs/nobody/clip-1/t1-a1/a.mp4",
        "jobs/00000000-0000-0000-0000-000000000000/clip-1/t1-a1/a.mp4",
        "stray.mp4",
        "jobs/../../x.mp4",
    ],
)
def test_an_unknown_name_is_ignored_with_200(stage: Stage, name: str) -> None:
    """A stray object or a deleted job's is never repeated for a day."""
    stage.wiring.blobs.write(f"gs://{TAKES}/{name}", [b"x"], mime="video/mp4")

    assert 1 == stage.cloud.storage.deliver_events()


def test_an_object_that_is_no_film_of_the_length_ends_nothing(stage: Stage, canned: dict[str, Path]) -> None:
    """A file that is no MP4 or of another length is an alarm, not a clip."""
    job_id = started(stage)
    put(stage, job_id, b"not a film at all", "broken.mp4")
    put(stage, job_id, canned["films.mp4"].read_bytes()[:2000], "cut.mp4")

    stage.cloud.storage.deliver_events()

    assert State.RUNNING is stage.node(job_id, CLIP).state


def test_the_same_event_twice_changes_nothing(stage: Stage) -> None:
    """A duplicate finds the node done."""
    job_id = started(stage)
    stage.filmed()
    stage.cloud.storage.deliver_events()
    node = stage.node(job_id, CLIP)
    assert node.output is not None

    stage.wiring.veo_output(TAKES, node.output.uri.removeprefix(f"gs://{TAKES}/"))

    assert node == stage.node(job_id, CLIP)


def test_a_second_film_of_one_take_is_an_alarm(
    stage: Stage, canned: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody billed us twice: the first film stays, an operator is told.

    The ledger keeps one line an attempt, so a second file of the same attempt changes nothing there.
    """
    job_id = started(stage)
    stage.filmed()
    stage.cloud.storage.deliver_events()
    first = stage.node(job_id, CLIP).output
    name = put(stage, job_id, canned["films.mp4"].read_bytes(), "second.mp4")

    stage.wiring.veo_output(TAKES, name)

    assert first == stage.node(job_id, CLIP).output
    alarms = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if line["fact"] == "alarm"]
    assert ["surplus_output" in line["message"] for line in alarms] == [True]


def test_an_event_is_repeated_while_our_store_is_down(stage: Stage) -> None:
    """A store that does not answer is 5xx to Eventarc, which comes again."""
    job_id = started(stage)
    stage.filmed()
    stage.wire.on("^firestore BatchGet", Kind.REFUSE, "PERMISSION_DENIED")

    assert 0 == stage.cloud.storage.deliver_events()
    stage.clock.forward(20)
    assert 1 == stage.cloud.storage.deliver_events()

    assert State.DONE is stage.node(job_id, CLIP).state


def test_a_lost_event_costs_one_look(stage: Stage) -> None:
    """Without any event the sweep enqueues a look when the clip is late, and the look finds the film."""
    job_id = started(stage)
    stage.filmed()
    stage.clock.forward(360)

    stage.wiring.sweep()
    stage.cloud.tasks.run_due()

    assert State.DONE is stage.node(job_id, CLIP).state
    assert 1 == stage.wire.count(LOOK)


@pytest.mark.parametrize("code", [8, 13, 14])
def test_a_failure_of_capacity_is_tried_again(stage: Stage, code: int) -> None:
    """The operation's own error is final for its attempt and free: the next attempt is queued."""
    job_id = started(stage, f"[[err:{code}]] A mug")
    stage.filmed()

    watched(stage, job_id)

    node = stage.node(job_id, CLIP)
    assert (State.QUEUED, 2, 1) == (node.state, node.attempt, node.failures)
    assert [Outcome.FAILED] == [line.outcome for line in node.attempts]


def test_three_failures_fail_the_job_with_a_refund(stage: Stage) -> None:
    """A bounded number of generations a take; what was never made costs nothing."""
    job_id = stage.order(footage("[[err:8]] A mug"))

    for _ in range(400):
        stage.cloud.tasks.run_due()
        stage.vendors()
        stage.clock.forward(30)
        stage.wiring.sweep()
        if stage.ended(job_id):
            break

    job = stage.job(job_id)
    assert Ending.FAILED is job.ending
    assert 3 == stage.submits("veo")
    assert (0, job.money.reserved) == (job.money.charged, job.money.refunded)


def test_a_safety_refusal_ends_the_clip(stage: Stage) -> None:
    """Code 3 is about the words: trying again is pointless, the person is told what to do."""
    job_id = started(stage, "[[rai:15236754]] A mug")
    stage.filmed()

    watched(stage, job_id)

    job = stage.job(job_id)
    assert Ending.FAILED is job.ending
    assert job.trouble is not None
    assert job.trouble.next_move


@pytest.mark.parametrize("marker", ["[[filter]]", "[[empty]]"])
def test_one_filtered_or_empty_result_is_tried_once_more(stage: Stage, marker: str) -> None:
    """By contract one more attempt follows, then the node fails."""
    job_id = started(stage, f"{marker} A mug")
    stage.filmed()
    watched(stage, job_id)
    assert (State.QUEUED, 2) == (stage.node(job_id, CLIP).state, stage.node(job_id, CLIP).attempt)
    stage.clock.forward(60)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.filmed()

    watched(stage, job_id)

    assert State.FAILED is stage.node(job_id, CLIP).state


def test_a_vanished_operation_is_answered_by_its_prefix(stage: Stage) -> None:
    """404 on a poll is no failure: the object under the attempt's prefix is the film."""
    job_id = started(stage, "[[lost:film]] A mug")
    stage.filmed()

    watched(stage, job_id)

    assert State.DONE is stage.node(job_id, CLIP).state


def test_a_vanished_operation_without_a_film_waits(stage: Stage) -> None:
    """Nothing under the prefix and its timeout not over: the same attempt stays."""
    job_id = started(stage, "[[lost]] A mug")
    stage.filmed()

    watched(stage, job_id)

    node = stage.node(job_id, CLIP)
    assert (State.RUNNING, 1) == (node.state, node.attempt)
    assert node.due is not None


def test_the_prefix_of_attempt_1_does_not_hold_attempt_10s_film(stage: Stage, canned: dict[str, Path]) -> None:
    """A prefix ends in a slash: listing a1 does not find a10's object."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.LOSE)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    film = canned["films.mp4"].read_bytes()
    stage.wiring.blobs.write(f"gs://{TAKES}/jobs/{job_id}/clip-1/t1-a10/s.mp4", [film], mime="video/mp4")
    stage.clock.forward(215)

    watched(stage, job_id)

    assert State.STARTING is stage.node(job_id, CLIP).state


def test_an_unclear_clip_is_found_by_listing_at_its_claims_end(stage: Stage) -> None:
    """The answer and the event were lost: the look lists the prefix and takes the film, nobody is paid again."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.LOSE)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.filmed()
    stage.clock.forward(240)

    stage.wiring.sweep()
    stage.cloud.tasks.run_due()

    assert State.DONE is stage.node(job_id, CLIP).state
    assert 1 == stage.submits("veo")


def test_a_look_at_a_live_claim_does_nothing(stage: Stage) -> None:
    """Before a claim's end its worker may still be waiting for the answer."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.LOSE)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    before = stage.node(job_id, CLIP)

    watched(stage, job_id)

    assert before == stage.node(job_id, CLIP)
    assert 0 == stage.wire.count("^storage GET")


def test_a_stale_event_is_left_to_the_sweep(stage: Stage) -> None:
    """An event older than an hour is acknowledged and dropped (hole 24)."""
    job_id = started(stage)
    body = {"bucket": TAKES, "name": f"jobs/{job_id}/clip-1/t1-a1/x.mp4"}
    headers = {
        "ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-specversion": "1.0", "ce-time": "2026-11-20T10:00:00Z",
        "content-type": "application/json",
    }  # fmt: skip

    answer = httpx.post(stage.cloud.front.url + "/veo_output", json=body, headers=headers, trust_env=False)

    assert 200 == answer.status_code
    assert State.RUNNING is stage.node(job_id, CLIP).state
