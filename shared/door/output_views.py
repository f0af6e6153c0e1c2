"""How the films of a job look from outside, where it makes several of the same takes."""

from collections.abc import Mapping
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job, Output
from shared.pipeline.plan.cards import planned_cards
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.plan import COMPOSE_KEY, Plan
from shared.pipeline.plan.request import FilmRequest
from shared.steps.links import FILM, POSTER, file_links, output_name


def cards(plan: Plan, request: FilmRequest, key: str = COMPOSE_KEY) -> list[dict[str, Any]]:
    """Return the cards before and after the film that node `key` composes, and how long each is seen."""
    return [{"text": None, **to_plain(each)} for each in planned_cards(laid_for(plan, request, key)[1])]


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
        made.append(
            {
                "aspect_ratio": film.aspect_ratio,
                "resolution": film.resolution,
                "size": to_plain(film.size),
                "film_seconds": node.output.seconds if node.output else None,
                "film_bytes": node.output.size if node.output else None,
                "final_video_url": links.get(output_name(FILM, number)),
                "poster_url": links.get(output_name(POSTER, number)),
                "file_urls": file_urls(job, number, links),
                "quality": quality(node.output),
                "error_message": node.why if node.waived_at else None,
            }
        )
    return made
