"""Bugs planted in a tenant's month, each in an instance of its own: the product keeps the law, the bug breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.cloud.month_documents import usage
from shared.cloud.months import used_of
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.revision import Change
from tests.faults.cloud import StagedWiring
from tests.pipeline.machine.laws import LawBroken
from tests.planted import months
from tests.planted.test_steps import Law, instance
from tests.steps.months import DEAR, NOVEMBER, buy, opened
from tests.steps.stage import TENANT, Stage, footage, staged

COUNT = "^firestore RunAggregationQuery"  # of live jobs: after an order has read its month, before it is written


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a stage; nothing here renders a film."""
    with staged(tmp_path) as opened_stage:
        yield opened_stage


def cancelled(stage: Stage, job_id: str) -> None:
    """Cancel a job at the instance that is tried."""
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.commits.hear(loaded, CancelAsked())


def a_deleted_month_stays_deleted(stage: Stage) -> None:
    """GONE: what ends after its month was deleted brings nothing of it back."""
    job_id = stage.order(footage())
    month = usage(stage.cloud.eyes.clients.firestore, TENANT.id, NOVEMBER)
    month.delete()

    cancelled(stage, job_id)

    if month.get().exists:
        raise LawBroken("GONE: an ending made a month again")


def a_film_nothing_was_spent_on_is_given_back(stage: Stage) -> None:
    """BACK: an order that is cancelled before anything was sent uses up none of the month's films."""
    job_id = stage.order(footage())

    cancelled(stage, job_id)

    if films := stage.cloud.eyes.jobs.month(TENANT.id, NOVEMBER).films:
        raise LawBroken(f"BACK: {films} films are counted, and none was begun")


def two_at_once_do_not_pass_the_cap(stage: Stage) -> None:
    """CAP: of two orders at once against one film left, one is made."""
    tenant = opened(stage, replace(DEAR, films=1))
    stage.wiring.months.own(tenant, "any", stage.clock())
    twin = instance(stage, type(stage.wiring))
    stage.wire.on(COUNT, meanwhile=lambda: buy(twin, tenant))

    buy(stage.wiring, tenant)

    if (films := used_of(stage.cloud.eyes.months.whole(tenant.id, NOVEMBER)).films) > 1:
        raise LawBroken(f"CAP: {films} films of one")


def a_month_is_dealt_by_the_plan_as_it_is(stage: Stage) -> None:
    """CAP: a month begins by the tenant as it is then, whatever an instance has in memory."""
    old = opened(stage, replace(DEAR, films=9))
    opened(stage, replace(DEAR, films=2))

    for _ in range(3):
        buy(stage.wiring, old)

    if (films := used_of(stage.cloud.eyes.months.whole(old.id, NOVEMBER)).films) > 2:
        raise LawBroken(f"CAP: {films} films of two")


def nobody_is_refused_while_there_is_enough(stage: Stage) -> None:
    """EXACT: three films are left in sixteen documents, and three are made."""
    tenant = opened(stage, replace(DEAR, films=3), 16)

    answers = [buy(stage.wiring, tenant, f"film {number}") for number in range(3)]

    if answers != ["202"] * 3:
        raise LawBroken(f"EXACT: {answers}")


def a_retry_spends_the_month_it_is_asked_in(stage: Stage) -> None:
    """MONTH: November's job that is tried again in December spends nothing of November's."""
    stage.clock.now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    job_id = stage.order(footage())
    cancelled(stage, job_id)
    stage.clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded

    stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)

    if reserved := stage.cloud.eyes.jobs.month(TENANT.id, NOVEMBER).reserved:
        raise LawBroken(f"MONTH: {reserved} micro-dollars of November's in December")


BUGS: tuple[tuple[type[StagedWiring], Law], ...] = (
    (months.RevivesAMonth, a_deleted_month_stays_deleted),
    (months.KeepsTheFilm, a_film_nothing_was_spent_on_is_given_back),
    (months.NamesNoRevision, two_at_once_do_not_pass_the_cap),
    (months.BeginsByAnOldPlan, a_month_is_dealt_by_the_plan_as_it_is),
    (months.AsksItsOwnShard, nobody_is_refused_while_there_is_enough),
    (months.RetriesInTheOldMonth, a_retry_spends_the_month_it_is_asked_in),
)


@pytest.mark.parametrize("law", [law for _, law in BUGS])
def test_the_product_keeps_the_law(stage: Stage, law: Callable[[Stage], None]) -> None:
    """What the bug breaks below, the product keeps in the same story."""
    law(stage)


@pytest.mark.parametrize(("bug", "law"), BUGS)
def test_the_law_catches_the_bug(stage: Stage, bug: type[StagedWiring], law: Law) -> None:
    """An instance with the bug in it breaks the law that guards it."""
    stage.cloud.wiring = instance(stage, bug)
    word = (law.__doc__ or "").partition(":")[0]

    with pytest.raises(LawBroken, match=f"^{word}"):
        law(stage)
