"""A process's end is never missed, whenever the signal comes."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.google.crash.process import ROOT
from tests.patience import PATIENCE

BUSY = """
import os, signal, threading
from {package}.ending import Ending

def work() -> None:
    while True:
        sum(range(50))

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
ending = Ending(signal.SIGTERM)
print("ready", flush=True)
{before}
ending.wait()
os._exit(0)
"""


def status(package: str, before: Sequence[str]) -> int:
    """Run a process whose threads fight over the interpreter, and return what it exits with."""
    program = BUSY.format(package=package, before="\n".join(before))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            if not before:
                assert process.stdout is not None
                process.stdout.readline()
                process.terminate()
            return process.wait(PATIENCE)
        finally:
            process.kill()


@pytest.mark.parametrize("package", ["infra.local.google", "infra.local.vendors"])
@pytest.mark.parametrize(
    "before",
    [
        ["os.kill(os.getpid(), signal.SIGTERM)"],
        ["os.kill(os.getpid(), signal.SIGTERM)", "os.kill(os.getpid(), signal.SIGTERM)"],
        ["threading.Thread(target=ending.tell).start()"],
        [],
    ],
    ids=["before the wait", "twice", "told by a thread", "as it begins"],
)
def test_the_wait_ends(package: str, before: Sequence[str]) -> None:
    """It ends when told before it begins, twice, by a thread, or as it begins (an Event there hung 7 of 159 times)."""
    assert 0 == status(package, before)
