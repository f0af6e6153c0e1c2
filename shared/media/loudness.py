"""Brings a film's sound to the loudness that was asked for (EBU R 128): it is mixed, measured, and moved as a whole.

Peaks are held back only in films that need it. That takes loudness away, so such a film is measured once more. Where
words are so few that they cannot make a film as loud as asked, what lies under them carries it between them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import inf, log10
from pathlib import Path

from shared.media.beds import Prepared, Span
from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Budget, Source, run
from shared.media.segments import Cut
from shared.media.sound import Measured, Mix, mix, world
from shared.media.takes import LOUDNESS
from shared.pipeline.edit.edit import Edit

SILENT = -55.0  # LUFS; what is lower is noise, not sound
_RAISED, _LOWERED = 24.0, -24.0  # dB a footage's sound is moved at most
_LOUDER, _LOST = 12.0, 3.0  # dB a film is raised at most: more would lift noise; and for what a limiter took
_UNHEARD, _MISSED = 0.3, 0.7  # LU that nobody hears, and that a film may be off
PEAK_CEILING = -1.7  # dBTP before the encoder, which may add half a decibel: the limiter's own


def balanced(
    edit: Edit,
    row: Sequence[Cut],
    films: Mapping[str, Source],
    loud: frozenset[str],
    presenters: Sequence[PlacedPresenter],
    folder: Path,
    budget: Budget,
    music: Prepared | None = None,
) -> Mix:
    """Return the film's sound at the loudness asked for, its first input being number 0.

    Of a film planned before there was a choice only footage is measured: it stays as it was.
    """
    found, heard = Measured(), frozenset[str]()
    if loud:
        alone, silent, _ = _measured(world(edit, row, films, loud), folder, budget)
        if alone is not None:
            found = Measured(min(_RAISED, max(_LOWERED, LOUDNESS - alone)), silent=silent)
            heard = loud

    def mixed(how: Measured) -> Mix:
        return mix(edit, row, films, heard, presenters, 0, how, music)

    if edit.loudness is None:
        if heard:
            together, _, _ = _measured(mixed(found), folder, budget)
            found = replace(found, whole=LOUDNESS - together) if together is not None else found
        return mixed(found)

    made, off = _brought(mixed, found, edit.loudness, folder, budget)
    if off > _MISSED:
        carried, less = _brought(mixed, replace(found, carried=True), edit.loudness, folder, budget)
        made = carried if abs(less) < off else made
    return mixed(made)


def _brought(
    mixed: Callable[[Measured], Mix], found: Measured, asked: float, folder: Path, budget: Budget
) -> tuple[Measured, float]:
    """Return how a film comes to the loudness asked for, and how many LU it lacks then (below 0: it has too many)."""
    together, _, peak = _measured(mixed(replace(found, limited=False)), folder, budget, peaks=True)
    if together is None:
        return found, 0.0
    found = replace(found, whole=min(_LOUDER, asked - together))
    if peak + found.whole <= PEAK_CEILING:
        return replace(found, limited=False), asked - together - found.whole
    lost = 0.0
    for _ in range(2):  # what is given back for what holding back its peaks took is held back in part, too
        limited, _, _ = _measured(mixed(found), folder, budget)
        lost = asked - limited if limited is not None else 0.0
        if abs(lost) < _UNHEARD:
            break
        found = replace(found, whole=found.whole + min(_LOST, lost))
    return found, lost


def _measured(
    sound: Mix, folder: Path, budget: Budget, *, peaks: bool = False
) -> tuple[float | None, tuple[Span, ...], float]:
    """Return a sound's integrated loudness in LUFS (None: it is silent), when it is silent, and its true peak in dBTP.

    The peak is looked for only if asked for; it costs as much as all else.
    """
    report = folder / "balance.txt"
    meter = "ebur128=metadata=1:peak=true" if peaks else "ebur128=metadata=1"
    meters = f"silencedetect=n=-60dB:d=1,{meter},ametadata=print:file={report.name}"
    words = f"{sound.text};[sound]{meters}[measured]"
    run(sound.sources, ["-filter_complex", words, "-map", "[measured]", "-f", "null", "-"], folder, budget)
    printed = report.read_text("ascii", "replace")
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", printed)
    tops = [float(each) for each in re.findall(r"lavfi\.r128\.true_peak=([\d.]+)", printed)]
    starts, ends = (
        [float(at) for at in re.findall(rf"lavfi\.silence_{edge}=(-?[\d.]+)", printed)] for edge in ("start", "end")
    )
    silent = tuple(zip_longest(starts, ends, fillvalue=inf))
    peak = 20 * log10(max(*tops, 1e-6)) if tops else -inf
    return (float(heard[-1]) if heard and float(heard[-1]) > SILENT else None), silent, peak
