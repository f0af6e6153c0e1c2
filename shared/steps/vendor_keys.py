"""The tenant's key at a vendor: the newest for a new claim, the claim's own for all that concerns it (hole 30)."""

from shared.cloud.secrets import NoSecret, Secret, Secrets
from shared.cloud.tenants import Integration
from shared.pipeline.job.job import Attempt, Claim


def newest_key(secrets: Secrets, account: Integration | None) -> Secret | None:
    """Return the key a new claim is made with; None where the account has none. Raises SecretsUnreachable."""
    return _read(secrets, account, "latest")


def key_of(secrets: Secrets, account: Integration | None, made: Claim | Attempt | None) -> Secret | None:
    """Return the very key a claim, or an attempt long past, was made with; None when it is gone.

    Raises SecretsUnreachable.

    A secret that was deleted and made again has a version 1 again, and it may be another account's: the fingerprint
    tells. No vendor is ever asked about a claim with another key than its own.
    """
    found = _read(secrets, account, (made.secret_version if made else None) or "latest")
    if found and made and made.key_fingerprint not in (None, found.fingerprint):
        return None
    return found


def _read(secrets: Secrets, account: Integration | None, version: str) -> Secret | None:
    if account is None:
        return None
    try:
        return secrets.get(account.secret, version)
    except NoSecret:
        return None
