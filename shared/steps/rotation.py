"""Makes a tenant a new webhook secret, one at a time.

Each stored value is made from the one before (`webhook_secrets.py`), so of two rotations at once the second would write
the first one's secret away. Secret Manager knows no compare-and-set: who replaces version 7 is counted in Firestore,
and only the first goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.cloud.audit import AuditLine
from shared.cloud.rates import RateCounts
from shared.cloud.replaced_secrets import ReplacedSecrets
from shared.cloud.secret_names import customer_webhook
from shared.cloud.secrets import Secrets
from shared.steps.old_versions import REPLACED_LIFE
from shared.steps.problems import already_rotating
from shared.steps.webhook_secrets import MOST_SIGNING, OVERLAP, newest, signs


@dataclass(frozen=True, slots=True)
class Rotation:
    """Makes new secrets, one at a time for a tenant."""

    secrets: Secrets
    counts: RateCounts
    replaced: ReplacedSecrets
    now: Callable[[], datetime]

    def __call__(self, tenant: str, made: str, line: AuditLine) -> datetime:
        """Sign with a new secret from now on; return until when those before sign too.

        Raises Problem where another is being made just now; SecretsUnreachable, StoreUnreachable.
        """
        now, name = self.now(), customer_webhook(tenant)
        before, until = newest(self.secrets, name), now + OVERLAP
        claim = f"secret-{before.version}-{now:%Y%m%d%H%M}"  # who dies between claim and version bars a minute
        if self.counts.once_more(tenant, claim, now + OVERLAP) > 1:
            raise already_rotating()
        lines = [line for line in before.value.splitlines() if signs(line, now)]
        replaced = [f"{line} {until.isoformat()}" if " " not in line else line for line in lines]
        value = "\n".join([made, *replaced][:MOST_SIGNING])
        labels = {"tenant": tenant, "of": "webhook"}
        self.replaced.note(name, tenant, now, now + REPLACED_LIFE, line)
        version = self.secrets.put(name, value, labels)
        if (
            before.value and int(version) != int(before.version) + 1
        ):  # we were frozen for a minute: what was made meanwhile stays
            theirs = self.secrets.get(name, str(int(version) - 1), fresh=True).value
            self.secrets.put(name, theirs, labels)
            raise already_rotating()
        return until
