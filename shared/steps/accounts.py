"""What a tenant does with its accounts at avatar services beside putting a key: look, change, ask anew, pause, forget.

An account has one state: `inactive` where the tenant paused it, `error` where the service refused its key when it was
last asked, else `active`. An order's free check notes a refusal, and that the key works again.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from shared.cloud.audit import AuditLine
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded
from shared.cloud.secrets import NoSecret
from shared.cloud.tenants import AccountStatus, Integration
from shared.codes import Code
from shared.pipeline.plan.request import VoiceSettings
from shared.pipeline.vendors.names import called
from shared.providers.ports import KeyChanged, Refused, TryLater
from shared.providers.registering import RegistersWebhooks
from shared.steps.integrations import Integrations
from shared.steps.problems import Problem, not_found
from shared.steps.vendor_accounts import Held, accounts_of

LIVE_PAGE = 100  # live jobs that are read at once


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account can be used for: its state, what is wrong with it, and what can be done."""

    status: AccountStatus
    reason: str | None = None
    next_move: str | None = None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What is to be other than it is; None stays, and what `cleared` names ends."""

    avatar_id: str | None = None
    voice_id: str | None = None
    provider_config: VoiceSettings | None = None
    status: AccountStatus | None = None
    cleared: Collection[str] = ()

    @property
    def changes(self) -> dict[str, Any]:
        """The account's fields that are to be other, and what they become."""
        given = {
            name: value
            for name in ("avatar_id", "voice_id", "provider_config", "status")
            if (value := getattr(self, name)) is not None
        }
        return given | dict.fromkeys(self.cleared)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The work and what it needs."""

    keys: Integrations
    jobs: Jobs

    def all(self, tenant: str) -> tuple[Held, ...]:
        """Return a tenant's accounts at the services there are, and the platform's that stand in where it has none."""
        found = accounts_of(self.keys.tenants, tenant, self.keys.presenters)
        return tuple(each for each in found if each.account.provider in self.keys.presenters)

    def one(self, tenant: str, provider: str, mode: str) -> Integration:
        """Return an account as it stands. Raises Problem."""
        self.keys.presenter(provider)
        known = self.keys.tenants.integration(tenant, provider, mode, fresh=True)
        if known is None:
            raise not_found("integration")
        return known

    def change(self, tenant: str, provider: str, mode: str, wanted: AccountChange, line: AuditLine) -> Integration:
        """Change who speaks where an order names nobody, how, and whether the account is used. Raises Problem.

        Ids are asked for at the service, with the key that is kept.
        """
        known = self.one(tenant, provider, mode)
        if wanted.avatar_id or wanted.voice_id:
            self._checked(tenant, known, wanted.avatar_id, wanted.voice_id)
        made = replace(known, **wanted.changes)
        self.keys.tenants.change_integration(tenant, made, wanted.changes, line)
        return made

    def sync(self, tenant: str, provider: str, mode: str) -> Integration:
        """Ask the service whether the key works and what is left to spend; keep what it says. Raises Problem."""
        known = self.one(tenant, provider, mode)
        billing, balance = self._checked(tenant, known, known.avatar_id, known.voice_id)
        now = self.keys.now()
        made = replace(known, validated_at=now, last_synced_at=now, billing=billing, balance=balance, refused_at=None)
        names = ("validated_at", "last_synced_at", "billing", "balance", "refused_at")
        self.keys.tenants.change_integration(tenant, made, names)
        return made

    def delete(self, tenant: str, provider: str, mode: str, line: AuditLine) -> None:
        """Forget an account and its key, unless a film that is being made still needs the key. Raises Problem."""
        known = self.one(tenant, provider, mode)
        if jobs := self.using(tenant, known.secret):
            message = f"{len(jobs)} films being made have takes that only this key can fetch ({', '.join(jobs[:3])})"
            move = (
                'PATCH the account with {"status": "inactive"}: nothing new is ordered; delete it when they have ended'
            )
            raise Problem(Code.ACCOUNT_IN_USE, message, next_move=move)
        self.keys.delete(tenant, provider, mode, line)

    def rotate_webhook(self, tenant: str, provider: str, mode: str, line: AuditLine) -> Integration:
        """Give our endpoint at the service a new signing secret; register one where there is none. Raises Problem."""
        known, vendor = self.one(tenant, provider, mode), self.keys.presenter(provider)
        if not isinstance(vendor, RegistersWebhooks):
            message = f"{called(provider)} has no endpoint of abroll's: it calls each order's own address"
            raise Problem(Code.NOT_FOUND, message, next_move="nothing is to be rotated there")
        try:
            return self.keys.endpoints.rotated(vendor, tenant, known, line)
        except NoSecret as gone:
            raise _refused(known, "the stored key cannot be read") from gone
        except KeyChanged as bad:
            self.keys.tenants.key_refused(tenant, known, refused=True)
            raise _refused(known, f"{called(provider)} does not accept the stored key") from bad
        except Refused as refused:
            raise Problem(refused.code, str(refused), next_move=refused.next_move) from refused
        except TryLater as later:
            message = f"{called(provider)} did not say its new secret; what the one before signs is still taken"
            raise Problem(Code.UNAVAILABLE, message, next_move="ask again in a minute", retry_after=60) from later

    def using(self, tenant: str | None, secret: str) -> list[str]:
        """Return the jobs going on of which a take was claimed with a secret; one nobody can read may be such a job.

        Without a tenant those of all tenants are asked, for a key of the platform's. Raises StoreUnreachable.
        """
        found: list[str] = []
        after = None
        while True:
            page = self.jobs.going_on(tenant, LIVE_PAGE, after)
            found += [
                each.job.id if isinstance(each, Loaded) else each.id
                for each in page.found
                if not isinstance(each, Loaded)
                or any(node.claim and node.claim.secret == secret for node in each.job.nodes.values())
            ]
            after = page.last
            if after is None:
                return found

    def _checked(
        self, tenant: str, known: Integration, avatar_id: str | None, voice_id: str | None
    ) -> tuple[str, int | None]:
        """Ask as `Integrations.checked` does, with the key that is kept; note it where the service refuses that."""
        try:
            told = self.keys.checked(known.provider, self.keys.secrets.get(known.secret).value, avatar_id, voice_id)
        except NoSecret as gone:
            raise _refused(known, "the stored key cannot be read") from gone
        except Problem as problem:
            if problem.code is not Code.KEY_REJECTED:
                raise
            self.keys.tenants.key_refused(tenant, known, refused=True)
            raise _refused(known, f"{known.provider} does not accept the stored key") from problem
        return told


def standing(account: Integration) -> Standing:
    """Return an account's state."""
    path = f"/tenant/integrations/{account.provider}?mode={account.mode}"
    if account.status is not AccountStatus.ACTIVE:
        return Standing(account.status, "it was paused", f'PATCH {path} with {{"status": "active"}} to use it again')
    if account.refused_at:
        reason = f"{account.provider} refused its key at {account.refused_at:%Y-%m-%d %H:%M} UTC"
        asks = f"POST /tenant/integrations/{account.provider}/sync"
        move = f"PUT /tenant/integrations/{account.provider} with a working key; {asks} if it works again"
        return Standing(AccountStatus.ERROR, reason, move)
    if account.webhook_asked_at:
        reason = f"a new webhook secret was asked for at {account.webhook_asked_at:%Y-%m-%d %H:%M} UTC and never came"
        asks = f"POST /tenant/integrations/{account.provider}/webhook/rotate?mode={account.mode}"
        return Standing(AccountStatus.ACTIVE, reason, f"{asks}; until then callbacks and the sweep carry every take")
    if account.gone:
        reason = f"{called(account.provider)} did not know, when it was asked last: {', '.join(account.gone)}"
        move = f"PATCH {path} with others, or PUT /tenant/personas/{{name}}; it is asked anew within days"
        return Standing(AccountStatus.ACTIVE, reason, move)
    return Standing(AccountStatus.ACTIVE)


def _refused(known: Integration, why: str) -> Problem:
    return Problem(Code.KEY_REJECTED, why, next_move=f"PUT /tenant/integrations/{known.provider} with a working key")
