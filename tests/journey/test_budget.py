"""What the happy path costs at Google, counted; the README's sentence is held to these figures.

Everything happens in turn, on a clock that is handed in: how fast the machine is changes no figure.
"""

from pathlib import Path

from infra.local.budget import BUDGET, Counted, embedded, table
from shared.pipeline.job.job import Ending
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from tests.listener import Listener
from tests.steps.stage import LOOK, VOICE, Stage, staged

README = Path(__file__).parents[2] / "README.md"
ROUNDS = 60  # of five seconds: no sweep is among them, and nothing but the job is read
WORDS = ("A cup on a counter", "The cup turns", "A guest lifts the cup")


def film(webhook_url: str) -> FilmRequest:
    """Return three extended scenes, one presenter, a customer's webhook."""
    return FilmRequest(
        product_title="Mug",
        scenes=tuple(SceneRequest(visual_description=words) for words in WORDS),
        avatar_script="Good morning.",
        avatar_id=LOOK,
        voice_id=VOICE,
        webhook_url=webhook_url,
    )


def billed(stage: Stage) -> Counted:
    """Return Google's billed operations so far, and how often Veo was asked about an operation."""
    documents, tasks = stage.cloud.firestore.counts, stage.cloud.tasks.counts
    polls = stage.wire.count(r"^veo .*:fetchPredictOperation")
    return Counted(documents.reads, documents.writes, sum(vars_of(tasks)), polls)


def vars_of(counts: object) -> list[int]:
    """Return a count's figures."""
    return [getattr(counts, name) for name in counts.__slots__]  # type: ignore[attr-defined]  # a slotted dataclass


def test_the_three_scene_job_stays_under_its_budget(tmp_path: Path) -> None:
    """≤ 13 reads, 19 writes, 14 task operations and no polls: clips tell by their files, the take by its callback."""
    with staged(tmp_path) as stage, Listener() as customer:
        stage.wiring.tenants.tenant("acme")  # in memory, as for any caller's second request
        stage.wiring.vendor_states.read()  # … as for an instance's second order in a minute
        before = billed(stage)
        job_id = stage.order(film(customer.url))
        for _ in range(ROUNDS):
            stage.round()
        after, ending = billed(stage), stage.job(job_id).ending
        news = customer.wait()

    counted = Counted(
        after.reads - before.reads,
        after.writes - before.writes,
        after.task_operations - before.task_operations,
        after.polls - before.polls,
    )
    print(table(counted))
    assert Ending.COMPLETED is ending
    assert "job.completed" == news["type"]
    assert counted.within(BUDGET), counted


def test_the_readme_states_the_budget() -> None:
    """The README's budget is the one this code holds itself to."""
    assert embedded(README.read_text(encoding="utf-8"))
