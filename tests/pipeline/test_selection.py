"""The ranking of avatar services: what rules one out is told, the rest stand by what the order prefers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.plan.capabilities import AvatarService, Wait
from shared.pipeline.plan.looks import Engine, LookType
from shared.pipeline.plan.request import AspectRatio, FilmRequest, Mode, Prefer, Resolution, VoiceSettings
from shared.pipeline.plan.selection import Candidate, rank, usual_seconds
from shared.pipeline.vendors.figures import Outlook, bucket
from shared.pipeline.vendors.state import Figure

ALL = (AspectRatio.TALL, AspectRatio.WIDE, AspectRatio.SQUARE)
BOTH = (Resolution.HD, Resolution.FULL_HD)


def service(price: int, typical: float, *, ratios: tuple[AspectRatio, ...] = ALL) -> AvatarService:
    engines = (Engine("e", {LookType.VIDEO: price}),)
    return AvatarService(ratios, BOTH, engines, 3, Wait(typical, 900), 2.0, 5000, ("speed", "pitch", "style"))


BEST = Candidate("best", service(66_700, 150), has_key=True)
CHEAP = Candidate("cheap", service(27_000, 140), has_key=True)
FAST = Candidate("fast", service(60_000, 30), has_key=True)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
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
    ("prefer", "usual", "expected"),
    [(None, Prefer.COST, "cheap"), (None, Prefer.SPEED, "fast"), (Prefer.QUALITY, Prefer.COST, "best")],
)
def test_the_plan_prefers_where_the_order_does_not_say(prefer: Prefer | None, usual: Prefer, expected: str) -> None:
    """The order's word stands before the plan's; the reason says whose it is."""
    first = rank(replace(ORDER, prefer=prefer), (BEST, CHEAP, FAST), usual)[0]

    assert expected == first.provider
    assert (prefer is None) == (f"by {usual} (as your plan prefers)" in first.reason)


@pytest.mark.parametrize(
    ("style", "prefer", "expected"),
    [
        (None, None, ["best", "cheap", "fast"]),
        ("cheerful", None, ["cheap", "fast", "best"]),
        ("cheerful", Prefer.SPEED, ["fast", "cheap", "best"]),
    ],
)
def test_who_has_no_styles_stands_last_where_one_is_asked_for(
    style: str | None, prefer: Prefer | None, expected: list[str]
) -> None:
    """Before any preference; it still fits, and its reason says what is left out."""
    order = replace(ORDER, prefer=prefer, voice=VoiceSettings(style=style))

    ranked = rank(order, (replace(BEST, styled=False), CHEAP, FAST))

    assert expected == [each.provider for each in ranked]
    assert (style is not None) == ranked[-1].reason.endswith("without the style cheerful")


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
        (
            replace(ORDER, avatar_script="x" * 41),
            replace(BEST, service=replace(BEST.service, script=40)),
            "it speaks 40 characters a take, and a script here has 41",
        ),
        (
            replace(ORDER, voice=VoiceSettings(speed=1.2, pitch=-3)),
            replace(BEST, service=replace(BEST.service, voice=("style",))),
            "its voices have no speed and no pitch",
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


def took(ratio: float, weight: float) -> Figure:
    """Return what was learnt where calls take so many times what the tables say."""
    return Figure(NOW, make={str(bucket(ratio)): weight}, done=weight)


@pytest.mark.parametrize(
    ("figures", "low", "high"),
    [
        ({}, 70.0, 70.0),  # 30 + 20 s of speech at 2 s: nothing was learnt
        ({"fast e": took(8.0, 1000.0)}, 500.0, 640.0),
        ({"fast e": took(8.0, 2.0)}, 70.0, 100.0),  # two calls prove little
        ({"fast e": took(8.0, 9.0), "fast f": took(2.0, 500.0)}, 130.0, 155.0),  # by the engine most was learnt of
        ({"other e": took(8.0, 1000.0)}, 70.0, 70.0),
    ],
)
def test_how_fast_a_service_is_is_learnt(figures: dict[str, Figure], low: float, high: float) -> None:
    """The tables' time, times what calls took of it lately, as far as enough of them were seen."""
    engines = tuple(Engine(name, {LookType.VIDEO: 60_000}) for name in "ef")
    fast = replace(FAST.service, engines=engines)

    seconds = usual_seconds("fast", fast, Outlook(figures, {}, NOW))

    assert low <= round(seconds, 1) <= high


def test_waiting_for_a_turn_counts() -> None:
    """A service nobody is let to in time is not fast."""
    queued = replace(took(1.0, 100.0), queue={str(bucket(400.0)): 100.0})

    assert 400.0 < usual_seconds("fast", FAST.service, Outlook({"fast e": queued}, {}, NOW)) + 30


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
