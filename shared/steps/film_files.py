"""The files that are made of a finished film and stand beside it: its other container, its preview."""

from collections.abc import Mapping
from pathlib import Path

from shared.cloud.blobs import Blobs, NoFile
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget
from shared.media.packaging import packed
from shared.pipeline.job.job import Job
from shared.pipeline.job.names import beside
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.cards import intro_seconds
from shared.pipeline.plan.composition import laid_for
from shared.pipeline.plan.warned import Warned, WarningText

FILE_MIME: Mapping[str, str] = {
    "mov": "video/quicktime",
    "webm": "video/webm",
    "gif": "image/gif",
    "webp": "image/webp",
}
ASKED_AS: Mapping[str, str] = {"mov": "container", "webm": "container", "gif": "preview", "webp": "preview"}


def files_wanted(job: Job, key: str) -> tuple[str, ...]:
    """Return the suffixes of the files that node `key` makes beside its film; those newer code plans are left out."""
    plan, _ = laid_for(job.plan, job.request, key)
    return tuple(suffix for suffix in plan.files if suffix in FILE_MIME)


def files_there(blobs: Blobs, film: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of these files a film has already. Raises FilesUnreachable."""
    return tuple(suffix for suffix in wanted if _there(blobs, beside(film, suffix)))


def make_files(
    blobs: Blobs, uri: str, film: Path, job: Job, key: str, budget: Budget
) -> tuple[tuple[str, ...], tuple[WarningText, ...]]:
    """Make what the film at `uri`, a copy of which lies at `film`, lacks; return which files it has then.

    A film that was paid for never waits for one of them: what cannot be made is told. Raises FilesUnreachable.
    """
    wanted, told = files_wanted(job, key), list[WarningText]()
    intro = intro_seconds(laid_for(job.plan, job.request, key)[1])
    made = list(files_there(blobs, uri, wanted))
    for suffix in wanted:
        if suffix in made:
            continue
        try:
            path = packed(film, suffix, film.parent, budget, intro)
        except (MediaRefused, MediaFailed) as failed:
            says = f"The film's {suffix.upper()} could not be made: {failed.why.rstrip('.')}"
            told.append(warning(Warned.FILE_LACKING, says, asked=f'"{ASKED_AS[suffix]}": "{suffix}"'))
            continue
        blobs.write_file(beside(uri, suffix), path, mime=FILE_MIME[suffix])
        path.unlink()
        made.append(suffix)
    return tuple(suffix for suffix in wanted if suffix in made), tuple(told)


def _there(blobs: Blobs, uri: str) -> bool:
    try:
        blobs.stat(uri)
    except NoFile:
        return False
    return True
