"""What a list of jobs is asked for: filters, a page's size, and where the page before ended."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from shared.cloud.records import Filters, Unread
from shared.codes import Code
from shared.door.asked import LONGEST_FILTER, Caller, is_job_id, is_key_id, is_tenant_id, strays
from shared.nesting import parse
from shared.pipeline.job.job import Job
from shared.pipeline.job.status import Status
from shared.steps.problems import Problem, invalid

DEFAULT_PAGE = 20
LARGEST_PAGE = 100
LONGEST_PLACE = 400  # characters
FILTERS = ("status", "product_id", "ordered_by", "batch", "created_from", "created_to", "limit", "cursor", "tenant")
PAGED = ("limit", "cursor")
_PAGE_SIZE = re.compile(r"[0-9]{1,4}")


def list_asked(args: Mapping[str, str]) -> tuple[Filters, int, tuple[datetime, str] | None]:
    """Read a list's query: what it is narrowed to, a page's size, after which job it begins. Raises Problem."""
    limit, after, wrong = page_asked(args, is_job_id, FILTERS)
    status = args.get("status")
    if status is not None and status not in set(Status):
        wrong["status"] = [f"must be one of {', '.join(Status)}"]
    moments = {name: moment_of(args[name]) for name in ("created_from", "created_to") if name in args}
    wrong |= {name: ["must be a time like 2026-11-20T12:00:00Z"] for name, moment in moments.items() if moment is None}
    product = args.get("product_id")
    if product is not None and len(product) > LONGEST_FILTER:
        wrong["product_id"] = [f"must have at most {LONGEST_FILTER} characters"]
    key = args.get("ordered_by")
    if key is not None and not is_key_id(key):
        wrong["ordered_by"] = ["must be an API key's id, as GET /tenant/keys lists them"]
    batch = args.get("batch")
    if batch is not None and not is_job_id(batch):
        wrong["batch"] = ["must be a batch's id, as GET /batches lists them"]
    if wrong:
        raise invalid(wrong)
    since, until = moments.get("created_from"), moments.get("created_to")
    filters = Filters(status, product, key, since, until, batch=batch)
    return filters, limit, after


def page_asked(
    args: Mapping[str, str], fits: Callable[[str], bool], known: Sequence[str] = PAGED
) -> tuple[int, tuple[datetime, str] | None, dict[str, list[str]]]:
    """Read a page's size and where it begins; the third says what is wrong with either, and what is not `known`."""
    wrong = strays(args, known)
    limit = args.get("limit", str(DEFAULT_PAGE))
    if not _PAGE_SIZE.fullmatch(limit) or not 1 <= int(limit) <= LARGEST_PAGE:
        limit, wrong["limit"] = str(DEFAULT_PAGE), [f"must be 1 to {LARGEST_PAGE}"]
    after = read_cursor(args["cursor"], fits) if "cursor" in args else None
    if "cursor" in args and after is None:
        wrong["cursor"] = ["is not a cursor of ours: take next_cursor as it is"]
    return int(limit), after, wrong


def whose_jobs(who: Caller, args: Mapping[str, str]) -> str:
    """Return whose jobs are listed: the caller's, unless an operator names another tenant. Raises Problem."""
    asked = args.get("tenant", who.tenant.id)
    if asked != who.tenant.id and not who.operates:
        message = "only a key with the scope operator reads what is another tenant's"
        raise Problem(Code.FORBIDDEN, message, next_move="leave tenant out")
    if asked != who.tenant.id and not is_tenant_id(asked):
        raise invalid({"tenant": ["must be a tenant's id"]})
    return asked


def moment_of(text: str) -> datetime | None:
    """Read a time, in UTC; None for what is none, or lies beyond the calendar there."""
    try:
        moment = datetime.fromisoformat(text[:LONGEST_FILTER])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def cursor_at(job: Job | Unread) -> str:
    """Return the cursor of what comes after a job."""
    return cursor_of(job.created_at, job.id)


def cursor_of(at: datetime, name: str) -> str:
    """Return the cursor of what comes after something that stands at this moment under this name."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), name]).encode()).decode()


def read_cursor(text: str, fits: Callable[[str], bool]) -> tuple[datetime, str] | None:
    """Return after which moment and which fitting name a page begins; None for what is no cursor of ours."""
    if len(text) > LONGEST_PLACE:
        return None
    try:
        match parse(base64.urlsafe_b64decode(text)):
            case [str(moment), str(name)] if (at := moment_of(moment)) and fits(name):
                return at, name
    except ValueError:  # no base64, no UTF-8, no JSON
        pass
    return None
