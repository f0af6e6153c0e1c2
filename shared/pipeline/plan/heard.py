"""What is heard beneath the speech of a film, and how loud all of it is."""

from dataclasses import dataclass
from enum import IntEnum

from shared.pipeline.codec import Stored

MUSIC_LEVEL = -20.0  # LUFS of music where nobody speaks
SHORTEST_MUSIC, LONGEST_MUSIC = 3.0, 600.0  # seconds
MOST_MUSIC_BYTES = 20 * 2**20
FADE_OUT = 1.2  # seconds before a film's end in which music goes


class Loudness(IntEnum):
    """A whole film's integrated loudness in LUFS (EBU R 128)."""

    SOCIAL = -14  # what the large networks play at
    WEB = -16  # the habit of phones and web pages
    BROADCAST = -23  # EBU R 128's own


USUAL_LOUDNESS = Loudness.SOCIAL


@dataclass(frozen=True, slots=True)
class MusicFacts:
    """What music is: the suffix of its kind, seconds, and integrated loudness in LUFS."""

    suffix: str
    seconds: float
    loudness: float


@dataclass(frozen=True, slots=True)
class Music(Stored):
    """Music under a film, as planned: exactly which file, and what was measured of it when it was sent."""

    uri: str
    generation: int
    seconds: float
    loudness: float  # LUFS
    level: float = MUSIC_LEVEL
    duck: bool = True
    start: float = 0.0
    fade_out: float = FADE_OUT
