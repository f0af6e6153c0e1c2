"""The one paid probe: it asks free, says its price, buys only when told to, and writes down only what it has seen."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.probe import Ends, Probe, write_row
from shared.config import SHIPPED_TABLES, read_tables
from shared.pipeline.plan.capabilities import tables
from shared.pipeline.plan.plan import Feature
from shared.pipeline.plan.request import Quality, Resolution
from tests.faults.wire import Kind
from tests.steps.stage import Stage, staged

SUBMIT, LOOK = "^veo .*:predictLongRunning", "^veo .*:fetchPredictOperation"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a stage whose films are rendered in full length."""
    with staged(tmp_path / "stage") as opened:
        yield opened


def probe(stage: Stage, said: list[str]) -> Probe:
    """Return a probe on the stage's clock."""
    return Probe(stage.wiring, Quality.FAST, said.append, stage.filmed)


def bought(stage: Stage) -> int:
    """Return how many films Veo bills."""
    return len(stage.bill("veo"))


def test_it_says_its_price_and_buys_nothing(stage: Stage) -> None:
    """Whoever only looks pays nothing."""
    said: list[str] = []

    assert probe(stage, said)(buy=False) is None

    assert "one film of 8 s with a reference image costs $0.64; add --yes to buy it" == said[-1]
    assert (1, 0) == (stage.submits("veo"), bought(stage))


def test_it_buys_one_film_with_a_reference(stage: Stage) -> None:
    """The film's length is read in its file."""
    said: list[str] = []

    seconds = probe(stage, said)(buy=True)

    assert pytest.approx(8.0, abs=0.1) == seconds
    assert 1 == bought(stage)
    assert 8 * 80_000 == sum(line["amount_micros"] for line in stage.bill("veo"))


def test_a_model_that_is_gone_is_not_bought_from(stage: Stage) -> None:
    """The free look comes first."""
    gone = '{"error": {"code": 404, "status": "NOT_FOUND"}}'
    stage.wire.on(SUBMIT, Kind.REFUSE, "404", body=gone)

    with pytest.raises(Ends, match="nothing was bought"):
        probe(stage, [])(buy=True)

    assert 1 == stage.submits("veo")


def test_a_refusal_costs_nothing(tmp_path: Path) -> None:
    """A model without references says so at the order, as Google's page may mean it."""
    with staged(tmp_path, veo={"references": ()}) as stage, pytest.raises(Ends, match="nothing was bought"):
        probe(stage, [])(buy=True)


def test_a_lost_answer_is_never_repeated(stage: Stage) -> None:
    """It says where the film would lie."""
    stage.wire.on(SUBMIT, Kind.LOSE, nth=2)

    with pytest.raises(Ends, match=r"look under gs://.*/film/ before you try again"):
        probe(stage, [])(buy=True)

    assert 2 == stage.submits("veo")


def test_a_look_that_fails_is_repeated(stage: Stage) -> None:
    """The film is paid: it is waited for."""
    stage.wire.on(LOOK, Kind.REFUSE, "503", times=2)

    assert probe(stage, [])(buy=True) is not None


def test_what_was_proven_is_a_row_of_the_tables(tmp_path: Path) -> None:
    """Nothing else of the file changes, and a second time nothing does."""
    copy = tmp_path / "tables.json"
    shutil.copy(SHIPPED_TABLES, copy)
    before = copy.read_text(encoding="utf-8").splitlines()

    said = write_row(copy, Quality.FAST)

    after = copy.read_text(encoding="utf-8").splitlines()
    read = tables(read_tables(str(copy)))
    assert "deploy it" in said
    assert ['        "reference_to_video": {"720p": [8]},'] == [line for line in after if line not in before]
    assert len(before) + 1 == len(after)
    assert (8,) == read.footage[Quality.FAST].offers(Feature.REFERENCE, Resolution.HD)
    assert () == read.footage[Quality.STANDARD].offers(Feature.REFERENCE, Resolution.HD)
    assert "has the row already" in write_row(copy, Quality.FAST)
