"""What D-ID films: a presenter in a shape of its own, on nothing, on a colour, or at home."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infra.local.vendors import media
from infra.local.vendors.marks import hash16, read_film, read_sound
from tests.vendors.desk import DidDesk, did_desk

AMBER, AMY = "v2_public_Amber@0zSz8kflCN", "amy-Aq6OmGZnMt"
SCRIPT = "This cup is made by hand. It keeps your coffee warm for an hour."
TEXT = {"type": "text", "input": SCRIPT}
ALPHA = {"config": {"result_format": "webm"}, "background": {"color": False}}


def corner(path: Path) -> Any:
    """Return the top left pixel a second into a film: red, green, blue, and alpha of a WebM."""
    webm = path.suffix == ".webm"
    decoder, layout, depth = (("-c:v", "libvpx-vp9"), "rgba", 4) if webm else ((), "rgb24", 3)
    raw = media.run(
        *decoder, "-i", str(path), "-ss", "1", "-frames:v", "1", "-pix_fmt", layout, "-f", "rawvideo", "pipe:1"
    )
    return np.frombuffer(raw, np.uint8).reshape(180, 320, depth)[5, 5].astype(int)


@pytest.mark.parametrize(("form", "codecs"), [("webm", ("vp9", "opus")), ("mp4", ("h264", "aac"))])
def test_a_clip_is_what_was_ordered(did: DidDesk, tmp_path: Path, form: str, codecs: tuple[str, str]) -> None:
    """Landscape whatever the film will be; every mark names presenter, script and time."""
    behind = ALPHA if form == "webm" else {}
    path = did.filmed(tmp_path / f"clip.{form}", script=TEXT, **behind)

    probe, reading = media.probe(path), read_film(path)
    assert codecs == (probe.video, probe.audio)
    assert (320, 180) == (probe.width, probe.height)
    assert len(reading.seen) >= 6
    for seen in reading.seen:
        assert seen.presenter is not None
        assert (hash16(AMBER), hash16(SCRIPT)) == (seen.presenter.avatar, seen.presenter.script)
    assert {hash16(SCRIPT)} == {heard.script for heard in read_sound(path)}


def test_nothing_is_behind_a_transparent_presenter(did: DidDesk, tmp_path: Path) -> None:
    """`color: false` in a WebM: alpha is 0 beside the figure."""
    assert 0 == corner(did.filmed(tmp_path / "clip.webm", **ALPHA))[3]


@pytest.mark.parametrize(("presenter", "green"), [(AMBER, True), (AMY, False)])
def test_a_colour_stands_only_behind_who_has_a_green_screen(
    did: DidDesk, tmp_path: Path, presenter: str, green: bool
) -> None:
    """For others the order is taken, billed, and changes nothing."""
    path = did.filmed(tmp_path / "clip.mp4", presenter_id=presenter, background={"color": "#00b140"})

    assert green == bool(np.abs(corner(path) - (0, 0xB1, 0x40)).max() < 12)


def test_the_longer_side_is_capped(tmp_path: Path) -> None:
    """`output_resolution` bounds the longer side, and never makes a clip larger."""
    with did_desk(tmp_path / "did", size=(640, 360)) as did:
        small = media.probe(did.filmed(tmp_path / "small.mp4", config={"output_resolution": 320}))
        large = media.probe(did.filmed(tmp_path / "large.mp4", config={"output_resolution": 1080}))

    assert ((320, 180), (640, 360)) == ((small.width, small.height), (large.width, large.height))
