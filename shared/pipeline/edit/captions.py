"""Reads a presenter's subtitles (SRT), or estimates them from the script when the provider sent none.

SRT has no standard; this accepts what tools really write: a byte order mark, CRLF, a missing counter, `.` or `,`
before the milliseconds, hours left out, tags and positions, blocks out of order. What has no times is passed over.
"""

import re
import unicodedata

from shared.pipeline.edit.edit import Cue

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?"
_TIMES = re.compile(rf"^\s*{_CLOCK}\s*--?>\s*{_CLOCK}(?:\s.*)?$")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’)])\s+|(?<=[。！？])")  # noqa: RUF001 -- full-width marks
LONGEST_LINE = 64  # letters' width of an estimated caption: two short lines


def parse_srt(text: str) -> tuple[Cue, ...]:
    """Return the cues of an SRT text, in order of time."""
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
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _cue(times: tuple[float, float] | None, lines: list[str]) -> list[Cue]:
    said = "\n".join(line for line in (_MARKUP.sub("", one).strip() for one in lines) if line)
    if times is None or not said or times[1] <= times[0]:
        return []
    return [Cue(said, times[0], round(times[1] - times[0], 3))]


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return round(whole + int((fraction or "0").ljust(3, "0")) / 1000, 3)


def estimated(script: str, seconds: float) -> tuple[Cue, ...]:
    """Return a script as cues spread over its speech, each as long as its share of the letters."""
    lines = [line for sentence in _SENTENCE_ENDS.split(" ".join(script.split())) for line in _wrapped(sentence)]
    letters = sum(len(line) for line in lines)
    cues, start = [], 0.0
    for line in lines:
        lasts = seconds * len(line) / letters
        cues.append(Cue(line, round(start, 3), round(lasts, 3)))
        start += lasts
    return tuple(cues)


def _wrapped(sentence: str) -> list[str]:
    """Break a sentence into nearly equal lines no wider than LONGEST_LINE."""
    words = [part for word in sentence.split() for part in _parts(word)]
    whole = _width(" ".join(words))
    wanted = whole / max(-(-whole // LONGEST_LINE), 1)
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and _width(joined) <= LONGEST_LINE and _width(lines[-1]) < wanted:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _parts(word: str) -> list[str]:
    """Break what has no spaces (Chinese, Japanese) where a line ends."""
    most = LONGEST_LINE if word.isascii() else LONGEST_LINE // 2
    return [word[start : start + most] for start in range(0, len(word), most)]


def _width(text: str) -> int:
    """Return how many letters wide a text is: an ideograph is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(character) in ("W", "F") else 1 for character in text)
