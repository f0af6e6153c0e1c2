"""What an id is that is given where a file of another kind belongs: the refusal says so, and which upload is wanted.

Ids are contents' names, and each kind of a tenant's files lies in a place of its own: where it is found tells its kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.cloud.blobs import Blobs, NoFile
from shared.pipeline.job.names import brand_object, clip_object, image_object, music_object

_AN_IMAGE = "an image, which orders name as image"
_A_LOGO = "a logo or a card's picture, which brand kits name as image"
_A_FONT = "a font, which brand kits name in fonts"
_A_CLIP = "a clip, which scenes name as clip and cards as video"
_SOME_MUSIC = "music, which orders and brand kits name in audio"
# By place and suffix. A brand kit's own copy of music has facts beside it, as that of a clip: it is asked for last.
_PLACES: tuple[tuple[Callable[[str, str, str], str], str, str], ...] = (
    (image_object, "jpg", _AN_IMAGE),
    (image_object, "png", _AN_IMAGE),
    (brand_object, "png", _A_LOGO),
    (brand_object, "ttf", _A_FONT),
    (brand_object, "otf", _A_FONT),
    (clip_object, "json", _A_CLIP),
    (music_object, "json", _SOME_MUSIC),
    (brand_object, "mp4", _A_CLIP),
    (brand_object, "webm", _A_CLIP),
    (brand_object, "json", _SOME_MUSIC),
)


@dataclass(frozen=True, slots=True)
class GivenIds:
    """Where a tenant's files lie."""

    blobs: Blobs
    films_bucket: str

    def refusal(self, tenant: str, name: str, wanted: str, upload: str) -> tuple[str, str]:
        """Return why an id that is of no file of the wanted kind is refused, and the next move."""
        if found := self._kind(tenant, name):
            return f"is the id of {found}", f"POST the {wanted} to {upload}, and give the id that answers"
        return f"there is no such {wanted}", f"POST it to {upload}, and give the id that answers"

    def told(self, tenant: str, name: str, wanted: str, upload: str) -> str:
        """Return the same in one sentence."""
        return "; ".join(self.refusal(tenant, name, wanted, upload))

    def _kind(self, tenant: str, name: str) -> str | None:
        for place, suffix, kind in _PLACES:
            try:
                self.blobs.stat(f"gs://{self.films_bucket}/{place(tenant, name, suffix)}")
            except NoFile:
                continue
            return kind
        return None
