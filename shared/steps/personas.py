"""A tenant's personas: made, changed and forgotten by name, their ids checked where the avatar service can be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.cloud.audit import AuditLine
from shared.cloud.personas import Personas
from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tenants import AccountStatus, Tenants
from shared.codes import Code
from shared.pipeline.plan.looks import Voice
from shared.pipeline.plan.personas import STYLES, Persona, PersonaIds
from shared.pipeline.plan.request import Mode
from shared.pipeline.vendors.names import called
from shared.providers.ports import KeyChanged, Refused, TryLater
from shared.steps.asked_once import AskedOnce
from shared.steps.problems import Problem, invalid, not_found
from shared.steps.styles import known_styles

MOST_PERSONAS = 100  # of a tenant


@dataclass(frozen=True, slots=True)
class Cast:
    """The work and what it needs."""

    store: Personas
    asked: Mapping[str, AskedOnce]  # each avatar service
    tenants: Tenants
    secrets: Secrets

    def all(self, tenant: str) -> tuple[Persona, ...]:
        """Return a tenant's personas by name, the styles it has not filled yet among them."""
        found = {each.name: each for each in self.store.list(tenant, MOST_PERSONAS)}
        empty = {name: Persona(name, name.capitalize()) for name in STYLES if name not in found}
        return tuple(sorted((found | empty).values(), key=lambda persona: persona.name))

    def one(self, tenant: str, name: str) -> Persona:
        """Return a persona. Raises Problem."""
        known = self.store.get(tenant, name)
        if known is None and name not in STYLES:
            raise not_found("persona")
        return known or Persona(name, name.capitalize())

    def put(self, tenant: str, wanted: Persona, line: AuditLine) -> tuple[Persona, tuple[str, ...]]:
        """Keep a persona; return it with what could not be checked. Raises Problem naming every id that is wrong."""
        strays = sorted(set(wanted.at) - set(self.asked))
        if strays:
            known = ", ".join(sorted(self.asked))
            raise invalid({f"at.{name}": [f"is no avatar service; {known} are"] for name in strays})
        details: dict[str, list[str]] = {}
        unchecked: list[str] = []
        for provider, ids in wanted.at.items():
            for path, why in self._wrong(tenant, provider, ids):
                if path:
                    details.setdefault(f"at.{provider}.{path}", []).append(why)
                else:
                    unchecked.append(why)
        if details:
            raise invalid(details)
        if self.store.get(tenant, wanted.name) is None and len(self.store.list(tenant, MOST_PERSONAS)) >= MOST_PERSONAS:
            says = f"there are {MOST_PERSONAS} personas, and a tenant keeps no more"
            raise Problem(Code.VALIDATION_ERROR, says, next_move="DELETE /tenant/personas/{name} of one you do not use")
        self.store.put(tenant, wanted, line)
        return wanted, tuple(unchecked)

    def delete(self, tenant: str, name: str, line: AuditLine) -> None:
        """Forget a persona; jobs that were ordered with it keep its ids. Raises Problem."""
        if self.store.get(tenant, name) is None:
            raise not_found("persona")
        self.store.delete(tenant, name, line)

    def _wrong(self, tenant: str, provider: str, ids: PersonaIds) -> Iterator[tuple[str, str]]:
        """Yield (field, why) for each id the service does not know, ("", why) where it could not be asked."""
        if ids.style and (why := self.asked[provider].styleless(ids.voice_id)):
            yield "style", f"cannot be spoken at {called(provider)}: {why}"
            return
        api_key = self._key(tenant, provider)
        if api_key is None:
            yield "", f"no working {called(provider)} key is stored, so the ids there could not be checked"
            return
        asked = self.asked[provider]
        try:
            for field, question, name in (
                ("avatar_id", asked.avatar, ids.avatar_id),
                ("voice_id", asked.voice, ids.voice_id),
            ):
                if name is None:
                    continue
                try:
                    told = question(name, api_key=api_key)
                except Refused as refused:
                    yield field, str(refused)
                else:
                    if isinstance(told, Voice) and ids.style and ids.style not in told.styles:
                        yield "style", f"is none of its voice's: {known_styles(told)}"
        except KeyChanged:
            yield "", f"{called(provider)} refused the stored key, so the ids there could not be checked"
        except TryLater:
            yield "", f"{called(provider)} did not answer in time, so the ids there could not be checked"

    def _key(self, tenant: str, provider: str) -> str | None:
        """Return a key that can tell: of an account of the tenant's in any mode, else of the platform's."""
        from shared.steps.vendor_accounts import platforms

        own = [found for mode in Mode if (found := self.tenants.integration(tenant, provider, mode.value))]
        lent = () if own else (held.account for mode in Mode if (held := platforms(self.tenants, provider, mode.value)))
        for account in own or lent:
            if account.status is AccountStatus.ACTIVE:
                try:
                    return self.secrets.get(account.secret).value
                except NoSecret:
                    continue
        return None
