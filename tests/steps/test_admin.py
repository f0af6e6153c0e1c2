"""The operator's command: JSON for what it finds and does; what is there is never overwritten or undone by the way."""

import json
from dataclasses import replace
from typing import Any

import click
import pytest

from infra.admin import keys, plans, platform_keys, tenants
from infra.admin.commands import admin, main
from shared.cloud.months import cap_of
from shared.cloud.tenants import AccountStatus, Tenant
from shared.pipeline.job.shares import NO_CAP, Amount
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage

SUBMIT = "^veo .*:predictLongRunning"


def said(stage: Stage, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command as the operator does; return the JSON it prints."""
    capsys.readouterr()
    main(arguments, stage.wiring)
    printed = capsys.readouterr().out.splitlines()
    return json.loads("\n".join(line for line in printed if not line.startswith('{"severity"')))  # the log's lines


def test_a_tenant_that_is_there_is_not_touched(stage: Stage) -> None:
    """A suspended tenant with a cap stays suspended and capped; the refusal says how it stands and what makes a key."""
    suspended = Tenant("shop", "Shop Ltd", status=AccountStatus.INACTIVE, monthly_cap=5_000_000, live_jobs=3)
    tenants.add(stage.wiring, "shop", "Shop")
    stage.wiring.tenants.put_tenant(suspended)

    with pytest.raises(SystemExit, match=r"shop is there already \(Shop Ltd, inactive\).*keys add shop"):
        tenants.add(stage.wiring, "shop", "Shop again")

    assert suspended == stage.wiring.tenants.tenant("shop")


def test_another_key_changes_only_the_keys(stage: Stage) -> None:
    """A second key is another text; the tenant stays as it is."""
    first = tenants.add(stage.wiring, "shop", "Shop")["key"]
    before = stage.wiring.tenants.tenant("shop")

    second = keys.add(stage.wiring, "shop", name="till", days=30)

    assert before
    assert first != second["key"]
    assert replace(before) == stage.wiring.tenants.tenant("shop")
    listed = {each["id"]: each for each in keys.listed(stage.wiring, "shop")["keys"]}
    assert ("till", 30) == (
        listed[second["id"]]["name"],
        (listed[second["id"]]["expires_at"] - stage.clock()).days,
    )


@pytest.mark.parametrize("tenant", ["nobody-here", "../jobs", "", "A"])
def test_a_key_needs_a_tenant(stage: Stage, tenant: str) -> None:
    """No record is made for a tenant that is not there."""
    with pytest.raises(SystemExit, match="there is no tenant"):
        keys.add(stage.wiring, tenant)


@pytest.mark.parametrize("wrong", [{"scopes": ("operator",)}, {"scopes": ("jobs",)}, {"days": 0}, {"name": "x" * 61}])
def test_a_key_that_cannot_be_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """The operator's scope has a switch of its own; a life and a name have bounds."""
    with pytest.raises(SystemExit):
        keys.add(stage.wiring, "acme", **wrong)


@pytest.mark.parametrize("tenant", ["ab", "Acme", "1acme", "acme-", "a" * 41, "ac/me"])
def test_an_id_that_is_none_is_refused(stage: Stage, tenant: str) -> None:
    """The id becomes a document's name and part of secrets' names."""
    with pytest.raises(SystemExit, match="is no tenant id"):
        tenants.add(stage.wiring, tenant, "Acme")


def test_caps_change_at_once_and_nothing_else_does(stage: Stage) -> None:
    """The running month is dealt anew; a suspension stays, and what is not given stays too."""
    suspended = Tenant("shop", "Shop", status=AccountStatus.INACTIVE, plan="pro", monthly_cap=5_000_000)
    stage.wiring.tenants.put_tenant(suspended)
    stage.wiring.months.own(suspended, "any", stage.clock())

    told = plans.set_caps(stage.wiring, "shop", films="7")

    assert "shop: 7 films and $5.00 a month, from now on" == told["did"]
    assert (False, True) == (told["before"]["set_by_hand"]["films"], told["after"]["set_by_hand"]["films"])
    assert {"films": 7, "dollars": 5} == told["after"]["caps"]
    assert replace(suspended, monthly_films=7) == stage.wiring.tenants.tenant("shop")
    assert Amount(7, 5_000_000) == cap_of(stage.wiring.months.whole("shop", f"{stage.clock():%Y-%m}"))


@pytest.mark.parametrize(
    ("tenant", "films", "plan"),
    [("nobody", "1", None), ("acme", "-1", None), ("acme", "all", None), ("acme", "1", "gold")],
)
def test_caps_that_cannot_be_are_refused(stage: Stage, tenant: str, films: str, plan: str | None) -> None:
    """A tenant nobody made, a cap below nothing or of no number, a plan the tables do not know."""
    with pytest.raises(SystemExit):
        plans.set_caps(stage.wiring, tenant, films=films, plan=plan)


def test_a_cap_may_be_lifted_and_be_the_plans_again(stage: Stage) -> None:
    """Unlimited says so, in the running month too; `plan` forgets what was the tenant's own."""
    stage.wiring.tenants.put_tenant(Tenant("shop", "Shop", plan="free"))
    stage.wiring.months.own(Tenant("shop", "Shop", plan="free"), "any", stage.clock())
    own = stage.wiring.plans.month(Tenant("shop", "Shop", plan="free")).cap

    lifted = plans.set_caps(stage.wiring, "shop", films="unlimited", dollars_="unlimited")
    whole = cap_of(stage.wiring.months.whole("shop", f"{stage.clock():%Y-%m}"))
    plans.set_caps(stage.wiring, "shop", films="plan", dollars_="plan")

    assert "shop: unlimited films and unlimited dollars a month, from now on" == lifted["did"]
    assert Amount(NO_CAP, NO_CAP) == whole
    assert own == cap_of(stage.wiring.months.whole("shop", f"{stage.clock():%Y-%m}"))


def test_tenants_are_listed_shown_and_renamed(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """By id with status and plan; one with its accounts, keys and month; a change says what it was."""
    tenants.add(stage.wiring, "shop", "Shop", plan="free")

    listed = said(stage, capsys, "tenants", "list")["tenants"]
    shown = said(stage, capsys, "tenants", "show", "shop")
    changed = said(stage, capsys, "tenants", "set", "shop", "--live-jobs", "3")

    assert {"id": "shop", "name": "Shop", "status": "active", "plan": "free"} in listed
    assert ["acme", "shop"] == [each["id"] for each in listed]
    assert (1, [], 0, 0) == (shown["keys"], shown["accounts"], shown["live_jobs"], shown["month"]["films"])
    assert {"live_jobs": {"from": 50, "to": 3}} == changed["changes"]
    assert (3, "Shop") == (
        said(stage, capsys, "tenants", "show", "shop")["live_jobs_at_most"],
        said(stage, capsys, "tenants", "show", "shop")["name"],
    )
    assert [("heygen", "active")] == [
        (each["provider"], each["status"]) for each in said(stage, capsys, "tenants", "show", "acme")["accounts"]
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


def test_a_job_is_told_cancelled_once_and_tried_again(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose it is, its parts and why; cancelling again changes nothing; a retry says its price before it buys."""
    job = stage.order(footage())

    told = said(stage, capsys, "jobs", "show", job)
    asked = said(stage, capsys, "jobs", "cancel", job, "--dry-run")
    first, second = (said(stage, capsys, "jobs", "cancel", job) for _ in range(2))
    priced = said(stage, capsys, "jobs", "retry", job, "--dry-run")
    cancelled = stage.job(job).ending
    again = said(stage, capsys, "jobs", "retry", job)
    assert priced["estimated_cost"]["paid_by_us"] == priced["estimated_price"]

    assert ("acme", job) == (told["tenant"], told["id"])
    assert {"clip-1", "compose"} <= {each["key"] for each in told["nodes"]}
    assert "would" in asked
    assert (True, "cancelled") == (first["changed"], first["status"])
    assert (False, "cancelled") == (second["changed"], second["status"])
    assert cancelled
    assert stage.job(job).ending is None
    assert (priced["estimated_cost"], ["clip-1", "compose"]) == (again["estimated_cost"], again["remade"])
    assert [job] == [each["id"] for each in said(stage, capsys, "jobs", "list", "acme")["jobs"]]


def test_what_is_printed_is_json_alone(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Stdout can be piped: the log of what a command does stands on stderr."""
    job = stage.order(footage())
    capsys.readouterr()

    main(["jobs", "cancel", job], stage.wiring)

    printed = capsys.readouterr()
    assert job == json.loads(printed.out)["id"]
    assert '"fact": "job_ended"' in printed.err


def test_a_job_that_is_none_is_refused(stage: Stage) -> None:
    """In words, whatever stands there."""
    for verb in ("show", "why", "retry", "cancel"):
        for job in ("nobody", "../tenants/acme", "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(SystemExit, match=f"there is no job {job}"):
                main(["jobs", verb, job], stage.wiring)


def test_why_names_what_a_job_waits_for(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Queued, being made with the vendor's id, and ended: each in one sentence with what frees it."""
    job = stage.order(footage())
    queued = said(stage, capsys, "jobs", "why", job)
    stage.wiring.start_clip(stage.message(job, CLIP))
    running = said(stage, capsys, "jobs", "why", job)
    said(stage, capsys, "jobs", "cancel", job)
    ended = said(stage, capsys, "jobs", "why", job)

    operation = stage.node(job, CLIP).provider_id
    assert operation
    assert queued["why"].startswith("It waits for a worker to start clip-1, queued since 2026-11-20 12:00:")
    assert running["why"].startswith("It waits for Veo to finish clip-1 (attempt 1 of take 1, id ")
    assert (operation, "closed") == (running["waits"][0]["vendor_id"], running["waits"][0]["breaker"])
    assert operation in running["why"]
    assert (True, []) == (ended["why"].startswith("It waits for nothing: it was cancelled at "), ended["waits"])
    assert all(told["why"].endswith(".") and "\n" not in told["why"] for told in (queued, running, ended))


def test_why_tells_of_a_vendor_that_fails_and_one_that_is_paused(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was not sent says since when, when it is tried again, and which command frees it."""
    job = stage.order(footage())
    stage.wire.on(SUBMIT, Kind.REFUSE, "429")
    stage.wiring.start_clip(stage.message(job, CLIP))
    busy = said(stage, capsys, "jobs", "why", job)["why"]
    said(stage, capsys, "vendor", "pause", "veo", "--why", "its bill is wrong")
    due(stage, job)
    stage.wiring.start_clip(stage.message(job, CLIP))
    paused = said(stage, capsys, "jobs", "why", job)["why"]

    assert "clip-1 is not sent since 2026-11-20 12:00:" in busy
    assert "and is tried again at 2026-11-20 12:" in busy
    assert "Veo, which the operator paused at 12:0" in paused
    assert "Veo is paused since 2026-11-20 12:0" in paused
    assert "(its bill is wrong): `vendor resume veo` frees it" in paused


def due(stage: Stage, job: str) -> None:
    """Let time pass until the clip's task is due."""
    at = stage.node(job, CLIP).at
    assert at
    stage.clock.forward(max((at - stage.clock()).total_seconds(), 0))


def test_webhooks_are_listed_and_sent_anew(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """What ended in vain is sent again by its id or since a time; a dry run sends nothing."""
    job = stage.order(footage(webhook_url="https://receiver.invalid/hook"))
    said(stage, capsys, "jobs", "cancel", job)
    (queued,) = said(stage, capsys, "deliveries", "list", "acme", "--job", job)["deliveries"]
    stage.wiring.clients.firestore.document(f"webhook_deliveries/{queued['id']}").update({"state": "given_up"})

    asked = said(stage, capsys, "deliveries", "replay", queued["id"], "--dry-run")
    sent = said(stage, capsys, "deliveries", "replay", queued["id"])
    stage.wiring.clients.firestore.document(f"webhook_deliveries/{queued['id']}").update({"state": "given_up"})
    since = said(stage, capsys, "deliveries", "replay-since", "acme", "2026-11-20T00:00:00Z")

    assert ("queued", "job.cancelled") == (queued["state"], queued["event"])
    assert ("given_up", "queued") == (asked["delivery"]["state"], sent["delivery"]["state"])
    assert 1 == since["sent"]
    assert 2 == stage.wiring.deliveries.load(queued["id"]).replays  # type: ignore[union-attr]  # it was just listed
    with pytest.raises(SystemExit, match="still tried"):
        main(["deliveries", "replay", queued["id"]], stage.wiring)
    with pytest.raises(SystemExit, match="is no time"):
        main(["deliveries", "replay-since", "acme", "yesterday"], stage.wiring)


CHANGES: tuple[tuple[str, ...], ...] = (
    ("tenants", "set", "acme", "--name", "Other"),
    ("tenants", "suspend", "acme"),
    ("tenants", "footage", "acme", "--on"),
    ("keys", "revoke-all", "acme"),
    ("caps", "set", "acme", "--films", "1"),
    ("vendor", "pause", "veo"),
    ("drain",),
)


def test_a_dry_run_says_what_would_change_and_changes_nothing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a command changes: nothing is written."""
    before = stage.wire.count("^firestore Commit")

    told = [said(stage, capsys, *arguments, "--dry-run") for arguments in CHANGES]

    assert [True] * len(CHANGES) == ["would" in each and "did" not in each for each in told]
    assert 0 == stage.wire.count("^firestore Commit") - before


def test_bootstrap_makes_one_secret(stage: Stage) -> None:
    """A second time it says that it is there."""
    assert "nothing: the platform's secrets are there" == platform_keys.bootstrap(stage.wiring)["did"]


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return every command by its words."""
    found: list[tuple[str, ...]] = []
    for name, each in group.commands.items():
        found += leaves(each, (*path, name)) if isinstance(each, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", leaves(admin), ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence, and a sentence for each group."""
    main([*path, "--help"])

    text = capsys.readouterr().out
    assert f"Usage: python -m infra.admin {' '.join(path)}" in text
    assert len(text.split("\n\n")[1].strip()) > len("Does it.")


def test_what_is_no_command_is_refused_as_usage(stage: Stage) -> None:
    """With exit code 2, and nothing done."""
    for arguments in (["nothing"], ["jobs", "why"], ["tenants", "footage", "acme"]):
        with pytest.raises(SystemExit, match="2"):
            main(arguments, stage.wiring)
