"""Fetches a finished clip from a vendor's link that dies into the films bucket, judged before it is kept.

It lies there under its attempt's name, as a presenter's take does, and never in the takes bucket: what arrives there is
an event, and judged as Veo's (pipeline README, "Reconcile").
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.cloud.blobs import Blobs
from shared.egress.client import Egress
from shared.media.mp4 import NotAFilm, read_mp4
from shared.pipeline.job.job import Output
from shared.pipeline.job.names import AttemptName, presenter_object
from shared.pipeline.plan.plan import LENGTH_TOLERANCE, Clip
from shared.providers.ports import Filmed
from shared.steps.fetching import Unfetched, Unfit, download

CLIP_BYTES = 48 * 2**20  # in a function a file is memory, and eight are fetched at once
CLIP_FETCH_SECONDS = 45.0  # beside the look's 30 s within the function's time


@dataclass(frozen=True, slots=True)
class ClipFiles:
    """The work and what it needs."""

    blobs: Blobs
    egress: Egress
    bucket: str

    def archive(self, filmed: Filmed, name: AttemptName, clip: Clip) -> Output:
        """Store a finished clip. Raises Unfit when it is not what was ordered, Unfetched when nobody can tell now."""
        with TemporaryDirectory(prefix="clip-") as folder:
            path = Path(folder) / "clip"
            try:
                download(self.egress, filmed.url, path, most=CLIP_BYTES, seconds=CLIP_FETCH_SECONDS)
            except OSError as full:
                raise Unfetched(f"its file found no room here: {full.strerror}") from full
            seconds = _seconds(path)
            if abs(seconds - clip.seconds) > LENGTH_TOLERANCE:
                raise Unfit(f"its file lasts {seconds:.1f} s, ordered were {clip.seconds} s")
            uri = f"gs://{self.bucket}/{presenter_object(name, 'mp4')}"
            stored = self.blobs.write_file(uri, path, mime="video/mp4")
        return Output(stored.uri, stored.generation, stored.crc32c, stored.size, seconds)


def _seconds(path: Path) -> float:
    """Return how long a film lasts. Raises Unfit for what is none."""
    with path.open("rb") as file:

        def read(start: int, length: int) -> bytes:
            file.seek(start)
            return file.read(length)

        try:
            return read_mp4(read, path.stat().st_size).seconds
        except NotAFilm as wrong:
            raise Unfit(f"its file cannot be used: {wrong}") from wrong
