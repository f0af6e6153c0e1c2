"""Paints one part of a long film as it was laid out, and watches what it has painted; decides nothing."""

from dataclasses import dataclass
from pathlib import Path

from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source
from shared.media.runs import Run, one_row, painted_by
from shared.media.watching import LookedFor, PictureSeen, measuring, watched


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
    names = ((one, f"run-{number}.mp4") for number, one in enumerate(order.runs))
    stretches = tuple(painted_by(one, name, folder, budget) for one, name in names)
    return Painted(stretches, _seen(one_row(stretches, folder), order.looks_for, folder, budget))


def _seen(part: Source, asked: LookedFor, folder: Path, budget: Budget) -> PictureSeen | None:
    try:
        return watched(part, asked, folder, measuring(budget, (asked.end - asked.start) / asked.edit.fps))
    except (MediaFailed, MediaRefused, OSError):
        return None  # whoever joins the film watches all of it
