"""A presenter of D-ID's: one film, one clip, one bill, whatever happens to the order's answer."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import flask
import httpx
import pytest

from infra.local.vendors.did.settings import DEMO_KEY as DID_KEY
from infra.local.vendors.did.settings import Order
from shared.cloud.secret_names import CALLBACK_KEY
from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, Payer, Reconcile, State
from shared.pipeline.job.names import attempt_name
from shared.pipeline.plan.plan import Cutout
from shared.steps.callbacks import callback_path, vendor_path
from shared.steps.speech import speech_order
from tests.faults.wire import Kind
from tests.patience import PATIENCE
from tests.steps.stage import AMBER, ORDERS, SPEECH, Stage, by_did, staged

LIST, LOOK = r"^did GET /clips\b(?!/)", r"^did GET /clips/clp"
AMY = "amy-Aq6OmGZnMt"


@pytest.fixture
def stage(tmp_path: Path, canned: dict[str, Path]) -> Iterator[Stage]:
    """Open a stage with a D-ID."""
    with staged(tmp_path, canned=canned, did={}) as opened:
        yield opened


def paid(stage: Stage) -> list[tuple[bool, str]]:
    """Return D-ID's bill."""
    return [(each["billed"], each["presenter"]) for each in stage.bill("did")]


def lost(stage: Stage, kind: Kind = Kind.LOSE, status: str = "", script: str = "Hello.") -> str:
    """Order a film whose take's answer is lost."""
    stage.wire.on(ORDERS["did"], kind, status)
    job_id = stage.order(by_did(script))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    assert State.STARTING is stage.node(job_id, SPEECH).state
    return job_id


def callback(stage: Stage, path: str, body: dict[str, Any]) -> int:
    """Call one of our doors as somebody outside does."""
    return httpx.post(f"{stage.cloud.front.url}{path}", json=body, trust_env=False).status_code


def test_a_film_by_did_alone(stage: Stage) -> None:
    """The whole line, on the tenant's own account: the take is cut out of its probed file, whatever its shape."""
    job_id = stage.order(by_did())

    stage.live(job_id)

    job, node = stage.job(job_id), stage.node(job_id, SPEECH)
    assert (Ending.COMPLETED, "did", Payer.PROVIDER_ACCOUNT) == (job.ending, node.provider, node.payer)
    assert [(True, AMBER)] == paid(stage)
    assert [] == stage.bill("heygen")
    assert node.output is not None
    assert Cutout.ALPHA is node.output.cutout
    assert node.claim is None or Reconcile.LIST_BY_TITLE is node.claim.reconcile


def test_a_presenter_without_a_green_screen_is_an_inset(stage: Stage) -> None:
    """Transparency is refused, a colour is taken and changes nothing: the pixels decide; one clip is paid."""
    job_id = stage.order(by_did(avatar=AMY))

    stage.live(job_id)

    output = stage.node(job_id, SPEECH).output
    assert Ending.COMPLETED is stage.job(job_id).ending
    assert output is not None
    assert Cutout.INSET is output.cutout
    assert [(True, AMY)] == paid(stage)


@pytest.mark.parametrize("sorted_by", list(Order))
@pytest.mark.parametrize("lag", [0, 60, 600])
def test_a_lost_answer_is_found_by_its_name(
    tmp_path: Path, canned: dict[str, Path], sorted_by: Order, lag: float
) -> None:
    """However the list is sorted and however late it is: never asked again, one bill."""
    settings = {"list_order": sorted_by, "list_lag_seconds": lag}
    with staged(tmp_path, canned=canned, did=settings) as stage:
        job_id = lost(stage, script="Hello. [[webhook:never]]")

        stage.live(job_id)

        assert Ending.COMPLETED is stage.job(job_id).ending
        assert 1 == stage.submits("did")
        assert [(True, AMBER)] == paid(stage)


@pytest.mark.parametrize("second", ["Hello.", "Hello. [[fail:InternalError]]"])
def test_two_clips_of_one_name_are_told_an_operator(
    stage: Stage, second: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy made in Studio keeps the name: one of them is our take, the other is paid too, and no third is ordered."""
    job_id = lost(stage, script="Hello. [[webhook:never]]")
    node = stage.node(job_id, SPEECH)
    assert node.claim is not None
    copied = replace(speech_order(stage.job(job_id), node, "https://localhost/none", None), script=second)
    ids = [each["id"] for each in stage.bill("did")]
    ids += [stage.wiring.presenters["did"].submit(copied, api_key=DID_KEY, idempotency_key="", total_seconds=PATIENCE)]
    stage.filmed()
    capsys.readouterr()

    stage.live(job_id)

    told = [line for line in capsys.readouterr().out.splitlines() if "surplus_output" in line]
    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 1 == stage.node(job_id, SPEECH).attempt
    assert (second == "Hello.") == bool(told)
    assert all(each in line for line in told for each in ids)


def test_a_webhook_finds_what_the_list_does_not_show_yet(stage: Stage) -> None:
    """The callback names the clip; a look by the claim's own key finds our attempt's name on it."""
    job_id = lost(stage)

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 0 == stage.wire.count(LIST)
    assert [(True, AMBER)] == paid(stage)


def test_what_was_never_made_is_ordered_anew_when_the_list_is_believed(stage: Stage) -> None:
    """A 503 that made nothing: a second attempt after the longest time, none before."""
    job_id = lost(stage, Kind.REFUSE, "503")

    stage.live(job_id)

    node = stage.node(job_id, SPEECH)
    assert (Ending.COMPLETED, 2) == (stage.job(job_id).ending, node.attempt)
    assert [Outcome.NOTHING_MADE, Outcome.DONE] == [line.outcome for line in node.attempts]
    assert (node.attempts[1].claimed_at - node.attempts[0].claimed_at).total_seconds() >= 900
    assert [(True, AMBER)] == paid(stage)


def test_a_list_that_does_not_answer_proves_nothing(stage: Stage) -> None:
    """While nobody can look, nothing is sent again."""
    job_id = lost(stage, script="Hello. [[webhook:never]]")
    stage.wire.on(LIST, Kind.REFUSE, "503", times=8)

    stage.live(job_id)

    assert [(True, AMBER)] == paid(stage)


@pytest.mark.parametrize(
    ("marker", "code"),
    [("[[moderation]]", Code.SAFETY), ("[[reject:CelebrityRecognizedError]]", Code.SAFETY)],
)
def test_what_moderation_refuses(stage: Stage, marker: str, code: Code) -> None:
    """At the order or afterwards: told in our words, and not tried again."""
    job_id = stage.order(by_did(f"Hello. {marker}"))

    stage.live(job_id)

    assert (Ending.FAILED, code) == (stage.job(job_id).ending, stage.node(job_id, SPEECH).code)


@pytest.mark.parametrize("how", ["twice", "late", "early", "never"])
def test_callbacks(stage: Stage, how: str) -> None:
    """However D-ID calls back: one film, one bill."""
    job_id = stage.order(by_did(f"Hello. [[webhook:{how}]]"))

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert [(True, AMBER)] == paid(stage)


def test_a_path_opens_its_own_vendors_door_only(stage: Stage) -> None:
    """HMAC over vendor and attempt: replayed at another door, or changed, it leads nowhere."""
    job_id = stage.order(by_did())
    key = stage.wiring.secrets.get(CALLBACK_KEY).value
    name = attempt_name(job_id, stage.node(job_id, SPEECH))
    mine, foreign = vendor_path("did", name, key), callback_path(name, key)
    told = {"id": "clp_0", "status": "done", "result_url": "http://169.254.169.254/x"}

    assert 200 == callback(stage, f"/provider_webhook{mine}", told)
    assert 404 == callback(stage, f"/heygen_webhook{mine.removeprefix('/did')}", told)
    assert 404 == callback(stage, f"/provider_webhook/did{foreign}", told)
    assert 404 == callback(stage, f"/provider_webhook{mine.replace('/did/', '/heygen/')}", told)
    assert 404 == callback(stage, f"/provider_webhook{mine.replace('/did/', '/nobody/')}", told)
    assert 404 == callback(stage, f"/provider_webhook{mine[:-1]}{'0' if mine[-1] != '0' else '1'}", told)


@pytest.mark.parametrize(
    ("sources", "caller", "expected"),
    [((), "198.51.100.7", 200), (("203.0.113.0/24",), "203.0.113.9", 200), (("203.0.113.0/24",), "198.51.100.7", 404)],
)
def test_where_the_operator_knows_a_vendors_networks_others_are_not_heard(
    stage: Stage, sources: tuple[str, ...], caller: str, expected: int
) -> None:
    """By the address the platform saw last; without a list everybody with the right path is heard."""
    job_id = stage.order(by_did())
    name = attempt_name(job_id, stage.node(job_id, SPEECH))
    path = vendor_path("did", name, stage.wiring.secrets.get(CALLBACK_KEY).value)
    door = replace(stage.wiring.provider_webhook, sources=tuple(ip_network(each) for each in sources))
    told = {"path": path, "method": "POST", "json": {"id": "clp_0", "status": "done"}}

    with flask.Flask("door").test_request_context(**told, headers={"X-Forwarded-For": f"203.0.113.1, {caller}"}):
        answer = door(flask.request)

    assert expected == answer.status_code


def test_a_body_gives_nothing_but_the_hint(stage: Stage) -> None:
    """A forged link in a true path's body is never fetched, and another's clip is none of ours."""
    job_id = stage.order(by_did())
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    name = attempt_name(job_id, stage.node(job_id, SPEECH))
    path = vendor_path("did", name, stage.wiring.secrets.get(CALLBACK_KEY).value)
    callback(stage, f"/provider_webhook{path}", {"id": "clp_0", "status": "done", "result_url": "http://127.0.0.1:9/x"})

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert [(True, AMBER)] == paid(stage)


def test_somebody_else_in_the_film(stage: Stage) -> None:
    """A clip of another presenter than was ordered is paid, said to be wrong, and never laid over a film."""
    stage.wire.on(ORDERS["did"], Kind.LOSE)
    job_id = stage.order(by_did("Hello. [[webhook:never]]"))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    assert stage.did is not None
    with stage.did._clips._journal.transaction() as cursor:
        cursor.execute("UPDATE clips SET presenter = 'jack-Pt27VkP3hW'")

    stage.live(job_id)

    node = stage.node(job_id, SPEECH)
    assert (Ending.FAILED, Code.WRONG_PRESENTER) == (stage.job(job_id).ending, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert [(True, "jack-Pt27VkP3hW")] == paid(stage)
