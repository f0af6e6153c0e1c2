"""What the machine knows of each vendor, a row each: its waits, how a lost answer is found out, who pays.

What a vendor can film and what it costs stands in `shared/tables.json`; a vendor's own port tells the same `reconcile`
(a test holds both together). A node names its vendor, so no rule asks for the kind of a node. The inequalities of
hole 15 hold for every row by test: send window < HTTP total < function timeout < dispatch deadline < claim life.

There are three accounts: ours at Google, the tenant's own at a vendor, and the platform's at an avatar service, which
the operator sets for tenants who have none there. Which one it is, is resolved once, at the order: the plan names the
services that film with the platform's, a node keeps its payer from its birth, a line of the ledger from its claim.
Nothing that is put, paused or removed later changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.pipeline.job.job import Attempt, Job, Node, Payer, Reconcile
from shared.pipeline.plan.plan import Kind, Plan
from shared.pipeline.vendors.names import PLATFORM


class UnknownVendor(Exception):
    """A node names a vendor that this code has no row for."""


@dataclass(frozen=True, slots=True)
class VendorWaits:
    """How long one vendor is waited for, in seconds; `replays` is a count."""

    http: float  # total deadline of its submit
    function: float  # timeout of the function that submits
    dispatch: float  # dispatch deadline of that function's task
    claim: float  # a claim older than this has expired
    unknown: float  # from the claim on: until then "nothing there" proves nothing
    silence: float  # from the first call on: an unclear attempt nobody can tell of is heard out
    longest: float  # from the claim on: a call that was accepted and is pending this long is heard out
    backstop: float  # no news of a running call: the sweep looks
    grace: float = 60  # from the claim on: until then its not knowing an id it gave proves nothing
    patience: float = 7200  # from the first delay on: no room, or out of reach this long, is the end of waiting
    key_life: float = 0  # an older idempotency key is never repeated
    replays: int = 0  # repeats of one key


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor."""

    kind: Kind  # of the nodes it makes
    payer: Payer
    reconcile: Reconcile
    failed_is_free: bool  # its final "failed" is not billed; False where it is, or nobody says
    lists_titles: bool  # its list shows the titles we gave: what is left where a key is too old
    waits: VendorWaits
    queue: str  # its starts wait here, so that a slow vendor's never stand before another's (hole 299)
    account: str = ""  # the tenant's integration whose key it takes, where that has another name


KEY_LIFE = 23 * 3600  # seconds: HeyGen keeps a key for a day

VENDORS: Mapping[str, Vendor] = {
    "heygen": Vendor(
        kind=Kind.PRESENTER,
        payer=Payer.PROVIDER_ACCOUNT,
        reconcile=Reconcile.IDEMPOTENCY_KEY,
        failed_is_free=True,
        lists_titles=True,
        waits=VendorWaits(
            http=120,
            function=180,
            dispatch=210,
            claim=270,
            unknown=1200,
            silence=1800,
            longest=1800,
            backstop=300,
            key_life=KEY_LIFE,
            replays=3,
        ),
        queue="presenter",
    ),
    "did": Vendor(
        kind=Kind.PRESENTER,
        payer=Payer.PROVIDER_ACCOUNT,
        reconcile=Reconcile.LIST_BY_TITLE,
        failed_is_free=False,
        lists_titles=True,
        waits=VendorWaits(
            http=60,
            function=180,
            dispatch=210,
            claim=270,
            unknown=900,
            silence=1800,
            longest=1800,
            backstop=180,
            grace=300,
        ),
        queue="did",
    ),
    "veo": Vendor(
        kind=Kind.CLIP,
        payer=Payer.US,
        reconcile=Reconcile.OBJECT,
        failed_is_free=True,
        lists_titles=False,
        waits=VendorWaits(
            http=60, function=120, dispatch=150, claim=210, unknown=1200, silence=1800, longest=1800, backstop=360
        ),
        queue="veo",
    ),
    "heygen_video": Vendor(
        kind=Kind.CLIP,
        payer=Payer.PROVIDER_ACCOUNT,
        reconcile=Reconcile.IDEMPOTENCY_KEY,
        failed_is_free=False,
        lists_titles=False,
        waits=VendorWaits(
            http=60,
            function=120,
            dispatch=150,
            claim=210,
            unknown=1200,
            silence=1800,
            longest=1800,
            backstop=40,
            key_life=KEY_LIFE,
            replays=3,
        ),
        account="heygen",
        queue="heygen-video",
    ),
}


def account_of(vendor: str) -> str:
    """Return the tenant's integration that a vendor films with; a vendor nobody knows has its own name's."""
    row = VENDORS.get(vendor)
    return (row.account if row else "") or vendor


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
