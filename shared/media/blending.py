"""Lays the shots of one part of a film one after the other, each coming as its edit says; pure.

A blend lies around its cut: of so many frames half come before it and half after. A shot that comes over another is
painted with as many frames more on that side, so the film keeps its clock: every cut stays on its frame. Measured with
ffmpeg 9.0: chained, `xfade` keeps each frame if what each makes is counted anew.
"""

from collections.abc import Callable, Iterator, Sequence

from shared.media.keying import rgb
from shared.media.segments import Cut
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.plan import Blend

_USUAL_DIP = "#000000"
_OVER = {Blend.CROSSFADE: "fade", Blend.SLIDE: "slideleft"}  # ffmpeg's names
_MIRRORED = {**_OVER, Blend.SLIDE: "slideright"}


def runs(row: Sequence[Cut]) -> Iterator[tuple[Cut, ...]]:
    """Yield the cuts that follow each other without one reaching over the next."""
    run: tuple[Cut, ...] = ()
    for cut in row:
        if run and cut.opening.reach:
            yield run
            run = ()
        run = (*run, cut)
    yield run


def pictures(row: Sequence[Cut], fps: int, *, mirrored: bool = False) -> Iterator[str]:
    """Yield the chains that make `[base0]` of `[shot0]`, `[shot1]`, …: one picture a frame from the first cut on."""
    number = 0
    made: list[str] = []
    # Inputs carry rates of their own (a PNG says 25): the last filter decides what the encoder is told.
    timed = f"settb=1/{fps},setpts=N,fps={fps}"
    for run in runs(row):
        names = "".join(f"[shot{number + index}]" for index in range(len(run)))
        joined = f"{names}concat=n={len(run)}:v=1:a=0," if len(run) > 1 else names
        number += len(run)
        made.append(f"{joined}{timed}")
    if len(made) == 1:
        yield f"{made[0]}[base0]"
        return
    # A blend begins half a frame before its first: at the very beginning `slideleft` reads beyond its picture.
    halves = f"settb=1/{2 * fps}"
    yield from (f"{chain},{halves}[run{index}]" for index, chain in enumerate(made))
    over = "[run0]"
    for index, run in enumerate(list(runs(row))[1:], start=1):
        edge = run[0].opening
        begin = (run[0].start - edge.half - row[0].start - 0.5) / fps
        kind = (_MIRRORED if mirrored else _OVER)[edge.how]
        way = f"xfade=transition={kind}:duration={2 * edge.half / fps:.6f}:offset={begin:.6f}"
        last = index + 1 == len(made)
        yield f"{over}[run{index}]{way},{timed}{'[base0]' if last else f',{halves}[over{index}]'}"
        over = f"[over{index}]"


def dipped(shot: str, cut: Cut, name: str, edit: Edit) -> Iterator[str]:
    """Yield the chains of `[name]`: a shot (a chain without its end) that comes out of a colour, or goes into it."""
    into, out = cut.opening, cut.closing
    if edit.dip in (None, _USUAL_DIP):
        filters = f",fade=t=in:start_frame=0:nb_frames={into.half}" if into.how is Blend.DIP else ""
        if out.how is Blend.DIP:
            filters += f",fade=t=out:start_frame={cut.painted - out.half}:nb_frames={out.half}"
        yield f"{shot}{filters}[{name}]"
        return
    # ffmpeg fades into a colour in RGB alone: here the colour's own picture fades over the shot.
    veils = [("in", into.half, 0)] if into.how is Blend.DIP else []
    veils += [("out", out.half, cut.painted - out.half)] if out.how is Blend.DIP else []
    veils = [each for each in veils if each[1]]
    red, green, blue = rgb(edit.dip or _USUAL_DIP)
    flat = f"color=0x{red:02x}{green:02x}{blue:02x}:s=16x16:r={edit.fps}"
    whole = (
        f"scale={edit.size.width}:{edit.size.height}:flags=neighbor:out_color_matrix=bt709:out_range=tv,format=yuva420p"
    )
    yield f"{shot}[{name}{'-0' if veils else ''}]"
    for number, (way, half, begin) in enumerate(veils):
        fade = f"fade=t={'out' if way == 'in' else 'in'}:start_frame=0:nb_frames={half}:alpha=1"
        yield f"{flat},{whole},setsar=1,trim=end_frame={half},{fade},setpts=N+{begin}[{name}-veil{number}]"
        end = f"-{number + 1}" if number + 1 < len(veils) else ""
        yield f"[{name}-{number}][{name}-veil{number}]overlay=eof_action=pass[{name}{end}]"


def sounds(row: Sequence[Cut], samples: Callable[[int], int]) -> Iterator[str]:
    """Yield the chains that make `[world]` of `[piece0]`, `[piece1]`, …; `samples` of so many frames."""
    number = 0
    over = ""
    parts = list(runs(row))
    for index, run in enumerate(parts):
        names = "".join(f"[piece{number + each}]" for each in range(len(run)))
        number += len(run)
        last = index + 1 == len(parts)
        if not index:
            yield f"{names}concat=n={len(run)}:v=0:a=1[{'world' if last else 'heard0'}]"
        else:
            yield f"{names}concat=n={len(run)}:v=0:a=1[next{index}]"
            long = samples(2 * run[0].opening.half)
            way = f"acrossfade=ns={long}:c1=qsin:c2=qsin"
            yield f"{over}[next{index}]{way}[{'world' if last else f'heard{index}'}]"
        over = f"[heard{index}]"
