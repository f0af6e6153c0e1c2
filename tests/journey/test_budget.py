"""What the happy path costs at Google, counted; the README's table is written from these figures."""

from pathlib import Path

from infra.local.budget import BUDGET, Counted, embedded, table
from tests.journey.cinema import close_cinema, open_cinema
from tests.journey.test_films import presented
from tests.listener import Listener

README = Path(__file__).parents[2] / "README.md"


def test_the_three_scene_job_stays_under_its_budget(tmp_path: Path) -> None:
    """Three extended scenes, one presenter, a customer's webhook: ≤ 14 reads, 18 writes, 14 task operations, no polls.

    The sweep is off, so that only the job's own operations count, and nothing is committed at one
    moment: each such meeting is one read more, by chance.
    """
    apart = {"timeouts": {"stagger": 3, "clip_backstop": 300, "presenter_backstop": 300, "veo_claim": 120}}
    cinema = open_cinema(tmp_path, sweep_seconds=3600, tables=apart, heygen={"seconds_per_video": 12})
    try:
        with Listener() as customer:
            photo = cinema.upload()
            cinema.http.get("/jobs")  # key and tenant are in memory, as for any caller's second request
            before, polls = cinema.counts(), cinema.polls()
            job_id = cinema.order(presented(3, image=photo, webhook_url=customer.url))
            news = customer.wait()
            after, polled = cinema.counts(), cinema.polls()
        job = cinema.job(job_id)
    finally:
        close_cinema(cinema)

    counted = Counted(
        reads=after["firestore"]["reads"] - before["firestore"]["reads"],
        writes=after["firestore"]["writes"] - before["firestore"]["writes"],
        task_operations=sum(after["tasks"].values()) - sum(before["tasks"].values()),
        polls=polled - polls,
    )
    print(table(counted))
    assert job["status"] == "completed"
    assert "job.completed" == news["type"]
    assert counted.within(BUDGET), counted


def test_the_readme_states_the_budget() -> None:
    """The README's budget table is the one this code holds itself to."""
    assert embedded(README.read_text(encoding="utf-8"))
