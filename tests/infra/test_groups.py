"""The groups of the tests hold: what shares a laptop is run where it stands."""

import pytest


@pytest.mark.xdist_group("here")
def test_a_group_is_told_to_the_scheduler(request: pytest.FixtureRequest) -> None:
    """It reads a test's group from the end of its name: unread, every worker starts every laptop."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("nothing is shared out here: `make test` shares out by groups")

    assert request.node.nodeid.endswith("@here")
