"""Renders a finished edit to one MP4 and its poster with ffmpeg.

The film is painted in parts (so that a film of twenty scenes never holds more than a few decoders), the parts are
joined without another encoding, and the sound is mixed over the whole in the same run. The same inputs give the same
bytes: encoder threads are fixed and nothing dated is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.media.errors import MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.graph import Graph, Presenter, paint
from shared.media.lettering import letter
from shared.media.painting import round_card, still
from shared.media.place import lay
from shared.media.poster import best_frame
from shared.media.probe import FilmFacts, probe
from shared.media.sound import Mix, mix
from shared.media.takes import color_default, look_at
from shared.media.timeline import cuts, frames, on_film, parts
from shared.pipeline.edit import Cutout, Edit

_PICTURE = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high", "-threads", "4"),
    *("-g", "48", "-video_track_timescale", "12288", "-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv"),
)
_SOUND = ("-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2")
_EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")


@dataclass(frozen=True, slots=True)
class Composed:
    """The finished film and its poster (JPEG), what the film is, and what was done otherwise than asked."""

    film: Path
    poster: Path
    facts: FilmFacts
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bench:
    """One composition at work."""

    edit: Edit
    files: Mapping[str, Path]
    folder: Path
    budget: Budget


def compose(edit: Edit, files: Mapping[str, Path], folder: Path, *, timeout: float) -> Composed:
    """Render `edit` into `folder` (empty, this call's own); `files` maps each node's key to its file.

    Raises MediaRefused when an input can't be used, MediaFailed when the machine failed within `timeout` seconds.
    """
    bench = _Bench(edit, files, folder, Budget(timeout))
    missing = [node for node in edit.files if node not in files or not files[node].is_file()]
    if missing:
        raise MediaRefused(f"files are missing: {', '.join(missing)}", "Make these nodes first.")
    moving = {shot.node for shot in edit.shots if shot.node and not shot.still}
    known = {node: probe(files[node], timeout=bench.budget.left()) for node in edit.files if node in moving}
    row, short = cuts(edit, {node: facts.seconds for node, facts in known.items()})
    if not row:
        raise MediaRefused("the edit shows nothing", "Give it at least one shot.")
    films = {node: _source(files[node], facts) for node, facts in known.items()}
    held = {shot.node for shot in edit.shots if shot.node and shot.still}
    stills = {
        node: still(files[node], edit.size, folder / f"still-{number}.png") for number, node in enumerate(sorted(held))
    }
    presenters, told = _presenters(bench)
    words, lost = letter(edit, presenters, folder, bench.budget)
    painted = [
        _paint(bench, number, paint(edit, part, films, stills, presenters, words))
        for number, part in enumerate(parts(row, edit))
    ]
    loud = frozenset(node for node, facts in known.items() if facts.audio_codec)
    film = _join(bench, painted, mix(edit, row, films, loud, presenters, 1))
    poster = best_frame(film, edit, folder, bench.budget)
    warnings = tuple(dict.fromkeys((*edit.warnings, *short, *told, *lost)))
    return Composed(film, poster, probe(film, timeout=bench.budget.left()), warnings)


def _source(path: Path, facts: FilmFacts) -> Source:
    demuxer = Demuxer.WEBM if facts.container == "webm" else Demuxer.MP4
    return Source(path, demuxer, color_default(facts))


def _presenters(bench: _Bench) -> tuple[list[Presenter], list[str]]:
    """Look at every take and find its place on the film."""
    made: list[Presenter] = []
    told: list[str] = []
    for number, look in enumerate(bench.edit.appearances):
        path = bench.files[look.node]
        start, end = on_film(look, bench.edit)
        if end <= start:
            continue
        take = look_at(look, path, probe(path, timeout=bench.budget.left()), bench.folder, bench.budget)
        box, narrowed = lay(take.visible, look.place, bench.edit.size)
        told += take.warnings
        if narrowed:
            scale = box.height / bench.edit.size.height
            told.append(f"{look.node}: too wide for the frame at scale {look.place.scale:g}, shown at {scale:.2f}")
        card = round_card(box, bench.folder, number) if take.cutout is Cutout.INSET else None
        fade = min(frames(look.fade, bench.edit.fps), end - start)
        made.append(Presenter(take, start, end, fade, box, card))
    return made, told


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
    run([picture, *sound.sources], [*words, "-movflags", "+faststart", film.name], bench.folder, bench.budget)
    for path in painted:
        path.unlink()
    return film
