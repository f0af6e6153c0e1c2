"""Parses the body of `create_job`: every mistake at once, by field, in plain words; what comes out is a FilmRequest.

Types are strict (no "8" for 8), unknown fields are refused by name, null is a field left out. The models here are only
the wire's form; defaults stand in `shared/pipeline/request.py`, the rules between fields in `shared/pipeline/rules.py`.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from shared.door.body_reading import Mistakes, forbidden, read_object
from shared.door.body_types import (
    JUDGE,
    SCHEMES,
    Color,
    Dollars,
    ImageLink,
    Judge,
    Label,
    Link,
    Locale,
    MetadataName,
    Name,
    Offset,
    PersonaName,
    Pitch,
    Scale,
    SceneImageLink,
    Script,
    Seconds,
    Speed,
    Text500,
    Text1000,
    Upload,
)
from shared.door.body_words import known_fields, sentences
from shared.door.strict_body import Body
from shared.door.text_bodies import SafeAreaName, TextBody
from shared.pipeline.plan import rules
from shared.pipeline.plan.request import FilmRequest, from_document

__all__ = ["Body", "Mistakes", "parse_body", "parse_film", "parse_template"]

MOST_SCENES = 20
MOST_METADATA = 20
ALIASES = {"content_id": "product_id", "script": "avatar_script"}  # as workflows name them
INSTEAD_OF = {  # what of a template an order's own field takes the place of, beside the field of its name
    "avatar_id": ("persona",),
    "voice_id": ("persona",),
    "persona": ("avatar_id", "voice_id"),
    "image": ("image_url",),
    "image_url": ("image",),
    "script": ("avatar_script",),
}


class ColorBody(Body):
    """A flat colour behind the presenter."""

    type: Literal["color"]
    color: Color


class ImageBody(Body):
    """A picture behind the presenter: a link or an upload (both is told by rules.py)."""

    type: Literal["image"]
    image_url: ImageLink | None = None
    image: Upload | None = None

    @model_validator(mode="after")
    def _has_a_picture(self) -> Self:
        if self.image_url is None and self.image is None:
            raise ValueError("of type image needs an image_url or an image (an upload)")
        return self


class PresetBody(Body):
    """A named backdrop."""

    type: Literal["preset"]
    preset: Label


BackgroundBody = Annotated[ColorBody | ImageBody | PresetBody, Field(discriminator="type")]


class SceneBody(Body):
    """One scene."""

    visual_description: Text1000 | None = None
    camera_movement: Text500 | None = None
    mood: Text500 | None = None
    duration: Seconds | None = None
    text_overlay: Text500 | None = None
    script: Script | None = None
    persona: PersonaName | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    background: BackgroundBody | None = None
    image_url: SceneImageLink | None = None


class PositionBody(Body):
    """Where the presenter stands."""

    scale: Scale | None = None
    x: Offset | None = None
    y: Offset | None = None
    preset: Literal["bottom_right", "bottom_left", "top_right", "top_left", "center"] | None = None


class BRollBody(Body):
    """How the footage is made."""

    join: Literal["extend", "cut"] | None = None
    audio: Literal["bed", "mute", "duck"] | None = None
    model: Literal["standard", "fast", "lite"] | None = None
    provider: Annotated[
        Literal["veo", "heygen", "auto"] | None,
        Field(
            description="Who films. veo, the default: 9:16 and 16:9, at our cost. heygen: HeyGen Video with your own "
            "key, 1:1 too, 720p, whole seconds of 5 to 15 a scene, on your HeyGen bill; 400 until abroll's operator "
            "has turned it on for you. auto: veo, and heygen for what veo cannot film where it is turned on. It is "
            "settled with the order: footage waits for its service, only a presenter changes it."
        ),
    ] = None


class VoiceBody(Body):
    """How the presenters speak."""

    speed: Speed | None = None
    pitch: Pitch | None = None
    locale: Locale | None = None


class TemplateBody(Body):
    """What a tenant's orders have where they are silent: any field of an order but what is one order's own."""

    product_title: Text500 | None = None
    scenes: list[SceneBody] | None = None
    image_url: ImageLink | None = None
    image: Upload | None = None
    image_fit: Literal["crop", "blur", "color"] | None = None
    image_fit_color: Color | None = None
    persona: PersonaName | None = None
    avatar_id: Name | None = None
    voice_id: Name | None = None
    avatar_script: Script | None = None
    avatar_position: PositionBody | None = None
    aspect_ratio: Literal["9:16", "16:9", "1:1"] | None = None
    resolution: Literal["720p", "1080p"] | None = None
    b_roll: BRollBody | None = None
    background: BackgroundBody | None = None
    voice: VoiceBody | None = None
    captions: bool | None = None
    text: TextBody | None = None
    safe_area: SafeAreaName | None = None
    length: Literal["film", "script", "longer"] | None = None
    provider: Label | None = None
    prefer: Literal["quality", "cost", "speed"] | None = None
    max_cost: Dollars | None = None
    on_presenter_failure: Literal["fail", "fallback", "without"] | None = None
    if_unclear: Literal["wait", "pay_again"] | None = None
    mode: Literal["production", "test"] | None = None
    webhook_url: Link | None = None
    metadata: dict[MetadataName, Annotated[str, Field(max_length=500)]] | None = None


class FilmBody(TemplateBody):
    """The whole body of create_job; its product's id is its title where it has none."""

    product_id: Name | None = None
    content_id: Name | None = None
    script: Script | None = None
    dry_run: bool | None = None


AnyBody = TypeVar("AnyBody", bound=Body)


def parse_film(
    raw: bytes | Mapping[str, Any],
    *,
    template: Mapping[str, Any] = MappingProxyType({}),
    schemes: Collection[str] = ("https",),
    judge: Judge | None = None,
) -> FilmRequest:
    """Read a body into a request; raises Mistakes naming every wrong field.

    `template` is what it has where it is silent; `schemes` is what links may begin with; `judge` says what is wrong
    with where one leads.
    """
    sent, found = read_object(raw)
    body = {**_beside(template, sent), **{name: value for name, value in sent.items() if value is not None}}
    called = {name: alias for alias, name in ALIASES.items() if body.get(alias) is not None}
    found += _too_many(body)
    found += [(alias, f"is {name} by another name: give one of them") for name, alias in called.items() if name in body]
    if not body.keys() & {"product_title", "product_id", "content_id"}:
        found.append(("product_title", "is required, unless a product_id stands for it"))
    outline = rules.outline_of_body({ALIASES.get(name, name): value for name, value in body.items()})
    found += [(called.get(path, path), why) for path, why in rules.mistakes(outline)]
    found += _doubly_named(body)
    film = parsed(FilmBody, body, found, schemes, judge).model_dump(exclude_none=True)
    named = {ALIASES.get(name, name): value for name, value in film.items()}
    return from_document({"product_title": named.get("product_id"), **named})


def parse_template(
    raw: bytes | Mapping[str, Any], *, schemes: Collection[str] = ("https",), judge: Judge | None = None
) -> dict[str, Any]:
    """Read a template; raises Mistakes. Whether it makes a film is an order's question, which may bring the rest."""
    body, found = read_object(raw)
    found += _too_many(body)
    found += _doubly_named(body)
    return parsed(TemplateBody, body, found, schemes, judge).model_dump(exclude_none=True)


def _beside(template: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template without what cannot stand beside what an order gives itself."""
    given = {name for name, value in sent.items() if value is not None}
    barred = {other for name in given for other in INSTEAD_OF.get(name, ())}
    return {name: value for name, value in template.items() if name not in barred}


def _too_many(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Refuse what is too many and leave it out: nobody wants to read about each of ten thousand scenes."""
    match body.get("scenes"):
        case list() as scenes if len(scenes) > MOST_SCENES:
            body["scenes"] = scenes[:MOST_SCENES]
            yield "scenes", f"has {len(scenes)} scenes; at most {MOST_SCENES} are allowed"
    match body.get("metadata"):
        case dict() as pairs if len(pairs) > MOST_METADATA:
            del body["metadata"]
            yield "metadata", f"has {len(pairs)} pairs; at most {MOST_METADATA} are allowed"


def _doubly_named(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Refuse a persona beside ids: which of them is meant would be a guess."""
    scenes = body.get("scenes")
    parts = [("", body), *((f"scenes.{n}.", each) for n, each in enumerate(scenes if isinstance(scenes, list) else ()))]
    for path, part in parts:
        if isinstance(part, Mapping) and part.get("persona") is not None:
            for name in ("avatar_id", "voice_id"):
                if part.get(name) is not None:
                    yield f"{path}persona", f"cannot stand beside {name}: a persona brings its own avatar and voice"


def parse_body(
    model: type[AnyBody],
    raw: bytes | Mapping[str, Any],
    *,
    schemes: Collection[str] = ("https",),
    judge: Judge | None = None,
) -> AnyBody:
    """Read any other body by its model; raises Mistakes naming every wrong field."""
    body, found = read_object(raw)
    return parsed(model, body, found, schemes, judge)


def parsed(
    model: type[AnyBody],
    body: dict[str, Any],
    found: list[tuple[str, str]],
    schemes: Collection[str],
    judge: Judge | None = None,
) -> AnyBody:
    """Return a body that was read, by its model; raises Mistakes: those `found` and its own."""
    read: AnyBody | None = None
    try:
        read = model.model_validate(_cleaned(body, model, ()), context={SCHEMES: tuple(schemes), JUDGE: judge})
    except ValidationError as wrong:
        found = [*sentences(wrong, model), *found]
    details: dict[str, list[str]] = {}
    for path, why in found:
        told = details.setdefault(path, [])
        if why not in told:
            told.append(why)
    if details or read is None:
        raise Mistakes(details)
    return read


def _cleaned(value: Any, model: type[BaseModel], steps: tuple[int | str, ...]) -> Any:
    """Leave out known fields that are null, and names that are no text, which read_object has refused already."""
    if isinstance(value, list):
        return [_cleaned(item, model, (*steps, index)) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    known = known_fields(model, steps)
    return {
        name: _cleaned(item, model, (*steps, name))
        for name, item in value.items()
        if not (item is None and name in known) and not forbidden(name)
    }
