"""Several films of one order: takes are bought once, and each film is made, told and linked for itself."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.codes import Code
from shared.media.probe import probe
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.recut import Recut
from shared.pipeline.plan.request import AspectRatio, OutputRequest
from shared.steps.links import below_job, linked_files
from tests.steps.calls import customer, told
from tests.steps.stage import CLIP, FILM, ROOT, SPEECH, TENANT, Stage, presented, staged
from tests.steps.test_edit_film import edit, lived, to_vendors
from tests.steps.visitor import signed_in

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread

PHOTO = ROOT / "infra" / "local" / "samples" / "coffee.jpg"
SECOND, THIRD = "compose-2", "compose-3"
SHAPES = (AspectRatio.TALL, AspectRatio.SQUARE, AspectRatio.PORTRAIT)
HOOK = "https://receiver.example/hook"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[tuple[Stage, str]]:
    """Return a stage with a finished job of three films."""
    with staged(tmp_path_factory.mktemp("three"), canned=canned) as stage:
        job_id = stage.order(presented(outputs=tuple(map(OutputRequest, SHAPES)), webhook_url=HOOK))
        lived(stage, job_id)
        yield stage, job_id


def test_one_purchase_is_three_films(three: tuple[Stage, str], tmp_path: Path) -> None:
    """Each vendor billed one take; each film has its own shape, name, link and line of the bill."""
    stage, job_id = three
    job = stage.job(job_id)

    sizes = []
    for key in (FILM, SECOND, THIRD):
        output = job.nodes[key].output
        assert output
        stage.wiring.blobs.fetch(output.uri, tmp_path / f"{key}.mp4", output.generation)
        facts = probe(tmp_path / f"{key}.mp4")
        sizes.append((facts.width, facts.height))

    assert Ending.COMPLETED is job.ending
    assert [(180, 320), (180, 180), (180, 226)] == sizes
    assert [1, 1] == [len([each for each in stage.bill(vendor) if each["billed"]]) for vendor in ("veo", "heygen")]
    names = {"film", "poster", "film-2", "poster-2", "film-3", "poster-3", "footage-1", "captions-srt", "captions-vtt"}
    assert names == linked_files(job).keys()
    assert len(names) == len(set(linked_files(job).values()))
    assert job.plan.cost_to_us == bill(job.nodes.values()).paid_by_us == job.money.charged


def test_the_webhook_tells_of_each_film(three: tuple[Stage, str]) -> None:
    """With its shape and its permanent links."""
    stage, job_id = three

    kept = stage.wiring.clients.firestore.collection("webhook_deliveries").stream()
    facts = [each["facts"] for each in (one.to_dict() or {} for one in kept) if each["job"] == job_id]

    told = [(film["aspect_ratio"], film["film"], film["poster"]) for each in facts for film in each["films"]]
    job = stage.job(job_id)
    links = [(below_job(job, f"film{end}"), below_job(job, f"poster{end}")) for end in ("", "-2", "-3")]
    assert [(shape, *linked) for shape, linked in zip(("9:16", "1:1", "4:5"), links, strict=True)] == told


def test_a_films_page_has_every_shape(three: tuple[Stage, str]) -> None:
    """One is played, the first until another is chosen; each is downloaded, and so are the captions."""
    stage, job_id = three
    browser = signed_in(stage, customer(stage.wiring, TENANT.id))

    first, third, none = (
        browser.get(f"/films/{job_id}{query}").get_data(as_text=True) for query in ("", "?o=3", "?o=99")
    )
    places = [browser.get(f"/films/{job_id}/download?o={number}").headers["Location"] for number in (1, 2, 3)]
    words = {kind: browser.get(f"/films/{job_id}/captions/{kind}?save") for kind in ("srt", "vtt")}

    played = [re.findall(r'<video [^>]* src="[^"]*/jobs/[^/]+/([^/]+)/', page) for page in (first, third, none)]
    assert [["film"], ["film-3"], ["film"]] == played
    assert ["9:16", "1:1", "4:5"] == re.findall(r'href="\?o=\d"[^>]*>([^<]+)</a>', first)
    assert all(f'href="/console/films/{job_id}/download?o={number}" aria-label' in first for number in (1, 2, 3))
    assert "180 × 226" in first
    assert f'src="/console/films/{job_id}/captions/vtt"' in first
    assert 3 == len({place.partition("?")[0] for place in places})
    assert all("attachment" in place for place in places)
    assert "Hi." in words["srt"].get_data(as_text=True)
    assert words["vtt"].get_data().startswith(b"WEBVTT")
    assert f'attachment; filename="{job_id[:8]}.vtt"' == words["vtt"].headers["Content-Disposition"]
    assert 404 == browser.get(f"/films/{job_id}/captions/exe").status_code
    assert 404 == browser.get(f"/films/{job_id}/download?o=9").status_code


def test_an_edit_keeps_the_films_or_names_others(three: tuple[Stage, str]) -> None:
    """A version makes each of its outputs anew and buys nothing; the films of the root stay."""
    stage, job_id = three
    stage.wire.calls.clear()

    captioned = edit(stage, job_id, Recut(captions=True))
    alone = edit(stage, job_id, Recut(outputs=(OutputRequest(AspectRatio.PORTRAIT),)))
    lived(stage, captioned.id)
    lived(stage, alone.id)

    root, all_three, one = (stage.job(each) for each in (job_id, captioned.id, alone.id))
    assert [] == to_vendors(stage)
    assert [FILM, SECOND, THIRD] == [key for key in all_three.nodes if key.startswith("compose")]
    assert not {root.nodes[key].output for key in root.nodes} & {all_three.nodes[key].output for key in (FILM, SECOND)}
    assert [FILM] == [key for key in one.nodes if key.startswith("compose")]
    assert (0, sum(film.cost for film in all_three.plan.films)) == (all_three.money.films, all_three.money.charged)


def test_a_film_that_cannot_be_composed_costs_the_others_nothing(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """The job completes with a warning that says which call makes it, and that call makes it."""
    with staged(tmp_path, canned=canned) as stage:
        job_id = stage.order(presented(outputs=tuple(map(OutputRequest, SHAPES[:2])), webhook_url=HOOK))
        for _ in range(100):
            if stage.node(job_id, SECOND).state is State.QUEUED:
                break
            stage.round()
        loaded = stage.wiring.commits.load(job_id)
        assert loaded
        wanted = loaded.job.nodes[SECOND].inputs_hash or ""
        failed = on.WorkFailed(SECOND, wanted, Code.COMPOSE_FAILED, "ffmpeg stumbled", "retry the job")

        stage.wiring.commits.hear(loaded, failed)
        lived(stage, job_id)
        made = edit(stage, job_id, Recut(outputs=(OutputRequest(AspectRatio.SQUARE),)))
        lived(stage, made.id)

        job = stage.job(job_id)
        assert Ending.COMPLETED is job.ending
        assert [True, False] == [job.nodes[key].output is not None for key in (FILM, SECOND)]
        assert job.plan.films[0].cost + sum(clip.cost for clip in job.plan.clips) == job.money.charged
        assert [warning for warning in job.warnings if '{"aspect_ratio": "1:1", "resolution": "720p"}' in warning]
        assert stage.node(made.id, FILM).output
        assert {CLIP, SPEECH} < stage.job(made.id).nodes.keys()


def test_a_dry_run_keeps_what_the_version_keeps(three: tuple[Stage, str]) -> None:
    """A film that is left out is no part of the version, a picture that is new is one."""
    stage, job_id = three
    asked = customer(stage.wiring, TENANT.id)
    photo = told(asked.call("POST", "/tenant/uploads", PHOTO.read_bytes(), Content_Type="image/jpeg"))["image"]

    changes: list[dict[str, Any]] = [{"outputs": []}, {"poster": {"image": photo}}]
    for change in changes:
        dry, made = (
            told(asked.call("POST", f"/jobs/{job_id}/edit", {**change, "dry_run": dry_run}))
            for dry_run in (True, False)
        )
        assert [made["kept"], made["remade"]] == [dry["kept"], dry["remade"]], change
