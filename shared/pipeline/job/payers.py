"""Who pays for what a vendor makes of a job, and so whose account it is made with.

Three accounts there are: our own at Google, the tenant's own at a vendor, and the platform's at an avatar service,
which the operator sets for tenants who have none there. Which one it is, is resolved once, at the order: the plan names
the services that film with the platform's, a node keeps its payer from its birth, a line of the ledger from its claim.
Nothing that is put, paused or removed later changes it.
"""

from shared.pipeline.job.job import Attempt, Job, Node, Payer
from shared.pipeline.job.vendors import VENDORS, Vendor
from shared.pipeline.plan.plan import Plan
from shared.pipeline.vendors.names import PLATFORM


def payer_of(plan: Plan, vendor: str, row: Vendor) -> Payer:
    """Return whom a vendor bills for what it makes of a plan."""
    return Payer.US if vendor in plan.platform_accounts else row.payer


def on_platform(vendor: str, payer: Payer) -> bool:
    """Tell whether that vendor's work is made with the platform's account: we pay what tenants' accounts pay else."""
    row = VENDORS.get(vendor)
    return payer is Payer.US and row is not None and row.payer is Payer.PROVIDER_ACCOUNT


def account_owner(job: Job, node: Node, line: Attempt | None = None) -> str:
    """Return whose account a node is made with now, or an attempt was: the tenant's own id, or `PLATFORM`."""
    vendor = (line.vendor if line else None) or node.provider
    payer = (line.payer if line else None) or node.payer
    return PLATFORM if on_platform(vendor, payer) else job.tenant
