"""Callers' API keys: `abr_live_<id>_<secret>`, shown once, kept as a hash, compared in constant time."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

import flask

from shared.cloud.tenants import AccountStatus, ApiKey, Tenants
from shared.codes import Code
from shared.door.asked import CALLER, Caller
from shared.steps.notify import PREFIX
from shared.steps.problems import Problem

_FORM = re.compile(r"abr_live_(?P<id>[a-z0-9]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_key(tenant: str, scopes: tuple[str, ...], now: datetime) -> tuple[str, ApiKey]:
    """Return a new key's text, to be shown once, and its record."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    text = f"abr_live_{key_id}_{secrets.token_urlsafe(32)}"
    return text, ApiKey(key_id, tenant, _hash(text), scopes, now)


def new_webhook_secret() -> str:
    """Return a secret to sign a tenant's webhooks with, to be shown once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def caller(request: flask.Request, tenants: Tenants, now: datetime, scope: str) -> Caller:
    """Say who is calling. Raises Problem; unknown, revoked and expired keys are told alike."""
    text = _credential(request)
    form = _FORM.fullmatch(text)
    if form is None:
        raise _unknown("the API key is not one of ours: a key is abr_live_, 12 characters, _ and 43 more")
    key = tenants.api_key(form["id"])
    if key is None or not hmac.compare_digest(key.hash, _hash(text)):
        raise _unknown()
    if key.revoked_at or (key.expires_at and key.expires_at <= now):
        raise _unknown()
    tenant = tenants.tenant(key.tenant)
    if tenant is None:
        raise _unknown()
    who = request.environ[CALLER] = Caller(tenant, key)
    if scope not in key.scopes:
        raise Problem(Code.FORBIDDEN, f"this key lacks the scope {scope}", next_move="use a key that has it")
    if tenant.status is not AccountStatus.ACTIVE:
        raise Problem(Code.TENANT_INACTIVE, "this tenant is not active", next_move="ask the operator")
    return who


def _credential(request: flask.Request) -> str:
    """Return the key's text. Raises Problem, saying which of several mistakes it was."""
    header = request.headers.get("Authorization", "").strip()
    scheme, _, value = header.partition(" ")
    if scheme.lower() in ("bearer", "token"):
        if not value.strip():
            raise _unknown(f"the Authorization header ends after {scheme}")
        return value.strip()
    if own := request.headers.get("X-Api-Key", "").strip():
        return own
    if scheme.startswith("abr_"):
        raise _unknown("the Authorization header holds a key without the word Bearer before it")
    if scheme:
        raise _unknown(f"the Authorization header is of another kind ({scheme[:20]})")
    raise _unknown("no API key came with the request")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _unknown(why: str = "no active API key is this one") -> Problem:
    move = "send the header `Authorization: Bearer abr_live_…` with a key that is active"
    return Problem(Code.UNAUTHORIZED, why, next_move=move)
