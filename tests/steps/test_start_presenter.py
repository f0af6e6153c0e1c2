"""start_presenter: one paid take whatever happens to its call, each kind of take found out once a look."""

import json
from datetime import timedelta

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.secret_names import vendor_key
from shared.cloud.tenants import Integration
from shared.codes import Code
from shared.pipeline.job.job import Claim, Ending, Node, Outcome, State
from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.plan import Cutout
from tests.faults.wire import Kind
from tests.steps.stage import SPEECH, TENANT, Stage, presented

SUBMIT, COMMIT = "^heygen POST /v3/videos$", "^firestore Commit"
SECRET = vendor_key("heygen", "production", TENANT.id)


def started(stage: Stage, job_id: str) -> None:
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))


def _claimed(node: Node) -> Claim:
    assert node.claim is not None
    return node.claim


def account(stage: Stage) -> Integration:
    found = stage.cloud.eyes.tenants.integration(TENANT.id, "heygen", "production", fresh=True)
    assert found is not None
    return found


def test_a_take_is_asked_for_with_transparency(stage: Stage) -> None:
    """The first try of an unknown look is the best cut-out, under the attempt's key."""
    job_id = stage.order(presented())

    started(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert (State.RUNNING, Cutout.ALPHA) == (node.state, node.claim and node.claim.cutout)
    assert [f"{job_id}.presenter-1.t1.a1.r0"] == [each["idempotency_key"] for each in stage.bill("heygen")]


@pytest.mark.parametrize(
    ("look", "cutout", "asked"), [("look_kai_desk", Cutout.KEY, 2), ("look_old_photo", Cutout.INSET, 3)]
)
def test_a_refused_cut_out_is_asked_for_otherwise(stage: Stage, look: str, cutout: Cutout, asked: int) -> None:
    """Transparent, on a key colour, plain: each refusal is free, raises the key and is remembered for the look."""
    job_id = stage.order(presented(avatar=look))

    for _ in range(asked):
        started(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert (State.RUNNING, asked - 1, 1) == (node.state, node.refusals, node.attempt)
    assert {look: cutout} == dict(account(stage).looks or {})
    assert asked == stage.submits("heygen")
    assert [f"{job_id}.presenter-1.t1.a1.r{asked - 1}"] == [each["idempotency_key"] for each in stage.bill("heygen")]


def test_a_known_look_is_asked_for_rightly_at_once(stage: Stage) -> None:
    """What one job found out saves the next one's refusals, on any instance."""
    first = stage.order(presented(avatar="look_kai_desk"))
    started(stage, first)
    started(stage, first)
    second = stage.order(presented(avatar="look_kai_desk"))
    stage.cloud.wiring = stage.cloud.instance()

    started(stage, second)

    assert State.RUNNING is stage.node(second, SPEECH).state
    assert 3 == stage.submits("heygen")


def test_a_full_account_is_noted_and_the_next_start_does_not_call(stage: Stage) -> None:
    """429: released with a new key, `busy_until` stands in the integration, the next starter postpones uncalled."""
    first, second = stage.order(presented()), stage.order(presented("Hello."))
    stage.wire.on(SUBMIT, Kind.REFUSE, "429", retry_after=90)
    stage.clock.forward(1)
    started(stage, first)

    started(stage, second)

    busy = account(stage).busy_until
    assert busy is not None
    assert timedelta(seconds=85) < busy - stage.clock() < timedelta(seconds=130)
    assert 1 == stage.submits("heygen")
    assert (State.QUEUED, 1) == (stage.node(first, SPEECH).state, stage.node(first, SPEECH).refusals)
    assert (State.QUEUED, 0, 2) == (
        stage.node(second, SPEECH).state,
        stage.node(second, SPEECH).refusals,
        stage.node(second, SPEECH).wake,
    )


def test_a_full_account_releases_though_its_note_is_lost(stage: Stage) -> None:
    """`busy_until` is a courtesy: failing to write it must not leave the claim standing."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.REFUSE, "429", retry_after=30)
    stage.wire.on(COMMIT, Kind.REFUSE, "PERMISSION_DENIED", nth=2)

    started(stage, job_id)

    assert (State.QUEUED, 2) == (stage.node(job_id, SPEECH).state, stage.node(job_id, SPEECH).wake)


def test_a_refused_cut_out_is_released_though_its_lesson_is_lost(stage: Stage) -> None:
    """What a look can do is remembered for the next job; this one goes on without."""
    job_id = stage.order(presented(avatar="look_kai_desk"))
    stage.wire.on(COMMIT, Kind.REFUSE, "PERMISSION_DENIED", nth=2)

    started(stage, job_id)

    assert (State.QUEUED, Cutout.KEY) == (stage.node(job_id, SPEECH).state, stage.node(job_id, SPEECH).cutout)


def test_everything_that_can_block_comes_before_the_claim(stage: Stage) -> None:
    """Secret Manager is down: nothing was claimed, so the task simply comes again."""
    job_id = stage.order(presented())
    stage.cloud.wiring = stage.cloud.instance()  # nothing is cached
    stage.wire.on("^secrets Access", Kind.REFUSE, "PERMISSION_DENIED", nth=2)

    stage.clock.forward(1)
    stage.cloud.tasks.run_due()

    assert State.QUEUED is stage.node(job_id, SPEECH).state
    assert 0 == stage.submits("heygen")


@pytest.mark.parametrize(("kind", "status"), [(Kind.LOSE, ""), (Kind.LOSE, "500"), (Kind.REFUSE, "503")])
def test_an_unknown_outcome_is_repeated_under_its_key(stage: Stage, kind: Kind, status: str) -> None:
    """Thirty seconds later the same key gives the same video: one bill, whichever call made it."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, kind, status)
    started(stage, job_id)
    assert State.STARTING is stage.node(job_id, SPEECH).state
    stage.clock.forward(31)

    stage.cloud.tasks.run_due()

    node = stage.node(job_id, SPEECH)
    (made,) = stage.bill("heygen")
    assert (State.RUNNING, made["id"], 1) == (node.state, node.provider_id, node.attempt)
    assert 2 == stage.submits("heygen")


def test_a_repeat_before_its_time_is_not_sent(stage: Stage) -> None:
    """A duplicate task right after an unknown answer waits like the rest."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.LOSE)
    started(stage, job_id)

    started(stage, job_id)

    assert 1 == stage.submits("heygen")


def test_a_worker_that_died_is_followed_by_the_same_key(stage: Stage) -> None:
    """Nobody wrote anything down: at the claim's end the same key is sent again, and nothing is billed twice."""
    job_id = stage.order(presented())
    stage.wire.on(COMMIT, Kind.REFUSE, "ABORTED", nth=2, times=999)
    with pytest.raises(Exception, match=job_id):
        started(stage, job_id)
    stage.wire.mend()
    stage.clock.forward(280)

    stage.wiring.sweep()
    stage.cloud.tasks.run_due()

    assert State.RUNNING is stage.node(job_id, SPEECH).state
    assert 1 == len(stage.bill("heygen"))


def test_an_old_key_is_never_repeated(stage: Stage) -> None:
    """After 23 hours the key could make a second video: the title is looked for instead."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.LOSE)
    started(stage, job_id)
    stage.clock.forward(23 * 3600 + 60)

    started(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert 1 == stage.submits("heygen")
    assert [node.provider_id] == [each["id"] for each in stage.bill("heygen")]


def test_no_repeat_is_sent_with_a_key_of_the_same_number(stage: Stage) -> None:
    """The secret was deleted and made again: its version 1 is another account's, where a repeat would film again."""
    stage.wire.on(SUBMIT, Kind.LOSE)
    job_id = stage.order(presented())
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    stage.wiring.secrets.delete(SECRET)
    assert "1" == stage.wiring.secrets.put(SECRET, "hg_other", {})
    stage.cloud.wiring = stage.cloud.instance()
    stage.clock.forward(31)

    stage.wiring.start_presenter(stage.message(job_id, SPEECH))

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, "key_changed") == (node.state, node.code)
    assert 1 == stage.submits("heygen")


def test_a_key_rotated_mid_job_leaves_a_repeat_with_its_own_version(stage: Stage) -> None:
    """The claim stores the version: the other account is never asked to make what the first one may have made."""
    job_id = stage.order(presented())
    stage.wire.on(SUBMIT, Kind.LOSE)
    started(stage, job_id)
    stage.wiring.secrets.put(SECRET, "another-accounts-key", {})
    stage.cloud.wiring = stage.cloud.instance()
    stage.clock.forward(31)

    started(stage, job_id)

    assert State.RUNNING is stage.node(job_id, SPEECH).state
    assert [DEMO_KEY] == [each["account"] for each in stage.bill("heygen")]


def test_a_claim_lost_to_a_twin_is_not_sent(stage: Stage) -> None:
    """Two instances at once: one submit."""
    job_id = stage.order(presented())
    message, twin = stage.message(job_id, SPEECH), stage.cloud.instance()
    stage.wire.on(COMMIT, meanwhile=lambda: twin.start_presenter(message))

    stage.wiring.start_presenter(message)

    assert 1 == stage.submits("heygen")


def test_a_frozen_worker_does_not_send(stage: Stage) -> None:
    """The send window is over: released unsent."""
    job_id = stage.order(presented())
    stage.wire.on(COMMIT, meanwhile=lambda: stage.clock.forward(11))

    started(stage, job_id)

    assert 0 == stage.submits("heygen")
    assert [Outcome.NOT_SENT] == [line.outcome for line in stage.node(job_id, SPEECH).attempts]


def test_without_a_key_the_job_says_what_to_do(stage: Stage) -> None:
    """The account was taken away after the order: nothing is sent, the next move names the route."""
    job_id = stage.order(presented())
    stage.wiring.tenants.delete_integration(TENANT.id, "heygen", "production")

    started(stage, job_id)

    job = stage.job(job_id)
    assert 0 == stage.submits("heygen")
    assert "no_provider_key" == job.nodes[SPEECH].code
    assert job.trouble is not None
    assert "PUT /tenant/integrations/heygen" in job.trouble.next_move


def test_a_moderated_script_fails_its_take(stage: Stage) -> None:
    """A refusal for good ends the node; what was not sent is refunded."""
    job_id = stage.order(presented("[[moderation]] Hi."))

    started(stage, job_id)

    job = stage.job(job_id)
    assert Ending.FAILED is job.ending
    assert (0, job.money.reserved) == (job.money.charged, job.money.refunded)


@pytest.mark.parametrize(
    ("look", "engine"),
    [
        ("look_ana_studio", "avatar_iii"),
        ("look_ben_studio", "avatar_iv"),
        ("look_kai_desk", "avatar_iv"),
        ("look_mia_twin", "avatar_v"),
        ("look_zoe_photo", "avatar_iv"),
        ("look_leo_photo", "avatar_iii"),
    ],
)
def test_a_look_is_filmed_with_an_engine_it_supports(stage: Stage, look: str, engine: str) -> None:
    """Chosen when the film is ordered, frozen in the plan, sent with every try, and what HeyGen bills it by."""
    job_id = stage.order(presented(avatar=look))

    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    for _ in range(2):
        stage.cloud.tasks.run_due()

    assert [engine] == [speech.engine for speech in stage.job(job_id).plan.speeches]
    assert [engine] == [each["model"] for each in stage.bill("heygen")]


def test_a_look_that_could_not_be_asked_is_asked_before_its_take_is(stage: Stage) -> None:
    """HeyGen was silent at the order and speaks now: the engine it tells is sent and its price is booked."""
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=9)
    job_id = stage.order(presented())
    stage.wire.mend()

    started(stage, job_id)

    claim, (line,) = stage.node(job_id, SPEECH).claim, stage.node(job_id, SPEECH).attempts
    (take,) = stage.job(job_id).plan.speeches
    assert (16_700, round(take.seconds * 16_700)) == (line.rate, line.cost)
    assert stage.node(job_id, SPEECH).cost == take.cost == round(take.seconds * 66_700)
    assert [None] == [speech.engine for speech in stage.job(job_id).plan.speeches]
    assert (State.RUNNING, "avatar_iii") == (stage.node(job_id, SPEECH).state, claim and claim.engine)
    assert ["avatar_iii"] == [each["model"] for each in stage.bill("heygen")]


def test_a_look_that_still_cannot_be_asked_waits_unclaimed(stage: Stage) -> None:
    """Asking is free and comes before the claim: nothing was sent, the take is wanted again in half a minute."""
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=99)
    job_id = stage.order(presented())
    stage.clock.forward(1)

    started(stage, job_id)

    node = stage.node(job_id, SPEECH)
    assert 0 == stage.submits("heygen")
    assert (State.QUEUED, 2, ()) == (node.state, node.wake, node.attempts)
    assert node.at is not None
    assert timedelta(seconds=29) < node.at - stage.clock() <= timedelta(seconds=30)


def test_an_engine_the_look_has_lost_fails_its_take_and_a_retry_asks_the_look_again(stage: Stage) -> None:
    """HeyGen narrowed the look after the order: nothing was made, the job says so, and a retry is filmed."""
    said = "This video avatar does not support Avatar III video generation"
    stage.wire.on(
        SUBMIT, Kind.REFUSE, "400", body=json.dumps({"error": {"code": "invalid_parameter", "message": said}})
    )
    job_id = stage.order(presented())
    started(stage, job_id)
    failed, asked = stage.job(job_id), stage.wire.count("^heygen GET /v3/avatars/looks/")
    stage.clock.forward(61)

    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)
    started(stage, job_id)

    assert failed.trouble is not None
    assert Code.ENGINE_UNSUPPORTED == failed.trouble.code
    assert "Retry the job after a minute: the look is asked again" in failed.trouble.next_move
    assert asked + 1 == stage.wire.count("^heygen GET /v3/avatars/looks/")
    assert ["avatar_iii"] == [each["model"] for each in stage.bill("heygen")]


def test_a_retry_with_another_avatar_chooses_anew(stage: Stage) -> None:
    """Another look has its own engine, price and cut-out: nothing of the old one's is kept."""
    body = json.dumps({"error": {"code": "content_policy_violation", "message": "no"}})
    stage.wire.on(SUBMIT, Kind.REFUSE, "400", nth=2, body=body)
    job_id = stage.order(presented(avatar="look_kai_desk"))
    for _ in range(2):
        started(stage, job_id)
    old = stage.job(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    assert Cutout.KEY is old.nodes[SPEECH].cutout

    change = Change(scenes={0: SceneChange(avatar_id="look_ana_studio")})
    stage.wiring.revise().retry(TENANT, loaded, change, dry_run=False)
    started(stage, job_id)

    new = stage.job(job_id)
    assert ("avatar_iv", "avatar_iii") == (old.plan.speeches[0].engine, new.plan.speeches[0].engine)
    assert (66_700, 16_700) == (old.nodes[SPEECH].cost, new.nodes[SPEECH].cost)
    assert (State.RUNNING, Cutout.ALPHA) == (new.nodes[SPEECH].state, _claimed(new.nodes[SPEECH]).cutout)
