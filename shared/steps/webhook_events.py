"""The events a customer's webhook is told, with what each one carries: the one register.

The delivery is a hint; the truth about a job is read with the API key at `data.url`. The OpenAPI description and the
reference page are printed from here.

`version` of a payload grows when a field is taken away or means something else; a new field or event keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.cloud.records import BatchFacts, JobFacts, OutputFacts
from shared.pipeline.job.job import Ending
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.film_quality import FilmQuality


class WebhookEvent(StrEnum):
    """What happened."""

    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"
    JOB_PROGRESS = "job.progress"
    BATCH_COMPLETED = "batch.completed"
    ENDPOINT_TEST = "endpoint.test"


EVENTS: Mapping[WebhookEvent, str] = {
    WebhookEvent.JOB_COMPLETED: "The film is ready.",
    WebhookEvent.JOB_FAILED: "The job ended without a film; the job says why and what can be done.",
    WebhookEvent.JOB_CANCELLED: "The job was cancelled.",
    WebhookEvent.JOB_PROGRESS: "The job's stage changed; sent once, and only to endpoints that ask for it.",
    WebhookEvent.BATCH_COMPLETED: "A batch has ended: no row of it waits or is being made. `data` is about the batch.",
    WebhookEvent.ENDPOINT_TEST: "Somebody tests an endpoint; it is about no job, and sent once.",
}
ENDINGS = (WebhookEvent.JOB_COMPLETED, WebhookEvent.JOB_FAILED, WebhookEvent.JOB_CANCELLED)
SENT_ONCE = (WebhookEvent.JOB_PROGRESS, WebhookEvent.ENDPOINT_TEST)  # old news helps nobody
PAYLOAD_VERSION = 1

_OF_ENDING = {
    Ending.COMPLETED: WebhookEvent.JOB_COMPLETED,
    Ending.FAILED: WebhookEvent.JOB_FAILED,
    Ending.CANCELLED: WebhookEvent.JOB_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class NewsError:
    """Why a job failed."""

    code: str  # of the reference's errors
    message: str
    next_move: str


@dataclass(frozen=True, slots=True)
class NewsCost:
    """What a job has cost, decimal US dollars."""

    currency: str
    paid_by_us: str
    billed_by_provider: str


@dataclass(frozen=True, slots=True)
class NewsOutput:
    """One film of several."""

    aspect_ratio: str
    resolution: str
    final_video_url: str | None = None  # its permanent link; None = it could not be composed
    poster_url: str | None = None
    file_urls: Mapping[str, str] | None = None  # links to its other container and its preview, by suffix; none: null
    brand: str | None = None  # the brand kit it wears, name@version


@dataclass(frozen=True, slots=True)
class NewsQuality:
    """How good a finished film is; its job says what to do about each reason."""

    score: float | None  # of 10; None = it could not be measured
    verdict: str  # `ready`, `look`, `poor` or `unmeasured`
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobNews:
    """Which job an event is about, and how it stood then; `job_id` is `test` in a test."""

    job_id: str
    url: str  # where the job is read
    metadata: Mapping[str, str]  # as it was ordered with
    degraded: tuple[str, ...] = ()  # the takes the film is made without
    product_id: str | None = None
    status: str | None = None
    stage: str | None = None
    progress: int | None = None
    happened_at: datetime | None = None
    seconds: float | None = None  # from the order to its end
    expires_at: datetime | None = None  # when the job is deleted with its film
    error: NewsError | None = None
    cost: NewsCost | None = None
    price: str | None = None  # what abroll charges for it so far, US dollars: paid_by_us times the plan's price_factor
    film_version: int | None = None  # 1 = the film as it was ordered
    version_of: str | None = None  # the job whose film it is another version of
    final_video_url: str | None = None  # the film's permanent link, good until expires_at or until it is revoked
    poster_url: str | None = None
    outputs: tuple[NewsOutput, ...] | None = None  # the films of a job that makes several, once it has ended
    quality: NewsQuality | None = None  # of a finished film, where it was measured
    file_urls: Mapping[str, str] | None = None  # links to the film's other container and its preview, by suffix


@dataclass(frozen=True, slots=True)
class BatchNews:
    """Which batch has ended, and how; its rows' results stand at `results_url`."""

    batch_id: str
    url: str  # where the batch is read
    results_url: str  # a line a row, CSV
    title: str
    status: str  # completed, or cancelled where rows never began
    rows: int
    completed: int
    failed: int
    cancelled: int
    refused: int
    not_begun: int
    cost: NewsCost
    happened_at: datetime
    seconds: float | None = None  # from the order to its end


@dataclass(frozen=True, slots=True)
class WebhookPayload:
    """The body of a delivery."""

    type: WebhookEvent
    timestamp: int  # when it was sent, seconds since 1970
    data: JobNews | BatchNews
    version: int = PAYLOAD_VERSION


def news_of(
    job: str, url: str, metadata: Mapping[str, str], degraded: tuple[str, ...], facts: JobFacts | None
) -> JobNews:
    """Return what a delivery says of its job; without facts, as the last release stored it, only which it is."""
    from shared.pipeline.job.price import price_in_dollars  # light functions tell nobody

    if facts is None:
        return JobNews(job, url, metadata, degraded)
    failed = NewsError(facts.code, facts.message or "", facts.next_move or "") if facts.code else None
    return JobNews(
        job_id=job,
        url=url,
        metadata=metadata,
        degraded=degraded,
        product_id=facts.product_id,
        status=facts.status,
        stage=facts.stage,
        progress=facts.progress,
        happened_at=facts.at,
        seconds=facts.seconds,
        expires_at=facts.expires_at,
        error=failed,
        cost=NewsCost("USD", dollars(facts.paid_by_us), dollars(facts.billed_by_provider)),
        price=None if facts.price is None else price_in_dollars(facts.price),
        film_version=facts.film_version,
        version_of=facts.version_of,
        final_video_url=f"{url}/{facts.film}" if facts.film else None,
        poster_url=f"{url}/{facts.poster}" if facts.poster else None,
        outputs=_outputs(url, facts.films),
        quality=_quality(facts.quality),
        file_urls=_linked(url, facts.files),
    )


def _quality(found: FilmQuality | None) -> NewsQuality | None:
    return NewsQuality(found.score, found.verdict, tuple(one.says for one in found.deductions)) if found else None


def batch_news(facts: BatchFacts, url: str) -> BatchNews:
    """Return what a delivery says of a batch that is read at `url`."""
    return BatchNews(
        batch_id=facts.batch,
        url=url,
        results_url=f"{url}/results.csv",
        title=facts.title,
        status=facts.status,
        rows=facts.rows,
        completed=facts.completed,
        failed=facts.failed,
        cancelled=facts.cancelled,
        refused=facts.refused,
        not_begun=facts.not_begun,
        cost=NewsCost("USD", dollars(facts.paid_by_us), dollars(facts.billed_by_provider)),
        happened_at=facts.at,
        seconds=facts.seconds,
    )


def _outputs(url: str, films: tuple[OutputFacts, ...] | None) -> tuple[NewsOutput, ...] | None:
    if films is None:
        return None
    return tuple(
        NewsOutput(
            film.aspect_ratio,
            film.resolution,
            f"{url}/{film.film}" if film.film else None,
            f"{url}/{film.poster}" if film.poster else None,
            _linked(url, film.files),
            film.brand,
        )
        for film in films
    )


def _linked(url: str, files: Mapping[str, str]) -> Mapping[str, str] | None:
    return {suffix: f"{url}/{name}" for suffix, name in files.items()} or None


def event_of(ending: Ending) -> WebhookEvent:
    """Return the event that tells an ending."""
    return _OF_ENDING[ending]
