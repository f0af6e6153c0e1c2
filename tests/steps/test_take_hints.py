"""What HeyGen's hints may do: bring a look forward, and nothing more."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from shared.cloud.secret_names import CALLBACK_KEY as CALLBACK_SECRET
from shared.cloud.secret_names import vendor_webhook
from shared.pipeline.job.job import State
from shared.pipeline.job.names import read_attempt
from shared.steps.callbacks import callback_path
from tests.faults.wire import Kind
from tests.steps.stage import SPEECH, TENANT, Stage, presented, staged
from tests.steps.watched import LOOK, SUBMIT, started, watched


def called_back(stage: Stage, attempt: str, video: str) -> int:
    name = read_attempt(attempt)
    assert name is not None
    key = stage.wiring.secrets.get(CALLBACK_SECRET).value
    url = f"{stage.cloud.front.url}/heygen_webhook{callback_path(name, key)}"
    body = {"event_type": "avatar_video.success", "event_data": {"video_id": video}}
    return httpx.post(url, json=body, trust_env=False).status_code


def test_hints_ahead_of_the_truth_look_again_soon(stage: Stage) -> None:
    """A success hint that the vendor's own answer does not confirm yet: again after 5, 10, 20 s."""
    job_id = started(stage)
    video = stage.node(job_id, SPEECH).provider_id
    assert video is not None
    stage.clock.forward(1)

    timeouts = []
    for _ in range(3):
        watched(stage, job_id, video)
        at = stage.node(job_id, SPEECH).at
        assert at is not None
        timeouts.append(round((at - stage.clock()).total_seconds()))
        stage.clock.forward(timeouts[-1] + 1)

    assert [5, 10, 20] == timeouts


def test_a_hint_before_sent_brings_the_id(stage: Stage) -> None:
    """The answer was lost and the webhook comes first: the title is ours, so the id is adopted."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.LOSE)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    (made,) = stage.bill("heygen")

    assert 200 == called_back(stage, f"{job_id}.presenter-1.t1.a1", made["id"])
    stage.cloud.tasks.run_due()

    node = stage.node(job_id, SPEECH)
    assert (State.RUNNING, made["id"]) == (node.state, node.provider_id)


def test_a_hint_about_somebody_elses_video_is_not_believed(stage: Stage) -> None:
    """A forged hint names another job's video: its title is not our attempt's, nothing moves."""
    other = started(stage, "Good morning.")
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.RESET)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    stage.filmed()
    stolen = stage.node(other, SPEECH).provider_id
    assert stolen is not None
    before = stage.node(job_id, SPEECH)

    watched(stage, job_id, stolen)

    assert before == stage.node(job_id, SPEECH)


def test_a_hint_cannot_replace_a_known_id(stage: Stage) -> None:
    """Once the vendor's id is known, a hint with another id looks at ours."""
    other = started(stage, "Good morning.")
    job_id = started(stage)
    stage.filmed()
    stolen = stage.node(other, SPEECH).provider_id
    assert stolen is not None

    watched(stage, job_id, stolen)

    assert 1 == stage.wire.count(f"^heygen GET /v3/videos/{stage.node(job_id, SPEECH).provider_id}$")
    assert 0 == stage.wire.count(f"^heygen GET /v3/videos/{stolen}$")


def test_a_forged_callback_path_is_refused(stage: Stage) -> None:
    """Without the platform's HMAC nobody can make us look."""
    job_id = started(stage)
    url = f"{stage.cloud.front.url}/heygen_webhook/{job_id}.presenter-1.t1.a1/{'0' * 32}"

    answer = httpx.post(url, json={"event_type": "avatar_video.success"}, trust_env=False)

    assert 404 == answer.status_code
    assert [] == stage.waiting("watch")


def test_a_hint_twice_wants_one_task(stage: Stage) -> None:
    """HeyGen repeats what it is unsure of; the same news is the same task."""
    job_id = started(stage)
    video = stage.node(job_id, SPEECH).provider_id
    assert video is not None

    answers = [called_back(stage, f"{job_id}.presenter-1.t1.a1", video) for _ in range(2)]

    assert [200, 200] == answers
    assert 1 == len(stage.waiting("watch"))


@pytest.mark.parametrize(("teller", "looks"), [(TENANT.id, 1), ("neighbour", 0)])
def test_a_registered_endpoint_speaks_of_its_own_tenants_takes(stage: Stage, teller: str, looks: int) -> None:
    """Whoever has one tenant's secret cannot have another's takes looked at, in its name and at its vendor (D9)."""
    job_id = started(stage)
    stage.wiring.secrets.put(vendor_webhook("heygen", "production", teller), "shared", {})
    news = {"video_id": stage.node(job_id, SPEECH).provider_id, "callback_id": f"{job_id}.presenter-1.t1.a1"}
    raw = json.dumps({"event_type": "avatar_video.success", "event_data": news}).encode()
    signature = hmac.new(b"shared", raw, hashlib.sha256).hexdigest()
    url = f"{stage.cloud.front.url}/heygen_webhook/t/{teller}/production"

    answer = httpx.post(url, content=raw, headers={"Signature": signature}, trust_env=False)
    stage.cloud.tasks.run_due()

    assert 200 == answer.status_code
    assert looks == stage.wire.count(LOOK)


def test_a_lost_webhook_costs_one_look(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """The sweep is the backstop of every take."""
    with staged(tmp_path, canned=canned) as stage:
        job_id = started(stage, "[[nocallback]] Hi.")
        stage.filmed()
        assert [] == stage.waiting("watch")
        stage.clock.forward(310)

        stage.wiring.sweep()
        stage.cloud.tasks.run_due()

        assert State.DONE is stage.node(job_id, SPEECH).state
