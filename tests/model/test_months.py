"""A tenant's month in shards: every order of creators, refunds and changes of the cap keeps CAP and EXACT."""

import pytest

from tests.model.month_search import ALL, Books, Month, MonthRule, Order, searched


def world(cap: int, *shards: int, refunds: int = 0, caps: tuple[int, ...] = (), delete: bool = False) -> Books:
    """Return a month nobody has begun; an order costs two, each waits at one of two shards."""
    orders = tuple(Order(shard) for shard in shards)
    return Books(cap, (), orders, refunds=refunds, caps=caps, delete=delete)


WORLDS = {
    "money for two orders, less than two in each shard": world(5, 0, 0, 1, 1),
    "and a refund on the way": world(5, 0, 0, 1, 1, refunds=1),
    "the cap falls below what is used": world(6, 0, 0, 1, refunds=2, caps=(2,)),
    "the cap is raised": world(2, 0, 1, 1, refunds=1, caps=(5,)),
    "the cap was lowered last month": world(2, 0, 1, 1),
    "the month is deleted": world(4, 0, 1, refunds=1, delete=True),
}
CATCHES = {
    MonthRule.REVISION: ("money for two orders, less than two in each shard", "CAP"),
    MonthRule.ALL_SHARDS: ("money for two orders, less than two in each shard", "EXACT"),
    MonthRule.ONE_TIME: ("and a refund on the way", "EXACT"),
    MonthRule.LEND_AT_ONCE: ("money for two orders, less than two in each shard", "CAP"),
    MonthRule.DEBT: ("the cap falls below what is used", "CAP"),
    MonthRule.FRESH_PLAN: ("the cap was lowered last month", "CAP"),
    MonthRule.UPDATE: ("the month is deleted", "GONE"),
}


@pytest.mark.parametrize("name", WORLDS)
def test_the_month_keeps_its_laws(name: str) -> None:
    """In every state nothing passes the cap, nobody is refused below it, and all orders can be answered."""
    verdict = searched(WORLDS[name], Month(remembered=8))

    print(f"{name}: {verdict.states:,} states")
    assert ("", ()) == (verdict.law, verdict.trace)


@pytest.mark.parametrize("rule", MonthRule)
def test_without_a_rule_a_law_breaks(rule: MonthRule) -> None:
    """Each rule is needed: the shortest way to what it prevents is found."""
    name, law = CATCHES[rule]

    verdict = searched(WORLDS[name], Month(remembered=8, rules=ALL - {rule}))

    print(f"{rule}: {'; '.join(verdict.trace)}")
    assert law == verdict.law
