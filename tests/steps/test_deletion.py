"""Deleted jobs: gone for everybody at once, their files soon, and nothing that comes late brings anything back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.admin import closing
from shared.codes import Code
from shared.steps.cancel import cancel
from shared.steps.delete_job import FIRST_REAP
from shared.steps.problems import Problem
from shared.steps.reap import LAST_REAP
from tests.steps.calls import Customer, customer, told
from tests.steps.dying import Died, Dying
from tests.steps.stage import CLIP, FILM, TENANT, Stage, footage, presented, staged


def cancelled(stage: Stage, key: str | None = None) -> str:
    """Order a film and end it before anything is bought."""
    job_id = stage.order(footage(), key)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    cancel(stage.wiring.commits, loaded, by="a test")
    return job_id


def made(stage: Stage, job_id: str) -> str:
    """Let a film be made, whatever its webhooks go on trying."""
    for _ in range(200):
        stage.round()
        if stage.ended(job_id):
            return job_id
    raise AssertionError(f"not made: {stage.job(job_id)}")


def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def document(stage: Stage, job_id: str) -> dict[str, Any]:
    """Return a job's document as it lies there."""
    found = stage.cloud.eyes.clients.firestore.document(f"jobs/{job_id}").get().to_dict()
    assert found is not None
    return dict(found)


def files(stage: Stage, job_id: str) -> list[str]:
    """Return the files in a job's folders."""
    return [
        each.uri
        for bucket in stage.wiring.reap.buckets
        for each in stage.wiring.blobs.list(f"gs://{bucket}/jobs/{job_id}/")
    ]


def look(stage: Stage, after: timedelta = FIRST_REAP) -> Mapping[str, int]:
    """Let time pass, and the reaper come by."""
    stage.clock.forward(after.total_seconds())
    return stage.wiring.reap()


def months(stage: Stage) -> list[dict[str, Any]]:
    """Return the tenant's months."""
    usage = stage.cloud.eyes.clients.firestore.collection(f"tenants/{TENANT.id}/usage")
    return [each.to_dict() or {} for each in usage.get()]


def test_a_live_job_is_cancelled_first(stage: Stage) -> None:
    """409 says the move that exists; the job goes on."""
    job_id = stage.order(footage())

    answer = shop(stage).call("DELETE", f"/jobs/{job_id}")

    assert (409, "still_live") == (answer.status_code, told(answer)["error"])
    assert f"POST /jobs/{job_id}/cancel" in told(answer)["next_move"]
    assert stage.job(job_id).ending is None


def test_a_deleted_job_is_gone_for_every_call_at_once(stage: Stage) -> None:
    """Before its files go: no read, no link, no list and no change finds it; deleting it again answers the same."""
    caller, job_id = shop(stage), cancelled(stage)
    link = told(caller.call("POST", f"/jobs/{job_id}/links"))["links"]

    first = told(caller.call("DELETE", f"/jobs/{job_id}"))

    asked = [("GET", path, None) for path in ("", "/request", "/understood", "/timeline", "/bill", "/film")]
    asked += [("POST", path, None) for path in ("/cancel", "/retry", "/regenerate", "/edit", "/links")]
    calls = [*asked, ("PATCH", "", {"keep": True})]
    answers = {caller.call(method, f"/jobs/{job_id}{path}", body).status_code for method, path, body in calls}
    assert ({404}, {}) == (answers, link)
    assert [] == [row for row in told(caller.call("GET", "/jobs"))["jobs"] if row["id"] == job_id]
    assert first == told(caller.call("DELETE", f"/jobs/{job_id}"))


def test_what_stays_of_a_job_is_its_figures(stage: Stage) -> None:
    """A film's bill is the same before and after, month and all; no word of the order is left anywhere."""
    caller = shop(stage)
    job_id = made(stage, stage.order(presented("A script nobody keeps.")))
    used = next(row for row in told(caller.call("GET", "/jobs/usage"))["jobs"] if row["job_id"] == job_id)
    month = months(stage)

    caller.call("DELETE", f"/jobs/{job_id}")
    look(stage)
    look(stage, LAST_REAP)

    row = told(caller.call("GET", "/jobs/deleted"))["jobs"][0]
    same = ("film_seconds", "credits_used", "paid_by_us", "billed_by_provider", "by_vendor", "created_at", "status")
    assert {name: used[name] for name in same} == {name: row[name] for name in same}
    assert month == months(stage)
    assert "A script nobody keeps." not in str(document(stage, job_id))
    assert "files" not in document(stage, job_id)


def test_every_file_and_every_webhook_of_a_job_goes(stage: Stage) -> None:
    """Clip, take, film, poster and captions, in both buckets, and what its webhooks said of it."""
    told_at = "http://127.0.0.1:9/hooks"
    job_id = made(stage, stage.order(presented(webhook_url=told_at)))
    before = len(files(stage, job_id))

    shop(stage).call("DELETE", f"/jobs/{job_id}")
    look(stage)

    deliveries = [each.get("job") for each in stage.cloud.eyes.clients.firestore.collection("webhook_deliveries").get()]
    assert before >= 4
    assert ([], []) == (files(stage, job_id), [each for each in deliveries if each == job_id])


def test_an_idempotency_key_of_a_deleted_job_makes_no_other(stage: Stage) -> None:
    """410: neither the old film, which is gone, nor a second one nobody asked for."""
    job_id = cancelled(stage, "order-7")
    shop(stage).call("DELETE", f"/jobs/{job_id}")

    with pytest.raises(Problem) as refused:
        stage.order(footage(), "order-7")

    assert Code.JOB_DELETED is refused.value.code
    assert "deleted_at" in document(stage, job_id)


def test_late_news_of_a_deleted_job_changes_nothing(stage: Stage) -> None:
    """A clip that Veo films for half an hour: its task, its poll and its object find no job, and its file goes."""
    job_id = stage.order(footage())
    message = stage.message(job_id, CLIP)
    stage.cloud.tasks.run_due()
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    cancel(stage.wiring.commits, loaded, by="a test")
    shop(stage).call("DELETE", f"/jobs/{job_id}")
    look(stage)
    look(stage, LAST_REAP)
    left = document(stage, job_id)

    stage.filmed(3000)
    arrived = len(files(stage, job_id))
    stage.cloud.storage.deliver_events()
    stage.wiring.start_clip(message)
    stage.wiring.watch_clip(message)
    look(stage)

    after = document(stage, job_id)
    assert (1, []) == (arrived, files(stage, job_id))
    assert 1 == stage.submits("veo")
    assert left == after


def test_a_tick_with_nothing_to_do_is_four_empty_queries(stage: Stage) -> None:
    """At rest the reaper writes nothing, lists nothing, deletes nothing."""
    stage.order(footage())
    before = len(stage.wire.calls)

    done = stage.wiring.reap()

    assert {"expired": 0, "reaped": 0, "batches": 0, "closing": 0} == done
    assert ["firestore RunQuery"] * 4 == stage.wire.calls[before:]


def test_a_root_goes_after_its_versions(stage: Stage) -> None:
    """They are made of its takes; the version's own film goes with it, and its root lists it no more."""
    caller = shop(stage)
    root = made(stage, stage.order(footage()))
    version = told(caller.call("POST", f"/jobs/{root}/edit", {"aspect_ratio": "1:1"}))["job_id"]
    made(stage, version)
    early = told(caller.call("DELETE", f"/jobs/{root}"))
    film = stage.node(version, FILM).output
    assert film
    kept = {each for each in files(stage, root) if not each.startswith(film.uri.removesuffix(".mp4"))}

    caller.call("DELETE", f"/jobs/{version}")
    look(stage)

    assert ("has_versions", True) == (early["error"], version in early["next_move"])
    assert kept == set(files(stage, root))
    assert [1] == [each["version"] for each in told(caller.call("GET", f"/jobs/{root}"))["versions"]]
    assert 200 == caller.call("DELETE", f"/jobs/{root}").status_code


def test_files_stay_as_long_as_a_job_names_them(stage: Stage) -> None:
    """A film made anew adopts its parent's takes where they lie: they go with the last job that names them."""
    caller = shop(stage)
    parent = made(stage, stage.order(presented()))
    child = told(caller.call("POST", f"/jobs/{parent}/regenerate", {"nodes": [CLIP]}))["job_id"]
    made(stage, child)
    adopted = stage.node(child, "presenter-1").output
    assert adopted
    assert f"/jobs/{parent}/" in adopted.uri

    caller.call("DELETE", f"/jobs/{parent}")
    look(stage)
    look(stage, LAST_REAP)
    left = files(stage, parent)
    caller.call("DELETE", f"/jobs/{child}")
    look(stage)

    assert [adopted.uri] == [each for each in left if each.endswith((".webm", ".mp4"))]
    assert ([], []) == (files(stage, parent), files(stage, child))


def test_a_deletion_that_dies_anywhere_is_finished_by_the_next_look(tmp_path: Path) -> None:
    """Kill -9 before each call of the reaper in turn: the next ones leave nothing but the receipt."""
    left: dict[int, list[str]] = {}
    with staged(tmp_path) as stage:
        caller = shop(stage)
        for at in range(1, 40):
            job_id = cancelled(stage)
            for bucket, name in (
                (stage.wiring.settings.films_bucket, "film"),
                (stage.wiring.settings.takes_bucket, "t"),
            ):
                stage.wiring.blobs.write(f"gs://{bucket}/jobs/{job_id}/{name}.mp4", [b"x"], mime="video/mp4")
            caller.call("DELETE", f"/jobs/{job_id}")
            stage.clock.forward(FIRST_REAP.total_seconds())
            if not dies(stage, at):
                break
            look(stage)
            look(stage, LAST_REAP)
            left[at] = [name for name in ("files", "reap_at", "nodes", "request") if name in document(stage, job_id)]
            left[at] += files(stage, job_id)

    assert len(left) >= 9
    assert [] == [names for names in left.values() if names]


def test_a_closing_takes_roots_versions_and_what_was_adopted(stage: Stage) -> None:
    """A film, a version of it and a film made anew from its takes: three receipts, and no file in any folder."""
    caller = shop(stage)
    root = made(stage, stage.order(presented()))
    version = made(stage, told(caller.call("POST", f"/jobs/{root}/edit", {"aspect_ratio": "1:1"}))["job_id"])
    child = made(stage, told(caller.call("POST", f"/jobs/{root}/regenerate", {"nodes": [CLIP]}))["job_id"])
    before = [len(files(stage, each)) for each in (root, version, child)]

    closing.close(stage.wiring, TENANT.id, yes=True)
    for _ in range(9):
        look(stage, timedelta(minutes=5))

    report = closing.close(stage.wiring, TENANT.id, status=True)
    assert ("closed", 3, sum(before)) == (
        report["status"],
        report["deleted"]["jobs"],
        report["deleted"]["files_of_jobs"],
    )
    assert [[], [], []] == [files(stage, each) for each in (root, version, child)]
    assert {"deleted_at", "forget_at"} <= set(document(stage, child))


def dies(stage: Stage, at: int) -> bool:
    """Let the reaper die before its call of that number; False where it makes fewer."""
    true, count = stage.wiring.reap, [0]
    parts: dict[str, Any] = {name: Dying(getattr(true, name), count, at) for name in ("deletions", "blobs")}
    try:
        replace(true, **parts)()
    except Died:
        return True
    return False
