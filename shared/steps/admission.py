"""A tenant's share of what is made at once."""

from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.steps.problems import Problem


def admit(tenant: Tenant, live: int) -> None:
    """Keep a tenant within its share of what is made at once. Raises Problem.

    Two requests at once cannot both slip through: both name the month's revision in their commit, and the loser
    counts again.
    """
    if live >= tenant.live_jobs:
        raise Problem(
            Code.TOO_MANY_LIVE_JOBS,
            f"{live} jobs are being made, and {tenant.live_jobs} at once are this tenant's share",
            next_move="wait until one has ended, then send the request again",
            retry_after=30,
        )
