"""Tenants whose months are counted in as many documents as a test wants, and orders from many instances at once."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from shared.cloud.months import cap_of
from shared.cloud.records import Month
from shared.cloud.tenants import Tenant
from shared.pipeline.job.creation import new_job
from shared.pipeline.job.shares import NOTHING, Amount
from shared.steps.idempotency import BuyingCall
from shared.steps.problems import Problem
from tests.faults.cloud import StagedWiring
from tests.steps.stage import WIDE, Stage, footage

SHOP = Tenant("shop", "Shop", plan="enterprise", live_jobs=10_000)
NOVEMBER = "2026-11"
DOLLAR = 1_000_000
MANY = 10**6
DEAR = Amount(MANY, MANY * DOLLAR)


def opened(stage: Stage, cap: Amount, shards: int = 1, tenant: Tenant = SHOP) -> Tenant:
    """Make a tenant with these caps, its months counted in so many documents."""
    mine = replace(tenant, plan=WIDE.format(shards), monthly_films=cap.films, monthly_cap=cap.money)
    stage.wiring.tenants.put_tenant(mine)
    return mine


def buy(wiring: StagedWiring, tenant: Tenant, key: str | None = None) -> str:
    """Order a film; return "202", or the code it was refused with."""
    create = wiring.create
    request = footage()
    call = BuyingCall(tenant.id, "create_job", key, {"film": request.product_title})
    job_id = call.job_id()
    begin = partial(
        new_job,
        job_id=job_id,
        tenant=tenant.id,
        request=request,
        plan=create.dry_run(tenant, request).plan,
        images={},
        film_token=job_id,
        request_hash=call.request_hash,
        timeouts=create.commits.timeouts,
    )
    try:
        create.store(tenant, call, job_id, begin)
    except Problem as refused:
        return refused.code.value
    return "202"


def at_once(stage: Stage, tenant: Tenant, count: int, refund: Callable[[], None] = lambda: None) -> Counter[str]:
    """Order from four instances at once, while something else goes on; waits are real."""
    instances = [stage.cloud.instance() for _ in range(4)]
    for each in instances:
        each.commits = replace(each.commits, sleep=time.sleep)
        each.create_job.create.dry_run(tenant, footage())
    with ThreadPoolExecutor(16) as pool:
        orders = [pool.submit(buy, instances[number % 4], tenant) for number in range(count)]
        pool.submit(refund).result()
        return Counter(order.result() for order in orders)


def lawful(stage: Stage, tenant: Tenant) -> tuple[Month, ...]:
    """Hold a month to its laws: what is allotted is the cap, no shard has used more; return its shards."""
    shards = stage.cloud.eyes.months.whole(tenant.id, f"{stage.clock():%Y-%m}")
    assert Amount(tenant.monthly_films or 0, tenant.monthly_cap or 0) == cap_of(shards)
    assert NOTHING == shards[0].debt
    assert [] == [each.doc for each in shards if not each.share.left.covers(each.share.left.positive)]
    assert all(min(each.share.left.films, each.share.left.money) >= 0 for each in shards)
    return shards
