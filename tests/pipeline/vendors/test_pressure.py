"""How long the whole house waits: counts by rates, as far as the counts are new."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.pipeline.vendors.pressure import (
    COUNT_LIFE,
    MOST_BEHIND_OTHERS,
    MOST_FREE,
    Ahead,
    Pressure,
    WrongRates,
    read_rates,
    too_long,
)
from shared.pipeline.vendors.state import QueueLength

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
RATES = {"veo": 0.5, "compose": 2.0}


def counted(now: datetime = NOON, **starts: int) -> Pressure:
    """Return what was counted at noon."""
    return Pressure({queue: QueueLength(count, NOON) for queue, count in starts.items()}, RATES, now)


def test_a_wait_is_what_stands_there_by_the_queues_rate() -> None:
    """90 starts at one in two seconds are three minutes."""
    assert timedelta(minutes=3) == counted(veo=90).wait("veo")


def test_the_films_own_starts_do_not_wait_for_themselves() -> None:
    """Ten of the ninety are its own."""
    assert Ahead(80, NOON + timedelta(seconds=160)) == counted(veo=90).ahead({"veo": 10})


def test_the_longest_wait_is_told() -> None:
    """A film that starts in two queues is held up by the slower one."""
    found = counted(veo=90, compose=100).ahead({"veo": 1, "compose": 1})

    assert Ahead(89, NOON + timedelta(seconds=178)) == found


@pytest.mark.parametrize("queued", [{}, {"veo": 3}, {"unknown": 3}])
def test_where_nobody_else_waits_nothing_is_told(queued: dict[str, int]) -> None:
    """No start of others, no line to stand in."""
    assert None is counted(veo=3).ahead(queued)


def test_an_old_count_says_nothing() -> None:
    """A minute beyond its life it is as if nobody had counted."""
    late = NOON + COUNT_LIFE + timedelta(minutes=1)

    assert timedelta() == counted(late, veo=90).wait("veo")


def test_a_queue_without_a_rate_makes_nobody_busy() -> None:
    """What is not in the tables is not judged."""
    assert timedelta() == counted(watch=10_000).wait("watch")


def test_work_behind_others_is_admitted_for_half_as_long() -> None:
    """30 minutes where the tenant has its part, 60 where it has none yet."""
    wait = timedelta(minutes=45)

    assert wait - MOST_BEHIND_OTHERS == too_long(wait, behind_others=True)
    assert wait - MOST_FREE == too_long(wait, behind_others=False) < timedelta()


@pytest.mark.parametrize("rate", [0, -1, True, "1", None, float("inf"), float("nan")])
def test_what_is_no_rate_is_refused_by_its_queue(rate: object) -> None:
    """A table that cannot be used says where."""
    with pytest.raises(WrongRates, match="veo"):
        read_rates({"veo": rate})
