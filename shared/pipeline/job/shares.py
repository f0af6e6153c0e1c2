"""How a month's cap is dealt out to its shards, and lent from one to another; exact, and without any I/O.

A tenant whose month takes many writes has it in several documents, the shards. Each may spend what is allotted to it
without looking at the others; what all are allotted, less the debt, is the cap. A shard that has not enough borrows;
an order is refused only where all shards together have not enough. A cap that falls below what is used leaves a debt:
refunds pay it before anything is spent again. What is claimed beyond a price may take a shard below nothing left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

MARKS = (50, 80, 100)  # per cent of a month's cap at which somebody is told
NO_CAP = 10**15  # films or micro-dollars: a cap that nobody reaches is none, and obeys the laws of all caps


@dataclass(frozen=True, slots=True)
class Amount:
    """Films and micro-dollars."""

    films: int = 0
    money: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.films + other.films, self.money + other.money)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.films - other.films, self.money - other.money)

    def covers(self, cost: "Amount") -> bool:
        """Tell whether it is enough for a cost; what costs nothing of a kind needs none of it."""
        return all(need <= 0 or need <= have for have, need in zip(_pair(self), _pair(cost), strict=True))

    @property
    def positive(self) -> "Amount":
        """This, nothing of it below zero."""
        return Amount(max(self.films, 0), max(self.money, 0))


NOTHING = Amount()


@dataclass(frozen=True, slots=True)
class MonthLimits:
    """What a tenant may have made in a month, and over how many documents it is counted."""

    cap: Amount
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Share:
    """What one shard may spend in its month, and what is spent or reserved of it."""

    allot: Amount
    used: Amount

    @property
    def left(self) -> Amount:
        """What may still be reserved."""
        return self.allot - self.used


def shard_of(job_id: str, shards: int) -> int:
    """Return the number of the shard a job reserves in."""
    return int(sha256(job_id.encode()).hexdigest()[:8], 16) % shards


def summed(amounts: Iterable[Amount]) -> Amount:
    """Add amounts up."""
    return sum(amounts, start=NOTHING)


def dealt(cap: Amount, used: Sequence[Amount]) -> tuple[tuple[Share, ...], Amount]:
    """Deal a cap out to shards that have used so much already: evenly what is left; return them, and the debt."""
    rest = cap - summed(used)
    columns = [_parts(amount, len(used)) for amount in _pair(rest.positive)]
    parts = [Amount(*each) for each in zip(*columns, strict=True)]
    return tuple(Share(mine + part, mine) for mine, part in zip(used, parts, strict=True)), (NOTHING - rest).positive


def left(shares: Iterable[Share], debt: Amount = NOTHING) -> Amount:
    """Return what a whole month may still reserve."""
    return summed(share.left for share in shares) - debt


def lent(mine: int, shares: Sequence[Share], cost: Amount) -> tuple[Share, ...]:
    """Move what `cost` lacks to the share number `mine`: half of what the richest has left, or more where needed.

    Needs a month in which all together have enough, and no debt; otherwise as much is moved as there is.
    """
    moved = [list(_pair(share.allot)) for share in shares]
    for kind in (0, 1):
        rests = [_pair(share.left)[kind] for share in shares]
        lacking = _pair(cost)[kind] - rests[mine] if _pair(cost)[kind] > 0 else 0
        for other in sorted(range(len(shares)), key=lambda number: -rests[number]):
            if lacking <= 0:
                break
            if other == mine or rests[other] <= 0:
                continue
            gift = min(rests[other], max(lacking, rests[other] // 2))
            moved[other][kind] -= gift
            moved[mine][kind] += gift
            lacking -= gift
    return tuple(Share(Amount(*allot), share.used) for allot, share in zip(moved, shares, strict=True))


def mark_of(used: Amount, cap: Amount) -> int:
    """Return the highest of the marks, per cent of the cap, that films or money have reached; 0 for none."""
    reached = max(
        (100 * have / most for have, most in zip(_pair(used), _pair(cap), strict=True) if most > 0), default=0
    )
    return max((mark for mark in MARKS if mark <= reached), default=0)


def mark_at(share: Share, debt: Amount = NOTHING) -> int:
    """Return the highest mark that a month in one document has reached."""
    return mark_of(share.used, share.allot - debt)


def tenths(share: Share) -> tuple[int, ...]:
    """Return how many tenths of a share's films and money are used: where one is passed, the month is looked at."""
    return tuple(
        10 * have // most if most > 0 else 0 for have, most in zip(_pair(share.used), _pair(share.allot), strict=True)
    )


def _pair(amount: Amount) -> tuple[int, int]:
    return amount.films, amount.money


def _parts(amount: int, count: int) -> list[int]:
    each, more = divmod(amount, count)
    return [each + (number < more) for number in range(count)]
