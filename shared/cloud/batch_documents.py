"""A batch's document: written whole at creation, then only what moves, by the revision it was read at."""

from dataclasses import dataclass
from typing import Any

from shared.pipeline.codec import to_stored
from shared.pipeline.job.batch import FilmBatch

BATCHES = "batches"
MOVING = (
    *("taken", "live", "ended", "refused", "committed", "ours", "theirs", "tries", "wait_code", "wait_why"),
    *("stopped_at", "stopped_why", "wake", "due_at", "ended_at", "expire_at"),
)


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A batch as it was read, and the revision a write must name."""

    batch: FilmBatch
    revision: Any

    @property
    def id(self) -> str:
        """Its id, as the sweep names what is late."""
        return self.batch.id


@dataclass(frozen=True, slots=True)
class RowBegun:
    """A batch as it was read, and as it is with its next row begun."""

    seen: ReadBatch
    batch: FilmBatch

    def add(self, store: Any, commit: Any) -> None:
        """Move the batch beside the row's job."""
        move_batch(store, commit, self.seen, self.batch)


def whole_batch(batch: FilmBatch) -> dict[str, Any]:
    """Return a new batch's document."""
    return {name: value for name, value in to_stored(batch).items() if name != "id" and value is not None}


def move_batch(store: Any, commit: Any, seen: ReadBatch, batch: FilmBatch) -> None:
    """Add what moved of a batch to a commit, which fails where somebody has written it since."""
    from google.cloud import firestore

    said = to_stored(batch)
    fields = {name: firestore.DELETE_FIELD if said.get(name) is None else said[name] for name in MOVING}
    same = store.write_option(last_update_time=seen.revision)
    commit.update(store.collection(BATCHES).document(batch.id), fields, option=same)
