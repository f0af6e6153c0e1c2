"""Which images a film needs, and the numbers of their nodes: each different one once, in film order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.pipeline.plan.beside import beside_paths
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.picture import Role
from shared.pipeline.plan.plan import Backdrop, Clip, Drawn, Picture
from shared.pipeline.plan.request import FilmRequest, ImageFit
from shared.pipeline.plan.staging import Background, BackgroundType


@dataclass(frozen=True, slots=True)
class ImageSource:
    """Where an image comes from: exactly one is set."""

    url: str | None = None
    upload: str | None = None


def image_at(request: FilmRequest, path: str) -> ImageSource:
    """Return the image a plan's picture names by field ("image_url", "scenes.2.background.image").

    Raises:
        KeyError: the request has no image there.
    """
    found: object = request
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, tuple) else getattr(found, step, None)
    if not isinstance(found, str):
        raise KeyError(path)
    return ImageSource(upload=found) if path.endswith("image") else ImageSource(url=found)


def needed(request: FilmRequest, clips: tuple[Clip, ...]) -> tuple[str, ...]:
    """Return the request's fields of the images that will be used, in film order."""
    starts = {clip.scene: clip.image for clip in clips if clip.image}
    return tuple(dict.fromkeys((*_fields(request, starts), *beside_paths(request).values())))


def _fields(request: FilmRequest, starts: Mapping[int, str]) -> Iterator[str]:
    for number, scene in enumerate(request.scenes):
        if number in starts:
            yield starts[number]
        elif not scene.pictured:
            yield from _backdrop_image(request, number)
    if not request.scenes:
        yield from _backdrop_image(request, None)


def _backdrop_image(request: FilmRequest, scene: int | None) -> Iterator[str]:
    path = backdrop_path(request, scene)
    background = request.background if path == "background" or scene is None else request.scenes[scene].background
    if background and background.type is BackgroundType.IMAGE:
        yield f"{path}.image_url" if background.image_url is not None else f"{path}.image"


def backdrop_path(request: FilmRequest, scene: int | None) -> str:
    """Return the field of the background a scene without footage (or a film without scenes) stands before."""
    own = scene is not None and request.scenes[scene].background is not None
    return f"scenes.{scene}.background" if own else "background"


def numbered(
    request: FilmRequest, paths: tuple[str, ...], wait: float
) -> tuple[tuple[Picture, ...], Mapping[str, str]]:
    """Return the image nodes, one for each different source, and the key of the node for each field.

    Where a scene's images are padded to the film's shape, the same image beside the scenes is a node of its own;
    of the product's a card shows what is no padding.
    """
    by_source: dict[tuple[ImageSource, bool], Picture] = {}
    keys: dict[str, str] = {}
    padded = request.image_fit is not ImageFit.CROP
    beside = {path for role, path in beside_paths(request).items() if role is not Role.PRODUCT}
    for path in paths:
        source = image_at(request, path), padded and path in beside
        picture = by_source.setdefault(source, Picture(f"image-{len(by_source) + 1}", path, wait))
        keys[path] = picture.key
    return tuple(by_source.values()), keys


def _named(request: FilmRequest, preset: str, tables: Tables) -> Backdrop:
    """Return a preset: a flat colour by its name, or a drawn one in the brand's first colour, where it has one."""
    drawn = Drawn(preset) if preset in {*Drawn} else None
    own = request.brand.colors.primary if request.brand and drawn else None
    return Backdrop(color=own or tables.backdrops[preset], drawn=drawn)


def backdrop(request: FilmRequest, scene: int | None, tables: Tables, keys: Mapping[str, str]) -> Backdrop:
    """Return what stands behind a scene without footage, or behind a film without scenes (None)."""
    path = backdrop_path(request, scene)
    background = request.background if scene is None or path == "background" else request.scenes[scene].background
    if background is None:
        raise ValueError(f"{path} is missing")
    match background.type:
        case BackgroundType.COLOR:
            return Backdrop(color=background.color)
        case BackgroundType.PRESET:
            return _named(request, background.preset or "", tables)
        case BackgroundType.IMAGE:
            name = "image_url" if background.image_url is not None else "image"
            return Backdrop(image=keys[f"{path}.{name}"], motion=background.motion)


def refuse_unknown_backdrop(path: str, background: Background | None, tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield why a background cannot be drawn, by field."""
    if background is None:
        return
    match background.type:
        case BackgroundType.PRESET if background.preset not in tables.backdrops:
            yield f"{path}.preset", f"{background.preset!r} is unknown; choose one of {', '.join(tables.backdrops)}"
        case BackgroundType.COLOR if background.color is None:
            yield f"{path}.color", "is required"
        case BackgroundType.IMAGE if background.image_url is None and background.image is None:
            yield path, "of type image needs an image_url or an image (an upload)"
