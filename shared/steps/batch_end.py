"""The one webhook of a batch, created in the commit that ends it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.cloud.records import BatchFacts, NewDelivery
from shared.pipeline.job.batch import FilmBatch
from shared.steps.webhook_events import WebhookEvent


def batch_deliveries(batch: FilmBatch, now: datetime, slack: timedelta) -> tuple[NewDelivery, ...]:
    """Return what is told of a batch that has ended: to its own address, and to the endpoints that ask for it."""
    return tuple(_told(batch, now, slack))


def batch_ending(batch: FilmBatch) -> NewDelivery | None:
    """Return the webhook of an ended batch as its own address is sent it; nothing of one that has not ended."""
    return _delivery(batch, batch.id, "", batch.ended_at, timedelta()) if batch.ended_at else None


def _told(batch: FilmBatch, now: datetime, slack: timedelta) -> Iterator[NewDelivery]:
    if batch.webhook_url:
        yield _delivery(batch, batch.id, batch.webhook_url, now, slack)
    for endpoint, wanted in batch.hooks.items():
        if WebhookEvent.BATCH_COMPLETED in wanted:
            yield _delivery(batch, f"{batch.id}-{endpoint}", "", now, slack, endpoint)


def _delivery(
    batch: FilmBatch, name: str, url: str, now: datetime, slack: timedelta, endpoint: str | None = None
) -> NewDelivery:
    return NewDelivery(
        id=name,
        tenant=batch.tenant,
        job="",
        url=url,
        event=WebhookEvent.BATCH_COMPLETED,
        due_at=now + slack,
        endpoint=endpoint,
        created_at=now,
        batch=_facts(batch, now),
    )


def _facts(batch: FilmBatch, now: datetime) -> BatchFacts:
    return BatchFacts(
        batch=batch.id,
        at=now,
        status=batch.status.value,
        rows=batch.rows,
        completed=batch.ended.get("completed", 0),
        failed=batch.ended.get("failed", 0),
        cancelled=batch.ended.get("cancelled", 0),
        refused=batch.refused,
        not_begun=batch.waiting,
        title=batch.title,
        seconds=round((now - batch.created_at).total_seconds(), 3),
        paid_by_us=batch.ours,
        billed_by_provider=batch.theirs,
    )
