"""Any interleaving of transactions has the effect of some order of them, one after the other.

Google: firestore/docs/transaction-data-contention ("serializable isolation").
"""

from dataclasses import dataclass
from itertools import count
from typing import Any

from google.api_core.exceptions import Aborted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = ["a", "b", "c"]
_fresh = count()


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transaction: it reads some documents and writes what it makes of them into another."""

    reads: tuple[str, ...]
    by_query: bool
    target: str
    factor: int

    def outcome(self, seen: dict[str, int]) -> int:
        """Return a number that tells every other history apart."""
        return sum(self.factor * seen[name] for name in self.reads) % 1_000_003 + self.factor


transfers = st.builds(
    Transfer,
    reads=st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).map(tuple),
    by_query=st.booleans(),
    target=st.sampled_from(NAMES),
    factor=st.integers(2, 97),
)


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[list[Transfer], list[int]]:
    """Draw transactions and the order in which their steps (one a read, then the commit) are taken."""
    work = draw(st.lists(transfers, min_size=2, max_size=4))
    steps = [number for number, transfer in enumerate(work) for _ in range(len(transfer.reads) + 1)]
    return work, draw(st.permutations(steps))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(interleavings())
def test_interleaved_transactions_are_serialisable(client: Any, drawn: tuple[list[Transfer], list[int]]) -> None:
    """Replaying the committed transactions one by one gives what the database holds (serializable isolation)."""
    work, order = drawn
    collection = client.collection(f"isolation{next(_fresh)}")
    model = {name: index + 1 for index, name in enumerate(NAMES)}
    for name, value in model.items():
        collection.document(name).set({"v": value})
    transactions = [client.transaction() for _ in work]
    for transaction in transactions:
        transaction._begin()
    seen: list[dict[str, int]] = [{} for _ in work]
    committed: list[Transfer] = []

    for number in order:
        transfer, transaction = work[number], transactions[number]
        if len(seen[number]) < len(transfer.reads):
            name = transfer.reads[len(seen[number])]
            seen[number][name] = _value(collection, name, transaction, by_query=transfer.by_query)
            continue
        transaction.set(collection.document(transfer.target), {"v": transfer.outcome(seen[number])})
        try:
            transaction._commit()
        except Aborted:
            continue
        committed.append(transfer)

    for transfer in committed:
        model[transfer.target] = transfer.outcome(model)
    assert {snapshot.id: snapshot.get("v") for snapshot in collection.stream()} == model
    assert committed


def _value(collection: Any, name: str, transaction: Any, *, by_query: bool) -> int:
    """Read a value by name, or find it among all of them."""
    if not by_query:
        value: int = collection.document(name).get(transaction=transaction).get("v")
        return value
    values = {snapshot.id: snapshot.get("v") for snapshot in collection.stream(transaction=transaction)}
    return int(values[name])
