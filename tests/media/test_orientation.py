"""Footage and takes that lie on their side, are mirrored, or have pixels that are not square stand upright in the film.

The files are made by the standards' own words, not by ffmpeg's reading of them: a track's matrix (ISO/IEC 14496-12,
6.2.2) maps a stored point to x' = a·x + c·y, y' = b·x + d·y, after its pixels were made square.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from shared.media.arrival import Ordered, arrived
from shared.media.probe import probe
from shared.pipeline.plan.plan import Cutout, Placement
from tests.media.conftest import Render
from tests.media.makers import (
    BLUE,
    GREEN,
    ORANGE,
    RED,
    WHITE,
    Pixels,
    bounds,
    colored,
    edit,
    ffmpeg,
    like,
    looks,
    pixels,
    shot,
)
from tests.patience import PATIENCE

Turn = Callable[[Pixels], npt.NDArray[np.uint8]]

# (a, b, c, d) of the matrix, and how an upright picture is stored so that it comes out upright.
TURNS: dict[str, tuple[tuple[int, int, int, int], Turn]] = {
    "upright": ((1, 0, 0, 1), lambda upright: upright),
    "90": ((0, 1, -1, 0), lambda upright: np.rot90(upright, 1)),
    "180": ((-1, 0, 0, -1), lambda upright: np.rot90(upright, 2)),
    "270": ((0, -1, 1, 0), lambda upright: np.rot90(upright, 3)),
    "mirrored": ((-1, 0, 0, 1), lambda upright: upright[:, ::-1]),
}
SHAPES = ((1, 1), (5, 4), (5, 8))  # of a pixel: square, wide, tall
ODD = [*((turn, (1, 1)) for turn in TURNS), ("upright", (5, 4)), ("90", (5, 4)), ("270", (5, 8))]
QUARTERS = (RED, BLUE, WHITE, ORANGE)  # top left, top right, bottom left, bottom right


def quartered(box: tuple[int, int, int, int], around: tuple[int, int, int] = GREEN) -> Pixels:
    """Return a picture of 180x320 with four colours in a box, a black disc in their middle, one colour around."""
    left, top, right, bottom = box
    picture = np.full((320, 180, 3), around, np.uint8)
    across, down = (left + right) // 2, (top + bottom) // 2
    parts = [(left, top), (across, top), (left, down), (across, down)]
    for (x, y), color in zip(parts, QUARTERS, strict=True):
        picture[y : y + down - top, x : x + across - left] = color
    y, x = np.mgrid[0:320, 0:180]
    picture[(x - across + 0.5) ** 2 + (y - down + 0.5) ** 2 < 24**2] = 0
    return picture


def stored(path: Path, upright: Pixels, turn: str, shape: tuple[int, int], *, clear: bool = False) -> Path:
    """Film two seconds of a picture, stored in such a way; `clear` makes green transparent."""
    matrix, lay = TURNS[turn]
    lying = Image.fromarray(np.ascontiguousarray(lay(upright)))
    wide, high = lying.size
    if clear:
        lying.putalpha(Image.fromarray(np.where(like(np.asarray(lying), GREEN, within=4), 0, 255).astype(np.uint8)))
    picture = path.with_suffix(".png")
    lying.save(picture)
    squeezed = f"scale={wide * shape[1] // shape[0]}:{high}:flags=area:out_color_matrix=bt709:out_range=tv"
    pixel, sound = "yuv420p", "aac"
    codec: tuple[str, ...] = ("-c:v", "libx264", "-crf", "8")
    if path.suffix == ".webm":
        pixel, sound = "yuva420p", "libopus"
        codec = ("-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M")
    ffmpeg(
        *("-loop", "1", "-framerate", "25", "-t", "2", "-i", picture, "-f", "lavfi", "-i", "sine=f=500:d=2"),
        *("-vf", f"{squeezed},format={pixel},setsar={shape[0]}/{shape[1]}", *codec, "-c:a", sound),
        path,
    )
    if path.suffix == ".mp4":
        path.write_bytes(turned(path.read_bytes(), matrix))
    return path


def turned(film: bytes, matrix: tuple[int, int, int, int]) -> bytes:
    """Write a matrix into the header of a film's first track, which is its picture."""
    at = film.index(b"tkhd") + 4 + 40
    a, b, c, d = (part * 0x10000 for part in matrix)
    words = [word.to_bytes(4, signed=True) for word in (a, b, 0, c, d, 0, 0, 0)]
    return film[:at] + b"".join(words) + film[at + 32 :]


def read(frame: Pixels, box: tuple[int, int, int, int]) -> list[tuple[int, int, int]]:
    """Return which colour each quarter of a box shows, an eighth within its corners."""
    left, top, right, bottom = box
    across, down = (right - left) // 8, (bottom - top) // 8
    places = [(y, x) for y in (top + down, bottom - down) for x in (left + across, right - across)]
    return [next((one for one in QUARTERS if like(frame[place], one, within=45)), (0, 0, 0)) for place in places]


@pytest.mark.parametrize(("turn", "shape"), ODD)
def test_footage_stands_upright(render: Render, tmp_path: Path, turn: str, shape: tuple[int, int]) -> None:
    """Each corner of the film shows its own corner's colour, and a disc is round."""
    clip = stored(tmp_path / "clip.mp4", quartered((0, 0, 180, 320)), turn, shape)

    frame = pixels(render(edit(shot(1)), clip=clip).film)[12]

    disc = bounds(like(frame, (0, 0, 0), within=60))
    assert list(QUARTERS) == read(frame, (0, 0, 180, 320))
    assert (66, 136, 114, 184) == pytest.approx(disc, abs=2)


@pytest.mark.parametrize(("turn", "shape"), ODD)
def test_a_take_with_a_wall_stands_upright(render: Render, tmp_path: Path, turn: str, shape: tuple[int, int]) -> None:
    """As a picture of half the film's size in its middle: the corners' colours, the disc half as large."""
    plain = stored(tmp_path / "plain.mp4", quartered((0, 0, 180, 320)), turn, shape)
    look = looks(Cutout.INSET, seconds=1, place=Placement(0.5, 0, 0))

    frame = pixels(render(edit(colored(1, "#00ff00"), looks=(look,)), presenter=plain).film)[12]

    disc = bounds(like(frame[100:220, 60:120], (0, 0, 0), within=60))
    assert list(QUARTERS) == read(frame, (45, 80, 135, 240))
    assert (18, 48, 42, 72) == pytest.approx(disc, abs=2)


@pytest.mark.parametrize(("turn", "shape"), ODD)
def test_a_keyed_take_stands_upright(render: Render, tmp_path: Path, turn: str, shape: tuple[int, int]) -> None:
    """The figure is found in the turned picture and cut out there: half the film high, on its lower edge."""
    keyed = stored(tmp_path / "keyed.mp4", quartered((60, 80, 120, 280)), turn, shape)
    look = looks(Cutout.KEY, seconds=1, place=Placement(0.5, 0, 1))

    made = render(edit(colored(1, "#808080"), looks=(look,)), presenter=keyed)

    frame = pixels(made.film)[12]
    assert () == made.warnings
    assert (66, 160, 114, 320) == pytest.approx(bounds(~like(frame, (128, 128, 128), within=24)), abs=3)
    assert list(QUARTERS) == read(frame, (66, 160, 114, 320))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_transparent_take_is_not_stretched(render: Render, tmp_path: Path, shape: tuple[int, int]) -> None:
    """A WebM tells the size it is to be shown at: the figure has its own proportions."""
    clear = stored(tmp_path / "clear.webm", quartered((60, 80, 120, 280)), "upright", shape, clear=True)
    look = looks(seconds=1, place=Placement(0.5, 0, 1))

    made = render(edit(colored(1, "#808080"), looks=(look,)), presenter=clear)

    frame = pixels(made.film)[12]
    assert () == made.warnings
    assert (66, 160, 114, 320) == pytest.approx(bounds(~like(frame, (128, 128, 128), within=24)), abs=3)
    assert list(QUARTERS) == read(frame, (66, 160, 114, 320))


@pytest.mark.parametrize(("turn", "shape"), ODD)
def test_an_odd_file_is_known_by_what_a_player_shows(tmp_path: Path, turn: str, shape: tuple[int, int]) -> None:
    """Its size is that of the upright picture, no smaller than it is stored, and it is the take that was ordered."""
    path = stored(tmp_path / "take.mp4", quartered((0, 0, 180, 320)), turn, shape)

    facts = arrived(path, Ordered(2.0, 2.0), timeout=PATIENCE).facts

    assert probe(path) == facts
    assert 9 / 16 == facts.width / facts.height
    assert facts.width >= 180
    assert (shape == (1, 1)) is facts.square
