"""Paints a film, or one part of a long one, as it was laid out, and watches it meanwhile; decides nothing."""

from dataclasses import dataclass, replace
from pathlib import Path

from shared.media.ffmpeg import Budget, Demuxer
from shared.media.runs import Run
from shared.media.watching import LookedFor, PictureSeen, together, watched_painting


@dataclass(frozen=True, slots=True)
class PartOrder:
    """A part of a film to be painted: by which engine, in which runs, one after the other, and what to look for."""

    engine: str
    runs: tuple[Run, ...]
    looks_for: LookedFor


@dataclass(frozen=True, slots=True)
class Painted:
    """A part's stretches in their order, and what was seen of them; None where they could not be watched."""

    stretches: tuple[Path, ...]
    seen: PictureSeen | None


def lacking(order: PartOrder) -> tuple[str, ...]:
    """Return the names of the files a part is painted from that do not lie beside its pictures yet."""
    files = (source.path for one in order.runs for source in one.sources if source.demuxer is not Demuxer.ROW)
    return tuple(dict.fromkeys(path.name for path in files if not path.exists()))


def painted_part(order: PartOrder, folder: Path, budget: Budget) -> Painted:
    """Render a part's stretches into `folder`. Raises MediaRefused, MediaFailed."""
    stretches, watched, start = list[Path](), list[PictureSeen](), order.looks_for.start
    for number, one in enumerate(order.runs):
        wanted = replace(order.looks_for, start=start, end=(start := start + one.frames))
        path, seen = watched_painting(one, wanted, f"run-{number}.mp4", folder, budget)
        stretches.append(path)
        watched += [seen] if seen else []
    whole = len(watched) == len(stretches)  # else whoever joins the film watches all of it
    return Painted(tuple(stretches), together(watched) if whole else None)
