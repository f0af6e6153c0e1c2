"""What the calls about batches answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import COST, PRICE, TEXTS, WARNINGS, Schema, fields_of, listed, of, ref, text, time
from shared.pipeline.job.batch import MOST_ROWS, BatchStatus

ROWS = of("integer", "How many rows it has.", minimum=1, maximum=MOST_ROWS)
COUNTS = {
    "waiting": "Rows that have not begun.",
    "in_progress": "Rows whose films are being made, as far as they were looked at.",
    "completed": "Films that are ready.",
    "failed": "Jobs that failed.",
    "cancelled": "Jobs that were cancelled.",
    "deleted": "Jobs that were deleted before the batch had ended.",
    "refused": "Rows that became no job; the results say why.",
    "not_begun": "Rows that will never begin: the batch was cancelled.",
}
BATCH = {
    "batch_id": text("The batch's id."),
    "status": text(
        "`running`; `stopping`: no more rows begin; `completed`; `cancelled`: ended, with rows that never began.",
        enum=[each.value for each in BatchStatus],
    ),
    "title": text("What it was called; may be empty."),
    "message": text("How it stands, in a sentence."),
    "rows": ROWS,
    "counts": ref("BatchCounts", "Rows by how they stand; they add up to `rows`."),
    "waiting_for": ref("BatchWaits", "Why the next row does not begin now.", null=True),
    "ordered_by": text("The id of the API key that sent it.", null=True),
    "created_at": time("When it was taken."),
    "completed_at": time("When it ended.", null=True),
    "estimated_completion_at": time("When it ends if it goes on as until now.", null=True),
    "expires_at": time("When the batch is deleted with its rows; its films have their own days.", null=True),
    "max_cost_usd": text("What all rows together may cost.", null=True),
    "estimated_cost": COST,
    "cost": ref("Cost", "What the ended films have cost."),
    "urls": of("object", "Where the batch and its results are read, and where it is cancelled.", **TEXTS),
}

BATCH_SCHEMAS: Mapping[str, Schema] = {
    "BatchShown": fields_of(
        "A batch.",
        BATCH,
        maybe={
            "stopped_at": time("Since when no more rows begin."),
            "stopped_why": text("Why no more rows begin."),
        },
    ),
    "BatchCounts": fields_of(
        "Rows of a batch by how they stand.",
        {name: of("integer", says, minimum=0) for name, says in COUNTS.items()},
    ),
    "BatchWaits": fields_of(
        "Why a batch's next row waits.",
        {"code": text("As an order would be refused now."), "message": text("The same in words.")},
    ),
    "BatchDryRun": fields_of(
        "What a batch would cost; nothing was stored or spent.",
        {
            "status": text("Always `dry_run`.", const="dry_run"),
            "message": text("What happened."),
            "rows": ROWS,
            "estimated_cost": COST,
            "estimated_price": PRICE,
            "warnings": WARNINGS,
            "row_prices": listed("What each row would cost, in their order.", ref("BatchPrice")),
        },
    ),
    "BatchPrice": fields_of(
        "What a row would cost.",
        {
            "row": of("integer", "Its number, counted from 1.", minimum=1),
            "product_id": text("The order's product_id.", null=True),
            "estimated_cost": COST,
        },
    ),
    "Batches": fields_of(
        "A page of batches, the newest first.",
        {
            "batches": listed("The batches.", {"anyOf": [ref("BatchShown"), ref("UnreadableBatch")]}),
            "next_cursor": text("`cursor` of the next page; null on the last.", null=True),
        },
    ),
    "UnreadableBatch": fields_of(
        "A batch another version of abroll wrote; it goes on.",
        {"batch_id": text("The batch's id."), "status": text("Always `unreadable`.", const="unreadable")},
    ),
}
