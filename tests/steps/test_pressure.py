"""The whole house: what waits for very long is counted by the sweep, and keeps new work away while it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.pipeline.job.job import Ending
from shared.pipeline.job.revision import Change
from shared.steps.cancel import cancel
from shared.steps.pressure import FEW, LOOK_MINUTES
from shared.steps.problems import Problem
from tests.faults.wire import Kind
from tests.steps.calls import customer, told
from tests.steps.stage import TENANT, Stage, footage, staged

RATE = 0.01  # starts a second: twenty films wait for more than half an hour; at half of it, for more than an hour
VICTIM = Tenant("victim", "Victim", plan=TENANT.plan)
COUNTS = "^firestore RunAggregationQuery"


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage whose footage is started very seldom."""
    with staged(tmp_path, canned=canned, starts={"veo": RATE}) as opened:
        opened.wiring.tenants.put_tenant(VICTIM)
        yield opened


@dataclass(frozen=True, slots=True)
class House:
    """A stage in which half an hour of starts waits, and the film ordered last."""

    stage: Stage
    last: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[House]:
    """Open one for all who move neither its clock nor its films."""
    with staged(tmp_path_factory.mktemp("house"), canned=canned, starts={"veo": RATE}) as opened:
        opened.wiring.tenants.put_tenant(VICTIM)
        *_, last = crowded(opened, FEW)
        yield House(opened, last)


@pytest.fixture
def slower(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage whose footage is started even more seldom."""
    with staged(tmp_path, canned=canned, starts={"veo": RATE / 2}) as opened:
        opened.wiring.tenants.put_tenant(VICTIM)
        yield opened


def crowded(stage: Stage, films: int) -> list[str]:
    """Order so many films of one scene, whose tasks do not run, and let the sweep look."""
    jobs = [stage.order(footage()) for _ in range(films)]
    looked(stage)
    return jobs


def looked(stage: Stage) -> None:
    """Sweep at a minute in which also an idle house is looked at; every instance has forgotten what it knew."""
    stage.clock.forward(60 * (LOOK_MINUTES - stage.clock().minute % LOOK_MINUTES))
    stage.wiring.sweep()


def refused(stage: Stage, tenant: Tenant = TENANT) -> Problem:
    """Return with what an order is refused."""
    with pytest.raises(Problem) as found:
        stage.order(footage(), tenant=tenant)
    return found.value


def test_who_waits_already_is_told_how_long_it_would_be(house: House) -> None:
    """Half an hour of starts wait: who has its part there already gets 503 with the minutes, and nothing is stored."""
    before = house.stage.wiring.jobs.live(TENANT.id).count

    busy = refused(house.stage)

    assert Code.BUSY is busy.code
    assert f"{FEW} starts" in busy.message
    assert "about 34 minutes" in busy.message
    assert 200 == busy.retry_after  # until only thirty minutes are waited for
    assert before == house.stage.wiring.jobs.live(TENANT.id).count


def test_who_waits_for_nothing_yet_may_still_order(house: House) -> None:
    """Another tenant's free part is admitted within the hour."""
    assert house.stage.order(footage(), tenant=VICTIM)


def test_an_answer_says_what_waits_before_the_film(house: House) -> None:
    """GET says how many starts wait where the film's own does, and by when they are over."""
    shown = told(customer(house.stage.wiring, TENANT.id).call("GET", f"/jobs/{house.last}"))

    assert FEW - 1 == shown["ahead"]
    assert (house.stage.clock() + timedelta(seconds=(FEW - 1) / RATE)).isoformat()[:19] == shown["starts_by"][:19]


def test_beyond_an_hour_nobody_may(slower: Stage) -> None:
    """Then a free part helps nobody either."""
    crowded(slower, FEW)

    busy = refused(slower, VICTIM)

    assert Code.BUSY is busy.code
    assert "about 67 minutes" in busy.message


def test_a_house_that_is_empty_again_is_open_again(stage: Stage) -> None:
    """The films are cancelled: the next look finds few, and orders are taken."""
    for job_id in crowded(stage, FEW):
        loaded = stage.wiring.commits.load(job_id)
        assert loaded
        cancel(stage.wiring.commits, loaded, by="the caller")

    looked(stage)

    assert {} == stage.wiring.vendor_states.read().queues
    assert stage.order(footage())


def test_a_count_that_is_old_says_nothing(stage: Stage) -> None:
    """A sweep that has died keeps nobody away for ever."""
    crowded(stage, FEW)

    stage.clock.forward(11 * 60)

    assert stage.order(footage())


def test_a_retry_is_kept_away_by_an_hour_only(stage: Stage) -> None:
    """Whoever waited once and failed is not behind new work."""
    stage.wire.on("^veo POST", Kind.REFUSE, "400")
    failed = stage.order(footage())
    stage.live(failed)
    assert Ending.FAILED is stage.job(failed).ending
    crowded(stage, FEW)
    loaded = stage.wiring.jobs.load(failed)
    assert loaded

    retried, _ = stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)

    assert retried.ending is None


def test_few_films_are_not_counted_by_queue(stage: Stage) -> None:
    """One question in ten minutes while nothing is late, and no write."""
    stage.order(footage())
    before = len(stage.wire.calls)

    looked(stage)

    assert 1 == sum("RunAggregationQuery" in line for line in stage.wire.calls[before:])
    assert {} == stage.wiring.vendor_states.read().queues


def test_a_store_that_does_not_count_costs_no_tick(stage: Stage) -> None:
    """The only timer goes on, and what was known stays."""
    crowded(stage, FEW)
    stage.wire.on(COUNTS, Kind.REFUSE, "PERMISSION_DENIED")

    looked(stage)

    assert FEW == stage.wiring.vendor_states.read().queues["veo"].starts
