"""Renders a finished edit to one MP4 and its poster with ffmpeg.

The film is painted in segments (so that a film of twenty scenes never holds more than a few decoders), the segments are
joined without another encoding, and the sound is mixed and encoded beside them. The same inputs give the same bytes:
encoder threads are fixed and nothing dated is written.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.graph import paint
from shared.media.inspection import FinishedFilm, inspected, overlays
from shared.media.laid import Known, LaidOut, Layout, laid_out, named
from shared.media.mastering import SoundMade, mastered
from shared.media.painters import PartOrder, painted_part
from shared.media.poster import frame_at, key_frame, own_picture
from shared.media.probe import index_of
from shared.media.runs import EXACT, UNEDITED, Run, engine, one_row
from shared.media.segments import Cut, segments
from shared.media.watching import PictureSeen, looked_for
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import WarningText


@dataclass(frozen=True, slots=True)
class Composed:
    """The finished film and its poster (JPEG), how long and how good it is, what was done otherwise than asked."""

    film: Path
    poster: Path
    seconds: float
    warnings: tuple[WarningText, ...]
    cutouts: Mapping[str, Cutout]  # how each presenter's take could really be laid over, by node
    quality: FilmQuality


class Composing(Protocol):
    """What `compose` does."""

    def __call__(
        self,
        edit: Edit,
        files: Mapping[str, Path],
        folder: Path,
        *,
        timeout: float,
        known: Known | None = None,
    ) -> Composed:
        """Render `edit` into `folder`."""
        ...


def compose(
    edit: Edit, files: Mapping[str, Path], folder: Path, *, timeout: float, known: Known | None = None
) -> Composed:
    """Render `edit` into `folder` as film.mp4 and poster.jpg; `files` maps each node's key to its file.

    `known` is what was found already of some of these files; the others are looked at.

    Raises MediaRefused when an input can't be used, naming its node, MediaFailed when the machine failed within
    `timeout` seconds. Nothing but the two files is left behind.
    """
    with laid_out(edit, files, folder, timeout=timeout, known=known) as laid:
        return whole(laid, folder)


def whole(laid: LaidOut, folder: Path) -> Composed:
    """Paint a film that was laid out, in one place, into `folder`. Raises MediaRefused, MediaFailed."""
    bench, layout = laid.bench, laid.layout
    over = overlays(layout.presenters, layout.words, layout.logo, layout.cards)
    order = PartOrder(engine(), runs(laid, layout.row), looked_for(layout.edit, layout.row, over, layout.words))
    with ThreadPoolExecutor(1) as beside:  # sound is metered by one core; painting leaves some of two
        sounding = beside.submit(mastered, laid)
        painted = painted_part(order, bench.folder, bench.budget)
        sound = sounding.result()
        film = joined(painted.stretches, sound, bench.folder, bench.budget)
    return finished(
        layout, film, folder, bench.budget, lambda: poster_of(laid, film, painted.seen), sound, painted.seen
    )


def runs(laid: LaidOut, row: tuple[Cut, ...]) -> tuple[Run, ...]:
    """Return the runs that paint a row of cuts, one after the other."""
    edit, presenters = laid.layout.edit, laid.layout.presenters
    parts = segments(row, edit, laid.heavy)
    graphs = [paint(edit, part, laid.films, laid.stills, presenters, laid.marks) for part in parts]
    return tuple(Run(tuple(each.sources), each.text, each.part.end - each.part.start) for each in graphs)


def joined(painted: Sequence[Path], sound: SoundMade, folder: Path, budget: Budget) -> Path:
    """Put stretches after each other as they are, and the sound beside them; the film is `film.mp4`.

    The stretches are deleted. Raises MediaRefused, MediaFailed.
    """
    film, words = folder / "film.mp4", ["-map", "0:v", "-map", "1:a", "-c", "copy", *EXACT, *UNEDITED]
    run([one_row(painted, folder), Source(sound.file, Demuxer.MP4)], [*words, film.name], folder, budget)
    for path in painted:
        path.unlink()
    return film


def finished(
    layout: Layout,
    film: Path,
    folder: Path,
    budget: Budget,
    poster: Callable[[], Path],
    sound: SoundMade,
    seen: PictureSeen | None,
) -> Composed:
    """Look a film over, make its poster, and put both into `folder`.

    `sound` and `seen` say what is known of both already.
    """
    heard, seconds = (sound.figures, sound.voices) if sound.figures else None, round(index_of(film).shown, 4)
    looks = (layout.edit, layout.row, layout.loud, layout.presenters, layout.words, layout.logo, layout.cards)
    with ThreadPoolExecutor(1) as beside:
        chosen = beside.submit(poster)
        quality = inspected(FinishedFilm(film, seconds, *looks), film.parent, budget, heard, seen)
    shown = chosen.result()
    cutouts = {presenter.take.node: presenter.take.cutout for presenter in layout.presenters}
    film, shown = film.rename(folder / film.name), shown.rename(folder / shown.name)
    return Composed(film, shown, seconds, layout.warnings, cutouts, quality)


def poster_of(laid: LaidOut, film: Path, seen: PictureSeen | None) -> Path:
    """Make the picture the film is shown by; `seen` is what was seen of it."""
    bench = laid.bench
    return own_poster(laid) or frame_of(film, bench.edit, seen, bench.folder, bench.budget)


def own_poster(laid: LaidOut) -> Path | None:
    """Make the picture that was sent to show the film by; None where none was. Raises MediaRefused."""
    bench, own = laid.bench, laid.layout.edit.own_poster
    if own is None:
        return None
    with named(own.node):
        return own_picture(bench.files[own.node], own, bench.edit, bench.folder)


def frame_of(film: Path, edit: Edit, seen: PictureSeen | None, folder: Path, budget: Budget) -> Path:
    """Make a poster of one of the film's frames."""
    if edit.poster is None:
        return key_frame(film, edit, seen.best if seen else None, folder, budget)
    return frame_at(film, edit, edit.poster, folder, budget)
