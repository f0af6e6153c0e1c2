"""The part of the `tenant` function about accounts at avatar services: keys go in, never out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.cloud.tenants import AccountStatus, Integration
from shared.door.answers import answer
from shared.door.asked import Caller
from shared.door.incoming import json_body
from shared.door.public import Route
from shared.pipeline.codec import from_plain, to_plain
from shared.pipeline.plan.plan import MICROS
from shared.pipeline.plan.request import Mode, VoiceSettings
from shared.steps.accounts import AccountChange, Accounts, standing
from shared.steps.audited import Audited
from shared.steps.problems import invalid

HIDDEN = {
    "secret",
    "webhook_secret",
    "webhook_asked_at",
    "webhooks_left",
    "version",
    "down_times",
    "refused_at",
    "balance",
    "gone",
}
MASKED = "********"  # where a key is kept: nothing of it is ever shown
MODE = ("mode",)  # what calls about one account read of their query
CLEARABLE = ("avatar_id", "voice_id", "provider_config")


@dataclass(frozen=True, slots=True)
class IntegrationsDoor:
    """The routes and what they need."""

    accounts: Accounts
    who: Callable[[flask.Request], Caller]
    key_put: Callable[[flask.Request, Caller], None]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        path = "/integrations/{provider}"
        return (
            Route(
                "GET",
                "/integrations",
                self._all,
                "List the avatar accounts, without their keys, and abroll's own that film where there is none.",
            ),
            Route("PUT", path, self._put, "Put an avatar account's key.", takes="Integration"),
            Route("GET", path, self._one, "Read an avatar account, without its key.", reads=MODE),
            Route(
                "PATCH",
                path,
                self._change,
                "Change an account without its key: who speaks where an order names nobody, how, whether it is used.",
                takes="IntegrationChange",
                reads=MODE,
            ),
            Route(
                "POST",
                f"{path}/sync",
                self._sync,
                "Ask the service whether the key works and what is left to spend.",
                reads=MODE,
            ),
            Route(
                "POST",
                f"{path}/webhook/rotate",
                self._rotate,
                "Give abroll's endpoint at the service a new signing secret, or register one where there is none.",
                reads=MODE,
            ),
            Route(
                "DELETE", path, self._delete, "Forget an avatar account and its key, once no film needs it.", reads=MODE
            ),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        found = self.accounts.all(self.who(request).tenant.id)
        own = [shown_account(each.account) for each in found if not each.platform]
        lent = [{"provider": each.account.provider, "mode": each.account.mode} for each in found if each.platform]
        return answer(200, {"integrations": own, "platform": lent})

    def _put(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.tenant_bodies import IntegrationBody

        who = self.who(request)
        try:
            wanted = parse_body(IntegrationBody, json_body(request))
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        self.accounts.keys.presenter(found["provider"])
        self.key_put(request, who)
        named = [name for name in ("avatar_id", "voice_id") if getattr(wanted, name)]
        integration = self.accounts.keys.put(
            who.tenant.id,
            found["provider"],
            wanted.mode,
            wanted.api_key,
            avatar_id=wanted.avatar_id,
            voice_id=wanted.voice_id,
            register=wanted.register_webhook,
            line=who.line(Audited.ACCOUNT_PUT, f"{found['provider']}-{wanted.mode}", ("api_key", *named)),
        )
        return answer(200, shown_account(integration))

    def _one(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        return answer(200, shown_account(self.accounts.one(who.tenant.id, found["provider"], _mode(request))))

    def _change(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, provider, mode = self.who(request), found["provider"], _mode(request)
        wanted = _wanted(json_body(request))
        line = who.line(Audited.ACCOUNT_CHANGED, f"{provider}-{mode}", wanted.changes)
        return answer(200, shown_account(self.accounts.change(who.tenant.id, provider, mode, wanted, line)))

    def _sync(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        return answer(200, shown_account(self.accounts.sync(who.tenant.id, found["provider"], _mode(request))))

    def _rotate(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, provider, mode = self.who(request), found["provider"], _mode(request)
        self.accounts.one(who.tenant.id, provider, mode)
        self.key_put(request, who)
        line = who.line(Audited.ACCOUNT_WEBHOOK_ROTATED, f"{provider}-{mode}")
        return answer(200, shown_account(self.accounts.rotate_webhook(who.tenant.id, provider, mode, line)))

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, provider, mode = self.who(request), found["provider"], _mode(request)
        line = who.line(Audited.ACCOUNT_DELETED, f"{provider}-{mode}")
        self.accounts.delete(who.tenant.id, provider, mode, line)
        return answer(200, {"deleted": True})


def _wanted(raw: bytes) -> AccountChange:
    """Read a change; null ends a field. Raises Problem."""
    from shared.door.bodies import Mistakes, parse_body
    from shared.door.body_reading import read_object
    from shared.door.tenant_bodies import IntegrationChangeBody

    try:
        read = parse_body(IntegrationChangeBody, raw)
        sent, _ = read_object(raw)
    except Mistakes as mistakes:
        raise invalid(mistakes.details) from mistakes
    if not sent:
        raise invalid({"body": ["changes nothing: give avatar_id, voice_id, provider_config or status"]})
    if "status" in sent and read.status is None:
        raise invalid({"status": ["must be active or inactive"]})
    config = read.provider_config.model_dump(exclude_none=True) if read.provider_config else None
    return AccountChange(
        avatar_id=read.avatar_id,
        voice_id=read.voice_id,
        provider_config=None if config is None else from_plain(VoiceSettings, config),
        status=AccountStatus(read.status) if read.status else None,
        cleared=tuple(name for name in CLEARABLE if name in sent and sent[name] is None),
    )


def _mode(request: flask.Request) -> str:
    mode = request.args.get("mode", Mode.PRODUCTION.value)
    if mode not in set(Mode):
        raise invalid({"mode": [f"must be one of {', '.join(Mode)}"]})
    return mode


def shown_account(account: Integration) -> dict[str, Any]:
    """Return an account as its tenant reads it: nothing of its key."""
    shown = {name: value for name, value in to_plain(account).items() if name not in HIDDEN}
    balance = {} if account.balance is None else {"balance": f"{account.balance / MICROS:.6f}"}
    return {
        **shown,
        **to_plain(standing(account)),
        **balance,
        "api_key": MASKED,
        "webhook_registered": account.webhook_id is not None,
    }
