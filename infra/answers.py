"""What the public calls answer, object by object, for the OpenAPI description; a test walks real answers against it."""

from collections.abc import Mapping

from infra.answer_fields import (
    ACCEPTED,
    BOTH,
    COST,
    DRY,
    EXPLAINED,
    FAILURE,
    JOB,
    LENT,
    LISTED_ROW,
    PLANNED_FILMS,
    PRICE,
    REVISED,
    ROW,
    TERMS,
    TEXTS,
    WAIT,
    Schema,
    charge,
    fields_of,
    listed,
    money,
    of,
    ref,
    text,
    time,
    word,
)
from infra.batch_answers import BATCH_SCHEMAS
from infra.bulk_answers import BULK_SCHEMAS
from infra.catalog_answers import CATALOG_SCHEMAS
from infra.django_answers import DJANGO_SCHEMAS
from infra.film_answers import FILM_SCHEMAS
from infra.lifecycle_answers import LIFECYCLE_SCHEMAS
from infra.presenter_answers import PRESENTER_OBJECTS
from infra.quality_answers import QUALITY_SCHEMAS
from infra.tenant_answers import TENANT_SCHEMAS
from infra.usage_answers import USAGE_SCHEMAS
from infra.webhook_answers import WEBHOOK_SCHEMAS
from shared.pipeline.job.job import Outcome, Payer, State
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import Quality

SCHEMAS: Mapping[str, Schema] = {
    **BATCH_SCHEMAS,
    **BULK_SCHEMAS,
    **CATALOG_SCHEMAS,
    **DJANGO_SCHEMAS,
    **FILM_SCHEMAS,
    **LIFECYCLE_SCHEMAS,
    **QUALITY_SCHEMAS,
    **PRESENTER_OBJECTS,
    **TENANT_SCHEMAS,
    **USAGE_SCHEMAS,
    **WEBHOOK_SCHEMAS,
    "Accepted": fields_of("Something was ordered.", ACCEPTED),
    "Bill": fields_of(
        "Every attempt and its cost.",
        {
            "id": text("The job's id."),
            **BOTH,
            "price": charge("What abroll charges you: `paid_by_us` times the factor of the plan you ordered under"),
            "reserved": money("What of ours was set aside at the order and at each retry"),
            "charged": money("What of the reservation the ended job was charged"),
            "refunded": money("What of the reservation went back"),
            "lines": listed("A line an attempt; their costs add up to the two columns.", ref("BillLine")),
            "explained": EXPLAINED,
        },
    ),
    "BillLine": fields_of(
        "One attempt.",
        {
            "node": text("Key of the part it was for."),
            "provider": text("Whose work it was."),
            "payer": word("Which column it belongs to.", Payer),
            "ended_at": time("When it ended.", null=True),
            "outcome": word("How it ended, as far as is known.", Outcome),
            "charged": of("boolean", "Whether it counts."),
            "final": of("boolean", "False while nobody knows whether the vendor billed it; until then it counts."),
            "cost": money("What it counts with: by the measured file where there is one, else as estimated"),
            "not_charged": money("What it would have cost; no vendor billed it"),
            "price": charge("What abroll charges you for it; nothing where your own account pays"),
        },
        maybe={
            "take": of("integer", "Which making of the part."),
            "attempt": of("integer", "Which permission to send a paid call."),
            "claimed_at": time("When a worker took it on."),
            "sent_at": time("When it was sent.", null=True),
            "provider_id": text("The vendor's name of it.", null=True),
            "per_second": text(
                "What a second of a take costs with the engine that films it, dollars; null where that was not told.",
                null=True,
            ),
            "why": text("What went wrong.", null=True),
        },
    ),
    "Cancelled": fields_of(
        "The job, cancelled, and what that saved.",
        {
            **JOB,
            "refunded": money("What went back to the month's cap"),
            "at_risk": ref("Cost", "What of its cost a vendor may still bill or not."),
        },
    ),
    "Cost": fields_of("Money in two columns.", BOTH),
    "Deleted": fields_of("It is gone.", {"deleted": of("boolean", "Always true.")}),
    "Description": fields_of(
        "All public calls, as OpenAPI 3.1.",
        {
            "openapi": text("The version of OpenAPI."),
            "info": of("object", "What this is."),
            "servers": listed("Where the calls are made.", {"type": "object"}),
            "security": listed("How a caller is known.", {"type": "object"}),
            "paths": of("object", "The calls, by path and method."),
            "webhooks": of("object", "What abroll tells a customer's webhook, by event."),
            "components": of("object", "The objects they take and answer."),
        },
    ),
    "DryRun": fields_of(
        "What the order would make.",
        {
            **DRY,
            "avatar_services": listed("Every avatar service, where personas leave the choice.", ref("AvatarService")),
            **PLANNED_FILMS,
            "estimated_time_seconds": WAIT,
            "estimated_cost": COST,
            "estimated_price": PRICE,
            "presenter_failure": FAILURE,
            "platform_accounts": LENT,
            "terms": TERMS,
            "plan": of(
                "object",
                "The clips and takes that would be bought, in US dollars; what is shown of your own clips.",
            ),
            "explained": EXPLAINED,
        },
    ),
    "Footage": fields_of(
        "One continuous shot, finished.",
        {
            "scenes": listed("Its scenes, counted from 1.", {"type": "integer"}),
            "url": text("Permanent link to it; needs no key."),
        },
    ),
    "Job": fields_of("A job as it stands.", JOB),
    "JobError": fields_of(
        "Why a job failed.",
        {
            "code": text("A stable word of the reference's errors."),
            "message": text("What happened."),
            "next_move": text("What can be done."),
        },
        maybe={"node": text("Key of the part that failed.")},
    ),
    "JobRow": fields_of("A job as a list shows it.", ROW),
    "Jobs": fields_of(
        "A page of jobs, newest first.",
        {
            "jobs": listed("The jobs.", LISTED_ROW),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "Lane": fields_of(
        "When a part was worked on, in seconds from the order.",
        {
            "node": text("The part's key."),
            "provider": text("Whose work it was."),
            "from": of("number", "When it began, seconds."),
            "to": of("number", "When it ended, or now, seconds."),
            "state": word("How the part stands.", State),
        },
    ),
    "LinksMade": fields_of(
        "Permanent links were revoked and made anew.",
        {
            "job_id": text("The job's id."),
            "revoked": listed("What no longer opens by its old link.", {"type": "string"}),
            "links": of("object", "The job's links as they are now, by name.", **TEXTS),
        },
    ),
    "Moment": fields_of(
        "Something that happened.",
        {
            "at": time("When."),
            "node": text("To which part; `job` is the whole."),
            "what": text("What."),
            "detail": text("More words."),
        },
    ),
    "Node": fields_of(
        "One part of a film.",
        {
            "key": text("Its name in this film: `clip-1`, `presenter-1`, `compose`."),
            "kind": word("What it is.", Kind),
            "state": word("How it stands.", State),
            "provider": text("Whose work it is; empty where it is ours."),
            "needs": listed("Keys of the parts it is made from.", {"type": "string"}),
            "attempt": of("integer", "Which permission to send a paid call."),
            "take": of("integer", "Which making of the part."),
            "expected_seconds": of("number", "How long it usually takes, seconds."),
        },
        maybe={
            "started_at": time("When the work on it began."),
            "ended_at": time("When it ended."),
            "seconds": of("number", "How long it took, or has taken so far."),
            "why": text("What it waits for, or why it failed."),
            "next_move": text("What can be done about it."),
            "switches": listed("The avatar services it has left for another, in order.", ref("Switch")),
            "left_out_at": time("When it was left out: the film is made without it."),
        },
    ),
    "Revised": fields_of(
        "A job is tried again, or a new film is made from a finished one.",
        {**ACCEPTED, **REVISED, "parent": text("The job it is made from.", null=True)},
    ),
    "PlanTerms": fields_of(
        "What a plan says of films beside its limits.",
        {
            "name": text("The plan."),
            "footage_models": listed("What `b_roll.model` may be where abroll pays.", word("A model.", Quality)),
            "avatar_services": listed("What `provider` may be.", {"type": "string"}),
            "price_factor": of("number", "What abroll charges for a dollar it pays.", minimum=0),
        },
    ),
    "RevisedDryRun": fields_of("What would be made again.", {**DRY, **PLANNED_FILMS, **REVISED}),
    "Size": fields_of("Pixels.", {"width": of("integer", "Pixels across."), "height": of("integer", "Pixels down.")}),
    "Story": fields_of(
        "What happened when.",
        {
            "id": text("The job's id."),
            "events": listed("The last fifty, oldest first.", ref("Moment")),
            "lanes": listed("Which work overlapped.", ref("Lane")),
        },
    ),
    "Version": fields_of(
        "A version of a film.",
        {
            "version": of("integer", "Its number; 1 is the film as it was ordered.", minimum=1),
            "job_id": text("The job that makes it."),
            "made_from": text("The job whose film was edited; null for the first.", null=True),
            "changed": listed("The fields of the edit.", {"type": "string"}),
            "created_at": time("When it was asked for."),
            "url": text("Where the job is read."),
            "film_url": text("Redirects to its film, with your key."),
        },
    ),
    "UnreadableRow": fields_of(
        "A job another version of abroll wrote; it goes on.",
        {
            "id": text("The job's id."),
            "status": text("Always `unreadable`.", const="unreadable"),
            "created_at": time("When it was ordered."),
            "error_message": text("What that means."),
        },
    ),
    "Well": fields_of(
        "All is well.",
        {
            "status": text("`ok`."),
            "checks": of("object", "Each service abroll stands on, and how it answered.", **TEXTS),
            "vendors": of(
                "object",
                "Whether each vendor is asked: `ok`, `down` and `recovering` as its breaker stands, `paused` by the "
                "operator, `unknown` where it cannot be read.",
                **TEXTS,
            ),
            "orders": text("`taken`, `draining` while the operator takes no new ones, or `unknown`."),
            "message": text("What the status means."),
        },
    ),
}
