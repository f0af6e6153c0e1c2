"""Brings a film's sound to one loudness: where footage is heard, it is measured before it is mixed (EBU R 128)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import inf
from pathlib import Path

from shared.media.ffmpeg import Budget, Source, run
from shared.media.graph import PlacedPresenter
from shared.media.segments import Cut
from shared.media.sound import Measured, Mix, Span, mix, world
from shared.media.takes import LOUDNESS
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.plan import Sound

SILENT = -55.0  # LUFS; what is lower is noise, not sound
_RAISED, _LOWERED = 24.0, -24.0  # dB a footage's sound is moved at most


def balanced(
    edit: Edit,
    row: Sequence[Cut],
    films: Mapping[str, Source],
    loud: frozenset[str],
    presenters: Sequence[PlacedPresenter],
    folder: Path,
    budget: Budget,
) -> Mix:
    """Return the film's sound at -16 LUFS, its first input being number 1 (the picture is 0).

    Voices were measured with their takes and the bed when it was made; only footage needs a look of its own.
    """
    if edit.sound is not Sound.DUCK or not loud:
        return mix(edit, row, films, frozenset(), presenters, 1)
    alone, silent = _measured(world(edit, row, films, loud), folder, budget)
    if alone is None:
        return mix(edit, row, films, frozenset(), presenters, 1)
    found = Measured(min(_RAISED, max(_LOWERED, LOUDNESS - alone)), silent=silent)
    together, _ = _measured(mix(edit, row, films, loud, presenters, 0, found), folder, budget)
    if together is not None:
        found = replace(found, whole=LOUDNESS - together)
    return mix(edit, row, films, loud, presenters, 1, found)


def _measured(sound: Mix, folder: Path, budget: Budget) -> tuple[float | None, tuple[Span, ...]]:
    """Return a sound's integrated loudness in LUFS (None: it is silent), and from when to when it is silent."""
    report = folder / "balance.txt"
    meters = f"silencedetect=n=-60dB:d=1,ebur128=metadata=1,ametadata=print:file={report.name}"
    meter = f"{sound.text};[sound]{meters}[measured]"
    run(sound.sources, ["-filter_complex", meter, "-map", "[measured]", "-f", "null", "-"], folder, budget)
    printed = report.read_text("ascii", "replace")
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", printed)
    starts, ends = (
        [float(at) for at in re.findall(rf"lavfi\.silence_{edge}=(-?[\d.]+)", printed)] for edge in ("start", "end")
    )
    silent = tuple(zip_longest(starts, ends, fillvalue=inf))
    return (float(heard[-1]) if heard and float(heard[-1]) > SILENT else None), silent
