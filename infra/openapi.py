"""The OpenAPI description, made from the routes and the bodies themselves; `--write` refreshes the shipped file."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from infra.answers import SCHEMAS
from infra.call_answers import ANSWERS, QUERIES, REDIRECTS, TABLES
from infra.django_answers import REFUSALS
from infra.examples import EXAMPLES, TABLE_EXAMPLES
from infra.request_schema import request_schemas
from shared.codes import MEANINGS, Code
from shared.config import Settings
from shared.door.batch_bodies import BatchBody
from shared.door.brand_bodies import BrandKitBody
from shared.door.bulk_bodies import CancelManyBody, RetryManyBody
from shared.door.change_bodies import EditBody, KeepBody, LinksBody, RegenerateBody, RetryBody
from shared.door.clip_bodies import ClipLinkBody
from shared.door.feedback_bodies import FeedbackBody
from shared.door.film_bodies import FilmBody, TemplateBody
from shared.door.health import OPENAPI
from shared.door.public import Route
from shared.door.statuses import STATUS
from shared.door.template_bodies import NamedTemplateBody
from shared.door.tenant_bodies import (
    IntegrationBody,
    IntegrationChangeBody,
    KeyBody,
    PersonaBody,
    ReplayBody,
    RotateBody,
    WebhookBody,
    WebhookChangeBody,
)
from shared.steps.webhook_events import EVENTS, WebhookEvent, WebhookPayload
from shared.wiring import Wiring

BODIES: Mapping[str, type[BaseModel]] = {
    "Batch": BatchBody,
    "BrandKit": BrandKitBody,
    "CancelMany": CancelManyBody,
    "ClipLink": ClipLinkBody,
    "Edit": EditBody,
    "Film": FilmBody,
    "Integration": IntegrationBody,
    "IntegrationChange": IntegrationChangeBody,
    "Feedback": FeedbackBody,
    "Keep": KeepBody,
    "Key": KeyBody,
    "Links": LinksBody,
    "NamedTemplate": NamedTemplateBody,
    "Persona": PersonaBody,
    "Regenerate": RegenerateBody,
    "Replay": ReplayBody,
    "Retry": RetryBody,
    "RetryMany": RetryManyBody,
    "Rotate": RotateBody,
    "Template": TemplateBody,
    "Webhook": WebhookBody,
    "WebhookChange": WebhookChangeBody,
}
PROBLEM = {
    "type": "object",
    "required": ["error", "message", "details", "next_move", "request_id"],
    "properties": {
        "error": {"type": "string", "enum": sorted(code.value for code in STATUS)},
        "message": {"type": "string"},
        "details": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "next_move": {"type": "string"},
        "request_id": {"type": "string"},
    },
}


RATE_HEADERS = ("RateLimit", "RateLimit-Policy")
HEADERS = {
    "RateLimit": {
        "description": "What is left of each limit that was judged, and when it is whole again (seconds); "
        "draft-ietf-httpapi-ratelimit-headers-11.",
        "schema": {"type": "string", "examples": ['"writes";r=59;t=1, "creations";r=9;t=1800']},
    },
    "RateLimit-Policy": {
        "description": "The same limits: how much (`q`) in how many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"writes";q=60;w=60, "creations";q=10;w=3600']},
    },
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}},
}
FUNCTIONS = Path(__file__).with_name("functions.json")
ANYONE = "anyone"


def describe(doors: Mapping[str, tuple[Route, ...]]) -> dict[str, Any]:
    """Return the description of these functions' routes."""
    payload = TypeAdapter(WebhookPayload).json_schema(ref_template="#/components/schemas/{model}")
    answers = {**SCHEMAS, **request_schemas()}
    refused: dict[str, Any] = {"Problem": PROBLEM, **REFUSALS}
    schemas: dict[str, Any] = {**refused, **answers, **payload.pop("$defs", {}), "WebhookPayload": payload}
    for name, model in BODIES.items():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="validation")
        schemas |= schema.pop("$defs", {})
        schemas[name] = schema
    paths: dict[str, dict[str, Any]] = {}
    for function, routes in doors.items():
        for route in routes:
            if route.says:
                path = f"/{function}{route.path}".rstrip("/")
                paths.setdefault(path, {})[route.method.lower()] = _operation(function, route, answers)
    schemas = {name: _left_out(schema) for name, schema in schemas.items()}
    key = {"type": "http", "scheme": "bearer", "description": "Also as `Authorization: Token` or `X-Api-Key`."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "abroll", "version": "1", "description": "One HTTPS request in, one finished film out."},
        "servers": [{"url": "/", "description": "Where this description was read."}],
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "webhooks": {event.value: _webhook(event) for event in WebhookEvent},
        "components": {
            "headers": HEADERS,
            "responses": {
                **{f"Refused{status}": _problem(codes) for status, codes in refusals().items()},
                "RefusedAsDjango": _as_django(),
            },
            "securitySchemes": {"key": key},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def described() -> dict[str, Any]:
    """Return the description of abroll as it is wired; builds no client."""
    nowhere = Settings(
        project="p", public_url="https://p", task_url="{function}", invoker="i", takes_bucket="t", films_bucket="f"
    )
    wiring = Wiring(nowhere)
    rows = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["functions"]
    public = [name for name, row in rows.items() if row["caller"] == ANYONE]
    return describe({name: wiring.door(name).routes for name in public})


def _operation(function: str, route: Route, schemas: Mapping[str, Any]) -> dict[str, Any]:
    names = [part.strip("{}") for part in route.path.split("/") if part.startswith("{")]
    last = [part for part in route.path.split("/") if part and not part.startswith("{")]
    operation: dict[str, Any] = {
        "operationId": "_".join((route.method.lower(), function, *(part.replace(".", "_") for part in last), *names)),
        "summary": route.says,
        "parameters": list(_parameters(names, function, route)),
        "responses": {
            **_answers(function, route, schemas),
            **_refused(route),
        },
    }
    if route.older:
        operation["deprecated"] = True
    if route.takes:
        operation["requestBody"] = {"required": True, "content": _content(route.takes)}
    if route.open:
        operation["security"] = []
    return operation


def _refused(route: Route) -> dict[str, Any]:
    """Return how a call is refused, by HTTP's status: calls of the older API in that API's shape."""
    if not route.older:
        return {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in refusals()}
    return {str(status): {"$ref": "#/components/responses/RefusedAsDjango"} for status in refusals()}


def _answers(function: str, route: Route, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call answers when it succeeds, by HTTP's status."""
    label = _label(function, route)
    headers = _headers(limited=not route.open)
    if label in REDIRECTS:
        location = {"Location": {"description": "Where the file is, for a while.", "schema": {"type": "string"}}}
        named = {"headers": {**headers.get("headers", {}), **location}}
        return {"302": {"description": "Location leads to the file.", **named, **_json({"type": "object"})}}
    if label in TABLES:
        table = {"content": {"text/csv": {"schema": {"type": "string"}}}}
        return {"200": {"description": TABLES[label], **headers, **table}}
    return {
        str(status): {
            "description": schemas[name]["description"],
            **headers,
            **_json({"$ref": f"#/components/schemas/{name}"}),
        }
        for status, name in ANSWERS[label].items()
    }


def _label(function: str, route: Route) -> str:
    return f"{route.method} /{function}{route.path}".rstrip("/")


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _parameters(names: list[str], function: str, route: Route) -> Iterator[dict[str, Any]]:
    for name in names:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for name, schema in QUERIES.get(_label(function, route), {}).items():
        yield {"name": name, "in": "query", "schema": schema}
    if route.takes in ("Batch", "Film", "Retry", "RetryMany", "Regenerate", "Edit"):
        yield {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255}}


def _content(takes: str) -> dict[str, Any]:
    if takes == "bytes":  # generators write no call whose body is an image's or a song's own type
        said = "The file's bytes. They decide what it is: any other Content-Type is taken as well."
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": said}}}
    examples = {"examples": EXAMPLES[takes]} if takes in EXAMPLES else {}
    tables = {"text/csv": {"schema": {"type": "string"}, **TABLE_EXAMPLES[takes]}} if takes in TABLE_EXAMPLES else {}
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{takes}"}, **examples}, **tables}


def _left_out(schema: Any) -> Any:
    """Return a schema without the defaults that are null: such a field is left out, and no generator asks for it."""
    if isinstance(schema, list):
        return [_left_out(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _left_out(each) for name, each in schema.items() if name != "default" or each is not None}


def refusals() -> dict[int, list[Code]]:
    """Return the codes a request may be refused with, by HTTP's status."""
    return {status: [code for code in Code if STATUS.get(code) == status] for status in sorted(set(STATUS.values()))}


def _problem(codes: list[Code]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    says = " ".join(f"`{code}`: {MEANINGS[code].says}" for code in codes)
    limited = _headers(limited=True, retry=True) if Code.RATE_LIMITED in codes else {}
    return {"description": says, **limited, "content": {"application/json": {"schema": schema}}}


def _as_django() -> dict[str, Any]:
    schema = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in REFUSALS]}
    says = "Refused with the status the newer call has, in the shape of Django REST framework."
    return {"description": says, **_headers(limited=True, retry=True), **_json(schema)}


def _headers(*, limited: bool, retry: bool = False) -> dict[str, Any]:
    """Return the headers of an answer that was counted against limits."""
    named = [*(RATE_HEADERS if limited else ()), *(("Retry-After",) if retry else ())]
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in named}} if named else {}


def _webhook(event: WebhookEvent) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/WebhookPayload"}
    return {
        "post": {
            "summary": EVENTS[event],
            "description": "Signed by Standard Webhooks 1.0.0: webhook-id, webhook-timestamp, webhook-signature.",
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": {
                "2XX": {"description": "Taken."},
                "410": {"description": "Not wanted any more; not sent again."},
            },
        }
    }


def text() -> str:
    """Return the description as the shipped file holds it."""
    return json.dumps(described(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Print the description, or refresh the shipped file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        OPENAPI.write_text(text(), encoding="utf-8")
    else:
        print(text())  # noqa: T201  # a command


if __name__ == "__main__":
    main()
