"""Finds the moment whose frame a film is shown by: well lit, rich in detail, with people and words in it.

Only key frames are judged: they stand at every cut and at least every two seconds, are coded best, and need no other
frame to be decoded. What is judged are the small frames that were seen while the film was painted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageStat

from shared.pipeline.edit.edit import Edit

SHOWN_FROM_FIRST = 30.0  # seconds from the film's start


@dataclass(frozen=True, slots=True)
class KeyMoment:
    """A key frame: its second on the film, and how well it would show the film, the more the better."""

    second: float
    score: float


def moment_of(shot: Image.Image, edit: Edit, second: float) -> KeyMoment:
    """Rate a small gray frame: contrast and detail, less for darkness and glare, more for people and words in it."""
    light = ImageStat.Stat(shot)
    detail = ImageStat.Stat(shot.filter(ImageFilter.FIND_EDGES)).mean[0]
    score = light.stddev[0] + detail - max(0.0, 50 - light.mean[0]) - max(0.0, light.mean[0] - 215)
    if any(look.start + 0.3 <= second < look.start + look.seconds - look.fade for look in edit.appearances):
        score += 12
    if any(title.start + 0.3 <= second < title.start + title.seconds - 0.3 for title in edit.titles):
        score += 6
    if any(start < second < end for start, end in edit.blended):
        score -= 40  # two pictures at once are rich in detail
    if edit.scenes and not edit.scenes[0] <= second < edit.scenes[1]:
        score -= 60  # a card is not what the film is about
    return KeyMoment(second, round(score, 1))


def best_of(moments: Iterable[KeyMoment | None]) -> KeyMoment | None:
    """Return the best moment, the earliest of equals; None where there is none."""
    found = [moment for moment in moments if moment]
    return max(found, key=lambda each: (each.score, -each.second)) if found else None
