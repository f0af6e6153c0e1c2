"""Firestore under fire: creates, deletes, compare-and-set increments of shared counters, batches across documents."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Lock
from typing import Any

from google.api_core.exceptions import Aborted, FailedPrecondition
from google.cloud import firestore

from tests.google.crash.ledger import Ledger
from tests.google.crash.trial import DIED, TIMEOUT, Step

COUNTERS = ("one", "two")
HALVES = ("left", "middle", "right")
PROJECT = "demo"


@dataclass(slots=True)
class Counting:
    """A shared counter: each answered increment counts, each cut-off one may."""

    answered: int = 0
    cut_off: int = 0
    lock: Lock = field(default_factory=Lock)


@dataclass(slots=True)
class Firestore:
    """Items and batches by the ledger, counters by arithmetic."""

    ledger: Ledger = field(default_factory=Ledger)
    counting: dict[str, Counting] = field(default_factory=lambda: {name: Counting() for name in COUNTERS})
    batches: set[str] = field(default_factory=set)

    def extra(self) -> Sequence[str]:
        """Nothing."""
        return ()

    def prepare(self, address: str) -> None:
        """Make the counters."""
        with _client(address) as client:
            for name in COUNTERS:
                client.document(f"counters/{name}").create({"n": 0})

    @contextmanager
    def writer(self, address: str, name: str, rng: Random) -> Iterator[Step]:
        """Write in one of four ways."""
        numbers = count()
        own: list[str] = []
        with _client(address) as client:

            def step() -> None:
                match rng.randrange(4):
                    case 0:
                        self._create(client, f"items/{name}-{next(numbers)}", rng, own)
                    case 1 if own:
                        self._delete(client, own.pop())
                    case 2:
                        self._batch(client, f"{name}-{next(numbers)}", rng)
                    case _:
                        self._increment(client, rng.choice(COUNTERS))

            yield step

    def check(self, address: str) -> list[str]:
        """Read every collection whole.

        With Google's retries: gRPC shares connections in a process, also one that still waits after the kill.
        """
        with _client(address) as client:
            seen = {
                snapshot.reference.path: _state(snapshot.to_dict())
                for collection in ("items", *HALVES)
                for snapshot in client.collection(collection).stream(timeout=TIMEOUT)
            }
            counted = {snapshot.id: snapshot.get("n") for snapshot in client.collection("counters").stream()}
        wrong = self.ledger.check(seen)
        for batch in self.batches:
            there = [half for half in HALVES if f"{half}/{batch}" in seen]
            if len(there) not in (0, len(HALVES)):
                wrong.append(f"batch {batch} is torn: only {there} are there")
        for name, counting in self.counting.items():
            n = counted.get(name, 0)
            if not counting.answered <= n <= counting.answered + counting.cut_off:
                wrong.append(
                    f"counter {name} is {n}, not {counting.answered} to {counting.answered + counting.cut_off}"
                )
            counting.answered, counting.cut_off = n, 0
        return wrong

    def settle(self) -> list[str]:
        """Owe nothing: Firestore delivers nothing."""
        return []

    def close(self) -> None:
        """Hold nothing open."""

    def _create(self, client: Any, path: str, rng: Random, own: list[str]) -> None:
        content = {"at": path, "text": rng.randbytes(rng.randrange(2000)).hex()}
        self.ledger.intend(path, _state(content))
        client.document(path).create(content, retry=None, timeout=TIMEOUT)
        self.ledger.acknowledge(path, _state(content))
        self.ledger.count()
        own.append(path)

    def _delete(self, client: Any, path: str) -> None:
        self.ledger.intend(path, None)
        client.document(path).delete(retry=None, timeout=TIMEOUT)
        self.ledger.acknowledge(path, None)
        self.ledger.count()

    def _batch(self, client: Any, name: str, rng: Random) -> None:
        contents = {f"{half}/{name}": {"half": half, "text": rng.randbytes(300).hex()} for half in HALVES}
        self.batches.add(name)
        batch = client.batch()
        for path, content in contents.items():
            self.ledger.intend(path, _state(content))
            batch.set(client.document(path), content)
        batch.commit(retry=None, timeout=TIMEOUT)
        for path, content in contents.items():
            self.ledger.acknowledge(path, _state(content))
        self.ledger.count()

    def _increment(self, client: Any, name: str) -> None:
        counter, counting = client.document(f"counters/{name}"), self.counting[name]
        snapshot = counter.get(retry=None, timeout=TIMEOUT)
        unmoved = client.write_option(last_update_time=snapshot.update_time)
        try:
            counter.update({"n": snapshot.get("n") + 1}, option=unmoved, retry=None, timeout=TIMEOUT)
        except (Aborted, FailedPrecondition):
            return  # another writer was first, and nothing was written
        except DIED:
            with counting.lock:
                counting.cut_off += 1
            raise
        with counting.lock:
            counting.answered += 1
        self.ledger.count()


@contextmanager
def _client(address: str) -> Iterator[Any]:
    os.environ["FIRESTORE_EMULATOR_HOST"] = address  # read once, at construction
    client: Any = firestore.Client(project=PROJECT)  # the library types only half of itself
    try:
        yield client
    finally:
        client.close()


def _state(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True)
