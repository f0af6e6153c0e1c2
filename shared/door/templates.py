"""The part of the `tenant` function about named templates: orders with variables, tried before they are kept."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.named_versions import VersionTaken
from shared.cloud.templates import NamedTemplate, Templates
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.filling import OWN, Pattern, read_pattern, tried
from shared.door.incoming import json_body
from shared.door.public import Route
from shared.door.template import LARGEST, SAYS_NOTHING, Links, is_silent, kits_named, unknown_kits
from shared.pipeline.codec import to_plain
from shared.pipeline.plan.brand import NO_BRAND
from shared.pipeline.plan.variables import A_NAME, MOST_PLACES, braced_names, is_variable, places, torn
from shared.steps.audited import Audited
from shared.steps.named_labels import no_version, not_there
from shared.steps.problems import Problem, invalid, not_found

if TYPE_CHECKING:
    from shared.door.template_bodies import NamedTemplateBody
    from shared.steps.brand_kits import BrandKits

MOST_TEMPLATES = 100  # of a tenant
MOST_NEEDS = 20  # told of what an order must bring
PUTS_TRIED = 3  # against somebody who puts the same template


@dataclass(frozen=True, slots=True)
class TemplatesDoor:
    """The routes and what they need."""

    store: Templates
    who: Callable[[flask.Request], Caller]
    links: Links
    now: Callable[[], datetime]
    kits: "BrandKits"

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("GET", "/templates", self._all, "List the named templates, the newest version of each."),
            Route(
                "GET",
                "/templates/{template}",
                self._one,
                "Read a template; `version` reads an older one.",
                reads=("version",),
            ),
            Route(
                "PUT",
                "/templates/{template}",
                self._put,
                "Keep a template's next version: fields of an order with {{variables}}, tried with their examples.",
                takes="NamedTemplate",
            ),
            Route("DELETE", "/templates/{template}", self._delete, "Forget a template and its versions."),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        kept = self.store.list(self.who(request).tenant.id, MOST_TEMPLATES)
        return answer(200, {"templates": [_head(each) for each in kept]})

    def _one(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        tenant = self.who(request).tenant.id
        name, version = _name(found), asked_version(request)
        kept = self.store.get(tenant, name, version)
        if kept is None:
            raise no_version("template", version, self.store.get(tenant, name) if version else None)
        return answer(200, shown_template(kept))

    def _put(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.template_bodies import NamedTemplateBody

        who, name = self.who(request), _name(found)
        try:
            body = parse_body(NamedTemplateBody, json_body(request))
            variables = _variables(body)
            needs = self._needs(who.tenant, Pattern(name, body.order, variables))
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        order = json.dumps(body.order, ensure_ascii=False)
        if len(order.encode()) > LARGEST:
            message = f"a template's order has at most {LARGEST} bytes"
            raise Problem(Code.VALIDATION_ERROR, message, next_move="make variables of the longest texts")
        said = json.dumps(variables, ensure_ascii=False)
        kept = self._kept(who, NamedTemplate(name, 1, order, self.now(), body.title or "", said, who.key.id))
        return answer(200, {**shown_template(kept), "needs": needs})

    def _kept(self, who: Caller, wanted: NamedTemplate) -> NamedTemplate:
        """Write a template's next version. Raises Problem, StoreUnreachable."""
        for _ in range(PUTS_TRIED):
            before = self.store.get(who.tenant.id, wanted.name)
            if before is None and len(self.store.list(who.tenant.id, MOST_TEMPLATES)) >= MOST_TEMPLATES:
                says = f"there are {MOST_TEMPLATES} templates, and a tenant keeps no more"
                move = "DELETE /tenant/templates/{template} of one you do not use"
                raise Problem(Code.VALIDATION_ERROR, says, next_move=move)
            version = before.version + 1 if before else 1
            kept = NamedTemplate(
                wanted.name, version, wanted.order, wanted.created_at, wanted.title, wanted.variables, wanted.made_by
            )
            try:
                self.store.put(who.tenant.id, kept, who.line(Audited.TEMPLATE_PUT, kept.label))
            except VersionTaken:
                continue
            return kept
        raise Problem(Code.BUSY, "others put this template all the time", retry_after=1)

    def _needs(self, tenant: Tenant, pattern: Pattern) -> list[str]:
        """Try a pattern with its examples; return what an order by it must bring itself. Raises Mistakes."""
        from shared.door.bodies import Mistakes, parse_film, parse_template

        _refuse_wrong_places(pattern)
        made, wrong = tried(pattern), dict[str, list[str]]()
        try:
            kept = parse_template(made, schemes=self.links.schemes, judge=self.links.judge)
            if is_silent(kept):
                wrong["order"] = [f"{SAYS_NOTHING}; DELETE /tenant/templates/{{template}} forgets a template"]
        except Mistakes as mistakes:
            wrong = {f"order.{path}": whys for path, whys in mistakes.details.items()}
        wrong |= unknown_kits(self.kits, tenant, pattern.order, "order.")
        if wrong:
            raise Mistakes(wrong)
        try:
            parse_film({"product_title": "product_title", **made}, schemes=self.links.schemes, judge=self.links.judge)
        except Mistakes as mistakes:
            return [f"{path} {why}" for path, whys in islice(mistakes.details.items(), MOST_NEEDS) for why in whys]
        return []

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        newest = self.store.get(who.tenant.id, _name(found))
        if newest is None:
            raise not_found("template")
        self.store.delete(who.tenant.id, newest, who.line(Audited.TEMPLATE_DELETED, newest.name))
        return answer(200, {"deleted": True})


def pattern_of(store: Templates, tenant: str, wanted: str) -> Pattern:
    """Return the template an order names. Raises Mistakes where there is none, StoreUnreachable."""
    from shared.door.body_reading import Mistakes

    name, _, version = wanted.partition("@")
    kept = store.get(tenant, name, int(version) if version else None)
    if kept is None:
        says = not_there(wanted, store.list(tenant, MOST_TEMPLATES), "GET /tenant/templates")
        raise Mistakes({"template": [says]})
    return read_pattern(kept.label, kept.order, kept.variables)


def _variables(body: "NamedTemplateBody") -> dict[str, dict[str, Any]]:
    """Return the variables a body declares. Raises Mistakes."""
    from shared.door.bodies import Mistakes

    declared = body.variables or {}
    if strange := [name for name in declared if not is_variable(name)]:
        raise Mistakes({f"variables.{name}": [A_NAME] for name in strange})
    return {
        name: {"default": each.default} if each.default is not None else {"example": each.example}
        for name, each in declared.items()
    }


def _refuse_wrong_places(pattern: Pattern) -> None:
    """Raise Mistakes for braces without a variable, variables nobody declared, and declared ones without a place."""
    from shared.door.bodies import Mistakes

    found: dict[str, list[str]] = {}
    named = list(islice(places(pattern.order, "order"), MOST_PLACES + 1))
    if len(named) > MOST_PLACES:
        raise Mistakes({"order": [f"has more than {MOST_PLACES} places for variables"]})
    for path in braced_names(pattern.order, "order"):
        found.setdefault(path, []).append("has double braces in its name: variables stand in texts; write the name out")
    for path in torn(pattern.order, "order"):
        found.setdefault(path, []).append("has double braces around no variable: write {{name}}")
    for path, name in named:
        if name not in pattern.variables and name not in OWN:
            found.setdefault(path, []).append(f"names {name}, which variables does not declare")
    used = {name for _, name in named}
    for name in pattern.variables.keys() - used:
        found[f"variables.{name}"] = ["stands nowhere in order"]
    if found:
        raise Mistakes(found)


def asked_version(request: flask.Request) -> int | None:
    """Return the version a call names, None where it names none. Raises Problem."""
    from shared.door.body_types import read_version

    try:
        return read_version(request.args.get("version"))
    except ValueError as wrong:
        raise invalid({"version": [str(wrong)]}) from wrong


def _name(found: Mapping[str, str]) -> str:
    from shared.door.body_types import A_TEMPLATE, is_template

    if not is_template(found["template"]):
        raise invalid({"template": [A_TEMPLATE]})
    return found["template"]


def _head(kept: NamedTemplate) -> dict[str, Any]:
    names: Iterator[str] = iter(sorted(json.loads(kept.variables)))
    return {
        "name": kept.name,
        "version": kept.version,
        "title": kept.title,
        "variables": list(names),
        "brands": sorted({*kits_named(json.loads(kept.order)).values()} - {NO_BRAND}),
        "created_at": to_plain(kept.created_at),
    }


def shown_template(kept: NamedTemplate) -> dict[str, Any]:
    """Return a version as its tenant reads it."""
    return {
        **_head(kept),
        "variables": json.loads(kept.variables),
        "order": json.loads(kept.order),
        "made_by": kept.made_by,
    }
