"""The operator's command: a tenant is made once; nothing it does undoes a suspension, a cap or a key."""

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.admin import COMMANDS, add_key, add_tenant, main, set_caps
from shared.cloud.months import cap_of
from shared.cloud.tenants import AccountStatus, Tenant
from shared.pipeline.job.shares import NO_CAP, Amount
from tests.steps.stage import Stage, footage


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


def test_caps_change_at_once_and_nothing_else_does(stage: Stage) -> None:
    """The running month is dealt anew; a suspension stays, and what is not given stays too."""
    suspended = Tenant("shop", "Shop", status=AccountStatus.INACTIVE, plan="pro", monthly_cap=5_000_000)
    stage.wiring.tenants.put_tenant(suspended)
    stage.wiring.months.own(suspended, "any", stage.clock())

    said = set_caps(stage.wiring, "shop", "7", None)

    assert "shop: 7 films and $5.00 a month, from now on" == said
    assert replace(suspended, monthly_films=7) == stage.wiring.tenants.tenant("shop")
    assert Amount(7, 5_000_000) == cap_of(stage.wiring.months.whole("shop", f"{stage.clock():%Y-%m}"))


@pytest.mark.parametrize(
    ("tenant", "films", "plan"),
    [("nobody", "1", None), ("acme", "-1", None), ("acme", "all", None), ("acme", "1", "gold")],
)
def test_caps_that_cannot_be_are_refused(stage: Stage, tenant: str, films: str, plan: str | None) -> None:
    """A tenant nobody made, a cap below nothing or of no number, a plan the tables do not know."""
    with pytest.raises(SystemExit):
        set_caps(stage.wiring, tenant, films, None, plan)


def test_a_cap_may_be_lifted_and_be_the_plans_again(stage: Stage) -> None:
    """Unlimited says so, in the running month too; `plan` forgets what was the tenant's own."""
    stage.wiring.tenants.put_tenant(Tenant("shop", "Shop", plan="free"))
    stage.wiring.months.own(Tenant("shop", "Shop", plan="free"), "any", stage.clock())
    plans = stage.wiring.plans.month(Tenant("shop", "Shop", plan="free")).cap

    lifted = set_caps(stage.wiring, "shop", "unlimited", "unlimited")
    whole = cap_of(stage.wiring.months.whole("shop", f"{stage.clock():%Y-%m}"))
    set_caps(stage.wiring, "shop", "plan", "plan")

    assert "shop: unlimited films and unlimited dollars a month, from now on" == lifted
    assert Amount(NO_CAP, NO_CAP) == whole
    assert plans == cap_of(stage.wiring.months.whole("shop", f"{stage.clock():%Y-%m}"))


def said(stage: Stage, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command as the operator does; return the JSON it prints."""
    capsys.readouterr()
    main(arguments, stage.wiring)
    printed = capsys.readouterr().out.splitlines()
    return json.loads("\n".join(line for line in printed if not line.startswith('{"severity"')))  # the log's lines


def test_tenants_are_listed_and_shown(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """By id with status and plan; one with its accounts, keys and month."""
    add_tenant(stage.wiring, "shop", "Shop", plan="free")

    listed = said(stage, capsys, "tenants")["tenants"]
    shown = said(stage, capsys, "show", "shop")

    assert {"id": "shop", "name": "Shop", "status": "active", "plan": "free"} in listed
    assert ["acme", "shop"] == [each["id"] for each in listed]
    assert (1, [], 0, 0) == (shown["keys"], shown["accounts"], shown["live_jobs"], shown["month"]["films"])
    assert [("heygen", "active")] == [
        (each["provider"], each["status"]) for each in said(stage, capsys, "show", "acme")["accounts"]
    ]


def test_a_month_is_told_with_its_caps(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """What is reserved counts; another month is empty; what is no month is refused."""
    stage.order(footage())

    running = said(stage, capsys, "usage", "acme")
    other = said(stage, capsys, "usage", "acme", "--month", "2020-01")

    assert f"{stage.clock():%Y-%m}" == running["month"]
    assert (1, 0) == (running["films"], other["films"])
    assert float(running["reserved"]) > 0
    assert running["dollars"] == running["reserved"]
    with pytest.raises(SystemExit, match="no month"):
        main(["usage", "acme", "--month", "2026-13"], stage.wiring)


def test_a_job_is_told_and_cancelled_once(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose it is, its parts and why; cancelling again changes nothing and says so."""
    job = stage.order(footage())

    told = said(stage, capsys, "job", job)
    first, second = (said(stage, capsys, "cancel", job) for _ in range(2))

    assert ("acme", job) == (told["tenant"], told["id"])
    assert {"clip-1", "compose"} <= {each["key"] for each in told["nodes"]}
    assert (True, "cancelled") == (first["changed"], first["status"])
    assert (False, "cancelled") == (second["changed"], second["status"])
    with pytest.raises(SystemExit, match="there is no job nobody"):
        main(["job", "nobody"], stage.wiring)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence each."""
    with pytest.raises(SystemExit):
        main(["--help"])

    text = capsys.readouterr().out
    assert [] == [name for name in (*COMMANDS, "tenants", "usage", "caps", "schema", "tenant") if name not in text]
