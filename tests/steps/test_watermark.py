"""An account whose plan puts a watermark on its takes: said before the order is paid, whoever films it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from shared.pipeline.plan.request import FilmRequest
from tests.steps.stage import TENANT, Stage, by_did, by_persona, presented, staged

SAYS = "the takes carry D-ID's watermark: the account's plan there is"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("marks"), did={}) as opened:
        yield opened


def planned_at(stage: Stage, plan: str | None) -> None:
    """Let D-ID's account have this plan, as it was told when it was synced."""
    account = stage.wiring.tenants.integration(TENANT.id, "did", "production", fresh=True)
    assert account
    stage.wiring.tenants.put_integration(TENANT.id, replace(account, billing=plan))


def warned(stage: Stage, film: FilmRequest) -> list[str]:
    return [each for each in stage.job(stage.order(film)).warnings if each.startswith(SAYS)]


@pytest.mark.parametrize("film", [by_did, by_persona], ids=["films it", "may take it over"])
@pytest.mark.parametrize("plan", ["deid-trial", "deid-lite", "Lite monthly"])
def test_a_plan_with_a_watermark_is_warned_of(stage: Stage, film: Callable[[], FilmRequest], plan: str) -> None:
    """It names the plan, and how it is changed."""
    planned_at(stage, plan)

    (told,) = warned(stage, film())

    assert told.startswith(f"{SAYS} {plan}")
    assert "POST /tenant/integrations/did/sync?mode=production" in told


@pytest.mark.parametrize("plan", ["deid-pro", "elite", "unknown", None])
def test_other_plans_are_not(stage: Stage, plan: str | None) -> None:
    """Nor what only looks like one of them."""
    planned_at(stage, plan)

    assert [] == warned(stage, by_did())


def test_another_service_is_none_of_its_business(stage: Stage) -> None:
    """A film of HeyGen's alone carries nothing of D-ID's."""
    planned_at(stage, "deid-trial")

    assert [] == warned(stage, presented())
