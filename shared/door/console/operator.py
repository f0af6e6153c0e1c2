"""The operator's screens: what needs a person, all tenants' jobs, tenants, vendors, webhooks, money.

Only a key with the scope `operator` opens them; to any other they do not exist. What changes something needs the scope
`operator:act` beside it, and stands in `operator_acts.py`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import flask

from shared.cloud.ended_jobs import EndedJobs
from shared.cloud.jobs import Jobs
from shared.cloud.queue_lengths import QueueLengths
from shared.cloud.sought_jobs import SoughtJob, SoughtJobs
from shared.cloud.vendor_states import VendorStates
from shared.codes import Code
from shared.door.asked import is_job_id, is_tenant_id
from shared.door.bill_views import costs
from shared.door.console.film import WEBHOOKS_OF_A_FILM, film_page
from shared.door.console.operator_acts import ActForms
from shared.door.console.operator_deliveries import DeliveriesScreen
from shared.door.console.operator_spend import SpendScreen
from shared.door.console.visits import Screen, Visit
from shared.door.job_lists import moment_of
from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job
from shared.pipeline.job.status import Status, status
from shared.pipeline.vendors.figures import Curve, Prior, faded
from shared.steps.attention import Judged, Need, Watch
from shared.steps.problems import Problem, not_found

JOBS_A_PAGE = 50
OPENS_FILES = ("token", "links", "url")  # in names of a raw document's fields: whoever reads them could open files
ENDED_LISTED = timedelta(days=35)  # longer than any ended job is kept
LONGEST_ARGUMENT = 255


@dataclass(frozen=True, slots=True)
class OperatorScreens:
    """The screens and what they read."""

    watch: Watch
    jobs: Jobs
    ended: EndedJobs
    queues: QueueLengths
    vendor_states: VendorStates
    queue_names: tuple[str, ...]
    now: Callable[[], datetime]
    deliveries: DeliveriesScreen
    spend: SpendScreen
    acts: ActForms
    found: SoughtJobs

    @property
    def gets(self) -> Mapping[str, Screen]:
        """The screens by their paths."""
        return {
            "/operator": _alone(self.attention),
            "/operator/jobs": _alone(self.all_jobs),
            "/operator/jobs/{job}": _alone(self.one_job),
            "/operator/tenants": _alone(self.tenants),
            "/operator/tenants/{tenant}": _alone(self.tenant),
            "/operator/vendors": _alone(self.vendors),
            "/operator/deliveries": _alone(self.deliveries),
            "/operator/spend": _alone(self.spend),
        }

    @property
    def posts(self) -> Mapping[str, Screen]:
        """What changes something, by its path."""
        return {path: _alone(act) for path, act in self.acts.posts(self._refused).items()}

    def attention(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Show what needs a person: at most 222 reads."""
        seen = self.watch.attention()
        state = self.vendor_states.read()
        open_now = {
            name: each for name, each in state.breakers.items() if each.open_until and each.open_until > seen.at
        }
        return visit.page("operator/attention.html", title="Attention", seen=seen, breakers=open_now, plain=_plain)

    def all_jobs(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Show jobs of all tenants, or of one: in work, ended, by status, product or id, a vendor's id too."""
        asked = {name: text.strip()[:LONGEST_ARGUMENT] for name, text in visit.request.args.items()}
        search, tenant = asked.get("q", ""), asked.get("tenant", "")
        found = self.found.by_provider_id(search) if search else ()  # first: Veo's ids are UUIDs as ours are
        if len(found) > 1:
            return _jobs_page(visit, asked, [_found_row(each) for each in found])
        if found or is_job_id(search):
            return visit.go(f"/operator/jobs/{found[0].id if found else search}")
        if tenant or search:
            return self._of_tenant(visit, asked)
        if asked.get("view") == "ended":
            return self._ended(visit, asked)
        rows, more = self.watch.working()
        need = asked.get("need", "")
        shown = [_judged_row(each) for each in rows if need in ("", each.need.value)]
        return _jobs_page(visit, asked, shown, more=more)

    def _ended(self, visit: Visit, asked: Mapping[str, str]) -> flask.Response:
        now = self.now()
        until = moment_of(asked.get("until", "")) or now
        found = self.ended.newest(now - ENDED_LISTED, until, JOBS_A_PAGE)
        wanted = asked.get("status", "")
        shown = [_job_row(each) for each in found if wanted in ("", status(each).value)]
        last = found[-1].ended_at if len(found) == JOBS_A_PAGE else None
        older = (last - timedelta(microseconds=1)).isoformat() if last else ""
        return _jobs_page(visit, {**asked, "view": "ended"}, shown, older=older)

    def _of_tenant(self, visit: Visit, asked: Mapping[str, str]) -> flask.Response:
        query = {"limit": str(JOBS_A_PAGE), "tenant": asked.get("tenant", ""), "product_id": asked.get("q", "")}
        query |= {"status": asked.get("status", ""), "cursor": asked.get("cursor", "")}
        page = visit.need("GET", "/jobs/", query={name: value for name, value in query.items() if value})
        rows = [
            {
                "id": row["id"],
                "tenant": asked.get("tenant") or visit.who.tenant.id,
                "title": row.get("product_title"),
                "status": row["status"],
                "said": row.get("error_message") or row.get("summary"),
                "at": row["created_at"],
            }
            for row in page["jobs"]
        ]
        return _jobs_page(visit, asked, rows, cursor=page["next_cursor"])

    def one_job(self, visit: Visit, found: Mapping[str, str]) -> flask.Response:
        """Show a job as its tenant sees it, what can be done, and all that is stored of it but what opens files."""
        return self._job(visit, found["job"])

    def _refused(self, visit: Visit, job_id: str, problem: Mapping[str, Any]) -> flask.Response:
        return self._job(visit, job_id, problem, 422)

    def _job(
        self, visit: Visit, job_id: str, problem: Mapping[str, Any] | None = None, answered: int = 200
    ) -> flask.Response:
        loaded = self.jobs.load(job_id) if is_job_id(job_id) else None
        if loaded is None:
            raise not_found("job")
        job = loaded.job
        return film_page(
            visit,
            visit.need("GET", f"/jobs/{job_id}"),
            problem,
            answered,
            webhooks=self.deliveries.of_job(job.tenant, job.id, WEBHOOKS_OF_A_FILM),
            raw=json.dumps(hidden(to_plain(job)), indent=2, ensure_ascii=False, default=str),
            owner=job.tenant,
            trace=job.trace,
            **self.acts.offered(visit, loaded),
        )

    def tenants(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Show all tenants, a hundred a page."""
        cursor = visit.request.args.get("cursor", "")
        page = visit.need("GET", "/tenant/tenants", query={"cursor": cursor} if cursor else {})
        return visit.page("operator/tenants.html", title="Tenants", rows=page["tenants"], cursor=page["next_cursor"])

    def tenant(self, visit: Visit, found: Mapping[str, str]) -> flask.Response:
        """Show how a tenant stands."""
        if not is_tenant_id(found["tenant"]):
            raise not_found("tenant")
        record = visit.need("GET", f"/tenant/tenants/{found['tenant']}")
        live = self.jobs.live(found["tenant"]).count
        newest = visit.need("GET", "/jobs/", query={"tenant": found["tenant"], "limit": "10"})["jobs"]
        return visit.page(
            "operator/tenant.html", title=record["name"] or record["id"], record=record, live=live, newest=newest
        )

    def vendors(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Show each vendor: whether it is asked, how often it makes a film and how long that takes; queues; models."""
        now, state = self.now(), self.vendor_states.read()
        figures = []
        for name, stored in sorted(state.figures.items()):
            figure = faded(stored, now)
            curve = Curve(figure.make, Prior())
            errors = sorted(figure.errors.items(), key=lambda each: -each[1])[:3]
            figures.append(
                {
                    "name": name,
                    "success": figure.success,
                    "weight": figure.done + figure.lost,
                    "p50": curve.quantile(0.5),
                    "p90": curve.quantile(0.9),
                    "errors": [code for code, _ in errors],
                }
            )
        return visit.page(
            "operator/vendors.html",
            title="Vendors",
            breakers=dict(sorted(state.breakers.items())),
            figures=figures,
            queues={name: self.queues.starts(name) for name in self.queue_names},
            unfinished=self.queues.unfinished(),
            models=dict(sorted(state.models.items())),
            now=now,
            plain=_plain,
        )


def hidden(value: Any, name: str = "") -> Any:
    """Return a stored value without what opens files: fields so named say only that they are there."""
    if value and isinstance(value, str) and any(word in name for word in OPENS_FILES):
        return "(not shown)"
    if isinstance(value, Mapping):
        return {key: hidden(each, name if name.endswith("links") else str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(each, name) for each in value]
    return value


def _alone(screen: Screen) -> Screen:
    """Let only the operator see a screen; to all others there is none."""

    def shown(visit: Visit, found: Mapping[str, str]) -> flask.Response:
        if not visit.who.operates:
            raise Problem(Code.NOT_FOUND, "There is no such page.", next_move="Go to your films.")
        return screen(visit, found)

    return shown


def _jobs_page(
    visit: Visit, asked: Mapping[str, str], rows: list[dict[str, Any]], *, more: bool = False, **further: Any
) -> flask.Response:
    return visit.page(
        "operator/jobs.html",
        title="Jobs",
        rows=rows,
        asked={name: asked.get(name, "") for name in ("view", "need", "status", "tenant", "q")},
        needs=[each.value for each in Need],
        statuses=[each.value for each in Status],
        more=more,
        **{"older": "", "cursor": None, **further},
    )


def _judged_row(each: Judged) -> dict[str, Any]:
    return {
        "id": each.id,
        "tenant": each.tenant,
        "title": each.title,
        "status": each.need.value if each.need is not Need.NONE else "working",
        "said": each.why,
        "at": _plain(each.since),
    }


def _found_row(each: SoughtJob) -> dict[str, Any]:
    return {
        "id": each.id,
        "tenant": each.tenant,
        "title": each.title,
        "status": each.status,
        "said": each.summary,
        "at": _plain(each.created_at),
    }


def _job_row(job: Job) -> dict[str, Any]:
    said = job.trouble.message if job.trouble else ""
    return {
        "id": job.id,
        "tenant": job.tenant,
        "title": job.request.product_title,
        "status": status(job).value,
        "said": said or f"${costs(job)['paid_by_us']} paid by us",
        "at": _plain(job.ended_at or job.created_at),
    }


def _plain(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
