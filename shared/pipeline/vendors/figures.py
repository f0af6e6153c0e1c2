"""How long vendors take, how often they deliver and at what cost: learnt from ended attempts, blended with the tables.

Times are kept in logarithmic buckets, as the ratio of what a call took to what the plan expected: long speeches and
short ones teach the same figure. Weights halve in 24 hours. With n of them the learnt share is n / (n + 20), the
rest is the table's prior: half of all calls are done in the usual time, ninety-nine of a hundred in the slow one, in
between as a logarithmic normal. A vendor nobody chose drifts back to the prior, and so gets better again (hole 95).

An attempt that was given up counts with its full age: what was waited for in vain took at least as long, and figures of
the films alone would praise a vendor for the ones it never made (hole 96).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import erf, exp2, floor, log, log2, sqrt

from shared.pipeline.vendors.pressure import NO_PRESSURE, Pressure
from shared.pipeline.vendors.state import Figure

HALF_LIFE = timedelta(hours=24)
PRIOR_WEIGHT = 20.0
BUCKETS_A_DOUBLING = 8  # a bucket is nine per cent wide
LOWEST, HIGHEST = -6 * BUCKETS_A_DOUBLING, 15 * BUCKETS_A_DOUBLING  # a 64th, and 32,768 times
LEAST_WEIGHT = 0.01  # what is left of an attempt after a week is forgotten
LATE = 0.99  # who is older than this share of all calls tells nothing about its end any more
OUR_MACHINES = "abroll"  # the vendor of what we make ourselves
_P99 = 2.326  # standard deviations of a normal
_FINEST = 0.001  # of a bucket
_SMALLEST = 1e-9  # of a ratio, and of what is left of a distribution


@dataclass(frozen=True, slots=True)
class Sample:
    """How one attempt of an ended job went."""

    vendor: str
    model: str
    made: bool  # a film came of it
    took: float | None = None  # actual / expected seconds, to its film or until it was given up; None = tells no time
    queued: float | None = None  # seconds it waited for its turn
    code: str | None = None  # why it failed
    cost: int = 0  # micro-dollars charged


@dataclass(frozen=True, slots=True)
class Prior:
    """What the tables say of a vendor's times: the usual one is 1."""

    slow: float = 4.0  # the slow time, in usual ones

    def below(self, ratio: float) -> float:
        """Return which share of calls takes at most `ratio`."""
        if ratio <= 0:
            return 0.0
        deviation = max(log(max(self.slow, 1 + _SMALLEST)) / _P99, _SMALLEST)
        return 0.5 * (1 + erf(log(ratio) / deviation / sqrt(2)))


def name_of(vendor: str, model: str) -> str:
    """Name a figure."""
    return f"{vendor} {model}".strip()


def bucket(value: float) -> int:
    """Return the bucket of a ratio, or of seconds; what is beyond them counts in the outermost."""
    return min(max(floor(log2(max(value, _SMALLEST)) * BUCKETS_A_DOUBLING), LOWEST), HIGHEST)


def edge(index: float) -> float:
    """Return where a bucket begins; between two of them for what is no whole number."""
    return exp2(index / BUCKETS_A_DOUBLING)


def learnt(figures: Mapping[str, Figure], samples: Iterable[Sample], now: datetime) -> dict[str, Figure]:
    """Return the figures after these samples, at `now`; what has faded is gone."""
    grown = {name: faded(figure, now) for name, figure in figures.items()}
    for one in samples:
        name = name_of(one.vendor, one.model)
        grown[name] = _with(grown.get(name, Figure(now)), one)
    return {name: figure for name, figure in grown.items() if figure.done + figure.lost >= LEAST_WEIGHT}


def faded(figure: Figure, now: datetime) -> Figure:
    """Return a figure with the weights it has at `now`; a clock that was set back fades nothing."""
    if now <= figure.at:
        return figure
    left = exp2(-((now - figure.at) / HALF_LIFE))
    return replace(
        figure,
        at=now,
        make=_thinned(figure.make, left),
        queue=_thinned(figure.queue, left),
        done=figure.done * left,
        lost=figure.lost * left,
        errors=_thinned(figure.errors, left),
        cost=figure.cost * left,
    )


def _thinned(weights: Mapping[str, float], left: float) -> dict[str, float]:
    return {name: weight * left for name, weight in weights.items() if weight * left >= LEAST_WEIGHT}


def _with(figure: Figure, one: Sample) -> Figure:
    return replace(
        figure,
        make=_counted(figure.make, None if one.took is None else str(bucket(one.took))),
        queue=_counted(figure.queue, None if one.queued is None else str(bucket(one.queued))),
        done=figure.done + one.made,
        lost=figure.lost + (not one.made),
        errors=_counted(figure.errors, one.code),
        cost=figure.cost + one.cost,
    )


def _counted(weights: Mapping[str, float], name: str | None) -> Mapping[str, float]:
    return weights if name is None else {**weights, name: weights.get(name, 0.0) + 1.0}


class Curve:
    """How long calls take, as a share of all: what was learnt, blended with a prior."""

    def __init__(self, weights: Mapping[str, float], prior: Prior) -> None:
        known = {int(name): weight for name, weight in weights.items() if _is_bucket(name)}
        self.weight = sum(known.values())
        self._prior = prior
        self._share = self.weight / (self.weight + PRIOR_WEIGHT)
        self._quantiles: dict[tuple[float, float], float] = {}
        self._below: list[float] = []  # of what was learnt, the share below each bucket's beginning
        below = 0.0
        for index in range(LOWEST, HIGHEST + 2):
            self._below.append(below / self.weight if self.weight else 0.0)
            below += known.get(index, 0.0)

    def below(self, ratio: float) -> float:
        """Return which share of calls takes at most `ratio`."""
        return self._share * self._learnt_below(ratio) + (1 - self._share) * self._prior.below(ratio)

    def quantile(self, share: float, age: float = 0.0) -> float:
        """Return what `share` of the calls that have lasted for `age` already take in the end, never less than it."""
        if (age, share) not in self._quantiles:
            past = self.below(age) if age > 0 else 0.0
            wanted = past + share * (1 - past)
            self._quantiles[age, share] = max(self._reached(wanted), age)
        return self._quantiles[age, share]

    def _reached(self, wanted: float) -> float:
        """Return where so large a share is reached, to a thousandth of a bucket."""
        low, width = float(LOWEST), 256.0  # a power of two, so that the usual time itself is met
        if wanted >= self.below(edge(HIGHEST + 1)):
            return edge(HIGHEST + 1)
        while width > _FINEST:
            width /= 2
            if self.below(edge(low + width)) <= wanted:
                low += width
        return edge(low)

    def _learnt_below(self, ratio: float) -> float:
        if ratio <= edge(LOWEST):
            return 0.0
        if ratio >= edge(HIGHEST + 1):
            return 1.0 if self.weight else 0.0
        index = bucket(ratio)
        part = log(ratio / edge(index)) * BUCKETS_A_DOUBLING / log(2)
        begins, ends = self._below[index - LOWEST], self._below[index - LOWEST + 1]
        return begins + (ends - begins) * min(max(part, 0.0), 1.0)


def _is_bucket(name: str) -> bool:
    return name.lstrip("-").isdecimal() and len(name) <= len(str(LOWEST)) + 1 and LOWEST <= int(name) <= HIGHEST


class Outlook:
    """What may be expected of every vendor now: its figures, the tables' priors, and what waits in the queues."""

    def __init__(
        self,
        figures: Mapping[str, Figure],
        priors: Mapping[str, Prior],
        now: datetime,
        pressure: Pressure = NO_PRESSURE,
    ) -> None:
        self.pressure = pressure
        self._figures = figures
        self._priors = priors
        self._now = now
        self._curves: dict[str, Curve] = {}

    def making(self, vendor: str, model: str) -> Curve:
        """Return how long its calls take, in what the plan expects of them."""
        name = name_of(vendor, model)
        if name not in self._curves:
            figure = self._figures.get(name)
            known = (self._priors.get(each) for each in (name, model, vendor))
            prior = next((one for one in known if one), Prior())
            self._curves[name] = Curve(faded(figure, self._now).make if figure else {}, prior)
        return self._curves[name]

    def queueing(self, vendor: str, model: str) -> float:
        """Return how many seconds half of its calls wait for their turn at most: none where nothing was learnt."""
        figure = self._figures.get(name_of(vendor, model))
        weights = faded(figure, self._now).queue if figure else {}
        known = sorted((int(name), weight) for name, weight in weights.items() if _is_bucket(name))
        rank = 0.5 * (sum(weight for _, weight in known) - PRIOR_WEIGHT)  # of the prior's, nobody has waited
        for index, weight in known if rank >= 0 else ():
            rank -= weight
            if rank < 0:
                return edge(index) if index >= 0 else 0.0
        return 0.0
