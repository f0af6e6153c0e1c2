"""What a tenant on `free` can make us pay for by ordering and cancelling as fast as it can.

Counted on a stage at 2026-11-28, before → after, for forty orders of eight seconds, each cancelled once it was begun:
$64.00 of Veo → $16.00, and nothing more until the hour is over.
"""

from collections import Counter

from shared.pipeline.job.ledger import bill
from tests.attack.doors import Doors, opened
from tests.steps.stage import Stage

ORDERS = 40
CREATIONS = 10  # an hour, on free
DEAREST = 1_600_000  # micro-dollars: eight seconds of the default model
FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 8}]}


def test_ordering_and_cancelling_spends_an_hours_films_at_most(stage: Stage) -> None:
    """Each order is begun before it is cancelled: ten are bought, the rest is refused before anything is."""
    doors, key = Doors(stage.wiring), opened(stage, "shop", "free")
    answers, jobs = Counter[int](), list[str]()

    for _ in range(ORDERS):
        answer = doors.ask("create_job", "POST", "/", key, FILM)
        answers[answer.status_code] += 1
        stage.clock.forward(1)
        stage.cloud.tasks.run_due()
        if answer.status_code == 202:
            jobs.append(answer.get_json()["job_id"])
            doors.ask("jobs", "POST", f"/{jobs[-1]}/cancel", key)

    spent = sum(bill(stage.job(job).nodes.values()).paid_by_us for job in jobs)
    print(f"{ORDERS} orders: {dict(answers)}, {stage.submits('veo')} calls to Veo, ${spent / 1e6:.2f}")
    assert {202: CREATIONS, 429: ORDERS - CREATIONS} == answers
    assert CREATIONS == stage.submits("veo")
    assert 0 < spent <= CREATIONS * DEAREST
