"""The `jobs` function: read one, list, timeline, bill, cancel, and the permanent links to a film."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

import flask

from shared.cloud.blobs import Blobs
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Unread
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.door import bill_views, views
from shared.door.answers import answer, note_quotas, request_id
from shared.door.asked import READ, WRITE, Caller, is_job_id
from shared.door.asked_body import body_asked
from shared.door.bulk import BulkDoor
from shared.door.entrance import Entrance
from shared.door.event_feed import FeedDoor
from shared.door.feedback import FeedbackDoor
from shared.door.idempotency import idempotency_key
from shared.door.incoming import json_body
from shared.door.job_lists import cursor_at, list_asked, whose_jobs
from shared.door.lifecycle import LifecycleDoor
from shared.door.money import cost
from shared.door.public import Handler, Route, serve
from shared.door.usage import UsagePage, as_csv, as_json
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.job import Job
from shared.pipeline.job.price import priced_at
from shared.steps import links
from shared.steps.cancel import cancel
from shared.steps.commit import Commits
from shared.steps.problems import Problem, invalid, not_found

if TYPE_CHECKING:
    from shared.pipeline.vendors.figures import Outlook
    from shared.steps.brand_kits import BrandKits
    from shared.steps.edit_film import EditFilm
    from shared.steps.plan_terms import PlanTerms
    from shared.steps.revise import Revise
    from shared.steps.revised import Revised

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
    revise: "Callable[[], Revise]"  # built only when asked for: it plans, reads and fetches
    edit_film: "Callable[[], EditFilm]"
    kits: "Callable[[], BrandKits]"
    lifecycle: LifecycleDoor
    bulk: BulkDoor
    feedback: FeedbackDoor
    terms: "Callable[[], PlanTerms]"
    schemes: Collection[str]  # of links in an edit
    judge: Callable[[str], str | None]  # says what is wrong with where one leads
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
        from shared.door.change_bodies import RetryBody

        who, loaded = self._own_and_who(request, found["job"])
        key, wanted = idempotency_key(request), body_asked(RetryBody, request)
        if wanted.dry_run:
            self.entrance.dry_run(request, who)
        judge = partial(self.entrance.again, request, WRITE)
        job, revised = self.revise().retry(
            who.tenant, loaded, wanted.change(), dry_run=wanted.dry_run, key=key, judge=judge
        )
        return self._revised(request, job, revised, "the job is tried again", dry_run=wanted.dry_run)

    def _regenerate(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.change_bodies import RegenerateBody

        who, loaded = self._own_and_who(request, found["job"])
        key, wanted = idempotency_key(request), body_asked(RegenerateBody, request)
        if wanted.dry_run:
            self.entrance.dry_run(request, who)
        job, revised = self.revise().regenerate(
            who.tenant,
            loaded,
            frozenset(wanted.nodes or ()),
            wanted.change(),
            dry_run=wanted.dry_run,
            trace=request_id(request),
            key=key,
            judge=partial(self.entrance.again, request, WRITE),
        )
        message = "a new film is made from the finished one"
        return self._revised(request, job, revised, message, by=who.tenant, dry_run=wanted.dry_run)

    def _edit(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.bodies import Mistakes
        from shared.door.change_bodies import parse_edit

        who, loaded = self._own_and_who(request, found["job"])
        key = idempotency_key(request)
        try:
            wanted = parse_edit(json_body(request) or b"{}", self.schemes, self.judge)
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        if wanted.dry_run:
            self.entrance.dry_run(request, who)
        work, bought = self.edit_film(), wanted.bought()
        kits = self.kits().named(who.tenant, labels) if (labels := wanted.brands()) else {}
        job, revised = work(
            who.tenant,
            loaded.job,
            wanted.recut(kits),
            dry_run=wanted.dry_run,
            trace=request_id(request),
            key=key,
            judge=partial(self.entrance.again, request, WRITE),
            refused=work.price(who.tenant, loaded.job, wanted.change(), bought) if bought else None,
        )
        message = "a version is made from the takes that exist"
        return self._revised(request, job, revised, message, by=who.tenant, dry_run=wanted.dry_run)

    def _revised(
        self, request: flask.Request, job: Job, revised: "Revised", say: str, by: Tenant | None = None, *, dry_run: bool
    ) -> flask.Response:
        from shared.pipeline.plan.planner import nodes

        note_quotas(request, revised.quota)
        factor = self.terms().factor(by) if by and dry_run else job.money.price_factor
        said = {
            "remade": sorted(revised.remake),
            "kept": sorted({node.key for node in nodes(revised.plan)} - revised.remake),
            "estimated_cost": cost(revised.ours, revised.theirs),
            "estimated_price": priced_at(revised.ours, factor),
        }
        if dry_run:
            warnings = [*revised.plan.warnings, *revised.warnings]
            dry = {"status": "dry_run", "message": "nothing was stored or spent", "warnings": warnings}
            return answer(200, {**dry, **views.films(revised.plan, revised.request), **said})
        accepted = views.accepted(job, self.public_url, self.now(), say, self.outlook())
        return answer(202, {**accepted, "parent": job.parent, **said}, {"Location": accepted["urls"]["job"]})

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
