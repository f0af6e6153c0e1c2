"""How long a fragmented MP4 is, and how many samples it claims: its index says neither.

The whole length stands in `mvex/mehd` or `sidx` when the writer knew it; else it is the end of the last fragment.
"""

from dataclasses import dataclass, field

from shared.media.mp4_boxes import boxes, number

_HAS_BASE, _HAS_DESCRIPTION, _HAS_DURATION = 0x1, 0x2, 0x8  # what a tfhd has
_OFFSET, _FIRST_FLAGS, _EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_TIME = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True, slots=True)
class _Run:
    """One fragment's samples of one track; `ticks` is None where only the track's default length tells."""

    track: int
    begin: int | None
    samples: int
    ticks: int | None


@dataclass(slots=True)
class Fragments:
    """What the fragments of a film say, gathered as its boxes are walked."""

    samples: int = 0
    _runs: list[_Run] = field(default_factory=list)
    _indexed: float = 0.0  # seconds told by sidx

    @property
    def found(self) -> bool:
        """Whether there are any."""
        return bool(self._runs)

    def take(self, name: bytes, body: bytes) -> None:
        """Note a top-level box."""
        if name == b"sidx":
            self._indexed = max(self._indexed, _told(body))
        elif name == b"moof":
            for run in (_run(traf) for label, traf in boxes(body) if label == b"traf"):
                self.samples += run.samples
                self._runs.append(run)

    def seconds(self, moov: bytes, track: int, scale: int) -> float:
        """Return the film's length: as its index tells it, or where the fragments of its picture track end."""
        mvex = next((body for name, body in boxes(moov) if name == b"mvex"), b"")
        told, default = 0.0, 0
        for name, body in boxes(mvex):
            if name == b"mehd":
                told = number(body[4:12] if body[:1] == b"\x01" else body[4:8]) / max(1, _film_scale(moov))
            elif name == b"trex" and number(body[4:8]) == track:
                default = number(body[12:16])
        return told or self._indexed or self._summed(track, default) / max(1, scale)

    def _summed(self, track: int, default: int) -> int:
        first: int | None = None
        end = 0
        for run in self._runs:
            if run.track == track:
                begin = end if run.begin is None else run.begin
                first = begin if first is None else min(first, begin)
                end = max(end, begin + (run.samples * default if run.ticks is None else run.ticks))
        return end - (first or 0)


def _film_scale(moov: bytes) -> int:
    mvhd = next((body for name, body in boxes(moov) if name == b"mvhd"), b"")
    return number(mvhd[20:24] if mvhd[:1] == b"\x01" else mvhd[12:16])


def _told(sidx: bytes) -> float:
    """Add up the lengths of the parts a sidx lists."""
    scale = number(sidx[8:12])
    at = 28 if sidx[:1] == b"\x01" else 20  # behind the earliest time and the first offset, 64 or 32 bits each
    count = number(sidx[at + 2 : at + 4])
    ticks = sum(number(sidx[each + 4 : each + 8]) for each in range(at + 4, at + 4 + 12 * count, 12))
    return ticks / scale if scale else 0.0


def _run(traf: bytes) -> _Run:
    track, begin, default = 0, None, None
    samples, ticks = 0, 0
    unsure = False
    for name, body in boxes(traf):
        flags = number(body[1:4])
        if name == b"tfhd":
            track, at = number(body[4:8]), 8 + 8 * bool(flags & _HAS_BASE) + 4 * bool(flags & _HAS_DESCRIPTION)
            default = number(body[at : at + 4]) if flags & _HAS_DURATION else None
        elif name == b"tfdt":
            begin = number(body[4:12] if body[:1] == b"\x01" else body[4:8])
        elif name == b"trun":
            count = number(body[4:8])
            samples += count
            if flags & _EACH_DURATION:
                ticks += _listed(body, flags, count)
            elif default is not None:
                ticks += count * default
            else:
                unsure = True
    return _Run(track, begin, samples, None if unsure else ticks)


def _listed(trun: bytes, flags: int, count: int) -> int:
    at = 8 + 4 * bool(flags & _OFFSET) + 4 * bool(flags & _FIRST_FLAGS)
    step = 4 * sum(bool(flags & each) for each in (_EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_TIME))
    return sum(number(trun[each : each + 4]) for each in range(at, min(at + step * count, len(trun)), step))
