"""The images of an order: fetched or found among the uploads, made ours, padded if asked; nothing is stored yet.

An instance holds few files at once, however many links its orders name: a file waits for room before it is read, and
one image is decoded at a time. What has become ours is small.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from mmap import mmap

from shared.cloud.blobs import Blobs, NoFile
from shared.codes import Code
from shared.egress.client import Egress, EgressFailed, EgressRefused, Stream
from shared.media.images import (
    MOST_IMAGE_BYTES,
    ImageRefused,
    Padding,
    ReencodedImage,
    size_of,
    sniff_and_reencode,
)
from shared.pipeline.job.job import Output
from shared.pipeline.job.names import image_object
from shared.pipeline.plan.image_fit import around, fitted
from shared.pipeline.plan.images import image_at
from shared.pipeline.plan.plan import Picture, Plan, Size
from shared.pipeline.plan.request import FilmRequest, ImageFit
from shared.steps.given_ids import GivenIds
from shared.steps.problems import Problem, first_mistakes

ACCEPTED_IMAGES = "image/jpeg,image/png,image/webp"
IMAGE_READ_SECONDS = 15.0  # once there is room for it: what drips in holds it no longer
ALL_IMAGES_SECONDS = 40.0  # of an order, whatever they wait for: the function answers within 60
FILES_AT_ONCE = 2 * MOST_IMAGE_BYTES
FETCHES_AT_ONCE = 24  # all of an order's; most wait for their server, or for room
STORED_HEAD = 64 * 1024  # bytes of a stored image that surely hold its size
CHECK_THE_LINK = "Check that the link works without a login, then send it again."
SUFFIX = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """An upload that is used as it is stored."""

    output: Output
    photo: Size


Ready = ReencodedImage | StoredUpload


@dataclass(frozen=True, slots=True)
class Unusable:
    """An image that cannot be used, in words."""

    why: str
    next_move: str


class Room:
    """How many bytes of files an instance may hold; who needs more than is free waits."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._changed = threading.Condition()

    @contextmanager
    def holding(self, count: int, seconds: float) -> Iterator[None]:
        """Take room for `count` bytes until the end of the `with`. Raises EgressFailed after so many seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._free >= count, seconds):
                raise EgressFailed("too many images are being read at once.")
            self._free -= count
        try:
            yield
        finally:
            with self._changed:
                self._free += count
                self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Images:
    """Where images come from and go to."""

    blobs: Blobs
    egress: Egress
    films_bucket: str
    monotonic: Callable[[], float]
    seconds: float = ALL_IMAGES_SECONDS
    room: Room = field(default_factory=lambda: Room(FILES_AT_ONCE))

    def ready(self, tenant: str, request: FilmRequest, plan: Plan) -> Mapping[str, Ready]:
        """Return every image of a plan by its node's key. Raises Problem naming every field that fails."""
        until = self.monotonic() + self.seconds
        fills = fitted(plan)
        wrong: dict[str, Unusable] = {}
        ready: dict[str, Ready] = {}

        def one(picture: Picture) -> "Ready | Unusable":
            try:
                return self._one(tenant, request, picture, _padding(request, plan, picture.key in fills), until)
            except (ImageRefused, EgressRefused) as refused:
                return Unusable(refused.why, refused.next_move)
            except EgressFailed as failed:
                return Unusable(f"could not be fetched: {failed}", CHECK_THE_LINK)

        with ThreadPoolExecutor(FETCHES_AT_ONCE) as pool:
            for picture, found in zip(plan.pictures, pool.map(one, plan.pictures), strict=True):
                if isinstance(found, Unusable):
                    wrong[picture.field] = found
                else:
                    ready[picture.key] = found
        if wrong:
            raise _refused(wrong)
        return ready

    def store(self, tenant: str, ready: Mapping[str, Ready]) -> Mapping[str, Output]:
        """Store the images under their content's name; one that is there already stays."""
        return {
            key: found.output if isinstance(found, StoredUpload) else self.put(tenant, found)
            for key, found in ready.items()
        }

    def put(self, tenant: str, image: ReencodedImage) -> Output:
        """Store one re-encoded image."""
        uri = f"gs://{self.films_bucket}/{image_object(tenant, image.sha256, SUFFIX[image.mime])}"
        stored = self.blobs.write(uri, [image.data], mime=image.mime, expected=len(image.data))
        return Output(stored.uri, stored.generation, stored.crc32c, stored.size)

    def _one(self, tenant: str, request: FilmRequest, picture: Picture, padding: Padding | None, until: float) -> Ready:
        source = image_at(request, picture.field)
        if not source.url:
            return self._upload(tenant, source.upload or "", padding)
        seconds = until - self.monotonic()
        if seconds <= 0:
            raise EgressFailed(f"the order's images took longer than {self.seconds:.0f} seconds in all.")
        with self.egress.stream(
            source.url, max_bytes=MOST_IMAGE_BYTES, total_seconds=seconds, accept=ACCEPTED_IMAGES
        ) as answer:
            if answer.status != 200:  # noqa: PLR2004  # what a picture comes with
                raise EgressFailed(f"the server answered {answer.status}.")
            stated = MOST_IMAGE_BYTES if answer.content_length is None else answer.content_length
            with self.room.holding(stated, seconds), self._read(answer, stated) as data:
                return sniff_and_reencode(data, max_bytes=MOST_IMAGE_BYTES, padding=padding)

    @contextmanager
    def _read(self, answer: Stream, most: int) -> Iterator[memoryview]:
        """Read a file into memory that is given back at once: the allocator would keep some for each thread."""
        until, length = self.monotonic() + IMAGE_READ_SECONDS, 0
        with mmap(-1, max(1, most)) as memory:
            for part in answer.chunks(None):
                memory.write(part)
                length += len(part)
                if self.monotonic() > until:
                    raise EgressFailed("The server takes too long.")
            with memoryview(memory) as whole, whole[:length] as data:
                yield data

    def _upload(self, tenant: str, name: str, padding: Padding | None) -> Ready:
        for suffix in SUFFIX.values():
            uri = f"gs://{self.films_bucket}/{image_object(tenant, name, suffix)}"
            try:
                stored = self.blobs.stat(uri)
                if padding is None:
                    photo = size_of(self.blobs.read(uri, 0, STORED_HEAD))
                    return StoredUpload(Output(stored.uri, stored.generation, stored.crc32c, stored.size), photo)
                with self.room.holding(min(stored.size, MOST_IMAGE_BYTES), self.seconds):
                    data = self.blobs.read(uri, 0, MOST_IMAGE_BYTES)
                    return sniff_and_reencode(data, max_bytes=MOST_IMAGE_BYTES, padding=padding)
            except NoFile:
                continue
        given = GivenIds(self.blobs, self.films_bucket)
        raise ImageRefused(Code.NO_UPLOAD, *given.refusal(tenant, name, "image", "/tenant/uploads"))


def _refused(wrong: Mapping[str, Unusable]) -> Problem:
    """Say what is wrong with each image and what to do about it: the first in the message, all in the details."""
    message = first_mistakes({path: [one.why] for path, one in wrong.items()})
    moves = " ".join(dict.fromkeys(one.next_move for one in wrong.values()))
    details = {path: [f"{one.why.rstrip('.')}; {one.next_move}"] for path, one in wrong.items()}
    return Problem(Code.IMAGE_REFUSED, f"image not usable: {message}", next_move=moves, details=details)


def _padding(request: FilmRequest, plan: Plan, fills: bool) -> Padding | None:
    if not fills or request.image_fit is ImageFit.CROP:
        return None
    return Padding(plan.size, around(request))
