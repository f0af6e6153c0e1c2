"""Which key a take is looked up with, and what its vendor's no to that key means."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import vendor_key
from shared.pipeline.job.job import Outcome, State
from tests.faults.wire import Kind
from tests.steps.stage import SPEECH, TENANT, Stage, staged
from tests.steps.watched import LOOK, started, watched

SECRET = vendor_key("heygen", "production", TENANT.id)


def test_a_rotated_key_is_looked_up_with_its_own_version(stage: Stage) -> None:
    """The look uses the version the take was ordered with."""
    job_id = started(stage)
    stage.wiring.secrets.put(SECRET, "another-accounts-key", {})
    stage.cloud.wiring = stage.cloud.instance()
    stage.filmed()

    watched(stage, job_id)

    assert State.DONE is stage.node(job_id, SPEECH).state


def test_a_take_is_fetched_with_its_own_key_after_two_rotations(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """Two new keys, of other accounts, while a take is made: the key it was ordered with is still there."""
    accounts = dict.fromkeys((DEMO_KEY, "hg_second", "hg_third"), 100.0)
    with staged(tmp_path, heygen={"accounts": accounts}, canned=canned) as stage:
        job_id = started(stage)
        for key in ("hg_second", "hg_third"):
            rotated = stage.wiring.tenant.accounts.keys.put
            rotated(TENANT.id, "heygen", "production", key, avatar_id=None, voice_id=None, register=False)
        stage.cloud.wiring = stage.cloud.instance()
        stage.filmed()

        watched(stage, job_id)

        assert State.DONE is stage.node(job_id, SPEECH).state


def test_a_destroyed_key_ends_the_take_as_paid(stage: Stage) -> None:
    """Nobody can fetch it any more: told as `key_changed`, counted as paid, never ordered again."""
    job_id = started(stage)
    stage.wiring.secrets.put(SECRET, "another-accounts-key", {})
    stage.wiring.secrets.destroy(SECRET, "1")
    stage.cloud.wiring = stage.cloud.instance()
    stage.filmed()

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, "key_changed") == (node.state, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert 1 == stage.submits("heygen")


def test_a_revoked_key_ends_the_take_as_paid(stage: Stage) -> None:
    """401 on two looks a minute apart is no proof that nothing was made."""
    job_id = started(stage)
    stage.filmed()
    stage.wire.on(LOOK, Kind.REFUSE, "401", times=9)

    for _ in range(2):
        watched(stage, job_id)
        stage.clock.forward(61)

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, "key_changed") == (node.state, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert 1 == stage.submits("heygen")


@pytest.mark.parametrize("apart", [0, 61])
def test_one_401_ends_nothing(stage: Stage, apart: float) -> None:
    """A vendor's own trouble may look like a revoked key: the next look, at once or later, fetches the take."""
    job_id = started(stage)
    stage.filmed()
    stage.wire.on(LOOK, Kind.REFUSE, "401")
    watched(stage, job_id)
    assert State.RUNNING is stage.node(job_id, SPEECH).state
    stage.clock.forward(apart)

    watched(stage, job_id)

    assert State.DONE is stage.node(job_id, SPEECH).state


def test_two_401s_with_an_answer_between_end_nothing(stage: Stage) -> None:
    """A key that was taken meanwhile was not revoked."""
    job_id = started(stage)
    for refused in (True, False, True):
        if refused:
            stage.wire.on(LOOK, Kind.REFUSE, "401")
        watched(stage, job_id)
        stage.clock.forward(61)
    stage.vendors()

    watched(stage, job_id)

    assert State.DONE is stage.node(job_id, SPEECH).state


def test_a_secret_made_again_is_another_key(stage: Stage) -> None:
    """Deleted and put again, a secret's first version is called 1 again: no vendor is asked with it about this take."""
    job_id = started(stage)
    stage.filmed()
    stage.wiring.secrets.delete(SECRET)
    assert "1" == stage.wiring.secrets.put(SECRET, "another-accounts-key", {})
    stage.cloud.wiring = stage.cloud.instance()
    looks = stage.wire.count(LOOK)

    watched(stage, job_id)

    assert "key_changed" == stage.node(job_id, SPEECH).code
    assert looks == stage.wire.count(LOOK)


def test_a_take_that_is_gone_is_never_ordered_again(stage: Stage) -> None:
    """404 of a known id: somebody deleted it there; paid, told, and never bought a second time."""
    job_id = started(stage)
    stage.filmed()
    stage.wire.on(LOOK, Kind.REFUSE, "404", times=99, body='{"error": {"code": "video_not_found", "message": "gone"}}')
    watched(stage, job_id)
    assert State.RUNNING is stage.node(job_id, SPEECH).state
    stage.clock.forward(120)

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, "take_gone") == (node.state, node.code)
    assert 1 == stage.submits("heygen")
