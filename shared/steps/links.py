"""A job's permanent links: film, its other files, captions and each continuous shot have a token each, and end so.

A token follows from the job's secret and the link's name, so nothing is stored until one is revoked: then the job
keeps that link's new token, or, where all end, a new secret. Links made before they were told apart hold the secret
itself; they open what was not revoked since, and no new link says the secret.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping

from shared.pipeline.job.events import LinksRevoked
from shared.pipeline.job.job import Job, Output
from shared.pipeline.job.names import beside
from shared.steps.problems import invalid

FILM, POSTER, FOOTAGE = "film", "poster", "footage"
CAPTIONS = {"captions-srt": "srt", "captions-vtt": "vtt"}  # link and suffix
TOKEN_BYTES = 24
FURTHER = {  # links to what is made of a film, called by its suffix, and how an edit asks for each
    **{name: f'{{"container": "{name}"}}' for name in ("mov", "webm")},
    **{name: f'{{"preview": "{name}"}}' for name in ("gif", "webp")},
}


def footage_name(number: int) -> str:
    """Return what a link calls the film's k-th continuous shot, counted from 1."""
    return f"{FOOTAGE}-{number}"


def output_name(name: str, number: int) -> str:
    """Return what a link calls the film, poster or other file of the k-th output, counted from 1."""
    return name if number == 1 else f"{name}-{number}"


def link_names(job: Job) -> tuple[str, ...]:
    """Return the names of all links the job has, or will have when it is finished."""
    shots = (footage_name(number) for number in range(1, len(job.plan.chains) + 1))
    films = (
        output_name(name, number)
        for number, film in enumerate(job.plan.films, start=1)
        for name in (FILM, POSTER, *film.files)
    )
    told = (output_name(name, number) for number in _worded(job) for name in CAPTIONS)
    return (*films, *shots, *(told if job.plan.speeches else ()))


def linked_files(job: Job) -> Mapping[str, str]:
    """Return the file each of the job's links leads to; what is not made yet has none."""
    films = enumerate((job.nodes[film.key].output for film in job.plan.films), start=1)
    files = {output_name(name, number): uri for number, film in films if film for name, uri in _beside(film).items()}
    words = {
        output_name(name, number): beside(made.uri, suffix)
        for number in _worded(job)
        if (made := job.nodes[job.plan.films[number - 1].key].output) and made.captions
        for name, suffix in CAPTIONS.items()
    }
    shots = enumerate((job.nodes[chain].output for chain in job.plan.chains), start=1)
    return files | {footage_name(number): shot.uri for number, shot in shots if shot} | words


def _worded(job: Job) -> range:
    """Return the films, counted from 1, whose captions have links of their own.

    All say the same at the same time but where one has a kit of its own, whose cards may come before it.
    """
    apart = any(film.dressed for film in job.plan.films)
    return range(1, (len(job.plan.films) if apart else 1) + 1)


def caption_links(job: Job, number: int) -> Mapping[str, str]:
    """Return the names of the links to what is said in the k-th film, by the suffix of each; it may not be there."""
    own = number if number in _worded(job) else 1
    return {suffix: output_name(name, own) for name, suffix in CAPTIONS.items()}


def _beside(film: Output) -> Mapping[str, str]:
    """Return the files of one film, by the names of their links."""
    further = {suffix: beside(film.uri, suffix) for suffix in film.files}
    return {FILM: film.uri, POSTER: beside(film.uri, "jpg"), **further}


def file_links(job: Job, number: int) -> Mapping[str, str]:
    """Return the names of the links to what was made of the k-th film beside its MP4, by the suffix of each."""
    made = job.nodes[job.plan.films[number - 1].key].output
    return {suffix: output_name(suffix, number) for suffix in made.files} if made else {}


def chosen(file: str, number: str) -> str:
    """Return the link's name of a file of the k-th film, by suffix and k as somebody asks for them. Raises Problem."""
    if file not in ("mp4", *FURTHER):
        raise invalid({"file": [f"is one of mp4, {', '.join(FURTHER)}"]})
    name = FILM if file == "mp4" else file
    return name if number == "1" else f"{name}-{number[:2]}"


def next_move(job: Job, name: str) -> str:
    """Return what to do about a link of that name that leads nowhere."""
    asked = FURTHER.get(name.partition("-")[0]) if job.ending else None
    wait = "read the job's status first"
    return f"POST /jobs/{job.id}/edit with {asked} makes it, and buys nothing" if asked else wait


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
