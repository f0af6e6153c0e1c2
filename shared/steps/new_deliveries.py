"""Which webhooks a commit sends: its job's own address hears an ending, the tenant's endpoints what they asked for."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from shared.cloud.records import JobFacts, NewDelivery, OutputFacts
from shared.cloud.tasks import Task
from shared.cloud.tenants import Tenant
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.names import delivery_task
from shared.pipeline.job.status import degraded, progress, stage, status
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.plan import COMPOSE_KEY
from shared.pipeline.plan.request import label_of
from shared.steps.links import FILM, POSTER, below_job, file_links, linked_files, output_name
from shared.steps.webhook_events import WebhookEvent, event_of


def hooks_of(tenant: Tenant) -> dict[str, tuple[str, ...]]:
    """Return what a new job keeps of its tenant's endpoints: the events each that is active wants."""
    return {each.id: each.events for each in tenant.webhooks.values() if each.active}


def new_deliveries(before: Job, after: Job, now: datetime, slack: timedelta) -> tuple[NewDelivery, ...]:
    """Return what is to be told of a move, each due once its task must have come; nothing where nobody listens."""
    if not after.hooks and not after.request.webhook_url:
        return ()
    event = _event(before, after)
    return tuple(_told(after, event, now, slack)) if event else ()


def ending_of(job: Job) -> NewDelivery | None:
    """Return the webhook of an ended job as its own address is sent it; nothing of a job that has not ended."""
    if job.ending is None or job.ended_at is None:
        return None
    return _delivery(job, delivery_id(job), "", event_of(job.ending), job.ended_at, timedelta())


def delivery_id(job: Job) -> str:
    """Name the webhook of this ending of this job; a retried job's next ending is another one."""
    ended = job.ended_at or job.created_at
    return f"{job.id}-{int(ended.timestamp())}"


def notify_task(delivery: str, wake: int, at: datetime | None = None) -> Task:
    """Return the task that delivers a customer's webhook."""
    body: dict[str, str | int] = {"delivery": delivery, "wake": wake}
    return Task(delivery_task(delivery, wake), "notify", "notify", body, at, deadline=90)


def _event(before: Job, after: Job) -> WebhookEvent | None:
    if after.ending:
        return None if before.ending else event_of(after.ending)
    moved_on = any(WebhookEvent.JOB_PROGRESS in wanted for wanted in after.hooks.values())
    return WebhookEvent.JOB_PROGRESS if moved_on and stage(before) is not stage(after) else None


def _told(job: Job, event: WebhookEvent, now: datetime, slack: timedelta) -> Iterator[NewDelivery]:
    # Microseconds: a stage that is left and entered again within a second is told twice, under two names.
    name = delivery_id(job) if job.ending else f"{job.id}-{int(now.timestamp() * 1_000_000)}-{stage(job).value}"
    if job.ending and (url := job.request.webhook_url):
        yield _delivery(job, name, url, event, now, slack)
    for endpoint, wanted in job.hooks.items():
        if event in wanted:
            yield _delivery(job, f"{name}-{endpoint}", "", event, now, slack, endpoint)


def _delivery(
    job: Job, name: str, url: str, event: WebhookEvent, now: datetime, slack: timedelta, endpoint: str | None = None
) -> NewDelivery:
    return NewDelivery(
        id=name,
        tenant=job.tenant,
        job=job.id,
        url=url,
        event=event,
        due_at=now + slack,
        metadata=job.request.metadata,
        degraded=degraded(job),
        endpoint=endpoint,
        facts=_facts(job, now),
        created_at=now,
    )


def _facts(job: Job, now: datetime) -> JobFacts:
    from shared.pipeline.job.price import charged_for  # light functions tell nobody

    columns, trouble, ended = bill(job.nodes.values()), job.trouble if job.ending else None, job.ended_at
    files = linked_files(job) if job.ending is Ending.COMPLETED else {}
    return JobFacts(
        at=ended or now,
        status=status(job).value,
        stage=stage(job).value,
        progress=progress(job),
        product_id=job.request.product_id,
        seconds=round((ended - job.created_at).total_seconds(), 3) if ended else None,
        expires_at=job.stay.until(ended),
        code=trouble.code if trouble else None,
        message=trouble.message if trouble else None,
        next_move=trouble.next_move if trouble else None,
        paid_by_us=columns.paid_by_us,
        billed_by_provider=columns.billed_by_provider,
        price=charged_for(columns.paid_by_us, job.money.price_factor),
        film_version=job.versions.number,
        version_of=job.versions.of,
        film=below_job(job, FILM) if FILM in files else None,
        poster=below_job(job, POSTER) if POSTER in files else None,
        films=_films(job) if ended and len(job.plan.films) > 1 else None,
        quality=_quality(job) if job.ending is Ending.COMPLETED else None,
        files=_files(job, 1) if files else {},
    )


def _quality(job: Job) -> FilmQuality | None:
    made = job.nodes[COMPOSE_KEY].output
    return made.quality if made else None


def _films(job: Job) -> tuple[OutputFacts, ...]:
    films = enumerate(job.plan.films, start=1)
    return tuple(
        OutputFacts(
            film.aspect_ratio,
            film.resolution,
            _linked(job, output_name(FILM, number)),
            _linked(job, output_name(POSTER, number)),
            _files(job, number),
            label_of(job.request, number - 1),
        )
        for number, film in films
    )


def _files(job: Job, number: int) -> Mapping[str, str]:
    return {suffix: below_job(job, name) for suffix, name in file_links(job, number).items()}


def _linked(job: Job, name: str) -> str | None:
    return below_job(job, name) if name in linked_files(job) else None
