"""The part of the `jobs` function that hears how people find a film."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import flask

from shared.cloud.jobs import Jobs
from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import WRITE, is_job_id
from shared.door.asked_body import body_asked
from shared.door.entrance import Entrance
from shared.door.public import Route
from shared.door.views import shown_feedback
from shared.pipeline.job.job import Ending
from shared.pipeline.job.stay import BEST_RATING, BEST_SCORE, FeedbackGiven
from shared.steps.audited import Audited, actor_of
from shared.steps.commit import Commits
from shared.steps.problems import Problem, invalid, not_found

if TYPE_CHECKING:
    from shared.door.feedback_bodies import FeedbackBody


@dataclass(frozen=True, slots=True)
class FeedbackDoor:
    """The route and what it needs."""

    commits: Commits
    jobs: Jobs
    entrance: Entrance
    now: Callable[[], datetime]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("POST", "/{job}/feedback", self._say, "Say how a film is; a key's last word counts.", "Feedback"),
        )

    def _say(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.feedback_bodies import FeedbackBody

        who, said = self.entrance(request, WRITE), body_asked(FeedbackBody, request)
        if wrong := {field: [why] for field, why in said.mixed()}:
            raise invalid(wrong)
        loaded = self.jobs.load(found["job"]) if is_job_id(found["job"]) else None
        if loaded is None or loaded.job.tenant != who.tenant.id:
            raise not_found("job")
        if loaded.job.ending is not Ending.COMPLETED:
            says = "there is no film to judge" + ("" if loaded.job.ending else " yet")
            raise Problem(Code.NOT_COMPLETED, says, next_move="read the job's status first")
        fields = tuple(name for name, value in said.model_dump().items() if value)
        line = actor_of(who.key).line(Audited.FEEDBACK_GIVEN, loaded.job.id, self.now(), fields)
        event = given(who.key.id, said)
        job = self.commits.hear(loaded, event, line=line).job
        return answer(200, {"job_id": job.id, "feedback": shown_feedback(job.feedback)})


def given(key: str, said: "FeedbackBody") -> FeedbackGiven:
    """Return what was said so that older code reads it, too: half the score, in its words for what it is about."""
    about = tuple(dict.fromkeys(said.about or ()))
    reasons = tuple(dict.fromkeys(said.reasons or (("other" if each == "sound" else each) for each in about)))
    rating = said.rating or -(-(said.score or 0) * BEST_RATING // BEST_SCORE)
    return FeedbackGiven(key, rating, reasons, said.says or said.text or "", said.score, about)
