"""Log lines: one JSON object a fact, its name from the register below, always with the job's id and trace.

Written to stdout as Cloud Logging reads it; never a secret, never a whole payload, never a link with its query.
"""

import json
import re
import sys
import traceback
from enum import StrEnum

LONGEST_VALUE = 500  # characters of one value
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")


class Fact(StrEnum):
    """Every line this code writes."""

    ALARM = "alarm"
    ANSWERED = "answered"
    CLAIM_LOST = "claim_lost"
    COMMITTED = "committed"
    CRASHED = "crashed"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    ENQUEUE_FAILED = "enqueue_failed"
    FORGED = "forged"
    JOB_CREATED = "job_created"
    JOB_ENDED = "job_ended"
    NEWS_IGNORED = "news_ignored"
    NOTHING_TO_DO = "nothing_to_do"
    SENT = "sent"
    STORE_FAILED = "store_failed"
    SUBMIT_ENDED = "submit_ended"
    SWEPT = "swept"
    UNREADABLE = "unreadable"
    WINDOW_OVER = "window_over"


_SEVERITY = {
    Fact.ALARM: "ERROR",
    Fact.CRASHED: "ERROR",
    Fact.ENQUEUE_FAILED: "WARNING",
    Fact.FORGED: "WARNING",
    Fact.STORE_FAILED: "WARNING",
    Fact.UNREADABLE: "ERROR",
}


def log(fact: Fact, message: str = "", *, job: str = "", trace: str = "", **more: object) -> None:
    """Write one line."""
    line: dict[str, object] = {"severity": _SEVERITY.get(fact, "INFO"), "fact": fact.value}
    line["message"] = safe(message) if message else fact.value
    if job:
        line["job"] = job
    if trace:
        line["logging.googleapis.com/trace"] = trace
    line |= {key: value if isinstance(value, int | float | bool) else safe(str(value)) for key, value in more.items()}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def crashed(what: str, **more: object) -> None:
    """Write the current exception with its stack, as Error Reporting groups it."""
    stack = _QUERY.sub(r"\1?…", traceback.format_exc())
    line = {"severity": "ERROR", "fact": Fact.CRASHED.value, "message": what, "stack_trace": stack, **more}
    sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def safe(text: str) -> str:
    """Cut a text to a line's length and take the query off every link: that is where secrets stand."""
    return _QUERY.sub(r"\1?…", text)[:LONGEST_VALUE]
