"""Our endpoints at vendors' accounts of a tenant that is closed: taken off while its key is still there."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tenants import Integration, Tenants
from shared.log import Fact, log
from shared.pipeline.vendors.names import called
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.providers.registering import RegistersWebhooks
from shared.steps.reap import NotYet
from shared.steps.troves import NOTHING_LEFT, Left

STANDING = ("webhook_id", "webhooks_left")  # say where one of ours is


@dataclass(frozen=True, slots=True)
class VendorHooks:
    """A trove; what a vendor does not let go within a day is left there and told, for it harms nobody."""

    tenants: Tenants
    secrets: Secrets
    presenters: Callable[[], Mapping[str, PresenterVendor]]
    url: Callable[[str, str], str]  # tenant, mode
    kind: str = "webhooks_at_vendors"

    def some(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return the accounts that have one of ours. Raises StoreUnreachable, Unreadable."""
        return tuple(_name(each) for each in self.tenants.integrations(tenant) if _stands(each))[:most]

    def end(self, tenant: str, names: tuple[str, ...], *, patient: bool) -> Left:
        """Take ours off. Raises NotYet, SecretsUnreachable, StoreUnreachable, Unreadable."""
        left: dict[str, str] = {}
        for each in self.tenants.integrations(tenant):
            if _name(each) not in names or not _stands(each):
                continue
            if why := self._taken_off(tenant, each, patient=patient):
                log(Fact.WEBHOOK_LEFT_BEHIND, why, tenant=tenant)
                left[_name(each)] = why
            self.tenants.change_integration(tenant, replace(each, webhook_id=None, webhooks_left=None), STANDING)
        return left or NOTHING_LEFT

    def _taken_off(self, tenant: str, account: Integration, *, patient: bool) -> str:
        """Return why it could not be done; nothing where it is."""
        vendor: object = self.presenters().get(account.provider)
        if not isinstance(vendor, RegistersWebhooks):
            return f"{account.provider} is spoken to no more"
        try:
            for version, endpoint in (account.webhooks_left or {}).items():
                with suppress(KeyChanged, NoSecret):  # a key that was replaced: it may have ended since
                    key = self.secrets.get(account.secret, version).value
                    vendor.clear_webhooks(self.url(tenant, account.mode), known=endpoint, keep="", api_key=key)
            if account.webhook_id:
                vendor.unregister_webhook(account.webhook_id, api_key=self.secrets.get(account.secret).value)
        except (KeyChanged, NoSecret):
            return f"the key at {called(account.provider)} does not work any more"
        except Refused as refused:
            return str(refused)
        except TryLater as later:
            if patient:
                raise NotYet(f"{called(account.provider)} does not answer: {later}") from later
            return str(later)
        return ""


def _stands(account: Integration) -> bool:
    return bool(account.webhook_id or account.webhooks_left)


def _name(account: Integration) -> str:
    return f"{account.provider}-{account.mode}"
