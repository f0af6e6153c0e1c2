"""A vendor says it has finished, and its file is not what was ordered: a fresh link, then a failed take, paid once."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.vendors.spoil import SUBTITLES
from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.plan import Cutout
from tests.faults.wire import Kind
from tests.media.makers import like, pixels
from tests.steps.stage import CLIP, FILM, LOOK, SPEECH, TENANT, Stage, footage, presented

SRT = r"^heygen GET /resource/.*\.srt"
FETCH = r"^heygen GET /resource/.*\.(webm|mp4)"
UNFIT = ("html", "empty", "playlist", "cut", "zeros", "mute", "deaf", "short", "codec", "hollow", "nobody")
SOON = [5, 10, 20, 40, 80]  # seconds until each fresh link


def started(stage: Stage, script: str, *, captions: bool = False) -> str:
    job_id = stage.order(presented(script, captions=captions))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    stage.filmed()
    return job_id


def watched(stage: Stage, job_id: str) -> None:
    stage.wiring.watch_presenter(stage.message(job_id, SPEECH))


def looked_at(stage: Stage, job_id: str) -> list[int]:
    """Look until the take is at its end; return the seconds waited between looks."""
    waits: list[int] = []
    watched(stage, job_id)
    while stage.node(job_id, SPEECH).state is State.RUNNING:
        at = stage.node(job_id, SPEECH).at
        assert at is not None
        waits.append(round((at - stage.clock()).total_seconds()))
        stage.clock.forward(waits[-1] + 1)
        stage.wiring.watch_presenter(stage.message(job_id, SPEECH))
    return waits


def sidecar(stage: Stage) -> None:
    """Lay subtitles beside every canned take."""
    for take in (stage.data / "heygen" / "takes").glob("*.webm"):
        take.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHi.\n", encoding="utf-8")


def stored(stage: Stage, job_id: str) -> list[str]:
    """Return what lies in our bucket of a job's take."""
    prefix = f"gs://{stage.cloud.settings.films_bucket}/jobs/{job_id}/presenter-1/"
    return [each.uri.removeprefix(prefix) for each in stage.wiring.blobs.list(prefix)]


def white(stage: Stage, job_id: str) -> int:
    """Return how many pixels of a film's frame at half a second are as white as letters are."""
    output = stage.node(job_id, FILM).output
    assert output is not None
    path = stage.data / f"{job_id}.mp4"
    stage.wiring.blobs.fetch(output.uri, path)
    return int(like(pixels(path)[12], (255, 255, 255), within=25).sum())


@pytest.mark.parametrize("kind", UNFIT)
def test_a_file_that_is_not_the_take_fails_the_take(stage: Stage, kind: str) -> None:
    """Five fresh links, then the take has failed: paid, told with the vendor's name, and nothing of it is kept."""
    job_id = started(stage, f"[[file:{kind}]] Hi.")

    waits = looked_at(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert waits == SOON
    assert (State.FAILED, Code.NOT_A_FILM) == (node.state, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert (node.why or "").startswith("HeyGen says presenter-1 is finished, but ")
    assert (node.why or "").endswith("; the take counts as paid")
    assert (node.next_move or "").startswith("retry the job: it orders this take again")
    assert [] == stored(stage, job_id)
    assert 1 == stage.submits("heygen")


def test_a_fresh_links_film_is_taken(stage: Stage) -> None:
    """The first two links gave a page and half a film; the third one's file is stored under the attempt's name."""
    job_id = started(stage, "[[file:cut.2]] Hi.")

    waits = looked_at(stage, job_id)

    assert waits == SOON[:2]
    assert State.DONE is stage.node(job_id, SPEECH).state
    assert ["t1-a1.webm"] == stored(stage, job_id)


def test_a_retry_orders_the_take_again(stage: Stage) -> None:
    """The next move exists: another take is bought, the clip is kept, and the film is finished."""
    job_id = started(stage, "[[file:html]] Hi.")
    stage.cloud.storage.deliver_events()
    looked_at(stage, job_id)
    assert Ending.FAILED is stage.job(job_id).ending
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None

    stage.wiring.revise().retry(TENANT, loaded, Change(scenes={0: SceneChange(script="Hi.")}), dry_run=False)
    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert (1, 2) == (stage.submits("veo"), stage.submits("heygen"))
    node = stage.node(job_id, SPEECH)
    assert [Outcome.GIVEN_UP, Outcome.DONE] == [line.outcome for line in node.attempts]


def test_two_lookers_at_one_bad_file_ask_for_one_fresh_link(stage: Stage) -> None:
    """A hint and the backstop at once meet the same page: it counts once."""
    job_id = started(stage, "[[file:html]] Hi.")
    message, twin = stage.message(job_id, SPEECH), stage.cloud.instance()
    stage.wire.on("^firestore Commit", meanwhile=lambda: twin.watch_presenter(message))

    stage.wiring.watch_presenter(message)

    assert 1 == stage.node(job_id, SPEECH).fresh_links


def test_an_unclear_take_with_a_bad_file_is_named_first(stage: Stage) -> None:
    """The answer was lost, a hint names the video, its file is a page: its id stands in the ledger all the same."""
    job_id = stage.order(presented("[[file:html]] Hi."))
    stage.wire.on("^heygen POST /v3/videos$", Kind.LOSE)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    stage.filmed()
    (made,) = stage.bill("heygen")

    stage.wiring.watch_presenter(stage.message(job_id, SPEECH, hint=made["id"]))

    node = stage.node(job_id, SPEECH)
    assert (State.RUNNING, made["id"], 1) == (node.state, node.provider_id, node.fresh_links)


def test_a_store_in_trouble_is_waited_for_until_the_longest_time(stage: Stage) -> None:
    """503 is no bad file: it is asked again for half an hour, then the take has failed and says why."""
    job_id = started(stage, "Hi.")
    stage.wire.on(FETCH, Kind.REFUSE, "503", times=99)
    watched(stage, job_id)
    assert (State.RUNNING, 0) == (stage.node(job_id, SPEECH).state, stage.node(job_id, SPEECH).fresh_links)
    stage.clock.forward(1801)

    watched(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, Code.NOT_FETCHABLE) == (node.state, node.code)
    assert "HeyGen has finished presenter-1, but its file could not be fetched: The server answers 503." == node.why


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


@pytest.mark.parametrize("kind", ["opaque", "solid"])
def test_an_opaque_take_is_a_picture_and_its_look_is_remembered(stage: Stage, kind: str) -> None:
    """Transparent was ordered, opaque came: shown as a picture, told, and next time the key colour is asked for."""
    job_id = started(stage, f"[[file:{kind}]] Hi.")

    looked_at(stage, job_id)

    output = stage.node(job_id, SPEECH).output
    assert output is not None
    assert Cutout.INSET is output.cutout
    assert {LOOK: Cutout.KEY} == learned(stage)
    told = "presenter-1: ordered with a transparent background, but the take is opaque; it is shown as a picture"
    assert [True] == [told in each for each in stage.job(job_id).warnings if "opaque" in each]


def test_a_wall_where_the_key_colour_was_ordered_is_remembered(stage: Stage, canned: dict[str, Path]) -> None:
    """The take is known as a picture when it arrives, the look is asked plain next time, and the film says so once."""
    wall = Path(__file__).parents[1] / "media" / "cases" / "take_plain_wall.mp4"
    stage.canned = {**canned, "takes.mp4": wall}
    account = stage.cloud.eyes.tenants.integration(TENANT.id, "heygen", "production")
    assert account is not None
    stage.cloud.eyes.tenants.learn(TENANT.id, account, LOOK, Cutout.KEY)
    job_id = started(stage, "Hi.")

    looked_at(stage, job_id)

    output = stage.node(job_id, SPEECH).output
    assert output is not None
    assert Cutout.INSET is output.cutout
    assert {LOOK: Cutout.INSET} == learned(stage)
    stage.live(job_id)
    assert Ending.COMPLETED is stage.job(job_id).ending
    told = [each for each in stage.job(job_id).warnings if "ordered on the key colour" in each]
    assert [True] == [each.startswith("presenter-1: ") for each in told]


def learned(stage: Stage) -> dict[str, Cutout]:
    """Return how looks are asked for next time."""
    account = stage.cloud.eyes.tenants.integration(TENANT.id, "heygen", "production", fresh=True)
    assert account is not None
    return dict(account.looks or {})


def clip_started(stage: Stage, kind: str) -> str:
    job_id = stage.order(footage(f"[[file:{kind}]] A mug on a table"))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    return job_id


@pytest.mark.parametrize("kind", ["html", "empty", "playlist", "cut", "zeros", "deaf", "short", "codec", "solid"])
def test_an_object_that_is_not_the_clip_is_asked_about_at_once(stage: Stage, kind: str) -> None:
    """The event of a bad object wants a look in five seconds; the operation says done: failed, paid, bought once."""
    job_id = clip_started(stage, kind)
    stage.filmed()
    stage.cloud.storage.deliver_events()
    assert stage.wants(job_id, CLIP)
    stage.clock.forward(5)

    stage.cloud.tasks.run_due()

    node = stage.node(job_id, CLIP)
    assert (State.FAILED, Code.NOT_A_FILM) == (node.state, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert (node.why or "").startswith("Veo has finished clip-1, but its file ")
    assert "retry the job: it orders clip-1 again" == node.next_move
    assert 1 == stage.submits("veo")


def test_an_unclear_clips_bad_object_is_never_bought_twice(stage: Stage) -> None:
    """The answer was lost, and what lies under the prefix is half a film: it was made, so it counts as paid."""
    job_id = stage.order(footage("[[file:cut]] A mug on a table"))
    stage.wire.on(r"^veo .*:predictLongRunning", Kind.LOSE)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.filmed()
    stage.cloud.storage.deliver_events()

    stage.live(job_id)

    node = stage.node(job_id, CLIP)
    assert (State.FAILED, Code.NOT_A_FILM) == (node.state, node.code)
    assert 1 == stage.submits("veo")


def test_a_retry_orders_the_clip_again(stage: Stage) -> None:
    """The failed clip is bought once more, and the film is finished."""
    job_id = clip_started(stage, "cut")
    stage.live(job_id)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None

    change = Change(scenes={0: SceneChange(visual_description="A mug on a table")})
    stage.wiring.revise().retry(TENANT, loaded, change, dry_run=False)
    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 2 == stage.submits("veo")


def test_a_clip_that_cannot_be_decoded_is_ordered_again(stage: Stage) -> None:
    """Its index is right and its pictures are zeros: compose names the vendor and the cost, a retry buys another."""
    job_id = clip_started(stage, "hollow")
    stage.live(job_id)
    trouble, loaded = stage.job(job_id).trouble, stage.wiring.commits.load(job_id)
    assert trouble is not None
    assert loaded is not None
    assert trouble.message.startswith("Veo has finished clip-1, but its file cannot be used: it cannot be decoded")
    assert trouble.message.endswith("; it counts as paid")

    change = Change(scenes={0: SceneChange(visual_description="A mug on a table")})
    stage.wiring.revise().retry(TENANT, loaded, change, dry_run=False)
    stage.live(job_id)

    job = stage.job(job_id)
    assert Ending.COMPLETED is job.ending
    assert [Outcome.DONE, Outcome.DONE] == [line.outcome for line in job.nodes[CLIP].attempts]
    assert [800000, 800000] == [line["amount_micros"] for line in stage.bill("veo")]


def test_a_fragmented_clip_is_a_clip(stage: Stage) -> None:
    """Written in fragments, it is the film that was ordered."""
    job_id = clip_started(stage, "fragments")

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert FILM in stage.job(job_id).nodes
