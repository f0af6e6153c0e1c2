"""The schema of a job's request as it is read back: printed from the planner's own types, as the codec writes them."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from shared.pipeline.plan.request import FilmRequest

NULL = {"type": "null"}
NEWER = "unknown"  # where a document keeps what newer code wrote: never shown


def request_schemas() -> dict[str, Any]:
    """Return the schemas by name; `Request` is the whole."""
    whole = TypeAdapter(FilmRequest).json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    parts = whole.pop("$defs")
    whole["description"] = "An order as it was understood, defaults filled in; what was left out is not there."
    return {name: _shown(schema) for name, schema in {**parts, "Request": whole}.items()}


def _shown(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object's schema as it is shown: a field that is null is left out, one with a default never is."""
    if "properties" not in schema:
        return dict(schema)
    fields = {name: field for name, field in schema["properties"].items() if name != NEWER}
    required = [name for name, field in fields.items() if NULL not in field.get("anyOf", ())]
    shown = {name: _given(name, field, always=name in required) for name, field in fields.items()}
    return {**schema, "properties": shown, "required": required}


def _given(name: str, field: Mapping[str, Any], *, always: bool) -> dict[str, Any]:
    told = {word: value for word, value in field.items() if word not in ("anyOf", "default", "title")}
    told["description"] = f"The order's {name}{', or its default' if always else ', where it was given'}."
    kinds = [kind for kind in field.get("anyOf", ()) if kind != NULL]
    return {**told, **kinds[0]} if len(kinds) == 1 else {**told, **({"anyOf": kinds} if kinds else {})}
