"""Images of an order that are no scene's: what for, by which field, and how an edit changes them; pure."""

from collections.abc import Mapping
from dataclasses import replace

from shared.pipeline.plan.picture import BesideImage, Role
from shared.pipeline.plan.plan import Picture, Plan
from shared.pipeline.plan.request import FilmRequest


def beside_paths(request: FilmRequest) -> Mapping[Role, str]:
    """Return the fields of an order's images beside its scenes, by what they are for."""
    named = {Role.POSTER: ("poster", request.poster)}
    return {
        role: f"{path}.{name}"
        for role, (path, part) in named.items()
        for name in ("image_url", "image")
        if part and getattr(part, name)
    }


def beside_key(plan: Plan, role: Role) -> str | None:
    """Return the key of the image node of a role, if the film has one."""
    return next((one.key for one in plan.beside if one.role == role), None)


def besides(request: FilmRequest, keys: Mapping[str, str]) -> tuple[BesideImage, ...]:
    """Return the nodes of these images; `keys` by field."""
    return tuple(BesideImage(role.value, keys[path]) for role, path in beside_paths(request).items())


def with_besides(plan: Plan, old: FilmRequest, new: FilmRequest) -> Plan:
    """Return the plan of a film whose images beside the scenes are those of another order; `old` is its own.

    An image the film has under the same field and source stays; any other is a node of a number that was never used.
    One that was only shown so, and is no more, leaves the plan.
    """
    kept, wanted = list[BesideImage](), dict[Role, str]()
    for role, path in beside_paths(new).items():
        key = beside_key(plan, role)
        if key and beside_paths(old).get(role) == path and _source(old, path) == _source(new, path):
            kept.append(BesideImage(role.value, key))
        else:
            wanted[role] = path
    left = {one.key for one in plan.beside} - {one.key for one in kept} - _of_scenes(plan)
    number = max((int(picture.key.rpartition("-")[2]) for picture in plan.pictures), default=0)
    pictures = [picture for picture in plan.pictures if picture.key not in left]
    wait = max((picture.wait for picture in plan.pictures), default=0.0)
    for more, (role, path) in enumerate(wanted.items(), start=1):
        pictures.append(Picture(f"image-{number + more}", path, wait))
        kept.append(BesideImage(role.value, pictures[-1].key))
    return replace(plan, pictures=tuple(pictures), beside=tuple(kept))


def _source(request: FilmRequest, path: str) -> object:
    name, _, field = path.partition(".")
    return getattr(getattr(request, name), field)


def _of_scenes(plan: Plan) -> set[str]:
    """Return the keys of the images that scenes are made of."""
    behind = {stretch.backdrop.image for stretch in plan.stretches if stretch.backdrop}
    return {key for key in (*behind, *(clip.image for clip in plan.clips)) if key}
