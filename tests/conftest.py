"""What every suite shares: properties without deadlines (the machines are noisy), one laptop for whom it suits."""

import hypothesis
import pytest

hypothesis.settings.register_profile("abroll", deadline=None, derandomize=False, print_blob=True)
hypothesis.settings.load_profile("abroll")

SHARED = ("cinema", "abroll", "site")  # session fixtures that start processes: their tests belong to one worker


def pytest_addoption(parser: pytest.Parser) -> None:
    """Attacks and fuzzing are small unless asked for in full."""
    parser.addoption("--large", action="store_true", help="attack and fuzz the doors at full size")
    parser.addoption("--shots", metavar="FOLDER", help="keep a picture of every screen of the pages there")


LONG = (
    "tests/google/crash/",
    "tests/lives/",
    "tests/model/",
    "tests/steps/test_sweep_backlog.py",
    "tests/storm/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a running laptop on the worker that has it; mark the proofs that take their time."""
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.long)
        names: list[str] = getattr(item, "fixturenames", [])
        for name in SHARED:
            if name in names:
                item.add_marker(pytest.mark.xdist_group(name))
