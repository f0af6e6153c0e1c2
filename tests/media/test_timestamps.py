"""A film's own timestamps: from 0 to the film's end without an edit list, each sound beside its picture.

Networks refuse edit lists, and some players pass over them: so the boxes themselves must be right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from shared.media.compose import Composed
from shared.media.mp4 import read_mp4
from shared.media.mp4_boxes import boxes, number
from shared.media.probe import probe
from shared.media.segments import OPEN_AT_ONCE
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.plan import Cutout, Placement, Sound
from tests.media.conftest import Render
from tests.media.makers import FPS, WHITE, edit, ffmpeg, like, looks, pixels, samples, shot

HOLDERS = (b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl")
CLAPS = (1.0, 2.0, 3.0)  # seconds at which a clapper flashes and clicks
WITHOUT_EDITS = ("-ignore_editlist", "1")
FRAME = 1 / FPS


@dataclass(frozen=True, slots=True)
class Track:
    """A track by its sample tables: when it begins and ends, in seconds."""

    handler: bytes
    begins: float
    ends: float


def inside(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield every box at any depth."""
    for name, content in boxes(body):
        yield name, content
        if name in HOLDERS:
            yield from inside(content)


def rows(table: bytes) -> list[tuple[int, int]]:
    """Read a table of (count, signed value)."""
    at = [8 + 8 * row for row in range(number(table[4:8]))]
    return [(number(table[one : one + 4]), int.from_bytes(table[one + 4 : one + 8], signed=True)) for one in at]


def each(table: list[tuple[int, int]]) -> list[int]:
    return [value for count, value in table for _ in range(count)]


def tracks(film: Path) -> list[Track]:
    """Read the tracks of a film as a player does that knows no edit list."""
    made: list[Track] = []
    for name, trak in inside(film.read_bytes()):
        if name == b"trak":
            found = dict(inside(trak))
            lasting = each(rows(found[b"stts"]))
            late = each(rows(found[b"ctts"])) if b"ctts" in found else [0] * len(lasting)
            decoded = [0, *accumulate(lasting)][: len(lasting)]
            shown = [tick + later for tick, later in zip(decoded, late, strict=True)]
            end = max(tick + lasts for tick, lasts in zip(shown, lasting, strict=True))
            scale = number(found[b"mdhd"][12:16])
            made.append(Track(found[b"hdlr"][8:12], min(shown) / scale, end / scale))
    return made


def clapped(path: Path, fps: int) -> Path:
    """Film four seconds of black that flash for two frames and click whenever a second begins."""
    flash = f"drawbox=c=white:t=fill:enable='between(mod(t,1),0,{1.5 / fps:.3f})'"
    click = "aevalsrc='if(lt(mod(t,1),0.01),0.8*sin(2*PI*1500*t),0)':s=48000:d=4"
    codec = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8") if path.suffix == ".webm" else ()
    sound = "libopus" if path.suffix == ".webm" else "aac"
    black = f"color=black:s=180x320:r={fps}:d=4"
    ffmpeg("-f", "lavfi", "-i", black, "-f", "lavfi", "-i", click, "-vf", flash, "-pix_fmt", "yuv420p", *codec,
           "-c:a", sound, path)  # fmt: skip
    return path


def film_of(who: str, *, parts: int) -> Edit:
    """Return four seconds of a clapper as footage that is heard, or as a presenter before it."""
    cuts = 1 if parts == 1 else OPEN_AT_ONCE + 2
    row = [shot(4 / cuts, f"cut-{index}", index * 4 / cuts) for index in range(cuts)]
    if who == "footage":
        return edit(*row, sound=Sound.DUCK)
    return edit(*row, looks=(looks(Cutout.INSET, seconds=4, place=Placement(0.5, 0, 0)),))


def composed(render: Render, folder: Path, who: str, suffix: str, *, parts: int) -> Composed:
    clapper = clapped(folder / f"clapper{suffix}", 25 if who == "presenter" else FPS)
    dark = clapper
    if who == "presenter":
        dark = folder / "dark.mp4"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=180x320:r=24:d=4", "-vf", "eq=contrast=0.2:brightness=-0.3",
               "-pix_fmt", "yuv420p", dark)  # fmt: skip
    files = {f"cut-{index}": dark for index in range(OPEN_AT_ONCE + 2)}
    return render(film_of(who, parts=parts), presenter=clapper, **files)


def flashes(film: Path, before: tuple[str, ...]) -> list[float]:
    """Return when the middle of the picture turns white."""
    white = like(pixels(film, before=before)[:, 150:170, 80:100], WHITE, within=70).mean(axis=(1, 2)) > 0.9
    return [float(at) / FPS for at in np.flatnonzero(white[1:] & ~white[:-1]) + 1]


def clicks(film: Path, before: tuple[str, ...]) -> list[float]:
    """Return when it becomes loud after at least half a second of quiet."""
    loud = np.flatnonzero(np.abs(samples(film, before=before)[:, 0]) > 0.1)
    return [float(at) / 48000 for last, at in zip([-48000, *loud], loud, strict=False) if at - last > 24000]


KINDS = [("presenter", ".mp4", 1), ("presenter", ".mp4", 2), ("presenter", ".webm", 1), ("footage", ".mp4", 2)]


@pytest.mark.parametrize(("who", "suffix", "parts"), KINDS)
def test_a_film_needs_no_edit_list(render: Render, tmp_path: Path, who: str, suffix: str, parts: int) -> None:
    """No film carries one; by its sample tables picture and sound begin at 0 and end with the film, its index first."""
    made = composed(render, tmp_path, who, suffix, parts=parts)

    raw = made.film.read_bytes()
    assert b"elst" not in [name for name, _ in inside(raw)]
    assert [b"ftyp", b"moov"] == [name for name, _ in boxes(raw)][:2]
    assert [Track(b"vide", 0.0, 4.0), Track(b"soun", 0.0, 4.0)] == tracks(made.film)
    assert 4.0 == read_mp4(lambda start, length: raw[start : start + length], len(raw)).seconds
    assert (4.0, 4.0, 96) == (made.seconds, probe(made.film).heard, len(pixels(made.film)))


@pytest.mark.parametrize("before", [(), WITHOUT_EDITS], ids=["with edit lists", "without"])
@pytest.mark.parametrize(("who", "suffix", "parts"), KINDS)
def test_a_click_stands_by_its_flash(
    render: Render, tmp_path: Path, who: str, suffix: str, parts: int, before: tuple[str, ...]
) -> None:
    """What a take and footage show and sound at once is seen and heard at once, however a player reads the file."""
    made = composed(render, tmp_path, who, suffix, parts=parts)

    seen, heard = flashes(made.film, before), clicks(made.film, before)
    assert list(CLAPS) == pytest.approx(seen, abs=FRAME / 10)
    assert list(CLAPS) == pytest.approx([at for at in heard if at > FRAME], abs=FRAME / 3)


@pytest.mark.parametrize("sound", list(Sound))
def test_a_film_in_which_nobody_speaks_ends_exactly(render: Render, mute_clip: Path, sound: Sound) -> None:
    """Silence, a bed, footage without sound: the track begins and ends with the picture."""
    made = render(edit(shot(2.5), sound=sound), clip=mute_clip)

    assert [(0.0, 2.5), (0.0, 2.5)] == [(track.begins, track.ends) for track in tracks(made.film)]
