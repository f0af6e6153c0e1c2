"""A presenter's vendor without idempotency keys: whatever happens to its answer, one take is bought once."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, Reconcile, State
from shared.providers.heygen.client import HeyGen
from shared.providers.ports import PresenterVendor, SpeechOrder
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.stage import SPEECH, Stage, presented, staged

SUBMIT, LIST = "^heygen POST /v3/videos$", r"^heygen GET /v3/videos\b(?!/)"


class Keyless(HeyGen):
    """The same wire, but no key is honoured: each order that arrives is a video, and a bill."""

    reconcile = Reconcile.LIST_BY_TITLE

    def submit(self, order: SpeechOrder, *, api_key: str, idempotency_key: str, total_seconds: float) -> str:
        """Order under a key of this call's own, as a vendor without keys hears it."""
        self.calls = getattr(self, "calls", 0) + 1
        own = f"{idempotency_key}.call{self.calls}"
        return super().submit(order, api_key=api_key, idempotency_key=own, total_seconds=total_seconds)


class Mute(Keyless):
    """One that lists nothing either."""

    reconcile = Reconcile.NOTHING


class ListsTitles(StagedWiring):
    """An instance whose avatar service lists titles."""

    @cached_property
    def presenters(self) -> dict[str, PresenterVendor]:
        """The vendor without keys."""
        return {"heygen": Keyless(endpoint=self.settings.heygen_endpoint, egress=self.egress)}


class TellsNothing(StagedWiring):
    """An instance whose avatar service shows nothing."""

    @cached_property
    def presenters(self) -> dict[str, PresenterVendor]:
        """The vendor nobody can ask."""
        return {"heygen": Mute(endpoint=self.settings.heygen_endpoint, egress=self.egress)}


@pytest.fixture
def stage(tmp_path: Path, canned: dict[str, Path]) -> Iterator[Stage]:
    """Open a stage whose instances know a vendor that lists titles."""
    with staged(tmp_path, canned=canned) as opened:
        yield wired(opened, ListsTitles)


def wired(stage: Stage, kind: type[StagedWiring]) -> Stage:
    stage.cloud.kind = kind
    stage.cloud.wiring = stage.cloud.instance()
    return stage


def lost(stage: Stage, kind: Kind = Kind.LOSE, status: str = "") -> str:
    """Order a film whose take's answer is lost."""
    stage.wire.on(SUBMIT, kind, status)
    job_id = stage.order(presented())
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    assert State.STARTING is stage.node(job_id, SPEECH).state
    return job_id


def test_a_lost_answer_is_found_by_its_title(stage: Stage) -> None:
    """Not asked again, neither after half a minute nor by a duplicate; from the claim's end its title is looked for."""
    job_id = lost(stage)
    stage.clock.forward(31)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 1 == stage.submits("heygen")
    assert [True] == [each["billed"] for each in stage.bill("heygen")]


def test_what_was_never_made_is_ordered_anew_when_the_list_is_believed(stage: Stage) -> None:
    """A 503 that made nothing: the list stays empty for the vendor's longest time, then a second attempt is sent."""
    job_id = lost(stage, Kind.REFUSE, "503")
    first = stage.clock()

    stage.live(job_id)

    node = stage.node(job_id, SPEECH)
    assert (Ending.COMPLETED, 2) == (stage.job(job_id).ending, node.attempt)
    assert [Outcome.NOTHING_MADE, Outcome.DONE] == [line.outcome for line in node.attempts]
    assert (node.attempts[1].claimed_at - first).total_seconds() >= stage.wiring.timeouts.of("heygen").unknown
    assert [True] == [each["billed"] for each in stage.bill("heygen")]


def test_a_list_that_does_not_answer_proves_nothing(stage: Stage) -> None:
    """While nobody can look, nothing is sent again, however long it takes."""
    job_id = lost(stage)
    stage.wire.on(LIST, Kind.REFUSE, "503", times=20)

    stage.live(job_id)

    assert 1 == len(stage.bill("heygen"))


def test_a_vendor_that_is_gone_is_heard_out(stage: Stage) -> None:
    """After the order nothing answers any more: half an hour later the take fails as unanswered, paid, never stuck."""
    job_id = lost(stage, Kind.REFUSE, "503")
    began = stage.clock()
    stage.wire.on(LIST, Kind.REFUSE, "503", times=10_000)

    stage.live(job_id)

    node, job = stage.node(job_id, SPEECH), stage.job(job_id)
    assert (Ending.FAILED, Code.UNANSWERED) == (job.ending, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert node.ended_at is not None
    assert 30 <= (node.ended_at - began).total_seconds() / 60 <= 36
    assert 1 == stage.submits("heygen")
    assert stage.wire.count(LIST) <= 12


def test_a_vendor_that_shows_nothing_is_heard_out(stage: Stage) -> None:
    """No webhook, nothing to ask: half an hour later the take fails, counted as paid, never bought twice."""
    wired(stage, TellsNothing)
    job_id = lost(stage, Kind.REFUSE, "503")

    stage.live(job_id)

    node = stage.node(job_id, SPEECH)
    assert (Ending.FAILED, Code.UNANSWERED) == (stage.job(job_id).ending, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert 1 == stage.submits("heygen")
    assert 0 == stage.wire.count(LIST)
