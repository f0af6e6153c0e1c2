"""The radar's look at people: whether each look and voice that tenants' accounts and personas name still exists.

Free questions by the tenant's own key, a part of the tenants each day, from where the last look ended; the platform's
own accounts are looked at every day. Whom a service does not know any more stands in the account, and is an alarm on
the day it is found out; a service or a key that does not answer tells nothing of anybody.
"""

from collections.abc import Callable, Iterator, Mapping
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
        personas = self.personas.list(tenant, MOST_PERSONAS) if accounts else ()
        for account in accounts:
            gone = self._gone(tenant, account, personas)
            if gone is None or gone == (account.gone or ()):
                continue
            self.tenants.change_integration(tenant, replace(account, gone=gone or None), ("gone",))
            if news := [each for each in gone if each not in (account.gone or ())]:
                where = f"{called(account.provider)}, mode {account.mode}, {tenant}"
                log(Fact.ALARM, f"people gone at {where}: {', '.join(news)}: orders that name them fail", tenant=tenant)

    def _gone(self, tenant: str, account: Integration, personas: tuple[Persona, ...]) -> tuple[str, ...] | None:
        """Return whom the service does not know any more, and who names them; None where it does not say."""
        named = dict(tuple(_named(account, personas))[:MOST_NAMES])
        if not named:
            return ()
        presenter = self.presenters[account.provider]
        try:
            key = self.secrets.get(account.secret).value
            asked = {
                (kind, name): _is_gone(presenter.avatar if kind == "avatar" else presenter.voice, name, key)
                for kind, name in named
            }
        except KeyChanged:
            self.tenants.key_refused(tenant, account, refused=True)
            return None
        except (NoSecret, SecretsUnreachable, TryLater):
            return None
        return tuple(f"{kind} {name} ({named[kind, name]})" for (kind, name), gone in asked.items() if gone)


def _named(account: Integration, personas: tuple[Persona, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield whom an account's orders may be filmed with, each with who names them; of several the last one stands."""
    for persona in personas:
        if ids := persona.at.get(account.provider):
            for kind, name in zip(_KINDS_NAMED, (ids.avatar_id, ids.voice_id), strict=True):
                if name:
                    yield (kind, name), f"persona {persona.name}"
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
