"""watch_presenter: the vendor's own word, its file in our bucket, and never a second order."""

from dataclasses import replace

import pytest

from shared.media.take_notes import noted
from shared.pipeline.job.job import Outcome, State
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILM, SPEECH, Stage, presented
from tests.steps.watched import started, watched

FETCH = "^heygen GET /resource/"


def test_a_finished_take_is_archived_and_done(stage: Stage) -> None:
    """Done means: the file lies in our bucket under the attempt's name."""
    job_id = started(stage)
    stage.filmed()

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert State.DONE is node.state
    assert node.output is not None
    assert node.output.uri.endswith(f"/jobs/{job_id}/presenter-1/t1-a1.webm")
    assert node.output.size == stage.canned["takes.webm"].stat().st_size


def test_what_was_found_of_a_take_is_kept_with_its_file(stage: Stage) -> None:
    """Where the person stands and how loud the voice is: its film's maker need not decode it for that."""
    job_id = started(stage)
    stage.filmed()

    watched(stage, job_id)

    output = stage.node(job_id, SPEECH).output
    assert output is not None
    found = noted(stage.wiring.blobs.stat(output.uri).note)
    assert found is not None
    assert (output.cutout, output.seconds) == (found.cutout, found.facts.seconds)


def test_the_same_look_twice_changes_nothing(stage: Stage) -> None:
    """A hint and the backstop at once: the second finds the node done."""
    job_id = started(stage)
    message = stage.message(job_id, SPEECH)
    stage.filmed()
    stage.wiring.watch_presenter(message)
    node = stage.node(job_id, SPEECH)

    stage.wiring.watch_presenter(message)

    assert node == stage.node(job_id, SPEECH)


def test_two_lookers_at_once_archive_the_same_file(stage: Stage) -> None:
    """The loser meets 412, takes the file that is there, and its commit has nothing to do."""
    job_id = started(stage)
    message, twin = stage.message(job_id, SPEECH), stage.cloud.instance()
    stage.filmed()
    stage.wire.on("^storage PUT", meanwhile=lambda: twin.watch_presenter(message))

    stage.wiring.watch_presenter(message)

    assert State.DONE is stage.node(job_id, SPEECH).state


@pytest.mark.parametrize(("kind", "status"), [(Kind.REFUSE, "403"), (Kind.REFUSE, "404"), (Kind.REFUSE, "503")])
def test_a_dead_link_is_looked_up_afresh(stage: Stage, kind: Kind, status: str) -> None:
    """A link that has died is not the take's end: the next look mints another."""
    job_id = started(stage)
    stage.filmed()
    stage.wire.on(FETCH, kind, status)
    watched(stage, job_id)
    assert State.RUNNING is stage.node(job_id, SPEECH).state
    assert stage.wants(job_id, SPEECH)
    stage.clock.forward(10)

    stage.cloud.tasks.run_due()

    assert State.DONE is stage.node(job_id, SPEECH).state
    assert 1 == stage.submits("heygen")


def test_a_broken_download_keeps_nothing(stage: Stage) -> None:
    """The line broke: no half a file stands under the attempt's name, and the next look fetches it whole."""
    job_id = started(stage)
    stage.filmed()
    stage.wire.on(FETCH, Kind.RESET)
    watched(stage, job_id)
    stage.clock.forward(10)

    stage.cloud.tasks.run_due()

    output = stage.node(job_id, SPEECH).output
    assert output is not None
    assert output.size == stage.canned["takes.webm"].stat().st_size


def test_a_take_that_takes_too_long_to_judge_is_judged_again(stage: Stage) -> None:
    """A machine too busy to tell says nothing about the film: it is fetched and judged anew, ordered once."""
    job_id = started(stage)
    stage.filmed()
    step = stage.wiring.watch_presenter
    busy = replace(step, files=replace(step.files, judge_seconds=0.0))
    busy(stage.message(job_id, SPEECH))
    assert State.RUNNING is stage.node(job_id, SPEECH).state
    assert stage.wants(job_id, SPEECH)
    stage.clock.forward(10)

    stage.cloud.tasks.run_due()

    assert State.DONE is stage.node(job_id, SPEECH).state
    assert 1 == stage.submits("heygen")


def test_a_pending_take_is_looked_at_later(stage: Stage) -> None:
    """A look that finds "processing" moves the due, nothing else."""
    job_id = started(stage)

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert (State.RUNNING, 1) == (node.state, node.attempt)


def test_a_failed_take_is_free_and_told(stage: Stage) -> None:
    """The vendor's final word: nothing is billed, and the ledger says so."""
    job_id = started(stage, "[[fail:rendering_failed]] Hi.")
    stage.filmed()

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert Outcome.FAILED is node.attempts[0].outcome
    assert 0 == sum(each["amount_micros"] for each in stage.bill("heygen"))


def test_a_failed_take_lets_the_clip_be_collected(stage: Stage) -> None:
    """A failed branch stops new claims, not listening: the paid clip is kept for a retry (hole 48)."""
    job_id = stage.order(presented("[[fail:rendering_failed]] Hi."))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    for _ in range(4):
        if stage.node(job_id, SPEECH).state is State.QUEUED:
            stage.clock.forward(120)
            stage.wiring.start_presenter(stage.message(job_id, SPEECH))
            stage.clock.forward(10)
            stage.heygen.complete_due()
            watched(stage, job_id)
    assert State.FAILED is stage.node(job_id, SPEECH).state
    assert State.RUNNING is stage.node(job_id, CLIP).state

    stage.vendors()
    stage.cloud.storage.deliver_events()

    assert State.DONE is stage.node(job_id, CLIP).state
    assert stage.ended(job_id)
    assert State.CANCELLED is stage.node(job_id, FILM).state
