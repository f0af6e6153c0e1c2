"""How the films of a job look from outside, where it makes several of the same takes."""

from collections.abc import Mapping
from typing import Any

from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job
from shared.steps.links import FILM, POSTER, output_name


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
                "error_message": node.why if node.waived_at else None,
            }
        )
    return made
