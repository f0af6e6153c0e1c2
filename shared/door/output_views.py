"""How the films of a job look from outside, where it makes several of the same takes."""

from collections.abc import Mapping
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job, Output
from shared.pipeline.plan.cards import planned_cards
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest, label_of
from shared.steps.links import FILM, POSTER, caption_links, file_links, output_name


def caption_urls(job: Job, number: int, links: Mapping[str, str]) -> dict[str, str]:
    """Return the links to what is said in the k-th film, by suffix."""
    return {suffix: links[name] for suffix, name in caption_links(job, number).items() if name in links}


def lasting(plan: Plan, request: FilmRequest) -> dict[str, Any]:
    """Return how long one film is planned to be, and the cards before and after it."""
    cards = [{"text": None, **to_plain(each)} for each in planned_cards(request)]
    return {"planned_seconds": plan.planned_seconds, "cards": cards}


def planned_outputs(plan: Plan, request: FilmRequest) -> list[dict[str, Any]]:
    """Return each film an order would make, the first first."""
    made = []
    for number, film in enumerate(plan.films):
        alone, asked = laid_for(plan, request, film.key)
        made.append(
            {
                "aspect_ratio": film.aspect_ratio,
                "resolution": film.resolution,
                "brand": label_of(request, number),
                "size": to_plain(film.size),
                **lasting(alone, asked),
                "cost": dollars(film.cost),
            }
        )
    return made


def quality(output: Output | None) -> dict[str, Any] | None:
    """Return how good a finished film is, and why; None of one that was not measured, or is not there."""
    if output is None or output.quality is None:
        return None
    return {"score": output.quality.score, "verdict": output.quality.verdict, **to_plain(output.quality)}


def file_urls(job: Job, number: int, links: Mapping[str, str]) -> dict[str, str]:
    """Return the links to what was made of the k-th film beside its MP4, by suffix."""
    return {suffix: links[name] for suffix, name in file_links(job, number).items()}


def outputs(job: Job, links: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each film the job makes, the first first; `links` are the permanent ones, by name."""
    made = []
    for number, film in enumerate(job.plan.films, start=1):
        node = job.nodes[film.key]
        plan, request = laid_for(job.plan, job.request, film.key)
        made.append(
            {
                "aspect_ratio": film.aspect_ratio,
                "resolution": film.resolution,
                "brand": label_of(job.request, number - 1),
                "size": to_plain(film.size),
                **lasting(plan, request),
                "film_seconds": node.output.seconds if node.output else None,
                "film_bytes": node.output.size if node.output else None,
                "final_video_url": links.get(output_name(FILM, number)),
                "poster_url": links.get(output_name(POSTER, number)),
                "file_urls": file_urls(job, number, links),
                "caption_urls": caption_urls(job, number, links),
                "quality": quality(node.output),
                "error_message": node.why if node.waived_at else None,
            }
        )
    return made
