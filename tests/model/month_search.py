"""One tenant's month in shards, and every order in which creators, refunds and a plan change can meet there.

Creators go on one read or write at a time, as `create_job` and `cloud/months.py` do; what they decide is decided by the
product's own `shares.py`. Money only, so that an order may find something left in each shard and enough in none.

CAP    nothing is reserved that takes the month over the cap as it is then
EXACT  402 only if at one instant since the order began all shards together had not enough
GONE   a month that was deleted stays deleted
ENDS   from every state all orders can be answered
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.pipeline.job.shares import NOTHING, Amount, Share, dealt, left, lent, summed


class MonthRule(StrEnum):
    """What is left out when a bug is planted."""

    REVISION = "an order names the revision of its shard"
    ALL_SHARDS = "an order is refused by all shards, not by its own"
    ONE_TIME = "a refusal rests on one consistent read"
    LEND_AT_ONCE = "what is lent is moved by one write that names both revisions"
    DEBT = "a lower cap leaves a debt that is paid first"
    FRESH_PLAN = "all shards are made at once, by the plan as it is now"
    UPDATE = "a refund updates a month and never makes one"


ALL = frozenset(MonthRule)


@dataclass(frozen=True, slots=True)
class Order:
    """One creator: where it stands and what it remembers."""

    shard: int
    at: str = "start"  # start, judged, looking, lending, made, refused
    fresh: bool = True  # its own shard was not written since it read it
    others: tuple[tuple[bool, Share], ...] = ()  # the shards as it read them; whether each was not written since
    short: bool = False  # at some instant of its life the month had not enough


@dataclass(frozen=True, slots=True)
class Books:
    """The whole state."""

    cap: int
    shards: tuple[Share, ...]  # none: the month is not begun
    orders: tuple[Order, ...]
    debt: Amount = NOTHING
    refunds: int = 0  # that may still come
    caps: tuple[int, ...] = ()  # the cap's changes that may still come
    delete: bool = False  # whether the month may be deleted
    deleted: bool = False

    @property
    def rest(self) -> int:
        """What the month may still reserve, by the cap as it is now."""
        return self.cap - summed(share.used for share in self.shards).money


@dataclass(frozen=True, slots=True)
class MonthVerdict:
    """What a search found."""

    law: str
    trace: tuple[str, ...]
    states: int


class Breach(Exception):
    """A law was broken."""


@dataclass(frozen=True, slots=True)
class Month:
    """The moves of a world with some of the rules."""

    cost: int = 2
    remembered: int = 0  # the cap that creators have in memory from before
    rules: frozenset[MonthRule] = ALL

    def steps(self, books: Books) -> Iterator[tuple[str, Books]]:
        """Return everything that may happen next."""
        for number, order in enumerate(books.orders):
            for what, then in self._order(books, number, order):
                yield f"order {number} {what}", _noted(then, self.cost)
        for number, share in enumerate(books.shards):
            if books.refunds and share.used.money >= self.cost and not books.deleted:
                yield f"a refund in {number}", _noted(self._refunded(books, number), self.cost)
        if books.caps and books.shards and not books.deleted:
            yield f"the cap becomes {books.caps[0]}", _noted(self._changed(books), self.cost)
        if books.delete and books.shards and not books.deleted and all(_over(order) for order in books.orders):
            yield "the month is deleted", replace(books, deleted=True)
        if books.deleted and books.refunds:
            if MonthRule.UPDATE not in self.rules:
                raise Breach("GONE")
            yield "a refund finds no month", replace(books, refunds=books.refunds - 1)

    def _order(self, books: Books, number: int, order: Order) -> Iterator[tuple[str, Books]]:
        match order.at:
            case "start" if not books.shards or order.shard not in self._born(books):
                yield "begins the month", self._begun(books, order)
            case "start":
                enough = books.shards[order.shard].left.covers(Amount(money=self.cost)) and books.debt == NOTHING
                read = replace(order, at="judged" if enough else "looking", fresh=True)
                yield "reads its shard", _put(books, number, read)
            case "judged":
                yield self._reserved(books, number, order)
            case "looking":
                yield from self._looks(books, number, order)
            case "lending":
                yield "borrows and reserves", self._lent(books, number, order)

    def _born(self, books: Books) -> set[int]:
        return {number for number, share in enumerate(books.shards) if share.allot.money >= 0 or share.used.money}

    def _begun(self, books: Books, order: Order) -> Books:
        if MonthRule.FRESH_PLAN in self.rules:
            if books.shards:
                return books
            shares, debt = dealt(Amount(money=books.cap), [NOTHING, NOTHING])
            return replace(books, shards=shares, debt=debt)
        unborn = Share(Amount(money=-1), NOTHING)
        shards = list(books.shards or (unborn, unborn))
        shards[order.shard] = Share(Amount(money=self.remembered // 2), NOTHING)
        return replace(books, shards=tuple(shards))

    def _reserved(self, books: Books, number: int, order: Order) -> tuple[str, Books]:
        if MonthRule.REVISION in self.rules and not order.fresh:
            return "lost a race", _put(books, number, Order(order.shard, short=order.short))
        if self.cost > books.rest:
            raise Breach("CAP")
        share = books.shards[order.shard]
        used = replace(share, used=share.used + Amount(money=self.cost))
        return "reserves", _put(_set(books, {order.shard: used}), number, Order(order.shard, "made", short=order.short))

    def _looks(self, books: Books, number: int, order: Order) -> Iterator[tuple[str, Books]]:
        if MonthRule.ALL_SHARDS not in self.rules:
            yield "is refused by its own shard", self._refused(books, number, order)
            return
        if MonthRule.ONE_TIME in self.rules:
            found = tuple((True, share) for share in books.shards)
            yield "reads all shards", self._judged(books, number, replace(order, others=found))
            return
        seen = (*order.others, (True, books.shards[len(order.others)]))
        read = replace(order, others=seen)
        whole = len(seen) == len(books.shards)
        yield f"reads shard {len(seen) - 1}", self._judged(books, number, read) if whole else _put(books, number, read)

    def _judged(self, books: Books, number: int, order: Order) -> Books:
        if not left((share for _, share in order.others), books.debt).covers(Amount(money=self.cost)):
            return self._refused(books, number, order)
        return _put(books, number, replace(order, at="lending"))

    def _refused(self, books: Books, number: int, order: Order) -> Books:
        if not order.short:
            raise Breach("EXACT")
        return _put(books, number, Order(order.shard, "refused", short=True))

    def _lent(self, books: Books, number: int, order: Order) -> Books:
        again = _put(books, number, Order(order.shard, short=order.short))
        fresh, shares = zip(*order.others, strict=True)
        if books.debt != NOTHING:
            if not all(fresh):
                return again
            paid, debt = dealt(Amount(money=books.cap), [share.used for share in books.shards])
            return replace(_set(again, dict(enumerate(paid))), debt=debt)
        after = lent(order.shard, shares, Amount(money=self.cost))
        changed = {at: new for at, (new, old) in enumerate(zip(after, shares, strict=True)) if new != old}
        whole = {*changed, order.shard}
        if MonthRule.LEND_AT_ONCE in self.rules and not all(fresh[at] for at in whole):
            return again
        if self.cost > books.rest:
            raise Breach("CAP")
        then = {at: replace(books.shards[at], allot=after[at].allot) for at in whole}
        then[order.shard] = replace(then[order.shard], used=then[order.shard].used + Amount(money=self.cost))
        return _put(_set(books, then), number, Order(order.shard, "made", short=order.short))

    def _refunded(self, books: Books, number: int) -> Books:
        share = books.shards[number]
        given = replace(share, used=share.used - Amount(money=self.cost))
        return _set(replace(books, refunds=books.refunds - 1), {number: given})

    def _changed(self, books: Books) -> Books:
        cap, later = books.caps[0], books.caps[1:]
        used = [share.used for share in books.shards]
        shares, debt = dealt(Amount(money=cap), used)
        if MonthRule.DEBT not in self.rules:
            debt = NOTHING
        return replace(_set(books, dict(enumerate(shares))), cap=cap, caps=later, debt=debt)


def _noted(books: Books, cost: int) -> Books:
    """Note for every order that is not answered yet whether the month has not enough now."""
    if not books.shards or books.rest >= cost:
        return books
    return replace(books, orders=tuple(each if _over(each) else replace(each, short=True) for each in books.orders))


def _over(order: Order) -> bool:
    return order.at in ("made", "refused")


def _put(books: Books, number: int, order: Order) -> Books:
    orders = (*books.orders[:number], order, *books.orders[number + 1 :])
    return replace(books, orders=orders)


def _set(books: Books, changed: dict[int, Share]) -> Books:
    """Write shards; whoever has read one of them before will find its revision gone."""
    shards = tuple(changed.get(number, share) for number, share in enumerate(books.shards))
    orders = tuple(
        replace(
            each,
            fresh=each.fresh and each.shard not in changed,
            others=tuple((new and at not in changed, share) for at, (new, share) in enumerate(each.others)),
        )
        if not _over(each)
        else each
        for each in books.orders
    )
    return replace(books, shards=shards, orders=orders)


def searched(first: Books, world: Month) -> MonthVerdict:
    """Visit every state; return the first broken law and the shortest way there."""
    ways: dict[Books, tuple[Books, str] | None] = {first: None}
    queue, answered, before = deque([first]), [], dict[Books, list[Books]]()
    while queue:
        books = queue.popleft()
        if all(_over(order) for order in books.orders):
            answered.append(books)
        try:
            for what, then in world.steps(books):
                before.setdefault(then, []).append(books)
                if then not in ways:
                    ways[then] = (books, what)
                    queue.append(then)
        except Breach as breach:
            return MonthVerdict(str(breach), _trace(ways, books), len(ways))
    reached, queue = set(answered), deque(answered)
    while queue:
        for each in before.get(queue.popleft(), ()):
            if each not in reached:
                reached.add(each)
                queue.append(each)
    lost = next((books for books in ways if books not in reached), None)
    return MonthVerdict("ENDS" if lost else "", _trace(ways, lost) if lost else (), len(ways))


def _trace(ways: dict[Books, tuple[Books, str] | None], end: Books) -> tuple[str, ...]:
    steps = []
    while (way := ways[end]) is not None:
        end, what = way
        steps.append(what)
    return tuple(reversed(steps))
