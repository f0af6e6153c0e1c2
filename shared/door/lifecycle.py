"""The part of the `jobs` function about how long jobs stay: kept beyond their days, deleted, and what is left then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.jobs import Jobs
from shared.door import views
from shared.door.answers import answer
from shared.door.asked import READ, WRITE, is_job_id
from shared.door.entrance import Entrance
from shared.door.incoming import json_body
from shared.door.job_lists import cursor_of, list_asked, whose_jobs
from shared.door.public import Route
from shared.door.usage import columns
from shared.pipeline.codec import to_plain
from shared.pipeline.job.ledger import Bill
from shared.pipeline.job.price import priced_at
from shared.pipeline.job.stay import KeepAsked
from shared.pipeline.vendors.figures import Outlook
from shared.steps.audited import Audited, actor_of
from shared.steps.commit import Commits
from shared.steps.problems import invalid, not_found

if TYPE_CHECKING:
    from shared.cloud.deletions import Deletions, Receipt
    from shared.steps.delete_job import DeleteJob

ON_DELETION = "the film and its links are gone at once; its files follow within minutes, the figures of its bill stay"


@dataclass(frozen=True, slots=True)
class LifecycleDoor:
    """The routes and what they need."""

    commits: Commits
    jobs: Jobs
    entrance: Entrance
    public_url: str
    now: Callable[[], datetime]
    outlook: Callable[[], Outlook]
    deletions: "Callable[[], Deletions]"
    delete_job: "Callable[[], DeleteJob]"

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description; before the routes of one job."""
        return (
            Route(
                "GET",
                "/deleted",
                self._deleted,
                "List what is left of deleted jobs: their figures; filters created_from, created_to.",
                reads=None,
            ),
            Route("PATCH", "/{job}", self._keep, "Keep a job beyond its days, or no more.", "Keep"),
            Route("DELETE", "/{job}", self._delete, "Delete an ended job with its film, for good."),
        )

    def _deleted(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, READ)
        filters, limit, after = list_asked(request.args)
        if strays := [name for name in ("status", "product_id", "ordered_by", "batch") if name in request.args]:
            raise invalid({name: ["is forgotten with a job: no filter here"] for name in strays})
        tenant, since, until = whose_jobs(who, request.args), filters.created_from, filters.created_to
        page = self.deletions().receipts(tenant, since, until, limit + 1, after)
        last = page[limit - 1] if len(page) > limit else None
        following = cursor_of(last.ordered_at, last.id) if last else None
        return answer(200, {"jobs": [left_of_job(each) for each in page[:limit]], "next_cursor": following})

    def _keep(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes, parse_body
        from shared.door.change_bodies import KeepBody

        who = self.entrance(request, WRITE)
        try:
            keep = parse_body(KeepBody, json_body(request)).keep
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        loaded = self.jobs.load(found["job"]) if is_job_id(found["job"]) else None
        if loaded is None or loaded.job.tenant != who.tenant.id:
            raise not_found("job")
        what = Audited.JOB_KEPT if keep else Audited.JOB_RELEASED
        line = actor_of(who.key).line(what, loaded.job.id, self.now(), ("keep",))
        job = self.commits.hear(loaded, KeepAsked(keep), line=line).job
        return answer(200, views.whole(job, self.public_url, self.now(), self.outlook()))

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        if not is_job_id(found["job"]):
            raise not_found("job")
        receipt = self.delete_job()(who.tenant.id, found["job"], actor_of(who.key))
        return answer(
            200, {"deleted": True, "job_id": receipt.id, "deleted_at": receipt.deleted_at, "message": ON_DELETION}
        )


def left_of_job(receipt: "Receipt") -> dict[str, Any]:
    """Return what is left of a deleted job as its tenant reads it."""
    bills = {name: Bill(each.paid_by_us, each.billed_by_provider) for name, each in receipt.by_vendor.items()}
    told: dict[str, Any] = {
        "job_id": receipt.id,
        "created_at": receipt.ordered_at,
        "completed_at": receipt.completed_at,
        "deleted_at": receipt.deleted_at,
        "deleted_by": receipt.deleted_by,
        "status": receipt.ended_as,
        "ordered_by": receipt.ordered_by,
        "film_seconds": receipt.film_seconds,
        "credits_used": receipt.credits_used,
        **columns(bills.values()),
        "price": priced_at(sum(each.paid_by_us for each in bills.values()), receipt.price_factor),
        "by_vendor": {name: columns([each]) for name, each in bills.items()},
    }
    return dict(to_plain(told))
