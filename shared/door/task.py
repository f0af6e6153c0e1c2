"""The tasks' door: who retries what, as a table.

| what happened | answer | who tries again |
|---|---|---|
| done, nothing to do, or the vendor said later (a commit and a new task) | 200 | nobody |
| the message or the document cannot be read | 200, kept in the log | nobody: it would fail for ever |
| the document is newer than this code | 503 | the queue, on a newer instance |
| our own store, files, secrets or queue failed | 503 | the queue |
| a bug | 500 | the queue a few times, then the sweep's nudges, which end |

The queue tries for 91 s, so a short outage of our store is over before it gives up and the sweep has to come.
No row reads the retry count: life is bounded in the job (holes 4, 5).
"""

from collections.abc import Callable

import flask

from shared.cloud.blobs import FilesUnreachable
from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.secrets import SecretsUnreachable
from shared.cloud.tasks import QueueUnreachable
from shared.log import Fact, crashed, log
from shared.pipeline.codec import Unreadable
from shared.steps.commit import StoreBusy
from shared.steps.message import Message, UnreadableMessage, read_message

RETRIED = (StoreUnreachable, StoreBusy, FilesUnreachable, SecretsUnreachable, QueueUnreachable, NewerSchema)


def answer_task(work: Callable[[], object]) -> tuple[str, int]:
    """Do a task's work and say who should try again."""
    try:
        work()
    except UnreadableMessage as unread:
        log(Fact.UNREADABLE, str(unread))
    except Unreadable as unread:
        log(Fact.UNREADABLE, str(unread))
    except RETRIED as failed:
        log(Fact.STORE_FAILED, str(failed))
        return "try again\n", 503
    except Exception:  # noqa: BLE001  # the door is the one place: it logs with the stack and lets the queue decide
        crashed("a step crashed")
        return "crashed\n", 500
    return "ok\n", 200


def step(request: flask.Request, do: Callable[[Message], object]) -> tuple[str, int]:
    """Answer a step's task."""
    return answer_task(lambda: do(read_message(request.get_json(silent=True))))


def delivery(request: flask.Request, do: Callable[[str], object]) -> tuple[str, int]:
    """Answer a delivery's task."""
    return answer_task(lambda: do(_delivery(request.get_json(silent=True))))


def _delivery(data: object) -> str:
    match data:
        case {"delivery": str(delivery)}:
            return delivery
    raise UnreadableMessage("not a delivery's message")
