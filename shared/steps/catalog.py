"""Who can be filmed and heard, at every account of a tenant: read whole at the service, kept for eighteen hours.

Where it has no account and the platform has one, that one's list is shown: it is kept once, for all.

A service that does not answer costs nobody the list: what was read last is shown, and said to be old. Two who ask at
once may both read it; the later one stands.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic

from shared.cloud.catalogs import Catalogs, Item, Read
from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tenants import AccountStatus, Integration, Tenants
from shared.pipeline.plan.request import Mode
from shared.pipeline.vendors.names import called
from shared.providers.catalog import ListedLook, ListedVoice, Listing, ListsPeople
from shared.providers.ports import KeyChanged, TryLater
from shared.steps.vendor_accounts import Held, accounts_of

FRESH = timedelta(hours=18)
REFRESH_AFTER = timedelta(minutes=1)  # who asks for a new reading sooner is shown the last one
CUT = "the list is longer than abroll reads, or broke off: it is shown as far as it was read"


@dataclass(frozen=True, slots=True)
class ListSource(Generic[Item]):
    """One account's list: what is on it, when it was read, and what to know about it."""

    account: Integration
    items: tuple[Item, ...] = ()
    read_at: datetime | None = None
    stale: bool = False
    notes: tuple[str, ...] = field(default=())
    platform: bool = False  # the account is not the tenant's own


@dataclass(frozen=True, slots=True)
class Catalog:
    """The work and what it needs."""

    presenters: Mapping[str, object]
    tenants: Tenants
    secrets: Secrets
    store: Catalogs
    now: Callable[[], datetime]

    def looks(
        self, tenant: str, mode: Mode, provider: str | None, *, refresh: bool
    ) -> tuple[ListSource[ListedLook], ...]:
        """Return the looks of each account."""
        return self._all(
            tenant, mode, provider, "looks", ListedLook, lambda at, key: at.looks(api_key=key), refresh=refresh
        )

    def voices(
        self, tenant: str, mode: Mode, provider: str | None, *, refresh: bool
    ) -> tuple[ListSource[ListedVoice], ...]:
        """Return the voices of each account."""
        return self._all(
            tenant, mode, provider, "voices", ListedVoice, lambda at, key: at.voices(api_key=key), refresh=refresh
        )

    def _all(
        self,
        tenant: str,
        mode: Mode,
        provider: str | None,
        what: str,
        kind: type[Item],
        ask: Callable[[ListsPeople, str], Listing[Item]],
        *,
        refresh: bool,
    ) -> tuple[ListSource[Item], ...]:
        accounts = [
            each
            for each in accounts_of(self.tenants, tenant, self.presenters)
            if each.account.mode == mode.value
            and each.account.provider in self.presenters
            and provider in (None, each.account.provider)
        ]
        if not accounts:
            return ()

        def one(held: Held) -> ListSource[Item]:
            read = self._one(held.owner, held.account, what, kind, ask, refresh=refresh)
            return replace(read, platform=held.platform)

        with ThreadPoolExecutor(len(accounts)) as pool:  # each has the whole of the function's time
            return tuple(pool.map(one, accounts))

    def _one(
        self,
        tenant: str,
        account: Integration,
        what: str,
        kind: type[Item],
        ask: Callable[[ListsPeople, str], Listing[Item]],
        *,
        refresh: bool,
    ) -> ListSource[Item]:
        """Return an account's list, read anew where it is old or another key's. Raises StoreUnreachable."""
        name, now = f"{account.provider}-{account.mode}-{what}", self.now()
        known = self.store.get(tenant, name, kind)
        if known and known.head.account != _named(account):
            known = None  # it lists another account's people
        if account.status is not AccountStatus.ACTIVE:
            return _shown(account, known, stale=True, note="the account is paused, so the service was not asked")
        age = now - known.head.read_at if known else None
        if age is not None and age < (REFRESH_AFTER if refresh else FRESH):
            return _shown(account, known)
        presenter = self.presenters[account.provider]
        if not isinstance(presenter, ListsPeople):
            return _shown(account, None, note=f"{called(account.provider)} lists nobody")
        try:
            listing = ask(presenter, self.secrets.get(account.secret).value)
        except KeyChanged:
            self.tenants.key_refused(tenant, account, refused=True)
            return _shown(account, known, stale=True, note=f"{called(account.provider)} refused the account's key")
        except NoSecret:
            return _shown(account, known, stale=True, note="the account's key cannot be read")
        except TryLater:
            return _shown(account, known, stale=True, note=f"{called(account.provider)} did not answer in time")
        if known and known.head.whole and not listing.whole:
            return _shown(
                account, known, stale=True, note=f"{called(account.provider)} broke off in the middle of its list"
            )
        made = self.store.put(tenant, name, listing.items, now=now, account=_named(account), whole=listing.whole)
        return _shown(account, made)


def _named(account: Integration) -> str:
    return f"{account.secret}/{account.version}"


def _shown(account: Integration, read: Read[Item] | None, *, stale: bool = False, note: str = "") -> ListSource[Item]:
    notes = [*([note] if note else []), *([CUT] if read and not read.head.whole else [])]
    if read is None:
        return ListSource(account, notes=tuple(notes))
    return ListSource(account, read.items, read.head.read_at, stale, tuple(notes))
