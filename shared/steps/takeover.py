"""Who takes over when an order's avatar service cannot be had: asked and priced before anything is stored or paid.

Whatever a second service needs is checked here, so that nothing is asked between a verdict and its order: its key, the
persona's look and voice there, what its account can still spend. Who fails that is no understudy, and the plan says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.cloud.forms import Forms
from shared.pipeline.job.cast import dearest
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.plan import MICROS, Plan, Understudy
from shared.pipeline.plan.planner import CannotPlan, Defaults, plan, to_ask
from shared.pipeline.plan.request import FilmRequest, IfUnclear, PresenterFailure
from shared.pipeline.plan.selection import Ranked
from shared.pipeline.plan.speakers import plainly
from shared.pipeline.plan.understudies import persona_of
from shared.pipeline.plan.warned import Warned, WarningText
from shared.steps.casting import Chosen
from shared.steps.preflight import Preflight
from shared.steps.problems import Problem, invalid


def wanted(asked: FilmRequest) -> PresenterFailure:
    """Return what becomes of a film whose presenter fails: as it says, else as much as it left open."""
    unsaid = PresenterFailure.FALLBACK if asked.provider is None else PresenterFailure.FAIL
    return asked.on_presenter_failure or unsaid


@dataclass(frozen=True, slots=True)
class Takeover:
    """The work and what it needs."""

    preflight: Preflight
    tables: Tables
    forms: Forms

    def __call__(
        self, tenant: str, asked: FilmRequest, chosen: Chosen, planned: Plan, defaults: Defaults
    ) -> tuple[Plan, tuple[WarningText, ...]]:
        """Return the plan with who takes over, as the order wants it; and what keeps it from that. Raises Problem."""
        rule = wanted(asked)
        if not planned.speeches or rule is PresenterFailure.FAIL:
            return planned, ()
        if rule is PresenterFailure.WITHOUT:
            _refuse_empty(planned)
        others = chosen.others if asked.provider is None or rule is PresenterFailure.FALLBACK else ()
        if not others and rule is not PresenterFailure.WITHOUT:
            return planned, tuple(_lacking(asked, chosen, ["no other service knows a persona of it"]))
        if self.forms.form() < SWITCHING:
            return planned, tuple(_lacking(asked, chosen, ["the operator is rolling out the release that can"]))
        ready = replace(
            planned,
            without_presenter=rule is PresenterFailure.WITHOUT,
            pay_again=asked.if_unclear is IfUnclear.PAY_AGAIN and bool(others),
        )
        why: list[str] = []
        marks: list[WarningText] = []
        for ranked, request in others:
            try:
                ready, marked = self._with(tenant, ready, ranked, request, defaults)
                marks += marked
            except (CannotPlan, Problem) as cannot:
                why.append(f"{ranked.provider}: {cannot}")
        lacks = bool(others) and not ready.understudies
        return ready, (*marks, *(_lacking(asked, chosen, why) if lacks else ()))

    def _with(
        self, tenant: str, ready: Plan, ranked: Ranked, request: FilmRequest, defaults: Defaults
    ) -> tuple[Plan, tuple[WarningText, ...]]:
        """Add one service to a plan, and what it would do otherwise about its takes.

        Raises CannotPlan, Problem saying why it cannot take over.
        """
        unasked = plan(request, self.tables, defaults)
        takes = {take.key: persona_of(request, take.scene) for take in unasked.speeches}
        theirs = [take for take in unasked.speeches if takes[take.key] is not None]
        needed = to_ask(request, self.tables, defaults)
        looks, voices = {take.avatar_id for take in theirs}, {take.voice_id for take in theirs}
        needed = replace(
            needed,
            takes_over=True,
            speaks=tuple(voice for voice in needed.speaks if voice in voices),
            styled=tuple(each for each in needed.styled if each[0] in voices),
            looks={look: fields for look, fields in needed.looks.items() if look in looks},
            voices={voice: fields for voice, fields in needed.voices.items() if voice in voices},
        )
        told = self.preflight.presenters_told(tenant, needed)
        known = plainly(plan(request, self.tables, defaults, told.looks), told.plain)
        priced = [take for take in known.speeches if takes[take.key] is not None]
        bill = sum(take.cost for take in priced)
        told.must_pay(ranked.provider, bill, bill)
        more = tuple(
            Understudy(
                persona, ranked.provider, tuple(take for take in priced if takes[take.key] == persona), ranked.reason
            )
            for persona in dict.fromkeys(str(takes[take.key]) for take in priced)
        )
        lent = (ranked.provider,) if told.platform else ()
        accounts = (*ready.platform_accounts, *lent)
        grown = replace(ready, understudies=(*ready.understudies, *more), platform_accounts=accounts)
        _refuse_dearer(request, grown)
        return grown, (*told.lent, *told.marks, *told.unspoken)


def _refuse_empty(planned: Plan) -> None:
    """Refuse to leave the only thing out that a film shows. Raises Problem."""
    if not planned.clips:
        why = "cannot be without in a film of presenters alone: nothing would be left of it; use fail or fallback"
        raise invalid({"on_presenter_failure": [why]})


def _refuse_dearer(request: FilmRequest, grown: Plan) -> None:
    """Keep the dearest way a film may be made to what the order may cost. Raises Problem."""
    unspoken, takes = replace(grown, speeches=()), dearest(grown)
    footage = unspoken.cost_to_us + unspoken.cost_to_provider_account
    most = footage + takes.paid_by_us + takes.billed_by_provider
    if request.max_cost is not None and most > round(request.max_cost * MICROS):
        raise invalid({"max_cost": [f"is ${request.max_cost:.2f}, and with it the film may cost ${most / MICROS:.4f}"]})


def _lacking(asked: FilmRequest, chosen: Chosen, why: list[str]) -> Iterator[WarningText]:
    """Say that nobody takes over, where the order wanted somebody, or its persona might have one."""
    if asked.on_presenter_failure in (None, PresenterFailure.FAIL) and not chosen.others:
        return
    named = asked.persona or next((scene.persona for scene in asked.scenes if scene.persona), None) or "{persona}"
    says = f"No other avatar service takes over should the first be down ({'; '.join(why)}): the film fails then"
    yield warning(Warned.FALLBACK_LACKING, says, persona=named)
