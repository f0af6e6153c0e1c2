"""The free checks before anything is stored or paid: the key works, looks and voices exist, images can be used."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from shared.cloud.blobs import Blobs, NoFile
from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tenants import AccountStatus, Tenants
from shared.codes import Code
from shared.egress.client import Egress, EgressFailed, EgressRefused
from shared.media.images import ImageRefused, ReencodedImage, sniff_and_reencode
from shared.pipeline.job.job import Output
from shared.pipeline.job.names import image_object
from shared.pipeline.plan.looks import Look
from shared.pipeline.plan.plan import Picture
from shared.pipeline.plan.request import FilmRequest, ImageSource, image_at
from shared.pipeline.plan.speakers import Needed
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.steps.problems import Problem

MOST_IMAGE_BYTES = 20 * 2**20
MOST_IMAGE_PIXELS = 50_000_000
IMAGE_FETCH_SECONDS = 15.0
AT_ONCE = 24  # all of a request's images or questions: one round within the function's time
SUFFIX = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Preflight:
    """The checks and what they need."""

    presenters: Mapping[str, PresenterVendor]
    tenants: Tenants
    secrets: Secrets
    blobs: Blobs
    egress: Egress
    films_bucket: str

    def presenters_told(self, tenant: str, needed: Needed) -> "Told":
        """Ask the avatar service about the key, every look and every voice. Raises Problem naming all that fail."""
        if not needed.looks:
            return Told({})
        api_key = self._key(tenant, needed)
        presenter = self.presenters[needed.provider]
        asked: list[tuple[tuple[str, ...], Future[object]]]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [
                (path, pool.submit(presenter.avatar, look, api_key=api_key)) for look, path in needed.looks.items()
            ]
            asked += [(path, pool.submit(presenter.voice, one, api_key=api_key)) for one, path in needed.voices.items()]
        refusals: list[tuple[tuple[str, ...], Refused]] = []
        found: dict[str, Look] = {}
        silent = False
        for fields, question in asked:
            try:
                told = question.result()
            except Refused as refused:
                refusals.append((fields, refused))
            except KeyChanged as bad:
                raise _no_key(needed, f"{needed.provider} refused the tenant's key") from bad
            except TryLater:
                silent = True
            else:
                if isinstance(told, Look):
                    found[told.id] = told
        if refusals:
            raise _refused(refusals)
        late = f"{needed.provider} did not answer in time: looks and voices could not be checked beforehand"
        return Told(found, (late,) if silent else ())

    def images(self, tenant: str, request: FilmRequest, pictures: tuple[Picture, ...]) -> Mapping[str, "Ready"]:
        """Fetch and re-encode every image, storing nothing yet. Raises Problem naming every field that fails."""
        wrong: dict[str, list[str]] = {}
        ready: dict[str, Ready] = {}

        def one(picture: Picture) -> tuple[Picture, "Ready | str"]:
            try:
                return picture, self._image(tenant, image_at(request, picture.field))
            except (ImageRefused, EgressRefused) as refused:
                return picture, f"{refused.why}; {refused.next_move}"
            except EgressFailed as failed:
                return picture, f"could not be fetched: {failed}; check that the link works without a login"

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for picture, found in pool.map(one, pictures):
                if isinstance(found, str):
                    wrong[picture.field] = [found]
                else:
                    ready[picture.key] = found
        if wrong:
            message = f"image not usable: {', '.join(wrong)}"
            raise Problem(Code.IMAGE_REFUSED, message, next_move="give another image", details=wrong)
        return ready

    def store(self, tenant: str, ready: Mapping[str, "Ready"]) -> Mapping[str, Output]:
        """Store the images under their content's name; one that is there already stays."""
        return {key: found if isinstance(found, Output) else self.put(tenant, found) for key, found in ready.items()}

    def put(self, tenant: str, image: ReencodedImage) -> Output:
        """Store one re-encoded image."""
        uri = f"gs://{self.films_bucket}/{image_object(tenant, image.sha256, SUFFIX[image.mime])}"
        stored = self.blobs.write(uri, [image.data], mime=image.mime, expected=len(image.data))
        return Output(stored.uri, stored.generation, stored.crc32c, stored.size)

    def _image(self, tenant: str, source: ImageSource) -> "Ready":
        if source.url:
            fetched = self.egress.fetch(
                source.url, max_bytes=MOST_IMAGE_BYTES, total_seconds=IMAGE_FETCH_SECONDS, accept="image/*"
            )
            if fetched.status != 200:  # noqa: PLR2004  # what a picture comes with
                raise EgressFailed(f"the server answered {fetched.status}")
            return sniff_and_reencode(fetched.data, max_bytes=MOST_IMAGE_BYTES, max_pixels=MOST_IMAGE_PIXELS)
        for suffix in SUFFIX.values():
            try:
                stored = self.blobs.stat(
                    f"gs://{self.films_bucket}/{image_object(tenant, source.upload or '', suffix)}"
                )
            except NoFile:
                continue
            return Output(stored.uri, stored.generation, stored.crc32c, stored.size)
        raise ImageRefused(Code.NO_UPLOAD, "there is no such upload", "POST the image to /tenant/uploads first")

    def _key(self, tenant: str, needed: Needed) -> str:
        account = self.tenants.integration(tenant, needed.provider, needed.mode)
        if account is None or account.status is not AccountStatus.ACTIVE:
            raise _no_key(needed, f"no {needed.provider} key is stored for mode {needed.mode}")
        try:
            return self.secrets.get(account.secret).value
        except NoSecret as gone:
            raise _no_key(needed, f"the stored {needed.provider} key cannot be read") from gone


Ready = ReencodedImage | Output


@dataclass(frozen=True, slots=True)
class Told:
    """What the avatar service told: the looks it knows, and warnings about what it did not tell."""

    looks: Mapping[str, Look]
    warnings: tuple[str, ...] = ()


def _refused(refusals: list[tuple[tuple[str, ...], Refused]]) -> Problem:
    """Name every look and voice that cannot be used by each of its fields; code and next move are the first one's."""
    details: dict[str, list[str]] = {}
    for fields, refused in refusals:
        for path in fields:
            details.setdefault(path, []).append(str(refused))
    first = refusals[0][1]
    message = " ".join(dict.fromkeys(str(refused) for _, refused in refusals))
    moves = " ".join(dict.fromkeys(refused.next_move for _, refused in refusals))
    return Problem(first.code, message, next_move=moves, details=details)


def _no_key(needed: Needed, why: str) -> Problem:
    return Problem(
        Code.NO_PROVIDER_KEY,
        why,
        next_move=f"PUT /tenant/integrations/{needed.provider} with your key (mode {needed.mode}), then send it again",
    )
