"""A vendor says it has finished, and its file is not what was ordered: a fresh link, then a failed take, paid once."""

from pathlib import Path

import pytest

from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.plan import Cutout
from tests.faults.wire import Kind
from tests.steps.stage import LOOK, SPEECH, TENANT, Stage, presented
from tests.steps.unfit import looked_at, started, stored, watched

FETCH = r"^heygen GET /resource/.*\.(webm|mp4)"
UNFIT = ("html", "empty", "playlist", "cut", "zeros", "mute", "deaf", "short", "codec", "hollow", "nobody")
SOON = [5, 10, 20, 40, 80]  # seconds until each fresh link


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
