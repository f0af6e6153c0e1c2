"""Watches a finished film, or a part of one: where it stands still, is black or empty, whether its words can be read.

It is watched while it is painted, which costs next to nothing, or decoded once for it, without the frames no other
needs: measured, 6 % of what composing it costs. Small gray frames tell movement; of the words' places whole frames are
read, one at a time. People, words and logo are left out where movement is looked for: a presenter moves before footage
that has stopped, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from PIL import Image, ImageChops

from shared.media.boxes import Box
from shared.media.canvas import Lettering
from shared.media.ffmpeg import Budget, Source
from shared.media.key_moments import SHOWN_FROM_FIRST, KeyMoment, best_of, moment_of
from shared.media.legibility import Letters, linear
from shared.media.mp4 import key_frames
from shared.media.runs import Run, painted_by, painting
from shared.media.segments import Cut
from shared.media.shades import shades_of
from shared.media.streaming import stream
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.plan import Blend
from shared.pipeline.quality.figures import PictureFigures, Span, Still

_WIDE = 90  # pixels of a small frame
_SMALL_RATE, _MOST_SMALL = 12, 2400  # small frames a second, and in all: 35 MB
_WHOLE_RATE, _MOST_WHOLE_RATE = 2, 240  # whole frames a second, and in all
_COMPARED_APART = 0.5  # seconds between two frames that are compared
_MOVES = 0.25  # mean difference of 255: less is a still; what coding adds to one is below a tenth
_MOST_MEASURING, _MEASURING_SHARE = 20.0, 0.5  # seconds, and share of the film's own, that measuring may take
_SAME_MOMENT = 1e-6  # of a small frame: what a product of two decimals may be off
_SEAM = 0.5  # seconds around a seam in which a stretch may end and go on: a part's last frames are passed over
_BLACK, _FLAT = 22, 2.0  # mean of 255 that is black in limited range; deviation of a flat colour


def measuring(budget: Budget, seconds: float) -> Budget:
    """Return what of a budget a film of so many seconds, or a part of one, may be measured for."""
    return Budget(min(budget.left(), _MOST_MEASURING + _MEASURING_SHARE * seconds))


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lies over the footage, and its frames on the film."""

    box: Box
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LookedFor:
    """What is looked for in the frames of a film from `start` to `end`, and by what it was laid out."""

    edit: Edit
    row: tuple[Cut, ...]  # the whole film's
    overlays: tuple[Overlay, ...]
    words: tuple[tuple[int, Lettering], ...]  # that are seen in them, and each one's place in the film's
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PictureSeen:
    """What was seen from when to when: figures, the worst contrast of words by their place in the film's.

    `best` is the moment whose frame shows the film best; None where the film's beginning is elsewhere.
    """

    span: Span
    figures: PictureFigures
    contrasts: tuple[tuple[int, float], ...]
    best: KeyMoment | None = None


def looked_for(
    edit: Edit,
    row: tuple[Cut, ...],
    overlays: Sequence[Overlay],
    words: Sequence[Lettering],
    span: tuple[int, int] | None = None,
) -> LookedFor:
    """Return what is to be looked for in a film, or in those of its frames that `span` begins and ends with."""
    start, end = span or (0, row[-1].end)
    over = tuple(each for each in overlays if each.start <= end and each.end >= start)
    mine = tuple((number, word) for number, word in enumerate(words) if word.start < end and word.end > start)
    return LookedFor(edit, row, over, mine, start, end)


def watched(film: Source, asked: LookedFor, folder: Path, budget: Budget) -> PictureSeen:
    """Return what is seen of a film that begins with the frame `asked` begins with. Raises MediaFailed."""
    views = _Views(asked, coded=True)
    frame = Source(film.path, film.demuxer, ("-skip_frame", "noref", "-skip_loop_filter", "all"))
    words = ["-filter_complex", f"[0:v]{views.graph}", *views.outputs]
    return views.seen(stream([frame], words, folder, budget, views.size), folder)


def watched_painting(
    one: Run, looks_for: LookedFor, name: str, folder: Path, budget: Budget
) -> tuple[Path, PictureSeen | None]:
    """Paint a run whose frames are those looked for, and watch them meanwhile; None where watching went wrong.

    It is then painted once more by itself: a film is none the worse for its report. Raises MediaRefused, MediaFailed.
    """
    views = _Views(looks_for, coded=False)
    graph = f"{one.text};[film]split[painted][watched];[watched]{views.graph}"
    words = [*painting(graph, "painted", one.frames, name), *views.outputs]
    try:
        return folder / name, views.seen(stream(one.sources, words, folder, budget, views.size), folder, name)
    except Exception:  # noqa: BLE001  # whatever it is, painting alone tells what is wrong with the film itself
        return painted_by(one, name, folder, budget), None


class _Views:
    """The two views of a film that are looked at: as ffmpeg is asked for them, and what is seen in them."""

    def __init__(self, asked: LookedFor, *, coded: bool) -> None:
        edit = asked.edit
        self._asked, self._coded = asked, coded
        self._rate = min(float(_SMALL_RATE), _MOST_SMALL / edit.seconds)
        self._reads = min(float(_WHOLE_RATE), _MOST_WHOLE_RATE / edit.seconds)
        self._high = max(2, _WIDE * edit.size.height // edit.size.width)
        self._around = _union([word.box for _, word in asked.words], edit)
        self.size = self._around.area * 3  # bytes of one piece of what is read of the whole frames

    @property
    def graph(self) -> str:
        """Return what makes both of a film's picture."""
        around = self._around
        small = f"fps={self._rate:.5f}:round=up,scale={_WIDE}:{self._high}:flags=area,format=gray[small]"
        cut = f"crop={around.width}:{around.height}:{around.x}:{around.y}"
        return f"split[near][far];[far]{small};[near]fps={self._reads:.5f}:round=up,{cut},format=rgb24[whole]"

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the words that write the small one to a file, the other to the standard output."""
        return ("-map", "[small]", "-f", "rawvideo", "small.raw", "-map", "[whole]", "-f", "rawvideo", "-")

    def seen(self, pieces: Iterator[bytes], folder: Path, painted: str = "") -> PictureSeen:
        """Return what is seen, reading pieces of whole frames while they come; `painted` is the file made meanwhile."""
        asked, around = self._asked, self._around
        edit, begins = asked.edit, asked.start / asked.edit.fps
        letters = [(number, Letters(word, edit.text, coded=self._coded)) for number, word in asked.words]
        for number, piece in enumerate(pieces):
            picture = Image.frombytes("RGB", (around.width, around.height), linear(piece))
            for _, each in letters:
                each.look(picture, around, asked.start + number / self._reads * edit.fps)
        small = folder / "small.raw"
        frames = ((begins + number / self._rate, frame) for number, frame in enumerate(_frames(small, self._high)))
        seen = _seen(frames, asked, self._rate)
        best = best_of(self._moments(small, key_frames(folder / painted))) if painted else None
        small.unlink()
        worst = tuple((number, each.worst) for number, each in letters if each.worst is not None)
        return PictureSeen((begins, asked.end / edit.fps), seen, worst, best)

    def _moments(self, small: Path, keys: Sequence[int]) -> Iterator[KeyMoment]:
        """Yield the moments of key frames, by the first small frame that shows each."""
        edit, size = self._asked.edit, _WIDE * self._high
        with small.open("rb") as frames:
            for key in keys:
                second = (self._asked.start + key) / edit.fps
                frames.seek(ceil(key / edit.fps * self._rate - _SAME_MOMENT) * size)
                raw = frames.read(size) if second < SHOWN_FROM_FIRST else b""
                if len(raw) == size:
                    yield moment_of(Image.frombytes("L", (_WIDE, self._high), raw), edit, second)


def together(parts: Sequence[PictureSeen]) -> PictureSeen:
    """Return what was seen of a film whose parts were watched in their order: a stretch goes on over a seam."""
    worst: dict[int, float] = {}
    for number, found in (each for part in parts for each in part.contrasts):
        worst[number] = min(found, worst.get(number, found))
    best = best_of(part.best for part in parts)
    figures = PictureFigures(*(_over_seams(parts, kind) for kind in ("frozen", "black", "flat")))
    return PictureSeen((parts[0].span[0], parts[-1].span[1]), figures, tuple(sorted(worst.items())), best)


def _over_seams(parts: Sequence[PictureSeen], kind: str) -> tuple[Still, ...]:
    made = list[Still]()
    for part in parts:
        seam, found = part.span[0], tuple[Still, ...](getattr(part.figures, kind))
        first, last = found[0] if found else None, made[-1] if made else None
        if (
            first
            and last
            and first.node == last.node
            and seam - last.span[1] <= _SEAM
            and first.span[0] - seam <= _SEAM
        ):
            made[-1], found = Still((last.span[0], first.span[1]), last.node), found[1:]
        made += found
    return tuple(made)


def _union(boxes: Sequence[Box], edit: Edit) -> Box:
    """Return the smallest box around all, on even pixels inside the frame; a corner where there is none."""
    left = max(0, min((box.x for box in boxes), default=0)) // 2 * 2
    top = max(0, min((box.y for box in boxes), default=0)) // 2 * 2
    right = min(edit.size.width, max((box.x + box.width for box in boxes), default=2))
    low = min(edit.size.height, max((box.y + box.height for box in boxes), default=2))
    return Box(left, top, max(2, (right - left) // 2 * 2), max(2, (low - top) // 2 * 2))


def _frames(path: Path, high: int) -> Iterator[Image.Image]:
    with path.open("rb") as file:
        while len(raw := file.read(_WIDE * high)) == _WIDE * high:
            yield Image.frombytes("L", (_WIDE, high), raw)


def _seen(frames: Iterator[tuple[float, Image.Image]], asked: LookedFor, rate: float) -> PictureFigures:
    """Find in frames and their seconds where nothing moves, or nothing is shown, that nobody asked for."""
    edit, row, overlays = asked.edit, asked.row, asked.overlays
    apart = max(1, round(_COMPARED_APART * rate))
    before: list[Image.Image] = []
    frozen, black, flat = _Run(rate, apart), _Run(rate, 0), _Run(rate, 0)
    masks = dict[tuple[Box, ...], Image.Image]()
    for at, frame in frames:
        cut = next((each for each in row if each.start <= at * edit.fps < each.end), row[-1])
        node = cut.shot.node or ""
        covered = tuple(each.box for each in overlays if each.start <= at * edit.fps <= each.end)
        free = masks.get(covered)
        if free is None:
            masks = {covered: (free := _free(frame, edit, covered))}
        light = shades_of(frame, free)
        dark = light.mean <= _BLACK and light.most <= 2 * _BLACK
        painted = cut.shot.node is None or cut.shot.still
        black.add(at, node, broken=dark and not painted and not _dips(cut, at * edit.fps))
        flat.add(at, node, broken=light.deviation < _FLAT and not dark and not painted)
        old = before[0] if len(before) == apart else None
        same = old is not None and shades_of(ImageChops.difference(old, frame), free).mean < _MOVES
        within = at - _COMPARED_APART >= cut.start / edit.fps
        frozen.add(at, node, broken=same and within and not painted and not dark and light.deviation >= _FLAT)
        before = [*before, frame][-apart:]
    return PictureFigures(*(tuple(run.ended()) for run in (frozen, black, flat)))


def _dips(cut: Cut, frame: float) -> bool:
    """Tell whether a shot goes through black here because it was ordered to."""
    edges = ((cut.opening, cut.start), (cut.closing, cut.end))
    return any(edge.how is Blend.DIP and abs(frame - at) <= edge.half + 2 for edge, at in edges)


def _free(frame: Image.Image, edit: Edit, covered: Sequence[Box]) -> Image.Image:
    """Return a mask of the small frame: 255 where nothing lies over the footage."""
    scale, mask = frame.width / edit.size.width, Image.new("L", frame.size, 255)
    for box in covered:
        left, top = int(box.x * scale) - 1, int(box.y * scale) - 1
        mask.paste(0, (left, top, int((box.x + box.width) * scale) + 2, int((box.y + box.height) * scale) + 2))
    return mask if mask.getbbox() else Image.new("L", frame.size, 255)


class _Run:
    """Stretches of one kind, growing frame by frame; each is known `late` frames after it began."""

    def __init__(self, rate: float, late: int) -> None:
        self._rate, self._late = rate, late
        self._open: tuple[float, float, str] | None = None
        self._made: list[Still] = []

    def add(self, at: float, node: str, *, broken: bool) -> None:
        """Add a frame."""
        if self._open and (not broken or node != self._open[2]):
            self._close()
        if broken:
            start = self._open[0] if self._open else at - self._late / self._rate
            self._open = (start, at + 1 / self._rate, node)

    def ended(self) -> Iterator[Still]:
        """Return the stretches once the film is over."""
        if self._open:
            self._close()
        yield from self._made

    def _close(self) -> None:
        if self._open:
            start, end, node = self._open
            span: Span = (round(max(0.0, start), 2), round(end, 2))
            self._made.append(Still(span, node))
        self._open = None
