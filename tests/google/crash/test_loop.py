"""No server loses an acknowledged write to kill -9, and the loop that says so would notice one that does."""

import shutil
from pathlib import Path
from random import Random

import pytest

from tests.google.crash.ledger import Ledger
from tests.google.crash.loop import TRIALS, environment_kept, torture
from tests.google.crash.process import Victim


@pytest.mark.parametrize("service", TRIALS)
def test_nothing_acknowledged_is_lost(service: str, tmp_path: Path) -> None:
    """Killed five times while three writers write, a server still has, or has delivered, all it ever acknowledged."""
    result = torture(service, tmp_path, kills=5, seconds=8, seed=7)

    print(result.row())
    assert () == result.lost
    assert result.kills > 0
    assert result.acknowledged > 0


@pytest.mark.parametrize("service", TRIALS)
def test_a_server_that_forgets_is_noticed(service: str, tmp_path: Path) -> None:
    """When the files are gone after the kill, everything acknowledged is reported lost."""
    trial = TRIALS[service]()
    victim = Victim(service, tmp_path / "data", *trial.extra())
    with environment_kept():
        try:
            address = victim.start()
            trial.prepare(address)
            with trial.writer(address, "w", Random(5)) as step:
                for _ in range(12):
                    step()
            victim.kill()
            shutil.rmtree(tmp_path / "data")
            address = victim.start()
            trial.prepare(address)

            lost = trial.check(address)
        finally:
            victim.kill()
            trial.close()

    assert [] != lost


def test_only_what_was_sent_may_be_there() -> None:
    """A cut-off write may be there or not; a torn one, a vanished one and an unheard-of one are told apart."""
    ledger = Ledger()
    for key in ("kept", "torn", "gone", "cut off", "replaced"):
        ledger.intend(key, f"all of {key}")
    for key in ("kept", "torn", "gone", "replaced"):
        ledger.acknowledge(key, f"all of {key}")
    ledger.intend("replaced", "the new one")

    wrong = ledger.check({"kept": "all of kept", "torn": "all", "replaced": "the new one", "strange": "x"})

    assert [
        "gone is absent, not 'all of gone'",
        "strange was never written",
        "torn is 'all', not 'all of torn'",
    ] == sorted(wrong)


def test_an_outcome_seen_once_stays() -> None:
    """What a cut-off write turned out to be after one restart must be the same after the next."""
    ledger = Ledger()
    ledger.intend("cut off", "there")

    first = ledger.check({"cut off": "there"})
    second = ledger.check({})

    assert ([], ["cut off is absent, not 'there'"]) == (first, second)
