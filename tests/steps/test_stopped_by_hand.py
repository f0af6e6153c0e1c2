"""What the operator stops by hand: a vendor by the breaker's own path, new orders with a plain refusal."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from infra.admin import house, vendors
from shared.cloud.vendor_states import STATE_LIFE
from shared.pipeline.job.job import Ending, State
from shared.pipeline.vendors.breaker import PAUSE_LOOK
from shared.steps.breakers import SPREAD
from tests.steps.calls import customer, told
from tests.steps.stage import CLIP, SPEECH, TENANT, Stage, by_persona, footage, known, staged

FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 4}]}


def test_a_paused_vendor_is_sent_nothing_and_goes_on_when_resumed(stage: Stage) -> None:
    """Its queue waits, a look every two minutes; what was sent before is fetched; resumed, the film is made."""
    made, waits = stage.order(footage()), stage.order(footage())
    stage.wiring.start_clip(stage.message(made, CLIP))
    vendors.pause(stage.cloud.instance(), "veo", "its bill is wrong")
    other = stage.cloud.instance()

    other.start_clip(stage.message(waits, CLIP))

    node, sent = stage.node(waits, CLIP), stage.submits("veo")
    assert (State.QUEUED, (), 1) == (node.state, node.attempts, sent)
    assert f"waiting for Veo, which the operator paused at {stage.clock():%H:%M} UTC" == node.why
    assert node.at
    assert PAUSE_LOOK <= node.at - stage.clock() <= PAUSE_LOOK + timedelta(seconds=SPREAD + 1)
    stage.clock.forward(STATE_LIFE)  # every instance has heard of it
    for _ in range(24):  # two minutes
        stage.round()
    assert Ending.COMPLETED is stage.job(made).ending
    assert 1 == stage.submits("veo")
    vendors.resume(stage.wiring, "veo")
    stage.live(waits)
    assert Ending.COMPLETED is stage.job(waits).ending


def test_another_service_takes_over_from_a_paused_one(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """The takes of a persona pass on at once, as where the breaker is open."""
    with staged(tmp_path, canned=canned, did={}) as stage:
        known(stage.wiring)
        vendors.pause(stage.wiring, "heygen")
        job = stage.order(by_persona())

        stage.live(job)

        assert (Ending.COMPLETED, "did") == (stage.job(job).ending, stage.node(job, SPEECH).provider)
        assert (0, 1) == (stage.submits("heygen"), stage.submits("did"))


def test_a_pause_is_told_and_survives_trouble(stage: Stage) -> None:
    """Health and the command say so; one that is paused keeps its first moment; resumed, nothing is left of it."""
    health = customer(stage.wiring, TENANT.id)
    first = vendors.pause(stage.wiring, "heygen", "maintenance")["vendor"]
    stage.clock.forward(5)
    again = vendors.pause(stage.wiring, "heygen", "other words")["vendor"]

    during = told(health.call("GET", "/health"))["vendors"]
    resumed = vendors.resume(stage.wiring, "heygen")["vendor"]
    after = told(health.call("GET", "/health"))["vendors"]

    assert ("paused", "maintenance") == (first["status"], first["why"])
    assert (first["paused_at"], "maintenance") == (again["paused_at"], again["why"])
    assert {"did": "ok", "heygen": "paused", "heygen_video": "ok", "veo": "ok"} == during
    assert ("ok", None) == (resumed["status"], resumed["paused_at"])
    assert {"ok"} == set(after.values())
    with pytest.raises(SystemExit, match="there is no vendor nobody; heygen"):
        vendors.pause(stage.wiring, "nobody")


def test_a_drained_house_takes_nothing_new_and_ends_what_it_has(stage: Stage) -> None:
    """Orders, retries and regenerations are answered 503 with the reason and Retry-After; dry runs and reads go on."""
    buyer = customer(stage.wiring, TENANT.id)
    going_on = told(buyer.call("POST", "/create_job", FILM, Idempotency_Key="one"))["job_id"]
    cancelled = stage.order(footage())
    buyer.call("POST", f"/jobs/{cancelled}/cancel")
    house.drain(stage.wiring, "an update until 14:00 UTC")

    refused = buyer.call("POST", "/create_job", FILM, Idempotency_Key="two")
    retried = buyer.call("POST", f"/jobs/{cancelled}/retry", {})
    priced = buyer.call("POST", "/create_job", FILM | {"dry_run": True})
    repeated = buyer.call("POST", "/create_job", FILM, Idempotency_Key="one")
    stage.live(going_on)
    regenerated = buyer.call("POST", f"/jobs/{going_on}/regenerate", {"nodes": [CLIP]})

    assert [503] * 3 == [each.status_code for each in (refused, retried, regenerated)]
    assert ("draining", "300") == (told(refused)["error"], refused.headers["Retry-After"])
    assert "an update until 14:00 UTC" in told(refused)["message"]
    assert (200, 202) == (priced.status_code, repeated.status_code)
    assert Ending.COMPLETED is stage.job(going_on).ending
    assert "draining" == told(buyer.call("GET", "/health"))["orders"]
    house.drain(stage.wiring, off=True)
    assert 202 == buyer.call("POST", "/create_job", FILM, Idempotency_Key="two").status_code
    assert "taken" == told(buyer.call("GET", "/health"))["orders"]
