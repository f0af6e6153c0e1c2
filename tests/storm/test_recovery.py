"""What a recovery may take is said beside what it took."""

from tests.storm.recovery import QUEUED, STARTING, UNKNOWN, Bound, said, shipped


def test_the_clouds_bounds_are_the_shipped_waits() -> None:
    """Veo's longest time is twenty minutes, a look and a tick of the sweep come on top."""
    assert {QUEUED: 271.0, STARTING: 330.0, UNKNOWN: 1320.0} == {name: most.seconds for name, most in shipped().items()}


def test_the_longest_stands_beside_its_bound() -> None:
    """In seconds of the laptop, and in minutes of the cloud; what stood longer than it may is counted."""
    most = {UNKNOWN: Bound((22, 2), 1)}

    within, beyond = said({UNKNOWN: (3.0, 12.5)}, most), said({UNKNOWN: (3.0, 50.0)}, most)

    assert "Veo unknown 12.5 s of at most 22 + 2 + 1 sweep (in the cloud 11.0 of 22.0 min)" == within
    assert "Veo unknown 50.0 s of at most 22 + 2 + 1 sweep, 1 of 2 beyond (in the cloud 44.0 of 22.0 min)" == beyond
