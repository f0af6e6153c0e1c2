"""The `tenant` function's routes about personas."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.incoming import json_body
from shared.door.public import Route
from shared.pipeline.codec import to_plain
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.steps.audited import Audited
from shared.steps.personas import Cast
from shared.steps.problems import invalid


@dataclass(frozen=True, slots=True)
class PersonasDoor:
    """The routes and what they need."""

    cast: Cast
    who: Callable[[flask.Request], Caller]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("GET", "/personas", self._all, "List the personas, the styles that have no ids yet among them."),
            Route("GET", "/personas/{persona}", self._one, "Read a persona."),
            Route(
                "PUT",
                "/personas/{persona}",
                self._put,
                "Make or change a persona: one presenter under the ids each avatar service knows it by.",
                takes="Persona",
            ),
            Route("DELETE", "/personas/{persona}", self._delete, "Forget a persona; ordered films keep its ids."),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        return answer(200, {"personas": [shown_persona(each) for each in self.cast.all(self.who(request).tenant.id)]})

    def _one(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        tenant = self.who(request).tenant.id
        return answer(200, shown_persona(self.cast.one(tenant, _name(found))))

    def _put(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.tenant_bodies import PersonaBody

        who = self.who(request)
        try:
            wanted = parse_body(PersonaBody, json_body(request))
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        at = {provider: PersonaIds(ids.avatar_id, ids.voice_id, ids.style) for provider, ids in wanted.at.items()}
        name = _name(found)
        line = who.line(Audited.PERSONA_PUT, name, ("title", *(f"at.{provider}" for provider in at)))
        kept, unchecked = self.cast.put(who.tenant.id, Persona(name, wanted.title or name, at), line)
        return answer(200, {**shown_persona(kept), "warnings": list(unchecked)})

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, name = self.who(request), _name(found)
        self.cast.delete(who.tenant.id, name, who.line(Audited.PERSONA_DELETED, name))
        return answer(200, {"deleted": True})


def _name(found: Mapping[str, str]) -> str:
    from shared.door.body_types import A_PERSONA, is_persona

    if not is_persona(found["persona"]):
        raise invalid({"persona": [A_PERSONA]})
    return found["persona"]


def shown_persona(persona: Persona) -> dict[str, Any]:
    """Return a persona as its tenant reads it."""
    return {"at": {}, **to_plain(persona)}
