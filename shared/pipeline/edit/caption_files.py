"""Writes what is said in a film as files that players and networks read: SubRip and WebVTT; pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from shared.pipeline.edit.edit import Cue

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def srt_of(cues: Sequence[Cue]) -> str:
    """Return cues as SubRip: counted from 1, no two at a time."""
    blocks = (
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text.replace('-->', '->')}\n"
        for number, (text, start, end) in enumerate(_apart(cues), start=1)
    )
    return "\n".join(blocks)


def vtt_of(cues: Sequence[Cue]) -> str:
    """Return cues as WebVTT."""
    blocks = (
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{text.translate(_ESCAPED)}\n"
        for text, start, end in _apart(cues)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _apart(cues: Iterable[Cue]) -> Iterator[tuple[str, float, float]]:
    """Yield text, start and end of each cue, none of which goes on into the next one; a blank line would end it."""
    row = sorted(cues, key=lambda cue: cue.start)
    for cue, following in zip_longest(row, row[1:]):
        end = cue.start + cue.seconds
        end = min(end, following.start) if following and following.start > cue.start else end
        yield "\n".join(line for line in cue.text.splitlines() if line.strip()), cue.start, end


def _clock(seconds: float, mark: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
