"""A film's captions as files: for its player, which takes them from our own address only, and to keep."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import flask

from shared.cloud.jobs import Jobs
from shared.codes import Code
from shared.door.console.visits import Visit
from shared.pipeline.job.job import Job
from shared.steps.links import caption_links, linked_files
from shared.steps.problems import Problem

if TYPE_CHECKING:
    from shared.cloud.blobs import Blobs

MOST_CAPTIONS = 1_000_000  # bytes; the longest script's are a tenth of it
CAPTION_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt"}


class CaptionFiles:
    """Hands out a film's captions."""

    def __init__(self, jobs: Jobs, blobs: "Callable[[], Blobs]") -> None:
        self._jobs = jobs
        self._blobs = blobs

    def __call__(self, visit: Visit, found: Mapping[str, str]) -> flask.Response:
        """Answer a film's captions as SRT or VTT: two reads, and one of the file."""
        from shared.cloud.blobs import NoFile

        visit.need("GET", f"/jobs/{found['job']}")  # is it theirs
        loaded = self._jobs.load(found["job"])
        uri = _found(loaded.job, visit.request.args.get("o", "1"), found["kind"]) if loaded else None
        try:
            text = self._blobs().read(uri, 0, MOST_CAPTIONS) if uri else None
        except NoFile:
            text = None
        if text is None:
            raise Problem(Code.NOT_FOUND, "There are no such captions.", next_move="Go to the film.")
        headers = {"Cache-Control": "private, max-age=3600", "Vary": "Cookie"}
        if "save" in visit.request.args:
            headers["Content-Disposition"] = f'attachment; filename="{found["job"][:8]}.{found["kind"]}"'
        return flask.Response(text, headers=headers, content_type=f"{CAPTION_TYPES[found['kind']]}; charset=utf-8")


def _found(job: Job, number: str, kind: str) -> str | None:
    """Return the file of what is said in the k-th film of a job, as somebody asks for it."""
    wanted = int(number) if number.isdecimal() and len(number) == 1 else 1
    return linked_files(job).get(caption_links(job, wanted).get(kind, ""))
