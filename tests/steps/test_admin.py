"""The operator's command: a tenant is made once; nothing it does undoes a suspension, a cap or a key."""

from dataclasses import replace

import pytest

from infra.admin import add_key, add_tenant
from shared.cloud.tenants import AccountStatus, Tenant
from tests.steps.stage import Stage


def test_a_tenant_that_is_there_is_not_touched(stage: Stage) -> None:
    """A suspended tenant with a cap stays suspended and capped; the refusal says how it stands and what makes a key."""
    suspended = Tenant("shop", "Shop Ltd", status=AccountStatus.INACTIVE, monthly_cap=5_000_000, live_jobs=3)
    add_tenant(stage.wiring, "shop", "Shop")
    stage.wiring.tenants.put_tenant(suspended)

    with pytest.raises(SystemExit, match=r"shop is there already \(Shop Ltd, inactive\).*key shop"):
        add_tenant(stage.wiring, "shop", "Shop again")

    assert suspended == stage.wiring.tenants.tenant("shop")


def test_another_key_changes_only_the_keys(stage: Stage) -> None:
    """A second key is another text; the tenant stays as it is."""
    first = add_tenant(stage.wiring, "shop", "Shop")
    before = stage.wiring.tenants.tenant("shop")

    second = add_key(stage.wiring, "shop")

    assert before
    assert first != second
    assert replace(before) == stage.wiring.tenants.tenant("shop")


@pytest.mark.parametrize("tenant", ["nobody-here", "../jobs", "", "A"])
def test_a_key_needs_a_tenant(stage: Stage, tenant: str) -> None:
    """No record is made for a tenant that is not there."""
    with pytest.raises(SystemExit, match="there is no tenant"):
        add_key(stage.wiring, tenant)


@pytest.mark.parametrize("tenant", ["ab", "Acme", "1acme", "acme-", "a" * 41, "ac/me"])
def test_an_id_that_is_none_is_refused(stage: Stage, tenant: str) -> None:
    """The id becomes a document's name and part of secrets' names."""
    with pytest.raises(SystemExit, match="is no tenant id"):
        add_tenant(stage.wiring, tenant, "Acme")
