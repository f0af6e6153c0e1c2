"""The tenant's key at a vendor: the newest for a new claim, the claim's own for all that concerns it (hole 30)."""

from shared.cloud.secrets import NoSecret, Secret, Secrets
from shared.cloud.tenants import Integration
from shared.pipeline.job.job import Attempt, Claim


def newest_key(secrets: Secrets, account: Integration | None) -> Secret | None:
    """Return the key a new claim is made with; None where the account has none. Raises SecretsUnreachable."""
    return _read(secrets, account.secret if account else None, "latest")


def key_of(secrets: Secrets, account: Integration | None, made: Claim | Attempt | None) -> Secret | None:
    """Return the very key a claim, or an attempt long past, was made with; None when it is gone.

    Raises SecretsUnreachable.

    It is read from the secret the claim names, whichever vendor or account its node has come to since; `account` is for
    claims written before they named it. A secret that was deleted and made again has a version 1 again, and it may be
    another account's: the fingerprint tells. No vendor is ever asked about a claim with another key than its own.
    """
    name = made.secret if made and made.secret else (account.secret if account else None)
    found = _read(secrets, name, (made.secret_version if made else None) or "latest")
    if found and made and made.key_fingerprint not in (None, found.fingerprint):
        return None
    return found


def _read(secrets: Secrets, name: str | None, version: str) -> Secret | None:
    if name is None:
        return None
    try:
        return secrets.get(name, version)
    except NoSecret:
        return None
