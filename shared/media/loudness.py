"""Brings a film's sound to the loudness that was asked for (EBU R 128): it is mixed, measured, and moved as a whole.

Peaks are held back only in films that need it. That takes loudness away, so such a film is measured once more. Where
words are so few that they cannot make a film as loud as asked, what lies under them carries it between them. What was
decoded and mixed is kept as it is, in 32 bits a sample, for whoever measures it again or encodes it: 0.4 MB a second.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import inf, log10
from pathlib import Path

from shared.media.beds import Prepared, Span
from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.segments import Cut
from shared.media.sound import Measured, Mix, ended, levelled, mix, world
from shared.media.takes import LOUDNESS
from shared.pipeline.edit.edit import Edit

SILENT = -55.0  # LUFS; what is lower is noise, not sound
_RAISED, _LOWERED = 24.0, -24.0  # dB a footage's sound is moved at most
_LOUDER, _LOST = 12.0, 3.0  # dB a film is raised at most: more would lift noise; and for what a limiter took
_UNHEARD, _MISSED = 0.3, 0.7  # LU that nobody hears, and that a film may be off
PEAK_CEILING = -1.7  # dBTP before the encoder, which may add half a decibel: the limiter's own


@dataclass(frozen=True, slots=True)
class Balanced:
    """All that sounds in a film as one file, and the filters that still lack to make the film's sound of it."""

    mixed: Source
    finish: str


def balanced(
    edit: Edit,
    row: Sequence[Cut],
    films: Mapping[str, Source],
    loud: frozenset[str],
    presenters: Sequence[PlacedPresenter],
    folder: Path,
    budget: Budget,
    music: Prepared | None = None,
) -> Balanced:
    """Return the film's sound at the loudness asked for.

    Of a film planned before there was a choice only footage is measured: it stays as it was.
    """
    meter, found, heard, footage = _Meter(folder, budget), Measured(), frozenset[str](), None
    if loud:
        alone, kept = meter.keep(world(edit, row, films, loud), "world", "world.wav")
        if alone.loudness is not None:
            found = Measured(min(_RAISED, max(_LOWERED, LOUDNESS - alone.loudness)), silent=alone.silent)
            heard, footage = loud, Mix((kept,), "[0:a:0]anull[world]")

    def mixed(how: Measured) -> Mix:
        return mix(edit, row, heard, presenters, footage, how, music)

    end = ended(edit, row)
    if edit.loudness is None:
        made = _as_it_was(mixed(found), found, end, meter, moved=bool(heard))
    else:
        made, off = _brought(mixed(found), found, end, edit.loudness, meter)
        if off > _MISSED:
            fuller = replace(found, carried=True)
            carried, less = _brought(mixed(fuller), fuller, end, edit.loudness, meter)
            made, lost = (carried, made) if abs(less) < off else (made, carried)
            lost.mixed.path.unlink()  # a function's folder is memory
    for file in footage.sources if footage else ():
        file.path.unlink()
    return made


@dataclass(frozen=True, slots=True)
class _Heard:
    """A sound's integrated loudness in LUFS (None: it is silent), when it is silent, its true peak in dBTP."""

    loudness: float | None
    silent: tuple[Span, ...]
    peak: float


@dataclass(frozen=True, slots=True)
class _Meter:
    """Where sounds are kept and measured."""

    folder: Path
    budget: Budget

    def keep(self, sound: Mix, label: str, name: str, *filters: str, peaks: bool = False) -> tuple[_Heard, Source]:
        """Keep a graph's output `[label]` as a file, and measure what filters make of it."""
        path = self.folder / name
        graph = f"{sound.text};[{label}]asplit[kept][metered]"
        words = ("-map", "[kept]", "-c:a", "pcm_f32le", "-bitexact", path.name)
        heard = self._measured(sound.sources, graph, filters, words, peaks=peaks)
        return heard, Source(path, Demuxer.WAV)

    def _measured(
        self,
        sources: Sequence[Source],
        graph: str,
        filters: Sequence[str],
        also: Sequence[str] = (),
        *,
        peaks: bool = False,
    ) -> _Heard:
        """Measure what filters make of a graph's output `[metered]`.

        The peak is looked for only if asked for; it costs as much as all else.
        """
        report, null = self.folder / "balance.txt", ("-f", "null", "-")
        meter = "ebur128=metadata=1:peak=true" if peaks else "ebur128=metadata=1"
        chain = ",".join((*filters, "silencedetect=n=-60dB:d=1", meter, f"ametadata=print:file={report.name}"))
        words = ["-filter_complex", f"{graph};[metered]{chain}[measured]", *also, "-map", "[measured]", *null]
        run(sources, words, self.folder, self.budget)
        return _heard(report.read_text("ascii", "replace"))


def _as_it_was(sound: Mix, found: Measured, end: str, meter: _Meter, *, moved: bool) -> Balanced:
    """Return the sound of a film planned before there was a choice: moved as a whole where its footage is heard."""
    together, kept = meter.keep(sound, "sound", "mix.wav", levelled(sound, found), end)
    if moved and together.loudness is not None:
        found = replace(found, whole=LOUDNESS - together.loudness)
    return Balanced(kept, f"{levelled(sound, found)},{end}")


def _brought(sound: Mix, found: Measured, end: str, asked: float, meter: _Meter) -> tuple[Balanced, float]:
    """Bring a film to the loudness asked for; also return how many LU it lacks then (below 0: it has too many)."""
    name = "carried" if found.carried else "mix"
    together, kept = meter.keep(sound, "sound", f"{name}.wav", end, peaks=True)
    if together.loudness is None:
        return Balanced(kept, f"{levelled(sound, found)},{end}"), 0.0
    found = replace(found, whole=min(_LOUDER, asked - together.loudness))
    if together.peak + found.whole <= PEAK_CEILING:
        level = levelled(sound, replace(found, limited=False))
        return Balanced(kept, f"{level},{end}"), asked - together.loudness - found.whole
    lost, again = 0.0, Mix((kept,), "")
    for _ in range(2):  # what is given back for what holding back its peaks took is held back in part, too
        level = levelled(sound, found)
        limited, lower = meter.keep(replace(again, text=f"[0:a:0]{level}[level]"), "level", f"{name}-level.wav", end)
        lost = asked - limited.loudness if limited.loudness is not None else 0.0
        if abs(lost) < _UNHEARD:
            kept.path.unlink()
            return Balanced(lower, end), lost
        found = replace(found, whole=found.whole + min(_LOST, lost))
    lower.path.unlink()
    return Balanced(kept, f"{levelled(sound, found)},{end}"), lost


def _heard(printed: str) -> _Heard:
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", printed)
    tops = [float(each) for each in re.findall(r"lavfi\.r128\.true_peak=([\d.]+)", printed)]
    starts, ends = (
        [float(at) for at in re.findall(rf"lavfi\.silence_{edge}=(-?[\d.]+)", printed)] for edge in ("start", "end")
    )
    silent = tuple(zip_longest(starts, ends, fillvalue=inf))
    peak = 20 * log10(max(*tops, 1e-6)) if tops else -inf
    return _Heard(float(heard[-1]) if heard and float(heard[-1]) > SILENT else None, silent, peak)
