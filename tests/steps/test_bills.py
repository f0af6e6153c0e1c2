"""The bill a person reads: it equals the vendors' own, says of every line whether it is charged, and adds up."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared.door import bill_views, views
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.status import Stage as Doing
from shared.pipeline.job.status import Status, status
from shared.pipeline.job.status import stage as doing
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from shared.steps.links import link
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, TENANT, Stage, footage, presented
from tests.storm.books import adds_up

SUBMIT = "^veo .*predictLongRunning"


def billed(stage: Stage, vendor: str) -> Decimal:
    """Return what a vendor billed, dollars."""
    return sum((Decimal(line["amount_micros"]) for line in stage.bill(vendor) if line["billed"]), Decimal(0)) / 10**6


def charges(bill: dict[str, Any]) -> list[tuple[str, bool, str]]:
    return [(line["outcome"], line["charged"], line["cost"]) for line in bill["lines"]]


def test_a_503_at_submit_that_made_nothing_is_not_charged(stage: Stage) -> None:
    """Veo bills one film; so does the bill, and the first call stands there as not charged."""
    stage.wire.on(SUBMIT, Kind.REFUSE, "503")
    job_id = stage.order(footage())

    stage.live(job_id)

    job = stage.job(job_id)
    bill = bill_views.billed(job)
    assert Ending.COMPLETED is job.ending
    assert Decimal("0.8") == billed(stage, "veo")
    compose = Decimal(bill["lines"][-1]["cost"])
    assert Decimal("0.8") + compose == Decimal(bill["paid_by_us"]) == Decimal(bill["charged"])
    assert [False, True, True] == [charged for _, charged, _ in charges(bill)]
    assert [] == adds_up(job)


def test_a_submit_whose_answer_was_lost_is_charged_once(stage: Stage) -> None:
    """The film of the call nobody heard the answer of is found, and paid once."""
    stage.wire.on(SUBMIT, Kind.LOSE)
    job_id = stage.order(footage())

    stage.live(job_id)

    bill = bill_views.billed(stage.job(job_id))
    assert [("done", True, "0.8000")] == charges(bill)[:1]
    assert Decimal("0.8") == billed(stage, "veo")


def test_what_a_vendor_refused_is_not_charged(stage: Stage) -> None:
    """The refused line says so; the whole reservation went back."""
    job_id = stage.order(footage("something forbidden [[rai:63429089]]"))

    stage.live(job_id)

    bill = bill_views.billed(stage.job(job_id))
    assert [False] == [line["charged"] for line in bill["lines"]]
    assert ("0.0000", "0.8000") == (bill["lines"][0]["cost"], bill["lines"][0]["not_charged"])
    assert ("0.0000", bill["reserved"]) == (bill["paid_by_us"], bill["refunded"])


def test_what_runs_when_a_job_is_cancelled_is_charged_and_not_final(stage: Stage) -> None:
    """Nobody listens any more: the line counts as paid, and says that it is not known to be."""
    job_id = stage.order(footage())
    stage.cloud.tasks.run_due()
    loaded = stage.wiring.commits.load(job_id)
    assert loaded

    stage.wiring.commits.hear(loaded, CancelAsked("a test"))

    (line,) = bill_views.billed(stage.job(job_id))["lines"]
    assert (True, False, "0.8000") == (line["charged"], line["final"], line["cost"])


def test_a_take_costs_its_seconds_at_the_plans_price(stage: Stage) -> None:
    """The tenant's column has what was really spoken, whatever the plan had estimated."""
    job_id = stage.order(presented("A much longer script than one breath, so that the estimate is a little off."))

    stage.live(job_id)

    job = stage.job(job_id)
    (spoken,) = [node for node in job.nodes.values() if node.key == "presenter-1"]
    assert spoken.output
    assert spoken.output.seconds
    (speech,) = job.plan.speeches
    rate = round(speech.cost / speech.seconds)
    assert round(spoken.output.seconds * rate) == spoken.attempts[0].cost
    assert [] == adds_up(job)
    assert job.nodes[CLIP].attempts[0].charged


def test_a_dry_run_tells_every_price_in_dollars(stage: Stage) -> None:
    """The parts' prices add up to the two columns; composing is the rest of ours."""
    checked = stage.wiring.create_job.create.dry_run(TENANT, presented())
    plan = checked.plan

    shown = views.planned(plan, checked.request)

    parts, cost = shown["plan"], shown["estimated_cost"]
    ours = sum(Decimal(clip["cost"]) for clip in parts["clips"]) + Decimal(plan.compose_cost) / 10**6
    assert ours == Decimal(cost["paid_by_us"])
    assert sum(Decimal(take["cost"]) for take in parts["presenters"]) == Decimal(cost["billed_by_provider"])


def test_a_credit_is_eight_seconds_of_finished_film(stage: Stage) -> None:
    """Half a credit for 4 s, none before the film is there, said beside the figure; a cut frame changes nothing."""
    job_id = stage.order(footage())
    before = views.whole(stage.job(job_id), "https://a", stage.clock(), stage.wiring.outlook())

    stage.live(job_id)

    after = views.whole(stage.job(job_id), "https://a", stage.clock(), stage.wiring.outlook())
    assert (0.0, 0.5) == (before["credits_used"], after["credits_used"])
    assert "8 seconds of finished film" in after["explained"]["credits_used"]


def test_a_row_tells_poster_dollars_and_metadata(stage: Stage) -> None:
    """A list is enough to draw a gallery and to add up what it cost."""
    job_id = stage.order(footage(metadata={"shelf": "7"}))
    stage.live(job_id)
    job = stage.job(job_id)

    row = views.row(job, "https://a", stage.clock(), stage.wiring.outlook())

    bill = bill_views.billed(job)
    assert ({"shelf": "7"}, link(job, "poster", "https://a")) == (row["metadata"], row["poster_url"])
    assert {name: bill[name] for name in ("currency", "paid_by_us", "billed_by_provider")} == row["cost"]
    assert bill_views.priced(job.plan) == row["estimated_cost"]


def test_a_cancel_says_what_it_saved_and_what_may_still_be_billed(stage: Stage) -> None:
    """The clip was sent and stays at risk; composing was not, and goes back."""
    job_id = stage.order(footage())
    stage.cloud.tasks.run_due()
    loaded = stage.wiring.commits.load(job_id)
    assert loaded

    job = stage.wiring.commits.hear(loaded, CancelAsked("a test")).job

    said = bill_views.saved(job)
    assert "0.8000" == said["at_risk"]["paid_by_us"]
    assert Decimal(said["refunded"]) == Decimal(job.plan.compose_cost) / 10**6


def test_each_continuous_shot_has_its_own_link(stage: Stage) -> None:
    """Two scenes joined by a cut are two files; the customer's one link is for a film of one shot."""
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    two = stage.order(footage(scenes=(scene, scene), b_roll=BRoll(join=Join.CUT)))
    one = stage.order(footage())
    stage.live(two)
    stage.live(one)

    cut, whole = (
        views.whole(stage.job(each), "https://a", stage.clock(), stage.wiring.outlook()) for each in (two, one)
    )

    shots = [{"scenes": [k], "url": link(stage.job(two), f"footage-{k}", "https://a")} for k in (1, 2)]
    assert (shots, None) == (cut["footage_urls"], cut["veo_video_url"])
    assert whole["footage_urls"][0]["url"] == whole["veo_video_url"]


def test_a_film_with_footage_that_is_composed_is_not_at_heygen(stage: Stage) -> None:
    """The customer's word for composing is processing_veo where there is footage; the stage says composing."""
    job = stage.job(stage.order(presented()))
    filmed = {key: replace(node, state=State.DONE, started_at=job.created_at) for key, node in job.nodes.items()}
    late = replace(filmed["presenter-1"], state=State.RUNNING)

    composed = replace(job, nodes={**filmed, "compose": replace(job.nodes["compose"], state=State.QUEUED)})
    spoken = replace(job, nodes={**filmed, "compose": job.nodes["compose"], "presenter-1": late})

    assert (Status.PROCESSING_VEO, Doing.COMPOSING) == (status(composed), doing(composed))
    assert (Status.PROCESSING_HEYGEN, Doing.PRESENTING) == (status(spoken), doing(spoken))
