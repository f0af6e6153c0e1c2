"""A footage vendor that takes idempotency keys: an answer that is lost is asked for again, and one clip is bought."""

from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path

import pytest

from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, Reconcile, State
from shared.providers.ports import ClipOrder, Unknown
from shared.providers.veo.client import Veo
from tests.faults.cloud import StagedWiring
from tests.steps.stage import CLIP, Stage, footage, staged

KEYS = {"vendors": {"veo": {"key_life": 82_800, "replays": 3}}}


class Keyed(Veo):
    """The same wire, with keys: an answer is kept under its attempt's own prefix, and the first one is lost."""

    reconcile = Reconcile.IDEMPOTENCY_KEY

    def submit(self, order: ClipOrder, *, total_seconds: float) -> str:
        """Order once a key."""
        kept: dict[str, str] = self.__dict__.setdefault("kept", {})
        if self.__dict__.get("deaf"):
            self.__dict__["asked"] = self.__dict__.get("asked", 0) + 1
            raise Unknown("no answer came, and nothing was made")
        if order.output not in kept:
            kept[order.output] = super().submit(order, total_seconds=total_seconds)
        self.__dict__["asked"] = self.__dict__.get("asked", 0) + 1
        if self.__dict__["asked"] == 1:
            raise Unknown("the answer was lost")
        return kept[order.output]


class TakesKeys(StagedWiring):
    """An instance whose footage vendor takes keys."""

    @cached_property
    def veo(self) -> Veo:
        """The vendor with keys."""
        url, project = self.settings.veo_endpoint, self.settings.project
        token, refresh = self._veo_token, partial(self._veo_token, renew=True)
        return Keyed(endpoint=url, project=project, token=token, refresh=refresh, egress=self.egress)


@pytest.fixture
def stage(tmp_path: Path, canned: dict[str, Path]) -> Iterator[Stage]:
    """Open a stage whose instances know a footage vendor that takes keys."""
    with staged(tmp_path, canned=canned, timeouts=KEYS) as opened:
        opened.cloud.kind = TakesKeys
        opened.cloud.wiring = opened.cloud.instance()
        yield opened


def lost(stage: Stage, *, deaf: bool = False) -> str:
    """Order a film whose clip's first answer is lost; a deaf vendor makes nothing, and never answers."""
    vars(stage.wiring.veo)["deaf"] = deaf
    job_id = stage.order(footage())
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    assert State.STARTING is stage.node(job_id, CLIP).state
    return job_id


def test_a_lost_answer_is_asked_for_under_the_same_key(stage: Stage) -> None:
    """Half a minute later the vendor says its first answer again: one attempt, one clip, one bill."""
    job_id = lost(stage)
    stage.clock.forward(31)

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    assert State.RUNNING is stage.node(job_id, CLIP).state
    stage.live(job_id)
    assert (Ending.COMPLETED, 1) == (stage.job(job_id).ending, stage.node(job_id, CLIP).attempt)
    assert 1 == stage.submits("veo")
    assert 1 == len(stage.bill("veo"))


def test_a_worker_that_died_is_followed_by_another_under_its_key(stage: Stage) -> None:
    """The claim's end comes without a word: it is taken over by the start step, not looked for in the bucket."""
    job_id = lost(stage)
    stage.clock.forward(stage.wiring.timeouts.of("veo").claim)
    stage.wiring.watch_clip(stage.message(job_id, CLIP))
    assert State.STARTING is stage.node(job_id, CLIP).state

    stage.wiring.start_clip(stage.message(job_id, CLIP))

    assert (State.RUNNING, 1) == (stage.node(job_id, CLIP).state, stage.node(job_id, CLIP).attempt)


def test_what_its_key_never_tells_is_heard_out(stage: Stage) -> None:
    """Three repeats in vain, and no list to look at: half an hour later it fails as paid, and nothing is sent again."""
    job_id = lost(stage, deaf=True)
    began = stage.clock()

    stage.live(job_id)

    node = stage.node(job_id, CLIP)
    assert (Ending.FAILED, Code.UNANSWERED) == (stage.job(job_id).ending, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert node.ended_at is not None
    assert 30 <= (node.ended_at - began).total_seconds() / 60 <= 40
    assert 4 == vars(stage.wiring.veo)["asked"]
    assert 0 == stage.submits("veo")
