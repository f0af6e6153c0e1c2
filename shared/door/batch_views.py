"""How a batch looks from outside: counts, both columns of money, and its results, a line a row."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import flask

from shared.cloud.batch_jobs import DELETED
from shared.cloud.records import Unread
from shared.codes import Code
from shared.door.money import cost
from shared.door.usage import cell
from shared.pipeline.job.batch import BatchStatus, FilmBatch, RefusedRow, expected_end
from shared.pipeline.job.job import Job
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.price import priced_at
from shared.pipeline.job.status import status
from shared.pipeline.plan.dollars import dollars
from shared.steps.batch_rows import row_job
from shared.steps.links import FILM, link, linked_files
from shared.steps.new_batch import PricedRow

RESULT_COLUMNS = (
    *("row", "product_id", "product_title", "status", "job_id", "film_url", "paid_by_us", "billed_by_provider"),
    *("error", "message", "next_move"),
)
NOT_BEGUN, REFUSED, NOT_YET, UNREADABLE = "not_begun", "refused", "waiting", "unreadable"
JOB_GONE = {"status": DELETED, "error": Code.JOB_DELETED.value, "next_move": "send the row again for another film"}
MOST_WARNED = 20  # warnings of a priced batch, each once


def shown_batch(batch: FilmBatch | Unread, public_url: str, now: datetime) -> dict[str, Any]:
    """Return a batch as its tenant reads it."""
    if isinstance(batch, Unread):
        return {"batch_id": batch.id, "status": UNREADABLE}
    here = f"{public_url}/batches/{batch.id}"
    stopped = {"stopped_at": batch.stopped_at, "stopped_why": batch.stopped_why} if batch.stopped_at else {}
    waits = {"code": batch.wait_code, "message": batch.wait_why} if batch.wait_code and not batch.stopped_at else None
    return {
        "batch_id": batch.id,
        "status": batch.status.value,
        "title": batch.title,
        "message": summary_of(batch),
        "rows": batch.rows,
        "counts": {
            "waiting": 0 if batch.status is BatchStatus.CANCELLED else batch.waiting,
            "in_progress": len(batch.live),
            "completed": batch.ended.get("completed", 0),
            "failed": batch.ended.get("failed", 0),
            "cancelled": batch.ended.get("cancelled", 0),
            "deleted": batch.ended.get(DELETED, 0),
            "refused": batch.refused,
            "not_begun": batch.waiting if batch.status is BatchStatus.CANCELLED else 0,
        },
        "waiting_for": waits,
        "ordered_by": batch.ordered_by,
        "created_at": batch.created_at,
        "completed_at": batch.ended_at,
        "estimated_completion_at": expected_end(batch, now),
        "expires_at": batch.expire_at,
        **stopped,
        "max_cost_usd": None if batch.max_cost is None else dollars(batch.max_cost),
        "estimated_cost": cost(batch.estimated_ours, batch.estimated_theirs),
        "cost": cost(batch.ours, batch.theirs),
        "urls": {"batch": here, "results": f"{here}/results.csv", "cancel": f"{here}/cancel"},
    }


def summary_of(batch: FilmBatch) -> str:
    """Say in a sentence how a batch stands."""
    done = f"{batch.ended.get('completed', 0)} of {batch.rows} films are ready"
    match batch.status:
        case BatchStatus.RUNNING if batch.wait_why and batch.waiting:
            return f"{done}; the next row waits: {batch.wait_why}"
        case BatchStatus.RUNNING:
            return f"{done}, {len(batch.live)} are being made, {batch.waiting} rows wait"
        case BatchStatus.STOPPING:
            return f"{done}; no more rows begin ({batch.stopped_why}), {len(batch.live)} are made to their end"
        case _:
            rest = batch.rows - batch.ended.get("completed", 0)
            return f"ended: {done}" + (f"; the results say why {rest} are not" if rest else "")


def priced_batch(rows: Sequence[PricedRow], factor: int | None) -> dict[str, Any]:
    """Return what all rows would cost, together and one by one."""
    ours, theirs = sum(each.ours for each in rows), sum(each.theirs for each in rows)
    warned = dict.fromkeys(str(warning) for each in rows for warning in each.warnings)
    return {
        "rows": len(rows),
        "estimated_cost": cost(ours, theirs),
        "estimated_price": priced_at(ours, factor),
        "warnings": list(warned)[:MOST_WARNED],
        "row_prices": [
            {"row": number, "product_id": each.request.product_id, "estimated_cost": cost(each.ours, each.theirs)}
            for number, each in enumerate(rows, start=1)
        ],
    }


def results(
    batch: FilmBatch,
    products: Sequence[tuple[str | None, str]],
    jobs: Mapping[str, Job | None],
    refused: Mapping[int, RefusedRow],
    public_url: str,
) -> flask.Response:
    """Answer a batch's results as CSV, a line a row with a heading; no cell is a formula."""
    out = io.StringIO()
    lines = csv.DictWriter(out, RESULT_COLUMNS)
    lines.writeheader()
    for line in _results(batch, products, jobs, refused, public_url):
        lines.writerow({name: cell(line.get(name)) for name in RESULT_COLUMNS})
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="batch-{batch.id[:8]}.csv"',
    }
    return flask.Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _results(
    batch: FilmBatch,
    products: Sequence[tuple[str | None, str]],
    jobs: Mapping[str, Job | None],
    refused: Mapping[int, RefusedRow],
    public_url: str,
) -> Iterator[dict[str, Any]]:
    for row, (product, title) in enumerate(products, start=1):
        about: dict[str, Any] = {"row": row, "product_id": product, "product_title": title}
        if told := refused.get(row):
            said = {"error": told.code, "message": told.message, "next_move": told.next_move}
            yield {**about, "status": REFUSED, **said}
        elif row > batch.taken:
            yield {**about, **_not_taken(batch)}
        else:
            name = row_job(batch, row)
            job = jobs.get(name)
            yield {**about, "job_id": name, **(_job(job, public_url) if job else JOB_GONE)}


def _not_taken(batch: FilmBatch) -> dict[str, Any]:
    if not batch.stopped_at:
        return {"status": NOT_YET}
    said = {"message": batch.stopped_why, "next_move": "send the row again in another batch"}
    return {"status": NOT_BEGUN, **said}


def _job(job: Job, public_url: str) -> dict[str, Any]:
    columns, trouble = bill(job.nodes.values()), job.trouble if job.ending else None
    said = {"error": trouble.code, "message": trouble.message, "next_move": trouble.next_move} if trouble else {}
    return {
        "status": status(job).value,
        "film_url": link(job, FILM, public_url) if FILM in linked_files(job) else None,
        "paid_by_us": dollars(columns.paid_by_us),
        "billed_by_provider": dollars(columns.billed_by_provider),
        **said,
    }
