"""Casting: which avatar service films an order that names personas, and under which ids; asked before it is planned.

An order without personas costs no read here. How fast the services are lately is asked for an order that prefers speed
only, and remembered for a minute by every instance.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from shared.cloud.personas import Personas
from shared.cloud.tenants import AccountStatus, Tenant, Tenants
from shared.pipeline.plan.capabilities import AvatarService
from shared.pipeline.plan.personas import STYLES, Persona, cast_by, personas_named
from shared.pipeline.plan.refusals import unavailable_service
from shared.pipeline.plan.request import FilmRequest, Prefer
from shared.pipeline.plan.selection import Candidate, Ranked, rank, usual_seconds
from shared.pipeline.plan.speakers import Defaults, speakers
from shared.pipeline.vendors.figures import Outlook
from shared.steps.asked_once import AskedOnce
from shared.steps.personas import MOST_PERSONAS
from shared.steps.problems import invalid
from shared.steps.vendor_accounts import account_for


@dataclass(frozen=True, slots=True)
class Chosen:
    """An order with the ids of its personas at the service that films it, and who could film it too."""

    request: FilmRequest
    ranked: tuple[Ranked, ...] = ()  # every service, where personas left the choice
    others: tuple[tuple[Ranked, FilmRequest], ...] = ()  # the order as the other fitting services would film it


@dataclass(frozen=True, slots=True)
class Casting:
    """The work and what it needs."""

    store: Personas
    tenants: Tenants
    services: Mapping[str, AvatarService]  # in the order of the tables
    outlook: Callable[[bool], Outlook]  # what may be expected of them; True: read where nothing is remembered
    asked: Mapping[str, AskedOnce]
    usual: Callable[[Tenant], Prefer]  # what a tenant's plan prefers where an order does not say

    def __call__(self, whose: Tenant, request: FilmRequest, allowed: Collection[str]) -> Chosen:
        """Return the order with the ids of its personas, and every service as it was ranked. Raises Problem.

        A service that the tenant's plan does not have (`allowed`) is never chosen. A key that is lacking everywhere is
        no refusal yet: a price needs none, and preflight refuses an order.
        """
        named = personas_named(request)
        if not named:
            return Chosen(request)
        tenant, usual = whose.id, self.usual(whose)
        if request.provider is not None and request.provider not in self.services:
            raise invalid({"provider": [unavailable_service(request.provider, self.services)]})
        found = {name: self.store.get(tenant, name) for name in named}
        self._refuse_unknown(tenant, named, found)
        personas = {name: persona for name, persona in found.items() if persona}
        outlook = self.outlook((request.prefer or usual) is Prefer.SPEED)
        seen = (self._candidate(tenant, request, name, personas, outlook) for name in self.services)
        candidates = tuple(replace(each, in_plan=each.provider in allowed) for each in seen)
        ranked = rank(request, candidates, usual)
        keyed = tuple(replace(each, has_key=True) for each in candidates)
        able = ranked if ranked[0].fits else rank(request, keyed, usual)
        if not able[0].fits:
            reasons = "; ".join(f"{each.provider}: {each.reason}" for each in able)
            why = f"no avatar service can film this order ({reasons})"
            raise invalid({path: [why] for paths in named.values() for path in paths})
        first = able[0].provider
        rivals = ranked if request.provider is None else rank(replace(request, provider=None), candidates, usual)
        others = tuple(
            (each, cast_by(request, personas, each.provider)) for each in rivals if each.fits and each.provider != first
        )
        return Chosen(cast_by(request, personas, first), ranked, others)

    def _candidate(
        self, tenant: str, request: FilmRequest, provider: str, personas: Mapping[str, Persona], outlook: Outlook
    ) -> Candidate:
        lacks = tuple(name for name, persona in personas.items() if provider not in persona.at)
        held = None if lacks else account_for(self.tenants, tenant, provider, request.mode.value)
        has_key = held is not None and held.account.status is AccountStatus.ACTIVE
        service = self.services[provider]
        seconds = usual_seconds(provider, service, outlook)
        styled = bool(lacks) or self._styled(cast_by(request, personas, provider), provider)
        return Candidate(provider, service, has_key or bool(lacks), lacks, seconds, styled)

    def _styled(self, request: FilmRequest, provider: str) -> bool:
        """Tell whether each voice that speaks at a service may have the order's style."""
        cast = speakers(request, Defaults()) if request.voice.style else ()
        return not any(self.asked[provider].styleless(each.voice_id) for each in cast)

    def _refuse_unknown(
        self, tenant: str, named: Mapping[str, tuple[str, ...]], found: Mapping[str, Persona | None]
    ) -> None:
        """Raise Problem for every persona that is not there, or that nobody has given ids yet."""
        missing = [name for name, persona in found.items() if persona is None or not persona.at]
        if not missing:
            return
        known = [each.name for each in self.store.list(tenant, MOST_PERSONAS) if each.at]
        details: dict[str, list[str]] = {}
        for name in missing:
            state = "has no ids yet" if found[name] or name in STYLES else "is no persona of yours"
            near = get_close_matches(name, known, n=3, cutoff=0.6)
            alike = f"; there is {' and '.join(near)}" if near else ""
            why = f'"{name}" {state}{alike}: PUT /tenant/personas/{name} gives it an avatar at each service'
            details |= {path: [why] for path in named[name]}
        raise invalid(details)
