"""Which of the objects in `answers.py` each public call answers, by status, and what it reads from its query."""

from collections.abc import Mapping

from infra.answer_fields import Schema, of, text, time, word
from shared.door.bulk import ENDED_UNMADE, GOING_ON
from shared.pipeline.job.status import Status
from shared.pipeline.plan.request import Mode

ANSWERS: Mapping[str, Mapping[int, str]] = {
    "POST /create_job": {200: "DryRun", 202: "Accepted"},
    "POST /batches": {200: "BatchDryRun", 202: "BatchShown"},
    "GET /batches": {200: "Batches"},
    "GET /batches/{batch}": {200: "BatchShown"},
    "POST /batches/{batch}/cancel": {200: "BatchShown"},
    "GET /jobs": {200: "Jobs"},
    "GET /jobs/usage": {200: "Usage"},
    "GET /jobs/deleted": {200: "DeletedJobs"},
    "POST /jobs/retry": {200: "RetriesPriced", 202: "Retries"},
    "POST /jobs/cancel": {200: "Cancels"},
    "GET /jobs/{job}": {200: "Job"},
    "PATCH /jobs/{job}": {200: "Job"},
    "DELETE /jobs/{job}": {200: "JobDeleted"},
    "GET /jobs/{job}/request": {200: "Request"},
    "GET /jobs/{job}/timeline": {200: "Story"},
    "GET /jobs/{job}/bill": {200: "Bill"},
    "POST /jobs/{job}/cancel": {200: "Cancelled"},
    "POST /jobs/{job}/feedback": {200: "FeedbackKept"},
    "POST /jobs/{job}/links": {200: "LinksMade"},
    "POST /jobs/{job}/retry": {200: "RevisedDryRun", 202: "Revised"},
    "POST /jobs/{job}/edit": {200: "RevisedDryRun", 202: "Revised"},
    "POST /jobs/{job}/regenerate": {200: "RevisedDryRun", 202: "Revised"},
    "GET /catalog/avatars": {200: "Avatars"},
    "GET /catalog/voices": {200: "Voices"},
    "GET /tenant/audit": {200: "Changes"},
    "GET /tenant/export": {200: "Exported"},
    "GET /tenant/keys": {200: "Keys"},
    "POST /tenant/keys": {201: "KeyMade"},
    "POST /tenant/keys/{key}/rotate": {201: "KeyMade"},
    "DELETE /tenant/keys/{key}": {200: "KeyKept"},
    "GET /tenant": {200: "Tenant"},
    "GET /tenant/tenants": {200: "Tenants"},
    "GET /tenant/tenants/{tenant}": {200: "Tenant"},
    "GET /tenant/personas": {200: "Personas"},
    "GET /tenant/personas/{persona}": {200: "PersonaKept"},
    "PUT /tenant/personas/{persona}": {200: "PersonaPut"},
    "DELETE /tenant/personas/{persona}": {200: "Deleted"},
    "GET /tenant/integrations": {200: "Accounts"},
    "PUT /tenant/integrations/{provider}": {200: "Account"},
    "PATCH /tenant/integrations/{provider}": {200: "Account"},
    "POST /tenant/integrations/{provider}/sync": {200: "Account"},
    "GET /tenant/integrations/{provider}": {200: "Account"},
    "DELETE /tenant/integrations/{provider}": {200: "Deleted"},
    "GET /tenant/template": {200: "TemplateKept"},
    "PUT /tenant/template": {200: "TemplateKept"},
    "DELETE /tenant/template": {200: "Deleted"},
    "GET /tenant/templates": {200: "Templates"},
    "GET /tenant/templates/{template}": {200: "NamedTemplateKept"},
    "PUT /tenant/templates/{template}": {200: "NamedTemplatePut"},
    "DELETE /tenant/templates/{template}": {200: "Deleted"},
    "GET /tenant/brand": {200: "Brands"},
    "GET /tenant/brand/{brand}": {200: "BrandKept"},
    "PUT /tenant/brand/{brand}": {200: "BrandKept"},
    "DELETE /tenant/brand/{brand}": {200: "Deleted"},
    "GET /tenant/webhooks": {200: "Webhooks"},
    "POST /tenant/webhooks": {201: "WebhookKept"},
    "GET /tenant/webhooks/{endpoint}": {200: "WebhookKept"},
    "PATCH /tenant/webhooks/{endpoint}": {200: "WebhookKept"},
    "DELETE /tenant/webhooks/{endpoint}": {200: "Deleted"},
    "POST /tenant/webhooks/{endpoint}/test": {202: "TestSent"},
    "GET /tenant/deliveries": {200: "Deliveries"},
    "POST /tenant/deliveries/{delivery}/replay": {202: "DeliveryRow"},
    "POST /tenant/deliveries/replay": {202: "Replayed"},
    "POST /tenant/webhook_secret": {201: "WebhookSecret"},
    "POST /tenant/uploads": {201: "Uploaded"},
    "POST /tenant/uploads/font": {201: "FontUploaded"},
    "POST /tenant/uploads/logo": {201: "LogoUploaded"},
    "POST /tenant/uploads/audio": {201: "MusicUploaded"},
    "GET /health": {200: "Well"},
    "GET /health/openapi.json": {200: "Description"},
}

PAGE = {
    "limit": of("integer", "How many a page has.", minimum=1, maximum=100, default=50),
    "cursor": text("`next_cursor` of the page before."),
}

LISTED: Mapping[str, Schema] = {
    "status": word("Only jobs in this state.", Status),
    "product_id": text("Only films of this product.", maxLength=255),
    "ordered_by": text("Only films this API key ordered, by its id.", minLength=12, maxLength=12),
    "created_from": time("Only jobs ordered then or later."),
    "created_to": time("Only jobs ordered before."),
    "limit": of("integer", "How many a page has.", minimum=1, maximum=100, default=20),
    "cursor": text("`next_cursor` of the page before."),
    "tenant": text("Only for keys with the scope operator: the jobs of this tenant.", maxLength=40),
}
FOUND = {name: schema for name, schema in LISTED.items() if name != "tenant"}
TABLES = {  # answer text/csv
    "GET /batches/{batch}/results.csv": "A line a row, with a head.",
    "GET /jobs/usage.csv": "A line a job and vendor, with a head.",
}

QUERIES: Mapping[str, Mapping[str, Schema]] = {
    "GET /jobs/{job}/film": {
        "output": of("integer", "Which of its films.", minimum=1, maximum=4, default=1),
        "download": text("`true`: a browser keeps the file instead of playing it.", enum=["true", "false"]),
    },
    **dict.fromkeys(("GET /jobs", "GET /jobs/usage", "GET /jobs/usage.csv"), LISTED),
    "POST /jobs/retry": FOUND | {"status": word("Failed jobs, where it is not given.", ENDED_UNMADE)},
    "POST /jobs/cancel": FOUND | {"status": word("Only jobs in this state; all that have not ended.", GOING_ON)},
    "GET /jobs/deleted": {name: LISTED[name] for name in ("created_from", "created_to", "limit", "cursor", "tenant")},
    "GET /catalog/avatars": {
        "provider": text("Only of this avatar service."),
        "mode": word("Of the accounts of this mode; `production` where it is not given.", Mode),
        "gender": text("Only of this gender, as the service words it: `female`, `male`."),
        "engine": text("Only what this engine films."),
        "search": text("Only whose name, group or id has these words.", maxLength=100),
        "refresh": text("`true`: read the services' lists anew.", enum=["true", "false"]),
        **PAGE,
    },
    "GET /catalog/voices": {
        "provider": text("Only of this avatar service."),
        "mode": word("Of the accounts of this mode; `production` where it is not given.", Mode),
        "gender": text("Only of this gender, as the service words it: `female`, `male`."),
        "language": text("Only of this language or locale, by its beginning: `English`, `en-US`."),
        "search": text("Only whose name, language, accent or id has these words.", maxLength=100),
        "refresh": text("`true`: read the services' lists anew.", enum=["true", "false"]),
        **PAGE,
    },
    "POST /batches": {
        "template": text("Of a list or a table: the template of rows that name none.", maxLength=72),
        "title": text("Of a list or a table: what the batch is called.", maxLength=100),
        "max_cost_usd": of("number", "Of a list or a table: what all rows together may cost.", minimum=0),
        "dry_run": text("Of a list or a table: `true` only prices it.", enum=["true", "false"]),
        "webhook_url": text("Of a list or a table: where `batch.completed` is sent.", maxLength=2048),
        "job_events": text("Of a list or a table: `true`: webhooks of its jobs, too.", enum=["true", "false"]),
    },
    "GET /batches": {name: LISTED[name] for name in ("limit", "cursor")},
    "GET /tenant/audit": {name: LISTED[name] for name in ("limit", "cursor")},
    "GET /tenant/export": {"cursor": text("`next_cursor` of the page before.")},
    "GET /tenant/tenants": {"cursor": text("`next_cursor` of the page before.")},
    "GET /tenant/deliveries": {
        "job": text("Only of this job.", minLength=36, maxLength=36),
        "limit": of("integer", "How many a page has.", minimum=1, maximum=100, default=20),
        "cursor": text("`next_cursor` of the page before."),
    },
    "GET /tenant/integrations/{provider}": {"mode": word("Which account.", Mode)},
    "PATCH /tenant/integrations/{provider}": {"mode": word("Which account.", Mode)},
    "POST /tenant/integrations/{provider}/sync": {"mode": word("Which account.", Mode)},
    "DELETE /tenant/integrations/{provider}": {"mode": word("Which account.", Mode)},
}

REDIRECTS = ("GET /jobs/{job}/film", "GET /jobs/{job}/{thing}/{token}")
