"""Finds where in a stretch of speech each word begins, by how loud its letters sound; pure.

A vowel is loud, a stop is silent until it opens, and what lies between is known for every letter. So the letters of a
text are laid along the loudness of what was heard: the way that fits best, in which no letter lasts much longer or
shorter than its share, nor strays far from its place. Of alphabets only: of a sign that is a syllable or a word it is
not known how loud it begins.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from math import inf, log10

HEARD_EVERY = 0.02  # seconds from one level of loudness to the next
# dB under a vowel, of Latin, Cyrillic and Greek letters without their accents.
_SOUNDS = {
    0.0: "aeiouyæœø\N{LATIN SMALL LETTER DOTLESS I}" "аеиоуыэюяіє" "αεηιουω",
    -6.0: "lrmnwjłɫ" "лрмн" "λρμν",
    -12.0: "bdgvzhðđ" "бдгвзжґ" "βδγζ",
    -15.0: "sfcxçqßþ" "шщсфцчх" "σςφχξψθ",
    -22.0: "ptk" "птк" "πτκ",
}  # fmt: skip
_SILENT_SIGNS = "ьъ"
_LEVELS = {letter: level for level, letters in _SOUNDS.items() for letter in letters}
_SOFTEST, _LOUDEST = -30.0, 3.0  # dB beside the speech's own level: what is beyond says nothing more
_OWN_LEVEL = 0.8  # of the levels are no higher than a vowel's
# Weights of what does not fit: chosen on eSpeak in twelve languages and on three voices of Festival, all together.
_MISHEARD, _MOST_MISHEARD = 0.5, 2.0  # for 10 dB, squared; and at most so many times 10 dB
_UNEVEN, _NOT_SAID = 0.8, 2.0  # for a letter that lasts twice its share, squared; and for one that is not said
_ASTRAY = 2.0  # for half a second from its place, squared
_FARTHEST, _HALF_SECOND = 30, 25  # levels: how far a letter may stray from its place, and what is meant by it
_LONGEST_SHARE = 3.0  # times its share a letter may last, and two levels


def alphabetic(text: str) -> bool:
    """Tell whether it is known of every letter of a text how loud it is, and there are some."""
    kinds = [_level(sign) for sign in _letters(text)]
    return bool(kinds) and None not in kinds


def begun(
    parts: Sequence[str], weights: Sequence[float], start: float, end: float, levels: Sequence[float]
) -> list[float]:
    """Return when each word begins, in seconds, of those that are said from `start` to `end`.

    `weights` are what each takes to say, compared with the others; `levels` how loud each 20 ms of the whole take are,
    of any unit.
    """
    first = round(start / HEARD_EVERY)
    heard = levels[first : round(end / HEARD_EVERY)]
    even = [start + (end - start) * said / sum(weights) for said in accumulate(weights, initial=0.0)]
    if len(parts) < 2 or len(heard) < len(parts) or not max(heard):  # noqa: PLR2004 - words
        return even[: len(parts)]
    sounds: list[tuple[float | None, float]] = []  # how loud each letter is, and its weight
    words: list[int] = []  # at which of them each word begins
    for part, weight in zip(parts, weights, strict=True):
        letters = [_level(sign) for sign in _letters(part)] or [None]
        words.append(len(sounds))
        sounds += [(level, weight / len(letters)) for level in letters]
    ends = _laid(sounds, _decibels(heard))
    return [start, *(start + HEARD_EVERY * ends[word - 1] for word in words[1:])]


@cache
def _level(letter: str) -> float | None:
    return _LEVELS.get(letter)


def _letters(text: str) -> Iterator[str]:
    """Yield a text's letters as they are told apart: small, without accents."""
    plain = unicodedata.normalize("NFD", text.lower())
    return (sign for sign in plain if sign.isalpha() and sign not in _SILENT_SIGNS)


def _decibels(heard: Sequence[float]) -> list[float]:
    """Return levels in dB beside the speech's own."""
    own = sorted(heard)[int(_OWN_LEVEL * (len(heard) - 1))] or max(heard)
    least = own * 10 ** (_SOFTEST / 20)
    return [min(_LOUDEST, 20 * log10(max(level, least) / own)) for level in heard]


def _laid(sounds: Sequence[tuple[float | None, float]], heard: Sequence[float]) -> list[int]:
    """Return at which level each letter ends, of the way that fits best.

    The cost of every way to end a letter at a level is known from those of the letter before it (dynamic programming).
    """
    count = len(heard)
    pace = count / sum(weight for _, weight in sounds)
    missed = {level: _missed(level, heard) for level in {level for level, _ in sounds}}
    low, costs, place = 0, [0.0], 0.0  # the first level at which a letter may end, and what each from there on costs
    ways: list[tuple[int, list[int]]] = []  # of each letter the first level it may end at, and how long it then is
    for level, weight in sounds:
        share, place = weight * pace, place + weight * pace
        longest, even, misheard = int(_LONGEST_SHARE * share + 2), max(share, 1.0), missed[level]
        uneven = [_NOT_SAID * (not length) + _UNEVEN * ((length - share) / even) ** 2 for length in range(longest + 1)]
        first, last = max(0, int(place) - _FARTHEST), min(count, int(place) + _FARTHEST)
        now, way = list[float](), list[int]()
        for at in range(first, last + 1):
            best, length = inf, 0
            for begin in range(max(low, at - longest), min(low + len(costs) - 1, at) + 1):
                cost = costs[begin - low] - misheard[begin] + uneven[at - begin]
                if cost < best:
                    best, length = cost, at - begin
            now.append(best + misheard[at] + _ASTRAY * ((at - place) / _HALF_SECOND) ** 2)
            way.append(length)
        low, costs = first, now
        ways.append((first, way))
    at, ends = count, list[int]()
    for first, way in reversed(ways):
        ends.append(at)
        at -= way[at - first]
    return ends[::-1]


def _missed(level: float | None, heard: Sequence[float]) -> list[float]:
    """Return what it costs that a letter of a level is said through the first so many of what was heard."""
    if level is None:
        return [0.0] * (len(heard) + 1)
    each = (_MISHEARD * min(abs(one - level) / 10, _MOST_MISHEARD) ** 2 for one in heard)
    return list(accumulate(each, initial=0.0))
