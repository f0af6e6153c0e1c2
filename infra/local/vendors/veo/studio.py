"""Brings accepted operations to their end: judges what is judged late, films, puts the film into Cloud Storage, bills.

A film is rendered as soon as it is ordered and published when its time has come, by itself: its arrival in the bucket
is an event that others wait for. Everything needed to go on after a kill is in the record; an object is written at
most once.
"""

import base64
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.vendors import media
from infra.local.vendors.spoil import SPOILED
from infra.local.vendors.veo import film, scenery
from infra.local.vendors.veo.contract import Feature, Markers, Order, parse
from infra.local.vendors.veo.inputs import Media, mismatch
from infra.local.vendors.veo.operations import Operation, Operations
from infra.local.vendors.veo.scenery import Size
from infra.local.vendors.veo.settings import VeoSettings
from infra.local.vendors.veo.storage import Bucket, NoPermissionError, ObjectMissingError, StorageDownError
from infra.local.vendors.workshop import AgainError, Job, Workshop

_TYPE = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
_TRIES = 40
_MP4 = "video/mp4"
_INPUT_SECONDS = (1.0, 30.05)
_MESSAGES = {
    7: "Permission denied on the Cloud Storage location.",
    8: "The service is currently experiencing high load and cannot process your request. Please try again later.",
    9: "Service agents are being provisioned "
    "(https://cloud.google.com/vertex-ai/docs/general/access-control#service-agents). Service agents are needed to "
    "read the Cloud Storage file provided. So please try again in a few minutes.",
    13: "Internal error, please retry",
    14: "The service is currently unavailable.",
}
_SAFETY = (
    "Veo could not generate videos because the input image violates Vertex AI's usage guidelines. "
    "If you think this was an error, send feedback. Support codes: {code}"
)
_FILTERED = (
    "Veo could not generate 1 videos based on the prompt provided. If you think this was an error, send feedback. "
    "Support codes: 58061214"
)
_DURATION = (
    "Unsupported output video duration {asked:g} seconds, supported durations are [{allowed}] for feature {feature}"
)


class FailedError(Exception):
    """The operation ends with an error of this code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Studio:
    """Works the record off, two films at a time."""

    def __init__(
        self, operations: Operations, bucket: Bucket, data: Path, settings: VeoSettings, clock: Callable[[], datetime]
    ) -> None:
        self._operations = operations
        self._bucket = bucket
        self._films = data / "films"
        self._films.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self._clock = clock
        self._tries: dict[str, int] = {}
        self._workshop = Workshop("veo-studio", self._jobs, self._work, clock, early=True, hands=2)

    def start(self) -> None:
        """Begin to complete operations when they are due."""
        if self._settings.background:
            self._workshop.start()

    def stop(self) -> None:
        """Stop; what is unfinished goes on at the next start."""
        self._workshop.stop()

    def wake(self) -> None:
        """Say that there is something new."""
        self._workshop.wake()

    def complete_due(self) -> None:
        """Bring everything to its end whose time has come by the handed-in clock, now and in this thread."""
        self._workshop.complete_due()

    def _jobs(self) -> list[Job]:
        return [Job(operation.id, operation.ready_at) for operation in self._operations.pending()]

    def _work(self, name: str, due: bool) -> None:
        """Film, and publish if it is time; a Cloud Storage that does not answer is asked again."""
        operation = self._operations.pending_one(name)
        if operation is None:
            return
        try:
            self._advance(operation, due=due)
        except StorageDownError as error:
            tries = self._tries[name] = self._tries.get(name, 0) + 1
            if tries < _TRIES:
                raise AgainError(str(error)) from error
            self._fail(operation, FailedError(13, f"{_MESSAGES[13]} ({error})"))

    def _advance(self, operation: Operation, *, due: bool) -> None:
        order = parse(operation.request, operation.model, self._settings)
        try:
            self._judge(operation, order)
            markers = Markers.of(order.prompt)
            if not markers.filtered and not markers.empty:
                seconds = self._render(operation, order)
                if due:
                    self._publish(operation, order, seconds)
            elif due:
                self._without_film(operation, filtered=markers.filtered)
        except FailedError as error:
            if due:
                self._fail(operation, error)

    def _judge(self, operation: Operation, order: Order) -> None:
        """Raise what the operation fails with before anything is filmed. Raises FailedError."""
        markers = Markers.of(order.prompt)
        if operation.cold:
            raise FailedError(9, _MESSAGES[9])
        if order.late is not None:
            raise FailedError(3, order.late)
        if order.seconds not in order.feature.durations:
            allowed = ",".join(map(str, order.feature.durations))
            message = _DURATION.format(asked=order.seconds, allowed=allowed, feature=order.feature)
            raise FailedError(3, message)
        if markers.safety is not None:
            raise FailedError(3, _SAFETY.format(code=markers.safety))
        if markers.error is not None:
            raise FailedError(markers.error, _MESSAGES.get(markers.error, f"Video generation failed ({markers.error})"))
        if markers.lost and not markers.lost_but_filmed:
            raise FailedError(13, "lost")

    def _render(self, operation: Operation, order: Order) -> float:
        """Film to a file of ours unless that was done before; return its seconds."""
        target = self._film(operation)
        if target.exists():
            return media.probe(target).seconds
        unfinished = target.with_suffix(".part")
        try:
            seconds = (
                self._extension(order, unfinished)
                if order.feature is Feature.EXTENSION
                else self._base(order, unfinished)
            )
        except (scenery.UnreadablePhotoError, media.UnreadableMediaError) as error:
            raise FailedError(3, f"The input could not be decoded: {error}") from error
        except ObjectMissingError as error:
            raise FailedError(3, f"The Cloud Storage object {error} does not exist.") from error
        except NoPermissionError as error:
            raise FailedError(7, f"{_MESSAGES[7]} {error}") from error
        unfinished.replace(target)
        return seconds

    def _base(self, order: Order, target: Path) -> float:
        width, height = self._settings.sizes[order.resolution, order.aspect_ratio]
        picture = order.image or (order.references[0] if order.references else None)
        raw = None if picture is None else self._bytes(picture)
        if picture is not None and raw is not None and (wrong := mismatch(raw, picture.mime)):
            raise FailedError(3, f"The input could not be read: {wrong}")
        crop = order.crop or order.feature is Feature.REFERENCE
        base = film.Base(order.prompt, Size(width, height), int(order.seconds), raw, crop, order.sound)
        return film.film(base, target)

    def _extension(self, order: Order, target: Path) -> float:
        if order.video is None:
            raise FailedError(13, _MESSAGES[13])
        if order.video.mime != _MP4:
            raise FailedError(3, f"Unsupported input video type {order.video.mime}, supported is {_MP4}")
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "input.mp4"
            source.write_bytes(self._bytes(order.video))
            self._check_input(media.probe(source), order)
            return film.extend(film.Extension(order.prompt, source, self._settings.cumulative), target)

    def _check_input(self, known: media.Probe, order: Order) -> None:
        shortest, longest = _INPUT_SECONDS
        if "mp4" not in known.container or known.video != "h264":
            raise FailedError(3, "The input video must be an MP4 file")
        if not shortest <= known.seconds <= longest:
            raise FailedError(
                3, f"Unsupported input video duration {known.seconds:g} seconds, supported are 1 to 30 seconds"
            )
        if known.fps != film.FPS:
            raise FailedError(3, f"Unsupported input video frame rate {known.fps:g}, supported is 24")
        allowed = [size for (_, ratio), size in self._settings.sizes.items() if ratio == order.aspect_ratio]
        if (known.width, known.height) not in allowed:
            raise FailedError(
                3, f"Unsupported input video size {known.width}x{known.height} for aspect ratio {order.aspect_ratio}"
            )

    def _bytes(self, file: Media) -> bytes:
        return file.raw if file.raw is not None else self._bucket.read(file.uri or "")

    def _publish(self, operation: Operation, order: Order, seconds: float) -> None:
        raw, spoiled = self._film(operation).read_bytes(), Markers.of(order.prompt).file
        raw = SPOILED[spoiled](raw) if spoiled else raw
        videos: list[dict[str, str]] = []
        for sample in range(order.samples):
            if operation.storage_uri is None:
                videos.append({"bytesBase64Encoded": base64.b64encode(raw).decode(), "mimeType": _MP4})
                continue
            try:
                self._bucket.write(operation.output(sample), raw, _MP4)
            except (ObjectMissingError, NoPermissionError) as error:
                raise FailedError(7, f"{_MESSAGES[7]} {error}") from error
            videos.append({"gcsUri": operation.output(sample), "mimeType": _MP4})
        count = {"raiMediaFilteredCount": 0} if sum(operation.id.encode()) % 2 else {}
        billed = (
            seconds if self._settings.bill_merged or order.feature is not Feature.EXTENSION else film.EXTENSION_SECONDS
        )
        price = self._settings.price(operation.model, order.resolution, sound=order.sound)
        self._end(
            operation,
            "filmed",
            {"response": {"@type": _TYPE, **count, "videos": videos}},
            round(billed * price) * order.samples,
        )

    def _without_film(self, operation: Operation, *, filtered: bool) -> None:
        reasons = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [_FILTERED]} if filtered else {}
        self._end(operation, "filtered" if filtered else "empty", {"response": {"@type": _TYPE, **reasons}}, 0)

    def _fail(self, operation: Operation, error: FailedError) -> None:
        self._end(operation, "failed", {"error": {"code": error.code, "message": str(error)}}, 0)

    def _end(self, operation: Operation, outcome: str, answer: Mapping[str, Any], amount: int) -> None:
        self._operations.finish(operation.id, outcome, answer, self._clock(), amount=amount)
        self._film(operation).unlink(missing_ok=True)

    def _film(self, operation: Operation) -> Path:
        return self._films / f"{operation.id}.mp4"
