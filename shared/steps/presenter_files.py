"""Fetches what a presenter's finished take consists of: its film, judged before it is kept, and its subtitles.

A file lies under its attempt's name only when it is what was ordered, so the name never holds half a film or an error
page, and a fresh link's good file can always be stored. It is judged on local disk, which in a function is memory: at
most one take an instance at a time (`infra/functions.json`). Subtitles are optional: without them the captions are
estimated from the script, and a warning says so.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.cloud.blobs import NOTE_MOST, Blobs
from shared.egress.client import Egress, EgressFailed, EgressRefused
from shared.media.errors import MediaFailed, MediaRefused
from shared.pipeline.job.job import Output
from shared.pipeline.job.names import AttemptName, presenter_object
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import Warned, WarningText
from shared.providers.ports import Filmed
from shared.steps.fetching import Unfetched, Unfit, download

TAKE_BYTES = 500 * 2**20
CAPTION_BYTES = 2**20
FETCH_SECONDS = 90.0  # beside the look's 30 s, the judging and the storing within the function's 180
# Seconds of a wall clock, as the function's own 180 are: seven times what the dearest take costs of a CPU's.
JUDGE_SECONDS = 25.0
CAPTION_SECONDS = 8.0  # what is optional keeps nobody waiting


@dataclass(frozen=True, slots=True)
class Archived:
    """A take in our bucket, and what a person should know about it."""

    output: Output
    warnings: tuple[WarningText, ...]


@dataclass(frozen=True, slots=True)
class PresenterFiles:
    """The work and what it needs."""

    blobs: Blobs
    egress: Egress
    bucket: str
    scratch: Path | None = None  # where a take's folder is made
    judge_seconds: float = JUDGE_SECONDS
    caption_seconds: float = CAPTION_SECONDS

    def archive(
        self, filmed: Filmed, name: AttemptName, *, asked: Cutout, estimated: float, captions: bool
    ) -> Archived:
        """Store a finished take that was `asked` for in this way, and its subtitles if there are to be captions.

        Raises Unfit when it is not what was ordered, Unfetched when that could not be found out now.
        """
        output, told = self._film(filmed, name, asked, estimated)
        if not captions:
            return Archived(output, told)
        uri, why = self._subtitles(filmed.captions_url, name, output.seconds or 0.0)
        if why:
            says = f"{name.node}: {why}; its captions are estimated from the script"
            told = (*told, warning(Warned.CAPTIONS_ESTIMATED, says, node=name.node))
        return Archived(replace(output, captions=uri), told)

    def _film(
        self, filmed: Filmed, name: AttemptName, asked: Cutout, estimated: float
    ) -> tuple[Output, tuple[WarningText, ...]]:
        """Keep the film; return it, and why it cannot be laid over as it was ordered."""
        from shared.media.arrival import Ordered, arrived, as_picture  # not at a light function's start
        from shared.media.take_notes import note_of

        ordered = Ordered(filmed.seconds, estimated, asked)
        try:
            with TemporaryDirectory(dir=self.scratch, prefix="take-") as folder:
                path = Path(folder) / "take"
                download(self.egress, filmed.url, path, most=TAKE_BYTES, seconds=FETCH_SECONDS)
                take = arrived(path, ordered, timeout=self.judge_seconds)
                container = take.facts.container
                uri = f"gs://{self.bucket}/{presenter_object(name, container)}"
                note = note_of(take.found, NOTE_MOST) if take.found else ""
                stored = self.blobs.write_file(uri, path, mime=f"video/{container}", note=note)
        except MediaRefused as refused:
            raise Unfit(refused.why) from refused
        except MediaFailed as failed:
            raise Unfetched(f"its file could not be judged: {failed.why}") from failed
        except OSError as full:
            raise Unfetched(f"its file found no room here: {full.strerror}") from full
        told = (as_picture(name.node, take.why),) if take.why else ()
        film = Output(stored.uri, stored.generation, stored.crc32c, stored.size, take.facts.seconds, take.cutout)
        return film, told

    def _subtitles(self, url: str | None, name: AttemptName, seconds: float) -> tuple[str | None, str]:
        """Keep the subtitles of a take of so many seconds; return where they lie, or why there are none."""
        if not url:
            return None, "it came without subtitles"
        try:
            sent = self.egress.fetch(url, max_bytes=CAPTION_BYTES, total_seconds=self.caption_seconds)
        except (EgressRefused, EgressFailed) as failed:
            return None, f"its subtitles could not be fetched ({failed.why.rstrip('.')})"
        from shared.pipeline.edit.captions import read_srt  # few takes bring subtitles

        if not any(cue.start < seconds for cue in read_srt(sent.data)):
            return None, "its subtitles cannot be read"
        uri = f"gs://{self.bucket}/{presenter_object(name, 'srt')}"
        return self.blobs.write(uri, [sent.data], mime="application/x-subrip").uri, ""
