"""Decodes a take once for all that is asked of it: small frames that tell where the person is, and its voice."""

import re
from collections.abc import Sequence
from pathlib import Path

from shared.media.ffmpeg import Budget, Source, run
from shared.media.levels import PIECE, SAMPLE_RATE, STEREO, clipped, levels
from shared.media.matte import filters
from shared.media.probe import FilmFacts
from shared.media.take_notes import TakeSound
from shared.pipeline.plan.plan import Cutout

_SAMPLES = 4  # frames a second looked at
_COMPARED = 30.0  # seconds of a voice by which it is found again in its film
_NO_VOICE = -55  # LUFS: nobody speaks that low


def sampled(
    kind: Cutout,
    seconds: float,
    sources: Sequence[Source],
    facts: FilmFacts,
    folder: Path,
    budget: Budget,
    *also: str,
) -> tuple[bytes, TakeSound]:
    """Return small raw frames of a take's first `seconds`, none for an inset, and its voice as it was sent, in one run.

    `sources` are the take and, where it was taken out of it (`alpha_track`), its transparency; `also` are further
    words for the run. Raises MediaRefused, MediaFailed.
    """
    words, until = [*also], ("-t", f"{seconds:.3f}")
    if kind is not Cutout.INSET:
        shown = filters(kind, facts, sources[0].square, apart=len(sources) > 1)
        small = f"fps={_SAMPLES}:start_time=0:round=down,{shown}"
        words += [*until, "-map", f"{len(sources) - 1}:V:0", "-vf", small, "-f", "rawvideo", "-"]
    report, windows, coarse = (folder / name for name in ("loudness.txt", "levels.raw", "coarse.raw"))
    for path in (report, windows, coarse):
        path.unlink(missing_ok=True)
    if facts.audio_codec:
        meter = f"aresample=48000,aformat=channel_layouts=stereo,ebur128=metadata=1,ametadata=print:file={report.name}"
        timed = f"aresample={SAMPLE_RATE}:async=1:first_pts=0,atrim=end"
        # One voice in two channels is 3 dB lower: it is clipped before that.
        graph = (
            f"[0:a:0]asplit=3[loud][whole][one];[loud]{meter}[heard];"
            f"[whole]{timed}={min(seconds, _COMPARED):.3f},{STEREO}[levels];"
            f"[one]pan=mono|c0=c0,{timed}={seconds:.3f},aformat=sample_fmts=u8[coarse]"
        )
        words += ["-filter_complex", graph, "-map", "[heard]", *until, "-f", "null", "-"]
        words += ["-map", "[levels]", "-f", "f32le", windows.name, "-map", "[coarse]", "-f", "u8", coarse.name]
    if "-f" not in words:
        return b"", TakeSound()
    raw = run(sources, words, folder, budget)
    return raw, _heard(report, windows, coarse)


def _heard(report: Path, windows: Path, coarse: Path) -> TakeSound:
    if not report.exists():
        return TakeSound()
    with windows.open("rb") as sound:
        heard = tuple(round(4 * level) / 4 for level in levels(iter(lambda: sound.read(PIECE), b"")))
    made = TakeSound(_loudness(report), heard, tuple(clipped(coarse.read_bytes())))
    windows.unlink()
    coarse.unlink()
    return made


def _loudness(report: Path) -> float | None:
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", report.read_text("ascii", "replace"))
    return float(heard[-1]) if heard and float(heard[-1]) > _NO_VOICE else None
