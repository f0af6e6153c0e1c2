"""Tells which characters of a text a film can show, before anything is paid; pure, so that an order can be answered.

The table is written from the fonts by `python -m infra.glyphs --write` and read here only; composing leaves out
exactly what this module said it would.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cache

from shared.pipeline.plan.coverage import RANGES

_UNSEEN = re.compile(  # no glyph is wanted: joiners, directions, tags of flags, variation selectors
    "[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
_KEPT_BLANKS = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"  # no line ends there
_NAMED = 5  # characters a sentence names
_SOFT = "\N{SOFT HYPHEN}"
_DROPPED = f"{_SOFT}\N{ZERO WIDTH NO-BREAK SPACE}"
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def drawable(text: str, *, soft: bool = False) -> tuple[str, str]:
    """Return a text as it will be drawn, and the characters that cannot be (each once); blank lines at its ends go.

    `soft` keeps soft hyphens, which are seen only where a line ends at one.
    """
    made: list[str] = []
    lost: dict[str, None] = {}
    gone = False
    for char in unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)):
        if gone and _belongs_to_the_last(char):
            continue
        drawn = char if soft and char == _SOFT else _drawn(char)
        gone = drawn is None
        if gone:
            lost[char] = None
        made.append(drawn or "")
    rows = (re.sub(" +", " ", row).strip(" ") for row in "".join(made).split("\n"))
    joined = "\n".join(rows).strip("\n")
    return joined if _UNSEEN.sub("", joined).replace(_SOFT, "").strip() else "", "".join(lost)


def named(lost: str) -> str:
    """Name characters for a person, each with its number: "\U0001fae9 (U+1FAE9) and 2 more"."""
    shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in lost[:_NAMED])
    return f"{shown} and {len(lost) - _NAMED} more" if len(lost) > _NAMED else shown


def _drawn(char: str) -> str | None:
    """Return what is drawn for a character, "" for one nobody is meant to see, None where no font has it."""
    kind = unicodedata.category(char)
    if char == "\n" or char in _KEPT_BLANKS or _UNSEEN.match(char):
        return char
    if kind == "Zs" or char == "\t":
        return " "
    if kind in {"Cc", "Cs"} or char in _DROPPED:
        return ""
    if _has(char):
        return char
    alike = (unicodedata.normalize(form, char) for form in ("NFKC", "NFKD"))
    return next((plain for plain in alike if all(map(_has, plain))), "" if kind == "Cf" else None)


def _belongs_to_the_last(char: str) -> bool:
    """Tell whether a character only changes the one before it: a mark, a tint, a variation selector."""
    return unicodedata.category(char).startswith("M") or "\U0001f3fb" <= char <= "\U0001f3ff"


def _has(char: str) -> bool:
    starts, ends = _ranges()
    at = bisect_right(starts, ord(char)) - 1
    return at >= 0 and ord(char) <= ends[at]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    pairs = [one.partition("-") for one in RANGES.split()]
    starts = [int(first, 16) for first, _, _ in pairs]
    return starts, [int(last or first, 16) for first, _, last in pairs]
