"""A suspended tenant buys nothing more: what is queued is not sent, what was sent is fetched and counted (hole 206)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.admin import tenants
from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.ledger import bill
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from shared.steps.bar import Bar
from tests.faults.wire import Kind
from tests.steps.calls import customer, told
from tests.steps.stage import CLIP, SPEECH, TENANT, Stage, footage, presented, staged

SUBMIT = r"^heygen POST /v3/videos$"
TWO_LINKS = FilmRequest(
    product_title="Mug",
    scenes=(SceneRequest(visual_description="A mug"), SceneRequest(visual_description="The mug turns")),
)


@pytest.fixture
def filming(tmp_path: Path) -> Iterator[Stage]:
    """Return a stage whose vendors film: a chain's links grow."""
    with staged(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(("request_", "vendor"), [(footage(), "veo"), (presented(), "heygen")])
def test_what_is_queued_is_not_bought(stage: Stage, request_: FilmRequest, vendor: str) -> None:
    """The order stands, its tasks run, and nothing is sent: it fails in words and is refunded in full."""
    job_id = stage.order(request_)
    tenants.suspend(stage.cloud.instance(), TENANT.id)

    stage.live(job_id)

    job = stage.job(job_id)
    assert 0 == stage.submits(vendor)
    assert (Ending.FAILED, Code.TENANT_INACTIVE) == (job.ending, job.trouble.code if job.trouble else None)
    assert 0 == job.money.charged


def test_a_suspension_is_heard_at_the_next_claim(stage: Stage) -> None:
    """Not a minute, nor five seconds later, whatever the instance remembers of the tenant."""
    job_id = stage.order(footage())
    stage.wiring.tenants.tenant(TENANT.id)
    tenants.suspend(stage.cloud.instance(), TENANT.id)

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    assert (State.FAILED, 0) == (stage.node(job_id, CLIP).state, stage.submits("veo"))


def test_an_order_that_was_on_its_way_is_barred_too(stage: Stage) -> None:
    """What an instance let in before it had heard is found by the second look."""
    late: list[str] = []
    operator = stage.cloud.instance()
    vars(operator)["commits"] = replace(operator.commits, sleep=lambda _: late.append(stage.order(footage())))

    said = tenants.suspend(operator, TENANT.id)
    stage.live(late[0])

    assert f"tenant {TENANT.id} is inactive; 1 jobs buy nothing more" == said["did"]
    assert 0 == stage.submits("veo")


def test_every_job_of_many_is_barred_once(stage: Stage) -> None:
    """Pages follow each other; another's jobs stay as they are; the second call finds nothing new."""
    mine = [stage.order(footage()) for _ in range(5)]
    other = customer(stage.wiring, "other")
    theirs = told(other.call("POST", "/create_job", {"product_title": "Mug", "scenes": [{"visual_description": "A"}]}))
    bar = Bar(stage.wiring.commits, page=2)

    found = bar(TENANT.id), bar(TENANT.id)

    assert ((5, 0), (0, 0)) == found
    assert all(stage.job(each).barred_at for each in mine)
    assert stage.job(theirs["job_id"]).barred_at is None


def test_jobs_that_could_not_be_written_are_told_and_barred_by_the_next_call(stage: Stage) -> None:
    """The store takes no writes for a while: the operator is told to run it again, which bars them."""
    ids = [stage.order(footage()) for _ in range(3)]
    bar = Bar(stage.wiring.commits)
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED", times=10_000)

    failed = bar(TENANT.id)
    stage.wire.mend()
    again = bar(TENANT.id)

    assert ((0, 3), (3, 0)) == (failed, again)
    assert all(stage.job(each).barred_at for each in ids)


def test_what_is_at_the_vendor_is_fetched_and_counted(filming: Stage) -> None:
    """The first link is being filmed: its file comes and is on the bill; the second link is never bought."""
    job_id = filming.order(TWO_LINKS)
    filming.wiring.start_clip(filming.message(job_id, CLIP))
    tenants.suspend(filming.cloud.instance(), TENANT.id)

    filming.live(job_id)

    job = filming.job(job_id)
    first, second = job.nodes[CLIP], job.nodes["clip-2"]
    assert (State.DONE, State.FAILED, 1) == (first.state, second.state, filming.submits("veo"))
    assert Code.TENANT_INACTIVE == second.code
    assert 0 < bill(job.nodes.values()).paid_by_us <= job.money.charged


def test_a_retry_after_the_suspension_buys_only_what_is_missing(filming: Stage) -> None:
    """The failed job's next move exists: the finished link is kept."""
    acme = customer(filming.wiring, TENANT.id)
    job_id = filming.order(TWO_LINKS)
    filming.wiring.start_clip(filming.message(job_id, CLIP))
    tenants.suspend(filming.cloud.instance(), TENANT.id)
    filming.live(job_id)
    tenants.resume(filming.cloud.instance(), TENANT.id)
    filming.clock.forward(5)

    answer = acme.call("POST", f"/jobs/{job_id}/retry")
    filming.live(job_id)

    assert ["clip-1"] == told(answer)["kept"]
    assert (Ending.COMPLETED, 2) == (filming.job(job_id).ending, filming.submits("veo"))


def test_an_unclear_take_is_looked_for_not_asked_for_again(stage: Stage) -> None:
    """A repeat under its key might be what buys it: the title is looked for, and what was made is fetched."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.LOSE)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    assert State.STARTING is stage.node(job_id, SPEECH).state
    tenants.suspend(stage.cloud.instance(), TENANT.id)

    stage.live(job_id)

    take = stage.node(job_id, SPEECH)
    assert 1 == stage.submits("heygen")
    assert (State.DONE, Outcome.DONE) == (take.state, take.attempts[-1].outcome)


def test_an_unclear_take_that_was_never_made_ends_unbought(stage: Stage) -> None:
    """Nothing is found until the vendor's longest time is over: then the take ends, free, and is not asked for anew."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.REFUSE, "503")
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    tenants.suspend(stage.cloud.instance(), TENANT.id)

    stage.live(job_id)

    job = stage.job(job_id)
    assert (1, []) == (stage.submits("heygen"), stage.bill("heygen"))
    assert (Ending.FAILED, Code.TENANT_INACTIVE) == (job.ending, job.trouble.code if job.trouble else None)
    assert [Outcome.NOTHING_MADE] == [line.outcome for line in job.nodes[SPEECH].attempts]
