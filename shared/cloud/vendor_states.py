"""What abroll knows of its vendors, shared by all instances: the document `vendors/state`.

Kept in memory for a minute, for ten seconds once a breaker has opened or the operator has stopped something. All of it
is best effort: what cannot be read is unknown, which is closed; what somebody else writes at the same moment is left to
them. A lost breaker costs calls to a vendor, never a film.
"""

from collections.abc import Callable
from typing import Any

from shared.cloud.clients import Clients
from shared.log import Fact, log
from shared.pipeline.codec import Unreadable, from_plain, to_stored
from shared.pipeline.vendors.state import NOTHING_KNOWN, VendorsState

STATE = "vendors/state"
STATE_LIFE = 60.0  # seconds
OPEN_LIFE = 10.0  # … once a breaker has opened, and after a read that failed
STATE_SECONDS = 2.0  # of one call: a job's step waits for it


class VendorStates:
    """One instance's knowledge of `vendors/state`."""

    def __init__(self, clients: Clients, monotonic: Callable[[], float]) -> None:
        self._clients = clients
        self._monotonic = monotonic
        self._kept: tuple[float, VendorsState] | None = None

    @property
    def remembered(self) -> VendorsState:
        """What memory holds and may still be trusted; nothing is read for it."""
        return self._kept[1] if self._kept and self._kept[0] > self._monotonic() else NOTHING_KNOWN

    def read(self) -> VendorsState:
        """Return what is known, from memory or with one read; nothing where that fails."""
        if self._kept and self._kept[0] > self._monotonic():
            return self._kept[1]
        try:
            return self._keep(self._get()[0])
        except _Unread as failed:
            log(Fact.STORE_FAILED, str(failed))
            self._kept = (self._monotonic() + OPEN_LIFE, NOTHING_KNOWN)
            return NOTHING_KNOWN

    def change(self, move: Callable[[VendorsState], VendorsState]) -> VendorsState | None:
        """Read, move, and write by compare-and-set, once; where `move` gives back the very same, nothing is written.

        Returns what stands there now; None where it could not be read or written, or somebody else wrote.
        """
        from google.api_core.exceptions import (
            Aborted,
            AlreadyExists,
            FailedPrecondition,
            GoogleAPICallError,
            NotFound,
            RetryError,
        )

        try:
            state, revision = self._get()
        except _Unread as failed:
            log(Fact.STORE_FAILED, str(failed))
            return None
        moved = move(state)
        if moved is state:
            return self._keep(state)
        store = self._clients.firestore
        document, fields = store.document(STATE), to_stored(moved)
        try:
            if revision is None:
                document.create(fields, retry=None, timeout=STATE_SECONDS)
            else:
                same = store.write_option(last_update_time=revision)
                document.update(fields, option=same, retry=None, timeout=STATE_SECONDS)
        except (Aborted, AlreadyExists, FailedPrecondition, NotFound):
            self._kept = None  # somebody else wrote: they know more
            return None
        except (GoogleAPICallError, RetryError) as failed:
            log(Fact.STORE_FAILED, f"{STATE} could not be written: {failed}")
            self._kept = None
            return None
        return self._keep(moved)

    def _keep(self, state: VendorsState) -> VendorsState:
        opened = bool(state.drained) or any(one.open_until or one.paused for one in state.breakers.values())
        self._kept = (self._monotonic() + (OPEN_LIFE if opened else STATE_LIFE), state)
        return state

    def _get(self) -> tuple[VendorsState, Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._clients.firestore.document(STATE).get(retry=None, timeout=STATE_SECONDS)
            if not snapshot.exists:
                return NOTHING_KNOWN, None
            return from_plain(VendorsState, snapshot.to_dict() or {}), snapshot.update_time
        except (GoogleAPICallError, RetryError, Unreadable) as failed:
            raise _Unread(f"{STATE} could not be read: {failed}") from failed


class _Unread(Exception):
    """What stands there is not known."""
