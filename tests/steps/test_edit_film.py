"""edit: another version from the takes that exist; no vendor is called, none is lost, none is composed twice."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.codes import Code
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.recut import Recut
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.plan import Sound
from shared.pipeline.plan.staging import Position
from shared.steps.links import linked_files
from shared.steps.problems import Problem
from tests.steps.calls import call, customer, told
from tests.steps.stage import CLIP, FILM, SPEECH, TENANT, Stage, presented, staged
from tests.steps.visitor import signed_in

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[tuple[Stage, str]]:
    """Return a stage with a finished film of one scene and a presenter."""
    with staged(tmp_path_factory.mktemp("finished"), canned=canned) as stage:
        job_id = stage.order(presented(webhook_url="https://receiver.example/hook"))
        lived(stage, job_id)
        yield stage, job_id


def edit(stage: Stage, job_id: str, recut: Recut, key: str | None = None) -> Job:
    """Edit a film."""
    return stage.wiring.edit_film()(TENANT, stage.job(job_id), recut, dry_run=False, trace="t", key=key)[0]


def lived(stage: Stage, job_id: str) -> None:
    """Be the platform until a job has ended; its webhook may still be on its way."""
    for _ in range(100):
        if stage.ended(job_id):
            return
        stage.round()
    raise AssertionError(f"{job_id} has not ended")


def to_vendors(stage: Stage) -> list[str]:
    """Return the calls that reached a vendor since the record was cleared."""
    return [line for line in stage.wire.calls if line.split()[0] in ("veo", "heygen", "did")]


def test_a_version_is_composed_of_the_takes_that_exist(finished: tuple[Stage, str]) -> None:
    """No vendor is called; it costs what composing costs, counts as no film, and its root lists it."""
    stage, job_id = finished
    month = stage.wiring.months.own(TENANT, job_id, stage.clock())
    before = len(stage.job(job_id).versions.made)
    number = before + 2
    stage.wire.calls.clear()

    made = edit(stage, job_id, Recut(captions=True), key="first")
    lived(stage, made.id)

    version, root = stage.job(made.id), stage.job(job_id)
    after = stage.wiring.months.own(TENANT, job_id, stage.clock())
    assert [] == to_vendors(stage)
    assert Ending.COMPLETED is version.ending
    assert (job_id, number) == (version.versions.of, version.versions.number)
    assert [(number, made.id, job_id, ("captions",))] == [
        (each.number, each.job, each.base, each.changed) for each in root.versions.made[before:]
    ]
    assert (version.plan.compose_cost, 0) == (version.money.charged, version.money.films)
    assert (0, version.plan.compose_cost) == (after.films - month.films, after.charged - month.charged)
    assert root.nodes[SPEECH].output == version.nodes[SPEECH].output
    assert root.nodes[FILM].output != version.nodes[FILM].output
    assert f"/jobs/{job_id}/film-" in str(version.nodes[FILM].output)
    kept = stage.wiring.clients.firestore.collection("webhook_deliveries").stream()
    facts = [each["facts"] for each in (one.to_dict() or {} for one in kept) if each["job"] == made.id]
    assert [(number, job_id)] == [(each["film_version"], each["version_of"]) for each in facts]


def test_the_same_edit_is_the_same_version(finished: tuple[Stage, str]) -> None:
    """Asked twice without a key it is made once; what looks like a film that exists is not rendered again."""
    stage, job_id = finished
    muted = Recut(captions=True)

    first, again = edit(stage, job_id, muted), edit(stage, job_id, muted)
    other = edit(stage, job_id, muted, key="another")
    lived(stage, first.id)
    stage.wire.calls.clear()
    lived(stage, other.id)

    assert first.id == again.id != other.id
    assert stage.node(first.id, FILM).output == stage.node(other.id, FILM).output
    assert not [line for line in stage.wire.calls if line.startswith("storage POST") and "upload" in line]


def test_two_edits_at_once_are_two_versions(finished: tuple[Stage, str]) -> None:
    """Both name the root's revision: the one that loses counts again, so no number is given twice."""
    stage, job_id = finished
    before = len(stage.job(job_id).versions.made)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda key: edit(stage, job_id, Recut(audio=Sound.MUTE), key=key), ("one", "two")))

    new = stage.job(job_id).versions.made[before:]
    assert {each.id for each in made} == {each.job for each in new}
    assert [before + 2, before + 3] == [each.number for each in new]
    assert {each.number for each in new} == {stage.job(each.id).versions.number for each in made}
    for each in made:
        lived(stage, each.id)


def test_a_version_is_edited_retried_and_never_bought_for(finished: tuple[Stage, str]) -> None:
    """Its edit begins from its own layout and is listed by the root; a retry composes; regenerate names the root."""
    stage, job_id = finished
    root, tenant = stage.job(job_id), TENANT
    stage.wire.calls.clear()
    small = edit(stage, job_id, Recut(avatar_position=Position(scale=0.3)))
    loaded = stage.wiring.commits.load(small.id)
    assert loaded
    stage.wiring.commits.hear(loaded, CancelAsked("a test"))
    stopped = stage.wiring.jobs.load(small.id)
    assert stopped
    work = stage.wiring.revise()

    retried, revised = work.retry(tenant, stopped, Change(scenes={}), dry_run=False)
    lived(stage, small.id)
    both = edit(stage, small.id, Recut(captions=True))
    lived(stage, both.id)
    done = stage.wiring.jobs.load(both.id)
    assert done
    with pytest.raises(Problem) as refused:
        work.regenerate(tenant, done, frozenset({SPEECH}), Change(), dry_run=False, trace="t")

    made = stage.job(both.id)
    assert Code.IS_VERSION is refused.value.code
    assert f"/jobs/{job_id}/regenerate" in refused.value.next_move
    assert (frozenset({FILM}), 0) == (revised.remake, stage.job(retried.id).money.films)
    assert (0.3, True, job_id, small.id) == (made.plan.place.scale, made.plan.captions, made.versions.of, made.parent)
    assert [] == to_vendors(stage)
    assert root.nodes == stage.job(job_id).nodes


def test_all_mistakes_are_told_at_once_by_their_paths(finished: tuple[Stage, str]) -> None:
    """What is bought says its price and the call that makes it, beside what is wrong; a dry run stores nothing."""
    stage, job_id = finished
    asked = customer(stage.wiring, TENANT.id)
    before = stage.job(job_id).versions.made

    wrong = asked.call(
        "POST",
        f"/jobs/{job_id}/edit",
        {"scenes": [{"scene": 7, "seconds": 2.0}, {"scene": 0, "script": "Other words."}], "order": [3]},
    )
    unknown = asked.call("POST", f"/jobs/{job_id}/edit", {"tempo": {}, "length": "long"})
    same = asked.call("POST", f"/jobs/{job_id}/edit", {"captions": False})
    nothing: list[dict[str, Any]] = [{}, {"dry_run": True}, {"scenes": []}]
    empty = [asked.call("POST", f"/jobs/{job_id}/edit", body) for body in nothing]
    priced = asked.call("POST", f"/jobs/{job_id}/edit", {"captions": True, "dry_run": True})

    details = told(wrong)["details"]
    assert {"scenes.0.scene", "scenes.1.script", "order"} == set(details)
    assert "/regenerate" in details["scenes.1.script"][0]
    assert "$" in details["scenes.1.script"][0]
    assert {"tempo", "length"} == set(told(unknown)["details"])
    assert {"captions"} == set(told(same)["details"])
    for each in empty:
        assert "changes nothing: say what is to be otherwise, in order, scenes, " in told(each)["details"]["body"][0]
    assert [400] * 6 + [200] == [each.status_code for each in (wrong, unknown, same, *empty, priced)]
    assert ("0.0000", ["compose"]) == (told(priced)["estimated_cost"]["billed_by_provider"], told(priced)["remade"])
    assert before == stage.job(job_id).versions.made


def test_words_a_film_has_already_are_not_told_as_bought(finished: tuple[Stage, str]) -> None:
    """The call that was named for them refuses them: nothing would be different."""
    stage, job_id = finished
    asked = customer(stage.wiring, TENANT.id)
    words = {"scenes": [{"scene": 0, "script": stage.job(job_id).request.scenes[0].script}]}

    edited, remade = (asked.call("POST", f"/jobs/{job_id}/{what}", words) for what in ("edit", "regenerate"))

    assert [400, 400] == [each.status_code for each in (edited, remade)]
    assert ["nothing would be different: the film has that already; leave it out"] == told(edited)["details"][
        "scenes.0.script"
    ]


@pytest.mark.parametrize("what", ["retry", "regenerate"])
def test_a_scene_that_is_named_twice_loses_no_change(finished: tuple[Stage, str], what: str) -> None:
    """The first change was dropped without a word, and the other one bought."""
    stage, job_id = finished
    asked = customer(stage.wiring, TENANT.id)
    scenes = [{"scene": 0, "script": "One."}, {"scene": 0, "visual_description": "Two"}]

    refused = asked.call("POST", f"/jobs/{job_id}/{what}", {"scenes": scenes, "dry_run": True})

    assert {"scenes": ["name 0 more than once: put a scene's changes together"]} == told(refused).get("details")


def test_a_film_shows_its_versions_with_links(finished: tuple[Stage, str]) -> None:
    """The root lists all, itself the first; a version tells its number and root, and has links of its own."""
    stage, job_id = finished
    asked = customer(stage.wiring, TENANT.id)

    answer = asked.call("POST", f"/jobs/{job_id}/edit", {"avatar_position": {"preset": "bottom_left"}})
    lived(stage, told(answer)["job_id"])
    root, version = (told(asked.call("GET", f"/jobs/{each}")) for each in (job_id, told(answer)["job_id"]))

    assert 202 == answer.status_code
    assert [1, *(each.number for each in stage.job(job_id).versions.made)] == [
        each["version"] for each in root["versions"]
    ]
    assert (version["id"], ["avatar_position"]) == (root["versions"][-1]["job_id"], root["versions"][-1]["changed"])
    assert (job_id, root["versions"][-1]["version"], []) == (
        version["version_of"],
        version["version"],
        version["versions"],
    )
    assert root["final_video_url"] != version["final_video_url"]
    assert version["cost"]["paid_by_us"] == version["estimated_cost"]["paid_by_us"]
    assert 302 == asked.call("GET", f"/jobs/{version['id']}/film").status_code
    assert root["versions"][-1]["film_url"].endswith(f"/jobs/{version['id']}/film")


def test_a_finished_film_gets_a_webm_and_a_preview(finished: tuple[Stage, str]) -> None:
    """Of the film itself: no vendor is called, no take fetched, nothing composed; links, names and types are right."""
    stage, job_id = finished
    asked = customer(stage.wiring, TENANT.id)
    stage.wire.calls.clear()

    lacking = asked.call("GET", f"/jobs/{job_id}/film?file=webm")
    answer = asked.call("POST", f"/jobs/{job_id}/edit", {"container": "webm", "preview": "gif"})
    made = told(answer)["job_id"]
    lived(stage, made)
    shown = told(asked.call("GET", f"/jobs/{made}"))
    opened = {
        suffix: call(stage.wiring, "GET", url.removeprefix(stage.wiring.settings.public_url)).headers["Location"]
        for suffix, url in shown["file_urls"].items()
    }
    saved = asked.call("GET", f"/jobs/{made}/film?file=webm&download=true").headers["Location"]
    unknown = asked.call("GET", f"/jobs/{made}/film?file=avi")
    page = signed_in(stage, asked).get(f"/films/{made}").get_data(as_text=True)

    films = [stage.job(each).nodes[FILM].output for each in (job_id, made)]
    assert [404, 202, 400] == [each.status_code for each in (lacking, answer, unknown)]
    assert '/edit with {"container": "webm"} makes it, and buys nothing' in told(lacking)["next_move"]
    assert [] == to_vendors(stage)
    assert 0 == stage.wire.count("^storage GET /download/.*/(clip|presenter)-")
    assert [replace(each, files=()) for each in films if each] == [films[0], films[0]]
    assert shown["file_urls"] == shown["outputs"][0]["file_urls"]
    assert {} == told(asked.call("GET", f"/jobs/{job_id}"))["file_urls"]
    stored = linked_files(stage.job(made))
    types = {suffix: stage.wiring.blobs.stat(stored[suffix]).mime for suffix in opened}
    assert {"webm": "video/webm", "gif": "image/gif"} == types
    assert {suffix: urlsplit(url).path.rpartition(".")[2] for suffix, url in opened.items()} == {
        one: one for one in opened
    }
    assert [f'attachment; filename="{made[:8]}.webm"'] == parse_qs(saved)["response-content-disposition"]
    assert all(f"/films/{made}/download?o=1&amp;f={suffix}" in page for suffix in opened)
    assert stage.job(made).plan.compose_cost == stage.job(made).money.charged
    facts = next(each["facts"] for each in deliveries(stage) if each["job"] == made and each["facts"]["film"])
    assert {suffix: "/".join(url.split("/")[-2:]) for suffix, url in shown["file_urls"].items()} == facts["files"]


def deliveries(stage: Stage) -> list[dict[str, Any]]:
    """Return the webhooks that were made."""
    kept = stage.wiring.clients.firestore.collection("webhook_deliveries").stream()
    return [one.to_dict() or {} for one in kept]


def test_what_was_never_made_or_is_gone_is_told(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """A live film is 409, so is one whose take was never made, and one whose file was deleted after its time."""
    with staged(tmp_path, canned=canned) as stage:
        job_id = stage.order(presented())
        with pytest.raises(Problem) as live:
            edit(stage, job_id, Recut(captions=True))
        stage.live(job_id)
        film = stage.node(job_id, CLIP).output
        assert film
        stage.cloud.expire(film.uri)

        with pytest.raises(Problem) as gone:
            edit(stage, job_id, Recut(captions=True))

        assert (Code.NOT_COMPLETED, Code.INPUT_GONE) == (live.value.code, gone.value.code)
        assert () == stage.job(job_id).versions.made
