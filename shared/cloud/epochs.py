"""What was revoked of late: one small document, read before a remembered key or tenant is trusted.

A revocation is one batch: the record's own field, and an entry here under the next number. Whoever has read this
document within EPOCH_LIFE seconds may trust what it remembers, less what the new entries name. That age is told by the
larger of two clocks: the monotonic one stands while an instance is frozen, the wall's may be set back. So nobody is
asked per request, and a revoked key is refused everywhere after EPOCH_LIFE plus one read's time.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.log import Fact, log
from shared.pipeline.codec import Unreadable, from_plain, to_plain

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

EPOCHS = "settings/epochs"
EPOCH_LIFE = timedelta(seconds=4)
EPOCH_SECONDS = 0.8  # of one read; what takes longer counts as unreadable
UNREADABLE_LIFE = timedelta(seconds=1)  # then it is asked again
MOST_NAMED = 200  # entries that are kept; whoever has missed more forgets everything
_NO_LINES: "Mapping[str, AuditLine | None]" = MappingProxyType({})
REVOKE_TRIES = 4  # against others who revoke at the same moment; the last one asks for no turn


@dataclass(frozen=True, slots=True)
class Revoked:
    """What nobody may trust any more as it was before `at`: a key, or a tenant with all its keys."""

    number: int
    at: datetime
    key: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Epoch:
    """The document as it stands: the newest entry's number, the newest entries, and the last that means everything."""

    number: int = 0
    recent: tuple[Revoked, ...] = ()
    everything: int = 0

    def after(self, known: int | None) -> tuple[Revoked, ...] | None:
        """Return the entries since a number, None where they are not all here, or mean everything."""
        if known is None or not self.everything <= known <= self.number:
            return None
        news = tuple(entry for entry in self.recent if entry.number > known)
        return news if len(news) == self.number - known else None

    def then(self, now: datetime, keys: tuple[str, ...], tenants: tuple[str, ...]) -> "Epoch":
        """Return the next epoch, which names these; more than MOST_NAMED at once mean everything."""
        named = [(key, None) for key in keys] + [(None, tenant) for tenant in tenants]
        if len(named) > MOST_NAMED:
            return Epoch(self.number + 1, (), self.number + 1)
        entries = tuple(Revoked(self.number + each, now, *one) for each, one in enumerate(named, start=1))
        return Epoch(self.number + len(entries), (*self.recent, *entries)[-MOST_NAMED:], self.everything)


class Epochs:
    """One instance's knowledge of `settings/epochs`; thread-safe."""

    def __init__(self, clients: Clients, monotonic: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._clients = clients
        self._monotonic = monotonic
        self._now = now
        self._lock = threading.Lock()
        self._known: int | None = None
        self._read: tuple[float, datetime] | None = None  # both clocks, before the last good read
        self._failed: tuple[float, datetime] | None = None

    @property
    def known(self) -> int | None:
        """The number of the newest entry this instance has heard of; None before the first read."""
        return self._known

    def catch_up(self, forget: Callable[[tuple[Revoked, ...] | None], None]) -> bool:
        """Hear what was revoked, unless that was done just now; False where it cannot be read: then trust no memory.

        `forget` is told the new entries before anybody hears True, None for everything.
        """
        with self._lock:  # one asks for all threads
            if self._within(self._read, EPOCH_LIFE):
                return True
            if self._within(self._failed, UNREADABLE_LIFE):
                return False
            began = (self._monotonic(), self._now())
            try:
                epoch, _ = self._get(retry=None, seconds=EPOCH_SECONDS)
            except StoreUnreachable as failed:
                log(Fact.STORE_FAILED, str(failed))
                self._failed = began
                return False
            news = epoch.after(self._known)
            if news is None or news:
                forget(news)
            self._known, self._read = epoch.number, began
            return True

    def revoke(
        self,
        changes: Mapping[str, Mapping[str, Any]],
        *,
        keys: tuple[str, ...] = (),
        tenants: tuple[str, ...] = (),
        lines: "Mapping[str, AuditLine | None]" = _NO_LINES,
    ) -> None:
        """Change fields of documents and tell every instance, in one batch. Raises StoreUnreachable.

        `changes` are fields by the document's path; `keys` and `tenants` name what is not to be trusted any more;
        `lines` are those of audit logs, by tenant. Who loses its turn again and again counts one more without an entry:
        a gap, at which everybody forgets everything.
        """
        from google.api_core.exceptions import (
            Aborted,
            AlreadyExists,
            FailedPrecondition,
            GoogleAPICallError,
            RetryError,
        )
        from google.cloud.firestore import Increment

        store = self._clients.firestore
        for left in reversed(range(REVOKE_TRIES)):
            batch = store.batch()
            for path, fields in changes.items():
                batch.update(store.document(path), dict(fields))
            for tenant, line in lines.items():
                if line:
                    from shared.cloud.audit import add_line

                    add_line(store, batch, tenant, line)
            if left:
                epoch, revision = self._get(retry=retry_for(CALL_SECONDS), seconds=CALL_SECONDS)
                self._name(batch, to_plain(epoch.then(self._now(), keys, tenants)), revision)
            else:
                batch.set(store.document(EPOCHS), {"number": Increment(1)}, merge=True)
            try:
                batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            except (Aborted, AlreadyExists, FailedPrecondition) as moved:
                if not left:
                    raise StoreUnreachable(f"{', '.join(changes)} could not be revoked: {moved}") from moved
                continue  # somebody revoked at the same moment, or we did and its answer was lost: twice does no harm
            except (GoogleAPICallError, RetryError) as failed:
                raise StoreUnreachable(f"{', '.join(changes)} could not be revoked: {failed}") from failed
            with self._lock:
                self._read = self._failed = None  # we hear of it ourselves at the next question
            return

    def _name(self, batch: Any, following: dict[str, Any], revision: Any) -> None:
        """Let a batch write the next epoch, if nobody has written one since it was read."""
        document = self._clients.firestore.document(EPOCHS)
        if revision is None:
            batch.create(document, following)
        else:
            batch.update(document, following, option=self._clients.firestore.write_option(last_update_time=revision))

    def _get(self, *, retry: Any, seconds: float) -> tuple[Epoch, Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._clients.firestore.document(EPOCHS).get(retry=retry, timeout=seconds)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{EPOCHS} could not be read: {failed}") from failed
        if not snapshot.exists:
            return Epoch(), None
        try:
            return from_plain(Epoch, snapshot.to_dict()), snapshot.update_time
        except Unreadable as unread:
            raise StoreUnreachable(f"{EPOCHS} cannot be read: {unread}") from unread

    def _within(self, then: tuple[float, datetime] | None, life: timedelta) -> bool:
        if then is None:
            return False
        passed = timedelta(seconds=self._monotonic() - then[0])
        return max(passed, self._now() - then[1]) < life
