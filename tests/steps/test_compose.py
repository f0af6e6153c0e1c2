"""compose: the same inputs are the same film, changed ones are dropped, and media that cannot be used are told."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.world import FILMS
from shared.media.compose import Composed, compose
from shared.media.laid import Known
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Ending, Output, State
from shared.pipeline.job.names import beside, film_object
from shared.pipeline.job.recut import Recut
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.picture import Container, Preview
from shared.steps.quality_files import keep_quality
from tests.faults.composed import ComposedOnce
from tests.faults.wire import Kind
from tests.media.makers import BLUE
from tests.media.makers import film as silent
from tests.steps.stage import CLIP, FILM, SPEECH, TENANT, Stage, footage, presented, staged

COMMIT = "^firestore Commit"


def shot(stage: Stage, **changed: Any) -> str:
    """Order a film and bring it to the point where compose is wanted, which then makes it anew."""
    stage.wiring.composing = compose
    job_id = stage.order(footage(**changed))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.filmed()
    stage.cloud.storage.deliver_events()
    assert State.QUEUED is stage.node(job_id, FILM).state
    return job_id


def composed(stage: Stage, job_id: str) -> None:
    stage.wiring.compose(stage.message(job_id, FILM))


def film_uri(stage: Stage, job_id: str) -> str:
    wanted = stage.node(job_id, FILM).inputs_hash
    assert wanted
    return f"gs://{FILMS}/{film_object(job_id, wanted)}"


def test_the_film_ends_the_job(stage: Stage) -> None:
    """One commit: done, settled, ended."""
    job_id = shot(stage)

    composed(stage, job_id)

    job = stage.job(job_id)
    assert Ending.COMPLETED is job.ending
    assert job.money.reserved == job.money.charged
    output = job.nodes[FILM].output
    assert output is not None
    assert output.uri.startswith(f"gs://{FILMS}/jobs/{job_id}/film-")


def test_a_stage_that_remembers_a_film_has_the_film_that_composing_makes(stage: Stage) -> None:
    """Composed, remembered and composed once more, a film of the same inputs has the same bytes and the same report."""
    films = list[Output | None]()
    for composing in (once := ComposedOnce(), once, compose):
        job_id = shot(stage)
        stage.cloud.wiring = stage.cloud.instance()
        stage.wiring.composing = composing
        composed(stage, job_id)
        films.append(stage.node(job_id, FILM).output)

    assert 1 == len({(each.crc32c, each.size, each.quality) for each in films if each})
    assert all(films)


def test_a_take_is_looked_at_once(stage: Stage) -> None:
    """What was found of it when it came is handed to whoever composes its film."""
    told = set[str]()

    def composing(
        edit: Edit, files: Mapping[str, Path], folder: Path, *, timeout: float, known: Known | None = None
    ) -> Composed:
        told.update(known.takes if known else ())
        return compose(edit, files, folder, timeout=timeout, known=known)

    stage.wiring.composing = composing
    job_id = stage.order(presented())
    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert {SPEECH} == told


def test_a_film_that_is_there_is_taken_without_work(stage: Stage) -> None:
    """A run that died after the upload left the film under its inputs' name: nothing is rendered again."""
    job_id = shot(stage)
    stored = stage.wiring.blobs.write_file(film_uri(stage, job_id), stage.canned["film"], mime="video/mp4")

    composed(stage, job_id)

    output = stage.node(job_id, FILM).output
    assert output is not None
    assert (stored.generation, stored.crc32c) == (output.generation, output.crc32c)
    assert 0 == stage.wire.count("^storage GET /download/.*/abroll-takes/.*clip-1.* ")


def test_a_film_that_is_there_keeps_its_report(stage: Stage) -> None:
    """Whoever made it has left its report beside it; a film without one has none."""
    job_id = shot(stage)
    stage.wiring.blobs.write_file(film_uri(stage, job_id), stage.canned["film"], mime="video/mp4")
    keep_quality(stage.wiring.blobs, film_uri(stage, job_id), FilmQuality(9.0))

    composed(stage, job_id)

    output = stage.node(job_id, FILM).output
    assert output is not None
    assert FilmQuality(9.0) == output.quality


def test_a_film_that_is_there_gets_what_it_lacks(stage: Stage, canned: dict[str, Path]) -> None:
    """Its other container is made of the film itself; whoever died before had made the rest."""
    job_id = shot(stage, container=Container.MOV, preview=Preview.GIF)
    uri = film_uri(stage, job_id)
    stored = stage.wiring.blobs.write_file(uri, canned["film"], mime="video/mp4")
    stage.wiring.blobs.write(beside(uri, "gif"), [b"GIF89a"], mime="image/gif")

    composed(stage, job_id)

    output = stage.node(job_id, FILM).output
    assert output is not None
    assert (stored.generation, ("mov", "gif")) == (output.generation, output.files)
    assert "video/quicktime" == stage.wiring.blobs.stat(beside(uri, "mov")).mime
    assert 6 == stage.wiring.blobs.stat(beside(uri, "gif")).size
    assert 0 == stage.wire.count("^storage GET /download/.*/abroll-takes/.*clip-1.* ")


def test_a_film_does_not_wait_for_a_file_that_cannot_be_made(stage: Stage, tmp_path: Path) -> None:
    """It is finished with a warning that says which call makes it, and that call is no change of nothing."""
    mute = silent(tmp_path / "mute.mp4", BLUE, each=2)
    job_id = shot(stage, container=Container.MOV)
    stage.wiring.blobs.write_file(film_uri(stage, job_id), mute, mime="video/mp4")

    composed(stage, job_id)
    job = stage.job(job_id)
    output = job.nodes[FILM].output
    assert output is not None
    edit = stage.wiring.edit_film()
    _, again = edit(TENANT, job, Recut(container=Container.MOV), dry_run=True, trace="t")

    assert Ending.COMPLETED is job.ending
    assert (("mov",), ()) == (job.plan.files, output.files)
    assert [says for says in job.warnings if 'POST /jobs/{id}/edit with {"container": "mov"} makes it' in says]
    assert ("mov",) == again.plan.files


def test_two_at_once_make_one_film(stage: Stage) -> None:
    """The loser's upload meets 412: it takes the film that is there, and its commit has nothing to do."""
    job_id = shot(stage)
    uri = film_uri(stage, job_id)
    twin = stage.cloud.instance()
    stage.wire.on(
        r"^storage POST /upload/storage/v1/b/abroll-films",
        nth=2,
        meanwhile=lambda: twin.blobs.write_file(uri, stage.canned["film"], mime="video/mp4"),
    )

    composed(stage, job_id)

    output = stage.node(job_id, FILM).output
    assert output is not None
    assert output.size == stage.canned["film"].stat().st_size
    assert Ending.COMPLETED is stage.job(job_id).ending


def test_a_film_of_changed_inputs_is_dropped(stage: Stage) -> None:
    """Pure work counts only when it was made from what is wanted now."""
    job_id = shot(stage)
    loaded = stage.wiring.commits.load(job_id)
    output = stage.node(job_id, CLIP).output
    assert loaded is not None
    assert output is not None

    heard = stage.wiring.commits.hear(loaded, on.WorkDone(FILM, "0" * 32, output))

    assert not heard.changed
    assert State.QUEUED is heard.job.nodes[FILM].state


def test_a_cancelled_job_drops_the_film_that_comes_too_late(stage: Stage) -> None:
    """The person did not want it any more: charged at the cancel, no second ending."""
    job_id = shot(stage)
    twin = stage.cloud.instance()

    def cancel() -> None:
        loaded = twin.commits.load(job_id)
        assert loaded is not None
        twin.commits.hear(loaded, on.CancelAsked())

    stage.wire.on(COMMIT, meanwhile=cancel)

    composed(stage, job_id)

    job = stage.job(job_id)
    assert Ending.CANCELLED is job.ending
    assert State.CANCELLED is job.nodes[FILM].state


def test_a_lost_answer_to_the_ending_commit_settles_once(stage: Stage) -> None:
    """The batch {job, month} was applied: reading again finds the ended job, the month moved once."""
    job_id = shot(stage)
    stage.wire.on(COMMIT, Kind.LOSE)

    composed(stage, job_id)

    money = stage.job(job_id).money
    month = stage.wiring.jobs.month("acme", money.usage_doc)
    assert (0, money.charged, 0) == (month.reserved, month.charged, month.refunded)


def test_an_ending_commit_sent_twice_settles_once(stage: Stage) -> None:
    """The second sending meets the first one's revision: increments are not applied again."""
    job_id = shot(stage)
    stage.wire.on(COMMIT, Kind.TWICE)

    composed(stage, job_id)

    money = stage.job(job_id).money
    month = stage.wiring.jobs.month("acme", money.usage_doc)
    assert (0, money.charged) == (month.reserved, month.charged)


def test_poisoned_footage_fails_the_job_with_words(stage: Stage, canned: dict[str, Path]) -> None:
    """A file that says it is a film of four seconds and cannot be decoded: told, not tried for ever."""
    job_id = stage.order(footage())
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    whole = canned["films.mp4"].read_bytes()
    at = whole.index(b"mdat") + 4
    broken = whole[:at] + bytes(len(whole) - at) if whole.index(b"moov") < at else None
    if broken is None:
        end = whole.index(b"moov") - 4
        broken = whole[:at] + bytes(end - at) + whole[end:]
    name = f"jobs/{job_id}/clip-1/t1-a1/x.mp4"
    stage.wiring.blobs.write(f"gs://abroll-takes/{name}", [broken], mime="video/mp4")
    stage.wiring.veo_output("abroll-takes", name)
    assert State.QUEUED is stage.node(job_id, FILM).state

    for _ in range(4):
        stage.clock.forward(30)
        composed(stage, job_id)

    job = stage.job(job_id)
    assert Ending.FAILED is job.ending
    assert job.trouble is not None
    assert job.trouble.node == CLIP
    assert job.trouble.next_move == "retry the job: it orders clip-1 again; everything else that is finished is kept"
    assert not re.search(r"[Ss]end|MP4", job.trouble.message)


def test_a_retry_orders_again_what_compose_could_not_use(stage: Stage, canned: dict[str, Path]) -> None:
    """The clip that cannot be decoded is not kept for ever: the retry buys another, and the film is finished."""
    job_id = stage.order(footage())
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    whole = canned["films.mp4"].read_bytes()
    begin, end = whole.index(b"mdat") + 4, whole.index(b"moov") - 4
    name = f"jobs/{job_id}/clip-1/t1-a1/x.mp4"
    poisoned = whole[:begin] + bytes(end - begin) + whole[end:]
    stage.wiring.blobs.write(f"gs://abroll-takes/{name}", [poisoned], mime="video/mp4")
    stage.wiring.veo_output("abroll-takes", name)
    composed(stage, job_id)
    assert Ending.FAILED is stage.job(job_id).ending
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None

    stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)
    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 2 == stage.submits("veo")


def test_footage_that_was_deleted_is_told(stage: Stage) -> None:
    """An input is gone after its retention: the job ends and says so; a retry makes it again."""
    job_id = shot(stage)
    output = stage.node(job_id, CLIP).output
    assert output is not None
    stage.cloud.expire(output.uri)

    composed(stage, job_id)

    job = stage.job(job_id)
    assert (Ending.FAILED, "input_gone") == (job.ending, job.nodes[FILM].code)
    assert job.trouble is not None
    assert "retry the job: it orders this part again" == job.trouble.next_move


def test_a_machine_that_cannot_finish_says_what_is_kept(tmp_path: Path, canned: dict[str, Path]) -> None:
    """Rendering is stopped at its limit, three times: the job says that a retry buys nothing again."""
    with staged(tmp_path, canned=canned, timeouts={"compose_render": 0.001}) as stage:
        job_id = shot(stage)
        for _ in range(3):
            composed(stage, job_id)
            stage.clock.forward(30)
        trouble = stage.job(job_id).trouble

    assert trouble is not None
    assert ("compose_failed", FILM) == (trouble.code, trouble.node)
    assert "retry the job: all footage and takes are kept" == trouble.next_move
    assert not re.search(r"[Ss]end|MP4", f"{trouble.message} {trouble.next_move}")


def test_a_finished_film_is_not_made_again(stage: Stage) -> None:
    """A duplicate task finds the node done."""
    job_id = shot(stage)
    message = stage.message(job_id, FILM)
    stage.wiring.compose(message)
    before = len(stage.wire.calls)

    stage.wiring.compose(message)

    assert ["firestore BatchGetDocuments"] == stage.wire.calls[before:]
