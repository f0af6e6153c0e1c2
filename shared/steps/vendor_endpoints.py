"""Our endpoint at a tenant's account of an avatar service: registered, given a new secret, taken off when it is left.

A rotation changes the secret of the endpoint that is there, so there is never none and never two; the door takes what
the version before signs for as long as that is kept, a day (`old_versions.py`). It is asked for under a key that
follows from the version to be replaced: whoever died before the answer was kept is told that secret again, or a newer.
Where another key opens another account, the one before stands in `webhooks_left` until ours is off it: this call tries,
the next call about the account, and the radar.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.cloud.audit import AuditLine
from shared.cloud.rates import RateCounts
from shared.cloud.replaced_secrets import ReplacedSecrets
from shared.cloud.secret_names import vendor_webhook
from shared.cloud.secrets import NoSecret, Secret, Secrets, SecretsUnreachable
from shared.cloud.tenants import Integration, Tenants
from shared.log import Fact, log
from shared.providers.ports import KeyChanged, Refused, TryLater
from shared.providers.registering import RegistersWebhooks
from shared.steps.old_versions import REPLACED_LIFE
from shared.steps.problems import already_rotating
from shared.steps.webhook_secrets import newest

MOST_LEFT = 5  # accounts of one integration that are remembered: a key a day is a lot
LEFT = "webhooks_left"


@dataclass(frozen=True, slots=True)
class VendorEndpoints:
    """The work and what it needs."""

    tenants: Tenants
    secrets: Secrets
    replaced: ReplacedSecrets
    counts: RateCounts
    url: Callable[[str, str], str]  # tenant, mode
    now: Callable[[], datetime]

    def registered(self, vendor: RegistersWebhooks, tenant: str, account: Integration, api_key: str) -> Integration:
        """Register our endpoint; without it the callback of each order and the sweep still find every take."""
        try:
            endpoint, secret = vendor.register_webhook(self.url(tenant, account.mode), api_key=api_key)
        except (Refused, TryLater, KeyChanged) as failed:  # it may be there all the same, with a secret nobody knows
            log(Fact.WEBHOOK_NOT_REGISTERED, str(failed), tenant=tenant)
            return _leaving(account, {account.version: ""})
        name = _secret_of(tenant, account)
        self.replaced.note(name, tenant, self.now(), self.now() + REPLACED_LIFE)
        self.secrets.put(name, secret, _labels(tenant, account))
        left = {version: one for version, one in (account.webhooks_left or {}).items() if version != account.version}
        return replace(
            account, webhook_id=endpoint, webhook_secret=name, webhook_asked_at=None, webhooks_left=left or None
        )

    def moved(self, tenant: str, known: Integration, account: Integration) -> Integration:
        """Leave word, before anything is registered elsewhere, that two accounts may have one of ours."""
        left = {known.version: known.webhook_id or "", account.version: ""}
        self.tenants.change_integration(tenant, _leaving(known, left), (LEFT,))
        return _leaving(replace(account, webhook_id=None, webhook_asked_at=None), {known.version: left[known.version]})

    def rotated(self, vendor: RegistersWebhooks, tenant: str, known: Integration, line: AuditLine) -> Integration:
        """Give our endpoint a new secret, or register one where there is none.

        Raises Problem where another rotation is at it; KeyChanged, NoSecret, Refused, TryLater, SecretsUnreachable,
        StoreUnreachable.
        """
        now, name = self.now(), _secret_of(tenant, known)
        key, before = self.secrets.get(known.secret, known.version).value, newest(self.secrets, name)
        claim = f"hook-{known.provider}-{known.mode}-{before.version}-{now:%Y%m%d%H%M}"  # bars others for a minute
        if self.counts.once_more(tenant, claim, now + REPLACED_LIFE) > 1:
            raise already_rotating()
        self.tenants.change_integration(tenant, replace(known, webhook_asked_at=now), ("webhook_asked_at",), line)
        endpoint, secret = self._asked(vendor, tenant, known, key, before)
        self._keep(tenant, known, before, secret)
        still = self.tenants.integration(tenant, known.provider, known.mode, fresh=True)
        if still is None or still.version != known.version:  # another key was put meanwhile: its endpoint stands
            raise already_rotating()
        made = replace(
            still, webhook_id=endpoint, webhook_secret=name, webhook_asked_at=None, webhook_rotated_at=self.now()
        )
        names = ("webhook_id", "webhook_secret", "webhook_asked_at", "webhook_rotated_at")
        self.tenants.change_integration(tenant, made, names)
        return self.cleared(vendor, tenant, made)

    def cleared(self, vendor: object, tenant: str, account: Integration) -> Integration:
        """Take ours off the accounts it was left at; what does not answer is tried again another time."""
        if not account.webhooks_left or not isinstance(vendor, RegistersWebhooks):
            return account
        url, keep, left = self.url(tenant, account.mode), account.webhook_id or "", dict[str, str]()
        for version, endpoint in account.webhooks_left.items():
            try:
                key = self.secrets.get(account.secret, version).value
                vendor.clear_webhooks(url, known=endpoint, keep=keep, api_key=key)
            except (TryLater, SecretsUnreachable):
                left[version] = endpoint
            except (KeyChanged, NoSecret, Refused) as failed:
                log(Fact.WEBHOOK_LEFT_BEHIND, str(failed), tenant=tenant)
        made = replace(account, webhooks_left=left or None)
        if made.webhooks_left != account.webhooks_left:
            self.tenants.change_integration(tenant, made, (LEFT,))
        return made

    def _asked(
        self, vendor: RegistersWebhooks, tenant: str, known: Integration, key: str, before: Secret
    ) -> tuple[str, str]:
        """Return the endpoint and its new secret; one the vendor has lost is registered anew."""
        if known.webhook_id:
            once = f"abroll-rotate-{tenant}-{known.mode}-{before.version}"
            if secret := vendor.rotate_webhook(known.webhook_id, api_key=key, idempotency_key=once):
                return known.webhook_id, secret
        return vendor.register_webhook(self.url(tenant, known.mode), api_key=key)

    def _keep(self, tenant: str, known: Integration, before: Secret, secret: str) -> None:
        """Store a secret as the version after `before`. Raises Problem where another one was stored meanwhile.

        Then both are among the last two, which the door takes, and the next rotation makes it one again.
        """
        name, labels, now = _secret_of(tenant, known), _labels(tenant, known), self.now()
        self.replaced.note(name, tenant, now, now + REPLACED_LIFE)
        version = self.secrets.put(name, secret, labels)
        if before.value and int(version) != int(before.version) + 1:
            self.secrets.put(name, self.secrets.get(name, str(int(version) - 1), fresh=True).value, labels)
            raise already_rotating()


def _leaving(account: Integration, left: Mapping[str, str]) -> Integration:
    kept = list({**(account.webhooks_left or {}), **left}.items())[-MOST_LEFT:]
    return replace(account, webhooks_left=dict(kept))


def _secret_of(tenant: str, account: Integration) -> str:
    return vendor_webhook(account.provider, account.mode, tenant)


def _labels(tenant: str, account: Integration) -> Mapping[str, str]:
    return {"tenant": tenant, "provider": account.provider, "mode": account.mode}
