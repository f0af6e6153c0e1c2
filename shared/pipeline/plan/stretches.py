"""Lets scenes before a backdrop last as long as what is said in them: an empty backdrop shows nobody anything."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.pipeline.plan.plan import Stretch
from shared.pipeline.plan.timing import TAIL, following


def with_speech(stretches: Sequence[Stretch], spoken: Mapping[int | None, float]) -> tuple[Stretch, ...]:
    """Return the stretches with the seconds their speech gives them; `spoken` seconds by scene (None = all)."""
    if None not in spoken:
        return tuple(_alone(one, spoken.get(one.scene)) for one in stretches)
    fixed = sum(one.seconds for one in stretches if one.least is None)
    shares = iter(following(spoken[None], fixed, [one.least for one in stretches if one.least is not None]))
    return tuple(one if one.least is None else replace(one, seconds=next(shares)) for one in stretches)


def _alone(stretch: Stretch, spoken: float | None) -> Stretch:
    if stretch.least is None or spoken is None:
        return stretch
    return replace(stretch, seconds=round(max(stretch.least, spoken + TAIL), 3))
