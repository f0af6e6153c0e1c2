"""What is learnt of vendors' times, deliveries and costs, and what may be expected of them."""

from datetime import UTC, datetime, timedelta
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.vendors.figures import (
    BUCKETS_A_DOUBLING,
    HALF_LIFE,
    HIGHEST,
    LOWEST,
    PRIOR_WEIGHT,
    Curve,
    Outlook,
    Prior,
    Sample,
    bucket,
    edge,
    faded,
    learnt,
    name_of,
)
from shared.pipeline.vendors.state import Figure

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
PRIOR = Prior(4.0)
WIDTH = 2 ** (1 / BUCKETS_A_DOUBLING)  # of a bucket: no learnt figure is finer
RATIOS = st.floats(0.05, 40.0)
WEIGHTS = st.dictionaries(st.integers(LOWEST, HIGHEST).map(str), st.floats(0.01, 500.0), max_size=12)
ONE = name_of("heygen", "avatar_iv")


def made(took: float | None = 1.0, **more: object) -> Sample:
    """Return an attempt that made a film in so many usual times."""
    return Sample("heygen", "avatar_iv", made=True, took=took, **more)  # type: ignore[arg-type]  # as the caller names them


def lost(took: float | None = None, **more: object) -> Sample:
    """Return an attempt no film came of; with a time, one that was given up after it."""
    return Sample("heygen", "avatar_iv", made=False, took=took, **more)  # type: ignore[arg-type]  # as the caller names them


def learnt_of(*samples: Sample) -> Figure:
    """Return the one figure that these samples teach."""
    return learnt({}, samples, NOON)[ONE]


def test_what_nothing_was_learnt_of_is_as_the_tables_say() -> None:
    """Half of all calls in the usual time, ninety-nine of a hundred in the slow one."""
    curve = Curve({}, PRIOR)

    assert curve.quantile(0.5) == 1.0
    assert pytest.approx(4.0, rel=0.01) == curve.quantile(0.99)
    assert 0.5 == curve.below(1.0)


@given(WEIGHTS, RATIOS, st.floats(0.01, 0.98), st.floats(0.0, 30.0))
def test_a_quantile_is_never_in_the_past_and_grows(
    weights: dict[str, float], more: float, share: float, age: float
) -> None:
    """With the share asked for, and with what a call has taken already."""
    curve = Curve(weights, PRIOR)

    found = curve.quantile(share, age)

    assert age <= found <= curve.quantile(share + 0.01, age) * (1 + 1e-9)
    assert found <= curve.quantile(share, age + more) * (1 + 1e-9)


@given(WEIGHTS, st.floats(0.02, 0.98))
def test_a_quantile_is_where_its_share_lies(weights: dict[str, float], share: float) -> None:
    """Of the calls as blended: below it lies what was asked for, to a bucket."""
    curve = Curve(weights, PRIOR)

    found = curve.quantile(share)

    low = curve.below(found / WIDTH) if found > edge(LOWEST) else 0.0
    assert low - 1e-9 <= share <= curve.below(found * WIDTH) + 1e-9


@given(WEIGHTS, st.lists(st.floats(0.001, 1e5), min_size=2, max_size=5))
def test_shares_only_rise(weights: dict[str, float], ratios: list[float]) -> None:
    """What takes at most so long takes at most longer too; between none and all."""
    curve = Curve(weights, PRIOR)

    shares = [curve.below(ratio) for ratio in sorted(ratios)]

    assert sorted(shares) == pytest.approx(shares, abs=1e-12)
    assert all(0 <= share <= 1 + 1e-12 for share in shares)


@pytest.mark.parametrize("count", [0, 5, 20, 180])
def test_what_was_learnt_weighs_n_of_n_and_twenty(count: int) -> None:
    """The rest is the table's prior (hole 95)."""
    figure = learnt({}, [made(8.0)] * count, NOON).get(ONE, Figure(NOON))

    share = Curve(figure.make, Prior(1.0001)).below(4.0)  # a prior that is all below
    assert pytest.approx(1 - count / (count + PRIOR_WEIGHT)) == share


def test_a_figure_halves_in_a_day_and_is_gone_in_the_end() -> None:
    """A vendor nobody chose is judged by the tables again (hole 95)."""
    figure = learnt_of(*[made(3.0, cost=100)] * 64, lost(code="internal"))

    later = faded(figure, NOON + HALF_LIFE)

    assert (32.0, 0.5, 3200.0) == (later.done, later.lost, later.cost)
    assert {"internal": 0.5} == later.errors
    assert {} == learnt({ONE: figure}, (), NOON + 14 * HALF_LIFE)


def test_a_clock_set_back_fades_nothing() -> None:
    """A moment before the figure's own leaves it as it is."""
    figure = learnt_of(made())

    assert faded(figure, NOON - timedelta(days=9)) is figure


def survivors(*samples: Sample) -> Figure:
    """Learn from the films alone: the fault the next test knows."""
    return learnt_of(*(one for one in samples if one.made))


def test_what_was_given_up_counts_with_its_full_age() -> None:
    """A vendor that makes nine films of ten in time and loses one for half an hour has a slow tenth (hole 96)."""
    attempts = [*[made(1.0)] * 90, *[lost(took=12.0)] * 15]

    honest = Curve(learnt_of(*attempts).make, PRIOR).quantile(0.9)

    assert honest > 10
    assert Curve(survivors(*attempts).make, PRIOR).quantile(0.9) < 3  # and learning from the done alone would be seen


def test_success_errors_and_cost() -> None:
    """Of all attempts, by code, and for each film that came of them."""
    figure = learnt_of(*[made(cost=300)] * 3, lost(code="internal", cost=300), lost(code="capacity"))

    assert 0.6 == figure.success
    assert {"internal": 1.0, "capacity": 1.0} == figure.errors
    assert 400.0 == figure.cost_of_a_film
    assert (None, None) == (Figure(NOON).success, Figure(NOON).cost_of_a_film)


@given(st.lists(RATIOS, max_size=40), st.integers(0, 40))
def test_learning_in_two_halves_is_learning_at_once(ratios: list[float], cut: int) -> None:
    """At one moment the order and the number of ticks make no difference."""
    samples = [made(ratio) for ratio in ratios]

    halves = learnt(learnt({}, samples[:cut], NOON), samples[cut:], NOON)

    assert learnt({}, samples, NOON) == halves


def test_a_thousand_calls_are_told_within_a_bucket() -> None:
    """Of a vendor twice as slow as the tables say, each quantile is found; the prior's twenty hardly weigh."""
    chance = Random(7)
    took = sorted(chance.lognormvariate(0.7, 0.4) for _ in range(4000))
    curve = Curve(learnt_of(*map(made, took)).make, PRIOR)

    for share in (0.1, 0.5, 0.9):
        assert pytest.approx(took[int(share * 4000)], rel=WIDTH - 1) == curve.quantile(share)


def test_of_those_that_lasted_only_the_longer_ones_count() -> None:
    """Half of all calls take a minute and half take four; one that is two minutes old takes four."""
    curve = Curve(learnt_of(*[made(1.01)] * 500, *[made(4.01)] * 500).make, PRIOR)

    assert pytest.approx(4.0, rel=WIDTH - 1) == curve.quantile(0.5, age=2.0)


@given(st.dictionaries(st.text(max_size=6), st.floats(0, 9), max_size=4))
def test_words_of_newer_code_are_read_over(weights: dict[str, float]) -> None:
    """A bucket this code has no place for is none."""
    curve = Curve({"99999": 5.0, "-": 1.0, "x": 2.0, **{f"n{name}": weight for name, weight in weights.items()}}, PRIOR)

    assert curve.weight == 0.0


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-30, 1e30, inf])
def test_no_value_falls_outside_the_buckets(value: float) -> None:
    """The outermost take the rest."""
    assert LOWEST <= bucket(min(value, 1e300)) <= HIGHEST


def test_a_measured_queue_counts_once_it_is_the_rule() -> None:
    """Twenty who did not wait stand against it; then half of all wait at most as long."""
    few = Outlook(learnt({}, [made(queued=300.0)] * 19, NOON), {}, NOON)
    many = Outlook(learnt({}, [made(queued=300.0)] * 90, NOON), {}, NOON)

    assert few.queueing("heygen", "avatar_iv") == 0.0
    assert pytest.approx(300.0, rel=WIDTH - 1) == many.queueing("heygen", "avatar_iv")
    assert many.queueing("veo", "fast") == 0.0


def test_a_models_own_prior_comes_before_its_vendors() -> None:
    """And the vendor's before the general one."""
    outlook = Outlook({}, {"veo": Prior(2.0), "veo fast": Prior(6.0), "lite": Prior(3.0)}, NOON)
    asked = (("veo", "fast"), ("veo", "lite"), ("veo", "x"), ("a", ""))

    slow = [outlook.making(vendor, model).quantile(0.99) for vendor, model in asked]

    assert pytest.approx([6.0, 3.0, 2.0, 4.0], rel=0.01) == slow
