"""Reads a presenter's subtitles (SRT), or estimates them from the script when the provider sent none.

SRT has no standard; this accepts what tools really write: a byte order mark, CRLF, a missing counter, `.` or `,`
before the milliseconds, hours left out, tags and positions, blocks out of order. What has no times is passed over.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shared.pipeline.edit.edit import Cue
from shared.pipeline.plan.ssml import Passage, Silence, read_script
from shared.pipeline.plan.timing import speech_weight

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?"
_TIMES = re.compile(rf"^\s*{_CLOCK}\s*--?>\s*{_CLOCK}(?:\s.*)?$")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")
_STOP = "[.!?…؟۔։]"  # noqa: RUF001 -- scripts that put a blank between sentences
_FULL_STOP = "[。！？｡।॥။។៕៖።፧༎]"  # noqa: RUF001 -- and those that need none
_CLOSING = "[\"'”’»)）」』】]"  # noqa: RUF001 -- the quotes of many scripts
_SENTENCE_ENDS = re.compile(
    rf"(?<={_STOP})\s+|(?<={_STOP}{_CLOSING})\s+|(?<={_FULL_STOP})(?!{_CLOSING}|{_FULL_STOP})|(?<={_FULL_STOP}{_CLOSING})"
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how a file of it begins, in either order
_BROKEN = ("\0", "\N{REPLACEMENT CHARACTER}")  # of an encoding that was guessed wrongly, here or before us
_MOST_SILENT = 0.8  # share of a speech its breaks may take, should the vendor have passed over them
_JOINER = "\N{ZERO WIDTH JOINER}"
_NARROW = ("Cf", "Me", "Mn", "Sk")  # marks on what stands before them
MOST_CUES = 1000  # of one take: the longest film has ten minutes
LONGEST_CUE = 500  # characters
LONGEST_LINE = 64  # letters' width of an estimated caption: two short lines


def read_srt(raw: bytes) -> tuple[Cue, ...]:
    """Return the cues of a file of subtitles; none where its letters cannot be read: none are shown wrong."""
    encoding = "utf-16" if raw.startswith(_UTF_16) else "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return ()
    return () if any(sign in text for sign in _BROKEN) else parse_srt(text)


def parse_srt(text: str) -> tuple[Cue, ...]:
    """Return the cues of an SRT text, in order of time; none where nobody could read them: too many, or too long."""
    cues: list[Cue] = []
    times: tuple[float, float] | None = None
    lines: list[str] = []
    for line in [*text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if found := _TIMES.match(line):
            cues += _cue(times, lines[:-1] if lines and lines[-1].strip().isdigit() else lines)
            times, lines = (_seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])), []
        elif line.strip():
            lines.append(line)
        else:
            cues += _cue(times, lines)
            times, lines = None, []
    if len(cues) > MOST_CUES or any(len(cue.text) > LONGEST_CUE for cue in cues):
        return ()
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _cue(times: tuple[float, float] | None, lines: list[str]) -> list[Cue]:
    said = "\n".join(line for line in (_MARKUP.sub("", one).strip() for one in lines) if line)
    if times is None or not said or times[1] <= times[0]:
        return []
    return [Cue(said, times[0], round(times[1] - times[0], 3))]


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return round(whole + int((fraction or "0").ljust(3, "0")) / 1000, 3)


def show_markup(cues: Sequence[Cue], script: str) -> bool:
    """Tell whether subtitles of a script with markup show pieces of it: a cue may end within a tag."""
    shown = _letters(part.shown for part in read_script(script) if isinstance(part, Passage))
    return shown != _letters([script]) and shown != _letters(cue.text for cue in cues)


def _letters(texts: Iterable[str]) -> str:
    return "".join(sign for text in texts for sign in text.casefold() if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Breaks:
    """How a text may be broken.

    Into what no line breaks inside (blanks at its end), into single signs, and into words with the marks beside them.
    """

    pieces: Callable[[str], Sequence[str]]
    signs: Callable[[str], Sequence[str]]
    words: Callable[[str], Sequence[str]]


def estimated(script: str, seconds: float, breaks: Breaks) -> tuple[Cue, ...]:
    """Return a script as cues spread over its speech, each as long as its share of it; a break shows none."""
    timed: list[tuple[str, float]] = []  # a line and its weight, "" for a silence and its seconds
    for part in read_script(script):
        if isinstance(part, Silence):
            timed.append(("", part.seconds))
        else:
            lines = (line for sentence in _sentences(part.shown) for line in _wrapped(sentence, breaks))
            timed += [(line, max(speech_weight(line), 1.0)) for line in lines]
    silent = sum(lasts for line, lasts in timed if not line)
    shrunk = min(1.0, seconds * _MOST_SILENT / silent) if silent else 0.0
    pace = (seconds - silent * shrunk) / max(sum(weight for line, weight in timed if line), 1.0)
    cues, start = [], 0.0
    for line, weight in timed:
        lasts = weight * (pace if line else shrunk)
        if line:
            cues.append(Cue(line, round(start, 3), round(lasts, 3)))
        start += lasts
    return tuple(cues)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE_ENDS.split(" ".join(text.split())) if sentence.strip()]


def _wrapped(sentence: str, breaks: Breaks) -> list[str]:
    """Break a sentence into nearly equal lines no wider than LONGEST_LINE."""
    pieces = [part for piece in breaks.pieces(sentence) for part in _parts(piece, breaks)]
    whole = _width(sentence)
    wanted = whole / max(-(-whole // LONGEST_LINE), 1)
    lines: list[str] = []
    for piece in pieces:
        if lines and _width(f"{lines[-1]}{piece}".rstrip()) <= LONGEST_LINE and _width(lines[-1].rstrip()) < wanted:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines if line.strip()]


def _parts(piece: str, breaks: Breaks) -> list[str]:
    """Break between signs what alone is wider than a line."""
    if _width(piece.rstrip()) <= LONGEST_LINE:
        return [piece]
    parts = [""]
    for sign in breaks.signs(piece):
        if parts[-1] and _width(parts[-1] + sign) > LONGEST_LINE:
            parts.append("")
        parts[-1] += sign
    return parts


def _width(text: str) -> int:
    """Return how many letters wide a text is: an ideograph is as wide as two, a family of emoji as one emoji."""
    before = zip(f" {text}", text, strict=False)
    return sum(0 if joint == _JOINER else _columns(character) for joint, character in before)


def _columns(character: str) -> int:
    if unicodedata.category(character) in _NARROW:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
