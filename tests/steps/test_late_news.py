"""News of an attempt that is no longer waited for: one look by its own key, told to the ledger and to nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.cloud.secret_names import vendor_key
from shared.pipeline.job.job import Attempt, Ending, Outcome
from shared.steps.cancel import cancel
from shared.steps.message import Message
from tests.faults.wire import Kind
from tests.steps.stage import SPEECH, TENANT, Stage, presented, staged

SUBMIT, LOOK = "^heygen POST /v3/videos$", r"^heygen GET /v3/videos/"
SECRET = vendor_key("heygen", "production", TENANT.id)


@pytest.fixture
def stage(tmp_path: Path, canned: dict[str, Path]) -> Iterator[Stage]:
    """Open a stage."""
    with staged(tmp_path, canned=canned) as opened:
        yield opened


def left(stage: Stage, script: str = "Hi.") -> tuple[str, str]:
    """Order a film, lose the answer about its take, cancel the film; return the job and the video made all the same."""
    stage.wire.on(SUBMIT, Kind.LOSE)
    job_id = stage.order(presented(script))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded is not None
    cancel(stage.wiring.commits, loaded, by="a test")
    assert Ending.CANCELLED is stage.job(job_id).ending
    return job_id, str(stage.bill("heygen")[0]["id"])


def told(stage: Stage, job_id: str, hint: str) -> Attempt:
    """Bring a webhook's hint about the first attempt; return its line."""
    stage.wiring.watch_presenter(Message(job_id, SPEECH, 1, 1, hint=hint))
    return stage.node(job_id, SPEECH).attempts[0]


def test_a_film_nobody_waits_for_has_its_id_in_the_ledger(stage: Stage) -> None:
    """It is paid, and a person can find it; the job stays as it ended."""
    job_id, video = left(stage)
    stage.filmed()

    line = told(stage, job_id, video)

    assert (Outcome.GIVEN_UP, video) == (line.outcome, line.provider_id)
    assert Ending.CANCELLED is stage.job(job_id).ending
    assert 1 == stage.wire.count(LOOK)


def test_a_failure_nobody_waits_for_is_free(stage: Stage) -> None:
    """The vendor's final word says that it bills nothing: the line says so, too."""
    job_id, video = left(stage, "[[fail:rendering_failed]] Hi.")
    stage.filmed()
    assert stage.node(job_id, SPEECH).attempts[0].charged

    line = told(stage, job_id, video)

    assert Outcome.FAILED is line.outcome
    assert not line.charged


def test_a_hint_of_another_take_tells_nothing(stage: Stage) -> None:
    """The title must be the attempt's own name, whoever sent the hint."""
    job_id, _ = left(stage)
    other = stage.order(presented("Ho."))
    stage.wiring.start_presenter(stage.message(other, SPEECH))
    foreign = stage.node(other, SPEECH).provider_id
    assert foreign is not None

    line = told(stage, job_id, foreign)

    assert line.provider_id is None


@pytest.mark.parametrize("status", ["401", "404", "503"])
def test_a_look_that_fails_changes_nothing(stage: Stage, status: str) -> None:
    """What nobody can say stays as it is: counted as paid."""
    job_id, video = left(stage)
    before = stage.job(job_id)
    stage.wire.on(LOOK, Kind.REFUSE, status)

    told(stage, job_id, video)

    assert before == stage.job(job_id)


def test_another_accounts_key_asks_nothing(stage: Stage) -> None:
    """The line holds the version and the fingerprint of the key it was made with."""
    job_id, video = left(stage)
    stage.wiring.secrets.delete(SECRET)
    stage.wiring.secrets.put(SECRET, "another-accounts-key", {})
    stage.cloud.wiring = stage.cloud.instance()

    told(stage, job_id, video)

    assert 0 == stage.wire.count(LOOK)


def test_a_line_that_is_final_is_not_asked_about(stage: Stage) -> None:
    """A hint that comes again after the final word costs no look."""
    job_id, video = left(stage, "[[fail:rendering_failed]] Hi.")
    stage.filmed()
    told(stage, job_id, video)

    told(stage, job_id, video)

    assert 1 == stage.wire.count(LOOK)


def test_the_key_is_read_from_the_account_the_attempt_was_made_with(stage: Stage) -> None:
    """The tenant's account lies elsewhere now, with a key nobody knows: the look is made with the attempt's own."""
    job_id, video = left(stage)
    stage.filmed()
    tenants = stage.wiring.tenants
    account = tenants.integration(TENANT.id, "heygen", "production", fresh=True)
    assert account is not None
    stage.wiring.secrets.put("another-account", "a key of somebody else", {})
    tenants.put_integration(TENANT.id, replace(account, secret="another-account"))

    line = told(stage, job_id, video)

    assert (SECRET, video) == (line.secret, line.provider_id)
