"""An account's key at a vendor: the newest for a new claim, the claim's own for all that concerns it (hole 30)."""

from shared.cloud.secrets import NoSecret, Secret, Secrets
from shared.cloud.tenants import Integration
from shared.codes import Code
from shared.log import Fact, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Attempt, Claim, Job, Node
from shared.pipeline.job.vendors import account_of, on_platform
from shared.pipeline.vendors.names import called
from shared.providers.ports import Refused

OF_THE_ACCOUNT = frozenset({Code.CREDITS, Code.PLAN, Code.KEY_REJECTED, Code.NO_PROVIDER_KEY})  # nobody's order


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


def keyless(job: Job, node: Node, token: str) -> on.Rejected:
    """Say that the account a node is made with has no working key: nothing was sent, and nothing is billed."""
    name = account_of(node.provider)
    move = f"PUT /tenant/integrations/{name} with a key, then retry the job"
    if on_platform(node.provider, node.payer):
        why = f"abroll's own {called(name)} account, by which this was ordered, cannot be used now"
        move = _instead(name)
    else:
        why = f"the tenant has no working {called(name)} key for mode {job.plan.mode}"
    return on.Rejected(node.key, token, Code.NO_PROVIDER_KEY, why, move)


def not_lent(job: Job, node: Node, token: str, refused: Refused) -> on.Rejected | None:
    """Say that a vendor refused the platform's account itself, which its operator can mend alone; None for all else."""
    if not on_platform(node.provider, node.payer) or refused.code not in OF_THE_ACCOUNT:
        return None
    name = account_of(node.provider)
    log_job(Fact.ALARM, job, f"the platform's account at {called(name)}: {refused}", node=node.key)
    why = f"abroll's own {called(name)} account, by which this was ordered, cannot be used now: {refused}"
    return on.Rejected(node.key, token, refused.code, why, _instead(name))


def _instead(name: str) -> str:
    return f"PUT /tenant/integrations/{name} with a key of your own, or wait, then retry the job"


def _read(secrets: Secrets, name: str | None, version: str) -> Secret | None:
    if name is None:
        return None
    try:
        return secrets.get(name, version)
    except NoSecret:
        return None
