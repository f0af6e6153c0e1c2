"""Finds the words of a caption among the glyphs of its lines; pure."""

from collections.abc import Sequence

from shared.media.inking import Part
from shared.media.wording import Wording
from shared.pipeline.plan.glyphs import drawable


def word_parts(words: Sequence[str], wording: Wording) -> tuple[tuple[int, Part], ...]:
    """Return the parts of a caption's words, each with its word's number: one for every line the word stands on.

    `words` are together the text that was broken into lines. A word that no font has, or whose line was cut away, has
    none; nor has any word after one that stands there otherwise than it was sent.
    """
    lines = ((line, text[:-1] if line in wording.parted else text) for line, text in enumerate(wording.lines))
    drawn = [(line, at, sign) for line, text in lines for at, sign in enumerate(text) if _ink(sign)]
    owner: dict[tuple[int, int], int] = {}
    place = 0
    for number, word in enumerate(words):
        for sign in filter(_ink, drawable(word)[0]):
            if place == len(drawn) or drawn[place][2] != sign:
                return _parts(owner, wording)
            line, at, _ = drawn[place]
            owner[line, at] = number
            if line in wording.parted and at + 2 == len(wording.lines[line]):
                owner[line, at + 1] = number  # the hyphen of ours
            place += 1
    return _parts(owner, wording)


def _parts(owner: dict[tuple[int, int], int], wording: Wording) -> tuple[tuple[int, Part], ...]:
    glyphs: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for line, shaped in enumerate(wording.shaped):
        for index, glyph in enumerate(shaped.glyphs):
            word = owner.get((line, glyph.at))
            if word is not None and not glyph.colored:
                glyphs.setdefault((word, line), set()).add((line, index))
    return tuple((word, frozenset(glyphs[word, line])) for word, line in sorted(glyphs))


def _ink(sign: str) -> bool:
    return not sign.isspace()
