"""Whatever image is sent, reading it costs at most 250 MiB, measured in a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from shared.media.images import KEPT_PIXELS, STORED_BYTES
from tests.media.photos import case, encoded, noise, png_of_zeros

ROOT = Path(__file__).parents[2]
MOST_MIB = 250
MOST_BYTES = 20 * 2**20


def photo(width: int, height: int, **options: object) -> bytes:
    """Return a JPEG of a sky that is darker above."""
    return encoded("JPEG", Image.linear_gradient("L").resize((width, height)).convert("RGB"), **options)


def measured(data: bytes, path: Path) -> tuple[int, str, int]:
    """Return what reading an image costs: MiB over the base, the outcome, the stored bytes."""
    assert len(data) <= MOST_BYTES
    path.write_bytes(data)
    run = subprocess.run(
        [sys.executable, "-m", "tests.media.photo_memory", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    mib, outcome, stored = run.stdout.split()
    print(f"{len(data)} bytes: {mib} MiB, {outcome}, {stored} bytes stored")
    return int(mib), outcome, int(stored)


PASS: dict[str, Callable[[], bytes]] = {
    "a phone's 50 megapixels": lambda: photo(8192, 6144),
    "the same, progressive": lambda: photo(8192, 6144, progressive=True),
    "a JPEG that hardly packs": lambda: encoded("JPEG", noise(5000, 3750), quality=92),
    "the largest gray JPEG of several scans": lambda: encoded(
        "JPEG", Image.new("L", (8192, 6144), 90), progressive=True
    ),
    "a print shop's JPEG": lambda: encoded("JPEG", Image.new("CMYK", (8192, 6144), (9, 9, 9, 9))),
    "a PNG of 49 megapixels": lambda: case("rgba49mp.png"),
    "a PNG of 16 bits": lambda: png_of_zeros(6400, 6400, 16, 6),
    "an interlaced PNG": lambda: png_of_zeros(6400, 6400, 8, 6, interlaced=True),
    "a PNG of 16-bit gray": lambda: png_of_zeros(8192, 6144, 16, 0),
    "a PNG of one bit": lambda: png_of_zeros(8192, 6144, 1, 3),
    "a PNG just too large to keep": lambda: encoded("PNG", Image.new("RGB", (4000, 4000), (9, 99, 9))),
    "a lossless WebP of 12 megapixels": lambda: encoded(
        "WEBP", Image.new("RGBA", (4032, 3024), (9, 99, 9, 99)), lossless=True
    ),
    "a WebP of 12 megapixels that hardly packs": lambda: encoded("WEBP", noise(4032, 3024), quality=95, method=0),
}


@pytest.mark.parametrize("name", PASS)
def test_largest_images_pass_within_bounds(name: str, tmp_path: Path) -> None:
    """The largest image of each kind passes, is stored no larger than needed, and costs at most 250 MiB."""
    mib, outcome, stored = measured(PASS[name](), tmp_path / "image")
    width, height = map(int, outcome.split("x"))

    assert mib <= MOST_MIB
    assert KEPT_PIXELS * 0.7 <= width * height <= KEPT_PIXELS
    assert 0 < stored <= STORED_BYTES


REFUSED: dict[str, Callable[[], bytes]] = {
    "two kilobytes of lossless WebP": lambda: encoded(
        "WEBP", Image.new("RGB", (7071, 7071), (9, 99, 9)), lossless=True, method=0
    ),
    "a progressive JPEG without subsampling": lambda: photo(8192, 6144, progressive=True, subsampling=0),
    "an interlaced PNG of 50 megapixels": lambda: png_of_zeros(8192, 6144, 8, 6, interlaced=True),
    "a PNG of 900 megapixels": lambda: png_of_zeros(30_000, 30_000, 1, 0),
    "a PNG of one endless column": lambda: png_of_zeros(64, 781_250, 8, 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_larger_ones_are_refused_within_bounds(name: str, tmp_path: Path) -> None:
    """What would cost more is refused before it is decoded, and the refusal costs next to nothing."""
    mib, outcome, _ = measured(REFUSED[name](), tmp_path / "image")

    assert "too_many_pixels" == outcome
    assert mib <= 30
