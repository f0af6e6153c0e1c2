"""Subtitles that are not what was ordered cost nobody the take, nor the film."""

from dataclasses import replace

import pytest

from infra.local.vendors.spoil import SUBTITLES
from shared.pipeline.job.job import Ending, State
from tests.faults.wire import Kind
from tests.steps.stage import SPEECH, Stage
from tests.steps.unfit import started, stored, watched, white

SRT = r"^heygen GET /resource/.*\.srt"


def sidecar(stage: Stage) -> None:
    """Lay subtitles beside every canned take."""
    for take in (stage.data / "heygen" / "takes").glob("*.webm"):
        take.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHi.\n", encoding="utf-8")


STATUSES = ("400", "403", "404", "410", "500", "503")


KINDS = sorted(set(SUBTITLES) - {"utf16"})


@pytest.mark.parametrize("srt", [*STATUSES, *KINDS, "private"])
def test_subtitles_that_fail_cost_nobody_the_take(stage: Stage, srt: str) -> None:
    """Whatever their link gives or leads to: the take is done at the first look, and a warning says what is estimated.

    Refused, too large, no subtitles, in letters nobody can read, of another film; redirected into a private network.
    """
    job_id = started(stage, f"[[srt:{srt}]] Hi.", captions=True)
    sidecar(stage)

    watched(stage, job_id)

    node, (warning,) = stage.node(job_id, SPEECH), stage.job(job_id).warnings[-1:]
    assert State.DONE is node.state
    assert node.output is not None
    assert node.output.captions is None
    assert warning.startswith("presenter-1: its subtitles ")
    assert "; its captions are estimated from the script. POST /jobs/{id}/regenerate" in warning
    assert ["t1-a1.webm"] == stored(stage, job_id)


@pytest.mark.parametrize(
    ("srt", "why"),
    [
        ("private", "could not be fetched (10.0.0.1 is not on the public internet)"),
        ("large", "could not be fetched (The file is larger than 1 MB)"),
        ("latin", "cannot be read"),
        ("late", "cannot be read"),
    ],
)
def test_a_film_without_its_subtitles_ends_with_estimated_captions(stage: Stage, srt: str, why: str) -> None:
    """The film is finished, says why once, and shows words where one without captions shows none."""
    job_id = started(stage, f"[[srt:{srt}]] Hello everybody.", captions=True)
    bare = started(stage, "Hello everybody.")
    sidecar(stage)

    stage.live(job_id)
    stage.live(bare)

    told = f"presenter-1: its subtitles {why}; its captions are estimated from the script."
    assert [Ending.COMPLETED, Ending.COMPLETED] == [stage.job(each).ending for each in (job_id, bare)]
    assert 1 == sum(each.startswith(told) for each in stage.job(job_id).warnings)
    assert white(stage, job_id) > white(stage, bare) + 40


@pytest.mark.parametrize("srt", [*STATUSES, "private", "large", "latin"])
def test_subtitles_nobody_wants_are_not_asked_for(stage: Stage, srt: str) -> None:
    """A film without captions neither fetches them nor tells that they are missing."""
    job_id = started(stage, f"[[srt:{srt}]] Hi.")
    sidecar(stage)

    watched(stage, job_id)

    assert State.DONE is stage.node(job_id, SPEECH).state
    assert 0 == stage.wire.count(SRT)
    assert [] == [each for each in stage.job(job_id).warnings if "subtitles" in each]


def test_subtitles_in_another_encoding_are_read(stage: Stage) -> None:
    """UTF-16 says what it is: nothing is estimated."""
    job_id = started(stage, "[[srt:utf16]] Hi.", captions=True)
    sidecar(stage)

    watched(stage, job_id)

    output = stage.node(job_id, SPEECH).output
    assert output is not None
    assert output.captions is not None
    assert [] == [each for each in stage.job(job_id).warnings if "subtitles" in each]


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.LOSE, Kind.HANG])
def test_subtitles_whose_line_breaks_cost_nobody_the_take(stage: Stage, kind: Kind) -> None:
    """A connection that breaks or never answers is no reason to look again."""
    job_id = started(stage, "Hi.", captions=True)
    sidecar(stage)
    stage.wire.on(SRT, kind)
    step = stage.wiring.watch_presenter
    hasty = replace(step, files=replace(step.files, caption_seconds=1.0))

    hasty(stage.message(job_id, SPEECH))
    stage.wire.mend()

    told = "presenter-1: its subtitles could not be fetched"
    assert State.DONE is stage.node(job_id, SPEECH).state
    assert [True] == [each.startswith(told) for each in stage.job(job_id).warnings]


def test_subtitles_that_were_deleted_cost_nobody_the_film(stage: Stage) -> None:
    """Between the take and compose the sidecar went away: captions are estimated, and a warning says so."""
    job_id = started(stage, "Hi.", captions=True)
    sidecar(stage)
    watched(stage, job_id)
    output = stage.node(job_id, SPEECH).output
    assert output is not None
    assert output.captions is not None
    stage.cloud.expire(output.captions)

    stage.live(job_id)

    told = "presenter-1: its subtitles are gone; its captions are estimated from the script"
    assert Ending.COMPLETED is stage.job(job_id).ending
    assert [True] == [told in each for each in stage.job(job_id).warnings if "are gone" in each]
