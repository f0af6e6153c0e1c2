"""Takes that are asked for, and looked at."""

from typing import Any

from tests.steps.stage import SPEECH, Stage, presented

SUBMIT, LOOK = "^heygen POST /v3/videos$", "^heygen GET /v3/videos/"


def started(stage: Stage, script: str = "Hi.", **changed: Any) -> str:
    job_id = stage.order(presented(script, **changed))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    return job_id


def watched(stage: Stage, job_id: str, hint: str = "") -> None:
    stage.wiring.watch_presenter(stage.message(job_id, SPEECH, hint=hint))
