"""A job's money over months: a retry spends the month it is asked in, and nothing is lost or counted twice."""

import random
from datetime import UTC, datetime

import pytest

from shared.pipeline.job.entries import entries
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending
from shared.pipeline.job.revision import Change
from tests.steps.stage import TENANT, Stage, footage
from tests.storm.books import audited, generations, month_wrong

FILTERED = "something forbidden [[rai:63429089]]"
NOVEMBER, DECEMBER = "2026-11", "2026-12"
WORDS = ("A mug on a table", FILTERED, "[[slow:99999]] A mug")


def retried(stage: Stage, job_id: str) -> None:
    """Try a job again as its tenant."""
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)


def cancelled(stage: Stage, job_id: str) -> None:
    """Cancel a job."""
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.commits.hear(loaded, CancelAsked())


def test_novembers_job_tried_again_in_december_spends_december(stage: Stage) -> None:
    """Its first reservation was settled in November and does not move again."""
    stage.clock.now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    job_id = stage.order(footage())
    cancelled(stage, job_id)
    november = stage.wiring.jobs.month(TENANT.id, NOVEMBER)
    stage.clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)

    retried(stage, job_id)
    reserved = stage.wiring.jobs.month(TENANT.id, DECEMBER).reserved
    stage.live(job_id)

    december = stage.wiring.jobs.month(TENANT.id, DECEMBER)
    assert november.revision == stage.wiring.jobs.month(TENANT.id, NOVEMBER).revision
    assert (0, 0, reserved) == (november.films, november.charged, november.refunded)
    assert (1, 0, reserved) == (december.films, december.reserved, december.charged)


@pytest.mark.parametrize("seed", range(4))
def test_three_months_of_retries_add_up(stage: Stage, seed: int) -> None:
    """Films that fail, cost in vain, are cancelled and tried again at random: months, ledgers and bills are one sum."""
    chance = random.Random(seed)
    jobs: list[str] = []
    for day in (
        datetime(2026, 11, 28, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
        datetime(2027, 1, 2, tzinfo=UTC),
    ):
        stage.clock.now = day
        jobs += [stage.order(footage(chance.choice(WORDS))) for _ in range(2)]
        for _ in range(6):
            job_id = chance.choice(jobs)
            if chance.random() < 0.7:
                stage.cloud.tasks.run_due()
            match stage.job(job_id).ending:
                case None:
                    cancelled(stage, job_id)
                case Ending.FAILED | Ending.CANCELLED:
                    retried(stage, job_id)
                case Ending.COMPLETED:
                    stage.round()
    for job_id in jobs:
        stage.live(job_id)

    found = [stage.job(job_id) for job_id in jobs]
    held = [entry for job in found for entry in entries(job.money)]
    months = {doc: stage.wiring.jobs.month(TENANT.id, doc) for doc in {entry.doc for entry in held}}
    audit = audited(found, generations(stage.bill("veo")))
    assert [] == audit.complaints
    assert [] == [
        wrong
        for doc, month in months.items()
        for wrong in month_wrong([entry for entry in held if entry.doc == doc], month)
    ]
    assert audit.paid == sum(month.charged for month in months.values())
    assert 3 == len(months)
