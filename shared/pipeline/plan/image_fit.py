"""How a photo meets the film's shape: what is cut away and what is enlarged, told with numbers before it is paid."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.beside import beside_key, beside_paths
from shared.pipeline.plan.cards import card_clips
from shared.pipeline.plan.composition import own_scenes
from shared.pipeline.plan.picture import CardFit, OwnFile, Role
from shared.pipeline.plan.plan import Feature, Plan, Size
from shared.pipeline.plan.request import FilmRequest, ImageFit
from shared.pipeline.plan.warned import Warned, WarningText

LOST = 0.02  # of a photo; less is not worth a word
ENLARGED = 1.5  # times; less is hardly seen
WHITE = "#ffffff"


def fit_warnings(field: str, photo: Size, film: Size, fit: ImageFit) -> Iterator[WarningText]:
    """Say how much of a request's photo the film will not show, and whether the rest is too small for it."""
    across, down = film.width / photo.width, film.height / photo.height
    if fit is ImageFit.CROP and (says := _cropped(field, photo, film)):
        yield warning(Warned.IMAGE_CROPPED, says, size=f"{film.width}x{film.height}")
    scale = max(across, down) if fit is ImageFit.CROP else min(across, down)
    if scale >= ENLARGED:
        yield warning(Warned.IMAGE_ENLARGED, _enlarged(field, photo, film, scale), field=field)


def _cropped(field: str, whole: Size, film: Size) -> str:
    """Say how much is cut away of what fills the frame; "" where that is not worth a word."""
    across, down = film.width / whole.width, film.height / whole.height
    lost = 1 - min(across, down) / max(across, down)
    sides = "left and right" if across < down else "above and below"
    if lost < LOST:
        return ""
    what = f"{field} ({whole.width}x{whole.height}) is cropped to the film's shape"
    return f"{what}: {100 * lost:.0f} % of it, {sides}, will not be seen"


def _enlarged(field: str, whole: Size, film: Size, scale: float) -> str:
    what = f"{field} ({whole.width}x{whole.height}) is enlarged {scale:.1f} times to fill the film's"
    return f"{what} {film.width}x{film.height} and will look soft"


def clip_warnings(request: FilmRequest, plan: Plan) -> Iterator[WarningText]:
    """Say what the film will not show of the tenant's own clips, and which are too small for it, each clip once."""
    told: set[str | None] = set()
    for role, shown in card_clips(request).items():
        for size in dict.fromkeys(film.size for film in plan.films):
            yield from _clip_fits(f"{role}.video", shown.facts, size, whole=shown.fit is CardFit.PAD)
    for stretch, scene in own_scenes(plan, request):
        if scene.clip_facts is None or stretch.own in told:
            continue
        told.add(stretch.own)
        yield from _clip_fits(f"scenes.{stretch.scene}.clip", scene.clip_facts, plan.size)


def _clip_fits(field: str, clip: OwnFile | None, film: Size, *, whole: bool = False) -> Iterator[WarningText]:
    if clip is None:
        return
    size = Size(clip.width, clip.height)
    if not whole and (says := _cropped(field, size, film)):
        yield warning(Warned.CLIP_CROPPED, says, size=f"{film.width}x{film.height}")
    across, down = film.width / size.width, film.height / size.height
    scale = min(across, down) if whole else max(across, down)
    if scale >= ENLARGED:
        yield warning(Warned.CLIP_ENLARGED, _enlarged(field, size, film, scale), field=field)


def around(request: FilmRequest) -> str | None:
    """Return the colour around an image that is shown whole ("#rrggbb"); None where its own blur is."""
    return request.image_fit_color or WHITE if request.image_fit is ImageFit.COLOR else None


def with_photos(plan: Plan, photos: Mapping[str, Size]) -> Plan:
    """Return the plan with the size of every picture as it was sent, by its key; of one not read yet it has none."""
    return replace(
        plan, pictures=tuple(replace(each, photo=photos.get(each.key, each.photo)) for each in plan.pictures)
    )


def image_warnings(request: FilmRequest, plan: Plan) -> tuple[WarningText, ...]:
    """Say what the film will not show of its images and clips, and which are too small, once they have been read."""
    fills, sizes = fitted(plan), dict.fromkeys(film.size for film in plan.films)
    told = [(picture, plan.size) for picture in plan.pictures if picture.key in fills]
    scenes = [(*each, request.image_fit) for each in told]
    for role, path in beside_paths(request).items():
        fit = request.image_fit if role is Role.POSTER else ImageFit.CROP
        own = [replace(each, field=path) for each in plan.pictures if each.key == beside_key(plan, role)]
        scenes += [(each, size, fit) for each in own for size in sizes if role is not Role.PRODUCT]
    images = (
        warning
        for picture, size, fit in scenes
        if picture.photo
        for warning in fit_warnings(picture.field, picture.photo, size, fit)
    )
    return (*images, *clip_warnings(request, plan))


def fitted(plan: Plan) -> frozenset[str]:
    """Return the keys of the images that fill the frame; what Veo takes as a mere reference keeps its own shape."""
    starts = {clip.image for clip in plan.clips if clip.image and clip.feature is not Feature.REFERENCE}
    behind = {one.backdrop.image for one in plan.stretches if one.backdrop and one.backdrop.image}
    return frozenset(starts | behind)
