"""Log lines as Cloud Logging reads them: one JSON object a fact, on stdout.

A line about a job is written with `log_job`, which takes the job itself, so that tenant and trace are never
forgotten; where only the id is known, a `JobRef` says so. All other lines are written with `log`. No line holds a
secret, a whole payload, or a link with its query.
"""

import json
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

LONGEST_VALUE = 500  # characters
LONGEST_LOOKED_AT = 20_000  # characters of a value that are searched for links
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")
_TRACE = re.compile(r"[0-9a-f]{32}")


class Fact(StrEnum):
    """Every kind of line abroll writes; `FACTS` says what each one means."""

    ALARM = "alarm"
    ANSWERED = "answered"
    BATCH_ENDED = "batch_ended"
    BATCH_STOPPED = "batch_stopped"
    BATCH_TAKEN = "batch_taken"
    BREAKER_OPENED = "breaker_opened"
    CLAIM_LOST = "claim_lost"
    COMMITTED = "committed"
    CRASHED = "crashed"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    DEQUEUE_FAILED = "dequeue_failed"
    ENDPOINT_DISABLED = "endpoint_disabled"
    ENQUEUE_FAILED = "enqueue_failed"
    EVENT_IGNORED = "event_ignored"
    FETCH_FAILED = "fetch_failed"
    FILM_DIVIDED = "film_divided"
    FILES_DELETED = "files_deleted"
    FORGED = "forged"
    JOB_CREATED = "job_created"
    JOB_DELETED = "job_deleted"
    JOB_ENDED = "job_ended"
    JOB_GONE = "job_gone"
    LEFT_UNREAD = "left_unread"
    MODELS_SEEN = "models_seen"
    MONTH_GONE = "month_gone"
    NEWER = "newer"
    NOTHING_TO_DO = "nothing_to_do"
    PART_PAINTED = "part_painted"
    POLL_FAILED = "poll_failed"
    REAPED = "reaped"
    ROW_REFUSED = "row_refused"
    SPEND_MARK = "spend_mark"
    STORE_FAILED = "store_failed"
    SUBMIT_ENDED = "submit_ended"
    SWEPT = "swept"
    TENANT_CLOSED = "tenant_closed"
    UNREADABLE = "unreadable"
    VERSION_DESTROYED = "version_destroyed"
    WEBHOOK_LEFT_BEHIND = "webhook_left_behind"
    WEBHOOK_NOT_REGISTERED = "webhook_not_registered"
    WEBHOOK_UNUSED = "webhook_unused"
    WINDOW_OVER = "window_over"


FACTS: Mapping[Fact, str] = {
    Fact.ALARM: "Something a person must look at; the message says what.",
    Fact.ANSWERED: "A public request was answered: by which route, to which tenant's which key, about which job.",
    Fact.BATCH_ENDED: "A batch has ended: its rows are films, failed jobs, refused, or were never begun.",
    Fact.BATCH_STOPPED: "A batch begins no more rows: somebody stopped it, or its key was revoked.",
    Fact.BATCH_TAKEN: "A batch was accepted and stored.",
    Fact.BREAKER_OPENED: "A vendor failed too often; unsent work for it waits, or goes elsewhere.",
    Fact.CLAIM_LOST: "Another worker has the claim; this one sends nothing.",
    Fact.COMMITTED: "An event moved a job, and the move is written.",
    Fact.CRASHED: "A bug of ours: an exception nobody expected, with its stack.",
    Fact.DELIVERED: "A customer's webhook was taken.",
    Fact.DELIVERY_FAILED: "A customer's webhook was not taken, or was given up.",
    Fact.DEQUEUE_FAILED: "Cloud Tasks did not give back a cancelled job's task; it will find nothing to do.",
    Fact.ENDPOINT_DISABLED: "A customer's endpoint is sent nothing more: it answered 410, or took nothing for days.",
    Fact.ENQUEUE_FAILED: "Cloud Tasks did not take a task; the sweep will enqueue it.",
    Fact.EVENT_IGNORED: "A storage event that concerns no clip of a live job, or is too old.",
    Fact.FETCH_FAILED: "A vendor's file could not be fetched this time; it is asked for again.",
    Fact.FILM_DIVIDED: "A long film was laid out and divided: its parts are painted side by side.",
    Fact.FILES_DELETED: "What a deleted job had made was deleted; files that another job names stay.",
    Fact.FORGED: "Somebody spoke in a vendor's name without knowing what the vendor knows.",
    Fact.JOB_CREATED: "A job was accepted and stored.",
    Fact.JOB_DELETED: "A job was deleted, by a person or after its time; its files follow within minutes.",
    Fact.JOB_ENDED: "A job ended: how, after how long, at which cost.",
    Fact.JOB_GONE: "A job was deleted before news of it was written; a vendor's id stands here and nowhere else.",
    Fact.LEFT_UNREAD: "For a day nobody has been able to read this late document; it is kept and moved by nobody.",
    Fact.MODELS_SEEN: "The radar came by: which models can still be ordered.",
    Fact.MONTH_GONE: "A job moved money in a month that was deleted; the job is right, the month stays deleted.",
    Fact.NEWER: "A document of newer code, left to a function that knows it.",
    Fact.NOTHING_TO_DO: "A task came twice or late and changed nothing.",
    Fact.PART_PAINTED: "A part of a long film was painted and stored, after so many seconds.",
    Fact.POLL_FAILED: "A vendor could not be asked this time; it is asked again.",
    Fact.REAPED: "The reaper found something to do: jobs whose time was over, files of deleted ones.",
    Fact.ROW_REFUSED: "A row of a batch became no job; its results say why.",
    Fact.SPEND_MARK: "A month has passed 50, 80 or 100 % of a cap, claims included; said twice rather than lost.",
    Fact.STORE_FAILED: "Firestore, Storage, Secret Manager or Cloud Tasks did not do its part this time.",
    Fact.SUBMIT_ENDED: "A paid call ended; the vendor's id stands here before anywhere else.",
    Fact.SWEPT: "The sweep came by; its absence is an alarm.",
    Fact.TENANT_CLOSED: "Nothing is left of a tenant but what its report says is kept.",
    Fact.UNREADABLE: "A message or a document is none this code can read.",
    Fact.VERSION_DESTROYED: "A version of a tenant's secret that another had replaced a day before was destroyed.",
    Fact.WEBHOOK_LEFT_BEHIND: "Our endpoint could not be taken off a vendor's account; it does no harm there.",
    Fact.WEBHOOK_NOT_REGISTERED: "Our endpoint could not be registered; callbacks and the sweep carry every take.",
    Fact.WEBHOOK_UNUSED: "A vendor's webhook spoke of something abroll does not use.",
    Fact.WINDOW_OVER: "A worker was too slow between reading and sending, and sent nothing.",
}

SEVERITY = {
    Fact.ALARM: "ERROR",
    Fact.BREAKER_OPENED: "WARNING",
    Fact.CRASHED: "ERROR",
    Fact.DEQUEUE_FAILED: "WARNING",
    Fact.ENQUEUE_FAILED: "WARNING",
    Fact.FORGED: "WARNING",
    Fact.JOB_GONE: "WARNING",
    Fact.LEFT_UNREAD: "ERROR",
    Fact.MONTH_GONE: "WARNING",
    Fact.SPEND_MARK: "WARNING",
    Fact.STORE_FAILED: "WARNING",
    Fact.UNREADABLE: "ERROR",
}
_project = ""


class Traced(Protocol):
    """What a line about a job must say: a `Job` says all of it."""

    @property
    def id(self) -> str:
        """The job's id."""
        ...

    @property
    def tenant(self) -> str:
        """Whose job it is."""
        ...

    @property
    def trace(self) -> str:
        """The W3C trace id its steps share."""
        ...


@dataclass(frozen=True, slots=True)
class JobRef:
    """A job that is not at hand; what is not known of it is empty."""

    id: str
    tenant: str = ""
    trace: str = ""


def configure(project: str) -> None:
    """Name the project whose traces the lines belong to; without it a trace id stands alone."""
    global _project  # noqa: PLW0603 -- one process writes one project's log
    _project = project


def log(fact: Fact, message: str = "", *, trace: str = "", **more: object) -> None:
    """Write one line that is about no job."""
    _write(fact, message, trace, more)


def log_job(fact: Fact, job: Traced, message: str = "", **more: object) -> None:
    """Write one line about a job."""
    _write(fact, message, job.trace, {**_said(job), **more})


def crashed(what: str, job: Traced | None = None, *, trace: str = "", **more: object) -> None:
    """Write the current exception with its stack, as Error Reporting groups it."""
    about = _said(job) if job else {}
    stack = _QUERY.sub(r"\1?…", traceback.format_exc())
    _write(Fact.CRASHED, what, job.trace if job else trace, {**about, **more}, stack)


def _said(job: Traced) -> dict[str, object]:
    return {name: value for name, value in (("job", job.id), ("tenant", job.tenant)) if value}


def _write(fact: Fact, message: str, trace: str, more: Mapping[str, object], stack: str = "") -> None:
    line: dict[str, object] = {"severity": SEVERITY.get(fact, "INFO"), "fact": fact.value}
    line["message"] = safe(message) if message else fact.value
    if trace:
        known = _project and _TRACE.fullmatch(trace)
        line["logging.googleapis.com/trace"] = f"projects/{_project}/traces/{trace}" if known else safe(trace)
    line |= {key: value if isinstance(value, int | float | bool) else safe(str(value)) for key, value in more.items()}
    if stack:
        line["stack_trace"] = _printable(stack)
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def safe(text: str) -> str:
    """Cut a text to a line's length and take the query off every link: that is where secrets stand."""
    return _printable(_QUERY.sub(r"\1?…", text[:LONGEST_LOOKED_AT]))[:LONGEST_VALUE]


def _printable(text: str) -> str:
    """Write halves of surrogate pairs, which no stream takes, as escapes: a line is never lost over them."""
    return text.encode("utf-8", "backslashreplace").decode()
