"""Writes the filter graph that paints one part of a film; pure, so that it can be read and tested without ffmpeg.

Every stream is brought to the film's frame rate and counted in frames (time base 1/fps), so nothing is ever off by a
rounding. Order of paint: shots, presenters, words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from shared.media.blending import dipped, pictures
from shared.media.boxes import Box, Stand
from shared.media.ffmpeg import Demuxer, Source
from shared.media.keying import cut_out, rgb
from shared.media.segments import RUN_UP, Cut, Segment
from shared.media.takes import MeasuredTake
from shared.pipeline.edit.edit import MIDDLE, Edit
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.request import Focus

_COLOUR_TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
_UNNOTICED = 6  # frames a picture may stand still without anybody noticing
_PUSH, _MOST_PUSH = 0.012, 0.08  # of the picture's size: a second, and in all
_SLIDE = 8  # frames in which words that slide come to their place
_FOCUS = (0.5, 0.4)  # where footage shows the product
_YUV = "out_color_matrix=bt709:out_range=tv"


@dataclass(frozen=True, slots=True)
class Card:
    """A PNG beneath a presenter and its box: an inset's shadow, or the plate a floating figure stands on.

    `mask` is the PNG of the rounded shape an inset is cut to.
    """

    ground: Path
    box: Box
    mask: Path | None = None


@dataclass(frozen=True, slots=True)
class PlacedPresenter:
    """A take laid on the film: its frames there, where it stands, and its card, if it needs one."""

    take: MeasuredTake
    start: int
    end: int
    fade: int  # frames, at its end
    stand: Stand
    card: Card | None = None
    comes: int = 0  # frames it takes to come


@dataclass(frozen=True, slots=True)
class Lettering:
    """Painted words: a PNG with transparency, where it stands, and its frames on the film."""

    path: Path
    box: Box
    start: int
    end: int
    comes: int  # frames it takes to come; 0 = at once
    goes: int  # frames it takes to go
    slides: int = 0  # pixels below its place where it comes from
    letters: int = 0  # pixels of an em; 0 = it has none


@dataclass(slots=True)
class Graph:
    """Inputs and filter chains, growing as things are painted."""

    edit: Edit
    part: Segment
    sources: list[Source] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)

    def open(self, source: Source) -> int:
        """Add an input, return its number."""
        self.sources.append(source)
        return len(self.sources) - 1

    @property
    def text(self) -> str:
        """Return the graph as ffmpeg reads it."""
        return ";".join(self.chains)


def paint(
    edit: Edit,
    part: Segment,
    films: Mapping[str, Source],
    stills: Mapping[str, Path],
    presenters: Sequence[PlacedPresenter],
    words: Sequence[Lettering],
) -> Graph:
    """Return the graph whose output `[film]` is this part's picture."""
    graph = Graph(edit, part)
    for index, cut in enumerate(part.cuts):
        graph.chains.append(f"{_shot(graph, cut, films, stills)}{dipped(cut)}[shot{index}]")
    graph.chains += pictures(part.cuts, edit.fps)
    layers = 0
    for presenter in presenters:
        if presenter.start < part.end and presenter.end > part.start:
            layers = _lay_presenter(graph, presenter, layers)
    for word in words:
        if word.start < part.end and word.end > part.start:
            layers = _lay_words(graph, word, layers)
    graph.chains.append(f"[base{layers}]format=yuv420p,{_COLOUR_TAGS}[film]")
    return graph


def _shot(graph: Graph, cut: Cut, films: Mapping[str, Source], stills: Mapping[str, Path]) -> str:
    size, fps, shot = graph.edit.size, graph.edit.fps, cut.shot
    if shot.node is None:
        red, green, blue = rgb(shot.color or "#000000")
        flat = f"color=0x{red:02x}{green:02x}{blue:02x}:s=16x16:r={fps}"
        whole = f"scale={size.width}:{size.height}:flags=neighbor:{_YUV},format=yuv420p,setsar=1"
        return f"{flat},{whole},trim=end_frame={cut.painted}"
    if shot.still:
        number = graph.open(Source(stills[shot.node], Demuxer.PNG))
        # Painted once, then the same frame is handed on: a still costs no decoding.
        return f"[{number}:v]scale={_YUV},format=yuv420p,setsar=1,{_held(fps)},trim=end_frame={cut.painted}"
    film, before = films[shot.node], cut.before(fps)
    read = before + cut.read
    window = _window(shot.offset - before / fps, read, fps)
    number = graph.open(Source(film.path, film.demuxer, (*film.options, *window)))
    fill = (
        f"{film.square}scale={size.width}:{size.height}:force_original_aspect_ratio=increase:flags=bicubic:{_YUV},"
        f"crop={size.width}:{size.height}{_window_at(graph.edit.focus)},setsar=1,format=yuv420p"
    )
    timed = f"fps={fps}:start_time=0,trim=end_frame={read},setpts=N"
    lack = cut.opening.reach - before
    first = f"start={lack}:start_mode=clone:" if lack else ""
    held = f"tpad={first}stop=-1:stop_mode=clone,trim=end_frame={cut.painted}"
    return f"[{number}:V:0]{timed},{fill},{held}{_pushed_in(cut, fps)}"


def _window_at(focus: Focus) -> str:
    """Return where a crop begins so that a point stands in its middle, as far as the picture reaches."""
    if focus == MIDDLE:
        return ""
    left, top = (
        f"min(max({side}*{share:.4f}-{out}/2\\,0)\\,{side}-{out})"
        for side, out, share in (("iw", "ow", focus.x), ("ih", "oh", focus.y))
    )
    return f":{left}:{top}"


def _pushed_in(cut: Cut, fps: int) -> str:
    """Let the picture move slowly into a last frame that is held, from a little before it stands still.

    `perspective` samples between pixels: measured, it is off by at most 0.06 of one, where zoompan jumps by whole ones.
    """
    held = cut.frames - cut.moving
    if held <= _UNNOTICED:
        return ""
    begin = cut.opening.reach + max(0, cut.moving - RUN_UP)
    rate = min(_PUSH, _MOST_PUSH * fps / (cut.painted - begin))
    run = f"max(0\\,on-{begin})/{fps}"  # seconds; its square starts the movement softly
    share = f"(1-1/(1+{rate:.5f}*({run})*({run})/({run}+0.5)))"
    left, top = f"W*{_FOCUS[0]}*{share}", f"H*{_FOCUS[1]}*{share}"
    right, bottom = f"W-W*{1 - _FOCUS[0]:.2f}*{share}", f"H-H*{1 - _FOCUS[1]:.2f}*{share}"
    corners = f"x0={left}:y0={top}:x1={right}:y1={top}:x2={left}:y2={bottom}:x3={right}:y3={bottom}"
    return f",perspective={corners}:sense=source:eval=frame:enable=gte(n\\,{begin})"


def _window(offset: float, frames: int, fps: int) -> tuple[str, ...]:
    """Read `frames` from an offset on.

    Offsets are rounded to milliseconds, and a seek drops what begins before it: so it goes a quarter of a frame further
    back, and the nearest whole frame is the one that was meant.
    """
    return ("-ss", f"{max(0.0, offset - 0.25 / fps):.6f}", "-t", f"{frames / fps + 0.2:.6f}", "-an")


def _held(fps: int) -> str:
    """Repeat a single frame for ever, counted in frames."""
    return f"settb=1/{fps},loop=loop=-1:size=1,setpts=N"


def _lay_presenter(graph: Graph, presenter: PlacedPresenter, layers: int) -> int:
    """Paint one presenter and what is beneath it; return the number of the topmost layer."""
    part, fps, take, box = graph.part, graph.edit.fps, presenter.take, presenter.stand.box
    first, last = max(presenter.start, part.start), min(presenter.end, part.end)
    skipped, name = first - presenter.start, f"person{layers}"
    held, timed = f"trim=end_frame={last - first}", f"setpts=N+{first - part.start}{_fade(presenter, skipped)}"
    begin = min(skipped / fps, max(0.0, take.facts.seconds - 2 / fps))  # a take that has ended is held
    options = (*take.source.options, *_window(begin, last - first, fps))
    number = graph.open(Source(take.source.path, take.source.demuxer, options))
    seen = presenter.stand.seen
    alike = "yuva420p" if take.cutout is Cutout.ALPHA else "yuv420p"
    graph.chains.append(
        f"[{number}:V:0]fps={fps}:start_time=0,setpts=N,{take.source.square}crop={seen.width}:{seen.height}:{seen.x}:{seen.y},"
        f"scale={box.width}:{box.height}:flags=bicubic:{_YUV},setsar=1,format={alike},"
        f"tpad=stop=-1:stop_mode=clone,{held}[{name}]"
    )
    if presenter.card:
        ground = graph.open(Source(presenter.card.ground, Demuxer.PNG))
        graph.chains.append(f"[{ground}:v]scale={_YUV},format=yuva420p,{_held(fps)},{held},{timed}[{name}-ground]")
        layers = _over(graph, f"{name}-ground", presenter.card.box, layers)
    match take.cutout:
        case Cutout.ALPHA:
            graph.chains.append(f"[{name}]{timed}[{name}-cut]")
        case Cutout.KEY:
            graph.chains += cut_out(take.key, box.width, box.height, name)
            graph.chains[-1] = graph.chains[-1].replace(f"[{name}-cut]", f",{timed}[{name}-cut]")
        case Cutout.INSET:
            layers = _picture(graph, presenter, name, f"{_held(fps)},{held}", timed, layers)
        case _:
            assert_never(take.cutout)
    return _over(graph, f"{name}-cut", box, layers)


def _picture(graph: Graph, presenter: PlacedPresenter, name: str, held: str, timed: str, layers: int) -> int:
    """Show a take as a picture: on its card, or filling the frame; return the number of the topmost layer."""
    box, size = presenter.stand.box, graph.edit.size
    if presenter.card and presenter.card.mask:
        mask = graph.open(Source(presenter.card.mask, Demuxer.PNG))
        graph.chains.append(f"[{mask}:v]format=gray,{held}[{name}-mask]")
        graph.chains.append(f"[{name}][{name}-mask]alphamerge,{timed}[{name}-cut]")
        return layers
    if box.area == size.width * size.height:
        graph.chains.append(f"[{name}]format=yuva420p,{timed}[{name}-cut]")
        return layers
    graph.chains.append(f"[{name}]split[{name}-near][{name}-far]")
    graph.chains.append(f"[{name}-near]format=yuva420p,{timed}[{name}-cut]")
    # What the picture leaves free is covered by its own blurred copy: an eighth of the size is blurred in no time.
    small = f"scale={size.width // 8}:{size.height // 8}:force_original_aspect_ratio=increase:flags=area"
    soft = f"crop={size.width // 8}:{size.height // 8},gblur=sigma=4,eq=brightness=-0.12"
    whole = f"scale={size.width}:{size.height}:flags=bicubic,setsar=1,format=yuva420p"
    graph.chains.append(f"[{name}-far]{small},{soft},{whole},{timed}[{name}-soft]")
    return _over(graph, f"{name}-soft", Box(0, 0, size.width, size.height), layers)


def _fade(presenter: PlacedPresenter, skipped: int) -> str:
    begin = presenter.end - presenter.start - presenter.fade - skipped
    come = f",fade=t=in:start_frame=0:nb_frames={presenter.comes}:alpha=1" if presenter.comes and not skipped else ""
    go = f",fade=t=out:start_frame={max(0, begin)}:nb_frames={presenter.fade}:alpha=1" if presenter.fade else ""
    return come + go


def _lay_words(graph: Graph, word: Lettering, layers: int) -> int:
    part, fps = graph.part, graph.edit.fps
    number = graph.open(Source(word.path, Demuxer.PNG))
    length = word.end - word.start
    ease = ""
    if word.comes:
        ease = f",fade=t=in:start_frame=0:nb_frames={word.comes}:alpha=1"
    if word.goes:
        ease += f",fade=t=out:start_frame={length - word.goes}:nb_frames={word.goes}:alpha=1"
    first, last = max(word.start, part.start), min(word.end, part.end)
    cut = f"trim=start_frame={first - word.start}:end_frame={last - word.start},setpts=N+{first - part.start}"
    graph.chains.append(
        f"[{number}:v]scale={_YUV},format=yuva420p,{_held(fps)},trim=end_frame={length}{ease},{cut}[word{layers}]"
    )
    slid = f"+{word.slides}*pow(1-clip((n-{word.start - part.start})/{_SLIDE}\\,0\\,1)\\,3)" if word.slides else ""
    return _over(graph, f"word{layers}", word.box, layers, slid)


def _over(graph: Graph, name: str, box: Box, layers: int, slid: str = "") -> int:
    graph.chains.append(f"[base{layers}][{name}]overlay={box.x}:{box.y}{slid}:eof_action=pass[base{layers + 1}]")
    return layers + 1
