"""Images of an order that are no scene's: what for, by which field, and how an edit changes them; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.picture import BesideImage, CardTime, Role
from shared.pipeline.plan.plan import Picture, Plan, Stretch
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.timing import say
from shared.pipeline.plan.warned import Warned, WarningText

_PHOTO_FIELDS = ("image_url", "image")


def beside_paths(request: FilmRequest) -> Mapping[Role, str]:
    """Return the fields of an order's images beside its scenes, by what they are for."""
    parts = {Role.POSTER: request.poster, Role.INTRO: request.intro, Role.OUTRO: request.outro}
    own = {
        role: f"{role}.{name}" for role, part in parts.items() for name in _PHOTO_FIELDS if part and getattr(part, name)
    }
    photo = next((name for name in _PHOTO_FIELDS if getattr(request, name)), None)
    return {**own, Role.PRODUCT: photo} if photo and carded(request) else own


def carded(request: FilmRequest) -> bool:
    """Tell whether the product's photo is asked for as a card."""
    return request.product_card is not None and request.product_card.when is not CardTime.NEVER


def refuse_no_photo(request: FilmRequest) -> Iterator[tuple[str, str]]:
    """Yield why there is no product's photo to be seen as a card, by field."""
    if carded(request) and Role.PRODUCT not in beside_paths(request):
        yield "product_card", "shows the product's photo, and there is none: give image_url or image (an upload)"


def beside_key(plan: Plan, role: Role) -> str | None:
    """Return the key of the image node of a role, if the film has one."""
    return next((one.key for one in plan.beside if one.role == role), None)


def shows(plan: Plan, stretch: Stretch, node: str) -> bool:
    """Tell whether a scene's picture is made from an image: behind it, or what its shot begins with or refers to."""
    if stretch.backdrop:
        return stretch.backdrop.image == node
    clips, key = {clip.key: clip for clip in plan.clips}, stretch.clip
    while key:
        if clips[key].image == node:
            return True
        key = clips[key].before
    return False


def card_warnings(plan: Plan, request: FilmRequest) -> Iterator[WarningText]:
    """Say that the product's card is seen nowhere: its photo is in every scene already."""
    node, asked = beside_key(plan, Role.PRODUCT), request.product_card
    if node is None or asked is None or asked.when is not CardTime.UNSHOWN:
        return
    if all(shows(plan, each, node) for each in plan.stretches):
        says = 'product_card is not seen: it is asked for where the photo is not shown ("unshown"), and every scene is'
        yield warning(Warned.CARD_UNSEEN, f"{says} made from that photo")


def poster_warnings(request: FilmRequest, seconds: float) -> Iterator[WarningText]:
    """Say that a film of about so many seconds ends before its poster's; how long it is depends on what is said."""
    asked = request.poster.at if request.poster else None
    if asked is not None and asked >= seconds:
        says = f"The poster is to be the frame at {say(asked)}, the film lasts about {say(seconds)}"
        yield warning(Warned.POSTER_BEYOND, f"{says}: it may be the last one")


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
        if key := _known(plan, old, new, role, path):
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


def _known(plan: Plan, old: FilmRequest, new: FilmRequest, role: Role, path: str) -> str | None:
    """Return the key of the node a film has of an image already."""
    if _source(old, path) != _source(new, path):
        return None
    own = beside_key(plan, role) if beside_paths(old).get(role) == path else None
    return own or next((picture.key for picture in plan.pictures if picture.field == path), None)


def _source(request: FilmRequest, path: str) -> object:
    found: object = request
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _of_scenes(plan: Plan) -> set[str]:
    """Return the keys of the images that scenes are made of."""
    behind = {stretch.backdrop.image for stretch in plan.stretches if stretch.backdrop}
    return {key for key in (*behind, *(clip.image for clip in plan.clips)) if key}
