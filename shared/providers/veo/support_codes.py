"""Veo's safety support codes in plain words.

Google's responsible-AI page for Veo lists them (veo page, "Safety support codes"); they stand in operation errors and
in `raiMediaFilteredReasons`, and are read before any error code, since code 3 is both "your order is wrong" and
"unsafe".
"""

import re
from collections.abc import Iterable

_CLASSES = {
    "child safety": (58061214, 17301594),
    "a real person's likeness": (29310472, 15236754),
    "video safety": (64151117, 42237218),
    "dangerous content": (62263041,),
    "hate": (57734940, 22137204),
    "general safety": (74803281, 29578790, 42876398),
    "prohibited content": (89371032, 49114662, 63429089, 72817394, 60599140),
    "third-party content": (35561574, 35561575),
    "sexual content": (90789179, 43188360),
    "toxic language": (78610348,),
    "violence": (61493863, 56562880),
    "vulgar language": (32635315,),
}
_MEANING = {str(code): words for words, codes in _CLASSES.items() for code in codes}
_SUPPORT_CODES = re.compile(r"Support codes?:\s*([\d,\s]+)", re.IGNORECASE)

LIKENESS = "a real person's likeness"


def support_codes(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the codes named in the texts, each once, in order."""
    found = [code for text in texts for group in _SUPPORT_CODES.findall(text) for code in re.findall(r"\d+", group)]
    return tuple(dict.fromkeys(found))


def meanings(codes: Iterable[str]) -> tuple[str, ...]:
    """Return what the codes stand for, each once; unknown ones are left out."""
    return tuple(dict.fromkeys(_MEANING[code] for code in codes if code in _MEANING))
