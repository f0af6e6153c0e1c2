"""What an ended job tells a person to do is something a person can do there, whatever a vendor said in which state."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from shared.codes import Code
from shared.media.images import sniff_and_reencode
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.status import summary
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from tests.faults.wire import Kind
from tests.journey.cinema import PHOTO
from tests.steps.stage import CLIP, Stage, footage, presented

VEO, HEYGEN = r"^veo .*:predictLongRunning", "^heygen POST /v3/videos$"
A_MOVE = re.compile(
    r"[Rr]etry (the|this) job|[Oo]rder (a new film|the film again)|(Ask|send|Send) abroll's operator|PUT /tenant/"
)
NO_MOVE = re.compile(r"abroll tries again|[Nn]othing to do|Send MP4|/catalog|provider_config")
LIKENESS, CHILD, VIOLENCE = "15236754", "58061214", "61493863"


def ended(stage: Stage, job_id: str) -> tuple[str, str]:
    """Let a job end, failed; return its code and next move, which must be one."""
    stage.live(job_id)
    job = stage.job(job_id)
    assert Ending.FAILED is job.ending
    assert job.trouble is not None
    assert A_MOVE.search(job.trouble.next_move), job.trouble
    assert not NO_MOVE.search(f"{job.trouble.message} {job.trouble.next_move}"), job.trouble
    return job.trouble.code, job.trouble.next_move


def photo(stage: Stage) -> str:
    """Upload the photo; return its name."""
    image = sniff_and_reencode(PHOTO.read_bytes(), max_bytes=2**25, max_pixels=2**26)
    stage.wiring.create_job.create.check.preflight.images.put("acme", image)
    return image.sha256


def said(code: str, message: str = "no") -> str:
    """Word a refusal as HeyGen does."""
    return json.dumps({"error": {"code": code, "message": message}})


@pytest.mark.parametrize(
    ("marker", "code"),
    [
        ("[[err:3]]", Code.INVALID),
        ("[[err:7]]", Code.PERMISSION),
        ("[[err:8]]", Code.CAPACITY),
        ("[[err:9]]", Code.PROVISIONING),
        ("[[err:13]]", Code.INTERNAL),
        ("[[err:14]]", Code.CAPACITY),
        ("[[err:4]]", Code.INTERNAL),
        ("[[empty]]", Code.EMPTY),
        ("[[filter]]", Code.FILTERED),
        (f"[[rai:{VIOLENCE}]]", Code.SAFETY),
    ],
)
def test_a_clip_that_veo_ended(stage: Stage, marker: str, code: Code) -> None:
    """Each end of an operation, when no further attempt follows."""
    told, move = ended(stage, stage.order(footage(f"A mug {marker}")))

    assert code == told
    assert "image" not in move


@pytest.mark.parametrize("support", [LIKENESS, "29310472", CHILD])
def test_a_scene_of_text_alone_is_not_told_to_change_its_image(stage: Stage, support: str) -> None:
    """Google's words blame "the input image" whatever was ordered; there was none."""
    job_id = stage.order(footage(f"A mug [[rai:{support}]]"))

    told, move = ended(stage, job_id)

    assert Code.SAFETY == told
    assert move.startswith("Retry the job with other words for scene 1")
    assert "image" not in f"{stage.node(job_id, CLIP).why} {move}"


@pytest.mark.parametrize(
    ("support", "move"),
    [
        (LIKENESS, "Order a new film with an image that shows no recognisable person: other words do not help."),
        (CHILD, "Order a new film with another image, or retry this job with other words for scene 1."),
    ],
)
def test_a_scene_from_an_image_is(stage: Stage, support: str, move: str) -> None:
    """A retry changes words only, so another image is another film."""
    job_id = stage.order(footage(f"A mug [[rai:{support}]]", image=photo(stage)))

    assert (Code.SAFETY, move) == ended(stage, job_id)


def test_a_later_scene_of_the_same_film_is_told_by_its_number(stage: Stage) -> None:
    """The photo stands in the first scene only; the second is text alone."""
    scenes = (
        SceneRequest(visual_description="A mug", duration=4),
        SceneRequest(visual_description=f"A face [[rai:{LIKENESS}]]", duration=4),
    )
    job_id = stage.order(footage(scenes=scenes, image=photo(stage), b_roll=BRoll(join=Join.CUT)))

    assert ended(stage, job_id)[1].startswith("Retry the job with other words for scene 2")


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        ("400", "malformed", Code.INVALID),
        ("400", f"the input image violates … Support codes: {LIKENESS}", Code.SAFETY),
        ("403", "no", Code.MISCONFIGURED),
        ("404", "gone", Code.MISCONFIGURED),
        ("400", "FAILED_PRECONDITION", Code.MISCONFIGURED),
    ],
)
def test_a_clip_that_was_refused_at_the_submit(stage: Stage, status: str, message: str, code: Code) -> None:
    """Refused for good, or held for an operator in vain."""
    body = json.dumps({"error": {"code": int(status), "message": message, "status": message}})
    stage.wire.on(VEO, Kind.REFUSE, status, times=99, body=body)

    told, move = ended(stage, stage.order(footage()))

    assert code == told
    assert "image" not in move


REFUSALS: tuple[tuple[str, str, str], ...] = (
    ("401", said("unauthorized"), Code.KEY_REJECTED),
    ("402", said("insufficient_credit"), Code.CREDITS),
    ("402", said("plan_upgrade_required"), Code.PLAN),
    ("404", said("avatar_not_found"), Code.AVATAR_NOT_FOUND),
    ("400", said("avatar_not_usable"), Code.AVATAR_NOT_USABLE),
    ("404", said("voice_not_found"), Code.VOICE_NOT_FOUND),
    ("400", said("voice_expired"), Code.VOICE_NOT_USABLE),
    ("400", said("content_policy_violation"), Code.SAFETY),
    ("400", said("script_too_short"), Code.SCRIPT),
    ("400", said("invalid_parameter", "This video avatar does not support Avatar III"), Code.ENGINE_UNSUPPORTED),
    ("400", said("something_new"), Code.INVALID),
    ("404", "{}", Code.MISCONFIGURED),
)


@pytest.mark.parametrize(("status", "body", "code"), REFUSALS)
def test_a_take_that_was_refused_at_the_submit(stage: Stage, status: str, body: str, code: str) -> None:
    """What a tenant can mend is named, and that the job is then tried again."""
    stage.wire.on(HEYGEN, Kind.REFUSE, status, times=99, body=body)

    assert code == ended(stage, stage.order(presented()))[0]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ("rendering_failed", Code.RENDERING),
        ("insufficient_credit", Code.CREDITS),
        ("content_policy_violation", Code.SAFETY),
        ("avatar_expired", Code.AVATAR_NOT_USABLE),
        ("voice_unavailable", Code.VOICE_NOT_USABLE),
        ("video_too_long", Code.SCRIPT),
    ],
)
def test_a_take_that_heygen_ended(stage: Stage, failure: str, code: Code) -> None:
    """The same words in a film's last state, after as many attempts as there are."""
    assert code == ended(stage, stage.order(presented(f"Hi. [[fail:{failure}]]")))[0]


def test_no_answer_is_waited_for_with_a_sentence(stage: Stage) -> None:
    """A Veo 503 proves nothing: meanwhile the job says what is waited for, until when, and why."""
    stage.wire.on(VEO, Kind.REFUSE, "503")
    job_id = stage.order(footage())

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    job = stage.job(job_id)
    claim = job.nodes[CLIP].claim
    assert State.STARTING is job.nodes[CLIP].state
    assert claim is not None
    until = claim.at + stage.wiring.timeouts.of("veo").unknown * timedelta(seconds=1)
    assert (
        "Filming: 0 of 1 clip done. Veo answered 503 without an operation; the clip may be in the making. "
        f"Until {until:%H:%M} UTC abroll looks for it, and asks again only if nothing was made, so that nothing is "
        "paid twice."
    ) == summary(job)


def test_a_film_of_another_order_is_not_taken(stage: Stage) -> None:
    """An operation that names a file outside our attempt's own prefix is looked for where we asked it to lie."""
    other = stage.order(footage("Another mug"))
    stage.wiring.start_clip(stage.message(other, CLIP))
    stage.filmed()
    (film,) = stage.wiring.blobs.list(f"gs://{stage.wiring.settings.takes_bucket}/jobs/{other}/")
    job_id = stage.order(footage())
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    answer: dict[str, Any] = {"done": True, "response": {"videos": [{"gcsUri": film.uri, "mimeType": "video/mp4"}]}}
    stage.wire.on("^veo .*:fetchPredictOperation", Kind.REFUSE, "200", body=json.dumps(answer))

    stage.wiring.watch_clip(stage.message(job_id, CLIP))

    assert (State.RUNNING, None) == (stage.node(job_id, CLIP).state, stage.node(job_id, CLIP).output)
