"""The `create_job` function: POST a film, get 202 with its id, its price and where to watch it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import flask

from shared.cloud.templates import Templates
from shared.door import views
from shared.door.answers import answer, note_quotas, request_id
from shared.door.asked import WRITE
from shared.door.brands import kit_of
from shared.door.entrance import Entrance
from shared.door.idempotency import idempotency_key
from shared.door.incoming import json_body
from shared.door.public import Route, serve
from shared.door.template import template_of
from shared.door.templates import pattern_of
from shared.pipeline.vendors.figures import Outlook
from shared.steps.brand_kits import BrandKits
from shared.steps.create_job import CreateJob
from shared.steps.problems import invalid


@dataclass(frozen=True, slots=True)
class CreateJobDoor:
    """The route and what it needs."""

    create: CreateJob
    entrance: Entrance
    public_url: str
    schemes: frozenset[str]  # of links a request may name; more than https only where egress allows it
    judge: Callable[[str], str | None]  # says what is wrong with where a link leads
    now: Callable[[], datetime]
    templates: Templates
    outlook: Callable[[], Outlook]  # what may be expected of the vendors, as far as it is known without asking
    kits: Callable[[], BrandKits]

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (Route("POST", "/", self._create, "Order a film.", takes="Film"),)

    def _create(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_film

        who = self.entrance(request, WRITE)
        key = idempotency_key(request)
        try:
            raw, template = json_body(request), template_of(who)
            patterns = partial(pattern_of, self.templates, who.tenant.id)
            film = parse_film(
                raw,
                template=template,
                schemes=self.schemes,
                judge=self.judge,
                patterns=patterns,
                brands=partial(kit_of, self.kits, who.tenant),
                model=self.create.terms.usual_model(who.tenant),
            )
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        if film.dry_run:
            self.entrance.dry_run(request, who)
            checked = self.create.dry_run(who.tenant, film)
            priced = views.planned(checked.plan, checked.request, self.create.terms.factor(who.tenant))
            priced |= {"avatar_services": views.ranked(checked.ranked), "terms": self.create.terms.told(who.tenant)}
            return answer(200, {"status": "dry_run", "message": "nothing was stored or spent", **priced})
        created = self.create(who.tenant, film, key, request_id(request), partial(self.entrance.again, request, WRITE))
        note_quotas(request, created.quota)
        message = "the film was ordered before; this is the same job" if created.repeated else "the film is ordered"
        accepted = views.accepted(created.job, self.public_url, self.now(), message, self.outlook())
        return answer(202, accepted, {"Location": accepted["urls"]["job"]})
