"""The noun `accounts`: the platform's own at avatar services, which film for tenants who have none there.

Their takes are at our cost: they are reserved and charged in the tenants' months, as footage is. A key comes on
standard input, so that it stands in no shell's history, is asked for at its service before it is kept, and is never
shown again.
"""

import sys
from dataclasses import replace
from typing import Any

from infra.admin.told import Told, done, refuse
from shared.cloud.tenants import AccountStatus, Integration
from shared.door.integrations import MASKED
from shared.pipeline.codec import to_plain
from shared.pipeline.plan.plan import MICROS
from shared.pipeline.vendors.names import PLATFORM, called
from shared.steps.accounts import Accounts, standing
from shared.steps.audited import THE_OPERATOR, Audited
from shared.steps.problems import Problem
from shared.wiring import Wiring

SHORTEST_KEY, LONGEST_KEY = 8, 500  # characters, as a tenant's
NAMED = 3  # jobs


def put(
    wiring: Wiring,
    vendor: str,
    mode: str = "production",
    *,
    avatar: str | None = None,
    voice: str | None = None,
    webhook: bool = True,
    dry_run: bool = False,
    api_key: str | None = None,
) -> Told:
    """Check a key at its service and keep it, as a new account or as the present one's next key. Raises SystemExit."""
    work = _work(wiring)
    text = (sys.stdin.read(LONGEST_KEY + 2) if api_key is None else api_key).strip()
    if not SHORTEST_KEY <= len(text) <= LONGEST_KEY or not (text.isascii() and text.isprintable()) or " " in text:
        raise SystemExit(f"standard input holds no key: one line of {SHORTEST_KEY} to {LONGEST_KEY} characters")
    try:
        work.keys.presenter(vendor)
        if dry_run:
            work.keys.checked(vendor, text, avatar, voice)
        else:
            line = THE_OPERATOR.line(Audited.ACCOUNT_PUT, f"{vendor}-{mode}", wiring.now(), ("api_key",))
            work.keys.put(PLATFORM, vendor, mode, text, avatar_id=avatar, voice_id=voice, register=webhook, line=line)
    except Problem as problem:
        refuse(problem)
    said = f"{called(vendor)} films, mode {mode}, for tenants who have no account there; abroll pays"
    return done(said, dry_run=dry_run, **({} if dry_run else {"account": _shown(work.one(PLATFORM, vendor, mode))}))


def listed(wiring: Wiring) -> Told:
    """Return the platform's accounts, without their keys."""
    return {"accounts": [_shown(each) for each in wiring.tenants.integrations(PLATFORM)]}


def sync(wiring: Wiring, vendor: str, mode: str = "production") -> Told:
    """Ask a service whether the platform's key works and what is left to spend. Raises SystemExit."""
    try:
        return done("asked", dry_run=False, account=_shown(_work(wiring).sync(PLATFORM, vendor, mode)))
    except Problem as problem:
        refuse(problem)


def rotate_webhook(wiring: Wiring, vendor: str, mode: str = "production", *, dry_run: bool = False) -> Told:
    """Give our endpoint at the platform's account a new signing secret. Raises SystemExit."""
    made = _one(wiring, vendor, mode)
    if not dry_run:
        line = THE_OPERATOR.line(Audited.ACCOUNT_WEBHOOK_ROTATED, f"{vendor}-{mode}", wiring.now())
        try:
            made = _work(wiring).rotate_webhook(PLATFORM, vendor, mode, line)
        except Problem as problem:
            refuse(problem)
    said = f"the webhook of the platform's {called(vendor)} account, mode {mode}, is signed with a new secret"
    return done(said, dry_run=dry_run, webhook_id=made.webhook_id, webhook_rotated_at=made.webhook_rotated_at)


def turn(wiring: Wiring, vendor: str, mode: str = "production", *, on: bool, dry_run: bool = False) -> Told:
    """Pause an account, or use it again: no order is planned on a paused one, and no take of it is ordered.

    What was sent with it is fetched. Raises SystemExit.
    """
    known = _one(wiring, vendor, mode)
    status = AccountStatus.ACTIVE if on else AccountStatus.INACTIVE
    if not dry_run and status is not known.status:
        line = THE_OPERATOR.line(Audited.ACCOUNT_CHANGED, f"{vendor}-{mode}", wiring.now(), ("status",))
        wiring.tenants.change_integration(PLATFORM, replace(known, status=status), ("status",), line)
    said = f"the platform's {called(vendor)} account, mode {mode}, is {'used' if on else 'paused'}, by all in a minute"
    return done(said, dry_run=dry_run, was=known.status.value)


def remove(wiring: Wiring, vendor: str, mode: str = "production", *, yes: bool = False) -> Told:
    """Forget an account and its key; without `yes` only say what that ends. Raises SystemExit.

    Takes that were ordered with it and not fetched cannot be had any more, and count as paid.
    """
    work, known = _work(wiring), _one(wiring, vendor, mode)
    using = work.using(None, known.secret)
    if yes:
        line = THE_OPERATOR.line(Audited.ACCOUNT_DELETED, f"{vendor}-{mode}", wiring.now())
        work.keys.delete(PLATFORM, vendor, mode, line)
    lost = f"{len(using)} films being made have takes that only this key can fetch"
    named = f" ({', '.join(using[:NAMED])}): pause it first, and remove it when they have ended" if using else ""
    return done(f"the platform's {called(vendor)} account, mode {mode}, is removed; {lost}{named}", dry_run=not yes)


def _work(wiring: Wiring) -> Accounts:
    return wiring.tenant_inside.accounts


def _one(wiring: Wiring, vendor: str, mode: str) -> Integration:
    try:
        return _work(wiring).one(PLATFORM, vendor, mode)
    except Problem as problem:
        raise SystemExit(
            f"the platform has no {vendor} account of mode {mode}; python -m infra.admin accounts list"
        ) from problem


def _shown(account: Integration) -> dict[str, Any]:
    """Return an account as the operator reads it: nothing of its key."""
    balance = None if account.balance is None else f"{account.balance / MICROS:.2f}"
    names = ("provider", "mode", "billing", "avatar_id", "voice_id", "validated_at", "last_synced_at", "busy_until")
    told = {name: getattr(account, name) for name in names}
    rest = {"webhook_registered": account.webhook_id is not None, "api_key": MASKED}
    return {**told, "balance": balance, **to_plain(standing(account)), **rest}
