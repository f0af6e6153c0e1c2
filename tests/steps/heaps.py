"""Heaps of late documents on a stage, their tasks lost: what the sweep is for."""

import uuid
from datetime import timedelta
from typing import Any

from tests.faults.wire import Kind
from tests.steps.stage import Stage, footage

BATCH = 500
MILLISECOND = timedelta(milliseconds=1)


def lost_job(stage: Stage) -> dict[str, Any]:
    """Order a film whose task is lost; return its document."""
    stage.wire.on("^tasks CreateTask", Kind.REFUSE, "PERMISSION_DENIED")
    job_id = stage.order(footage())
    document = stage.cloud.eyes.clients.firestore.collection("jobs").document(job_id)
    data = document.get().to_dict()
    document.delete()
    assert data
    return data


def delivery(stage: Stage) -> dict[str, Any]:
    """Return a delivery's document, due now, whose task is lost."""
    return {
        "tenant": "acme",
        "job": "job",
        "url": "https://shop.example/hook",
        "event": "job.completed",
        "state": "queued",
        "attempts": 0,
        "wake": 1,
        "due_at": stage.clock(),
    }


def heaped(stage: Stage, collection: str, data: dict[str, Any], count: int) -> list[str]:
    """Write so many documents like this one, each due a little later; return their ids, the most overdue first."""
    store = stage.cloud.eyes.clients.firestore
    ids = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{collection} {number}")) for number in range(count)]
    for begin in range(0, count, BATCH):
        batch = store.batch()
        for number, name in enumerate(ids[begin : begin + BATCH], begin):
            due = data["due_at"] + number * MILLISECOND
            batch.set(store.collection(collection).document(name), {**data, "due_at": due})
        batch.commit()
    return ids


def last_of_all(stage: Stage, data: dict[str, Any]) -> str:
    """Write one more job, less overdue than all others; return its id."""
    store = stage.cloud.eyes.clients.firestore
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, "the last"))
    store.collection("jobs").document(name).set({**data, "due_at": data["due_at"] + timedelta(seconds=60)})
    return name


def present(stage: Stage) -> list[str]:
    """Return the short names of all tasks that wait."""
    return [task.name.rpartition("/")[2] for task in stage.waiting()]
