"""A closed tenant: shut at once and told why, drained, deleted to the last document but what its report keeps."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest

from infra.admin import closing, keys, tenants
from infra.admin.commands import main
from shared.cloud.jobs import StoreUnreachable
from shared.pipeline.job.job import Ending, State
from shared.steps.closing import STUCK
from shared.steps.reap import LAST_REAP, LOOK_TOMORROW
from tests.faults.wire import Kind
from tests.steps.calls import customer, told
from tests.steps.furnished import MARK, Furnished, everything, furnished, ordered
from tests.steps.stage import CLIP, Stage, staged

TICK = 300.0
NUMBERS = count(1)  # of tenants: no id is given twice
KINDS = {
    "api_keys": 1,
    "batches": 1,
    "brand_kit_versions": 2,
    "brand_kits": 1,
    "counts_of_calls": 3,
    "deliveries": 4,
    "files_of_brand_kits": 1,
    "files_of_jobs": 3,
    "integrations": 1,
    "jobs": 2,
    "lanes": 2,
    "lists_of_presenters_and_voices": 2,
    "music": 1,
    "notes_of_replaced_secrets": 3,
    "personas": 1,
    "photos": 1,
    "refused_rows_of_batches": 1,
    "rows_of_batches": 1,
    "secrets": 3,
    "template_versions": 2,
    "templates": 1,
    "webhooks_at_vendors": 1,
}


def until_closed(stage: Stage, tenant: str, ticks: int = 30) -> Mapping[str, Any]:
    """Let the reaper come by until the tenant is closed; return the report."""
    for _ in range(ticks):
        stage.clock.forward(TICK)
        stage.wiring.reap()
        report = closing.close(stage.wiring, tenant, status=True)
        if report["status"] == "closed":
            return report
    raise AssertionError(f"{tenant} is not closed: {report}")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("closing")) as each:
        yield each


@pytest.fixture
def gone(stage: Stage) -> Furnished:
    """Return a tenant nobody has closed before."""
    stage.wire.mend()
    return furnished(stage, f"gone-{next(NUMBERS)}")


def test_a_closed_tenant_leaves_what_its_report_says(
    stage: Stage, gone: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tombstone, month, audit lines and receipts stay; no other document, secret or file, and none of its words."""
    furnished(stage, "stays")
    before = {name: text for name, text in everything(stage).items() if "stays" in name + text and "epochs" not in name}

    capsys.readouterr()

    closing.close(stage.wiring, gone.id, yes=True)
    report = until_closed(stage, gone.id)

    logged, left = capsys.readouterr().out, everything(stage)
    assert [] == [word for word in gone.texts if word in logged]
    assert KINDS == report["deleted"]
    assert before == {name: left.get(name) for name in before}
    theirs = {name: text for name, text in left.items() if gone.id in name or f'"{gone.id}"' in text}
    kinds = {name.replace(gone.id, "*").rpartition("/")[0] for name in theirs}
    assert {"jobs", "tenants", "tenants/*/audit", "tenants/*/usage", "settings"} == kinds
    kept = {name: text for name, text in theirs.items() if not name.startswith("settings/")}
    assert [] == [(name, word) for name, text in kept.items() for word in gone.texts if word in name + text]
    assert all("deleted_of" in text for name, text in kept.items() if name.startswith("jobs/"))


def test_its_report_stands_on_its_tombstone(stage: Stage, gone: Furnished) -> None:
    """The same at every reading; what stays says why; the id is never given again."""
    closing.close(stage.wiring, gone.id, yes=True)
    report = until_closed(stage, gone.id)
    stage.clock.forward(40 * 86_400)

    stone = stage.cloud.eyes.clients.firestore.document(f"tenants/{gone.id}").get().to_dict() or {}
    assert {"name", "status", "closing_since", "closed_at", "closing"} == set(stone)
    assert report == closing.close(stage.wiring, gone.id, status=True)
    assert {"what", "why"} <= set.intersection(*(set(each) for each in report["kept"]))
    with pytest.raises(SystemExit, match="was closed, and its id is never given again"):
        tenants.add(stage.wiring, gone.id, "Another")


def test_its_keys_are_told_what_goes_on_within_five_seconds(stage: Stage, gone: Furnished) -> None:
    """403 in words at an instance that remembers the key; a key that had ended before is told nothing."""
    twin, ended = gone.owner.at(stage.cloud.instance()), customer(stage.wiring, gone.id)
    keys.revoke(stage.wiring, ended.key.id)
    assert 200 == twin.call("GET", "/tenant").status_code
    stage.clock.forward(1)

    began = stage.clock()
    closing.close(stage.wiring, gone.id, yes=True)
    stage.clock.forward(4.8)

    refused, unknown = (told(each.call("GET", "/jobs")) for each in (twin, ended.at(twin.wiring)))
    assert ("tenant_inactive", "unauthorized") == (refused["error"], unknown["error"])
    assert f"is being closed since {began:%Y-%m-%d %H:%M} UTC" in refused["message"]
    until_closed(stage, gone.id)
    assert 401 == twin.call("GET", "/jobs").status_code


def test_what_was_bought_is_heard_of_before_anything_goes(stage: Stage, gone: Furnished) -> None:
    """A clip that is being filmed: cancelled, its film comes half an hour later, is counted, and goes with all else."""
    stage.wiring.start_clip(stage.message(gone.live, CLIP))
    assert State.RUNNING is stage.node(gone.live, CLIP).state

    closing.close(stage.wiring, gone.id, yes=True)
    first = stage.job(gone.live).ending
    stage.clock.forward((LAST_REAP).total_seconds() - 120)
    stage.vendors()
    stage.cloud.storage.deliver_events()
    charged = stage.job(gone.live).money.charged
    until_closed(stage, gone.id)

    usage = stage.cloud.eyes.jobs.month(gone.id, f"{stage.clock():%Y-%m}")
    assert (Ending.CANCELLED, True) == (first, charged > 0)
    assert (charged, 0) == (usage.charged, usage.reserved)
    assert [] == [name for name in everything(stage) if name.startswith("file ") and gone.live in name]


def test_an_order_that_was_on_its_way_is_cancelled_too(stage: Stage, gone: Furnished) -> None:
    """An instance that had not heard stores it later: the wait begins anew, and it leaves a receipt."""
    closing.close(stage.cloud.instance(), gone.id, yes=True)
    late = ordered(stage, gone.id)

    report = until_closed(stage, gone.id)

    assert 3 == report["deleted"]["jobs"]
    assert stage.cloud.eyes.jobs.load(late) is None


def test_nothing_goes_before_nothing_can_come(stage: Stage, gone: Furnished) -> None:
    """For 35 minutes after the last job was live all is still there but what the keys opened."""
    theirs = (gone.id, gone.ended)
    before = {
        name
        for name in everything(stage)
        if name.startswith(("file ", "secret ")) and any(each in name for each in theirs)
    }
    closing.close(stage.wiring, gone.id, yes=True)
    until = stage.clock() + LAST_REAP
    stage.clock.forward(20)
    stage.wiring.reap()
    stage.clock.forward(LAST_REAP.total_seconds() - 21)

    stage.wiring.reap()

    report = closing.close(stage.wiring, gone.id, status=True)
    assert before <= set(everything(stage))
    assert {} == report["deleted"]
    assert report["waits_for"].startswith(f"what vendors may still deliver, until {until:%Y-%m-%d %H:%M}")


def test_a_vendor_that_keeps_our_endpoint_is_told_of_a_day_later(stage: Stage, gone: Furnished) -> None:
    """It is asked again and again for a day; then the tenant is closed all the same, and the report says so."""
    stage.wire.on("^heygen DELETE /v3/webhooks", Kind.REFUSE, "503", times=100_000)
    closing.close(stage.wiring, gone.id, yes=True)
    stage.clock.forward(TICK)
    stage.wiring.reap()
    stage.clock.forward(LAST_REAP.total_seconds())
    stage.wiring.reap()
    waiting = closing.close(stage.wiring, gone.id, status=True)
    stage.clock.forward(86_400)

    report = until_closed(stage, gone.id)

    assert "HeyGen does not answer" in waiting["waits_for"]
    assert {"heygen-production"} == set(report["left_behind"])
    assert 0 == report["deleted"]["webhooks_at_vendors"]


def test_a_store_that_fails_delays_and_stops_nobody_else(stage: Stage, gone: Furnished) -> None:
    """Files that cannot be listed keep one tenant waiting, with the reason; it is closed when they can."""
    closing.close(stage.wiring, gone.id, yes=True)
    stage.clock.forward(TICK)
    stage.wiring.reap()
    stage.clock.forward(LAST_REAP.total_seconds())
    stage.wire.on("^storage GET", Kind.REFUSE, "403", times=100_000)
    stage.wiring.reap()
    waiting = closing.close(stage.wiring, gone.id, status=True)
    stage.wire.mend()

    report = until_closed(stage, gone.id)

    assert "asked again" in waiting["waits_for"]
    assert KINDS == report["deleted"]


def test_a_job_nobody_can_read_is_named_and_calls_a_person(
    stage: Stage, gone: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is deleted before it; two days later somebody is called; readable again, all goes on by itself."""
    document = stage.cloud.eyes.clients.firestore.document(f"jobs/{gone.live}")
    money = (document.get().to_dict() or {})["money"]
    document.update({"money": "eaten"})
    closing.close(stage.wiring, gone.id, yes=True)
    stage.clock.forward(TICK)
    stage.wiring.reap()
    waiting = tenants.show(stage.wiring, gone.id)["closing"]
    capsys.readouterr()

    stage.clock.forward(STUCK.total_seconds())
    stage.wiring.reap()
    called = [line for line in capsys.readouterr().out.splitlines() if '"fact": "alarm"' in line and gone.id in line]
    document.update({"money": money})
    stage.clock.forward(LOOK_TOMORROW.total_seconds())
    report = until_closed(stage, gone.id)

    assert waiting["waits_for"] == f"live jobs that this code cannot read: {gone.live}"
    assert {} == waiting["deleted"]
    assert 1 == len(called)
    assert 2 == report["deleted"]["jobs"]
    assert {"id": gone.id, "name": "", "status": "closed", "plan": "(default)"} in tenants.listed(stage.wiring)[
        "tenants"
    ]


def test_the_command_says_what_it_would_do_first(stage: Stage, gone: Furnished) -> None:
    """Without --yes nothing is written; --status of one that is not closed is refused; twice is once."""
    commits = stage.wire.count("^firestore Commit")
    asked = closing.close(stage.wiring, gone.id)
    assert commits == stage.wire.count("^firestore Commit")
    with pytest.raises(SystemExit, match="is not being closed"):
        closing.close(stage.wiring, gone.id, status=True)

    first = closing.close(stage.wiring, gone.id, yes=True)
    again = closing.close(stage.wiring, gone.id, yes=True)

    assert ("would" in asked, asked["live_jobs"], asked["accounts"]) == (True, 1, ["heygen-production"])
    assert (first["since"], "closing") == (again["since"], again["status"])
    lines = stage.cloud.eyes.audit_log.page(gone.id, 100, None)
    assert 1 == sum(each.what == "tenant.closing" for each in lines)
    with pytest.raises(SystemExit, match="there is no tenant"):
        closing.close(stage.wiring, "nobody", yes=True)


def test_no_command_of_the_operators_gives_a_closing_tenant_anything(stage: Stage, gone: Furnished) -> None:
    """No key, no cap, no name, no retry: what is deleted a moment later must not be made."""
    closing.close(stage.wiring, gone.id, yes=True)
    commits = stage.wire.count("^firestore Commit")

    for words in (
        ("keys", "add", gone.id),
        ("caps", "set", gone.id, "--films", "3"),
        ("tenants", "set", gone.id, "--name", MARK),
        ("tenants", "footage", gone.id, "--on"),
        ("jobs", "retry", gone.ended),
    ):
        with pytest.raises(SystemExit, match="is being closed"):
            main(words, stage.wiring)

    assert commits == stage.wire.count("^firestore Commit")


def test_a_store_nobody_can_read_is_told(stage: Stage) -> None:
    """The reaper's function is asked again."""
    stage.wire.on("^firestore RunQuery", Kind.REFUSE, "PERMISSION_DENIED", times=10)

    with pytest.raises(StoreUnreachable):
        stage.wiring.close_tenants()
