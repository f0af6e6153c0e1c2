"""Run as a program: what does reading these images cost an instance at its worst? Prints the peak over the base, MiB.

The base is what stands after each format's decoder has done a small image, so that only the images count.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageCms

from shared.media.images import ImageRefused, sniff_and_reencode

MOST_BYTES = 20 * 2**20


def peak() -> int:
    """Return the most memory this process has held at once, KiB."""
    return _status("VmHWM")


def now() -> int:
    """Return the memory it holds now, KiB."""
    return _status("VmRSS")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def warmed() -> int:
    """Load every decoder and return the base, KiB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP"):
        out = io.BytesIO()
        Image.new("RGB", (80, 80)).save(out, kind, icc_profile=profile)
        sniff_and_reencode(out.getvalue(), max_bytes=MOST_BYTES)
    return now()


def main(path: Path) -> None:
    """Read one image and print the peak over the base, the outcome, and the size it is stored with."""
    base = warmed()
    try:
        made = sniff_and_reencode(path.read_bytes(), max_bytes=MOST_BYTES)
        outcome = f"{made.width}x{made.height} {len(made.data)}"
    except ImageRefused as refused:
        outcome = f"{refused.code} 0"
    print((peak() - base) // 1024, outcome)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
