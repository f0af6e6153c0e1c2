"""What every suite shares: properties without deadlines (the machines are noisy), one laptop for whom it suits."""

import hypothesis
import pytest

hypothesis.settings.register_profile("abroll", deadline=None, derandomize=False, print_blob=True)
hypothesis.settings.load_profile("abroll")

SHARED = ("cinema", "abroll")  # session fixtures that start processes: their tests belong to one worker


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a running laptop on the worker that has it; all others go where there is room."""
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        for name in SHARED:
            if name in names:
                item.add_marker(pytest.mark.xdist_group(name))
