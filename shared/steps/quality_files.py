"""The report of a film, kept beside it: whoever finds the film made already finds its report, too."""

import json

from shared.cloud.blobs import Blobs, FilesUnreachable, NoFile
from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.job.names import beside
from shared.pipeline.plan.film_quality import FilmQuality

_MOST_REPORT = 65536  # bytes


def keep_quality(blobs: Blobs, film: str, quality: FilmQuality) -> None:
    """Keep a report beside its film, before the film is there. Raises FilesUnreachable."""
    kept = json.dumps(to_plain(quality)).encode()
    blobs.write(beside(film, "json"), [kept], mime="application/json", expected=len(kept))


def kept_quality(blobs: Blobs, film: str) -> FilmQuality | None:
    """Return the report of a film that is there; None where there is none, or it cannot be read."""
    try:
        return from_plain(FilmQuality, json.loads(blobs.read(beside(film, "json"), 0, _MOST_REPORT)))
    except (NoFile, FilesUnreachable, ValueError, Unreadable):
        return None
