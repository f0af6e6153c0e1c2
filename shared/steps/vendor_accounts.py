"""Whose account at an avatar service an order, a list or a persona uses: the tenant's own, else the platform's.

The operator may set accounts of the platform's (`python -m infra.admin accounts`), for tenants who have none of their
own at that service and in that mode. One that a tenant has paused, or that does not work, is still its own: the
platform's never stands in for it. What an order was resolved to stands in its plan (`shared/pipeline/job/vendors.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.cloud.tenants import AccountStatus, Integration, Tenants
from shared.pipeline.vendors.names import PLATFORM


@dataclass(frozen=True, slots=True)
class Held:
    """An account, and whose it is: a tenant's id, or `PLATFORM`."""

    owner: str
    account: Integration

    @property
    def platform(self) -> bool:
        """Whether it is the platform's: its balance, its plan and its state are nobody else's business."""
        return self.owner == PLATFORM


def account_for(tenants: Tenants, tenant: str, provider: str, mode: str) -> Held | None:
    """Return the account that a tenant's order is made with; None where there is none. Raises StoreUnreachable."""
    own = tenants.integration(tenant, provider, mode)
    if own is not None:
        return Held(tenant, own)
    return platforms(tenants, provider, mode)


def platforms(tenants: Tenants, provider: str, mode: str) -> Held | None:
    """Return the platform's account for tenants who have none; None where it has none, or it is paused."""
    found = tenants.integration(PLATFORM, provider, mode)
    return Held(PLATFORM, found) if found is not None and found.status is AccountStatus.ACTIVE else None


def accounts_of(tenants: Tenants, tenant: str, providers: Iterable[str]) -> Iterator[Held]:
    """Yield a tenant's accounts as they stand, then the platform's where it has none. Raises StoreUnreachable."""
    own = tenants.integrations(tenant)
    yield from (Held(tenant, each) for each in own)
    yield from lent(tenants, own, providers)


def lent(tenants: Tenants, own: Iterable[Integration], providers: Iterable[str]) -> Iterator[Held]:
    """Yield the platform's accounts that stand in for those a tenant lacks beside its `own`."""
    known, served = {(each.provider, each.mode) for each in own}, set(providers)
    for each in tenants.integrations(PLATFORM):
        lacking = each.provider in served and (each.provider, each.mode) not in known
        if lacking and each.status is AccountStatus.ACTIVE:
            yield Held(PLATFORM, each)
