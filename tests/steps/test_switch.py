"""A film whose first avatar service cannot be had: by the second, without a presenter, or failed; paid once a want."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from infra.local.vendors.did.settings import DEMO_KEY
from shared.codes import Code
from shared.pipeline.job.job import Ending
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.pipeline.plan.request import IfUnclear, PresenterFailure
from shared.pipeline.vendors.state import Breaker, VendorsState
from tests.faults.wire import Kind
from tests.steps.calls import customer, told
from tests.steps.stage import AMBER, LOOK, MINUTE, ORDERS, SPEECH, TENANT, VOICE, Stage, by_persona, staged

FAIL, FALLBACK, WITHOUT = PresenterFailure
PAY_AGAIN = IfUnclear.PAY_AGAIN
MATE = "presenter-2"
POLLS = r"^heygen GET /v3/videos"


@pytest.fixture
def stage(tmp_path: Path, canned: dict[str, Path]) -> Iterator[Stage]:
    """Open a stage with both avatar services, and a persona they both know."""
    with staged(tmp_path, canned=canned, did={}) as opened:
        yield opened


def paid(stage: Stage) -> tuple[int, int]:
    """Return how many takes HeyGen and D-ID billed."""
    heygen, did = (sum(each["billed"] for each in stage.bill(name)) for name in ("heygen", "did"))
    return heygen, did


def unreachable(stage: Stage) -> None:
    """Let nobody reach HeyGen, from before the order on."""
    stage.cloud._web["heygen"].refuse()


def silent(stage: Stage) -> None:
    """Let HeyGen take the order, and never again say a word of anything."""
    stage.wire.on(ORDERS["heygen"], Kind.LOSE, "503")
    stage.wire.on(ORDERS["heygen"], Kind.REFUSE, "503", nth=2, times=999)
    stage.wire.on(POLLS, Kind.REFUSE, "503", times=999)


def after_accepting(stage: Stage) -> None:
    """Let HeyGen accept the order, then answer no question about it."""
    stage.wire.on(POLLS, Kind.REFUSE, "503", times=999)


def broke(stage: Stage) -> None:
    """Let HeyGen's account be empty when it is ordered from."""
    stage.wire.on(ORDERS["heygen"], Kind.REFUSE, "402", times=9)


@dataclass(frozen=True, slots=True)
class Case:
    """How HeyGen fails, what the order said, and what must come of it."""

    fails: Callable[[Stage], None]
    rule: PresenterFailure | None
    ending: Ending
    paid: tuple[int, int]  # by HeyGen, by D-ID
    code: Code | None = None
    unclear: IfUnclear | None = None
    lacks: bool = False

    def __str__(self) -> str:
        return f"{self.fails.__name__}, {self.rule}, {self.unclear}"


DONE, LOST = Ending.COMPLETED, Ending.FAILED
CASES = (
    Case(unreachable, FAIL, LOST, (0, 0), Code.CAPACITY),
    Case(unreachable, FALLBACK, DONE, (0, 1)),
    Case(unreachable, WITHOUT, DONE, (0, 1)),
    Case(broke, FAIL, LOST, (0, 0), Code.CREDITS),
    Case(broke, None, DONE, (0, 1)),
    Case(broke, FALLBACK, DONE, (0, 1)),
    Case(silent, FAIL, LOST, (1, 0), Code.UNANSWERED),
    Case(silent, FALLBACK, LOST, (1, 0), Code.UNANSWERED),
    Case(silent, FALLBACK, DONE, (1, 1), unclear=PAY_AGAIN),
    Case(silent, WITHOUT, DONE, (1, 0), lacks=True),
    Case(after_accepting, FAIL, LOST, (1, 0), Code.TIMEOUT),
    Case(after_accepting, FALLBACK, LOST, (1, 0), Code.TIMEOUT),
    Case(after_accepting, FALLBACK, DONE, (1, 1), unclear=PAY_AGAIN),
    Case(after_accepting, WITHOUT, DONE, (1, 0), lacks=True),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_way_to_fail_ends_as_the_order_says(stage: Stage, case: Case) -> None:
    """A right film by the second service, one without a presenter, or a plain failure; never paid twice unasked."""
    if case.fails is unreachable:
        case.fails(stage)
    job_id = stage.order(by_persona("Hello. [[nocallback]]", on_presenter_failure=case.rule, if_unclear=case.unclear))
    if case.fails is not unreachable:
        case.fails(stage)

    stage.live(job_id, limit=4000)

    job, node = stage.job(job_id), stage.node(job_id, SPEECH)
    assert case.ending is job.ending, job.trouble
    assert case.paid == paid(stage)
    assert case.code == (job.trouble.code if job.trouble else None)
    assert case.lacks is (node.waived_at is not None)
    assert sum(case.paid) == sum(line.charged for line in node.attempts)
    if case.ending is DONE and not case.lacks:
        assert [AMBER] == [each["presenter"] for each in stage.bill("did")]
        assert ("did", 1) == (node.provider, node.choice)


@pytest.mark.parametrize(
    ("rule", "ending", "lacks"), [(FALLBACK, LOST, False), (WITHOUT, DONE, True)], ids=["fallback", "without"]
)
def test_credits_gone_amid_a_cast_never_make_two_faces(
    stage: Stage, rule: PresenterFailure, ending: Ending, lacks: bool
) -> None:
    """HeyGen makes the first take and has no credits for the second: another face would speak it, so nobody does."""
    job_id = stage.order(by_persona(scenes=2, on_presenter_failure=rule))
    stage.wire.on(ORDERS["heygen"], Kind.REFUSE, "402", nth=2, times=9)

    stage.live(job_id)

    job, mate = stage.job(job_id), stage.node(job_id, MATE)
    assert ending is job.ending
    assert (1, 0) == paid(stage)
    assert {"heygen"} == {node.provider for node in job.nodes.values() if node.kind == "presenter"}
    assert lacks is (mate.waived_at is not None)
    assert "one presenter shows one face in a film" in f"{mate.why}"


def test_a_cast_moves_as_one(stage: Stage) -> None:
    """The lead is refused: both takes are D-ID's, and HeyGen never hears of the second."""
    broke(stage)
    job_id = stage.order(by_persona(scenes=2))

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert (0, 2) == paid(stage)
    assert 1 == stage.submits("heygen")


def test_a_final_word_is_a_verdict(stage: Stage) -> None:
    """HeyGen renders and fails: D-ID is asked after that one try."""
    job_id = stage.order(by_persona())
    stage.cloud.tasks.run_due()
    while not stage.submits("heygen"):
        stage.clock.forward(1)
        stage.cloud.tasks.run_due()
    (video,) = stage.heygen._videos.pending()
    stage.heygen._videos.finish(video.id, stage.clock(), seconds=None, amount=0, failure=("rendering_failed", "no"))

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert (0, 1) == paid(stage)
    assert 1 == stage.submits("heygen")


def test_an_unsafe_script_is_not_offered_to_another(stage: Stage) -> None:
    """Moderation is no weakness of a service (hole 79)."""
    job_id = stage.order(by_persona("Hello. [[moderation]]", on_presenter_failure=FALLBACK))

    stage.live(job_id)

    assert Ending.FAILED is stage.job(job_id).ending
    assert 0 == stage.submits("did")


def test_a_503_that_made_something_asks_nobody_else(stage: Stage) -> None:
    """The order was made, its answer said 503: D-ID gets nothing, and the film is HeyGen's own (hole 75)."""
    stage.wire.on(ORDERS["heygen"], Kind.LOSE, "503")
    job_id = stage.order(by_persona())

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert (1, 0) == paid(stage)
    assert 0 == stage.submits("did")


def test_the_second_order_follows_the_verdict_at_once(stage: Stage) -> None:
    """From the verdict's commit to D-ID's submit no clock moves: nothing is asked or waited for in between."""
    broke(stage)
    moments: list[timedelta] = []
    stage.wire.on(
        ORDERS["did"], meanwhile=lambda: moments.append(stage.clock() - stage.node(job_id, SPEECH).switches[0].at)
    )
    job_id = stage.order(by_persona())
    stage.cloud.tasks.run_due()
    stage.clock.forward(1)

    stage.cloud.tasks.run_due()

    assert [True] == [moment <= timedelta(seconds=5) for moment in moments]


def test_a_breaker_that_is_open_costs_no_wait(stage: Stage) -> None:
    """HeyGen is known to be down for all: it is not even asked."""
    since = stage.clock()
    down = Breaker(open_until=since + timedelta(minutes=10), since=since)
    assert stage.wiring.vendor_states.change(lambda _: VendorsState(breakers={"heygen": down}))
    job_id = stage.order(by_persona())

    stage.live(job_id)

    assert (Ending.COMPLETED, 0) == (stage.job(job_id).ending, stage.submits("heygen"))
    assert (0, 1) == paid(stage)


def test_a_webhook_of_the_service_that_was_left_is_looked_up_by_its_own_key(stage: Stage) -> None:
    """HeyGen's take comes after it was heard out: a line in the ledger, no second face, no foreign key (hole 62)."""
    after_accepting(stage)
    job_id = stage.order(by_persona("Hello. [[nocallback]]", on_presenter_failure=FALLBACK, if_unclear=PAY_AGAIN))
    swept = stage.clock()
    while stage.node(job_id, SPEECH).choice == 0:
        stage.round()
        if stage.clock() - swept >= MINUTE:  # as the platform does, and as `live` does
            swept = stage.clock()
            stage.wiring.sweep()
    stage.wire.mend()
    video = str(stage.bill("heygen")[0]["id"])
    before = stage.wire.count(look := f"^heygen GET /v3/videos/{video}")

    stage.wiring.watch_presenter(stage.message(job_id, SPEECH, take=1, attempt=1, hint=video))
    assert before + 1 == stage.wire.count(look)
    stage.live(job_id)

    node = stage.node(job_id, SPEECH)
    assert ("did", Ending.COMPLETED) == (node.provider, stage.job(job_id).ending)
    assert ["heygen", "did"] == [line.vendor for line in node.attempts]
    assert 0 == stage.wire.count(f"^did .*{video}")


# What is told before and after.


def test_a_dry_run_tells_who_takes_over_and_the_dearest_way(stage: Stage) -> None:
    """Who comes next, at which price, and what it costs at most if both are paid."""
    shop = customer(stage.wiring, TENANT.id)
    body = {
        "product_title": "Mug",
        "scenes": [{"visual_description": "A mug", "duration": 4, "script": "Hello.", "persona": "ana"}],
        "dry_run": True,
    }

    plain = told(shop.call("POST", "/create_job", body))
    twice = told(shop.call("POST", "/create_job", {**body, "if_unclear": "pay_again"}))

    rule = plain["presenter_failure"]
    assert ("fallback", "wait") == (rule["rule"], rule["if_unclear"])
    assert [("ana", "did", [SPEECH])] == [(each["persona"], each["provider"], each["nodes"]) for each in rule["next"]]
    first, second = float(plain["estimated_cost"]["billed_by_provider"]), float(rule["next"][0]["cost"])
    assert max(first, second) == pytest.approx(float(rule["cost_at_most"]["billed_by_provider"]))
    most = twice["presenter_failure"]["cost_at_most"]["billed_by_provider"]
    assert first + second == pytest.approx(float(most))


def test_a_job_says_who_left_whom_and_why(stage: Stage) -> None:
    """The job's view names the switch, the bill has a line a service, a warning stands first."""
    broke(stage)
    shop = customer(stage.wiring, TENANT.id)
    job_id = stage.order(by_persona())
    stage.live(job_id)

    job, bill = told(shop.call("GET", f"/jobs/{job_id}")), told(shop.call("GET", f"/jobs/{job_id}/bill"))

    node = next(each for each in job["nodes"] if each["key"] == SPEECH)
    assert [("heygen", "credits")] == [(each["left"], each["code"]) for each in node["switches"]]
    assert "did" == node["provider"]
    assert ["heygen", "did"] == [line["provider"] for line in bill["lines"] if line["node"] == SPEECH]
    assert any(each.startswith("D-ID films presenter-1 in place of HeyGen") for each in job["warnings"])


def test_a_film_without_its_presenter_says_so_everywhere(stage: Stage) -> None:
    """In the job, its sentence and its warnings; and its words are read."""
    broke(stage)
    shop = customer(stage.wiring, TENANT.id)
    job_id = stage.order(by_persona(on_presenter_failure=WITHOUT, provider="heygen"))
    stage.live(job_id)

    job = told(shop.call("GET", f"/jobs/{job_id}"))

    assert ("completed", [SPEECH]) == (job["status"], job["degraded"])
    assert "without presenter-1" in job["summary"]
    assert any("is made without presenter-1" in each for each in job["warnings"])


def test_a_film_of_a_presenter_alone_cannot_be_without(stage: Stage) -> None:
    """Nothing would be left of it."""
    shop = customer(stage.wiring, TENANT.id)
    body = {
        "product_title": "Mug",
        "avatar_script": "Hello.",
        "persona": "ana",
        "background": {"type": "color", "color": "#ffffff"},
        "on_presenter_failure": "without",
    }

    refused = shop.call("POST", "/create_job", body)

    assert refused.status_code == 400
    assert ["on_presenter_failure"] == list(told(refused)["details"])


def test_a_raw_avatar_has_nobody_behind_it(stage: Stage) -> None:
    """Only a persona says who is the same person elsewhere (hole 78); the order is told that nobody takes over."""
    film = by_persona(on_presenter_failure=FALLBACK)
    raw = replace(
        film, scenes=tuple(replace(each, persona=None, avatar_id=LOOK, voice_id=VOICE) for each in film.scenes)
    )
    broke(stage)

    job_id = stage.order(raw)
    stage.live(job_id)

    job = stage.job(job_id)
    assert ((), Ending.FAILED, 0) == (job.plan.understudies, job.ending, stage.submits("did"))
    assert any("No other avatar service takes over" in each for each in job.warnings)


def test_a_persona_changed_later_changes_no_order(stage: Stage) -> None:
    """The ids of both services are frozen in the plan."""
    broke(stage)
    job_id = stage.order(by_persona())
    stage.wiring.personas.put(
        TENANT.id, Persona("ana", "Ana", {"heygen": PersonaIds(LOOK), "did": PersonaIds("nobody")})
    )

    stage.live(job_id)

    assert [AMBER] == [each["presenter"] for each in stage.bill("did")]


def test_an_empty_second_account_is_no_understudy(tmp_path: Path, canned: dict[str, Path]) -> None:
    """Who could not pay is not counted on, and the order says so before it is paid."""
    with staged(tmp_path, canned=canned, did={"accounts": {DEMO_KEY: 0.0}}) as stage:
        job = stage.job(stage.order(by_persona()))

        assert () == job.plan.understudies
        assert any("No other avatar service takes over" in each for each in job.warnings)


def test_while_older_code_runs_nobody_takes_over(stage: Stage) -> None:
    """A job that older code may be handed is born without understudies, and in the older form."""
    stage.wiring.jobs.forms.set(2)

    job = stage.job(stage.order(by_persona()))

    assert (2, ()) == (job.schema, job.plan.understudies)


def test_an_ordinary_order_asks_nobody_about_forms(stage: Stage) -> None:
    """Only who can switch asks the gate: other films cost what they cost, and older code may go on with them."""
    stage.wiring.jobs.forms.set(2)
    stage.wire.calls.clear()
    film = by_persona(provider="heygen")

    job = stage.job(stage.order(film))

    assert 2 == job.schema
    assert stage.wiring.jobs.forms._kept is None


def test_a_retry_asks_the_first_service_again(stage: Stage) -> None:
    """Both refused; the person topped up HeyGen: the want begins anew, at its price."""
    broke(stage)
    stage.wire.on(ORDERS["did"], Kind.REFUSE, "402", times=9)
    job_id = stage.order(by_persona())
    stage.live(job_id)
    assert Ending.FAILED is stage.job(job_id).ending
    stage.wire.mend()
    loaded = stage.wiring.commits.load(job_id)
    assert loaded

    stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)
    stage.live(job_id)

    node = stage.node(job_id, SPEECH)
    assert (Ending.COMPLETED, "heygen", 0) == (stage.job(job_id).ending, node.provider, node.choice)
    assert (1, 0) == paid(stage)


def test_a_film_made_anew_keeps_who_filmed_what_it_keeps(stage: Stage) -> None:
    """The clip is filmed again; the take D-ID made is shown as D-ID's (hole 88)."""
    broke(stage)
    job_id = stage.order(by_persona())
    stage.live(job_id)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded

    anew, _ = stage.wiring.revise().regenerate(
        TENANT, loaded, frozenset({"clip-1"}), Change(), dry_run=False, trace="trace"
    )
    stage.live(anew.id)

    node = stage.node(anew.id, SPEECH)
    assert (Ending.COMPLETED, "did", 1, ()) == (stage.job(anew.id).ending, node.provider, node.choice, node.attempts)
    assert (0, 1) == paid(stage)


def test_a_take_made_anew_shows_the_face_of_the_take_that_is_kept(stage: Stage) -> None:
    """D-ID took a cast over and HeyGen is well again: one take is filmed anew, by D-ID, at its price (hole 77)."""
    stage.wire.on(ORDERS["heygen"], Kind.REFUSE, "402")
    job_id = stage.order(by_persona(scenes=2))
    stage.live(job_id)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded

    anew, told_price = stage.wiring.revise().regenerate(
        TENANT, loaded, frozenset({SPEECH}), Change(), dry_run=False, trace="trace"
    )
    stage.live(anew.id)

    made, kept = stage.node(anew.id, SPEECH), stage.node(anew.id, MATE)
    assert Ending.COMPLETED is stage.job(anew.id).ending
    assert [("did", 1), ("did", 1)] == [(node.provider, node.choice) for node in (made, kept)]
    assert (0, 3) == paid(stage)
    assert told_price.theirs == loaded.job.plan.understudies[0].takes[0].cost


@pytest.mark.parametrize(("nodes", "billed", "lacks"), [({"clip-1"}, (0, 0), True), ({SPEECH}, (1, 0), False)])
def test_what_was_left_out_stays_so_or_is_made(
    stage: Stage, nodes: set[str], billed: tuple[int, int], lacks: bool
) -> None:
    """A left-out take is never adopted as if it were there; made anew it is ordered, at its price."""
    stage.wire.on(ORDERS["heygen"], Kind.REFUSE, "402")
    job_id = stage.order(by_persona(on_presenter_failure=WITHOUT, provider="heygen"))
    stage.live(job_id)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded

    anew, told_price = stage.wiring.revise().regenerate(
        TENANT, loaded, frozenset(nodes), Change(), dry_run=False, trace="trace"
    )
    stage.live(anew.id)

    node = stage.node(anew.id, SPEECH)
    assert (Ending.COMPLETED, lacks) == (stage.job(anew.id).ending, node.waived_at is not None)
    assert billed == paid(stage)
    assert lacks is (told_price.theirs == 0)
