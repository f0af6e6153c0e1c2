"""An order that prefers speed goes to the service that is fast lately, as the sweep learnt it; others ask nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.pipeline.vendors.figures import bucket
from shared.pipeline.vendors.state import Figure, VendorsState
from tests.steps.calls import customer, told
from tests.steps.stage import TENANT, Stage, by_persona, staged

CALLS = 500.0  # so many were seen of each service lately


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open a stage where HeyGen takes eight times as long as usual, and D-ID half as long."""
    with staged(tmp_path_factory.mktemp("lately"), did={}) as opened:
        services = opened.wiring.tables.presenters
        ratios = {"heygen": 8.0, "did": 0.5}
        figures = {
            f"{name} {engine.id}": Figure(opened.clock(), make={str(bucket(ratio)): CALLS}, done=CALLS)
            for name, ratio in ratios.items()
            for engine in services[name].engines
        }
        assert opened.wiring.vendor_states.change(lambda _: VendorsState(figures=figures))
        yield opened


def asked(stage: Stage, **changed: Any) -> list[dict[str, Any]]:
    """Ask a fresh instance for the price of a persona's film; return the services as they are ranked."""
    stage.cloud.wiring = stage.cloud.instance()
    scene = {"visual_description": "A mug", "duration": 4, "script": "Hello.", "persona": "ana"}
    body = {"product_title": "Mug", "scenes": [scene], "dry_run": True, **changed}
    return list(told(customer(stage.wiring, TENANT.id).call("POST", "/create_job", body))["avatar_services"])


def test_who_is_fast_lately_films_an_order_that_prefers_speed(stage: Stage) -> None:
    """D-ID first, and each service's own figure is told with it."""
    ranked = asked(stage, prefer="speed")

    assert ["did", "heygen"] == [each["provider"] for each in ranked]
    assert ranked[0]["reason"].startswith("1 of 2 by speed")
    seconds = [int(each["reason"].partition("about ")[2].partition(" s")[0]) for each in ranked]
    assert 5 * seconds[0] < seconds[1]


def test_an_order_that_prefers_quality_reads_no_figures(stage: Stage) -> None:
    """Its ranking needs none."""
    ranked = asked(stage)

    assert ["heygen", "did"] == [each["provider"] for each in ranked]
    assert stage.wiring.vendor_states._kept is None


def test_the_plan_ranks_where_the_order_does_not_say(stage: Stage) -> None:
    """On the free plan the cheaper service films; the order's own word stands before the plan's."""
    stage.wiring.tenants.put_tenant(replace(TENANT, plan="free"))
    ranked = {prefer: asked(stage, prefer=prefer) for prefer in (None, "quality")}
    stage.wiring.tenants.put_tenant(TENANT)

    assert ["did", "heygen"] == [each["provider"] for each in ranked[None]]
    assert ranked[None][0]["reason"].startswith("1 of 2 by cost (as your plan prefers): $0.0270 a second")
    assert ["heygen", "did"] == [each["provider"] for each in ranked["quality"]]


def test_the_figures_are_read_once_a_minute(stage: Stage) -> None:
    """However many orders prefer speed, an instance remembers them."""
    asked(stage, prefer="speed")
    kept = stage.wiring.vendor_states._kept
    scene = {"visual_description": "A mug", "duration": 4, "script": "Hello.", "persona": "ana"}
    body = {"product_title": "Mug", "scenes": [scene], "dry_run": True, "prefer": "speed"}

    told(customer(stage.wiring, TENANT.id).call("POST", "/create_job", body))

    assert kept is not None
    assert kept is stage.wiring.vendor_states._kept


def test_every_look_at_a_film_says_when_it_is_expected(stage: Stage) -> None:
    """Both moments, by what was learnt lately: HeyGen's film later than D-ID's, nine of ten later than half."""
    stage.cloud.wiring = stage.cloud.instance()
    shop = customer(stage.wiring, TENANT.id)
    jobs = [stage.order(by_persona(provider=name)) for name in ("did", "heygen")]

    fast, slow = (told(shop.call("GET", f"/jobs/{job_id}")) for job_id in jobs)

    names = ("estimated_completion_at", "estimated_completion_p90_at")
    moments = [datetime.fromisoformat(each[name]) for each in (fast, slow) for name in names]
    assert sorted({stage.clock(), *moments}) == [stage.clock(), *moments]
