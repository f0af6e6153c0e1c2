"""A tenant's own clips in a film: what a file was found to be, and what a scene has of it; pure.

A clip is sent before the order (POST /tenant/uploads/clip) and judged then, so that its length is known to the plan. A
scene that names one is filmed by nobody and costs no footage; in the picture it stands as footage does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.pipeline.codec import Stored

SHORTEST_CLIP, LONGEST_CLIP = 0.5, 60.0  # seconds
MOST_CLIP_BYTES = 30 * 2**20  # the platform takes 32 MB a request


@dataclass(frozen=True, slots=True)
class ClipFacts(Stored):
    """A judged clip: the suffix of its kind ("mp4", "webm"), seconds, pixels as a player shows them, has it sound."""

    suffix: str
    seconds: float
    width: int
    height: int
    sound: bool


def left_of(facts: ClipFacts, start: float | None) -> float:
    """Return the seconds a clip has from where a scene begins in it."""
    return round(max(facts.seconds - (start or 0.0), 0.0), 3)


def refuse_late_start(path: str, facts: ClipFacts, start: float | None) -> Iterator[tuple[str, str]]:
    """Yield why a scene cannot begin there in its clip, by field."""
    if left_of(facts, start) < SHORTEST_CLIP:
        says = f"leaves less than {SHORTEST_CLIP:g} s of the clip, which lasts {facts.seconds:g} s: begin earlier"
        yield path, says


def file_key(scene: int) -> str:
    """Return the key under which a film has the file of a clip whose first scene is this one, counted from 0."""
    return f"own-{scene + 1}"


def is_own(key: str) -> bool:
    """Tell whether a film's file is an own clip; no node of a job has such a key."""
    return key.startswith("own-")
