"""A job of the first schema, caught in mid-life, is brought to its end by today's code."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.pipeline.job.job import Ending, Outcome
from shared.pipeline.job.schema import OLDEST, WRITES
from tests.steps.stage import CLIP, SPEECH, Stage

MID_LIFE = Path(__file__).with_name("first_schema_mid_life.json")


def timed(value: Any) -> Any:
    """Return stored JSON with its times as times again."""
    match value:
        case dict():
            return {key: timed(item) for key, item in value.items()}
        case list():
            return [timed(item) for item in value]
        case str() if value.startswith("2026-") and "T" in value:
            return datetime.fromisoformat(value)
    return value


def test_a_job_of_the_first_schema_is_finished(stage: Stage, canned: Mapping[str, Path]) -> None:
    """7f47d2e filmed the clip and died with its claim on the presenter: one is collected, the other made, once each."""
    old = timed(json.loads(MID_LIFE.read_text("utf-8")))
    job_id = old["nodes"][CLIP]["claim"]["prefix"].split("/")[4]
    usage = old["money"]["usage_doc"]
    store = stage.cloud.eyes.clients.firestore
    store.document(f"jobs/{job_id}").set(old)
    store.document(f"tenants/acme/usage/{usage}").set({"films": 1, "reserved": old["money"]["reserved"], "charged": 0})
    film = old["nodes"][CLIP]["claim"]["prefix"] + "sample_0.mp4"
    stage.cloud.eyes.blobs.write_file(film, canned["films.mp4"], mime="video/mp4")

    stage.live(job_id)

    job, month = stage.job(job_id), stage.cloud.eyes.jobs.month("acme", usage)
    assert Ending.COMPLETED is job.ending
    assert [Outcome.DONE] == [line.outcome for line in job.nodes[CLIP].attempts]
    assert [Outcome.NOTHING_MADE, Outcome.DONE] == [line.outcome for line in job.nodes[SPEECH].attempts]
    assert (0, 1) == (stage.submits("veo"), sum(line["billed"] for line in stage.bill("heygen")))
    assert (0, job.money.charged, job.money.refunded) == (month.reserved, month.charged, month.refunded)
    written = store.document(f"jobs/{job_id}").get().to_dict() or {}
    assert (OLDEST, WRITES[OLDEST]) == (written["schema"], written["reads"])
    assert old["request_hash"] == job.purchases[0].request_hash
    assert not {"looks", "folded_cost"} & set(written["nodes"][CLIP])
