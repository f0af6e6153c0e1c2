"""Renders a finished edit to one MP4 and its poster with ffmpeg.

The film is painted in parts (so that a film of twenty scenes never holds more than a few decoders), the parts are
joined without another encoding, and the sound is mixed over the whole in the same run. The same inputs give the same
bytes: encoder threads are fixed and nothing dated is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.backdrops import with_backdrops
from shared.media.beds import Prepared, prepared
from shared.media.canvas import Graph, Lettering, PlacedPresenter
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.faces import OwnFonts
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.graph import paint
from shared.media.images import ImageRefused
from shared.media.inspection import FinishedFilm, inspected
from shared.media.lettering import letter
from shared.media.logo import PlacedLogo, logo_news, paint_logo, place_logo
from shared.media.loudness import balanced
from shared.media.painting import still
from shared.media.poster import best_frame, frame_at, own_picture
from shared.media.probe import FilmFacts, probe
from shared.media.product_card import PlacedCard, paint_product, photo_of, place_product
from shared.media.segments import cuts, segments
from shared.media.sound import Mix
from shared.media.sources import source_of
from shared.media.standing import presenters_seen
from shared.media.takes import MeasuredTake, measure
from shared.pipeline.edit.edit import BODY_KEY, HEADING_KEY, LOGO_KEY, MUSIC_KEY, Appearance, Edit
from shared.pipeline.plan.plan import Cutout, Size
from shared.pipeline.plan.warned import FilmQuality, WarningText

# Measured on 12 s of 720x1280: subme=1 saves a quarter of veryfast's time at the same size and 0.0003 of SSIM;
# superfast would save as much and write twice the bytes. Four threads cost what ffmpeg's own choice costs.
_PICTURE = (
    *(
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-x264-params",
        "subme=1",
        "-crf",
        "20",
        "-profile:v",
        "high",
        "-threads",
        "4",
    ),
    *("-g", "48", "-video_track_timescale", "12288", "-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv"),
)
_SOUND = ("-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2")
# Networks refuse edit lists. Signed offsets put the first frame at 0 without one, and the sound leaves out what its
# encoder puts before it (`sound.py`). A picture without B-frames would do too: measured, 26 to 44 % more bytes.
_UNEDITED = ("-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "0")
_EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")


@dataclass(frozen=True, slots=True)
class Composed:
    """The finished film and its poster (JPEG), what the film is and how good, what was done otherwise than asked."""

    film: Path
    poster: Path
    facts: FilmFacts
    warnings: tuple[WarningText, ...]
    cutouts: Mapping[str, Cutout]  # how each presenter's take could really be laid over, by node
    quality: FilmQuality


@dataclass(frozen=True, slots=True)
class _Bench:
    """One composition at work."""

    edit: Edit
    files: Mapping[str, Path]
    folder: Path  # emptied at the end
    budget: Budget
    known: Mapping[str, FilmFacts]

    def facts(self, node: str) -> FilmFacts:
        """Look at a node's film, unless somebody has."""
        if node in self.known:
            return self.known[node]
        with named(node):
            return probe(self.files[node], timeout=self.budget.left())

    def measured(self, look: Appearance) -> MeasuredTake:
        """Look at a presenter's take."""
        facts = self.facts(look.node)
        with named(look.node):
            return measure(look, self.files[look.node], facts, self.folder, self.budget)


def compose(
    edit: Edit, files: Mapping[str, Path], folder: Path, *, timeout: float, known: Mapping[str, FilmFacts] | None = None
) -> Composed:
    """Render `edit` into `folder` as film.mp4 and poster.jpg; `files` maps each node's key to its file.

    `known` is what was found already of some of these files; the others are looked at.

    Raises MediaRefused when an input can't be used, naming its node, MediaFailed when the machine failed within
    `timeout` seconds. Nothing but the two files is left behind.
    """
    missing = [node for node in edit.files if node not in files or not files[node].is_file()]
    if missing:
        raise MediaRefused(f"files are missing: {', '.join(missing)}", "Make these nodes first.")
    try:
        with TemporaryDirectory(prefix="bench-", dir=folder) as bench:
            with named(LOGO_KEY):
                edit, files = with_backdrops(edit, files, Path(bench))
            return _composed(_Bench(edit, files, Path(bench), Budget(timeout), known or {}), folder)
    except OSError as problem:
        raise MediaFailed(f"the machine could not write: {problem.strerror or problem}") from problem


def _composed(bench: _Bench, folder: Path) -> Composed:
    edit, budget = bench.edit, bench.budget
    known = {
        node: bench.facts(node) for node in dict.fromkeys(shot.node for shot in edit.shots if not shot.still) if node
    }
    row, short = cuts(edit, {node: facts.seconds for node, facts in known.items()})
    if not row:
        raise MediaRefused("the edit shows nothing", "Give it at least one shot.")
    films = {node: source_of(bench.files[node], facts) for node, facts in known.items()}
    presenters, told = presenters_seen(edit, row, bench.measured, bench.folder)
    logo = place_logo(edit.logo, edit, presenters) if edit.logo else None
    cards, shown = _cards(bench, presenters, logo)
    words, lost = letter(edit, presenters, bench.folder, logo, _fonts(bench), cards)
    marks = (*shown, *_logo(bench, logo), *words)
    stills = _stills(bench)
    loud = frozenset(node for node, facts in known.items() if facts.audio_codec)
    music = _music(bench)
    with ThreadPoolExecutor(1) as beside:  # sound is metered by one core; painting leaves some of two
        sound = beside.submit(balanced, edit, row, films, loud, presenters, bench.folder, budget, music)
        painted = [
            _paint(bench, number, paint(edit, part, films, stills, presenters, marks))
            for number, part in enumerate(segments(row, edit))
        ]
    film = _join(bench, painted, sound.result())
    facts = probe(film, timeout=budget.left())
    laid = FinishedFilm(film, facts.seconds, edit, row, loud, tuple(presenters), words, logo, cards)
    with ThreadPoolExecutor(1) as beside:
        chosen = beside.submit(_poster, bench, film)
        quality = inspected(laid, bench.folder, budget)
    poster = chosen.result()
    warnings = tuple(dict.fromkeys((*edit.warnings, *short, *told, *lost, *(logo_news(logo) if logo else ()))))
    cutouts = {presenter.take.node: presenter.take.cutout for presenter in presenters}
    film, poster = film.rename(folder / film.name), poster.rename(folder / poster.name)
    return Composed(film, poster, facts, warnings, cutouts, quality)


@contextmanager
def named(node: str) -> Iterator[None]:
    """Say in a refusal which node's file it is about."""
    try:
        yield
    except (MediaRefused, ImageRefused) as refused:
        raise MediaRefused(f"{node}: {refused.why}", refused.next_move, node) from refused


def _music(bench: _Bench) -> Prepared | None:
    """Open the film's music."""
    if bench.edit.music is None:
        return None
    with named(MUSIC_KEY):
        return prepared(bench.edit.music, bench.files[MUSIC_KEY], bench.edit.seconds, bench.folder, bench.budget)


def _fonts(bench: _Bench) -> OwnFonts:
    """Name the files of the brand's fonts."""
    return OwnFonts(
        heading=str(bench.files[HEADING_KEY]) if bench.edit.fonts.heading else "",
        body=str(bench.files[BODY_KEY]) if bench.edit.fonts.body else "",
    )


def _logo(bench: _Bench, placed: PlacedLogo | None) -> Iterator[Lettering]:
    """Paint the film's logo, if it has one."""
    if bench.edit.logo and placed:
        with named(LOGO_KEY):
            yield paint_logo(bench.edit.logo, placed, bench.files[LOGO_KEY], bench.folder)


def _cards(
    bench: _Bench, presenters: Sequence[PlacedPresenter], logo: PlacedLogo | None
) -> tuple[tuple[PlacedCard, ...], tuple[Lettering, ...]]:
    """Place and paint the product's photo, if it is seen as a card."""
    edit, product = bench.edit, bench.edit.product
    if product is None:
        return (), ()
    with named(product.node):
        photo = photo_of(product, bench.files[product.node])
        placed = place_product(edit, presenters, logo, Size(*photo.size))
        return placed, tuple(paint_product(edit, placed, photo, bench.folder))


def _poster(bench: _Bench, film: Path) -> Path:
    """Make the picture the film is shown by."""
    edit = bench.edit
    if own := edit.own_poster:
        with named(own.node):
            return own_picture(bench.files[own.node], own, edit, bench.folder)
    if edit.poster is None:
        return best_frame(film, edit, bench.folder, bench.budget)
    return frame_at(film, edit, edit.poster, bench.folder, bench.budget)


def _stills(bench: _Bench) -> dict[str, Path]:
    """Paint every still to the film's size."""
    made: dict[str, Path] = {}
    for node in dict.fromkeys(shot.node for shot in bench.edit.shots if shot.still):
        if node:
            with named(node):
                made[node] = still(
                    bench.files[node], bench.edit.size, bench.edit.focus, bench.folder / f"still-{len(made)}.png"
                )
    return made


def _paint(bench: _Bench, number: int, graph: Graph) -> Path:
    """Render one part's picture."""
    path = bench.folder / f"part-{number}.mp4"
    length = graph.part.end - graph.part.start
    words = ["-filter_complex", graph.text, "-map", "[film]", "-an", "-frames:v", str(length), *_PICTURE, *_EXACT]
    run(graph.sources, ["-filter_complex_threads", "2", *words, path.name], bench.folder, bench.budget)
    return path


def _join(bench: _Bench, painted: list[Path], sound: Mix) -> Path:
    """Put the parts after each other as they are, and the sound beside them."""
    film, script = bench.folder / "film.mp4", bench.folder / "parts.txt"
    if len(painted) == 1:
        picture = Source(painted[0], Demuxer.MP4)
    else:
        script.write_text("ffconcat version 1.0\n" + "".join(f"file {path.name}\n" for path in painted), "ascii")
        picture = Source(script, Demuxer.PARTS)
    words = ["-filter_complex", sound.text, "-map", "0:v", "-map", "[sound]", "-c:v", "copy", *_SOUND, *_EXACT]
    run([picture, *sound.sources], [*words, *_UNEDITED, film.name], bench.folder, bench.budget)
    for path in painted:
        path.unlink()
    return film
