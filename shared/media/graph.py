"""Writes the filter graph that paints one part of a film; pure, so that it can be read and tested without ffmpeg.

Every stream is brought to the film's frame rate and counted in frames (time base 1/fps), so nothing is ever off by a
rounding. Order of paint: shots, presenters, words.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.media.blending import dipped, pictures
from shared.media.canvas import YUV, Graph, Lettering, PlacedPresenter, held, in_turn, window
from shared.media.drifting import drifting
from shared.media.ffmpeg import Demuxer, Source
from shared.media.holding import card_drift, ping_pong, pushed_in, turning
from shared.media.keying import rgb
from shared.media.padding import fitted, padded
from shared.media.people import lay_presenter
from shared.media.segments import Cut, Segment
from shared.media.tones import GIVEN
from shared.pipeline.edit.edit import MIDDLE, Edit
from shared.pipeline.plan.request import Focus

_COLOUR_TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
_SLIDE = 8  # frames in which words that slide come to their place
_SWAY = 6.0  # seconds in which what floats goes up, down and back


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
        graph.chains += dipped(_shot(graph, cut, films, stills), cut, f"shot{index}", edit)
    graph.chains += pictures(part.cuts, edit.fps, mirrored=edit.mirrored)
    for presenter in presenters:
        if presenter.start < part.end and presenter.end > part.start:
            lay_presenter(graph, presenter)
    for word in words:
        if word.start < part.end and word.end > part.start:
            _lay_words(graph, word)
    graph.chains.append(f"[base{graph.layers}]format=yuv420p,{_COLOUR_TAGS}[film]")
    return graph


def _shot(graph: Graph, cut: Cut, films: Mapping[str, Source], stills: Mapping[str, Path]) -> str:
    size, fps, shot = graph.edit.size, graph.edit.fps, cut.shot
    if shot.node is None:
        red, green, blue = rgb(shot.color or "#000000")
        flat = f"color=0x{red:02x}{green:02x}{blue:02x}:s=16x16:r={fps}"
        whole = f"scale={size.width}:{size.height}:flags=neighbor:{YUV},format=yuv420p,setsar=1"
        return f"{flat},{whole},trim=end_frame={cut.painted}"
    if shot.still:
        number = graph.open(Source(stills[shot.node], Demuxer.PNG))
        # Painted once, then the same frame is handed on: a still costs no decoding.
        moves = card_drift(cut, fps) if shot.card else drifting(cut, fps, graph.edit.focus)
        return f"[{number}:v]scale={YUV},format=yuv420p,setsar=1,{held(fps)},trim=end_frame={cut.painted}{moves}"
    film, before = films[shot.node], cut.before(fps)
    read = before + cut.read
    options = window(shot.offset - before / fps, read, fps)
    number = graph.open(Source(film.path, film.demuxer, (*film.options, *options)))
    told = GIVEN if film.tones else YUV
    fill = (
        f"{film.square}scale={size.width}:{size.height}:force_original_aspect_ratio=increase:flags=bicubic:{told},"
        f"crop={size.width}:{size.height}{_window_at(graph.edit.focus)},setsar=1,{film.tones or 'format=yuv420p'}"
    )
    timed = f"fps={fps}:start_time=0,trim=end_frame={read},setpts=N"
    lack = cut.opening.reach - before
    first = f"start={lack}:start_mode=clone:" if lack else ""
    begun = f"[{number}:V:0]{timed}"
    whole = f"{begun},{film.square}{fitted(graph, film.tones)}"
    begun = padded(graph, f"whole{number}", whole) if shot.padded else f"{begun},{fill}"
    shown = f"{begun},tpad={first}stop=-1:stop_mode=clone"
    if turn := turning(cut, graph.edit.hold):
        name = f"turn{number}"
        graph.chains += ping_pong(shown, name, cut, turn, fps)
        return f"[{name}]trim=end_frame={cut.painted}"
    return f"{shown},trim=end_frame={cut.painted}{pushed_in(cut, fps, graph.edit.hold)}"


def _window_at(focus: Focus) -> str:
    """Return where a crop begins so that a point stands in its middle, as far as the picture reaches."""
    if focus == MIDDLE:
        return ""
    left, top = (
        f"min(max({side}*{share:.4f}-{out}/2\\,0)\\,{side}-{out})"
        for side, out, share in (("iw", "ow", focus.x), ("ih", "oh", focus.y))
    )
    return f":{left}:{top}"


def _lay_words(graph: Graph, word: Lettering) -> None:
    part, fps, name = graph.part, graph.edit.fps, f"word{graph.layers}"
    number = graph.open(Source(word.path, Demuxer.PNG if word.turns is None else Demuxer.ROW))
    timed = held(fps) if word.turns is None else in_turn(word.turns, fps)
    length = word.end - word.start
    ease = ""
    if word.comes:
        ease = f",fade=t=in:start_frame=0:nb_frames={word.comes}:alpha=1"
    if word.goes:
        ease += f",fade=t=out:start_frame={length - word.goes}:nb_frames={word.goes}:alpha=1"
    first, last = max(word.start, part.start), min(word.end, part.end)
    cut = f"trim=start_frame={first - word.start}:end_frame={last - word.start},setpts=N+{first - part.start}"
    moved = _floating(word.floats, first, fps) if word.floats else ""
    painted = f"[{number}:v]scale={YUV},format=yuva420p,{timed},trim=end_frame={length}{ease},{cut}{moved}[{name}]"
    graph.chains.append(painted)
    far = f"pow(1-clip((n-{word.start - part.start})/{_SLIDE}\\,0\\,1)\\,3)"
    away = f"+pow(clip((n+1-{word.end - part.start - word.goes})/{max(1, word.goes)}\\,0\\,1)\\,3)"
    across = f"{word.aside:+d}*({far}{away})" if word.aside else ""
    graph.over(name, word.box, across, f"{word.slides:+d}*{far}" if word.slides else "")


def _floating(far: float, first: int, fps: int) -> str:
    """Return the filter that moves a picture up and down by the film's own clock, from its frame `first` on.

    `perspective` samples between pixels; it counts its frames from 1.
    """
    down = f"{far:.3f}*sin(2*PI*(on-1+{first})/{_SWAY * fps:.0f})"
    return f",perspective=x0=0:x1=W:x2=0:x3=W:y0=-{down}:y1=-{down}:y2=H-{down}:y3=H-{down}:sense=source:eval=frame"
