"""watch_presenter and HeyGen's hints: the vendor's own word, its file in our bucket, and never a second order."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import CALLBACK_KEY as CALLBACK_SECRET
from shared.cloud.secret_names import vendor_key, vendor_webhook
from shared.media.take_notes import noted
from shared.pipeline.job.job import Outcome, State
from shared.pipeline.job.names import read_attempt
from shared.steps.callbacks import callback_path
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILM, SPEECH, TENANT, Stage, presented, staged

SUBMIT, LOOK, FETCH = "^heygen POST /v3/videos$", "^heygen GET /v3/videos/", "^heygen GET /resource/"
SECRET = vendor_key("heygen", "production", TENANT.id)


def started(stage: Stage, script: str = "Hi.", **changed: Any) -> str:
    job_id = stage.order(presented(script, **changed))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    return job_id


def watched(stage: Stage, job_id: str, hint: str = "") -> None:
    stage.wiring.watch_presenter(stage.message(job_id, SPEECH, hint=hint))


def called_back(stage: Stage, attempt: str, video: str) -> int:
    name = read_attempt(attempt)
    assert name is not None
    key = stage.wiring.secrets.get(CALLBACK_SECRET).value
    url = f"{stage.cloud.front.url}/heygen_webhook{callback_path(name, key)}"
    body = {"event_type": "avatar_video.success", "event_data": {"video_id": video}}
    return httpx.post(url, json=body, trust_env=False).status_code


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


def test_a_failed_take_is_free_and_told(stage: Stage) -> None:
    """The vendor's final word: nothing is billed, and the ledger says so."""
    job_id = started(stage, "[[fail:rendering_failed]] Hi.")
    stage.filmed()

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert Outcome.FAILED is node.attempts[0].outcome
    assert 0 == sum(each["amount_micros"] for each in stage.bill("heygen"))


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
