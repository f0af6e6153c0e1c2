"""Writes the chains that lay presenters over a film's shots: cut out, as a picture of some shape, or beside; pure."""

from typing import assert_never

from shared.media.boxes import Box
from shared.media.canvas import YUV, Graph, PlacedPresenter, held, window
from shared.media.ffmpeg import Demuxer, Source
from shared.media.framing import moved_aside
from shared.media.keying import cut_out
from shared.pipeline.plan.picture import Inset
from shared.pipeline.plan.plan import Cutout


def lay_presenter(graph: Graph, presenter: PlacedPresenter) -> None:
    """Paint one presenter and what is beneath it, as far as this part of the film shows it."""
    part, fps, take, card = graph.part, graph.edit.fps, presenter.take, presenter.card
    first, last = max(presenter.start, part.start), min(presenter.end, part.end)
    skipped, name = first - presenter.start, f"person{graph.layers}"
    long = f"trim=end_frame={last - first}"
    timed = f"setpts=N+{first - part.start}{_fade(presenter, skipped)}"
    begin = min(skipped / fps, max(0.0, take.facts.seconds - 2 / fps))  # a take that has ended is held
    options = (*take.source.options, *window(begin, last - first, fps))
    number = graph.open(Source(take.source.path, take.source.demuxer, options))
    seen, box = presenter.stand.seen, presenter.stand.figure or presenter.stand.box
    alike = "yuva420p" if take.cutout is Cutout.ALPHA else "yuv420p"
    graph.chains.append(
        f"[{number}:V:0]fps={fps}:start_time=0,setpts=N,{take.source.square}crop={seen.width}:{seen.height}:{seen.x}:{seen.y},"
        f"scale={box.width}:{box.height}:flags=bicubic:{YUV},setsar=1,format={alike},"
        f"tpad=stop=-1:stop_mode=clone,{long}[{name}]"
    )
    if card and card.ground:
        ground = graph.open(Source(card.ground, Demuxer.PNG))
        graph.chains.append(f"[{ground}:v]scale={YUV},format=yuva420p,{held(fps)},{long},{timed}[{name}-ground]")
        graph.over(f"{name}-ground", card.box, down=_sinking(graph, presenter))
    shown = name
    match take.cutout:
        case Cutout.ALPHA:
            pass
        case Cutout.KEY:
            graph.chains += cut_out(take.key, box.width, box.height, name)
            shown = f"{name}-cut"
        case Cutout.INSET:
            _picture(graph, presenter, name, long, timed)
            return
        case _:
            assert_never(take.cutout)
    if presenter.stand.figure:
        _before_a_wall(graph, presenter, shown, name, long)
        _picture(graph, presenter, f"{name}-walled", long, timed)
    else:
        graph.chains.append(f"[{shown}]{timed}[{name}-seen]")
        graph.over(f"{name}-seen", box, down=_sinking(graph, presenter))


def _before_a_wall(graph: Graph, presenter: PlacedPresenter, shown: str, name: str, long: str) -> None:
    """Let a cut-out stand in its picture: `[name-walled]`, of the size of its box."""
    box, figure = presenter.stand.box, presenter.stand.figure
    if figure is None or presenter.card is None or presenter.card.wall is None:
        raise ValueError(f"{presenter.take.node}: a figure in a picture needs a wall")
    wall = graph.open(Source(presenter.card.wall, Demuxer.PNG))
    graph.chains.append(f"[{wall}:v]scale={YUV},format=yuv420p,{held(graph.edit.fps)},{long}[{name}-wall]")
    graph.chains.append(f"[{name}-wall][{shown}]overlay={figure.x - box.x}:{figure.y - box.y}[{name}-walled]")


def _picture(graph: Graph, presenter: PlacedPresenter, name: str, long: str, timed: str) -> None:
    """Show `[name]` as a picture: cut to its mask, beside the footage, or filling the frame."""
    box, size = presenter.stand.box, graph.edit.size
    if presenter.card and presenter.card.mask:
        mask = graph.open(Source(presenter.card.mask, Demuxer.PNG))
        graph.chains.append(f"[{mask}:v]format=gray,{held(graph.edit.fps)},{long}[{name}-mask]")
        graph.chains.append(f"[{name}][{name}-mask]alphamerge,{timed}[{name}-seen]")
    elif presenter.shape is Inset.BESIDE:
        _beside(graph, presenter, name)
        return
    elif box.area == size.width * size.height:
        graph.chains.append(f"[{name}]format=yuva420p,{timed}[{name}-seen]")
    else:
        graph.chains.append(f"[{name}]split[{name}-near][{name}-far]")
        graph.chains.append(f"[{name}-near]format=yuva420p,{timed}[{name}-seen]")
        # What the picture leaves free is covered by its own blurred copy: an eighth of it is blurred in no time.
        small = f"scale={size.width // 8}:{size.height // 8}:force_original_aspect_ratio=increase:flags=area"
        soft = f"crop={size.width // 8}:{size.height // 8},gblur=sigma=4,eq=brightness=-0.12"
        whole = f"scale={size.width}:{size.height}:flags=bicubic,setsar=1,format=yuva420p"
        graph.chains.append(f"[{name}-far]{small},{soft},{whole},{timed}[{name}-soft]")
        graph.over(f"{name}-soft", Box(0, 0, size.width, size.height))
    graph.over(f"{name}-seen", box, down=_sinking(graph, presenter))


def _beside(graph: Graph, presenter: PlacedPresenter, name: str) -> None:
    """Push a panel in from its side while the footage moves over, and back at the end."""
    part, box, size = graph.part, presenter.stand.box, graph.edit.size
    start, end = presenter.start - part.start, presenter.end - part.start
    far = moved_aside(presenter.stand, size, graph.edit.focus.x)
    there = _eased(f"(n-{start}+1)/{presenter.comes + 1}") if presenter.comes else ""
    gone = _eased(f"({end}-n)/{presenter.fade + 1}") if presenter.fade else ""
    share = "*".join(each for each in (there, gone) if each) or "1"
    below = graph.layers
    graph.chains.append(f"[base{below}]split[{name}-still][{name}-over]")
    enabled = f"enable=between(n\\,{start}\\,{end - 1})"
    graph.layers += 1
    graph.chains.append(f"[{name}-still][{name}-over]overlay={-far}*{share}:0:{enabled}[base{graph.layers}]")
    graph.chains.append(f"[{name}]setpts=N+{max(0, start)}[{name}-seen]")
    out = f"{'+' if box.x else '-'}{box.width}*(1-{share})"
    graph.over(f"{name}-seen", box, "" if share == "1" else out)


def _eased(run: str) -> str:
    """Return a movement that begins and ends softly, of a run from 0 to 1."""
    clipped = f"clip({run}\\,0\\,1)"
    return f"({clipped}*{clipped}*(3-2*{clipped}))"


def _sinking(graph: Graph, presenter: PlacedPresenter) -> str:
    """Return how many pixels below their place a presenter and what is beneath are while they go; begins softly."""
    if not presenter.sinks:
        return ""
    run = f"clip((n-{presenter.end - presenter.fade - graph.part.start})/{presenter.fade}\\,0\\,1)"
    return f"+{presenter.sinks}*{run}*{run}"


def _fade(presenter: PlacedPresenter, skipped: int) -> str:
    begin = presenter.end - presenter.start - presenter.fade - skipped
    come = f",fade=t=in:start_frame=0:nb_frames={presenter.comes}:alpha=1" if presenter.comes and not skipped else ""
    go = f",fade=t=out:start_frame={max(0, begin)}:nb_frames={presenter.fade}:alpha=1" if presenter.fade else ""
    return come + go
