"""What is made of a job that exists: the same film again, a new one from it, another version of it.

The `jobs` function builds this when it is first asked for: it plans, reads bodies and fetches, and the rest is light.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import flask

from shared.cloud.records import Loaded
from shared.cloud.tenants import Tenant
from shared.door import views
from shared.door.answers import answer, note_quotas, request_id
from shared.door.asked import WRITE, Caller
from shared.door.asked_body import body_asked
from shared.door.bodies import Mistakes
from shared.door.change_bodies import RegenerateBody, RetryBody, parse_edit
from shared.door.entrance import Entrance
from shared.door.idempotency import idempotency_key
from shared.door.incoming import json_body
from shared.door.money import cost
from shared.pipeline.job.job import Job
from shared.pipeline.job.price import priced_at
from shared.pipeline.plan.planner import nodes
from shared.steps.brand_kits import BrandKits
from shared.steps.edit_film import EditFilm
from shared.steps.plan_terms import PlanTerms
from shared.steps.problems import invalid
from shared.steps.revise import Revise

if TYPE_CHECKING:
    from shared.pipeline.vendors.figures import Outlook
    from shared.steps.revised import Revised


@dataclass(frozen=True, slots=True)
class RevisionsDoor:
    """The work and what it needs; each call is the caller's own job's."""

    revise: Revise
    edit_film: EditFilm
    kits: BrandKits
    terms: PlanTerms
    entrance: Entrance
    schemes: Collection[str]  # of links in an edit
    judge: Callable[[str], str | None]  # says what is wrong with where one leads
    public_url: str
    now: Callable[[], datetime]
    outlook: "Callable[[], Outlook]"  # what may be expected of the vendors now

    def retry(self, request: flask.Request, who: Caller, loaded: Loaded) -> flask.Response:
        """Try a failed or cancelled job again."""
        key, wanted = idempotency_key(request), body_asked(RetryBody, request)
        if wanted.dry_run:
            self.entrance.dry_run(request, who)
        judge = partial(self.entrance.again, request, WRITE)
        job, revised = self.revise.retry(
            who.tenant, loaded, wanted.change(), dry_run=wanted.dry_run, key=key, judge=judge
        )
        return self._revised(request, job, revised, "the job is tried again", dry_run=wanted.dry_run)

    def regenerate(self, request: flask.Request, who: Caller, loaded: Loaded) -> flask.Response:
        """Make a new film from a finished one."""
        key, wanted = idempotency_key(request), body_asked(RegenerateBody, request)
        if wanted.dry_run:
            self.entrance.dry_run(request, who)
        job, revised = self.revise.regenerate(
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

    def edit(self, request: flask.Request, who: Caller, loaded: Loaded) -> flask.Response:
        """Make another version of a film from the takes that exist."""
        key = idempotency_key(request)
        try:
            wanted = parse_edit(json_body(request) or b"{}", self.schemes, self.judge)
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        if wanted.dry_run:
            self.entrance.dry_run(request, who)
        work, bought = self.edit_film, wanted.bought()
        kits = self.kits.named(who.tenant, labels) if (labels := wanted.brands()) else {}
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
        note_quotas(request, revised.quota)
        factor = self.terms.factor(by) if by and dry_run else job.money.price_factor
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
