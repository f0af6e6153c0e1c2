"""What the calls about deletion, retention and the audit log answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import Schema, fields_of, listed, of, ref, text, time
from infra.usage_answers import USED

LIFECYCLE_SCHEMAS: Mapping[str, Schema] = {
    "DeletedJobs": fields_of(
        "A page of what is left of deleted jobs, the newest order first.",
        {
            "jobs": listed("Their figures; usage of jobs that are there stands in GET /jobs/usage.", ref("DeletedJob")),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "DeletedJob": fields_of(
        "What is left of a job: the figures of its bill, for thirteen months.",
        {
            "job_id": text("The job's id."),
            "created_at": time("When it was ordered."),
            "completed_at": time("When it ended.", null=True),
            "deleted_at": time("When it was deleted."),
            "deleted_by": text("The id of the API key that did; `retention`: its time was over; `operator`."),
            "status": text("How it had ended."),
            "ordered_by": text("The id of the API key that ordered it.", null=True),
            **USED,
        },
    ),
    "JobDeleted": fields_of(
        "A job is deleted; asked again, it answers the same.",
        {
            "deleted": of("boolean", "Always true."),
            "job_id": text("The job's id; every other call about it answers 404."),
            "deleted_at": time("When it was deleted."),
            "message": text("What is gone, and what stays."),
        },
    ),
}
