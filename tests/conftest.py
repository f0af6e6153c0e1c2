"""What every suite shares: properties without deadlines (the machines are noisy), processes on one worker."""

import hypothesis
import pytest

hypothesis.settings.register_profile("abroll", deadline=None, derandomize=False, print_blob=True)
hypothesis.settings.load_profile("abroll")

ONE_WORKER = ("tests/journey/", "tests/system/")  # they start real processes, and two cores are all there is


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the suites that start processes to one worker."""
    for item in items:
        if item.nodeid.startswith(ONE_WORKER):
            item.add_marker(pytest.mark.xdist_group("processes"))
