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
from shared.pipeline.plan.plan import Picture, Plan
from shared.pipeline.plan.request import FilmRequest, ImageSource, image_at
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

    def presenters_ready(self, tenant: str, plan: Plan) -> tuple[str, ...]:
        """Ask the avatar service about the key, every look and every voice; return warnings. Raises Problem."""
        if not plan.speeches:
            return ()
        api_key = self._key(tenant, plan)
        presenter = self.presenters[plan.provider]
        looks = dict.fromkeys(speech.avatar_id for speech in plan.speeches)
        voices = dict.fromkeys(speech.voice_id for speech in plan.speeches if speech.voice_id)
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                asked: list[Future[object]] = [pool.submit(presenter.avatar, look, api_key=api_key) for look in looks]
                asked += [pool.submit(presenter.voice, voice, api_key=api_key) for voice in voices]
            for question in asked:
                question.result()
        except Refused as refused:
            field = "voice_id" if refused.code.startswith("voice") else "avatar_id"
            raise Problem(
                refused.code, str(refused), next_move=refused.next_move, details={field: [str(refused)]}
            ) from refused
        except KeyChanged as bad:
            raise _no_key(plan, f"{plan.provider} refused the tenant's key") from bad
        except TryLater:
            return (f"{plan.provider} did not answer in time: look and voice could not be checked beforehand",)
        return ()

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

    def _key(self, tenant: str, plan: Plan) -> str:
        account = self.tenants.integration(tenant, plan.provider, plan.mode)
        if account is None or account.status is not AccountStatus.ACTIVE:
            raise _no_key(plan, f"no {plan.provider} key is stored for mode {plan.mode}")
        try:
            return self.secrets.get(account.secret).value
        except NoSecret as gone:
            raise _no_key(plan, f"the stored {plan.provider} key cannot be read") from gone


Ready = ReencodedImage | Output


def _no_key(plan: Plan, why: str) -> Problem:
    return Problem(
        Code.NO_PROVIDER_KEY,
        why,
        next_move=f"PUT /tenant/integrations/{plan.provider} with your key (mode {plan.mode}), then send this again",
    )
