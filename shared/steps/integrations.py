"""A tenant's account at an avatar service: its key is checked, put into Secret Manager and never shown again.

A new key becomes a new version; the one before is noted first, and destroyed when no live attempt names it any more
(`old_versions.py`, hole 30; infra README, "Secrets and versions").
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from shared.cloud.audit import AuditLine
from shared.cloud.replaced_secrets import ReplacedSecrets
from shared.cloud.secret_names import vendor_key
from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tenants import AccountStatus, Integration, Tenants
from shared.codes import Code
from shared.log import Fact, log
from shared.pipeline.vendors.names import called
from shared.providers.ports import KeyChanged, PresenterVendor, Refused, TryLater
from shared.providers.registering import RegistersWebhooks
from shared.steps.asked_once import AskedOnce
from shared.steps.old_versions import REPLACED_LIFE
from shared.steps.problems import Problem, no_provider, not_found, together
from shared.steps.vendor_endpoints import VendorEndpoints


@dataclass(frozen=True, slots=True)
class Integrations:
    """The work and what it needs."""

    presenters: Mapping[str, PresenterVendor]
    asked: Mapping[str, AskedOnce]  # the same, for what may be answered from memory
    tenants: Tenants
    secrets: Secrets
    replaced: ReplacedSecrets
    endpoints: VendorEndpoints
    now: Callable[[], datetime]

    def put(
        self,
        tenant: str,
        provider: str,
        mode: str,
        api_key: str,
        *,
        avatar_id: str | None,
        voice_id: str | None,
        register: bool,
        line: AuditLine | None = None,
    ) -> Integration:
        """Check a key, keep it, and register our webhook there once; none stays at an account that is left.

        Raises Problem.
        """
        presenter = self.presenter(provider)
        billing, balance = self.checked(provider, api_key, avatar_id, voice_id)
        known = self.tenants.integration(tenant, provider, mode, fresh=True)
        name = vendor_key(provider, mode, tenant)
        kept = self._kept(name, known, api_key)
        leaves = kept is None and known is not None and self._leaves(presenter, known, api_key)
        version = kept or self._put(name, api_key, {"tenant": tenant, "provider": provider, "mode": mode})
        integration = Integration(
            provider=provider,
            mode=mode,
            secret=name,
            version=version,
            status=AccountStatus.ACTIVE,
            validated_at=self.now(),
            billing=billing,
            avatar_id=avatar_id or (known.avatar_id if known else None),
            voice_id=voice_id or (known.voice_id if known else None),
            provider_config=known.provider_config if known else None,
            webhook_id=known.webhook_id if known else None,
            webhook_secret=known.webhook_secret if known else None,
            webhook_asked_at=known.webhook_asked_at if known else None,
            webhook_rotated_at=known.webhook_rotated_at if known else None,
            webhooks_left=known.webhooks_left if known else None,
            looks=known.looks if known else None,
            unknown=known.unknown if known else None,
            last_synced_at=self.now(),
            balance=balance,
        )
        if known and leaves:
            integration = self.endpoints.moved(tenant, known, integration)
        deaf = integration.webhook_id is None or integration.webhook_asked_at is not None
        if register and deaf and isinstance(presenter, RegistersWebhooks):
            integration = self.endpoints.registered(presenter, tenant, integration, api_key)
        self.tenants.put_integration(tenant, integration, line)
        return self.endpoints.cleared(presenter, tenant, integration)

    def delete(self, tenant: str, provider: str, mode: str, line: AuditLine | None = None) -> None:
        """Forget an account: its webhook, its document, then its key."""
        presenter = self.presenter(provider)
        known = self.tenants.integration(tenant, provider, mode, fresh=True)
        if known is None:
            raise not_found("integration")
        known = replace(self.endpoints.cleared(presenter, tenant, known), webhooks_left=None)
        if known.webhook_id and isinstance(presenter, RegistersWebhooks):
            try:
                presenter.unregister_webhook(known.webhook_id, api_key=self.secrets.get(known.secret).value)
            except (KeyChanged, TryLater, Refused) as failed:
                log(Fact.WEBHOOK_LEFT_BEHIND, str(failed), tenant=tenant)
        self.tenants.delete_integration(tenant, provider, mode, line)
        self.secrets.delete(known.secret)
        if known.webhook_secret:
            self.secrets.delete(known.webhook_secret)

    def _kept(self, name: str, known: Integration | None, api_key: str) -> str | None:
        """Return the version that holds this key, if it is the present one."""
        if known and known.secret == name:
            with suppress(NoSecret):
                if self.secrets.get(name, known.version).value == api_key:
                    return known.version
        return None

    def _leaves(self, presenter: PresenterVendor, known: Integration, api_key: str) -> bool:
        """Tell whether a new key is another account's than the one our endpoint stands at. Raises Problem."""
        if known.webhook_id is None or not isinstance(presenter, RegistersWebhooks):
            return False
        try:
            return not presenter.has_webhook(known.webhook_id, api_key=api_key)
        except (KeyChanged, TryLater) as later:
            raise _silent(known.provider) from later

    def _put(self, name: str, value: str, labels: Mapping[str, str]) -> str:
        """Add a version, after word was left that the one before it is to go."""
        now = self.now()
        self.replaced.note(name, labels["tenant"], now, now + REPLACED_LIFE)
        return self.secrets.put(name, value, labels)

    def presenter(self, provider: str) -> PresenterVendor:
        """Return an avatar service. Raises Problem where there is none of that name."""
        if provider not in self.presenters:
            raise no_provider(self.presenters)
        return self.presenters[provider]

    def checked(
        self, provider: str, api_key: str, avatar_id: str | None, voice_id: str | None
    ) -> tuple[str, int | None]:
        """Ask the service about a key, a look and a voice; return how it bills, and what is left to spend, if it says.

        Raises Problem.
        """
        asked = self.asked[provider]
        try:
            billing, balance = asked.check_key(api_key=api_key), asked.balance(api_key=api_key)
        except KeyChanged as bad:
            message = f"{called(provider)} does not accept this key"
            move = f"copy the API key from {called(provider)}'s settings and send it again"
            raise Problem(Code.KEY_REJECTED, message, next_move=move, details={"api_key": [message]}) from bad
        except TryLater as later:
            raise _silent(provider) from later
        questions = (("avatar_id", asked.avatar, avatar_id), ("voice_id", asked.voice, voice_id))
        refused = [
            found for field, ask, name in questions if name and (found := _refusal(provider, field, ask, name, api_key))
        ]
        if refused:
            raise together(refused)
        return billing, balance


def _refusal(provider: str, field: str, ask: Callable[..., object], name: str, api_key: str) -> Problem | None:
    """Return what keeps a look or a voice from being used, None where nothing does. Raises Problem."""
    try:
        ask(name, api_key=api_key)
    except Refused as refused:
        return Problem(refused.code, str(refused), next_move=refused.next_move, details={field: [str(refused)]})
    except (KeyChanged, TryLater) as later:
        raise _silent(provider) from later
    return None


def _silent(provider: str) -> Problem:
    message = f"{called(provider)} did not answer, so the key could not be checked"
    return Problem(Code.UNAVAILABLE, message, next_move="try again in a minute", retry_after=60)
