"""A take is judged as it arrives: can it be cut out as it was ordered, and is anybody in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.media.arrival import Arrived, Ordered, arrived
from shared.media.errors import MediaRefused
from shared.pipeline.plan.plan import Cutout, Placement
from tests.media.conftest import Render
from tests.media.makers import (
    BLUE,
    GREEN,
    ORANGE,
    Color,
    Person,
    bounds,
    colored,
    edit,
    ffmpeg,
    like,
    looks,
    pixels,
    take,
)
from tests.patience import PATIENCE

WALL = (120, 90, 90)
CLEAR = ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8")
IS_OPAQUE = "ordered with a transparent background, but the take is opaque"


def solid(folder: Path, background: Color) -> Path:
    """Return a WebM whose transparency hides nothing."""
    plain, path = take(folder / "plain.mp4", Person(), background), folder / "solid.webm"
    ffmpeg("-i", plain, "-vf", "format=yuva420p", *CLEAR, "-b:v", "2M", "-c:a", "libopus", path)
    return path


def veiled(folder: Path, opacity: str) -> Path:
    """Return a transparent take whose opacity is worked out anew: an expression of T (seconds) and the pixel's own."""
    whole, path = take(folder / "whole.webm", Person(), None), folder / "veiled.webm"
    luma = "lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)'"
    ffmpeg("-c:v", "libvpx-vp9", "-i", whole, "-vf", f"format=yuva420p,geq={luma}:a='{opacity}'", *CLEAR, "-b:v", "2M",
           "-c:a", "copy", path)  # fmt: skip
    return path


def walled(folder: Path, when: str) -> Path:
    """Return a take on key green, before a wall at some times."""
    keyed, path = take(folder / "keyed.mp4", Person(), GREEN), folder / "walled.mp4"
    wall = f"drawbox=t=60:c=0x{bytes(WALL).hex()}:enable='{when}'"
    ffmpeg("-i", keyed, "-vf", f"format=gbrp,{wall},format=yuv420p", "-c:a", "copy", path)
    return path


def judged(path: Path, asked: Cutout) -> Arrived:
    return arrived(path, Ordered(2.0, 2.0, asked), timeout=PATIENCE)


@pytest.mark.parametrize(
    ("asked", "make", "cutout", "why"),
    [
        (Cutout.ALPHA, lambda folder: take(folder / "a.webm", Person(), None), Cutout.ALPHA, ""),
        (Cutout.ALPHA, lambda folder: take(folder / "a.webm", Person(), WALL), Cutout.INSET, IS_OPAQUE),
        (Cutout.ALPHA, lambda folder: take(folder / "a.mp4", Person(), WALL), Cutout.INSET, IS_OPAQUE),
        (Cutout.ALPHA, lambda folder: solid(folder, WALL), Cutout.INSET, IS_OPAQUE),
        (Cutout.ALPHA, lambda folder: veiled(folder, "if(lt(T,1),255,alpha(X,Y))"), Cutout.INSET, IS_OPAQUE),
        (Cutout.ALPHA, lambda folder: veiled(folder, "if(lt(X,2),0,255)"), Cutout.INSET, IS_OPAQUE),
        (Cutout.ALPHA, lambda folder: veiled(folder, "if(lt(T,0.2),255,alpha(X,Y))"), Cutout.ALPHA, ""),
        (Cutout.KEY, lambda folder: take(folder / "k.mp4", Person(), GREEN), Cutout.KEY, ""),
        (Cutout.KEY, lambda folder: take(folder / "k.mp4", Person(), (20, 235, 20)), Cutout.KEY, ""),
        (Cutout.KEY, lambda folder: take(folder / "k.mp4", Person(), WALL), Cutout.INSET, "only 0 % of its border"),
        (Cutout.KEY, lambda folder: take(folder / "k.mp4", Person(), BLUE), Cutout.INSET, "only 0 % of its border"),
        (Cutout.KEY, lambda folder: walled(folder, "gte(t,1)"), Cutout.INSET, "only 50 % of its border"),
        (Cutout.KEY, lambda folder: walled(folder, "lt(t,0.2)"), Cutout.KEY, ""),
        (Cutout.KEY, lambda folder: take(folder / "k.webm", Person(), None), Cutout.ALPHA, ""),
        (Cutout.KEY, lambda folder: solid(folder, GREEN), Cutout.KEY, ""),
        (Cutout.INSET, lambda folder: take(folder / "i.mp4", Person(), WALL), Cutout.INSET, ""),
        (Cutout.INSET, lambda folder: take(folder / "i.webm", Person(), None), Cutout.ALPHA, ""),
        (Cutout.INSET, lambda folder: solid(folder, WALL), Cutout.INSET, ""),
    ],
    ids=[
        "transparent", "no transparency", "another file type", "an opaque alpha plane", "opaque half the time",
        "a transparent edge", "opaque for a moment", "key colour", "another green", "a wall", "another key",
        "a wall half the time", "a wall for a moment", "better than asked", "key colour in an opaque alpha plane",
        "plain", "plain, but transparent", "plain in an opaque alpha plane",
    ],
)  # fmt: skip
def test_an_arriving_take_is_known_by_its_pixels(
    tmp_path: Path, asked: Cutout, make: Callable[[Path], Path], cutout: Cutout, why: str
) -> None:
    """How it can be laid over is found out before it counts as arrived, and why it is not as was ordered."""
    came = judged(make(tmp_path), asked)

    assert cutout is came.cutout
    assert (why == "") is (came.why == "")
    assert why in came.why


@pytest.mark.parametrize(
    ("asked", "make"),
    [
        (Cutout.ALPHA, lambda folder: veiled(folder, "0")),
        (Cutout.ALPHA, lambda folder: veiled(folder, "if(lt(hypot(X-90,Y-200),4),255,0)")),
        (Cutout.INSET, lambda folder: veiled(folder, "0")),
        (Cutout.KEY, lambda folder: take(folder / "k.mp4", Person((0, 0, 2, 2), GREEN), GREEN)),
    ],
    ids=["transparent everywhere", "a speck", "transparent, though plain was asked", "nothing but key colour"],
)
def test_a_take_that_shows_nobody_is_none(tmp_path: Path, asked: Cutout, make: Callable[[Path], Path]) -> None:
    """Nobody is filmed on purpose: it is not the take that was ordered, at arrival or later."""
    path = make(tmp_path)

    with pytest.raises(MediaRefused, match="the take shows nobody"):
        judged(path, asked)


def test_a_take_that_shows_nobody_names_its_node(render: Render, tmp_path: Path) -> None:
    """Compose looks too: what it finds is the take's fault, so that a retry orders it again."""
    clear = veiled(tmp_path, "0")

    with pytest.raises(MediaRefused, match="the take shows nobody") as refused:
        render(edit(colored(1), looks=(looks(seconds=1),)), presenter=clear)

    assert "presenter" == refused.value.node


def test_a_key_colour_behind_an_opaque_alpha_plane_is_cut_out(render: Render, tmp_path: Path) -> None:
    """A transparency that hides nothing does not keep the key colour in the film."""
    look = looks(Cutout.KEY, seconds=1, place=Placement(0.5, 0, 1))

    made = render(edit(colored(1, "#808080"), looks=(look,)), presenter=solid(tmp_path, GREEN))

    frame = pixels(made.film)[12]
    assert () == made.warnings
    assert (66, 160, 114, 320) == pytest.approx(bounds(like(frame, ORANGE)), abs=3)
    assert not like(frame, GREEN, within=60).any()


@pytest.mark.parametrize(
    ("asked", "name", "background", "cutout"),
    [(Cutout.ALPHA, "long.webm", None, Cutout.ALPHA), (Cutout.KEY, "long.mp4", WALL, Cutout.INSET)],
)
def test_a_long_take_is_judged_by_its_key_frames(
    tmp_path: Path, asked: Cutout, name: str, background: Color | None, cutout: Cutout
) -> None:
    """Twenty-two seconds of 1080x1920 are too much to be decoded whole: the verdict is the same."""
    short, large, path = (
        take(tmp_path / f"short-{name}", Person(), background),
        tmp_path / f"large-{name}",
        tmp_path / name,
    )
    pixel, codec = ("yuv420p", ("-c:v", "libx264", "-preset", "ultrafast")) if background else ("yuva420p", CLEAR)
    before = () if background else CLEAR[:2]
    ffmpeg(*before, "-i", short, "-vf", f"scale=1080:1920:flags=neighbor,format={pixel}", *codec, "-c:a", "copy", large)
    ffmpeg("-stream_loop", "10", "-i", large, "-c", "copy", path)

    came = arrived(path, Ordered(22.0, 22.0, asked), timeout=PATIENCE)

    assert cutout is came.cutout
    assert (cutout is Cutout.INSET) is bool(came.why)
