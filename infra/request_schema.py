"""The schemas of a job's request as it is read back: printed from the planner's own types, as the codec writes them.

`Understood` is all of it. `Request` is what of it can be ordered again: without what kits, personas and files said.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from shared.pipeline.plan.request import FilmRequest

NULL = {"type": "null"}
NEWER = "unknown"  # where a document keeps what newer code wrote: never shown
_NOTED = "said"  # of the order by itself: what its values do not tell, and are shown without
_REF = "#/components/schemas/"
_UNSAID = {"persona_style", "clip_facts", "video_facts"}  # by an order: a persona or a file brings it
_BRAND = {"type": "string", "description": "The brand kit it wears, by name and version; `none` is none."}
# Parts that are otherwise in what can be ordered again; their new names.
_RENAMED = {"SceneRequest": "AskedScene", "OutputRequest": "AskedOutput", "FilmCard": "AskedCard", "Typography": "Look"}
_OF_KITS = {"captions", "style", "position", "animation", "size", "color"}  # left out where a kit said it


def request_schemas() -> dict[str, Any]:
    """Return the schemas by name; `Request` and `Understood` are the wholes."""
    whole = TypeAdapter(FilmRequest).json_schema(ref_template=_REF + "{model}", mode="serialization")
    parts = whole.pop("$defs")
    whole["description"] = (
        "An order as it was understood, defaults filled in, and what its brand kits, its personas and its clips said; "
        "what was left out is not there."
    )
    shown = {name: _shown(schema) for name, schema in {**parts, "Understood": whole}.items()}
    asked = {new: _asked(shown[name]) for name, new in _RENAMED.items()}
    asked["AskedOutput"] = _branded(asked["AskedOutput"], "dress")
    asked["Request"] = _branded(_asked(shown["Understood"]), "brand")
    asked["Request"]["description"] = (
        "An order as it can be sent to create_job again, defaults filled in; what was left out is not there, and what "
        "its brand kits said is left to them. Of a version it has the scenes that are seen, as they follow. Two "
        "things of an edit no order says: a scene of less than 4 s (here it has 4, and one of more than 8 has 8), and "
        "music, a card or a place taken away from a kit, which brings them again."
    )
    return {**shown, **asked}


def _asked(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object's schema without what no order says."""
    fields = {name: _renamed(field) for name, field in schema["properties"].items() if name not in _UNSAID}
    required = [name for name in schema["required"] if name not in {*_OF_KITS, "scenes"}]
    return {**schema, "properties": fields, "required": required}


def _branded(schema: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Return an object's schema with a kit's name in place of the kit; an order's own is always said."""
    fields = {name: each for name, each in schema["properties"].items() if name != field} | {"brand": _BRAND}
    return {**schema, "properties": fields, "required": [*schema["required"], *(["brand"] if field == "brand" else [])]}


def _renamed(value: Any) -> Any:
    match value:
        case dict():
            return {name: _renamed(each) for name, each in value.items()}
        case list():
            return [_renamed(each) for each in value]
        case str() if (name := value.removeprefix(_REF)) != value and name in _RENAMED:
            return _REF + _RENAMED[name]
    return value


def _shown(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object's schema as it is shown: a field that is null is left out, one with a default never is."""
    if "properties" not in schema:
        return dict(schema)
    fields = {name: field for name, field in schema["properties"].items() if name not in (NEWER, _NOTED)}
    required = [name for name, field in fields.items() if NULL not in field.get("anyOf", ())]
    shown = {name: _given(name, field, always=name in required) for name, field in fields.items()}
    return {**schema, "properties": shown, "required": required}


def _given(name: str, field: Mapping[str, Any], *, always: bool) -> dict[str, Any]:
    told = {word: value for word, value in field.items() if word not in ("anyOf", "default", "title")}
    told["description"] = f"The order's {name}{', or its default' if always else ', where it was given'}."
    kinds = [kind for kind in field.get("anyOf", ()) if kind != NULL]
    return {**told, **kinds[0]} if len(kinds) == 1 else {**told, **({"anyOf": kinds} if kinds else {})}
