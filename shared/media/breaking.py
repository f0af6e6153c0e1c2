"""Finds where a text may be broken: between clusters a reader takes for one sign, and where a line may end.

ICU knows both for every script (Unicode annexes 14 and 29): Thai, Lao, Khmer and Burmese words by dictionary, Chinese
and Japanese by the rules of what may not begin or end a line, Japanese and Korean also by phrase.
"""

from functools import cache

from icu import BreakIterator, Locale, UnicodeString

# Japanese breaks between phrases, Korean between words; Chinese anywhere but before a closing mark.
_MANNERS = {"ja": "ja@lb=strict;lw=phrase", "ko": "ko@lw=phrase", "zh": "zh@lb=strict"}


def clusters(text: str) -> tuple[str, ...]:
    """Return the signs of a text: a letter with its marks, a syllable, a family of emoji."""
    return _parts(text, _signs())


def pieces(text: str, language: str = "") -> tuple[str, ...]:
    """Return what no line may break inside, in order; blanks stand at a piece's end.

    `language` is a BCP 47 tag, "" where nobody knows it.
    """
    return _parts(text, _lines(_MANNERS.get(language[:2], language or "en")))


def _parts(text: str, breaks: BreakIterator) -> tuple[str, ...]:
    """Cut a text; ICU counts UTF-16 units, in which a sign beyond the first plane is two."""
    units = UnicodeString(text)
    breaks.setText(units)
    ends = list(breaks)
    return tuple(str(units[start:end]) for start, end in zip([0, *ends], ends, strict=False))


@cache
def _signs() -> BreakIterator:
    return BreakIterator.createCharacterInstance(Locale("en"))


@cache
def _lines(locale: str) -> BreakIterator:
    return BreakIterator.createLineInstance(Locale(locale))
