"""A job's permanent links: film, poster and each continuous shot have a token of their own, and end one by one.

A token follows from the job's secret and the link's name, so nothing is stored until one is revoked: then the job
keeps that link's new token, or, where all end, a new secret. Links made before they were told apart hold the secret
itself; they open what was not revoked since, and no new link says the secret.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping

from shared.pipeline.job.events import LinksRevoked
from shared.pipeline.job.job import Job
from shared.pipeline.plan.plan import COMPOSE_KEY

FILM, POSTER, FOOTAGE = "film", "poster", "footage"
TOKEN_BYTES = 24


def footage_name(number: int) -> str:
    """Return what a link calls the film's k-th continuous shot, counted from 1."""
    return f"{FOOTAGE}-{number}"


def link_names(job: Job) -> tuple[str, ...]:
    """Return the names of all links the job has, or will have when it is finished."""
    shots = (footage_name(number) for number in range(1, len(job.plan.chains) + 1))
    return (FILM, POSTER, *shots)


def linked_files(job: Job) -> Mapping[str, str]:
    """Return the file each of the job's links leads to; what is not made yet has none."""
    made = job.nodes[COMPOSE_KEY].output
    files = {FILM: made.uri, POSTER: made.uri.removesuffix(".mp4") + ".jpg"} if made else {}
    shots = enumerate((job.nodes[chain].output for chain in job.plan.chains), start=1)
    return files | {footage_name(number): shot.uri for number, shot in shots if shot}


def link(job: Job, name: str, public_url: str) -> str:
    """Return the permanent link of that name."""
    return f"{public_url}/jobs/{job.id}/{below_job(job, name)}"


def below_job(job: Job, name: str) -> str:
    """Return where the permanent link of that name leads, seen from where the job is read."""
    return f"{name}/{_token(job, name)}"


def opened(job: Job, name: str, token: str) -> str | None:
    """Return which of the job's links this is, None if it is none (any more)."""
    if name == FOOTAGE and len(job.plan.chains) == 1:
        name = footage_name(1)  # what the first links called the only shot
    good = [_token(job, name)] + ([] if name in job.links else [job.film_token])
    fits = [hmac.compare_digest(each.encode(), token.encode()) for each in good]
    return name if any(fits) else None


def revoked(names: Iterable[str] | None, secret: Callable[[], str]) -> LinksRevoked:
    """Return the event that ends these links and makes new ones; None for all."""
    if names is None:
        return LinksRevoked({}, secret())
    return LinksRevoked({name: secret() for name in names})


def _token(job: Job, name: str) -> str:
    mac = hmac.new(job.film_token.encode(), name.encode(), hashlib.sha256).digest()
    return job.links.get(name) or base64.urlsafe_b64encode(mac[:TOKEN_BYTES]).decode()
