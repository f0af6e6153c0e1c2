"""What the operator's pages change: push a job, end it, try it again, send a webhook anew.

Only a key with the scope `operator:act` beside `operator` does any of it. Each is what the operator's command does, by
the same step, and is told in the audit log of whom it happened to.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import flask

from shared.cloud.deliveries import Deliveries
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded
from shared.cloud.tenants import Tenant, Tenants
from shared.door.asked import OPERATOR_ACTS, is_job_id
from shared.door.console.moves import once
from shared.door.console.visits import Screen, Visit, told
from shared.door.entrance import Entrance
from shared.door.money import cost
from shared.door.webhooks import is_delivery_id
from shared.pipeline.job.job import Ending
from shared.pipeline.job.moves import pushable
from shared.steps.audited import operator_with
from shared.steps.operator_acts import OperatorActs
from shared.steps.problems import Problem, not_found

_MICROS = re.compile(r"[0-9]{1,12}")
Refused = Callable[[Visit, str, Mapping[str, Any]], flask.Response]  # a job's page that tells what was refused


@dataclass(frozen=True, slots=True)
class ActForms:
    """The forms and what they need."""

    acts: OperatorActs
    jobs: Jobs
    tenants: Tenants
    deliveries: Deliveries
    entrance: Entrance

    def posts(self, refused: Refused) -> Mapping[str, Screen]:
        """Return what the forms send, by path; what is refused about a job is told on the page `refused` makes."""
        about = {"push": self.push, "cancel": self.end, "retry": self.retry}
        paths = {f"/operator/jobs/{{job}}/{name}": partial(self._about, act, refused) for name, act in about.items()}
        return {**paths, "/operator/deliveries": self.replay}

    def push(self, visit: Visit, loaded: Loaded) -> flask.Response:
        """Have tried now what waits for later or is overdue."""
        pushed = self.acts.push(loaded, operator_with(visit.who.key))
        return visit.go(f"/operator/jobs/{loaded.job.id}", "pushed" if pushed else "nothing_late")

    def end(self, visit: Visit, loaded: Loaded) -> flask.Response:
        """End a job; what was never sent is refunded."""
        heard = self.acts.end(loaded, operator_with(visit.who.key))
        return visit.go(f"/operator/jobs/{loaded.job.id}", "cancelled" if heard.changed else "had_ended")

    def retry(self, visit: Visit, loaded: Loaded) -> flask.Response:
        """Try a job again, at its tenant's expense and at the price that was shown; a form sent twice buys once."""
        agreed = visit.form.get("agreed", "")
        most = int(agreed) if _MICROS.fullmatch(agreed) else 0  # nobody buys unseen
        judge = partial(self.entrance.again, visit.request, OPERATOR_ACTS)
        who, key = operator_with(visit.who.key), once(visit).get("Idempotency-Key")
        self.acts.retry(self.owner(loaded), loaded, who, key=key, judge=judge, most=most)
        return visit.go(f"/operator/jobs/{loaded.job.id}", "retried")

    def replay(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Send a webhook that has ended anew, and go back to its job's page where the form stood there."""
        self.entrance(visit.request, OPERATOR_ACTS)
        name, job = visit.form.get("delivery", ""), visit.form.get("job", "")
        found = self.deliveries.load(name) if is_delivery_id(name) else None
        if found is None:
            raise not_found("delivery")
        self.acts.replay(found.tenant, found.id, operator_with(visit.who.key))
        return visit.go(f"/operator/jobs/{job}" if is_job_id(job) else "/operator/deliveries", "replayed")

    def offered(self, visit: Visit, loaded: Loaded) -> Mapping[str, Any]:
        """Return what can be done about a job, and what trying it again costs; nothing for a key that only reads."""
        if not visit.who.acts:
            return {"acts": False}
        job = loaded.job
        late = [node.key for node in pushable(job, self.jobs.now(loaded))]
        offered: dict[str, Any] = {"acts": True, "late": late, "retry_cost": None, "not_retried": None}
        if job.ending not in (Ending.FAILED, Ending.CANCELLED):
            return offered
        try:
            _, revised = self.acts.retry(self.owner(loaded), loaded, operator_with(visit.who.key), dry_run=True)
        except Problem as problem:
            return {**offered, "not_retried": problem.message}
        return {**offered, "retry_cost": cost(revised.ours, revised.theirs), "agreed": revised.ours + revised.theirs}

    def owner(self, loaded: Loaded) -> Tenant:
        """Return whose job it is. Raises Problem where the tenant is gone."""
        tenant = self.tenants.tenant(loaded.job.tenant)
        if tenant is None:
            raise not_found("tenant")
        return tenant

    def _about(
        self,
        act: Callable[[Visit, Loaded], flask.Response],
        refused: Refused,
        visit: Visit,
        found: Mapping[str, str],
    ) -> flask.Response:
        self.entrance(visit.request, OPERATOR_ACTS)
        loaded = self.jobs.load(found["job"]) if is_job_id(found["job"]) else None
        if loaded is None:
            raise not_found("job")
        try:
            return act(visit, loaded)
        except Problem as problem:
            return refused(visit, loaded.job.id, told(problem))
