"""What an ended job teaches of its vendors: films in their time, waits in vain at their full age, and nothing else."""

from dataclasses import replace

import pytest

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.learning import samples
from shared.pipeline.plan.request import Mode
from shared.pipeline.vendors.figures import Sample
from tests.pipeline.machine.story import COMPOSE, Story, arrived, claimed, failure, refused, sent, story, worked

LONGEST = 1800  # seconds a clip is waited for


def of_veo(job: Job) -> list[Sample]:
    """Return what a job teaches of its footage's vendor."""
    return [one for one in samples(job) if one.vendor == "veo"]


def composed(told: Story) -> Job:
    """Let the film be composed."""
    job = told.later(7).hears(worked(told.job.nodes[COMPOSE].inputs_hash)).job
    assert Ending.COMPLETED is job.ending
    return job


def test_a_film_teaches_the_time_from_its_claim_and_its_wait_before() -> None:
    """In usual times, and seconds; at its price."""
    begun = story().later(12).hears(claimed(), sent())

    job = composed(begun.later(45).hears(arrived()))

    (clip,) = of_veo(job)
    hero = job.nodes["clip-1"]
    assert (True, 45 / hero.expected, 12.0, hero.cost) == (clip.made, clip.took, clip.queued, clip.cost)


def test_our_own_machines_are_learnt_too() -> None:
    """From when everything was there."""
    job = composed(story().hears(claimed(), sent()).later(45).hears(arrived()))

    (ours,) = (one for one in samples(job) if one.vendor == "abroll")
    assert 7 / job.nodes[COMPOSE].expected == ours.took


def test_a_vendors_failure_teaches_its_code_and_no_time() -> None:
    """How soon it says that it failed says nothing of how long a film takes."""
    failed = story().hears(claimed(), sent()).later(10).hears(failure(again=None))

    (clip,) = of_veo(failed.job)
    assert Ending.FAILED is failed.job.ending
    assert (False, None, failed.hero.code) == (clip.made, clip.took, clip.code)


def test_a_clip_that_never_came_teaches_its_full_age() -> None:
    """Waited for as long as one is waited for (hole 96), and paid."""
    lost = story().hears(claimed(), sent()).later(LONGEST + 5)

    lost = lost.hears(on.PendingSeen("clip-1", 1, 1))

    (clip,) = of_veo(lost.job)
    assert (False, (LONGEST + 5) / lost.hero.expected, Code.TIMEOUT) == (clip.made, clip.took, clip.code)
    assert lost.hero.cost == clip.cost


def test_an_attempt_that_failed_before_one_that_did_not_is_a_loss_beside_a_film() -> None:
    """Both count, in the order they were made."""
    again = story().hears(claimed(), sent()).later(10).hears(failure(again=5)).later(6)

    job = composed(
        again.hears(claimed("clip-1", "b", attempt=2), sent(token="b", attempt=2)).later(30).hears(arrived(attempt=2))
    )

    assert [(False, "failed"), (True, None)] == [(one.made, one.code) for one in of_veo(job)]


def test_what_was_refused_teaches_nothing_of_the_vendor() -> None:
    """It is the order's fault, or the account's."""
    job = story().hears(claimed(), refused()).job

    assert Ending.FAILED is job.ending
    assert [] == of_veo(job)


@pytest.mark.parametrize("by", ["cancel", "live", "test mode"])
def test_of_some_jobs_nothing_is_learnt(by: str) -> None:
    """Cancelled, not ended, or made in test mode."""
    begun = story().hears(claimed(), sent()).later(45)
    match by:
        case "cancel":
            job = begun.hears(on.CancelAsked()).job
        case "live":
            job = begun.job
        case _:
            whole = composed(begun.hears(arrived()))
            job = replace(whole, plan=replace(whole.plan, mode=Mode.TEST.value))

    assert () == samples(job)


def test_a_retried_job_teaches_what_it_did_since() -> None:
    """The rest was learnt when it ended the first time."""
    failed = story().hears(claimed(), sent()).later(10).hears(failure(again=None))
    purchase = replace(failed.job.purchases[0], name="again", at=failed.later(60).now)

    again = failed.later(60).hears(on.RetryAsked(0, purchase=purchase, ceiling=10**9))
    node = again.hero
    again = again.later(1).hears(claimed("clip-1", "b", take=node.take, attempt=node.attempt))
    job = composed(again.later(30).hears(arrived(take=node.take, attempt=node.attempt)))

    assert [True] == [one.made for one in of_veo(job)]
