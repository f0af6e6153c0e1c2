"""The part of the `tenant` function about callers' API keys: made, listed, replaced and ended; shown once.

A key can give only the scopes it has itself, so no key makes a stronger one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import flask

from shared.cloud.revocations import Revocations
from shared.cloud.tenants import ApiKey, Tenants
from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import Caller, is_key_id
from shared.door.entrance import Entrance
from shared.door.incoming import json_body
from shared.door.keys import KEY_BEGINS, new_key
from shared.door.public import Route
from shared.pipeline.codec import to_plain
from shared.steps.audited import Audited
from shared.steps.problems import Problem, invalid, not_found

MOST_WORKING = 20  # keys of a tenant at once, those apart that work on beside the ones in their place
ENDED_KEPT = 50  # ended keys whose records stay to be looked at; older ones go when a key is made
ENDED_FOR = timedelta(days=1)  # before a record may go: nobody remembers the key by then
SHOWN_ONCE = "shown once; send it as `Authorization: Bearer abr_live_…`"


@dataclass(frozen=True, slots=True)
class KeysDoor:
    """The routes and what they need."""

    tenants: Tenants
    revocations: Revocations
    entrance: Entrance
    who: Callable[[flask.Request], Caller]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route("GET", "/keys", self._all, "List the API keys, without their secret part."),
            Route("POST", "/keys", self._make, "Make an API key; it is shown once.", takes="Key"),
            Route(
                "POST",
                "/keys/{key}/rotate",
                self._rotate,
                "Replace an API key; the old one works beside the new one for a while.",
                takes="Rotate",
            ),
            Route("DELETE", "/keys/{key}", self._revoke, "Revoke an API key; within five seconds nobody takes it."),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        return answer(200, {"keys": [self._shown(each, who) for each in self.revocations.keys(who.tenant.id)]})

    def _make(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.tenant_bodies import KeyBody

        who = self.who(request)
        try:
            wanted = parse_body(KeyBody, json_body(request))
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        now = self.entrance.now()
        ends = now + timedelta(days=wanted.expires_in_days) if wanted.expires_in_days else None
        text, key = self._new(request, who, wanted.name, wanted.scopes, ends)
        return answer(201, {**self._shown(key, who), "api_key": text, "message": SHOWN_ONCE})

    def _rotate(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.tenant_bodies import RotateBody

        who = self.who(request)
        try:
            wanted = parse_body(RotateBody, json_body(request) or b"{}")
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        old, now = self._own(who, found["key"]), self.entrance.now()
        if _status(old, now) != "active":
            message = f"the key is {_status(old, now)}, so nothing can take its place"
            raise Problem(Code.NOT_FOUND, message, next_move="POST /tenant/keys makes a new one")
        ends = now + (old.expires_at - old.created_at) if old.expires_at else None
        text, key = self._new(request, who, old.name, old.scopes, ends, most=2 * MOST_WORKING)
        until = now + timedelta(hours=wanted.overlap_hours)
        until = min(until, old.expires_at) if old.expires_at else until
        self.revocations.end(old, until, who.line(Audited.KEY_REPLACED, old.id, ("expires_at",)))
        replaced = {"replaces": old.id, "older_works_until": until}
        return answer(201, {**self._shown(key, who), "api_key": text, "message": SHOWN_ONCE, **to_plain(replaced)})

    def _revoke(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        key = self._own(who, found["key"])
        revoked_at = self.revocations.revoke(key, self.entrance.now(), who.line(Audited.KEY_REVOKED, key.id))
        return answer(200, self._shown(replace(key, revoked_at=revoked_at), who))

    def _new(
        self,
        request: flask.Request,
        who: Caller,
        name: str,
        scopes: Iterable[str],
        ends: datetime | None,
        most: int = MOST_WORKING,
    ) -> tuple[str, ApiKey]:
        """Make a key and keep its record. Raises Problem."""
        wanted = tuple(dict.fromkeys(scopes))
        if lacking := [scope for scope in wanted if scope not in who.key.scopes]:
            raise invalid({"scopes": [f"{', '.join(lacking)}: the key of this call has no such scope to give"]})
        now = self.entrance.now()
        known = self.revocations.keys(who.tenant.id)
        if sum(_status(each, now) == "active" for each in known) >= most:
            message = f"{most} keys of this tenant work, and no more do at once"
            raise Problem(Code.VALIDATION_ERROR, message, next_move="DELETE /tenant/keys/{key} of one nobody uses")
        self.entrance.key_put(request, who)
        ended = sorted((at, each.id) for each in known if (at := _ended_at(each)) and at < now - ENDED_FOR)
        if old := {key_id for _, key_id in ended[:-ENDED_KEPT]}:
            self.revocations.forget(each for each in known if each.id in old)
        text, made = new_key(who.tenant.id, wanted, now)
        key = replace(made, name=name, expires_at=ends)
        self.tenants.put_api_key(key, who.line(Audited.KEY_MADE, key.id, ("name", "scopes", "expires_at")))
        return text, key

    def _own(self, who: Caller, key_id: str) -> ApiKey:
        """Return a key of the caller's tenant. Raises Problem."""
        key = self.revocations.key(key_id) if is_key_id(key_id) else None
        if key is None or key.tenant != who.tenant.id:
            raise not_found("key")
        return key

    def _shown(self, key: ApiKey, who: Caller) -> dict[str, Any]:
        return {**shown_key(key, self.entrance.now()), "this": key.id == who.key.id}


def shown_key(key: ApiKey, now: datetime) -> dict[str, Any]:
    """Return a key as its tenant reads it: how it begins, and nothing of what it is."""
    shown = {name: value for name, value in to_plain(key).items() if name not in ("hash", "tenant")}
    return {**shown, "status": _status(key, now), "begins": f"{KEY_BEGINS}{key.id}_"}


def _ended_at(key: ApiKey) -> datetime | None:
    """Return when a key ended, or will; None for one without an end."""
    return key.revoked_at or key.expires_at


def _status(key: ApiKey, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= now else "active"
