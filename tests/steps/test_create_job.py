"""create_job: refusals store nothing, and an Idempotency-Key heals whatever broke between the commit and the queue."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.jobs import StoreUnreachable
from shared.codes import Code
from shared.pipeline.job.job import Job, State
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest
from shared.steps.problems import Problem
from tests.faults.cloud import WrongClock
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, SPEECH, TENANT, Stage, footage, presented, staged

COMMIT, ENQUEUE = "^firestore Commit", "^tasks CreateTask"


def jobs(stage: Stage) -> int:
    return len(list(stage.wiring.clients.firestore.collection("jobs").stream()))


def reserved(stage: Stage) -> int:
    return stage.cloud.eyes.jobs.month(TENANT.id, f"{stage.clock():%Y-%m}").reserved


def made(stage: Stage, key: str | None) -> tuple[Job, bool]:
    created = stage.wiring.create_job.create(TENANT, presented(), key, "trace")
    return created.job, created.repeated


def test_a_job_its_reservation_and_its_first_tasks(stage: Stage) -> None:
    """One commit stores the job and reserves its price; then every node that is ready has its task."""
    job, again = made(stage, None)

    assert not again
    assert job.money.reserved == reserved(stage)
    assert stage.wants(job.id, CLIP)
    assert stage.wants(job.id, SPEECH)
    assert 1 == stage.wire.count(COMMIT)


def test_the_same_key_is_the_same_job(stage: Stage) -> None:
    """The second request stores and reserves nothing."""
    first, _ = made(stage, "k")

    second, again = made(stage, "k")

    assert (first.id, True) == (second.id, again)
    assert first.money.reserved == reserved(stage)


def test_a_crash_between_commit_and_queue_is_healed_by_the_same_request(stage: Stage) -> None:
    """No task was enqueued, the caller got no answer: sending it again enqueues them, under the same names."""
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED", times=2)
    first, _ = made(stage, "k")
    assert [] == stage.waiting()

    made(stage, "k")

    assert stage.wants(first.id, CLIP)
    assert stage.wants(first.id, SPEECH)
    assert 2 == len(stage.waiting())


@pytest.mark.parametrize("status", ["UNAVAILABLE", "DEADLINE_EXCEEDED"])
@pytest.mark.parametrize("key", [None, "k"])
def test_a_creation_whose_answer_was_lost_is_found(stage: Stage, status: str, key: str | None) -> None:
    """The commit was applied: one job, one reservation, its tasks enqueued."""
    stage.wire.on(COMMIT, Kind.LOSE, status)

    job, _ = made(stage, key)

    assert 1 == jobs(stage)
    assert job.money.reserved == reserved(stage)
    assert stage.wants(job.id, CLIP)


def test_a_creation_that_did_not_happen_is_tried_again(stage: Stage) -> None:
    """An unclear end with nothing stored: the same job is created by the next try."""
    stage.wire.on(COMMIT, Kind.REFUSE)

    job, _ = made(stage, None)

    assert 1 == jobs(stage)
    assert job.money.reserved == reserved(stage)


def test_two_orders_at_once_reserve_both(stage: Stage) -> None:
    """Both name the month's revision: the loser reads again, and nothing is lost or counted twice."""
    twin = stage.cloud.instance()
    stage.wire.on(COMMIT, meanwhile=lambda: twin.create_job.create(TENANT, footage(), None, "t"))

    job, _ = made(stage, None)

    assert 2 == jobs(stage)
    assert job.money.reserved < reserved(stage)


def test_two_orders_at_once_cannot_both_pass_the_cap(stage: Stage) -> None:
    """The loser of the race counts again and is refused."""
    price = stage.wiring.create_job.create.dry_run(TENANT, footage()).plan
    job, _ = stage.wiring.create_job.create(TENANT, footage(), None, "t").job, price
    capped = dataclasses.replace(TENANT, monthly_cap=2 * job.money.reserved + 1)
    stage.wiring.months.change(capped, f"{stage.clock():%Y-%m}")
    twin = stage.cloud.instance()
    stage.wire.on(COMMIT, meanwhile=lambda: twin.create_job.create(capped, footage(), None, "t"))

    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(capped, footage(), None, "t")

    assert Code.MONTHLY_CAP == refused.value.code
    assert 2 == jobs(stage)


def test_a_key_used_for_another_request_is_refused(stage: Stage) -> None:
    """409, and the first job is untouched."""
    first, _ = made(stage, "k")

    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(TENANT, footage(), "k", "t")

    assert Code.IDEMPOTENCY_CONFLICT == refused.value.code
    assert stage.job(first.id) == first
    assert 1 == jobs(stage)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"avatar": "look_nobody"}, Code.AVATAR_NOT_FOUND),
        ({"avatar": "look_refused"}, Code.AVATAR_NOT_USABLE),
        ({"image_url": "http://127.0.0.1:9/none.jpg"}, Code.IMAGE_REFUSED),
    ],
)
def test_a_refusal_stores_nothing(stage: Stage, changed: dict[str, str], code: Code) -> None:
    """Every free check comes before anything is stored, reserved or enqueued."""
    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(TENANT, presented(**changed), "k", "t")

    assert code == refused.value.code
    assert (0, 0, []) == (jobs(stage), reserved(stage), stage.waiting())
    assert 0 == stage.wire.count("^storage (POST|PUT)")


def test_every_look_and_voice_that_fails_is_named_by_its_own_field(stage: Stage) -> None:
    """Two wrong looks and a wrong voice in one order are told at once, each where the request names it."""
    scenes = (
        SceneRequest(visual_description="A mug", script="Hi.", avatar_id="look_nobody", voice_id="voice_nobody"),
        SceneRequest(visual_description="A mug", script="Hi.", avatar_id="look_refused", voice_id="voice_en_ana"),
    )

    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(TENANT, FilmRequest(product_title="Mug", scenes=scenes), None, "t")

    assert {
        "scenes.0.avatar_id": ["HeyGen does not know this avatar."],
        "scenes.1.avatar_id": ["HeyGen does not let this avatar be used."],
        "scenes.0.voice_id": ["HeyGen does not know this voice."],
    } == refused.value.details
    assert 0 == jobs(stage)


def test_a_look_without_a_voice_is_refused_before_anything_is_bought(stage: Stage) -> None:
    """HeyGen would refuse the take after the footage was paid; the look itself tells that it has no voice."""
    scene = SceneRequest(visual_description="A mug", script="Hi.", avatar_id="look_mia_twin")

    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(TENANT, FilmRequest(product_title="Mug", scenes=(scene,)), None, "t")

    assert {"scenes.0.voice_id": ["is required: look_mia_twin has no voice of its own"]} == refused.value.details


def test_a_dry_run_says_engine_and_price(stage: Stage) -> None:
    """The commonest stock look knows only Avatar III, which costs a quarter of Avatar IV."""
    create = stage.wiring.create_job.create

    common, dear = (
        create.dry_run(TENANT, presented(avatar=look)).plan for look in ("look_ana_studio", "look_ben_studio")
    )

    seconds = common.speeches[0].seconds
    assert [("avatar_iii", round(seconds * 16_700)), ("avatar_iv", round(seconds * 66_700))] == [
        (plan.speeches[0].engine, plan.cost_to_provider_account) for plan in (common, dear)
    ]


def test_without_an_avatar_account_nothing_is_stored(stage: Stage) -> None:
    """422 names the route to PUT the key."""
    stage.wiring.tenants.delete_integration(TENANT.id, "heygen", "production")

    with pytest.raises(Problem) as refused:
        made(stage, None)

    assert Code.NO_PROVIDER_KEY == refused.value.code
    assert 0 == jobs(stage)


@pytest.mark.parametrize("lacking", ["no key", "a key HeyGen rejects"])
def test_a_dry_run_tells_a_price_without_a_working_key(stage: Stage, lacking: str) -> None:
    """The default engine's dearest price and the call that is lacking; the order itself is refused, nothing stored."""
    if lacking == "no key":
        stage.wiring.tenants.delete_integration(TENANT.id, "heygen", "production")
    else:
        stage.wire.on("^heygen GET", Kind.REFUSE, "401", times=9)

    told = stage.wiring.create_job.create.dry_run(TENANT, presented()).plan
    stage.wire.on("^heygen GET", Kind.REFUSE, "401", times=9)
    with pytest.raises(Problem) as refused:
        made(stage, None)

    assert round(told.speeches[0].seconds * 66_700) == told.cost_to_provider_account
    assert 1 == len([said for said in told.warnings if "PUT /tenant/integrations/heygen" in said])
    assert Code.NO_PROVIDER_KEY == refused.value.code
    assert (0, 0, []) == (jobs(stage), reserved(stage), stage.waiting())


def test_a_dry_run_without_a_key_still_refuses_what_is_wrong(stage: Stage) -> None:
    """Only the key is forgiven: an image nobody can fetch is told as ever."""
    stage.wiring.tenants.delete_integration(TENANT.id, "heygen", "production")

    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create.dry_run(TENANT, presented(image_url="http://127.0.0.1:9/none.jpg"))

    assert (Code.IMAGE_REFUSED, ["image_url"]) == (refused.value.code, list(refused.value.details))


@pytest.mark.parametrize("dry_run", [True, False])
def test_wrong_looks_voices_and_images_are_told_at_once(stage: Stage, dry_run: bool) -> None:
    """Each by its own field, whatever else is wrong; an upload nobody sent counts as an image."""
    scenes = (
        SceneRequest(visual_description="A mug", script="Hi.", avatar_id="look_nobody", voice_id="voice_nobody"),
        SceneRequest(visual_description="A mug", image_url="http://127.0.0.1:9/none.jpg"),
    )
    film = FilmRequest(product_title="Mug", scenes=scenes, image="0" * 64, b_roll=BRoll(join=Join.CUT))
    create = stage.wiring.create_job.create

    with pytest.raises(Problem) as refused:
        create.dry_run(TENANT, film) if dry_run else create(TENANT, film, None, "t")

    told = refused.value
    assert Code.AVATAR_NOT_FOUND is told.code
    assert {"scenes.0.avatar_id", "scenes.0.voice_id", "scenes.1.image_url", "image"} == told.details.keys()
    assert "scenes.0.avatar_id: HeyGen does not know this avatar; scenes.0.voice_id" in told.message
    assert "image not usable: image: there is no such image; scenes.1.image_url: could not be fetched" in told.message
    assert (0, 0, []) == (jobs(stage), reserved(stage), stage.waiting())


def test_an_empty_wallet_hides_no_wrong_image(tmp_path: Path) -> None:
    """Both are told, so that one more call is enough."""
    with staged(tmp_path, heygen={"accounts": {DEMO_KEY: 0.0}}) as stage, pytest.raises(Problem) as refused:
        stage.order(presented(image_url="http://127.0.0.1:9/none.jpg"))

    assert Code.CREDITS is refused.value.code
    assert ["image_url"] == list(refused.value.details)
    assert "top up" in refused.value.next_move
    assert "Check that the link works" in refused.value.next_move


def test_a_look_without_a_voice_hides_no_wrong_image(stage: Stage) -> None:
    """What the look itself tells is told beside what its server tells."""
    scene = SceneRequest(
        visual_description="A mug", script="Hi.", avatar_id="look_mia_twin", image_url="http://127.0.0.1:9/none.jpg"
    )

    with pytest.raises(Problem) as refused:
        stage.order(FilmRequest(product_title="Mug", scenes=(scene,)))

    assert Code.VALIDATION_ERROR is refused.value.code
    assert {"scenes.0.voice_id", "scenes.0.image_url"} == refused.value.details.keys()


def test_a_tenants_share_of_live_jobs_is_kept(stage: Stage) -> None:
    """One more than `live_jobs` is 429 with a time to come back."""
    one = dataclasses.replace(TENANT, live_jobs=1)
    stage.wiring.create_job.create(one, footage(), None, "t")

    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(one, footage(), None, "t")

    assert (Code.TOO_MANY_LIVE_JOBS, 30) == (refused.value.code, refused.value.retry_after)
    assert 1 == jobs(stage)


def test_a_slow_avatar_service_is_a_warning(stage: Stage) -> None:
    """The check beforehand is a service to the caller; HeyGen being down stops no order."""
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=9)

    job, _ = made(stage, None)

    assert any("could not be checked" in warning for warning in job.warnings)


def test_a_store_that_is_down_is_told_as_such(stage: Stage) -> None:
    """Nothing is known about the job: the caller sends it again."""
    stage.wire.on("^firestore BatchGet", Kind.REFUSE, "PERMISSION_DENIED")

    with pytest.raises(StoreUnreachable):
        made(stage, "k")


def test_a_machine_whose_clock_is_ahead_delays_nothing(stage: Stage) -> None:
    """A job is made from the server's time: both its clips may start now, not in an hour."""
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    ahead = stage.cloud.instance(WrongClock(stage.clock, 3600))
    film = FilmRequest(product_title="Mug", scenes=(scene, scene), b_roll=BRoll(join=Join.CUT))

    job = ahead.create_job.create(TENANT, film, None, "trace").job
    stage.clock.forward(1)

    assert 2 == stage.cloud.tasks.run_due()
    assert [State.RUNNING] * 2 == [stage.node(job.id, key).state for key in (CLIP, "clip-2")]
    assert job.created_at <= stage.clock()


def test_an_empty_wallet_is_told_before_anything_is_bought(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """What the avatar service tells for free: the account cannot pay for the take, so no clip is bought for it."""
    with staged(tmp_path, heygen={"accounts": {DEMO_KEY: 0.0}}, canned=canned) as stage:
        with pytest.raises(Problem) as refused:
            stage.wiring.create_job.create(TENANT, presented(), None, "t")

        assert Code.CREDITS is refused.value.code
        assert "$0.00 left" in refused.value.message
        assert "top up" in refused.value.next_move
        assert (0, 0, []) == (jobs(stage), reserved(stage), stage.waiting())
        assert 0 == stage.submits("veo")


def test_a_wallet_with_just_too_little_for_a_longer_speech_is_refused(
    tmp_path: Path, canned: Mapping[str, Path]
) -> None:
    """The estimate and a fifth of it must be there."""
    with staged(tmp_path / "a", canned=canned) as stage:
        price = stage.wiring.create_job.create.dry_run(TENANT, presented()).plan.cost_to_provider_account

    for factor, told in ((1.19, Code.CREDITS), (1.21, None)):
        accounts = {DEMO_KEY: price * factor / 1e6}
        with staged(tmp_path / f"{factor}", heygen={"accounts": accounts}, canned=canned) as stage:
            if told is None:
                assert stage.order(presented())
                continue
            with pytest.raises(Problem) as refused:
                stage.order(presented())
            assert told is refused.value.code
