"""A flood that changes the avatar service waits its turn in the new one's queue, as if it had been ordered there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.world import LOCATION, PROJECT
from shared.pipeline.job.job import Ending
from shared.pipeline.job.turns import is_parked
from tests.steps.stage import SPEECH, TENANT, Stage, by_persona, staged

FILMS, FREE, LANES = 4, 1, 1
PORTIONS = {"did": {"free": FREE, "lanes": LANES}, "presenter": {"free": FILMS, "lanes": 1}}
QUEUE = f"projects/{PROJECT}/locations/{LOCATION}/queues/did"
BROKE = "Hello. [[broke]]"


@pytest.fixture
def stage(tmp_path: Path, canned: dict[str, Path]) -> Iterator[Stage]:
    """Open a stage where a tenant's part of D-ID's queue is small, and that of HeyGen's large."""
    with staged(tmp_path, canned=canned, did={}, portions=PORTIONS) as opened:
        yield opened


def refused(stage: Stage) -> None:
    """Let HeyGen refuse what was ordered."""
    for _ in range(2):
        stage.cloud.tasks.run_due()
        stage.clock.forward(1)


def test_a_flood_by_the_switch_waits_its_turn(stage: Stage) -> None:
    """HeyGen refuses all of a tenant's films: D-ID's queue gets a free part and a lane's, and all are made once."""
    queues = stage.cloud.eyes.clients.tasks
    queues.pause_queue(name=QUEUE)  # what comes there stands there
    films = [stage.order(by_persona(BROKE)) for _ in range(FILMS)]

    refused(stage)

    takes = [stage.node(film, SPEECH) for film in films]
    assert {"did"} == {take.provider for take in takes}
    assert FREE + LANES == len(stage.waiting("did"))
    assert FILMS - FREE - LANES == sum(map(is_parked, takes))

    queues.resume_queue(name=QUEUE)
    for film in films:
        stage.live(film)

    assert {Ending.COMPLETED} == {stage.job(film).ending for film in films}
    assert (0, FILMS) == (len(stage.bill("heygen")), sum(each["billed"] for each in stage.bill("did")))
    month = stage.cloud.eyes.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}")
    assert {"veo": 0, "presenter": 0, "did": 0, "compose": 0} == dict(month.open)


def test_one_film_that_switches_waits_for_nobody(stage: Stage) -> None:
    """Within the free part no lane is read or written, and the second service is asked at once."""
    film = stage.order(by_persona(BROKE))

    refused(stage)

    assert 1 == stage.submits("did")
    assert {} == dict(stage.job(film).place.lanes)
    assert 0 == stage.wire.count("^firestore .*lanes")
