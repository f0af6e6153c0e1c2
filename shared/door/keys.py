"""Callers' API keys: `abr_live_<id>_<secret><checksum>`, shown once, kept as a hash, compared in constant time.

The checksum tells a slip of the hand, and most guesses, from a key without asking a store. Keys made before it have
none and stay valid.
"""

import base64
import hashlib
import hmac
import re
import secrets
import zlib
from datetime import datetime

import flask

from shared.cloud.secret_names import SIGNER_PREFIX
from shared.cloud.tenants import AccountStatus, ApiKey, Tenant, Tenants
from shared.codes import Code
from shared.door.asked import CALLER, SIGNED_IN, Caller
from shared.door.strangers import Strangers
from shared.steps.problems import Problem

KEY_BEGINS = "abr_live_"
KEY_ID_LENGTH = 12
_FORM = re.compile(r"(?P<checked>abr_live_(?P<id>[a-z0-9]{12})_[A-Za-z0-9_-]{43})(?P<checksum>[A-Za-z0-9]{6})?")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def new_key(tenant: str, scopes: tuple[str, ...], now: datetime) -> tuple[str, ApiKey]:
    """Return a new key's text, to be shown once, and its record."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(KEY_ID_LENGTH))
    text = f"{KEY_BEGINS}{key_id}_{secrets.token_urlsafe(32)}"
    text += _checksum(text)
    return text, ApiKey(key_id, tenant, _hash(text), scopes, now)


def new_webhook_secret() -> str:
    """Return a secret to sign a tenant's webhooks with, to be shown once."""
    return SIGNER_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def new_endpoint_id() -> str:
    """Return the id of a new endpoint: a letter first, so that it is a field's plain name."""
    return "e" + "".join(secrets.choice(_ALPHABET) for _ in range(KEY_ID_LENGTH - 1))


def caller(request: flask.Request, tenants: Tenants, now: datetime, scope: str, strangers: Strangers) -> Caller:
    """Say who is calling. Raises Problem; unknown, revoked and expired keys are told alike."""
    held = request.environ.get(SIGNED_IN)
    who = _signed_in(held, tenants, now) if held else _with_key(request, tenants, now, strangers)
    request.environ[CALLER] = who
    if scope not in who.key.scopes:
        raise Problem(Code.FORBIDDEN, f"this key lacks the scope {scope}", next_move="use a key that has it")
    if who.tenant.status is not AccountStatus.ACTIVE:
        raise Problem(Code.TENANT_INACTIVE, _shut(who.tenant), next_move="ask the operator")
    return who


def _signed_in(key_id: str, tenants: Tenants, now: datetime) -> Caller:
    """Return who has signed in to the pages with this key: its record says what they may, as it stands now."""
    key = tenants.api_key(key_id)
    who = _holder(key, tenants, now) if key else None
    if who is None:
        raise _unknown("the key you signed in with is no longer valid")
    return who


def _with_key(request: flask.Request, tenants: Tenants, now: datetime, strangers: Strangers) -> Caller:
    """Return who sent the key of a request.

    Whoever has no valid key pays with a token of its network, before a store is asked (hole 169).
    """
    try:
        text = _credential(request)
        key_id = _key_id(text)
        if strangers.unknown("key", key_id):
            raise _unknown()
    except Problem:
        strangers.pay(request)
        raise
    if charged := not strangers.proven("key", key_id):
        strangers.pay(request)
    key = tenants.api_key(key_id)
    if key is None:
        strangers.miss("key", key_id)
    who = _bearer(text, key, tenants, now) if key else None
    if who is None:
        if not charged:
            strangers.pay(request)
        raise _unknown()
    strangers.prove("key", key_id)
    if charged:
        strangers.pay_back(request)
    return who


def _bearer(text: str, key: ApiKey, tenants: Tenants, now: datetime) -> Caller | None:
    """Return who holds this key, None where the text is another one, or it is no longer valid."""
    return _holder(key, tenants, now) if hmac.compare_digest(key.hash, _hash(text)) else None


def _holder(key: ApiKey, tenants: Tenants, now: datetime) -> Caller | None:
    if key.expires_at and key.expires_at <= now:
        return None
    tenant = tenants.tenant(key.tenant)
    if tenant is None or (key.revoked_at and not _ended_by_closing(key, tenant)):
        return None
    return Caller(tenant, key, now)


def _ended_by_closing(key: ApiKey, tenant: Tenant) -> bool:
    """Tell whether a key worked until its tenant was closed: whoever holds it is told of that, and nothing else."""
    return bool(key.revoked_at and tenant.closing_since and key.revoked_at >= tenant.closing_since)


def _shut(tenant: Tenant) -> str:
    if tenant.closing_since is None:
        return "this tenant is not active"
    since = f"{tenant.closing_since:%Y-%m-%d %H:%M} UTC"
    return f"this tenant is being closed since {since}: nothing is ordered or told any more, and all it has is deleted"


def _key_id(text: str) -> str:
    """Return the id a key's text names. Raises Problem when it cannot be one of ours, whatever the store holds."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise _unknown("the API key is not one of ours: a key is abr_live_, 12 characters, _ and 43 or 49 more")
    if form["checksum"] and form["checksum"] != _checksum(form["checked"]):
        raise _unknown("the API key has a slip in it: its checksum does not fit")
    return form["id"]


def _checksum(text: str) -> str:
    """Return six digits that tell a mistyped key from a whole one; no secret."""
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


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
