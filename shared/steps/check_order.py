"""Finds out about an order, before anything is stored or paid, whether it can be filmed, how, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.cloud.tenants import Tenant
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.image_fit import image_warnings, with_photos
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.planner import CannotPlan, plan, to_ask
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.selection import Ranked
from shared.pipeline.plan.speakers import plainly
from shared.pipeline.plan.warned import WarningText
from shared.steps.account_defaults import defaults_of
from shared.steps.casting import Casting, in_its_mode
from shared.steps.dearer import refuse_dearer
from shared.steps.images import Ready
from shared.steps.plan_terms import PlanTerms
from shared.steps.preflight import Preflight, Told
from shared.steps.problems import Problem, invalid, together
from shared.steps.takeover import Takeover


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan every free check has passed."""

    plan: Plan
    warnings: tuple[WarningText, ...]  # beside the plan's own
    images: Mapping[str, Ready]  # by their node's key
    request: FilmRequest  # with the ids of its personas
    ranked: tuple[Ranked, ...] = ()  # every avatar service, where personas left the choice


@dataclass(frozen=True, slots=True)
class CheckOrder:
    """The work and what it needs."""

    preflight: Preflight
    tables: Tables
    casting: Casting
    takeover: Takeover
    terms: PlanTerms

    def __call__(self, tenant: Tenant, asked: FilmRequest, *, dry_run: bool, files: bool = True) -> Checked:
        """Plan, ask what only the avatar service knows, read the images; store nothing. Raises Problem telling all.

        What is wrong about presenters hides nothing about images: the film is planned without what was not told.
        Without `files` no image, no music and no clip is read.
        """
        services = self.terms.services(tenant)
        asked, tested = in_its_mode(asked, tenant, self.casting, services, self.tables)
        problems = [*self.terms.barred(tenant, asked)]
        try:
            asked = self.preflight.clips.told(tenant.id, asked) if files else asked
        except Problem as lost:
            problems.append(lost)
        try:
            chosen = self.casting(tenant, asked, services)
        except Problem as nobody:
            raise together([*problems, nobody]) from nobody
        request = chosen.request
        defaults = defaults_of(tenant)
        told, lacking = Told({}), tuple[WarningText, ...]()
        ask = self.preflight.told_for_a_price if dry_run else self.preflight.presenters_told
        try:
            needed, planned = to_ask(request, self.tables, defaults), plan(request, self.tables, defaults)
        except CannotPlan as cannot:
            raise together([*problems, invalid(cannot.details)]) from cannot
        if problems:
            raise together(problems)
        try:
            told = ask(tenant.id, needed)
            planned = told.funded(plainly(plan(request, self.tables, defaults, told.looks), told.plain))
            takes = sum(take.cost for take in planned.speeches)
            told.must_pay(planned.provider or planned.footage_account, planned.cost_to_provider_account, takes)
            refuse_dearer(request, planned)
            planned, lacking = self.takeover(tenant.id, asked, chosen, planned, defaults)
        except CannotPlan as cannot:
            problems.append(invalid(cannot.details))
        except Problem as problem:
            problems.append(problem)
        images: Mapping[str, Ready] = {}
        try:
            images, planned = self.preflight.files(tenant.id, request, planned) if files else (images, planned)
        except Problem as problem:
            problems.append(problem)
        if problems:
            raise together(problems)
        planned = replace(planned, warnings=(*tested, *planned.warnings))
        planned = with_photos(planned, {key: image.photo for key, image in images.items()})
        warnings = (*warnings_beside(planned, request, told), *lacking)
        return Checked(planned, warnings, images, request, chosen.ranked)


def warnings_beside(plan: Plan, request: FilmRequest, told: Told) -> tuple[WarningText, ...]:
    """Return what is known before paying beside the plan's own warnings, of an order as of a revision."""
    return (*told.warnings, *image_warnings(request, plan))
