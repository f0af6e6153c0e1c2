"""Where a word that is too wide for a line is parted, and what sign tells so; pure.

A soft hyphen in the text is the customer's own place for it and comes first. Words of alphabets whose printers use a
hyphen have one where they are parted; addresses, handles and codes stay bare, for a hyphen would be read as theirs, and
so do scripts that part words without a sign.
"""

import re
import unicodedata

SOFT = "\N{SOFT HYPHEN}"
HYPHEN = "-"
_ALPHABETS = ("ARMENIAN", "CYRILLIC", "GEORGIAN", "GREEK", "LATIN")
_BARE = re.compile(r"[@#/\\_\d]|\w[.:]\w|^www\.")  # of a word: an address, a handle, a code
_VOWELS = frozenset("aeiouyæœøıаеёиоуыэюяєіїαεηιουω")  # noqa: RUF001  # vowels of three alphabets
_DIGRAPHS = ("ch", "ck", "gh", "ph", "qu", "sh", "th")  # one sound: no line begins with its second letter
_LEAST = 2  # signs of a word on each side of a hyphen
_LOOKED_BACK = 4  # signs: so much earlier a syllable's beginning is looked for


def is_bare(word: str) -> bool:
    """Tell whether a word has no hyphen wherever it is parted."""
    return bool(_BARE.search(word.rstrip(" .,:;!?…")))


def sign_at(signs: tuple[str, ...], at: int) -> str:
    """Return the sign at a line's end that parts a word before its sign `at`, "" where its script has none."""
    if _LEAST <= at <= len(signs) - _LEAST and _written(signs[at - 1]) and _written(signs[at]):
        return HYPHEN
    return ""


def soft_sign(before: str) -> str:
    """Return the sign at a line's end where the customer parts a word; `before` ends there."""
    return HYPHEN if before and unicodedata.bidirectional(before[-1]) == "L" and not _is_wide(before[-1]) else ""


def parted_at(signs: tuple[str, ...], most: int) -> int:
    """Return before which sign a word is best parted, of whose signs at most so many stand before it.

    A syllable begins with a consonant before a vowel; without one near, the line is as full as it can be.
    """
    most = min(most, len(signs) - _LEAST) if len(signs) > 2 * _LEAST else most
    for at in range(most, max(_LEAST - 1, most - _LOOKED_BACK), -1):
        if _begins_a_syllable(signs, at):
            return at
    return max(1, most)


def _begins_a_syllable(signs: tuple[str, ...], at: int) -> bool:
    if at + 1 >= len(signs) or not all(map(_written, signs[at - 1 : at + 2])):
        return False
    before, first, second = (_plain(each) for each in signs[at - 1 : at + 2])
    return first not in _VOWELS and second in _VOWELS and before + first not in _DIGRAPHS


def _plain(sign: str) -> str:
    return unicodedata.normalize("NFD", sign.lower())[0]


def _written(sign: str) -> bool:
    """Tell whether a sign is a letter of an alphabet that has hyphens."""
    return sign[0].isalpha() and unicodedata.name(sign[0], "").partition(" ")[0] in _ALPHABETS


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"
