"""How a job looks from outside: the customer's established names, money as decimal dollars, ages rendered on read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cloud.records import Unread
from shared.door import output_views
from shared.door.bill_views import COLUMNS, PRICE_EXPLAINED, costs, price, priced
from shared.door.output_views import caption_urls, file_urls, outputs, planned_outputs, quality
from shared.door.presenter_views import moved, on_failure
from shared.door.version_views import bought, version_fields
from shared.pipeline.codec import to_plain
from shared.pipeline.job.credits import CREDITS_EXPLAINED, credits_used
from shared.pipeline.job.eta import eta
from shared.pipeline.job.job import Job, Node
from shared.pipeline.job.price import priced_at
from shared.pipeline.job.status import degraded, lanes, progress, stage, status, summary, waiting_for
from shared.pipeline.job.stay import Feedback, mean_score
from shared.pipeline.job.turns import queued
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.plan import COMPOSE_KEY, Kind, Plan, Stretch
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.selection import Ranked
from shared.pipeline.vendors.figures import Outlook
from shared.steps.links import FILM, POSTER, footage_name, link, linked_files

CALLS = ("timeline", "bill", "links", "cancel", "retry", "edit", "regenerate")  # about one job
ROW = (
    *("id", "status", "stage", "progress", "summary", "product_title", "product_id", "metadata", "ordered_by"),
    "batch_id",
    *("created_at", "updated_at", "completed_at", "expires_at", "keep", "estimated_completion_at"),
    *("estimated_completion_p90_at", "late_since", "ahead", "starts_by", "version", "version_of"),
    *("final_video_url", "poster_url", "error_message", "credits_used", "cost", "estimated_cost", "price"),
)


def planned(plan: Plan, request: FilmRequest, factor: int | None = None) -> dict[str, Any]:
    """Return what a dry run answers; `factor` is the tenant's plan's, in thousandths."""
    return {
        **films(plan, request),
        "estimated_time_seconds": round(plan.estimated_wait),
        "estimated_cost": priced(plan),
        "estimated_price": priced_at(plan.cost_to_us, factor),
        "presenter_failure": on_failure(plan),
        "platform_accounts": list(plan.platform_accounts),
        "warnings": list(plan.warnings),
        "plan": {
            "size": to_plain(plan.size),
            "clips": [_in_dollars(to_plain(clip)) for clip in plan.clips],
            "presenters": [_in_dollars(to_plain(speech)) for speech in plan.speeches],
            "own_clips": [_own_clip(each) for each in plan.stretches if each.own],
        },
        "explained": {**COLUMNS, "price": PRICE_EXPLAINED},
    }


def lasting(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return how long the first film is planned to be, and its cards."""
    return output_views.lasting(*laid_for(plan, request, COMPOSE_KEY))


def films(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return how long the first film is planned to be, with its cards, and then each film."""
    return {**lasting(plan, request), "outputs": planned_outputs(plan, request)}


def _own_clip(shown: Stretch) -> dict[str, Any]:
    """Return a scene, counted from 0, that shows a clip of the tenant's own: from which second on, and how long."""
    return {"scene": shown.scene, "start": shown.offset, "seconds": shown.seconds}


def ranked(services: Sequence[Ranked]) -> list[dict[str, Any]]:
    """Return the avatar services of an order with personas, the one that films it first, each with its reason."""
    return [to_plain(each) for each in services]


def _in_dollars(part: dict[str, Any]) -> dict[str, Any]:
    return {name: dollars(value) if name in ("cost", "worst_cost") else value for name, value in part.items()}


def urls(job: Job, public_url: str) -> dict[str, str]:
    """Return where a job's things are."""
    base = f"{public_url}/jobs/{job.id}"
    return {"job": base, **{name: f"{base}/{name}" for name in CALLS}}


def expected(job: Job, now: datetime, outlook: Outlook) -> dict[str, datetime | int | None]:
    """Return when a film is expected, since when it is late, and what of others waits before its next start."""
    told, ahead = eta(job, now, outlook), outlook.pressure.ahead(queued(job))
    return {
        "estimated_completion_at": told.p50,
        "estimated_completion_p90_at": told.p90,
        "late_since": told.late_since,
        "ahead": ahead.starts if ahead else None,
        "starts_by": ahead.until if ahead else None,
    }


def accepted(job: Job, public_url: str, now: datetime, message: str, outlook: Outlook) -> dict[str, Any]:
    """Return what is answered when something was ordered: what it is called, when it is expected, where to look."""
    return {
        "job_id": job.id,
        "status": status(job).value,
        "message": message,
        "product_id": job.request.product_id,
        "metadata": dict(job.request.metadata),
        "planned_seconds": laid_for(job.plan, job.request, COMPOSE_KEY)[0].planned_seconds,
        "estimated_time_seconds": round(job.plan.estimated_wait),
        **expected(job, now, outlook),
        "estimated_cost": priced(bought(job)),
        "estimated_price": priced_at(bought(job).cost_to_us, job.money.price_factor),
        "presenter_failure": on_failure(bought(job)),
        "platform_accounts": list(bought(job).platform_accounts),
        "warnings": list(job.warnings),
        "urls": urls(job, public_url),
    }


def whole(job: Job, public_url: str, now: datetime, outlook: Outlook) -> dict[str, Any]:
    """Return one job."""
    links = {name: link(job, name, public_url) for name in linked_files(job)}
    footage = _footage(job, links)
    ended = job.ended_at
    output = job.nodes[COMPOSE_KEY].output
    return {
        "id": job.id,
        "job_id": job.id,
        "status": status(job).value,
        "stage": stage(job).value,
        "progress": progress(job, now),
        "summary": summary(job),
        "waiting_for": list(waiting_for(job)),
        "product_title": job.request.product_title,
        "product_id": job.request.product_id,
        "brand": job.request.brand.label if job.request.brand else None,
        "metadata": dict(job.request.metadata),
        "ordered_by": job.ordered_by,
        "batch_id": job.batch,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "completed_at": ended,
        "expires_at": job.stay.until(ended),
        "keep": job.stay.keep,
        **expected(job, now, outlook),
        "processing_time_seconds": round(((ended or now) - job.created_at).total_seconds(), 3),
        **lasting(job.plan, job.request),
        "film_seconds": output.seconds if output else None,
        "film_bytes": output.size if output else None,
        "size": to_plain(job.plan.size),
        "quality": quality(output),
        "feedback": shown_feedback(job.feedback),
        "feedback_score": mean_score(job.feedback),
        "outputs": outputs(job, links),
        "veo_video_url": footage[0]["url"] if footage and len(job.plan.chains) == 1 else None,
        "footage_urls": footage,
        "final_video_url": links.get(FILM),
        "poster_url": links.get(POSTER),
        "file_urls": file_urls(job, 1, links),
        "caption_urls": caption_urls(job, 1, links),
        "error_message": job.trouble.message if job.trouble else None,
        "error": to_plain(job.trouble) if job.trouble else None,
        **version_fields(job, public_url),
        "degraded": list(degraded(job)),
        "presenter_failure": on_failure(bought(job)),
        "platform_accounts": list(bought(job).platform_accounts),
        "warnings": list(job.warnings),
        "credits_used": credits_used(job),
        "cost": costs(job),
        "estimated_cost": priced(bought(job)),
        "price": price(job),
        "explained": {**COLUMNS, "price": PRICE_EXPLAINED, "credits_used": CREDITS_EXPLAINED},
        "nodes": [_node(node, now) for node in job.nodes.values()],
        "urls": urls(job, public_url),
    }


def shown_feedback(said: Sequence[Feedback]) -> list[dict[str, Any]]:
    """Return what each key says of a film, on the scale of ten whichever it spoke on, and in the older form, too."""
    return [
        {
            "by": each.by,
            "at": to_plain(each.at),
            "score": each.of_ten,
            "scale": each.scale,
            "says": each.text,
            "about": list(each.touches),
            "rating": each.rating,
            "reasons": list(each.reasons),
            "text": each.text,
        }
        for each in said
    ]


def row(job: Job, public_url: str, now: datetime, outlook: Outlook) -> dict[str, Any]:
    """Return a job as a list shows it."""
    shown = whole(job, public_url, now, outlook)
    return {name: shown[name] for name in ROW}


def unreadable(job: Unread) -> dict[str, Any]:
    """Return the row of a job whose document this code cannot read, as while another version is being rolled out."""
    message = "This job cannot be shown just now; it goes on, and nothing of it is lost. Ask again in a few minutes."
    return {"id": job.id, "status": "unreadable", "created_at": to_plain(job.created_at), "error_message": message}


def story(job: Job, now: datetime) -> dict[str, Any]:
    """Return what happened when, and which work overlapped."""
    return {
        "id": job.id,
        "events": [to_plain(moment) for moment in job.timeline],
        "lanes": [_lane(node, job.created_at, now) for node in lanes(job.nodes.values())],
    }


def asked(job: Job) -> dict[str, Any]:
    """Return the request as it can be ordered again, defaults filled in."""
    from shared.pipeline.plan.said_again import said_again  # the jobs function starts without what few ask for

    seen = [each.scene for each in job.plan.stretches] if job.versions.of else None
    return said_again(job.request, taken_over=bool(job.plan.understudies), seen=seen)


def understood(job: Job) -> dict[str, Any]:
    """Return the request as it was understood: with what its kits, its personas and its files said."""
    request: dict[str, Any] = to_plain(replace(job.request, said=None))
    return request


def _footage(job: Job, links: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each finished continuous shot: its scenes, counted from 1, and a permanent link to it."""
    stretches = job.plan.stretches
    return [
        {
            "scenes": [each.scene + 1 for each in stretches if each.chain == chain and each.scene is not None],
            "url": links[name],
        }
        for number, chain in enumerate(job.plan.chains, start=1)
        if (name := footage_name(number)) in links
    ]


def _node(node: Node, now: datetime) -> dict[str, Any]:
    began = node.started_at or node.queued_at
    shown = {
        "key": node.key,
        "kind": node.kind.value,
        "state": node.state.value,
        "provider": node.provider,
        "needs": list(node.needs),
        "attempt": node.attempt,
        "take": node.take,
        "started_at": began,
        "ended_at": node.ended_at,
        "seconds": round(((node.ended_at or now) - began).total_seconds(), 3) if began else None,
        "expected_seconds": node.expected,
        "why": node.why,
        "next_move": node.next_move,
        **moved(node),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _lane(node: Node, since: datetime, now: datetime) -> dict[str, Any]:
    wanted = node.started_at or node.queued_at or since
    began = wanted if node.kind is Kind.COMPOSE or node.started_at is None else node.started_at
    return {
        "node": node.key,
        "provider": node.provider,
        "from": round((began - since).total_seconds(), 3),
        "to": round(((node.ended_at or now) - since).total_seconds(), 3),
        "state": node.state.value,
    }
