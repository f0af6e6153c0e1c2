"""What the calls about usage answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import BOTH, STATUS, TERMS, Schema, charge, fields_of, listed, of, ref, text, time
from shared.pipeline.job.credits import CREDITS_EXPLAINED

USED = {
    "film_seconds": of("number", "Seconds of finished film."),
    "credits_used": of("number", CREDITS_EXPLAINED, minimum=0),
    **BOTH,
    "price": charge("What abroll charges for it: `paid_by_us` times the factor of the plan each job was ordered under"),
    "by_vendor": of("object", "The two columns, by whose work it was.", additionalProperties=ref("Cost")),
}

USAGE_SCHEMAS: Mapping[str, Schema] = {
    "Usage": fields_of(
        "What a page of jobs used; its sums are those of the jobs' bills.",
        {
            "jobs": listed("A row a job, newest first.", ref("UsageRow")),
            "films": of("integer", "How many of them have a film."),
            **USED,
            "terms": TERMS,
            "unreadable": of("integer", "Jobs another version of abroll wrote: what they used is missing here."),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "UsageRow": fields_of(
        "What one job used.",
        {
            "job_id": text("The job's id."),
            "created_at": time("When it was ordered."),
            "status": STATUS,
            **USED,
        },
        maybe={
            "completed_at": time("When it ended, whatever way.", null=True),
            "product_id": text("The order's product_id.", null=True),
            "ordered_by": text("The id of the API key that ordered it.", null=True),
        },
    ),
}
