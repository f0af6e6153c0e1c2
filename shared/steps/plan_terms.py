"""What a plan says of its tenants' films beside limits: who may film and speak them, the price, how long they stay.

Price and days are frozen with the order. Who may film and speak is judged whenever something is to be bought: what was
bought before stays, and may be composed anew. Footage that the tenant's own account films is no matter of its plan.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from shared.cloud.tenants import Tenant
from shared.pipeline.job.job import Job
from shared.pipeline.job.stay import Stay
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.filmers import films_by
from shared.pipeline.plan.personas import personas_named
from shared.pipeline.plan.plan import AS_PAID, Plan
from shared.pipeline.plan.request import FilmRequest, Quality
from shared.steps.account_defaults import USUAL, defaults_of, speaks
from shared.steps.plans import TenantPlans
from shared.steps.problems import Problem, invalid


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """The work and what it needs."""

    plans: TenantPlans
    tables: Tables

    def frozen(self, job: Job, tenant: Tenant) -> Job:
        """Return a new job with the price and the days of its tenant's plan."""
        money = replace(job.money, price_factor=self.factor(tenant))
        return replace(job, money=money, stay=Stay(self.plans.of(tenant).retention_days))

    def factor(self, tenant: Tenant) -> int | None:
        """Return what a dollar of ours is charged with, in thousandths; None as it is."""
        factor = self.plans.of(tenant).factor
        return None if factor == AS_PAID else factor

    def services(self, tenant: Tenant) -> tuple[str, ...]:
        """Return the avatar services of a tenant's plan, in the order of the tables."""
        return _among(self.tables.presenters, self.plans.of(tenant).avatar_services)

    def models(self, tenant: Tenant) -> tuple[Quality, ...]:
        """Return the footage models of a tenant's plan that film at our cost, in the order of the tables."""
        return tuple(map(Quality, _among(self.tables.footage, self.plans.of(tenant).footage_models)))

    def name(self, tenant: Tenant) -> str:
        """Return the name of a tenant's plan."""
        return tenant.plan if tenant.plan in self.plans.plans else self.plans.default_plan

    def told(self, tenant: Tenant) -> Mapping[str, object]:
        """Return what a dry run and a usage page say of a tenant's plan."""
        return {
            "name": self.name(tenant),
            "footage_models": [model.value for model in self.models(tenant)],
            "avatar_services": list(self.services(tenant)),
            "price_factor": self.plans.of(tenant).price_factor,
        }

    def usual_model(self, tenant: Tenant) -> Quality | None:
        """Return the model of an order that names none: the first of the plan where it lacks the usual one."""
        models = self.models(tenant)
        return None if Quality.STANDARD in models else next(iter(models), None)

    def barred(self, tenant: Tenant, request: FilmRequest) -> tuple[Problem, ...]:
        """Return what of an order its tenant's plan does not have: one Problem, or none."""
        filmed = any(scene.visual_description is not None for scene in request.scenes)
        model = films_by(request, self.tables, defaults_of(tenant)).get(request.b_roll.model)
        ours = filmed and model is not None and not model.account
        spoken = speaks(request) and (request.provider is not None or not personas_named(request))
        provider = (request.provider or USUAL) if spoken else ""
        return self._barred(tenant, request.b_roll.model if ours else None, provider, "choose one of them")

    def refuse_again(self, tenant: Tenant, request: FilmRequest, planned: Plan, remake: Collection[str]) -> None:
        """Refuse to buy anew what a tenant's plan does not have (any more). Raises Problem."""
        ours = not planned.footage_account and any(clip.key in remake for clip in planned.clips)
        spoken = any(take.key in remake for take in planned.speeches)
        model, provider = request.b_roll.model if ours else None, planned.provider if spoken else ""
        for problem in self._barred(tenant, model, provider, "order a new film by one of them"):
            raise problem

    def _barred(self, tenant: Tenant, model: Quality | None, provider: str, move: str) -> tuple[Problem, ...]:
        details = {}
        if model is not None and model not in (models := self.models(tenant)):
            details["b_roll.model"] = [self._lacks(tenant, model.value, models, move)]
        if provider in self.tables.presenters and provider not in (services := self.services(tenant)):
            details["provider"] = [self._lacks(tenant, provider, services, move)]
        return (invalid(details),) if details else ()

    def _lacks(self, tenant: Tenant, name: str, has: Collection[str], move: str) -> str:
        able = f"{', '.join(has)}: {move}, or ask" if has else "none: ask"
        return f"{name} is not in your plan {self.name(tenant)}, which has {able} abroll's operator for another plan"


def _among(known: Iterable[str], allowed: Collection[str] | None) -> tuple[str, ...]:
    return tuple(name for name in known if allowed is None or name in allowed)
