"""How the platform's accounts are kept: rotated, replaced, removed by the operator, and reached by no door."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from infra.admin import accounts, tenants
from infra.admin.commands import admin
from infra.admin.verbs import Operator
from shared.cloud.secret_names import vendor_key, vendor_webhook
from shared.cloud.tenants import AccountStatus
from shared.codes import Code
from shared.pipeline.job.job import State
from shared.pipeline.vendors.names import PLATFORM
from shared.steps.message import Message
from shared.steps.old_versions import LOOK_MINUTE, REPLACED_LIFE
from tests.faults.wire import Kind
from tests.steps.calls import customer, told
from tests.steps.lent import (
    BALANCE,
    LOOKED,
    NEXT,
    OURS,
    SECRET,
    SHOP,
    SUBMIT,
    lending,
    shopper,
    started,
)
from tests.steps.stage import LOOK, SPEECH, TENANT, Stage, presented


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage where the platform has an account at HeyGen, and the shop has none."""
    with lending(tmp_path, canned) as stage:
        yield stage


def test_its_endpoint_is_rotated_and_left_nowhere(stage: Stage) -> None:
    """As a tenant's: a new secret for the endpoint that is there, and what another key left is found by the radar."""
    accounts.put(stage.wiring, "heygen", api_key=OURS)
    name = vendor_webhook("heygen", "production", PLATFORM)
    before = stage.cloud.instance().secrets.get(name).value
    made = stage.wiring.tenants.integration(PLATFORM, "heygen", "production", fresh=True)

    told = accounts.rotate_webhook(stage.wiring, "heygen")
    stage.wire.on("^heygen DELETE", Kind.REFUSE, "503")
    accounts.put(stage.wiring, "heygen", api_key=NEXT)
    left = stage.wiring.tenants.integration(PLATFORM, "heygen", "production", fresh=True)
    stage.wiring.radar()

    account = stage.wiring.tenants.integration(PLATFORM, "heygen", "production", fresh=True)
    assert made
    assert left
    assert account
    assert (made.webhook_id, True) == (told["webhook_id"], bool(told["webhook_rotated_at"]))
    assert before != stage.cloud.instance().secrets.get(name).value
    assert (True, None) == (bool(left.webhooks_left), account.webhooks_left)


def test_the_radar_asks_for_whom_it_names(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever speaks where a tenant's order names nobody: gone, it is an alarm, and stands in the operator's list."""
    account = stage.wiring.tenants.integration(PLATFORM, "heygen", "production", fresh=True)
    assert account
    stage.wiring.tenants.change_integration(PLATFORM, replace(account, avatar_id="look_nobody"), ("avatar_id",))

    stage.wiring.radar()

    gone = "avatar look_nobody (the account's own)"
    assert f"people gone at HeyGen, mode production, {PLATFORM}: {gone}" in capsys.readouterr().out
    assert gone in str(accounts.listed(stage.wiring))


def test_a_replaced_key_stays_while_any_tenants_job_names_it(stage: Stage) -> None:
    """The platform's secret is named by jobs of other tenants than its own: none of them loses its key."""
    job_id = started(stage)
    accounts.put(stage.wiring, "heygen", api_key=NEXT, webhook=False)
    stage.clock.forward(REPLACED_LIFE.total_seconds() + 7200)
    stage.clock.forward(((LOOK_MINUTE - stage.clock().minute) % 60) * 60)

    stage.wiring.old_versions(stage.clock())

    version = stage.node(job_id, SPEECH).attempts[0].secret_version
    assert version
    assert OURS == stage.cloud.instance().secrets.get(SECRET, version).value


def test_a_removal_says_first_what_it_ends(stage: Stage) -> None:
    """Which films have takes that only this key can fetch, of whichever tenant; without --yes nothing goes."""
    job_id = started(stage)

    said = accounts.remove(stage.wiring, "heygen")

    assert f"1 films being made have takes that only this key can fetch ({job_id})" in said["would"]
    assert stage.wiring.tenants.integration(PLATFORM, "heygen", "production", fresh=True)


def test_no_door_reaches_the_account(stage: Stage) -> None:
    """A tenant sees that it is there and whom it films; it reads, changes, asks and deletes nothing of it."""
    shop, path = shopper(stage), "/tenant/integrations/heygen"
    listed, exported = told(shop.call("GET", "/tenant/integrations")), shop.call("GET", "/tenant/export")
    looks = told(shop.call("GET", "/catalog/avatars"))
    answers = [
        shop.call("GET", path),
        shop.call("PATCH", path, {"status": "inactive"}),
        shop.call("POST", f"{path}/sync"),
        shop.call("DELETE", path),
    ]

    assert {"integrations": [], "platform": [{"provider": "heygen", "mode": "production"}]} == listed
    assert [404] * len(answers) == [each.status_code for each in answers]
    assert LOOK in [each["id"] for each in looks["avatars"]]
    assert [("heygen", True)] == [(each["provider"], each["platform"]) for each in looks["sources"]]
    seen = json.dumps([listed, looks]) + exported.get_data(as_text=True)
    assert not [word for word in (OURS, SECRET, PLATFORM, str(BALANCE)) if word in seen]
    account = stage.wiring.tenants.integration(PLATFORM, "heygen", "production", fresh=True)
    assert account
    assert AccountStatus.ACTIVE is account.status


def test_no_tenant_has_its_name(stage: Stage) -> None:
    """The operator cannot make one, nor a key for one."""
    with pytest.raises(SystemExit, match="is no tenant id"):
        tenants.add(stage.wiring, PLATFORM, "Platform")
    with pytest.raises(SystemExit, match="there is no tenant"):
        tenants.show(stage.wiring, PLATFORM)


@pytest.mark.parametrize("key", ["hg_nobodys", "", "two words of it"])
def test_a_key_its_service_does_not_accept_is_not_kept(stage: Stage, key: str) -> None:
    """It is asked for first; what stood there stands."""
    with pytest.raises(SystemExit):
        accounts.put(stage.wiring, "heygen", api_key=key)

    assert OURS == stage.cloud.instance().secrets.get(SECRET).value
    assert "********" == accounts.listed(stage.wiring)["accounts"][0]["api_key"]


def test_the_operators_command_reads_the_key_from_standard_input(stage: Stage) -> None:
    """No argument holds it, and no answer; the same command pauses, lists and removes."""

    def said(*arguments: str, given: str = "") -> str:
        ran = CliRunner().invoke(admin, ["accounts", *arguments], obj=Operator(stage.wiring), input=given)
        assert 0 == ran.exit_code, ran.output
        return ran.output

    put = said("put", "heygen", "--mode", "test", "--no-webhook", given=f"{NEXT}\n")
    told_of = [put, said("list"), said("pause", "heygen", "--mode", "test"), said("remove", "heygen", "--mode", "test")]

    assert NEXT == stage.wiring.secrets.get(vendor_key("heygen", "test", PLATFORM)).value
    assert '"balance": "100.00"' in put
    assert not [each for each in told_of if NEXT in each]


@pytest.mark.parametrize(("teller", "looks"), [(PLATFORM, 1), (SHOP.id, 0), (TENANT.id, 0)])
@pytest.mark.parametrize("late", [False, True])
def test_a_registered_endpoint_speaks_of_its_own_accounts_takes(
    stage: Stage, teller: str, looks: int, *, late: bool
) -> None:
    """The platform's tells of its takes, whosever job it is; no tenant's does, not even the job's own."""
    if late:
        stage.wire.on(SUBMIT, Kind.LOSE)
    job_id = started(stage)
    video = str(stage.bill("heygen")[0]["id"])
    if late:
        customer(stage.wiring, SHOP.id).call("POST", f"/jobs/{job_id}/cancel")
    stage.wiring.secrets.put(vendor_webhook("heygen", "production", teller), "shared", {})
    news = {"video_id": video, "callback_id": f"{job_id}.presenter-1.t1.a1"}
    raw = json.dumps({"event_type": "avatar_video.success", "event_data": news}).encode()
    url = f"{stage.cloud.front.url}/heygen_webhook/t/{teller}/production"
    signature = hmac.new(b"shared", raw, hashlib.sha256).hexdigest()

    answer = httpx.post(url, content=raw, headers={"Signature": signature}, trust_env=False)
    stage.cloud.tasks.run_due()

    assert (200, looks) == (answer.status_code, stage.wire.count(LOOKED))


def test_a_platforms_endpoint_says_nothing_of_a_tenants_own_take(stage: Stage) -> None:
    """Nor the other way round: its account has not made it."""
    job_id = stage.order(presented())
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    hint = str(stage.node(job_id, SPEECH).provider_id)

    stage.wiring.watch_presenter(Message(job_id, SPEECH, 1, 1, hint=hint, teller=PLATFORM))

    assert 0 == stage.wire.count(LOOKED)


def test_an_empty_account_is_the_operators_to_fill(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The shop is not told to top up what it cannot see; the operator has an alarm."""
    stage.wire.on(SUBMIT, Kind.REFUSE, "402")

    job_id = started(stage)

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, Code.CREDITS) == (node.state, node.code)
    assert "a key of your own" in str(node.next_move)
    assert "the platform's account at HeyGen" in capsys.readouterr().out
