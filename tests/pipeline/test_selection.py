"""The ranking of avatar services: what rules one out is told, the rest stand by what the order prefers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.plan.capabilities import AvatarService, Wait
from shared.pipeline.plan.looks import Engine, LookType
from shared.pipeline.plan.request import AspectRatio, FilmRequest, Mode, Prefer, Resolution
from shared.pipeline.plan.selection import Candidate, rank

ALL = (AspectRatio.TALL, AspectRatio.WIDE, AspectRatio.SQUARE)
BOTH = (Resolution.HD, Resolution.FULL_HD)


def service(price: int, typical: float, *, ratios: tuple[AspectRatio, ...] = ALL) -> AvatarService:
    return AvatarService(ratios, BOTH, (Engine("e", {LookType.VIDEO: price}),), 3, Wait(typical, 900), 2.0)


BEST = Candidate("best", service(66_700, 150), has_key=True)
CHEAP = Candidate("cheap", service(27_000, 140), has_key=True)
FAST = Candidate("fast", service(60_000, 30), has_key=True)
ORDER = FilmRequest("Mug", avatar_script="Hi.")


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        (None, ["best", "cheap", "fast"]),
        (Prefer.QUALITY, ["best", "cheap", "fast"]),
        (Prefer.COST, ["cheap", "best", "fast"]),  # ten per cent cheaper is no other class
        (Prefer.SPEED, ["fast", "best", "cheap"]),
    ],
)
def test_what_the_order_prefers_ranks_those_that_fit(prefer: Prefer | None, expected: list[str]) -> None:
    """By quality in the order of the tables, else by classes a fifth wide."""
    ranked = rank(replace(ORDER, prefer=prefer), (BEST, CHEAP, FAST))

    assert expected == [each.provider for each in ranked]
    assert all(each.fits for each in ranked)


@pytest.mark.parametrize(
    ("order", "candidate", "why"),
    [
        (replace(ORDER, provider="cheap"), BEST, "the order names cheap"),
        (ORDER, replace(BEST, lacks=("anna", "bob")), "it knows no ids of anna, bob"),
        (replace(ORDER, mode=Mode.TEST), replace(BEST, has_key=False), "no working best key is stored for mode test"),
        (ORDER, replace(BEST, service=service(1, 1, ratios=(AspectRatio.WIDE,))), "it does not film 9:16"),
        (
            replace(ORDER, resolution=Resolution.FULL_HD),
            replace(BEST, service=replace(BEST.service, resolutions=(Resolution.HD,))),
            "it does not film 1080p",
        ),
    ],
)
def test_what_rules_a_service_out_is_its_reason(order: FilmRequest, candidate: Candidate, why: str) -> None:
    """Each rule has its sentence, and the service stands behind those that fit."""
    ranked = rank(order, (candidate, CHEAP))

    assert ("best", False, why) == (ranked[1].provider, ranked[1].fits, ranked[1].reason)
    assert ranked[0].fits


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Several rules are one reason."""
    ranked = rank(replace(ORDER, provider="cheap"), (replace(BEST, has_key=False, lacks=("anna",)),))

    assert (
        "the order names cheap; it knows no ids of anna; no working best key is stored for mode production"
        == ranked[0].reason
    )


def test_a_learnt_time_counts_before_the_tables() -> None:
    """A service that has been slow lately stands behind."""
    slow = replace(FAST, usual_seconds=900.0)

    ranked = rank(replace(ORDER, prefer=Prefer.SPEED), (slow, BEST))

    assert ["best", "fast"] == [each.provider for each in ranked]


@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.floats(1, 900), st.booleans()), min_size=1, max_size=6),
    st.sampled_from([None, *Prefer]),
)
def test_every_service_stands_there_once_and_the_same_input_ranks_the_same(
    rows: list[tuple[int, float, bool]], prefer: Prefer | None
) -> None:
    """Nobody is lost, none that does not fit stands before one that does, and nothing is by chance."""
    candidates = [Candidate(f"s{n}", service(price, time), has_key=key) for n, (price, time, key) in enumerate(rows)]
    order = replace(ORDER, prefer=prefer)

    ranked = rank(order, candidates)

    assert {each.provider for each in candidates} == {each.provider for each in ranked}
    assert sorted(not each.fits for each in ranked) == [not each.fits for each in ranked]
    assert ranked == rank(order, candidates)
