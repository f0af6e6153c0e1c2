"""Gives every scene its place on the film's clock, in whole frames: as long as its picture, its speech, or both ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from shared.pipeline.edit.source_ranges import SourceRange
from shared.pipeline.plan.plan import Plan, Stretch
from shared.pipeline.plan.stretches import with_speech
from shared.pipeline.plan.timing import lasting

FPS = 24  # Veo films 24 frames a second, fixed (veo page, "The order")


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A scene's place on the film's clock, in seconds."""

    stretch: Stretch
    source: SourceRange | None  # None = before a backdrop
    start: float
    seconds: float

    @property
    def end(self) -> float:
        """When the scene ends."""
        return self.start + self.seconds

    @property
    def held(self) -> float:
        """How long its last frame must be held; a backdrop is never too short."""
        return max(self.seconds - self.source.there - self.source.spare, 0.0) if self.source else 0.0


def timeline(
    plan: Plan, footage: Mapping[int, SourceRange], spoken: Mapping[int | None, float]
) -> tuple[TimelineEntry, ...]:
    """Lay the scenes one behind the other, cut or held to the film's length; `spoken` seconds by scene (None = all).

    Raises:
        ValueError: nothing would be seen.
    """
    stretches = with_speech(plan.stretches, spoken)
    found = [(stretch, None if stretch.scene is None else footage.get(stretch.scene)) for stretch in stretches]
    shown = [(one, source.shown if source and not one.own else one.seconds) for one, source in found]
    spans = _spans(plan, shown, spoken)
    laid: list[TimelineEntry] = []
    end = clock = 0.0
    for (stretch, source), span in zip(found, spans, strict=True):
        clock += span
        start, end = end, ceil(round(clock * FPS, 3)) / FPS
        if end > start:
            laid.append(TimelineEntry(stretch, source, start, end - start))
    if not laid:
        raise ValueError("the film would have no length: its takes are empty")
    return tuple(laid)


def _spans(plan: Plan, shown: list[tuple[Stretch, float]], spoken: Mapping[int | None, float]) -> list[float]:
    if None not in spoken:
        return [lasting(plan.length, span, spoken.get(stretch.scene)) for stretch, span in shown]
    without_scenes = any(stretch.scene is None for stretch, _ in shown)
    picture = sum(span for _, span in shown)
    return _fitted(
        [span for _, span in shown], spoken[None] if without_scenes else lasting(plan.length, picture, spoken[None])
    )


def _fitted(shown: list[float], film: float) -> list[float]:
    """Cut the scenes at the film's end, or let the last one last until then."""
    spans, clock = [], 0.0
    for span in shown:
        spans.append(max(min(span, film - clock), 0.0))
        clock += span
    return [*spans[:-1], spans[-1] + max(film - clock, 0.0)]
