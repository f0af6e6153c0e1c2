"""Casting: which avatar service films an order that names personas, and under which ids; asked before it is planned.

In which mode an order with a `mode_fallback` is filmed is settled here, too, once: everything later reads `mode`.

An order without personas costs no read here. How fast the services are lately is asked for an order that prefers speed
only, and remembered for a minute by every instance.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from shared.cloud.personas import Personas
from shared.cloud.tenants import AccountStatus, Tenant, Tenants
from shared.pipeline.job.job import Job
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.capabilities import AvatarService, Tables
from shared.pipeline.plan.personas import STYLES, Persona, cast_by, personas_named
from shared.pipeline.plan.planner import CannotPlan, to_ask
from shared.pipeline.plan.refusals import unavailable_service
from shared.pipeline.plan.request import FilmRequest, Mode, Prefer
from shared.pipeline.plan.selection import Candidate, Ranked, rank, usual_seconds
from shared.pipeline.plan.speakers import Defaults, speakers
from shared.pipeline.plan.warned import Warned, WarningText
from shared.pipeline.vendors.figures import Outlook
from shared.pipeline.vendors.names import called
from shared.steps.account_defaults import USUAL, defaults_of, speaks, with_account_defaults
from shared.steps.asked_once import AskedOnce
from shared.steps.personas import MOST_PERSONAS
from shared.steps.problems import Problem, invalid
from shared.steps.vendor_accounts import account_for

TEST_FILM = "This is a test film"  # how the warning begins, by which a job tells that its order fell back


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


def in_its_mode(
    asked: FilmRequest, tenant: Tenant, casting: Casting, allowed: Collection[str], tables: Tables
) -> tuple[FilmRequest, tuple[WarningText, ...]]:
    """Return an order in the mode it is filmed in, with what its account says where it is silent; and what that is.

    It is a test film only where it asks for that fallback, no production account films it, the platform's neither, and
    the tenant has a test account that does. Else it is planned, or refused, as an order of its mode.
    """
    alone = replace(asked, mode_fallback=None)
    filled = with_account_defaults(alone, tenant.id, casting.tenants, allowed)
    if asked.mode is not Mode.PRODUCTION or asked.mode_fallback is not Mode.TEST:
        return filled, ()
    service, lacks = _lacking(filled, tenant, casting, allowed, tables)
    if not lacks:
        return filled, ()
    test = with_account_defaults(replace(alone, mode=Mode.TEST), tenant.id, casting.tenants, allowed)
    films, cannot = _lacking(test, tenant, casting, allowed, tables)
    if cannot:
        return filled, ()
    says = f"{TEST_FILM}: {lacks}, so {called(films)} films it with your test account, as mode_fallback asks"
    return test, (warning(Warned.TEST_INSTEAD, says, provider=service),)


def fell_back(job: Job) -> tuple[WarningText, ...]:
    """Return what is said of whatever is made from a job whose order fell back to the tenant's test account, else ().

    It is of mode `test` for good, and filmed with no account but the tenant's own.
    """
    if not any(said.startswith(TEST_FILM) for said in job.warnings):
        return ()
    says = f"{TEST_FILM}, for its order became one by mode_fallback, and what is made from such a film is one too"
    return (warning(Warned.TEST_INSTEAD, says, provider=job.plan.provider),)


def _lacking(
    request: FilmRequest, tenant: Tenant, casting: Casting, allowed: Collection[str], tables: Tables
) -> tuple[str, str]:
    """Return whose account an order needs ("" = nobody's), and why none of that mode can be used ("" = one can).

    What else is wrong with the order is no reason: it is told when it is planned.
    """
    try:
        cast = casting(tenant, request, allowed).request
    except Problem:
        return "", ""
    try:
        needed = to_ask(cast, tables, defaults_of(tenant))
        provider, own = needed.provider, needed.films
    except CannotPlan:  # perhaps for want of the avatar that another mode's account names
        provider, own = (cast.provider or USUAL if speaks(cast) else ""), False
    mode, service = request.mode, called(provider) if provider else ""
    held = account_for(casting.tenants, tenant.id, provider, mode.value) if provider else None
    lent = held is not None and held.platform
    match held:
        case _ if not provider:
            why = ""
        case None:
            why = f"there is no {mode} account at {service}"
        case _ if lent and (own or mode is Mode.TEST):
            why = f"you have no {mode} account at {service}"
        case _ if held.account.status is not AccountStatus.ACTIVE:
            why = f"your {mode} account at {service} is paused"
        case _ if held.account.refused_at is not None:
            whose = "abroll's own" if lent else "your"
            why = f"{service} refused the key of {whose} {mode} account"
        case _:
            why = ""
    return provider, why
