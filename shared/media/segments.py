"""Turns an edit's seconds into whole frames and cuts long films into parts that few files are open for; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shared.pipeline.edit.edit import Appearance, Edit, Shot
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.picture import Hold
from shared.pipeline.plan.plan import Blend
from shared.pipeline.plan.warned import Warned, WarningText

OPEN_AT_ONCE = 6  # decoders a part may hold: measured, each costs some 60 MB at 720x1280
_OPENING_PIXELS = 1920 * 1088  # of a frame a decoder may have and count as one: 4K is four times it
_HEAVY_MOST = 3  # what a decoder counts as at most: measured, 280 MB at 3840x2160 in ten bits, so two at once
_NONE_HEAVY: Mapping[str, int] = {}
_RUN_UP = 12  # frames before a last frame stands still in which the move into it begins
_SWING = 48  # frames at a file's end that run back and on again: kept in memory
_SWING_OPENINGS = 2  # decoders' worth of memory these frames take: measured, 157 MB with their own, at 720x1280


@dataclass(frozen=True, slots=True)
class Edge:
    """How a shot meets the one beside it: the blend, and how many frames of it lie on each side of the cut."""

    how: Blend = Blend.CUT
    half: int = 0

    @property
    def reach(self) -> int:
        """Return for how many frames beyond the cut the shot is still seen, or already."""
        return 0 if self.how is Blend.DIP else self.half


SHARP = Edge()


@dataclass(frozen=True, slots=True)
class Cut:
    """A shot in frames: where it stands on the film, how long, and how many of its frames come from the file."""

    shot: Shot
    start: int
    frames: int
    moving: int
    opening: Edge = SHARP
    closing: Edge = SHARP

    @property
    def end(self) -> int:
        """Return the first frame after it."""
        return self.start + self.frames

    @property
    def painted(self) -> int:
        """Return its frames with those in which it is seen beside another."""
        return self.opening.reach + self.frames + self.closing.reach

    def before(self, fps: int) -> int:
        """Return how many of the frames it is seen before its start its file has; for the rest its first one stands."""
        return min(self.opening.reach, int(self.shot.offset * fps + 0.01)) if self.moving else 0

    @property
    def read(self) -> int:
        """Return how many frames from its start on its file is to give; past its end its last one stands."""
        return self.moving + (self.closing.reach if self.moving == self.frames else 0)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the film that one run of ffmpeg renders."""

    cuts: tuple[Cut, ...]

    @property
    def start(self) -> int:
        """Return its first frame on the film."""
        return self.cuts[0].start

    @property
    def end(self) -> int:
        """Return the first frame after it."""
        return self.cuts[-1].end


def run_up(hold: Hold) -> int:
    """Return how many frames before its file's end a shot begins to be painted as one that ends."""
    return _SWING if hold is Hold.PING_PONG else _RUN_UP


def frames(seconds: float, fps: int) -> int:
    """Return the nearest whole number of frames."""
    return round(seconds * fps)


def cuts(edit: Edit, lengths: Mapping[str, float]) -> tuple[tuple[Cut, ...], tuple[WarningText, ...]]:
    """Lay the shots end to end in whole frames up to the film's length; also says where files end too early.

    `lengths` gives the real seconds of each moving file. Shots that follow each other inside one file are opened
    once. A shot that would begin after its file's end shows the file's last frame.
    """
    total, clock, made, warnings = frames(edit.seconds, edit.fps), 0.0, list[Cut](), list[WarningText]()
    for shot in edit.shots:
        start, clock = frames(clock, edit.fps), clock + shot.seconds
        length = min(frames(clock, edit.fps), total) - start
        if length <= 0:
            continue
        told = _told(shot, lengths, edit.fps)
        if told != shot and shot.node:
            says = (
                f"{shot.node} ends at {lengths[shot.node]:.2f} s, asked for {shot.offset:.2f}-"
                f"{shot.offset + shot.footage:.2f} s; its last frame is held instead"
            )
            warnings.append(warning(Warned.FOOTAGE_SHORT, says, node=shot.node))
        moving = 0 if shot.still or told.node is None else min(length, max(1, frames(told.footage, edit.fps)))
        cut = Cut(told, start, length, moving)
        if made and _continues(made[-1], cut, edit.fps):
            whole = replace(made[-1].shot, footage=made[-1].shot.footage + told.footage)
            cut = Cut(whole, made[-1].start, made[-1].frames + length, made[-1].frames + moving)
            made.pop()
        made.append(cut)
    if made and made[-1].end < total:
        made[-1] = replace(made[-1], frames=total - made[-1].start)
    return tuple(_edged(made, edit.fps)), tuple(dict.fromkeys(warnings))


def _edged(made: Sequence[Cut], fps: int) -> Iterator[Cut]:
    """Yield the cuts as they meet; no blend takes more than half of a shot from either of its sides."""
    edges = [SHARP]
    for last, cut in pairwise(made):
        half = min(round(cut.shot.blend * fps / 2), last.frames // 2, cut.frames // 2)
        edges.append(Edge(cut.shot.comes, half) if half and cut.shot.comes is not Blend.CUT else SHARP)
    for cut, (opening, closing) in zip(made, pairwise((*edges, SHARP)), strict=True):
        yield replace(cut, opening=opening, closing=closing)


def _told(shot: Shot, lengths: Mapping[str, float], fps: int) -> Shot:
    """Return the shot as its file can serve it; a frame's worth of rounding is nobody's news."""
    if shot.node is None or shot.still:
        return shot
    length, frame = lengths[shot.node], 1 / fps
    if shot.offset > length - frame:
        return replace(shot, offset=max(0.0, length - 2 * frame), footage=frame)
    if shot.offset + shot.footage > length + 1.5 * frame:
        return replace(shot, footage=length - shot.offset)
    return shot


def _continues(before: Cut, cut: Cut, fps: int) -> bool:
    """Tell whether a cut shows the very next frame of the same file."""
    same = before.shot.node is not None and before.shot.node == cut.shot.node and not cut.shot.still
    joined = abs(before.shot.offset + before.shot.footage - cut.shot.offset) < 0.5 / fps
    return same and joined and before.moving == before.frames


def openings_of(width: int, height: int) -> int:
    """Return how many decoders' worth of memory a file of such pictures takes."""
    return min(-(-width * height // _OPENING_PIXELS), _HEAVY_MOST)


def segments(row: tuple[Cut, ...], edit: Edit, heavy: Mapping[str, int] = _NONE_HEAVY) -> tuple[Segment, ...]:
    """Group cuts so that few files are open at once; no part begins while a presenter is fading.

    A blend is painted in one part: where one lies between two parts, the shot before it is divided. `heavy` says which
    nodes' files count as more than one, and as how many.
    """
    made: list[Segment] = []
    held: tuple[Cut, ...] = ()
    for cut in row:
        grown = (*held, cut)
        if held and _openings(grown, edit, heavy) > OPEN_AT_ONCE:
            if cut.opening.reach:
                at = _calm(held[-1], edit)
                if at is not None:
                    one, two = divided(held[-1], at, edit.fps)
                    made.append(Segment((*held[:-1], one)))
                    grown = (two, cut)
            elif not fading(cut.start, edit):
                made.append(Segment(held))
                grown = (cut,)
        held = grown
    return (*made, Segment(held)) if held else tuple(made)


def _calm(cut: Cut, edit: Edit) -> int | None:
    """Return after how many frames a cut can be divided, its middle before all others."""
    free = calm(cut, edit)
    middle = ((free[0] + free[-1]) // 2, free[0], free[-1]) if free else ()
    return next((at for at in middle if not fading(cut.start + at, edit)), None)


def calm(cut: Cut, edit: Edit) -> range:
    """Return after how many frames a cut can be divided: where nothing blends, or moves into a last frame."""
    last = cut.frames if cut.moving in (0, cut.frames) else min(cut.frames, cut.moving - run_up(edit.hold))
    return range(cut.opening.half + 1, min(last, cut.frames - cut.closing.half))


def divided(cut: Cut, at: int, fps: int) -> tuple[Cut, Cut]:
    """Return a cut as two that show the same frames."""
    moved = replace(cut.shot, offset=cut.shot.offset + at / fps) if cut.moving or cut.shot.motion else cut.shot
    one = replace(cut, frames=at, moving=min(at, cut.moving), closing=SHARP)
    return one, Cut(moved, cut.start + at, cut.frames - at, max(0, cut.moving - at), SHARP, cut.closing)


def on_film(look: Appearance, edit: Edit) -> tuple[int, int]:
    """Return an appearance's first frame and the first frame after it."""
    last = frames(edit.seconds, edit.fps)
    return frames(look.start, edit.fps), min(frames(look.start + look.seconds, edit.fps), last)


def _openings(row: tuple[Cut, ...], edit: Edit, heavy: Mapping[str, int]) -> int:
    moving = [cut for cut in row if cut.shot.node is not None and not cut.shot.still]
    swings = sum(1 < cut.moving < cut.frames for cut in moving) if edit.hold is Hold.PING_PONG else 0
    files = sum(heavy.get(cut.shot.node or "", 1) for cut in moving) + _SWING_OPENINGS * swings
    spans = [on_film(look, edit) for look in edit.appearances]
    return files + sum(start < row[-1].end and end > row[0].start for start, end in spans)


def fading(frame: int, edit: Edit) -> bool:
    """Tell whether a presenter is fading in a frame."""
    spans = [(on_film(look, edit)[1], frames(look.fade, edit.fps)) for look in edit.appearances]
    return any(end - fade < frame < end for end, fade in spans)
