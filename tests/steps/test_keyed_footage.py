"""Footage by the tenant's own HeyGen account: bought once whatever is lost, kept by us, billed to the tenant."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY
from infra.local.vendors.marks import read_film, read_sound
from shared.cloud.secret_names import vendor_key
from shared.codes import Code
from shared.door import bill_views
from shared.pipeline.job.job import Ending, Outcome, Payer, Reconcile, State
from shared.pipeline.job.names import task_name
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.plan.plan import Sound
from shared.pipeline.plan.request import AspectRatio, BRoll, Filmer, FilmRequest, SceneRequest
from shared.providers.tuning import JudgesVoices
from shared.steps.problems import Problem
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILM, SPEECH, TENANT, Stage, footage, presented, staged
from tests.steps.stage import FILMS_WITH_ITS_KEY as ON

BY_HEYGEN = BRoll(provider=Filmer.HEYGEN)
SUBMIT = r"^heygen POST /v3/models/videos$"
LOOK_AT = r"^heygen GET /v3/models/videos/"


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage whose tenant has footage by HeyGen turned on."""
    with staged(tmp_path, canned=canned) as opened:
        opened.wiring.tenants.put_tenant(ON)
        yield opened


@pytest.fixture
def hasty(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one that waits for an answer of HeyGen's footage for seconds, not for a minute."""
    with staged(tmp_path, canned=canned, timeouts={"vendors": {"heygen_video": {"http": 5}}}) as opened:
        opened.wiring.tenants.put_tenant(ON)
        yield opened


def ordered(stage: Stage, request: FilmRequest | None = None) -> str:
    """Order a film by HeyGen's account."""
    wanted = request or footage(b_roll=BY_HEYGEN)
    return stage.order(wanted, tenant=ON)


def started(stage: Stage, request: FilmRequest | None = None) -> str:
    """Order a film and let its clip be started."""
    job_id = ordered(stage, request)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    return job_id


def outcomes(stage: Stage, job_id: str) -> list[Outcome]:
    """Return how a clip's attempts ended."""
    return [line.outcome for line in stage.node(job_id, CLIP).attempts]


def test_a_film_on_one_heygen_key(stage: Stage, tmp_path: Path) -> None:
    """Clips of whole seconds, none from Veo; the tenant's column has them all, ours the composing alone."""
    scenes = tuple(SceneRequest(visual_description=f"A mug, {n}", duration=8) for n in range(3))
    job_id = ordered(stage, footage(scenes=scenes, aspect_ratio=AspectRatio.SQUARE, b_roll=BY_HEYGEN))

    stage.live(job_id)

    job = stage.job(job_id)
    film, bill = job.nodes[FILM].output, bill_views.billed(job)
    assert Ending.COMPLETED is job.ending
    assert film is not None
    stage.wiring.blobs.fetch(film.uri, tmp_path / "film.mp4")
    read = read_film(tmp_path / "film.mp4")
    assert (180, 180) == (read.width, read.height)
    assert pytest.approx(24.0, abs=0.05) == read.seconds
    assert 3 == len({seen.footage.prompt for seen in read.seen if seen.footage})
    assert (0, 3) == (stage.submits("veo"), stage.submits("heygen_video"))
    assert "0.7200" == bill["billed_by_provider"]
    assert job.plan.compose_cost == job.money.charged
    assert 720_000 == sum(line["amount_micros"] for line in stage.bill("heygen"))


def test_a_clip_lies_in_the_films_bucket_under_its_attempt(stage: Stage) -> None:
    """What arrives in the takes bucket is an event about Veo: nothing of HeyGen's ever lies there."""
    job_id = ordered(stage)

    stage.live(job_id)

    node = stage.node(job_id, CLIP)
    takes = stage.wiring.settings.takes_bucket
    assert node.output is not None
    assert f"gs://{stage.wiring.settings.films_bucket}/jobs/{job_id}/{CLIP}/t1-a1.mp4" == node.output.uri
    assert [] == list(stage.wiring.blobs.list(f"gs://{takes}/"))
    assert ("heygen_video", Payer.PROVIDER_ACCOUNT) == (node.provider, node.payer)


def test_the_claim_keeps_how_it_is_found_out_and_with_which_key(stage: Stage) -> None:
    """The key's version and fingerprint, and that only its key can tell."""
    claim = stage.node(started(stage), CLIP).claim

    assert claim is not None
    assert (Reconcile.IDEMPOTENCY_KEY, None) == (claim.reconcile, claim.prefix)
    assert claim.secret_version
    assert claim.key_fingerprint


def test_the_port_and_the_row_agree(stage: Stage) -> None:
    """The client says the same way of finding out as the machine's row, and pays as the table says."""
    row = VENDORS["heygen_video"]
    model = stage.wiring.tables.tenant_footage["heygen"]

    assert stage.wiring.keyed_footage["heygen_video"].reconcile is row.reconcile
    assert all(VENDORS[one.vendor].payer is Payer.PROVIDER_ACCOUNT for one in model.values())
    assert all(VENDORS[one.vendor].payer is Payer.US for one in stage.wiring.tables.footage.values())


def test_an_avatar_services_row_says_what_its_client_can(stage: Stage) -> None:
    """A service has styles if its client can tell which voices have one (test_styles.py)."""
    services = stage.wiring.tables.presenters

    assert {name: isinstance(stage.wiring.presenters[name], JudgesVoices) for name in services} == {
        name: "style" in service.voice for name, service in services.items()
    }


@pytest.mark.parametrize("kind", [Kind.LOSE, Kind.HANG])
def test_a_lost_answer_is_asked_for_under_its_key(hasty: Stage, kind: Kind) -> None:
    """Half a minute later the same key tells: one attempt, one film, one bill."""
    hasty.wire.on(SUBMIT, kind)
    job_id = ordered(hasty)

    hasty.live(job_id)

    assert (Ending.COMPLETED, 1) == (hasty.job(job_id).ending, hasty.node(job_id, CLIP).attempt)
    assert 1 == len(hasty.bill("heygen"))
    assert [Outcome.DONE] == outcomes(hasty, job_id)


def test_an_answer_of_503_is_not_the_end(stage: Stage) -> None:
    """It may have made a film: the same key is asked again, no other attempt is."""
    stage.wire.on(SUBMIT, Kind.REFUSE, "503")
    job_id = ordered(stage)

    stage.live(job_id)

    assert (Ending.COMPLETED, 1) == (stage.job(job_id).ending, stage.node(job_id, CLIP).attempt)
    assert 1 == len(stage.bill("heygen"))


def test_it_is_not_on_unless_somebody_turned_it_on(stage: Stage) -> None:
    """Its terms are unconfirmed: the refusal names who can turn it on, and nothing is asked."""
    with pytest.raises(Problem) as refused:
        stage.wiring.create_job.create(TENANT, footage(b_roll=BY_HEYGEN), None, "trace")

    assert ["b_roll.provider"] == list(refused.value.details)
    assert "operator" in str(refused.value.details)
    assert 0 == stage.submits("heygen_video")


def test_a_tenant_without_a_key_is_told_before_paying(stage: Stage) -> None:
    """Nobody speaks in the film, and still it is HeyGen's account that pays."""
    stage.wiring.tenants.delete_integration(ON.id, "heygen", "production")

    with pytest.raises(Problem) as refused:
        ordered(stage)

    assert Code.NO_PROVIDER_KEY is refused.value.code


def test_an_account_that_cannot_pay_is_told_before_ordering(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """The wallet must hold what footage and takes cost together."""
    with staged(tmp_path, canned=canned, heygen={"accounts": {DEMO_KEY: 0.1}}) as stage:
        stage.wiring.tenants.put_tenant(ON)
        with pytest.raises(Problem) as refused:
            ordered(stage)

    assert Code.CREDITS is refused.value.code


def test_a_full_account_keeps_clips_and_takes_waiting(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """Its places are shared: a clip's 429 makes the account's other calls wait, and the film is made in the end."""
    with staged(tmp_path, canned=canned, heygen={"concurrency": 1, "retry_after_seconds": 20}) as stage:
        stage.wiring.tenants.put_tenant(ON)
        job_id = ordered(stage, presented(b_roll=BY_HEYGEN))
        stage.wiring.start_presenter(stage.message(job_id, SPEECH))
        stage.wiring.start_clip(stage.message(job_id, CLIP))
        waiting = stage.node(job_id, CLIP)

        stage.live(job_id)

        assert (State.QUEUED, "HeyGen") == (waiting.state, (waiting.why or "")[:6])
        assert Ending.COMPLETED is stage.job(job_id).ending
        assert (1, 1) == (stage.node(job_id, CLIP).attempt, stage.node(job_id, SPEECH).attempt)
        assert [True, True] == [line["billed"] for line in stage.bill("heygen")]


@pytest.mark.parametrize("kind", ["html", "cut", "empty"])
def test_a_file_that_is_no_film_is_fetched_again_then_fails_as_paid(stage: Stage, kind: str) -> None:
    """A fresh link may give the film; five of them gave none, so a person is told which video to ask about."""
    job_id = ordered(stage, footage(f"A mug [[file:{kind}]]", b_roll=BY_HEYGEN))

    stage.live(job_id)

    node = stage.node(job_id, CLIP)
    assert (Ending.FAILED, State.FAILED) == (stage.job(job_id).ending, node.state)
    assert "HeyGen about video" in (node.next_move or "")
    assert 1 == len(stage.bill("heygen"))
    assert [Outcome.GIVEN_UP] == outcomes(stage, job_id)


def test_a_fresh_link_gives_the_film(stage: Stage) -> None:
    """The first two downloads were an error's page."""
    job_id = ordered(stage, footage("A mug [[file:html.2]]", b_roll=BY_HEYGEN))

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 1 == len(stage.bill("heygen"))


def test_a_film_of_another_length_is_not_the_clip(stage: Stage) -> None:
    """Its length is probed, never assumed."""
    job_id = ordered(stage, footage("A mug [[file:short]]", b_roll=BY_HEYGEN))

    stage.live(job_id)

    assert Code.NOT_A_FILM == stage.node(job_id, CLIP).code


def test_a_failed_film_is_ordered_again_within_the_ceiling(stage: Stage) -> None:
    """Whether a failed film is free here is unknown: each counts as paid, so the second is the last."""
    job_id = ordered(stage, footage("A mug [[fail:internal_error]]", b_roll=BY_HEYGEN))

    stage.live(job_id)

    assert (Ending.FAILED, Code.SPEND_CEILING) == (stage.job(job_id).ending, stage.node(job_id, CLIP).code)
    assert [Outcome.GIVEN_UP] * 2 == outcomes(stage, job_id)
    assert all(line.dead_at for line in stage.node(job_id, CLIP).attempts)
    assert [False] * 2 == [line["billed"] for line in stage.bill("heygen")]


def test_a_scene_the_filter_refused_says_what_to_do(stage: Stage) -> None:
    """Nothing was made; other words for that scene are the way on."""
    job_id = ordered(stage, footage("A mug [[moderation]]", b_roll=BY_HEYGEN))

    stage.live(job_id)

    node = stage.node(job_id, CLIP)
    assert (Code.SAFETY, [Outcome.REFUSED]) == (node.code, outcomes(stage, job_id))
    assert "scene 1" in (node.next_move or "")


def test_a_clip_deleted_there_is_paid_and_not_ordered_again(stage: Stage) -> None:
    """Somebody deleted it in HeyGen's own app: a 404 is believed when it has come twice."""
    job_id = started(stage)
    stage.wire.on(LOOK_AT, Kind.REFUSE, "404", times=100)

    stage.live(job_id)

    assert Code.TAKE_GONE == stage.node(job_id, CLIP).code
    assert [Outcome.GIVEN_UP] == outcomes(stage, job_id)


def test_a_key_made_anew_is_never_asked_about_the_old_accounts_clip(stage: Stage) -> None:
    """Version 1 of a secret made again is another account: the fingerprint tells, and no call goes there."""
    job_id = started(stage)
    name = vendor_key("heygen", "production", ON.id)
    stage.wiring.secrets.delete(name)
    stage.wiring.secrets.put(name, "another account's key", {"tenant": ON.id})
    looks = stage.wire.count(LOOK_AT)

    stage.wiring.watch_clip(stage.message(job_id, CLIP))

    assert Code.KEY_CHANGED == stage.node(job_id, CLIP).code
    assert looks == stage.wire.count(LOOK_AT)


def test_its_sound_is_heard_only_where_it_was_asked_for(stage: Stage, tmp_path: Path) -> None:
    """HeyGen films with sound whoever asked for none: the composer leaves it out."""
    job_id = ordered(stage, footage(b_roll=replace(BY_HEYGEN, audio=Sound.MUTE)))

    stage.live(job_id)

    film = stage.job(job_id).nodes[FILM].output
    assert film is not None
    stage.wiring.blobs.fetch(film.uri, tmp_path / "film.mp4")
    assert {None} == {heard.prompt for heard in read_sound(tmp_path / "film.mp4")} or not read_sound(
        tmp_path / "film.mp4"
    )


def test_each_vendors_starts_wait_in_a_queue_of_its_own(stage: Stage) -> None:
    """A slow vendor's rate is no other's: Veo's clips never stand before HeyGen's, nor one's takes before another's."""
    queues = {
        "veo": (stage.order(footage()), CLIP),
        "heygen-video": (ordered(stage), CLIP),
        "presenter": (stage.order(presented()), SPEECH),
    }

    for queue, (job_id, key) in queues.items():
        name = task_name(job_id, key, stage.node(job_id, key).wake)
        assert [queue] == [task.name.split("/")[-3] for task in stage.waiting() if task.name.endswith(f"/{name}")]


def test_the_sweep_looks_into_the_vendors_own_queue(stage: Stage) -> None:
    """A late clip whose task still waits there is put aside, not pushed."""
    job_id = ordered(stage)
    wake = stage.node(job_id, CLIP).wake
    stage.clock.forward(600)

    stage.wiring.sweep()

    assert (wake, 0) == (stage.node(job_id, CLIP).wake, stage.node(job_id, CLIP).nudges)
