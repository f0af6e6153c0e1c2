"""Parses the body of `create_job`: every mistake at once, by field, in plain words; what comes out is a FilmRequest.

Types are strict (no "8" for 8), unknown fields are refused by name, null is a field left out. The wire's form stands in
`film_bodies.py`, defaults in `shared/pipeline/plan/request.py`, the rules between fields in `rules.py` beside it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.door.body_places import known_fields
from shared.door.body_reading import Mistakes, forbidden, read_object
from shared.door.body_types import A_LABEL, JUDGE, SCHEMES, Judge, is_template_label
from shared.door.body_words import sentences
from shared.door.filling import ALIASES, Patterns, from_pattern
from shared.door.film_bodies import FilmBody, TemplateBody
from shared.door.output_bodies import MOST_OUTPUTS
from shared.door.strict_body import Body
from shared.pipeline.codec import to_plain
from shared.pipeline.plan import rules
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.dress import Dress, Kit
from shared.pipeline.plan.kit import filled_in, said_paths, unseen, worn_over
from shared.pipeline.plan.renditions import filmed_for
from shared.pipeline.plan.request import FilmRequest, from_document

__all__ = ["ALIASES", "Body", "Mistakes", "parse_body", "parse_film", "parse_template"]

MOST_SCENES = 20
MOST_METADATA = 20
INSTEAD_OF = {  # what of a template an order's own field takes the place of, beside the field of its name
    "avatar_id": ("persona",),
    "voice_id": ("persona",),
    "persona": ("avatar_id", "voice_id"),
    "image": ("image_url",),
    "image_url": ("image",),
    "script": ("avatar_script",),
    "aspect_ratio": ("outputs",),
    "resolution": ("outputs",),
    "outputs": ("aspect_ratio", "resolution"),
    "mode": ("mode_fallback",),  # who asks for production alone never gets a test film
    "mode_fallback": ("mode",),
}


Kits = Callable[[str | None], Kit | None]  # finds the kit an order names, or its tenant's default
AnyBody = TypeVar("AnyBody", bound=Body)


def parse_film(
    raw: bytes | Mapping[str, Any],
    *,
    template: Mapping[str, Any] = MappingProxyType({}),
    schemes: Collection[str] = ("https",),
    judge: Judge | None = None,
    patterns: Patterns | None = None,
    brands: Kits | None = None,
    model: str | None = None,
) -> FilmRequest:
    """Read a body into a request; raises Mistakes naming every wrong field.

    `template` is what it has where it is silent; `schemes` is what links may begin with; `judge` says what is wrong
    with where one leads; `patterns` finds the named template it may be filled in from, `brands` the brand kit; `model`
    is the footage model of an order that leaves it to us, None the usual one.
    """
    sent, found = read_object(raw)
    label, named, wrong = _by_name(sent, patterns)
    if wrong:
        raise _told([*found, *wrong])  # what it would be like otherwise, nobody knows
    own = {name: value for name, value in sent.items() if value is not None and name != "variables"}
    spoken = _own(template, named, own)
    body, brand, unknown = _branded(spoken, brands)
    worn, unworn = _worn(spoken, brands)
    found += [(path, why + _named_by(path, own, named, label)) for path, why in (*unknown, *unworn)]
    called = {name: alias for alias, name in ALIASES.items() if body.get(alias) is not None}
    found += _too_many(body)
    found += [(alias, f"is {name} by another name: give one of them") for name, alias in called.items() if name in body]
    if not body.keys() & {"product_title", "product_id", "content_id"}:
        found.append(("product_title", "is required, unless a product_id stands for it"))
    outline = rules.outline_of_body({ALIASES.get(name, name): value for name, value in body.items()})
    found += [(called.get(path, path), why) for path, why in rules.mistakes(outline)]
    found += [*_doubly_named(body), *_idle_fallback(body)]
    film = parsed(FilmBody, body, found, schemes, judge).model_dump(exclude_none=True)
    if model and film.get("b_roll", {}).get("provider", "veo") == "veo":
        film["b_roll"] = {"model": model, **film.get("b_roll", {})}
    named = {ALIASES.get(name, name): value for name, value in film.items()}
    titled = {"product_title": named.get("product_id"), **named, "template": label, "brand": to_plain(brand)}
    for number, dress in worn.items():
        titled["outputs"][number] = {**titled["outputs"][number], "dress": to_plain(dress)}
    for each in titled.get("outputs", ()):
        each.pop("brand", None)
    request = from_document(titled)
    request = replace(request, said=unseen(request, {*said_paths(spoken)}))
    return filmed_for(request, shape="aspect_ratio" in named, resolution="resolution" in named)


def parse_template(
    raw: bytes | Mapping[str, Any], *, schemes: Collection[str] = ("https",), judge: Judge | None = None
) -> dict[str, Any]:
    """Read a template; raises Mistakes. Whether it makes a film is an order's question, which may bring the rest."""
    body, found = read_object(raw)
    found += _too_many(body)
    found += [*_doubly_named(body), *_idle_fallback(body)]
    return parsed(TemplateBody, body, found, schemes, judge).model_dump(exclude_none=True)


def _by_name(
    sent: Mapping[str, Any], patterns: Patterns | None
) -> tuple[str | None, dict[str, Any], list[tuple[str, str]]]:
    """Return the label of the template an order names, what it says of it, and what is wrong with its variables."""
    wanted = sent.get("template")
    if wanted is None or patterns is None:
        stray = [("variables", "belongs to a template: name it as template")] if sent.get("variables") else []
        return None, {}, stray
    if not isinstance(wanted, str) or not is_template_label(wanted):
        return None, {}, [("template", A_LABEL if isinstance(wanted, str) else "must be a text")]
    try:
        pattern = patterns(wanted)
    except Mistakes as none:
        return None, {}, [(path, why) for path, whys in none.details.items() for why in whys]
    own = {name for name, value in sent.items() if value is not None}
    left = {name: value for name, value in _beside(pattern.order, sent).items() if name not in own}
    return pattern.label, *from_pattern(sent, replace(pattern, order=left))


def _branded(body: dict[str, Any], brands: Kits | None) -> tuple[dict[str, Any], Brand | None, list[tuple[str, str]]]:
    """Return an order with what its brand kit says where it is silent, its copy of the kit, and what is wrong."""
    asked = body.get("brand")
    if brands is None or not (asked is None or (isinstance(asked, str) and is_template_label(asked))):
        return body, None, []  # its own mistake is told with the fields'
    try:
        kit = brands(asked)
    except Mistakes as none:
        return body, None, [(path, why) for path, whys in none.details.items() for why in whys]
    if kit is None:
        return body, None, []
    made, filled = filled_in(body, kit)
    return made, replace(kit.brand, asked=asked, filled=filled), []


def _own(template: Mapping[str, Any], named: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an order says itself, or by its templates."""
    return {**_beside(template, {**named, **own}), **named, **own}


def _named_by(path: str, own: Mapping[str, Any], named: Mapping[str, Any], label: str | None) -> str:
    """Say what names a kit that is not there, where the order itself does not."""
    field = path.partition(".")[0]
    if field in own:
        return ""
    where = f"the template {label}" if field in named else "the template of all orders (GET /tenant/template)"
    return f"; {where} names it: name another in the order, or none"


def _worn(body: Mapping[str, Any], brands: Kits | None) -> tuple[dict[int, Dress], list[tuple[str, str]]]:
    """Return the kits that films of an order wear in place of its own, by their numbers, and what is wrong."""
    outputs, known = body.get("outputs"), dict[str, Kit | None]()
    worn, wrong = dict[int, Dress](), list[tuple[str, str]]()
    for number, each in enumerate(outputs[:MOST_OUTPUTS] if isinstance(outputs, list) and brands else ()):
        asked = each.get("brand") if isinstance(each, Mapping) else None
        if not isinstance(asked, str) or not is_template_label(asked):
            continue  # its own mistake is told with the fields'
        try:
            if brands and asked not in known:
                known[asked] = brands(asked)
        except Mistakes as none:
            wrong += [(f"outputs.{number}.brand", why) for whys in none.details.values() for why in whys]
            continue
        worn[number] = worn_over(body, known[asked], asked)
    return worn, wrong


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


def _idle_fallback(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Refuse a fallback of a mode that has none."""
    if body.get("mode") == "test" and body.get("mode_fallback") is not None:
        yield "mode_fallback", "belongs to mode production, and the mode is test: leave one of the two out"


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
    if found or read is None:
        raise _told(found)
    return read


def _told(found: Iterable[tuple[str, str]]) -> Mistakes:
    """Return mistakes by field, each once."""
    details: dict[str, list[str]] = {}
    for path, why in found:
        told = details.setdefault(path, [])
        if why not in told:
            told.append(why)
    return Mistakes(details)


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
