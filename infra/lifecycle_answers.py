"""What the calls about deletion, retention and the audit log answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import Schema, fields_of, listed, of, ref, text, time
from infra.usage_answers import USED
from shared.steps.audited import Audited

LIFECYCLE_SCHEMAS: Mapping[str, Schema] = {
    "Changes": fields_of(
        "A page of a tenant's audit log, the newest change first.",
        {
            "changes": listed("Who changed what; lines stay when what they tell of is deleted.", ref("Change")),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "Exported": fields_of(
        "A page of everything that is stored of a tenant, told as it is when the page is read: it is no snapshot.",
        {
            "kind": text(
                "What its records are, one kind a page, in this order: `tenant`, `defaults`, `accounts`, `webhooks`, "
                "`personas`, `templates` and `brand_kits` (each version), `uploads` (files of the tenant's, and those "
                "fetched for its orders: `kind`, `id`, `file`, `type`, `bytes`, and a `url` that leads there with a "
                "key of the scope tenant:admin), `api_keys`, `months`, `batches`, `jobs` (with request, bill and "
                "timeline), `deliveries`, `deleted_jobs`, `changes`. There may be more kinds one day."
            ),
            "records": listed(
                "Each as the call that shows it shows it: never a key, a secret or a hash.", of("object", "A record.")
            ),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "Change": fields_of(
        "One change. It names fields, never what stands in them.",
        {
            "id": text("The line's id."),
            "at": time("When."),
            "what": text(f"What was done, in one stable word; there may be more one day: {', '.join(Audited)}."),
            "about": text("The id or name of what was changed; may be empty where there is only one."),
            "fields": listed("Which fields of it were given.", {"type": "string"}),
            "by": text("The id of the API key that did; `retention`: its time was over; `operator`."),
            "by_name": text("What the key was called then; may be empty. Of `operator`: the id of the key, if one."),
        },
    ),
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
