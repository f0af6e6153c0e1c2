"""Bugs planted in the steps, each in an instance of its own: the product keeps the law, the bug breaks it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import PRICES
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import State
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.pipeline.machine.laws import LawBroken
from tests.planted import steps
from tests.spoiled import marked
from tests.steps.stage import CLIP, SPEECH, TENANT, Stage, footage, presented, staged

SUBMIT, COMMIT = r"^veo .*:predictLongRunning", "^firestore Commit"
Law = Callable[[Stage], None]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a stage; nothing here renders a film."""
    with staged(tmp_path) as opened:
        yield opened


def instance(stage: Stage, kind: type[StagedWiring]) -> StagedWiring:
    """Start an instance that is wired in its own way."""
    stage.cloud.kind = kind
    return stage.cloud.instance()


def what_is_queued_is_begun(stage: Stage) -> None:
    """LIVE: within ten minutes of sweeping, a new job's clip has been asked for."""
    job_id = stage.order(footage())
    for _ in range(10):
        stage.cloud.tasks.run_due()
        stage.clock.forward(60)
        stage.wiring.sweep()
    if stage.node(job_id, CLIP).state is State.QUEUED:
        raise LawBroken("LIVE: nobody has begun what was queued ten minutes ago")


def a_take_is_bought_once(stage: Stage) -> None:
    """BILL: the same task delivered to two instances at once buys one operation."""
    job_id = stage.order(footage())
    message, twin = stage.message(job_id, CLIP), instance(stage, type(stage.wiring))
    stage.wire.on(COMMIT, meanwhile=lambda: twin.start_clip(message))

    stage.wiring.start_clip(message)

    bought = [each for each in stage.bill("veo") if job_id in each["key"]]
    if len(bought) > 1:
        raise LawBroken(f"BILL: {len(bought)} operations for one take")


def a_hint_is_only_a_hint(stage: Stage) -> None:
    """FILMS: a take is done when its file lies in our bucket, whatever a webhook says."""
    job_id = stage.order(presented())
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    video = stage.node(job_id, SPEECH).provider_id
    assert video

    stage.wiring.watch_presenter(stage.message(job_id, SPEECH, hint=video))

    output = stage.node(job_id, SPEECH).output
    if output and not stage.wiring.blobs.list(output.uri):
        raise LawBroken(f"FILMS: done without a film at {output.uri}")


def what_came_is_what_was_ordered(stage: Stage) -> None:
    """FILMS: a take whose file is far shorter than its vendor says is never done."""
    job_id = stage.order(presented(marked("short", "Hi.")))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    stage.filmed()

    stage.wiring.watch_presenter(stage.message(job_id, SPEECH))

    if stage.node(job_id, SPEECH).state is State.DONE:
        raise LawBroken("FILMS: done with a third of the take")


def a_full_quota_does_not_slow_the_queue(stage: Stage) -> None:
    """QUEUE: what a vendor says about one tenant is a commit and a 200; 503 would throttle everybody's queue."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.REFUSE, "429")

    stage.cloud.tasks.run_due()

    slowed = [task.name for task in stage.waiting("veo") if task.attempts]
    if slowed:
        raise LawBroken(f"QUEUE: was told to try again for {job_id}: {slowed}")


def what_is_settled_stays_settled(stage: Stage) -> None:
    """MONEY: late news of an ended job moves nothing in its tenant's month."""
    job_id = stage.order(footage())
    stage.wire.on(SUBMIT, meanwhile=lambda: cancelled(stage, job_id))
    stage.wiring.start_clip(stage.message(job_id, CLIP))

    money = stage.job(job_id).money
    month = stage.cloud.eyes.jobs.month(TENANT.id, money.usage_doc)
    if (0, money.charged, money.refunded) != (month.reserved, month.charged, month.refunded):
        raise LawBroken(f"MONEY: {money} was settled as {month}")


def a_take_costs_what_its_engine_costs(stage: Stage) -> None:
    """MONEY: a take is booked at the price of the engine HeyGen films it with, though its order could not ask."""
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=9)
    job_id = stage.order(presented())
    stage.wire.mend()

    stage.wiring.start_presenter(stage.message(job_id, SPEECH))

    (film,), (take,) = stage.bill("heygen"), stage.job(job_id).plan.speeches
    price = round(take.seconds * PRICES[f"{film['model']} video"])
    if price != (booked := stage.node(job_id, SPEECH).attempts[-1].cost):
        raise LawBroken(f"MONEY: {booked} is booked, and it is filmed by {film['model']} for {price}")


def what_newer_code_wrote_stays(stage: Stage) -> None:
    """CANARY: a commit gives back what newer code wrote into each map of a job."""
    job_id = stage.order(footage())
    document = stage.cloud.eyes.clients.firestore.document(f"jobs/{job_id}")
    document.update({f"nodes.`{CLIP}`.canary": "n+1", "money.canary": {"sits": [1]}})

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    written = document.get().to_dict() or {}
    if written["nodes"][CLIP]["state"] == State.QUEUED:
        raise LawBroken("LIVE: nothing was written")
    for name, held in (("the clip", written["nodes"][CLIP]), ("the money", written["money"])):
        if "canary" not in held:
            raise LawBroken(f"CANARY: a commit took it from {name}")


def cancelled(stage: Stage, job_id: str) -> None:
    """A person cancels while the worker waits for Veo's answer."""
    commits = stage.cloud.eyes.commits
    loaded = commits.load(job_id)
    assert loaded is not None
    commits.hear(loaded, CancelAsked())


BUGS: tuple[tuple[type[StagedWiring], Law], ...] = (
    (steps.DropsTheEnqueue, what_is_queued_is_begun),
    (steps.SubmitsBeforeTheClaim, a_take_is_bought_once),
    (steps.TrustsTheWebhook, a_hint_is_only_a_hint),
    (steps.TakesAnyLength, what_came_is_what_was_ordered),
    (steps.AnswersTheQueue503, a_full_quota_does_not_slow_the_queue),
    (steps.BooksTheGuess, a_take_costs_what_its_engine_costs),
    (steps.RefundsTwice, what_is_settled_stays_settled),
    (steps.DropsUnknownKeys, what_newer_code_wrote_stays),
)


@pytest.mark.parametrize("law", [law for _, law in BUGS])
def test_the_product_keeps_the_law(stage: Stage, law: Law) -> None:
    """What the bug breaks below, the product keeps in the same story."""
    law(stage)


@pytest.mark.parametrize(("bug", "law"), BUGS)
def test_the_law_catches_the_bug(stage: Stage, bug: type[StagedWiring], law: Law) -> None:
    """An instance with the bug in it breaks the law that guards it."""
    stage.cloud.wiring = instance(stage, bug)
    word = (law.__doc__ or "").partition(":")[0]

    with pytest.raises(LawBroken, match=f"^{word}"):
        law(stage)
