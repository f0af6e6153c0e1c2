"""The radar's look at people: whether each look and voice that tenants' accounts and personas name still exists.

Free questions by the tenant's own key, a part of the tenants each day, from where the last look ended; the platform's
own accounts are looked at every day. Whom a service does not know any more stands in the account, and is an alarm on
the day it is found out; a service or a key that does not answer tells nothing of anybody. Where a tenant has no account
the platform's is asked for its personas, and who is gone there stands in the persona.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.personas import Personas
from shared.cloud.secrets import NoSecret, Secrets, SecretsUnreachable
from shared.cloud.tenant_pages import TenantPages
from shared.cloud.tenants import AccountStatus, Integration, Tenants
from shared.cloud.vendor_states import VendorStates
from shared.codes import Code
from shared.log import Fact, log
from shared.pipeline.codec import Unreadable
from shared.pipeline.plan.personas import Persona
from shared.pipeline.vendors.names import PLATFORM, called
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.steps.personas import MOST_PERSONAS

TENANTS_A_DAY = 200
MOST_NAMES = 20  # of one account that are asked for: an account's own two, and those of its personas
PEOPLE_SECONDS = 60.0  # of one day's look, and what its last tenant takes: the function has twice as long
UNKNOWN_PEOPLE = frozenset({Code.AVATAR_NOT_FOUND, Code.AVATAR_NOT_USABLE, Code.VOICE_NOT_FOUND, Code.VOICE_NOT_USABLE})
_KINDS_NAMED = ("avatar", "voice")


@dataclass(frozen=True, slots=True)
class PeopleRadar:
    """The step and what it needs."""

    pages: TenantPages
    tenants: Tenants
    personas: Personas
    secrets: Secrets
    presenters: Mapping[str, PresenterVendor]
    states: VendorStates
    monotonic: Callable[[], float]
    tidy: Callable[[object, str, Integration], object]  # takes our endpoint off accounts that were left
    most: int = TENANTS_A_DAY

    def __call__(self) -> None:
        """Look at the next tenants' people; what the store does not give is looked at tomorrow."""
        until = self.monotonic() + PEOPLE_SECONDS
        last, looked = self.states.read().looked_after, 0
        try:
            self._tenant(PLATFORM)
            page = self.pages.after(last, self.most)
            for tenant in page:
                if self.monotonic() > until:
                    break
                self._tenant(tenant.id)
                last, looked = tenant.id, looked + 1
        except (StoreUnreachable, Unreadable) as failed:
            log(Fact.STORE_FAILED, str(failed))
            return
        done = looked == len(page) < self.most  # then it begins anew with the first
        self.states.change(lambda state: replace(state, looked_after="" if done else last))

    def _tenant(self, tenant: str) -> None:
        known = [each for each in self.tenants.integrations(tenant) if each.provider in self.presenters]
        for account in known:
            self.tidy(self.presenters[account.provider], tenant, account)
        accounts = [each for each in known if each.status is AccountStatus.ACTIVE]
        borrowed = self._borrowed(tenant, {each.provider for each in known})
        personas = self.personas.list(tenant, MOST_PERSONAS) if known or borrowed else ()
        for account in accounts:
            gone = self._gone(tenant, account, personas)
            if gone is None or gone == (account.gone or ()):
                continue
            self.tenants.change_integration(tenant, replace(account, gone=gone or None), ("gone",))
            where = f"{called(account.provider)}, mode {account.mode}, {tenant}"
            _ring(tenant, where, [each for each in gone if each not in (account.gone or ())])
        missing = {name: self._unknown(PLATFORM, each, _ids(name, personas)) for name, each in borrowed.items()}
        for persona in personas:
            self._note(tenant, persona, missing)

    def _borrowed(self, tenant: str, own: Collection[str]) -> dict[str, Integration]:
        """Return the platform's accounts that film for a tenant, by the services where it has none of its own."""
        if tenant == PLATFORM:
            return {}
        lent = (each for each in self.tenants.integrations(PLATFORM) if each.status is AccountStatus.ACTIVE)
        return {each.provider: each for each in lent if each.provider in self.presenters and each.provider not in own}

    def _note(self, tenant: str, persona: Persona, missing: Mapping[str, frozenset[tuple[str, str]] | None]) -> None:
        """Write into a persona which of its ids the platform's accounts do not know; who does not say tells nothing."""
        before, gone = persona.gone or (), list[str]()
        for provider, unknown in missing.items():
            named = [(each, f"{provider} {' '.join(each)}") for each in _ids(provider, (persona,))]
            gone += [told for each, told in named if (told in before if unknown is None else each in unknown)]
        if tuple(gone) == before:
            return
        self.personas.note_gone(tenant, persona.name, tuple(gone))
        news = [f"{each} (persona {persona.name})" for each in gone if each not in before]
        _ring(tenant, f"abroll's own accounts, {tenant}", news)

    def _gone(self, tenant: str, account: Integration, personas: tuple[Persona, ...]) -> tuple[str, ...] | None:
        """Return whom the service does not know any more, and who names them; None where it does not say."""
        named = dict(tuple(_named(account, personas))[:MOST_NAMES])
        unknown = self._unknown(tenant, account, named)
        return None if unknown is None else tuple(f"{' '.join(e)} ({by})" for e, by in named.items() if e in unknown)

    def _unknown(
        self, owner: str, account: Integration, named: Collection[tuple[str, str]]
    ) -> frozenset[tuple[str, str]] | None:
        """Ask an account for people, with the key of who owns it: whom it does not know; None where it does not say."""
        if not named:
            return frozenset()
        presenter = self.presenters[account.provider]
        try:
            key = self.secrets.get(account.secret).value
            asked = {
                (kind, name): _is_gone(presenter.avatar if kind == "avatar" else presenter.voice, name, key)
                for kind, name in tuple(named)[:MOST_NAMES]
            }
        except KeyChanged:
            self.tenants.key_refused(owner, account, refused=True)
            return None
        except (NoSecret, SecretsUnreachable, TryLater):
            return None
        return frozenset(each for each, gone in asked.items() if gone)


def _ring(tenant: str, where: str, news: Sequence[str]) -> None:
    if news:
        log(Fact.ALARM, f"people gone at {where}: {', '.join(news)}: orders that name them fail", tenant=tenant)


def _ids(provider: str, personas: Iterable[Persona]) -> dict[tuple[str, str], str]:
    """Return whom personas name at a service, as (kind, id), each with who names them; of several the last stands."""
    named = ((persona, ids) for persona in personas if (ids := persona.at.get(provider)))
    return {
        (kind, name): f"persona {persona.name}"
        for persona, ids in named
        for kind, name in zip(_KINDS_NAMED, (ids.avatar_id, ids.voice_id), strict=True)
        if name
    }


def _named(account: Integration, personas: tuple[Persona, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield whom an account's orders may be filmed with, each with who names them; of several the last one stands."""
    yield from _ids(account.provider, personas).items()
    for kind, name in zip(_KINDS_NAMED, (account.avatar_id, account.voice_id), strict=True):
        if name:
            yield (kind, name), "the account's own"


def _is_gone(ask: Callable[..., object], name: str, key: str) -> bool:
    """Tell whether a service knows somebody no more. Raises KeyChanged, TryLater."""
    try:
        ask(name, api_key=key)
    except Refused as refused:
        return refused.code in UNKNOWN_PEOPLE
    return False
