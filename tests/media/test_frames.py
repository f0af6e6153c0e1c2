"""Every film runs at its own rate, and shows each frame of what moves exactly once, whatever is laid around it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.media.probe import probe
from shared.pipeline.edit.edit import Appearance, Cue, Edit, Shot, Title
from shared.pipeline.plan.plan import Cutout, Placement, Sound
from tests.media.conftest import Render
from tests.media.makers import FPS, SIZE, colored, edit, ffmpeg, looks, pixels, shot

BANDS = 8
WHOLE = Placement(1.0, 0.0, 1.0)
NUMBERED = "lum='if(mod(floor(N/pow(2,floor(X*8/W))),2),235,16)':cb=128:cr=128"


def counting(path: Path, seconds: float = 4.0, fps: int = FPS) -> Path:
    """Make a film whose frames carry their number as eight dark or bright bands."""
    source = f"nullsrc=s={SIZE.width}x{SIZE.height}:r={fps}:d={seconds},geq={NUMBERED}"
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "10", "-bf", "2", path)
    return path


def counted(film: Path) -> list[int]:
    """Read the numbers of a film's frames, at its lower edge."""
    bands = pixels(film)[:, -40:-4, :, 0].reshape(-1, 36, SIZE.width)
    width = SIZE.width / BANDS
    middles = [round((band + 0.5) * width) for band in range(BANDS)]
    bits = bands[:, :, middles].mean(axis=1) > 128
    return [int(number) for number in bits @ (1 << np.arange(BANDS))]


@pytest.fixture(scope="session")
def numbers(bench: Path) -> Path:
    """Return four seconds of numbered frames."""
    return counting(bench / "numbers.mp4")


@pytest.fixture(scope="session")
def photo(bench: Path) -> Path:
    """Return a small picture."""
    Image.new("RGB", (200, 300), (90, 120, 150)).save(bench / "photo.png")
    return bench / "photo.png"


def over(kind: str) -> Edit:
    """Return a film of two numbered seconds with things laid over it that bring rates of their own."""
    row: tuple[Shot, ...] = (shot(2),)
    small = Placement(0.3, 0.0, -1.0)
    people: tuple[Appearance, ...] = ()
    titles: tuple[Title, ...] = ()
    cues: tuple[Cue, ...] = ()
    if kind in {"a presenter", "everything"}:
        people = (looks(place=small),)
    if kind == "an inset":
        people = (looks(Cutout.INSET, node="plain", place=small),)
    if kind in {"a scene text", "everything"}:
        titles = (Title("Now", 0.2, 1.5),)
    if kind in {"captions", "everything"}:
        cues = (Cue("One", 0.0, 1.0), Cue("two", 1.0, 1.0))
    return edit(*row, looks=people, titles=titles, cues=cues, sound=Sound.DUCK)


@pytest.mark.parametrize("kind", ["nothing", "a presenter", "an inset", "a scene text", "everything"])
def test_each_frame_of_footage_is_shown_once(
    render: Render, numbers: Path, alpha_take: Path, plain_take: Path, kind: str
) -> None:
    """Frames 0 to 47 in order at 24 a second, none twice, none missing, whatever is laid over them."""
    made = render(over(kind), clip=numbers, presenter=alpha_take, plain=plain_take)

    assert list(range(48)) == counted(made.film)
    assert 24.0 == probe(made.film).fps


@pytest.mark.parametrize("behind", [Shot(2, "photo", still=True), colored(2)], ids=["a picture", "a colour"])
def test_each_frame_of_a_presenter_is_shown_once(render: Render, numbers: Path, photo: Path, behind: Shot) -> None:
    """Before a still picture too: its own rate of 25 a second does not come through."""
    look = looks(Cutout.INSET, place=WHOLE)

    made = render(edit(behind, looks=(look,)), presenter=numbers, photo=photo)

    assert list(range(48)) == counted(made.film)
    assert 24.0 == probe(made.film).fps


@pytest.mark.parametrize("offset", [0.5, 1.042, 1.041, 1.0416667, 0.958, 1.999])
def test_a_scene_begins_with_the_frame_meant(render: Render, numbers: Path, offset: float) -> None:
    """Offsets are rounded to milliseconds; the frame they mean is shown, and only once."""
    made = render(edit(shot(1, offset=offset)), clip=numbers)

    first = round(offset * FPS)
    assert list(range(first, first + 24)) == counted(made.film)


def test_a_film_in_parts_shows_each_frame_once(render: Render, numbers: Path, photo: Path) -> None:
    """Twelve shots and stills between them are rendered in parts and joined at one rate."""
    files = {"one": numbers, "two": numbers}
    row = [
        one
        for k in range(8)
        for one in (shot(0.25, "one" if k % 2 else "two", k * 0.25), Shot(0.25, "photo", still=True))
    ]

    made = render(edit(*row), photo=photo, **files)

    seen = counted(made.film)
    moving = [number for index, number in enumerate(seen) if index // 6 % 2 == 0]
    assert list(range(48)) == moving
    assert (96, 24.0) == (len(seen), probe(made.film).fps)


@pytest.mark.parametrize(("fps", "doubled"), [(25, False), (30, False), (60, False), (12, True)])
def test_footage_of_another_rate_keeps_its_pace(render: Render, bench: Path, fps: int, *, doubled: bool) -> None:
    """What was filmed faster or slower lasts as long as it did; its frames stay in order."""
    clip = counting(bench / f"numbers-{fps}.mp4", fps=fps)

    made = render(edit(shot(2)), clip=clip)

    seen = counted(made.film)
    assert sorted(seen) == seen
    assert doubled == (len(set(seen)) < len(seen))
    assert 2 * fps - 1 == pytest.approx(seen[-1], abs=fps / FPS + 1)
    assert 24.0 == probe(made.film).fps
