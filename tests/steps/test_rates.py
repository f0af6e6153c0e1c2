"""How often a tenant may ask a minute: in memory below a quarter of the limit, over all instances above it."""

from collections.abc import Callable

import pytest

from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.steps.buckets import MINUTE, Remembered, TokenBuckets
from shared.steps.problems import Problem
from shared.steps.rates import RateKind, Rates
from tests.faults.cloud import Clock, StagedWiring
from tests.faults.wire import Kind
from tests.steps.stage import Stage

SHOP, PRO = Tenant("shop", "Shop", plan="free"), Tenant("big", "Big", plan="pro")
READS = 240  # a minute, on free
QUARTER = READS // 4


def rates(wiring: StagedWiring) -> Rates:
    return wiring.entrance.rates


def served(
    wiring: StagedWiring, times: int, tenant: Tenant = SHOP, key: str = "k", kind: RateKind = RateKind.READS
) -> int:
    """Ask so many times; return how often it was allowed."""
    allowed = 0
    for _ in range(times):
        try:
            rates(wiring).take(tenant, key, kind)
        except Problem as refused:
            if refused.code is not Code.RATE_LIMITED:
                raise
        else:
            allowed += 1
    return allowed


def documents(stage: Stage) -> tuple[int, int]:
    """Return Firestore's billed reads and writes."""
    counts = stage.cloud.firestore.counts
    return counts.reads, counts.writes


def test_below_a_quarter_nobody_is_asked(stage: Stage) -> None:
    """A quarter of the minute's limit costs no read and no write."""
    before = documents(stage)

    assert QUARTER == served(stage.wiring, QUARTER)

    assert before == documents(stage)
    assert [] == stage.wire.calls


def test_above_a_quarter_it_is_one_write_and_one_read_in_ten_seconds(stage: Stage) -> None:
    """A minute of as many requests as the limit: six of each at most, whatever comes in between."""
    before = documents(stage)

    for _ in range(MINUTE):
        served(stage.wiring, READS // MINUTE)
        stage.clock.forward(1)

    reads, writes = (after - begun for after, begun in zip(documents(stage), before, strict=True))
    assert 1 <= reads == writes <= MINUTE // 10


def test_who_was_busy_once_is_let_alone_again(stage: Stage) -> None:
    """A minute after a busy one is followed, the next one below its quarter is not."""
    served(stage.wiring, READS)
    stage.clock.forward(MINUTE)
    served(stage.wiring, QUARTER - 1)
    before = documents(stage)

    for _ in range(3):
        stage.clock.forward(MINUTE)
        served(stage.wiring, QUARTER - 1)

    assert before == documents(stage)


def test_one_instance_gives_the_limit(stage: Stage) -> None:
    """Not one more at once, and a second later as many as a second brings."""
    assert READS == served(stage.wiring, READS + 50)

    stage.clock.forward(1)

    assert 4 == served(stage.wiring, 50)


def test_a_second_limit_does_not_wait_behind_the_minutes_turn(stage: Stage) -> None:
    """The last second of one minute and the first of the next do not serve twice the limit."""
    stage.clock.forward(59)
    first = served(stage.wiring, READS)
    stage.clock.forward(1)

    assert (READS, 4) == (first, served(stage.wiring, READS))


def test_instances_follow_the_sum(stage: Stage) -> None:
    """Twenty at once: a quarter each and one and a half limits before all know of each other, then they wait."""
    instances = [stage.cloud.instance() for _ in range(20)]

    at_once = sum(served(each, 2 * READS) for each in instances)
    stage.clock.forward(10)
    later = sum(served(each, 2 * READS) for each in instances)

    print(f"20 instances: {at_once} of {READS} in the first moment, {later} ten seconds later")
    assert READS <= at_once <= 20 * READS // 4 + 3 * READS // 2
    assert later <= 20 * READS // 6


def test_a_flood_over_instances_comes_down_to_the_limit(stage: Stage) -> None:
    """Four instances flooded for ten minutes give the ten minutes' limit, the burst of the bound, and a sixth more."""
    instances = [stage.cloud.instance() for _ in range(4)]

    total = 0
    for _ in range(60):
        total += sum(served(each, READS // 2) for each in instances)
        stage.clock.forward(10)

    print(f"4 instances, ten minutes: {total}, of {10 * READS}")
    assert total <= 10 * READS * 7 / 6 + 5 * READS / 2


def test_what_others_served_is_paid_off(stage: Stage) -> None:
    """Two instances gave nearly two limits in one minute: two minutes later all of it is there again."""
    one, other = stage.cloud.instance(), stage.cloud.instance()
    served(one, READS)
    served(other, READS)
    stage.clock.forward(2 * MINUTE)

    assert READS == served(other, READS)


def test_a_store_that_is_down_leaves_each_its_own_bucket(stage: Stage) -> None:
    """The count is a courtesy between instances: without it nobody is refused, and nobody has more than the limit."""
    stage.wire.on("^firestore", Kind.REFUSE, "UNAVAILABLE", times=10_000)

    assert READS == served(stage.wiring, 2 * READS)


def test_one_key_leaves_the_others_their_share(stage: Stage) -> None:
    """On pro a key may use three quarters; what it was refused is not taken from its tenant."""
    assert 900 == served(stage.wiring, 2000, PRO, "runaway")
    assert 300 == served(stage.wiring, 2000, PRO, "other")


def test_kinds_do_not_use_up_each_other(stage: Stage) -> None:
    """Whoever reads too much may still cancel a job."""
    served(stage.wiring, 2 * READS)

    assert (60, 20) == (
        served(stage.wiring, 100, kind=RateKind.WRITES),
        served(stage.wiring, 100, kind=RateKind.DRY_RUNS),
    )


def test_tenants_do_not_use_up_each_other(stage: Stage) -> None:
    """A flood of one tenant is no reason to refuse another."""
    served(stage.wiring, 2 * READS)

    assert READS == served(stage.wiring, READS, Tenant("other", "Other"))


def test_a_refusal_says_when(stage: Stage) -> None:
    """Four reads come back each second, so one second is enough."""
    served(stage.wiring, READS)

    with pytest.raises(Problem, match="240 reads a minute") as refused:
        rates(stage.wiring).take(SHOP, "k", RateKind.READS)

    assert 1 == refused.value.retry_after
    assert [("reads", 0)] == [(one.policy, one.left) for one in refused.value.quotas]


@pytest.mark.parametrize("made", [TokenBuckets, lambda monotonic: Remembered(monotonic, 30)])
def test_memory_is_fixed(made: Callable[[Callable[[], float]], TokenBuckets | Remembered]) -> None:
    """A hundred thousand names leave ten thousand."""
    kept = made(Clock().monotonic)

    for name in range(100_000):
        if isinstance(kept, TokenBuckets):
            kept.take(name, 60)
        else:
            kept.note(name)

    assert 10_000 == len(kept)
