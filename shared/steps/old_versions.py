"""Destroys the versions of tenants' secrets that another has replaced; the sweep lets it, each hour.

Each version that is not destroyed is billed, and is a key that still opens an account. It stays for a day after it was
replaced, for a webhook secret signs as long and a job seldom lives longer; and as long as a job that has not ended
names it, however long that is: parked, held, or unreadable to this code (hole 30).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud.jobs import Jobs, StoreUnreachable
from shared.cloud.records import Loaded
from shared.cloud.replaced_secrets import Replaced, ReplacedSecrets
from shared.cloud.secrets import Secrets, SecretsUnreachable
from shared.log import Fact, log
from shared.pipeline.vendors.names import PLATFORM

REPLACED_LIFE = timedelta(days=1)
LOOK_MINUTE = 35  # of each hour
LOOK_AGAIN = timedelta(hours=1)  # where a job still names what could go
LOOK_PAGE = 20  # secrets an hour: each is a listing, and a page of its tenant's live jobs
LOOK_JOBS = 200  # live jobs of a tenant that are asked what they name
LOOK_ALL_JOBS = 1_000  # the same of all tenants, for a key of the platform's; where there are more, nothing goes


@dataclass(frozen=True, slots=True)
class OldVersions:
    """The step and what it needs."""

    replaced: ReplacedSecrets
    secrets: Secrets
    jobs: Jobs
    now: Callable[[], datetime]

    def __call__(self, tick: datetime) -> None:
        """Destroy what may go, if it is this tick's turn; a service that fails costs no tick."""
        if tick.minute != LOOK_MINUTE:
            return
        try:
            for each in self.replaced.due(self.now(), LOOK_PAGE):
                self.replaced.look_again(each, self._destroyed(each))
        except (StoreUnreachable, SecretsUnreachable) as failed:
            log(Fact.STORE_FAILED, str(failed))

    def _destroyed(self, each: Replaced) -> datetime | None:
        """Destroy a secret's old versions; return when to look again, None where nothing is left to come."""
        now = self.now()
        old = self.secrets.replaced_versions(each.secret)
        ripe = [version for version, replaced_at in old.items() if replaced_at + REPLACED_LIFE <= now]
        named = self._named(each.tenant, each.secret) if ripe else set()
        for version in ripe:
            if version not in named:
                self.secrets.destroy(each.secret, version)
                log(Fact.VERSION_DESTROYED, f"version {version} of {each.secret}", tenant=each.tenant)
        if named & set(ripe):
            return now + LOOK_AGAIN
        ripening = [replaced_at + REPLACED_LIFE for version, replaced_at in old.items() if version not in ripe]
        on_its_way = [each.noted_at + REPLACED_LIFE] if each.noted_at + REPLACED_LIFE > now else []
        return min(ripening + on_its_way, default=None)

    def _named(self, tenant: str, secret: str) -> set[str]:
        """Return the versions that a job of the tenant names which has not ended; all where one cannot tell.

        The platform's are named by jobs of any tenant.
        """
        everybody = tenant == PLATFORM
        page = self.jobs.going_on(None if everybody else tenant, LOOK_ALL_JOBS if everybody else LOOK_JOBS)
        if page.last or not all(isinstance(found, Loaded) for found in page.found):
            return set(self.secrets.replaced_versions(secret))
        nodes = [node for found in page.found if isinstance(found, Loaded) for node in found.job.nodes.values()]
        made = {(line.secret, line.secret_version) for node in nodes for line in node.attempts}
        made |= {(node.claim.secret, node.claim.secret_version) for node in nodes if node.claim}
        return {version for name, version in made if name == secret and version}
