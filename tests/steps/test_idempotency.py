"""One rule for every call that can buy: the same call twice buys once, another under its key is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.codes import Code
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, Job, State
from shared.pipeline.job.revision import Change, SceneChange
from shared.steps.problems import Problem
from shared.steps.revised import MOST_RETRIES, Revised
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, SPEECH, TENANT, Stage, footage, presented

REFUSED = "something forbidden [[rai:63429089]]"
COMMIT, ENQUEUE = "^firestore Commit", "^tasks CreateTask"
OTHER = Change(scenes={0: SceneChange(visual_description="A mug by the window [[rai:63429089]]")})
TWENTY = 20

Call = Callable[[StagedWiring], str]


def failed(stage: Stage) -> str:
    """Return a job whose only clip Veo refused."""
    job_id = stage.order(footage(REFUSED))
    stage.live(job_id)
    assert Ending.FAILED is stage.job(job_id).ending
    return job_id


def finished(stage: Stage) -> str:
    """Return a finished job."""
    job_id = stage.order(presented())
    stage.live(job_id)
    assert Ending.COMPLETED is stage.job(job_id).ending
    return job_id


def retried(
    stage: Stage, job_id: str, key: str | None, change: Change | None = None, by: StagedWiring | None = None
) -> tuple[Job, Revised]:
    """Ask for a retry."""
    wiring = by or stage.wiring
    loaded = wiring.jobs.load(job_id)
    assert loaded
    return wiring.revise().retry(TENANT, loaded, change or Change(), dry_run=False, key=key)


def remade(
    stage: Stage, parent: str, key: str | None, change: Change | None = None, by: StagedWiring | None = None
) -> tuple[Job, Revised]:
    """Ask for a film to be made anew, its take at least."""
    wiring = by or stage.wiring
    loaded = wiring.jobs.load(parent)
    assert loaded
    work, again = wiring.revise(), frozenset({SPEECH})
    return work.regenerate(TENANT, loaded, again, change or Change(), dry_run=False, trace="t", key=key)


def jobs(stage: Stage) -> int:
    return len(list(stage.wiring.clients.firestore.collection("jobs").stream()))


def reserved(stage: Stage) -> int:
    return stage.cloud.eyes.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}").reserved


class TestRegenerate:
    """A new job from a finished one."""

    def test_the_same_key_is_the_same_job_and_the_same_answer(self, stage: Stage) -> None:
        """The second call stores and reserves nothing, and is told the same price and parts."""
        parent = finished(stage)
        first, told = remade(stage, parent, "k")
        price = reserved(stage)

        second, again = remade(stage, parent, "k")

        assert (first.id, told) == (second.id, again)
        assert (2, price) == (jobs(stage), reserved(stage))
        assert frozenset({SPEECH, "compose"}) == told.remake

    def test_a_key_used_for_another_request_or_film_is_refused(self, stage: Stage) -> None:
        """409 for other words, and for the same words about another film."""
        one, two = finished(stage), finished(stage)
        remade(stage, one, "k")

        for parent, change in ((one, Change(avatar_id="look_ben_studio")), (two, None)):
            with pytest.raises(Problem) as refused:
                remade(stage, parent, "k", change)
            assert Code.IDEMPOTENCY_CONFLICT is refused.value.code

        assert 3 == jobs(stage)

    def test_a_key_of_another_call_never_meets_it(self, stage: Stage) -> None:
        """The order's key makes a new film here, another one than the order's."""
        parent = stage.order(presented(), "k")
        stage.live(parent)

        job, _ = remade(stage, parent, "k")

        assert parent != job.id
        assert parent == job.parent

    def test_a_crash_between_commit_and_queue_is_healed_by_the_same_call(self, stage: Stage) -> None:
        """No task was enqueued, the caller got no answer: the same call enqueues them."""
        parent = finished(stage)
        stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED", times=1)
        job, _ = remade(stage, parent, "k")
        assert not stage.wants(job.id, SPEECH)

        remade(stage, parent, "k")

        assert stage.wants(job.id, SPEECH)

    def test_without_a_key_each_call_makes_a_film(self, stage: Stage) -> None:
        """As ordering without a key does."""
        parent = finished(stage)

        assert remade(stage, parent, None)[0].id != remade(stage, parent, None)[0].id


class TestRetry:
    """More for a job that is there."""

    def test_the_same_key_buys_once_though_it_failed_again(self, stage: Stage) -> None:
        """Tried again, failed again, and the first call comes once more: nothing is bought, the answer is the same."""
        job_id = failed(stage)
        _, told = retried(stage, job_id, "k")
        stage.live(job_id)
        before = stage.job(job_id)
        assert Ending.FAILED is before.ending

        job, again = retried(stage, job_id, "k")

        assert before == job == stage.job(job_id)
        assert (told.remake, told.ours, told.theirs) == (again.remake, again.ours, again.theirs)
        assert 2 == job.nodes[CLIP].take

    def test_a_key_used_for_another_request_is_refused(self, stage: Stage) -> None:
        """409, while the job lives and after it."""
        job_id = failed(stage)
        retried(stage, job_id, "k")
        for _ in range(2):
            with pytest.raises(Problem) as refused:
                retried(stage, job_id, "k", OTHER)
            assert Code.IDEMPOTENCY_CONFLICT is refused.value.code
            stage.live(job_id)

        assert 2 == stage.node(job_id, CLIP).take

    def test_another_key_buys_again(self, stage: Stage) -> None:
        """A new key is a new call."""
        job_id = failed(stage)
        for key in ("one", "two"):
            retried(stage, job_id, key)
            stage.live(job_id)

        assert 3 == stage.node(job_id, CLIP).take

    def test_the_orders_key_is_not_the_retrys(self, stage: Stage) -> None:
        """Keys belong to a call: the order's own may be given again here."""
        job_id = stage.order(footage(REFUSED), "k")
        stage.live(job_id)

        job, _ = retried(stage, job_id, "k")

        assert (None, 2) == (job.ending, job.nodes[CLIP].take)

    @pytest.mark.parametrize("key", [None, "k"])
    def test_two_at_once_buy_once_however_late_the_second_is(self, stage: Stage, key: str | None) -> None:
        """Read before the first was written, written after the first has failed again: nothing more is bought."""
        job_id = failed(stage)
        twin = stage.cloud.instance()

        def meanwhile() -> None:
            retried(stage, job_id, key, by=twin)
            stage.live(job_id)

        stage.wire.on(COMMIT, meanwhile=meanwhile)
        job, _ = retried(stage, job_id, key)

        assert 2 == job.nodes[CLIP].take
        assert 2 == len(job.purchases)
        assert job.money.reserved == job.money.refunded

    def test_two_at_once_with_other_words_and_no_key_buy_once(self, stage: Stage) -> None:
        """The second asked for something else: 409, and the first one's retry goes on."""
        job_id = failed(stage)
        twin = stage.cloud.instance()
        stage.wire.on(COMMIT, meanwhile=lambda: retried(stage, job_id, None, by=twin))

        with pytest.raises(Problem) as refused:
            retried(stage, job_id, None, OTHER)

        assert Code.IDEMPOTENCY_CONFLICT is refused.value.code
        assert 2 == stage.node(job_id, CLIP).take

    def test_a_crash_between_commit_and_queue_is_healed_by_the_same_call(self, stage: Stage) -> None:
        """The task was never enqueued: the same call does it."""
        job_id = failed(stage)
        stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED")
        retried(stage, job_id, "k")
        assert not stage.wants(job_id, CLIP)

        retried(stage, job_id, "k")

        assert stage.wants(job_id, CLIP)

    def test_a_cancelled_job_is_tried_again_and_its_key_is_no_dead_end(self, stage: Stage) -> None:
        """The order's key still names the job; a retry finishes it, and the books settle."""
        job_id = stage.order(footage(), "k")
        loaded = stage.wiring.commits.load(job_id)
        assert loaded
        stage.wiring.commits.hear(loaded, CancelAsked("a test"))
        assert job_id == stage.order(footage(), "k")

        retried(stage, job_id, "again")
        stage.live(job_id)

        job = stage.job(job_id)
        assert Ending.COMPLETED is job.ending
        assert job.money.reserved == job.money.charged + job.money.refunded
        assert job_id == stage.order(footage(), "k")
        assert 1 == stage.submits("veo")

    def test_a_job_is_not_tried_for_ever(self, stage: Stage) -> None:
        """All its calls stay in its document, so there is a most of them."""
        job_id = failed(stage)
        for _ in range(MOST_RETRIES):
            retried(stage, job_id, None)
            loaded = stage.wiring.commits.load(job_id)
            assert loaded
            stage.wiring.commits.hear(loaded, CancelAsked("a test"))

        with pytest.raises(Problem) as refused:
            retried(stage, job_id, None)

        assert Code.RETRIED_TOO_OFTEN is refused.value.code

    def test_a_price_that_is_only_asked_for_takes_no_key(self, stage: Stage) -> None:
        """A dry run under a key leaves the key to the call that buys."""
        job_id = failed(stage)
        loaded = stage.wiring.jobs.load(job_id)
        assert loaded

        stage.wiring.revise().retry(TENANT, loaded, OTHER, dry_run=True, key="k")

        assert None is retried(stage, job_id, "k")[0].ending


@pytest.mark.parametrize("call", ["create", "retry", "regenerate"])
def test_twenty_calls_at_once_buy_once(stage: Stage, call: str) -> None:
    """All are answered with the one job: one reservation, each task once."""
    job_id = failed(stage) if call == "retry" else finished(stage) if call == "regenerate" else ""
    calls: dict[str, Call] = {
        "create": lambda wiring: wiring.create_job.create(TENANT, footage(), "k", "t").job.id,
        "retry": lambda wiring: retried(stage, job_id, "k", by=wiring)[0].id,
        "regenerate": lambda wiring: remade(stage, job_id, "k", by=wiring)[0].id,
    }
    before = jobs(stage)
    twins = [stage.cloud.instance() for _ in range(TWENTY)]

    with ThreadPoolExecutor(TWENTY) as pool:
        made = set(pool.map(calls[call], twins))

    (found,) = made
    job = stage.job(found)
    assert before + (0 if call == "retry" else 1) == jobs(stage)
    assert job.money.reserved - job.money.refunded == reserved(stage)
    awake = [node for node in job.nodes.values() if node.state is State.QUEUED]
    assert len(awake) == len(stage.waiting())


def test_a_twin_that_fills_the_share_does_not_refuse_the_call(stage: Stage) -> None:
    """One live job is this tenant's share: its own order, sent twice at once, is answered with that job."""
    import dataclasses

    one = dataclasses.replace(TENANT, live_jobs=1)
    twin = stage.cloud.instance()
    stage.wire.on(
        "^firestore BatchGetDocuments", nth=2, meanwhile=lambda: twin.create_job.create(one, footage(), "k", "t")
    )

    job = stage.wiring.create_job.create(one, footage(), "k", "t").job

    assert (1, job.money.reserved) == (jobs(stage), reserved(stage))
