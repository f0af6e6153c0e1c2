"""Packs a finished film otherwise: the same streams as QuickTime, VP9 and Opus as WebM, a few seconds as GIF or WebP.

What is read is always a film of our own, as `compose.py` writes it. Measured in November 2026 on grainy footage with
ffmpeg 9.0: a second of 720x1280 takes 0.6 s of one core as WebM, one of 1080x1920 1.5 s (`compute.webm_per_second` in
`shared/tables.json`), in at most 0.4 GB; `-deadline good` takes four times as long for as good a picture.
"""

from pathlib import Path

from shared.media.errors import MediaFailed
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.probe import index_of

PREVIEW_SECONDS = 3.0
MOST_PREVIEW_BYTES = 3_000_000
_TALL_PREVIEW, _WIDE_PREVIEW = 320, 480  # pixels a preview is wide at most
# Share of that width, frames a second, colours of a GIF and quality of a WebP: the first that is small enough is taken.
# The last of them has 1.1 MB of pixels before it is compressed, whatever is seen.
_PREVIEW_STEPS = ((1.0, 12, 128, 70), (0.8, 12, 96, 60), (0.65, 10, 64, 45), (0.5, 8, 32, 30))
_EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")
_BOTH = ("-map", "0:v:0", "-map", "0:a:0")
_MOV = (*_BOTH, "-c", "copy", "-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "0", "-f", "mov")
_VP9 = (
    *("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-crf", "26", "-b:v", "0", "-g", "48"),
    *("-row-mt", "1", "-tile-columns", "1", "-threads", "4"),
)
_WEBM = (*_BOTH, *_VP9, "-c:a", "libopus", "-b:a", "128k", "-cues_to_front", "1", "-f", "webm")


def packed(
    film: Path, suffix: str, folder: Path, budget: Budget, since: float = 0.0, *, most: int = MOST_PREVIEW_BYTES
) -> Path:
    """Make a film's MOV, WebM, GIF or WebP in `folder`.

    A preview begins `since` seconds into the film, or as early as its seconds need, and has at most so many bytes.

    Raises MediaRefused, MediaFailed.
    """
    target = folder / f"packed.{suffix}"
    match suffix:
        case "mov":
            run([Source(film, Demuxer.MP4)], [*_MOV, *_EXACT, target.name], folder, budget)
        case "webm":
            run([Source(film, Demuxer.MP4)], [*_WEBM, *_EXACT, target.name], folder, budget)
        case "gif" | "webp":
            _preview(film, target, folder, budget, since, most)
        case _:
            raise ValueError(f"no film is packed as {suffix}")
    return target


def _preview(film: Path, target: Path, folder: Path, budget: Budget, since: float, most: int) -> None:
    facts = index_of(film)
    begin = max(0.0, min(since, facts.seconds - PREVIEW_SECONDS))
    window = ("-ss", f"{begin:.3f}", "-t", f"{PREVIEW_SECONDS:.3f}")
    widest = min(facts.width, _WIDE_PREVIEW if facts.width > facts.height else _TALL_PREVIEW)
    for share, fps, colors, quality in _PREVIEW_STEPS:
        small = f"[0:v]fps={fps},scale={round(widest * share / 2) * 2}:-2:flags=area"
        if target.suffix == ".gif":
            palette = f"hqdn3d=4:3:8:6,split[a][b];[a]palettegen=max_colors={colors}[p]"
            drawn = f"{small},{palette};[b][p]paletteuse=dither=bayer:bayer_scale=5:diff_mode=rectangle[v]"
            form: tuple[str, ...] = ("-loop", "0", "-f", "gif")
        else:
            drawn = f"{small},format=yuv420p[v]"
            form = ("-c:v", "libwebp_anim", "-loop", "0", "-quality", str(quality), "-f", "webp")
        words = ["-filter_complex", drawn, "-map", "[v]", "-an", *form, *_EXACT, target.name]
        run([Source(film, Demuxer.MP4, window)], words, folder, budget)
        if target.stat().st_size <= most:
            return
    raise MediaFailed(f"its preview is larger than {most} bytes")
