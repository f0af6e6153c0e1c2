"""sweep: looks before it pushes, moves due first, and is stopped by no single poisoned document."""

from datetime import timedelta
from typing import Any

from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.timeouts import Timeouts
from shared.steps.sweep import PUSHES
from tests.faults.wire import Kind
from tests.listener import Listener
from tests.steps.heaps import delivery
from tests.steps.stage import CLIP, Stage, footage

ENQUEUE, COMMIT = "^tasks CreateTask", "^firestore Commit"
SHIPPED = Timeouts()


def lost_task(stage: Stage, **changed: Any) -> str:
    """Order a film whose first task is lost between commit and queue."""
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED")
    job_id = stage.order(footage(**changed))
    assert not stage.wants(job_id, CLIP)
    return job_id


def poisoned(stage: Stage, job_id: str) -> None:
    """Write something nobody can read into a job's document."""
    document = stage.wiring.clients.firestore.collection("jobs").document(job_id)
    document.update({"money": "gone", "due_at": stage.clock()})


def test_nothing_late_costs_four_empty_queries(stage: Stage) -> None:
    """At rest a tick is a query each on jobs, lanes, deliveries, batches, and word for health; one in ten learns."""
    stage.order(footage())
    stage.clock.forward(60)  # not a tick that learns
    before = len(stage.wire.calls)

    told = stage.wiring.sweep()

    assert {"seen": 0, "pushed": 0, "deliveries": 0} == told
    assert [*["firestore RunQuery"] * 4, "firestore Commit"] == stage.wire.calls[before:]


def test_a_task_that_still_waits_is_not_pushed(stage: Stage) -> None:
    """A backlog of hours: the sweep looks, finds the task, moves due only, ever further (hole 3)."""
    job_id = stage.order(footage())
    before = stage.node(job_id, CLIP)
    stage.clock.forward(180)

    stage.wiring.sweep()

    after = stage.node(job_id, CLIP)
    assert (before.wake, 0) == (after.wake, after.nudges)
    assert after.due is not None
    assert abs(after.due - stage.clock() - timedelta(seconds=180)) < timedelta(milliseconds=1)
    assert 1 == len(stage.waiting())


def test_a_lost_task_is_enqueued_under_a_new_name(stage: Stage) -> None:
    """NOT_FOUND: wake and nudges grow, due moves, the new name is enqueued."""
    job_id = lost_task(stage)
    stage.clock.forward(180)

    stage.wiring.sweep()

    node = stage.node(job_id, CLIP)
    assert (2, 1) == (node.wake, node.nudges)
    assert stage.wants(job_id, CLIP)
    assert node.due == stage.clock() + timedelta(minutes=2)


def test_due_moves_before_the_task_is_enqueued(stage: Stage) -> None:
    """The queue is down during the sweep, too: the job does not stand before the others in the next tick."""
    job_id = lost_task(stage)
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED")
    stage.clock.forward(180)
    stage.wiring.sweep()

    told = stage.wiring.sweep()

    assert 0 == told["seen"]
    assert 1 == stage.node(job_id, CLIP).nudges


def test_eight_pushes_without_a_step_end_the_job(stage: Stage) -> None:
    """A node that never moves is stuck: the job ends, settled, and says what to do."""
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED", times=99)
    job_id = stage.order(footage())

    for _ in range(200):
        stage.clock.forward(60)
        stage.wiring.sweep()

    job = stage.job(job_id)
    assert (Ending.FAILED, "stuck") == (job.ending, job.trouble and job.trouble.code)
    assert (0, job.money.reserved) == (job.money.charged, job.money.refunded)
    assert job.ended_at is not None
    assert job.ended_at - job.created_at < timedelta(hours=3)


def test_a_job_is_given_up_after_six_hours(stage: Stage) -> None:
    """Whatever keeps it alive, a job ends: what was sent stays charged, the rest is refunded."""
    job_id = stage.order(footage("[[slow:99999]] A mug"))
    stage.cloud.tasks.run_due()

    for _ in range(62):
        stage.clock.forward(360)
        stage.wiring.sweep()

    assert Ending.FAILED is stage.job(job_id).ending
    month = stage.wiring.jobs.month("acme", stage.job(job_id).money.usage_doc)
    assert 0 == month.reserved
    assert () == stage.wiring.jobs.overdue(stage.clock() + timedelta(days=9), 10).found


def test_a_poisoned_job_does_not_stop_the_others(stage: Stage) -> None:
    """The unreadable one stands first, is moved away and told; the next one is pushed in the same tick."""
    bad, good = stage.order(footage("A cup")), lost_task(stage)
    stage.clock.forward(180)
    poisoned(stage, bad)

    told = stage.wiring.sweep()

    assert 1 == told["pushed"]
    assert stage.wants(good, CLIP)
    assert 0 == stage.wiring.sweep()["seen"]


def test_a_poisoned_job_that_cannot_be_moved_does_not_stop_the_others(stage: Stage) -> None:
    """Even its postponement failing is its own affair."""
    bad, good = stage.order(footage("A cup")), lost_task(stage)
    stage.clock.forward(180)
    poisoned(stage, bad)
    document = stage.wiring.clients.firestore.collection("jobs").document(bad)
    document.update({"due_at": stage.clock() - timedelta(minutes=30)})
    stage.wire.on(COMMIT, Kind.REFUSE, "PERMISSION_DENIED")

    stage.wiring.sweep()

    assert stage.wants(good, CLIP)


def test_a_queue_that_does_not_answer_pushes_nothing(stage: Stage) -> None:
    """Without a look nothing is pushed: pushing blindly is what drowns a slow queue."""
    job_id = lost_task(stage)
    stage.clock.forward(180)
    stage.wire.on("^tasks GetTask", Kind.REFUSE, "PERMISSION_DENIED")

    told = stage.wiring.sweep()

    assert 0 == told["pushed"]
    assert 1 == stage.node(job_id, CLIP).wake


def test_a_live_claim_is_left_alone(stage: Stage) -> None:
    """A worker that waits for its answer is not disturbed before its claim's end."""
    job_id = stage.order(footage())
    stage.wire.on(r"^veo .*:predictLongRunning", Kind.LOSE)
    stage.cloud.tasks.run_due()
    before = stage.node(job_id, CLIP)
    stage.clock.forward(200)

    stage.wiring.sweep()

    assert before == stage.node(job_id, CLIP)


def test_a_sweep_against_a_commit_in_flight_wins_or_loses_whole(stage: Stage) -> None:
    """The film arrives between the sweep's query and its commit: the push is void."""
    job_id = stage.order(footage())
    stage.cloud.tasks.run_due()
    stage.clock.forward(400)
    stage.vendors()
    twin = stage.cloud.instance()

    def meanwhile() -> None:
        node = stage.node(job_id, CLIP)
        (uri,) = [each.uri for each in twin.blobs.list(f"gs://abroll-takes/jobs/{job_id}/")]
        twin.veo_output("abroll-takes", uri.removeprefix("gs://abroll-takes/"))
        assert State.RUNNING is node.state

    stage.wire.on(COMMIT, meanwhile=meanwhile)

    stage.wiring.sweep()

    assert (State.DONE, 0) == (stage.node(job_id, CLIP).state, stage.node(job_id, CLIP).nudges)


def cancelled(stage: Stage, url: str) -> str:
    """End a job whose customer wants to hear of it, and lose the task that would tell."""
    job_id = stage.order(footage(webhook_url=url))
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED")
    stage.wiring.commits.hear(loaded, CancelAsked())
    stage.cloud.tasks.run_due()
    return job_id


def test_a_lost_webhook_task_is_enqueued_again(stage: Stage) -> None:
    """The delivery was created in the ending commit with a due of its own: the sweep finds it (hole 8)."""
    with Listener() as customer:
        job_id = cancelled(stage, customer.url)
        assert [] == stage.waiting("notify")
        stage.clock.forward(180)

        told = stage.wiring.sweep()
        stage.cloud.tasks.run_due()

        assert 1 == told["deliveries"]
        assert job_id == customer.wait()["data"]["job_id"]


def test_a_webhook_task_that_still_waits_is_not_enqueued_again(stage: Stage) -> None:
    """Customers' endpoints are slow, their queue is long: pushing blindly would make it longer (hole 3)."""
    loaded = stage.wiring.commits.load(stage.order(footage(webhook_url="https://shop.example/hook")))
    assert loaded is not None
    stage.wiring.commits.hear(loaded, CancelAsked())
    stage.clock.forward(180)

    first, second = stage.wiring.sweep(), stage.wiring.sweep()

    assert (0, 0) == (first["deliveries"], second["deliveries"])
    assert 1 == len(stage.waiting("notify"))


def test_a_delivery_whose_tasks_are_lost_is_pushed_ever_later_for_a_day(stage: Stage) -> None:
    """After 2, 4, 8 … 30 minutes, about as long as notify itself goes on trying; then it ends and is told."""
    document = stage.wiring.clients.firestore.collection("webhook_deliveries").document("lost")
    document.set(delivery(stage))
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED", times=999)
    begun, after = stage.clock(), []

    while (late := document.get()).get("state") == "queued":
        stage.clock.now = late.get("due_at")
        stage.wiring.sweep()
        after.append(round((stage.clock() - begun).total_seconds() / 60))

    assert [0, 2, 6, 14, 30, 60, 90] == after[:7]
    assert PUSHES + 1 == len(after)
    assert timedelta(hours=22) < stage.clock() - begun < timedelta(hours=28)
    assert {"state": "given_up", "wake": PUSHES + 1, "attempts": 0}.items() <= (late.to_dict() or {}).items()
    assert "due_at" not in (late.to_dict() or {})
    assert late.get("expire_at") > stage.clock()


def test_a_delivery_delivered_meanwhile_is_not_given_up(stage: Stage) -> None:
    """The last task's news arrives between the sweep's look and its word: delivered stays delivered."""
    document = stage.cloud.eyes.clients.firestore.collection("webhook_deliveries").document("late")
    document.set(delivery(stage) | {"wake": PUSHES + 1})
    late = stage.cloud.eyes.deliveries.load("late")
    assert late is not None
    stage.wire.on(
        COMMIT, meanwhile=lambda: stage.cloud.eyes.deliveries.close(late, "delivered", stage.clock(), status=200)
    )

    stage.wiring.sweep()

    assert "delivered" == document.get().get("state")


def test_a_poisoned_delivery_does_not_stop_the_others(stage: Stage) -> None:
    """A delivery nobody can read is moved away and told; the next one goes out in the same tick."""
    with Listener() as customer:
        job_id = cancelled(stage, customer.url)
        bad = stage.wiring.clients.firestore.collection("webhook_deliveries").document("bad")
        bad.set({"due_at": stage.clock() - timedelta(hours=1), "state": "queued"})
        stage.clock.forward(180)

        told = stage.wiring.sweep()
        stage.cloud.tasks.run_due()

        assert 1 == told["deliveries"]
        assert job_id == customer.wait()["data"]["job_id"]
        assert bad.get().get("due_at") > stage.clock()


def test_a_delivery_whose_push_fails_does_not_stop_the_others(stage: Stage) -> None:
    """Each delivery is in a try of its own."""
    with Listener() as customer:
        first = cancelled(stage, customer.url)
        stage.clock.forward(1)
        second = cancelled(stage, customer.url)
        stage.clock.forward(180)
        stage.wire.on(COMMIT, Kind.REFUSE, "PERMISSION_DENIED")

        told = stage.wiring.sweep()
        stage.cloud.tasks.run_due()

        assert 1 == told["deliveries"]
        assert customer.wait()["data"]["job_id"] in (first, second)
