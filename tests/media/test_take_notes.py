"""What was found of a take is kept with its file, and holds for the engine that found it."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cloud.blobs import NOTE_MOST
from shared.media.boxes import Box
from shared.media.probe import FilmFacts
from shared.media.take_notes import TakeFound, TakeSound, note_of, noted
from shared.pipeline.plan.plan import Cutout

FACTS = FilmFacts("webm", 12.0, 720, 1280, 25.0, "vp9", "opus", True)
VOICE = TakeSound(-20.5, (-60.0, -24.25, 0.0), ((1.0, 2.5),))
FOUND = TakeFound(FACTS, Cutout.ALPHA, "#00FF00", Box(2, 4, 100, 200), (0, 255, 0), VOICE)
NOTE = note_of(FOUND, NOTE_MOST)


def changed(**fields: Any) -> str:
    """Return the note with other fields."""
    return json.dumps({**json.loads(NOTE), **fields})


def test_it_is_read_as_it_was_written() -> None:
    """By the engine that wrote it."""
    assert noted(NOTE) == FOUND


def test_anothers_note_says_nothing() -> None:
    """Of an engine that may see another box, of newer code, of no kind: the take is looked at."""
    others = [changed(engine="newer"), changed(more=1), changed(levels="?"), "", "[" * 9000, "null", "\ud800"]

    assert [None] * len(others) == [noted(other) for other in others]


@settings(max_examples=200)
@given(st.text(max_size=300) | st.integers(0, len(NOTE)).map(lambda at: NOTE[:at]))
def test_what_is_no_note_fails_nothing(note: str) -> None:
    """It is a hint: whatever stands there, a film can be made without it."""
    assert noted(note) in (None, FOUND)


def test_the_longest_voice_has_room() -> None:
    """Half a minute of windows, and a voice that is clipped all the while; one with more spans goes without a note."""
    spans = tuple((round(at * 1.5, 2), round(at * 1.5 + 0.73, 2)) for at in range(900))
    usual, most = (replace(FOUND, sound=TakeSound(-20.55, (-24.25,) * 1500, spans[:far])) for far in (30, len(spans)))

    assert noted(note_of(usual, NOTE_MOST)) == usual
    assert "" == note_of(most, NOTE_MOST)
