"""A sound's levels are those ffmpeg's meter tells, and what is looked at of a picture is what Pillow says of it."""

import re
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from shared.media.legibility import wider
from shared.media.levels import UNHEARD_AT, clipped, levels
from tests.media.makers import ffmpeg

SOUND = "aevalsrc=exprs='0.5*sin(2*PI*300*t)*gt(sin(2*PI*2.3*t)\\,0.2)|0.01*random(0)':s=48000:d=1.03"


def test_levels_are_what_ffmpegs_own_meter_says(tmp_path: Path) -> None:
    """Each of a sound's windows, the last of which is short, differs by less than a hundredth of a decibel."""
    meter = (
        "aformat=sample_fmts=flt,asplit[told][raw];"
        "[told]asetnsamples=n=960,astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level,"
        f"ametadata=print:key=lavfi.astats.Overall.RMS_level:file={tmp_path / 'told.txt'}[told]"
    )
    outputs = ("-map", "[told]", "-f", "null", "-", "-map", "[raw]", "-f", "f32le", tmp_path / "sound.raw")
    ffmpeg("-f", "lavfi", "-i", SOUND, "-filter_complex", f"[0:a]{meter}", *outputs)
    said = re.findall(r"RMS_level=(-?[\d.]+|-?inf)", (tmp_path / "told.txt").read_text("ascii"))
    told = [max(UNHEARD_AT, float(each)) for each in said]
    raw = (tmp_path / "sound.raw").read_bytes()
    one = 960 * 2 * 4
    pieces = [raw[at : at + 7 * one] for at in range(0, len(raw), 7 * one)]
    assert list(levels(pieces)) == pytest.approx(told, abs=0.01)
    assert min(told) < -40 < -15 < max(told)


def test_rows_at_full_scale_that_are_near_each_other_are_one_clipped_stretch() -> None:
    """Five within a second are one; four are a loud voice."""
    row, quiet = b"\xff" * 4, b"\x80" * 4_796  # a tenth of a second together
    few, silence = (row + quiet) * 4, b"\x80" * 96_000
    assert list(clipped(few)) == []
    assert list(clipped((row + quiet) * 6 + silence + (row + quiet) * 5)) == [
        pytest.approx((0.0, 0.5)),
        pytest.approx((2.6, 3.0)),
    ]


@pytest.mark.parametrize("size", [(63, 41), (1, 5)])
def test_light_grows_as_pillow_lets_it_grow(size: tuple[int, int]) -> None:
    """Pixel by pixel, to the picture's edges."""
    shades = bytes((7 * number * number + number) % 251 for number in range(size[0] * size[1]))
    mask = Image.frombytes("L", size, shades)
    grown = mask.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MaxFilter(3))
    assert wider(mask, 2).tobytes() == grown.tobytes()
