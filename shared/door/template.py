"""The part of the `tenant` function about a tenant's template: what its orders have where they are silent."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.tenants import Tenant, Tenants
from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.incoming import json_body
from shared.door.public import Route
from shared.steps.audited import Audited
from shared.steps.problems import Problem, invalid, not_found

if TYPE_CHECKING:  # most who read templates keep no kits
    from shared.steps.brand_kits import BrandKits

SAYS_NOTHING = "says nothing: give it fields of an order, such as scenes, avatar_id, captions or brand"
_SAYS_ALONE = ("intro", "outro", "product_card")  # that there is one
LARGEST = 32 * 1024  # bytes of a template as it is kept, in its tenant's own document


@dataclass(frozen=True, slots=True)
class Links:
    """What links an order may have."""

    schemes: Collection[str]
    judge: Callable[[str], str | None]  # says what is wrong with where one leads


@dataclass(frozen=True, slots=True)
class TemplateDoor:
    """The routes and what they need."""

    tenants: Tenants
    who: Callable[[flask.Request], Caller]
    links: Links
    kits: "BrandKits"

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("GET", "/template", self._read, "Read what orders have where they are silent."),
            Route("PUT", "/template", self._put, "Set what orders have where they are silent.", takes="Template"),
            Route("DELETE", "/template", self._delete, "Forget the template."),
        )

    def _read(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        kept = template_of(self.who(request))
        if not kept:
            raise not_found("template")
        return answer(200, {"template": kept})

    def _put(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_template

        who = self.who(request)
        try:
            kept = parse_template(json_body(request), schemes=self.links.schemes, judge=self.links.judge)
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        if is_silent(kept):
            raise invalid({"body": [f"{SAYS_NOTHING}; DELETE /tenant/template forgets the one that is kept"]})
        if lost := unknown_kits(self.kits, who.tenant, kept):
            raise invalid(lost)
        text = json.dumps(kept, ensure_ascii=False)
        if len(text.encode()) > LARGEST:
            message = f"a template has at most {LARGEST} bytes"
            raise Problem(Code.VALIDATION_ERROR, message, next_move="leave the longest texts to the orders")
        self.tenants.put_template(who.tenant.id, text, who.line(Audited.DEFAULTS_PUT, fields=kept))
        return answer(200, {"template": kept})

    def _delete(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        self.tenants.put_template(who.tenant.id, None, who.line(Audited.DEFAULTS_DELETED))
        return answer(200, {"deleted": True})


def template_of(who: Caller) -> dict[str, Any]:
    """Return a tenant's template, empty where it has none."""
    kept: dict[str, Any] = json.loads(who.tenant.template or "{}")
    return kept


def is_silent(order: Mapping[str, Any]) -> bool:
    """Tell whether a template says nothing: its objects and lists, if it has any, are empty."""
    return all(name not in _SAYS_ALONE and _empty(said) for name, said in order.items())


def _empty(said: object) -> bool:
    return all(map(_empty, said.values())) if isinstance(said, Mapping) else said == []


def kits_named(order: Mapping[str, Any], below: str = "") -> dict[str, str]:
    """Return the brand kits an order names, by field, as far as it can name one; what has a variable names none yet."""
    from shared.door.body_types import is_template_label
    from shared.door.output_bodies import MOST_OUTPUTS

    outputs = order.get("outputs")
    films = outputs[:MOST_OUTPUTS] if isinstance(outputs, list) else ()
    named = {f"outputs.{n}.brand": each.get("brand") for n, each in enumerate(films) if isinstance(each, Mapping)}
    named["brand"] = order.get("brand")
    return {below + at: name for at, name in named.items() if isinstance(name, str) and is_template_label(name)}


def unknown_kits(kits: "BrandKits", tenant: Tenant, order: Mapping[str, Any], below: str = "") -> dict[str, list[str]]:
    """Return what is wrong with the brand kits a template names, by field: those that are not there."""
    try:
        kits.named(tenant, kits_named(order, below))
    except Problem as none:
        if not none.details:
            raise
        return {path: list(whys) for path, whys in none.details.items()}
    return {}
