"""start_clip: one claim, one call; what is unknown is never sent again before the vendor's longest time is over."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.pipeline.job.job import Outcome, State
from shared.pipeline.job.timeouts import Timeouts
from shared.steps.commit import StoreBusy
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage, staged

SUBMIT, COMMIT, READ = r"^veo .*:predictLongRunning", "^firestore Commit", "^firestore BatchGet"
SHIPPED = Timeouts()


@pytest.fixture
def hasty(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage whose submit to Veo waits a moment only."""
    with staged(tmp_path, canned=canned, timeouts={"vendors": {"veo": {"http": 0.2}}}) as opened:
        yield opened


def test_a_clip_is_claimed_sent_and_named(stage: Stage) -> None:
    """After one task Veo has the order and the job has its operation's name."""
    job_id = stage.order(footage())

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    node = stage.node(job_id, CLIP)
    assert State.RUNNING is node.state
    assert [node.provider_id] == [each["id"] for each in stage.bill("veo")]
    assert node.claim is not None
    assert node.claim.prefix == stage.bill("veo")[0]["key"]


def test_the_same_task_again_sends_nothing(stage: Stage) -> None:
    """A task that is delivered twice finds its node running."""
    job_id = stage.order(footage())
    message = stage.message(job_id, CLIP)

    stage.wiring.start_clip(message)
    stage.wiring.start_clip(message)

    assert 1 == stage.submits("veo")


def test_a_claim_lost_to_a_twin_sends_nothing(stage: Stage) -> None:
    """Two instances take the same task at once: one claim wins, the other reads again and leaves."""
    job_id = stage.order(footage())
    message = stage.message(job_id, CLIP)
    twin = stage.cloud.instance()
    stage.wire.on(COMMIT, meanwhile=lambda: twin.start_clip(message))

    stage.wiring.start_clip(message)

    assert 1 == stage.submits("veo")
    assert State.RUNNING is stage.node(job_id, CLIP).state


def test_an_old_attempts_task_claims_nothing(stage: Stage) -> None:
    """A task of an attempt that is over may not claim the present one."""
    job_id = stage.order(footage())

    stage.wiring.start_clip(stage.message(job_id, CLIP, attempt=2))

    assert 0 == stage.submits("veo")
    assert State.QUEUED is stage.node(job_id, CLIP).state


def test_a_worker_frozen_before_its_send_does_not_send(stage: Stage) -> None:
    """More than ten seconds after the load the claim goes back, unsent, under a new wake."""
    job_id = stage.order(footage())
    stage.wire.on(COMMIT, meanwhile=lambda: stage.clock.forward(11))

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    node = stage.node(job_id, CLIP)
    assert 0 == stage.submits("veo")
    assert (State.QUEUED, 2, 1) == (node.state, node.wake, node.attempt)
    assert [Outcome.NOT_SENT] == [line.outcome for line in node.attempts]
    assert stage.wants(job_id, CLIP)


def test_a_worker_that_dies_after_its_send_costs_no_second_call(stage: Stage) -> None:
    """The id was never written down: the film arrives by its object while the call is unknown, and is paid once."""
    job_id = stage.order(footage())
    stage.wire.on(COMMIT, Kind.REFUSE, "ABORTED", nth=2, times=999)
    with pytest.raises(StoreBusy):
        stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.wire.mend()
    assert State.STARTING is stage.node(job_id, CLIP).state

    stage.filmed()
    stage.cloud.storage.deliver_events()

    assert State.DONE is stage.node(job_id, CLIP).state
    assert 1 == stage.submits("veo")


@pytest.mark.parametrize(
    ("kind", "status"), [(Kind.LOSE, ""), (Kind.LOSE, "500"), (Kind.REFUSE, "503"), (Kind.RESET, "")]
)
def test_an_unknown_outcome_stays_starting_until_its_timeout_is_over(stage: Stage, kind: Kind, status: str) -> None:
    """However often it is swept and looked at, nothing is sent again before 20 minutes after the claim."""
    job_id = stage.order(footage("[[lost]] A mug"))
    stage.wire.on(SUBMIT, kind, status)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    claimed = stage.clock()
    assert State.STARTING is stage.node(job_id, CLIP).state

    while (stage.clock() - claimed).total_seconds() < SHIPPED.of("veo").unknown - 60:
        stage.clock.forward(60)
        stage.wiring.sweep()
        stage.cloud.tasks.run_due()
        assert 1 == stage.submits("veo")
    for _ in range(4):
        stage.clock.forward(60)
        stage.wiring.sweep()
        stage.cloud.tasks.run_due()

    assert 2 == stage.submits("veo")
    assert 2 == stage.node(job_id, CLIP).attempt


def test_a_timeout_after_the_send_is_unknown(hasty: Stage) -> None:
    """Veo took the order and never answered: the total deadline cuts, the node stays starting."""
    job_id = hasty.order(footage())
    hasty.wire.on(SUBMIT, Kind.HANG)

    hasty.wiring.start_clip(hasty.message(job_id, CLIP))

    node = hasty.node(job_id, CLIP)
    assert State.STARTING is node.state
    assert [Outcome.UNCLEAR] == [line.outcome for line in node.attempts]
    assert 1 == len(hasty.bill("veo"))


def test_a_full_quota_releases_under_a_new_wake_and_answers_200(stage: Stage) -> None:
    """429 made nothing: same attempt, a new task later, and the queue is not told to slow down."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.REFUSE, "429")

    assert 1 == stage.cloud.tasks.run_due()

    node = stage.node(job_id, CLIP)
    assert (State.QUEUED, 1, 2) == (node.state, node.attempt, node.wake)
    assert [Outcome.REFUSED] == [line.outcome for line in node.attempts]
    (task,) = stage.waiting("veo")
    assert task.attempts == 0
    assert task.schedule_time > stage.clock()


def test_a_released_clip_is_sent_by_its_next_task(stage: Stage) -> None:
    """After a 429 the next task succeeds: one paid generation, one line in the ledger."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.REFUSE, "429")
    stage.cloud.tasks.run_due()
    stage.clock.forward(120)

    stage.cloud.tasks.run_due()

    node = stage.node(job_id, CLIP)
    assert State.RUNNING is node.state
    assert [1] == [line.releases for line in node.attempts]
    assert 1 == len(stage.bill("veo"))


def test_a_store_that_is_down_at_the_load_sends_nothing(stage: Stage) -> None:
    """Nothing is claimed, nothing sent; the queue brings the task again."""
    job_id = stage.order(footage())
    stage.wire.on(READ, Kind.REFUSE, "PERMISSION_DENIED")

    stage.cloud.tasks.run_due()

    assert 0 == stage.submits("veo")
    assert [1] == [task.attempts for task in stage.waiting("veo")]
    stage.clock.forward(30)
    stage.cloud.tasks.run_due()
    assert State.RUNNING is stage.node(job_id, CLIP).state


def test_a_claim_whose_answer_was_lost_is_sent_once(stage: Stage) -> None:
    """The worker recognises its own token and goes on to send."""
    job_id = stage.order(footage())
    stage.wire.on(COMMIT, Kind.LOSE)

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    assert 1 == stage.submits("veo")
    assert State.RUNNING is stage.node(job_id, CLIP).state
