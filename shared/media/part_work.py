"""A long film's parts: what each is painted from, the sound made beside them, and the film that is joined of all.

Whoever lays the film out decides all of it; nobody after does. The join opens neither footage nor takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.media.bundles import Bundle, bundled, unbundled
from shared.media.compose import Composed, finished, frame_of, joined, own_poster, runs
from shared.media.errors import MediaFailed
from shared.media.ffmpeg import Budget, Demuxer, Source
from shared.media.inspection import overlays
from shared.media.laid import LaidOut, Layout
from shared.media.mastering import SoundMade, mastered
from shared.media.painters import Painted, PartOrder
from shared.media.parting import Row
from shared.media.probe import index_of
from shared.media.runs import engine
from shared.media.watching import PictureSeen, looked_for, together
from shared.pipeline.plan.warned import WarningText

_LESS_THAN_A_FRAME = 0.5


@dataclass(frozen=True, slots=True)
class LaidFilm:
    """What the join knows of a film: its layout, what its maker was told before, its poster where one was sent."""

    layout: Layout
    told: tuple[WarningText, ...]
    poster: Path | None


def part_bundles(laid: LaidOut, rows: Sequence[Row]) -> tuple[Bundle, ...]:
    """Pack what each part is painted from. Raises OSError."""
    layout, folder, made = laid.layout, laid.bench.folder, list[Bundle]()
    over = overlays(layout.presenters, layout.words, layout.logo, layout.cards)
    for number, row in enumerate(rows):
        span = row[0].start, row[-1].end
        order = PartOrder(engine(), runs(laid, row), looked_for(layout.edit, layout.row, over, layout.words, span))
        sources = [source for one in order.runs for source in one.sources]
        own = [path for source in sources for path in _files(source) if path.is_relative_to(folder)]
        own += [path for _, word in order.looks_for.words for path in _shown(word.path)]
        made.append(bundled(order, own, folder, folder / f"order-{number}.zip"))
    return tuple(made)


def layout_bundle(laid: LaidOut, told: tuple[WarningText, ...]) -> Bundle:
    """Pack what the join must know. Raises MediaRefused for a poster that is no picture, OSError."""
    folder, layout = laid.bench.folder, laid.layout
    poster = own_poster(laid)
    pictures = [path for word in layout.words for path in _shown(word.path)]
    files = [*pictures, *([poster] if poster else [])]
    return bundled(LaidFilm(layout, told, poster), files, folder, folder / "layout.zip")


def sound_bundle(laid: LaidOut) -> Bundle:
    """Make the film's sound, listen to it and to its takes, and pack it. Raises MediaRefused, MediaFailed, OSError."""
    bench, made = laid.bench, mastered(laid)
    return bundled(made, [made.file], bench.folder, bench.folder / "sound.zip")


def join(layout: Path, sound: Path, parts: Sequence[Path], folder: Path, budget: Budget) -> tuple[LaidFilm, Composed]:
    """Join a film of the bundles of its parts, in their order, into `folder`, which is left as it is but for the film.

    Raises MediaFailed and MediaRefused when they do not make the film that was laid out: it is then to be made anew.
    """
    work = folder / "join"
    work.mkdir()
    film, made = unbundled(LaidFilm, layout, work), unbundled(SoundMade, sound, work)
    stretches, seen = list[Path](), list[PictureSeen | None]()
    for number, part in enumerate(parts):
        place = work / f"part-{number}"
        place.mkdir()
        painted = unbundled(Painted, part, place)
        seen.append(painted.seen)
        for path in painted.stretches:
            stretches.append(path.rename(work / f"stretch-{len(stretches)}.mp4"))
    whole = joined(stretches, made, work, budget)
    _judged(film.layout, whole)
    edit, poster = film.layout.edit, film.poster
    watched = together([one for one in seen if one]) if None not in seen else None
    made_of = film.layout, whole, folder, budget
    done = finished(*made_of, lambda: poster or frame_of(whole, edit, watched, work, budget), made, watched)
    return film, done


def _judged(layout: Layout, film: Path) -> None:
    """Refuse a film that has not all its frames, each once: a part came from somewhere else."""
    index = index_of(film)
    away = abs(index.shown * layout.edit.fps - layout.frames)
    if index.frames != layout.frames or away > _LESS_THAN_A_FRAME:
        raise MediaFailed(f"the parts make {index.shown:.3f} s, not {layout.frames / layout.edit.fps:.3f} s")


def _files(source: Source) -> list[Path]:
    return _shown(source.path) if source.demuxer is Demuxer.ROW else [source.path]


def _shown(path: Path) -> list[Path]:
    """Return the pictures a path names: those of a row by the pattern of their names."""
    return sorted(path.parent.glob(path.name.replace("%d", "*"))) if "%d" in path.name else [path]
