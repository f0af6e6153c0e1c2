"""Finds where a text may be broken: between clusters a reader takes for one sign, and where a line may end.

ICU knows both for every script (Unicode annexes 14 and 29): Thai, Lao, Khmer and Burmese words by dictionary, Chinese
and Japanese by the rules of what may not begin or end a line, Japanese and Korean also by phrase.
"""

import unicodedata
from functools import cache, lru_cache

from icu import BreakIterator, Locale, UnicodeString

# Japanese breaks between phrases, Korean between words; Chinese anywhere but before a closing mark.
_MANNERS = {"ja": "ja@lb=strict;lw=phrase", "ko": "ko@lw=phrase", "zh": "zh@lb=strict"}

_LETTERS = 100  # from here on ICU says of a part that it is a word
_JOINS = ("-", "\N{HYPHEN}", "\N{NON-BREAKING HYPHEN}", "/", ":", "@", "&", "+")


@lru_cache(maxsize=512)  # a long word is parted again and again, for each size and width that is tried
def clusters(text: str) -> tuple[str, ...]:
    """Return the signs of a text: a letter with its marks, a syllable, a family of emoji."""
    return _parts(text, _signs())


def pieces(text: str, language: str = "") -> tuple[str, ...]:
    """Return what no line may break inside, in order; blanks stand at a piece's end.

    `language` is a BCP 47 tag, "" where nobody knows it.
    """
    return _parts(text, _lines(_MANNERS.get(language[:2], language or "en")))


def words(text: str, language: str = "") -> tuple[str, ...]:
    """Return the words of a text as they are said, in order, which together are the text.

    A word holds the marks and blanks after it, and the marks that open it; where no blanks part words (Chinese,
    Japanese, Thai, Lao, Khmer, Burmese) a dictionary tells them apart. What is joined by a hyphen is one word.
    """
    made, opening, whole = list[str](), "", False  # whether the last word is joined to what comes
    for part, said in _said(text, language):
        if said:
            if whole and not opening:
                made[-1] += part
            else:
                made.append(opening + part)
            opening, whole = "", False
        elif not made or opening or _opens(part, made[-1]):
            opening += part
        else:
            whole = part in _JOINS and not made[-1][-1].isspace()
            made[-1] += part
    if opening:
        made[-1:] = [f"{''.join(made[-1:])}{opening}"]
    return tuple(made)


def _said(text: str, language: str) -> list[tuple[str, bool]]:
    """Return a text's parts, and which of them are said."""
    units, breaks = UnicodeString(text), _words(language or "en")
    breaks.setText(units)
    made, start = list[tuple[str, bool]](), 0
    for end in iter(breaks.nextBoundary, BreakIterator.DONE):
        made.append((str(units[start:end]), breaks.getRuleStatus() >= _LETTERS))
        start = end
    return made


def _opens(part: str, before: str) -> bool:
    """Tell whether a mark belongs to the word after it."""
    return not part.isspace() and (before[-1].isspace() or unicodedata.category(part[0]) in ("Ps", "Pi"))


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


@cache
def _words(locale: str) -> BreakIterator:
    return BreakIterator.createWordInstance(Locale(locale))
