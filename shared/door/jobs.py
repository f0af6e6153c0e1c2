"""The `jobs` function: read one, list, timeline, bill, cancel, and the permanent links to a film."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.blobs import Blobs
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Unread
from shared.codes import Code
from shared.door import bill_views, views
from shared.door.answers import answer
from shared.door.asked import READ, WRITE, Caller, is_job_id
from shared.door.asked_body import body_asked
from shared.door.bulk import BulkDoor
from shared.door.entrance import Entrance
from shared.door.event_feed import FeedDoor
from shared.door.feedback import FeedbackDoor
from shared.door.job_lists import cursor_at, list_asked, whose_jobs
from shared.door.lifecycle import LifecycleDoor
from shared.door.public import Handler, Route, serve
from shared.door.usage import UsagePage, as_csv, as_json
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.job import Job
from shared.steps import links
from shared.steps.cancel import cancel
from shared.steps.commit import Commits
from shared.steps.problems import Problem, invalid, not_found

if TYPE_CHECKING:
    from shared.door.revisions import RevisionsDoor
    from shared.pipeline.vendors.figures import Outlook
    from shared.steps.plan_terms import PlanTerms

FILE = ("output", "file", "download")  # which of a film's files, and how


@dataclass(frozen=True, slots=True)
class JobsDoor:
    """The routes and what they need."""

    commits: Commits
    jobs: Jobs
    entrance: Entrance
    blobs: Blobs
    public_url: str
    now: Callable[[], datetime]
    outlook: "Callable[[], Outlook]"  # what may be expected of the vendors now
    revisions: "Callable[[], RevisionsDoor]"  # built only when asked for: it plans, reads and fetches
    lifecycle: LifecycleDoor
    bulk: BulkDoor
    feedback: FeedbackDoor
    terms: "Callable[[], PlanTerms]"
    feed: FeedDoor

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route(
                "GET",
                "/",
                self._list,
                "List jobs, newest first; filters status, product_id, ordered_by, batch, created_from, created_to.",
                reads=None,
            ),
            Route("GET", "/usage", self._usage, "Read what jobs used, in two columns and by vendor.", reads=None),
            Route("GET", "/usage.csv", self._usage_csv, "The same as CSV; X-Next-Cursor leads on.", reads=None),
            *self.feed.routes,
            *self.bulk.routes,
            *self.feedback.routes,
            *self.lifecycle.routes,
            Route("GET", "/{job}", self._read, "Read a job."),
            Route("GET", "/{job}/request", self._told(views.asked), "Read the request as it can be ordered again."),
            Route("GET", "/{job}/understood", self._told(views.understood), "Read it as abroll understood it."),
            Route("GET", "/{job}/timeline", self._timeline, "Read what happened when, and which work overlapped."),
            Route(
                "GET", "/{job}/bill", self._told(bill_views.billed), "Read each attempt and its cost, in two columns."
            ),
            Route("POST", "/{job}/cancel", self._cancel, "Cancel a job; what was never sent is refunded."),
            Route(
                "POST", "/{job}/retry", self._retry, "Try a failed or cancelled job again; keep what is done.", "Retry"
            ),
            Route("POST", "/{job}/regenerate", self._regenerate, "Make a new film from a finished one.", "Regenerate"),
            Route("POST", "/{job}/edit", self._edit, "Make another version of a film; nothing is bought.", "Edit"),
            Route(
                "POST",
                "/{job}/links",
                self._links,
                "Revoke the permanent links, or those named, and make new ones.",
                "Links",
            ),
            Route("GET", "/{job}/film", self._film, "Redirect to the film, or an output, for 5 minutes.", reads=FILE),
            Route("GET", "/{job}/{thing}/{token}", self._linked, "Redirect to one of its files.", open=True),
        )

    def _list(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, READ)
        filters, limit, after = list_asked(request.args)
        page = self.jobs.page(whose_jobs(who, request.args), filters, limit + 1, after)
        outlook = self.outlook()
        rows = [self._row(each, who.tenant.id, outlook) for each in page[:limit]]
        following = cursor_at(page[limit - 1]) if len(page) > limit else None
        return answer(200, {"jobs": rows, "next_cursor": following})

    def _usage(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        return as_json(self._used(request))

    def _usage_csv(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        return as_csv(self._used(request))

    def _used(self, request: flask.Request) -> UsagePage:
        who = self.entrance(request, READ)
        filters, limit, after = list_asked(request.args)
        whose = whose_jobs(who, request.args)
        page = self.jobs.page(whose, filters, limit + 1, after)
        jobs = tuple(each for each in page[:limit] if isinstance(each, Job))
        following = cursor_at(page[limit - 1]) if len(page) > limit else None
        tenant = who.tenant if whose == who.tenant.id else self.entrance.tenants.tenant(whose)
        if tenant is None:
            raise not_found("tenant")
        return UsagePage(jobs, len(page[:limit]) - len(jobs), following, self.terms().told(tenant))

    def _row(self, each: Job | Unread, tenant: str, outlook: "Outlook") -> dict[str, Any]:
        if isinstance(each, Job):
            return views.row(each, self.public_url, self.now(), outlook)
        log_job(Fact.UNREADABLE, JobRef(each.id, tenant), each.why)
        return views.unreadable(each)

    def _read(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        loaded = self._own(request, found["job"], READ)
        return answer(200, views.whole(loaded.job, self.public_url, self.now(), self.outlook()))

    def _told(self, show: Callable[[Job], dict[str, Any]]) -> Handler:
        return lambda request, found: answer(200, show(self._own(request, found["job"], READ).job))

    def _timeline(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        return answer(200, views.story(self._own(request, found["job"], READ).job, self.now()))

    def _cancel(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        loaded = self._own(request, found["job"], WRITE)
        heard = cancel(self.commits, loaded, by="the caller")
        if not heard.changed:
            ended = heard.job.ending.value if heard.job.ending else "ended"
            raise Problem(Code.ALREADY_ENDED, f"the job is {ended}", next_move="nothing is left to cancel")
        shown = views.whole(heard.job, self.public_url, self.now(), self.outlook())
        return answer(200, {**shown, **bill_views.saved(heard.job)})

    def _retry(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, loaded = self._own_and_who(request, found["job"])
        return self.revisions().retry(request, who, loaded)

    def _regenerate(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, loaded = self._own_and_who(request, found["job"])
        return self.revisions().regenerate(request, who, loaded)

    def _edit(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, loaded = self._own_and_who(request, found["job"])
        return self.revisions().edit(request, who, loaded)

    def _film(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        asked, job = request.args, self._own(request, found["job"], READ).job
        file = asked.get("file", "mp4")
        name = links.chosen(file, asked.get("output", "1"))
        return self._redirect(job, name, f"{job.id[:8]}.{file}" if asked.get("download") == "true" else None)

    def _links(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.change_bodies import LinksBody

        loaded, wanted = self._own(request, found["job"], WRITE), body_asked(LinksBody, request).links
        names = links.link_names(loaded.job)
        if strays := sorted(set(wanted or ()) - set(names)):
            raise invalid({"links": [f"{', '.join(strays)}: not a link of this job; {', '.join(names)} are"]})
        job = self.commits.hear(loaded, links.revoked(wanted, partial(token_urlsafe, links.TOKEN_BYTES))).job
        made = {name: links.link(job, name, self.public_url) for name in links.linked_files(job)}
        return answer(200, {"job_id": job.id, "revoked": wanted or list(names), "links": made})

    def _linked(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        strangers, asked = self.entrance.strangers, (found["job"], f"{found['thing']}/{found['token']}")
        if charged := not strangers.proven(*asked):
            strangers.pay(request)
        readable = is_job_id(found["job"]) and not strangers.unknown(*asked)
        loaded = self.jobs.load(found["job"]) if readable else None
        name = links.opened(loaded.job, found["thing"], found["token"]) if loaded else None
        if loaded is None or name is None:
            strangers.miss(*asked)
            raise not_found("film")
        strangers.prove(*asked)
        if charged:
            strangers.pay_back(request)
        return self._redirect(loaded.job, name)

    def _redirect(self, job: Job, name: str, save_as: str | None = None) -> flask.Response:
        uri = links.linked_files(job).get(name)
        if uri is None:
            raise Problem(Code.NOT_FOUND, f"there is no {name} (yet)", next_move=links.next_move(job, name))
        return answer(302, {"job_id": job.id}, {"Location": self.blobs.link(uri, save_as)})

    def _own_and_who(self, request: flask.Request, job_id: str) -> tuple[Caller, Loaded]:
        who = self.entrance(request, WRITE)
        return who, self._of(who, job_id)

    def _own(self, request: flask.Request, job_id: str, scope: str) -> Loaded:
        who = self.entrance(request, scope)
        return self._of(who, job_id, others=who.operates and scope == READ)

    def _of(self, who: Caller, job_id: str, *, others: bool = False) -> Loaded:
        loaded = self.jobs.load(job_id) if is_job_id(job_id) else None
        if loaded is None or not (others or loaded.job.tenant == who.tenant.id):
            raise not_found("job")
        return loaded
