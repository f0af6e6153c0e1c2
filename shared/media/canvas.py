"""What a film's picture is painted on: the inputs and chains of one part, and what is laid over its shots; pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from shared.media.boxes import Box, Stand, face
from shared.media.ffmpeg import Source
from shared.media.segments import Segment
from shared.media.takes import MeasuredTake
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.picture import Inset
from shared.pipeline.plan.plan import Cutout

YUV = "out_color_matrix=bt709:out_range=tv"


@dataclass(frozen=True, slots=True)
class Card:
    """A PNG beneath a presenter and its box: a picture's shadow, or the plate a floating figure stands on.

    `mask` is the PNG of the shape a picture is cut to, `wall` the one behind a figure that is shown as a picture.
    """

    box: Box
    ground: Path | None = None
    mask: Path | None = None
    wall: Path | None = None


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
    shape: Inset = Inset.AUTO
    sinks: int = 0  # pixels it goes down while it fades

    @property
    def face(self) -> Box:
        """Return where its face is on the film: as it was found in its take, else a guess."""
        stand, head, inset = self.stand, self.take.head, self.take.cutout is Cutout.INSET
        if head is None or inset:
            return face(stand, inset=inset)
        seen, shown = stand.seen, stand.figure or stand.box
        across, down = shown.width / seen.width, shown.height / seen.height
        left, top = max(0, head.x - seen.x) * across, max(0, head.y - seen.y) * down
        right, low = (head.x + head.width - seen.x) * across, (head.y + head.height - seen.y) * down
        wide, high = min(shown.width, right) - left, min(shown.height, low) - top
        return Box(shown.x + round(left), shown.y + round(top), max(2, round(wide)), max(2, round(high)))


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
    aside: int = 0  # pixels to the right of its place where it comes from and goes to; less than 0: to the left
    floats: float = 0.0  # pixels it goes up and down while it stands
    letters: int = 0  # pixels of an em; 0 = it has none
    turns: tuple[int, ...] | None = None  # frames, from its start, of its further pictures; `path` is their pattern
    shortened: bool = False  # its text was too long for the frame

    def shown(self, frame: float) -> Path:
        """Return the picture that is seen on a frame of the film."""
        if self.turns is None:
            return self.path
        return self.path.with_name(self.path.name % bisect_right(self.turns, frame - self.start))


@dataclass(slots=True)
class Graph:
    """Inputs and filter chains, growing as things are painted; `layers` counts what lies over the shots."""

    edit: Edit
    part: Segment
    sources: list[Source] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    layers: int = 0

    def open(self, source: Source) -> int:
        """Add an input, return its number."""
        self.sources.append(source)
        return len(self.sources) - 1

    def over(self, name: str, box: Box, across: str = "", down: str = "") -> None:
        """Lay a stream over all so far, moved by what `across` and `down` add to its place in frame n."""
        below, self.layers = self.layers, self.layers + 1
        place = f"{box.x}{across}:{box.y}{down}"
        self.chains.append(f"[base{below}][{name}]overlay={place}:eof_action=pass[base{self.layers}]")

    @property
    def text(self) -> str:
        """Return the graph as ffmpeg reads it."""
        return ";".join(self.chains)


def window(offset: float, frames: int, fps: int) -> tuple[str, ...]:
    """Return the options that read `frames` from an offset on.

    Offsets are rounded to milliseconds, and a seek drops what begins before it: so it goes a quarter of a frame further
    back, and the nearest whole frame is the one that was meant.
    """
    return ("-ss", f"{max(0.0, offset - 0.25 / fps):.6f}", "-t", f"{frames / fps + 0.2:.6f}", "-an")


def held(fps: int) -> str:
    """Repeat a single frame for ever, counted in frames."""
    return f"settb=1/{fps},loop=loop=-1:size=1,setpts=N"


def in_turn(turns: Sequence[int], fps: int) -> str:
    """Show each picture of a row from its frame on, the last one for ever."""
    waits = enumerate((turn - last for last, turn in pairwise((0, *turns))), start=1)
    begins = "+".join(f"gte(N\\,{number})*{wait}" for number, wait in (*waits, (len(turns) + 1, 1)))
    # `fps` gives no frame of the one that ends a stream, so the last picture comes twice.
    timed = f"tpad=stop=1:stop_mode=clone,settb=1/{fps},setpts={begins},fps={fps}:start_time=0"
    return f"{timed},tpad=stop=-1:stop_mode=clone,setpts=N"
