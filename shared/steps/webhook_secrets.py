"""What a tenant's webhooks are signed with: a new secret, and for a day beside it each one it replaced.

A receiver changes over whenever it likes, for one good signature is enough (Standard Webhooks 1.0.0, "Signature
scheme"). The stored value is a secret a line, the newest first; a replaced one is followed by the time its day is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud.secret_names import customer_webhook
from shared.cloud.secrets import NoSecret, Secret, Secrets

OVERLAP = timedelta(hours=24)
MOST_SIGNING = 5  # secrets at once: each is a signature in a header


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The work and what it needs."""

    secrets: Secrets
    now: Callable[[], datetime]

    def signing(self, tenant: str) -> tuple[str, ...]:
        """Return the secrets that sign now, the newest first; none where none was made. Raises SecretsUnreachable.

        Asked anew each time: a receiver that has the new secret only would refuse what an old memory signs.
        """
        now = self.now()
        return tuple(line.partition(" ")[0] for line in self._lines(customer_webhook(tenant)) if signs(line, now))

    def _lines(self, name: str) -> list[str]:
        return newest(self.secrets, name).value.splitlines()


def newest(secrets: Secrets, name: str) -> Secret:
    """Return what is stored now, asked anew; version 0 and nothing where nothing is. Raises SecretsUnreachable."""
    try:
        return secrets.get(name, fresh=True)
    except NoSecret:
        return Secret("", "0")


def signs(line: str, now: datetime) -> bool:
    """Tell whether a line's secret signs now."""
    _, _, until = line.partition(" ")
    return not until or now < datetime.fromisoformat(until)
