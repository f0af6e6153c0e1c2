"""What the calls about many jobs answer, object by object, for the OpenAPI description."""

from collections.abc import Mapping

from infra.answer_fields import COST, PRICE, STATUS, Schema, charge, fields_of, listed, money, of, ref, text, time, word
from shared.steps.bulk import Result

COUNTS = of("object", "How many jobs have each result.", additionalProperties={"type": "integer"})
NEXT = text("`cursor` of the next page; null on the last.", null=True)
SAYS = text("Says what was done, or that nothing was.")
DRY_RUN = text("Always `dry_run`.", const="dry_run")
SUMS = {
    "estimated_cost": ref("Cost", "What all of them are expected to cost together."),
    "estimated_price": charge("What abroll is expected to charge you for all of them"),
}

BULK_SCHEMAS: Mapping[str, Schema] = {
    "ManyRow": fields_of(
        "What becomes of one of many jobs.",
        {
            "id": text("The job's id."),
            "result": word(
                "`priced` and `found`: what the call would do, by a dry run. `already`: this very call bought it "
                "before, or the job had ended. `refused`: it is refused again if it is sent again. `left`: sent "
                "again, the call goes on with it.",
                Result,
            ),
        },
        maybe={
            "status": STATUS,
            "product_title": text("The order's title."),
            "created_at": time("When it was ordered."),
            "cost": ref("Cost", "What it has cost so far."),
            "remade": listed("Keys of the parts that are made again.", {"type": "string"}),
            "estimated_cost": COST,
            "estimated_price": PRICE,
            "refunded": money("What went back to the month's cap"),
            "at_risk": ref("Cost", "What of its cost a vendor may still bill or not."),
            "error": text("Why nothing was done: a stable word of the reference's errors."),
            "message": text("The same in words."),
            "next_move": text("What can be done."),
        },
    ),
    "RetriesPriced": fields_of(
        "What retries would make and cost.",
        {
            "status": DRY_RUN,
            "message": SAYS,
            "jobs": listed("The jobs; name those of result `priced` in `ids` to buy them.", ref("ManyRow")),
            "counts": COUNTS,
            **SUMS,
            "max_cost": of("number", "What to agree to: both columns, whole cents upward, US dollars."),
            "next_cursor": NEXT,
        },
    ),
    "Retries": fields_of(
        "Jobs are tried again.",
        {
            "status": text("Always `done`.", const="done"),
            "message": SAYS,
            "jobs": listed("The jobs, as they were named.", ref("ManyRow")),
            "counts": COUNTS,
            **SUMS,
        },
    ),
    "Cancels": fields_of(
        "Jobs are cancelled, or would be.",
        {
            "status": text("Which of both.", enum=["done", "dry_run"]),
            "message": SAYS,
            "jobs": listed("The jobs; name those of result `found` in `ids` to cancel them.", ref("ManyRow")),
            "counts": COUNTS,
        },
        maybe={"next_cursor": NEXT},
    ),
}
