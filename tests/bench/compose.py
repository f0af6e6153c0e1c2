"""`python -m tests.bench.compose`: how long a long film takes to compose, for each second of it.

The film is as heavy as one may be: grainy footage in every scene, a transparent presenter over all of them, texts and
captions, and footage that is heard, so that its sound is measured twice. `compute.wait_per_second` in
`shared/tables.json` is held against it. It prints a table and judges nothing; on a busy machine its CPU column tells.
The take was looked at when it came. The bare graphs are what ffmpeg alone takes to paint, mix and encode the same film,
right after it, sound beside picture: all but looking at files, painting words, finding the loudness, the poster and
the report.
"""

import argparse
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.arrival import Ordered, arrived
from shared.media.breaking import words
from shared.media.compose import compose, joined, runs
from shared.media.ffmpeg import run
from shared.media.laid import Known, LaidOut, laid_out
from shared.media.mastering import CODED_AS, SoundMade, mixed
from shared.media.runs import EXACT, UNEDITED, painted_by
from shared.media.sound import mix, world
from shared.pipeline.edit.edit import Appearance, Cue, Edit, Shot, Title
from shared.pipeline.edit.spoken_words import spoken_words
from shared.pipeline.plan.heard import USUAL_LOUDNESS
from shared.pipeline.plan.plan import Cutout, Placement, Size, Sound
from tests.media.makers import ffmpeg

PHOTO = Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg"
SIZES = {"720p": Size(720, 1280), "1080p": Size(1080, 1920)}
CLIPS = 4  # different files the scenes take turns with
TAKE = 8  # seconds of a presenter that go round
FPS, TAKE_FPS = 24, 25
TIMEOUT = 3600.0
_MATRIX = "scale=out_color_matrix=bt709:out_range=tv"  # colours as the vendors' files have them
_TAGS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")


def main() -> None:
    """Compose one film at each resolution and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=8, help="of each scene")
    parser.add_argument("--resolution", choices=SIZES, action="append")
    parser.add_argument("--by-word", action="store_true", help="captions whose spoken word is lit")
    given = parser.parse_args()
    print("| resolution | film, s | clock, s | bare | times | CPU, s | bare | times | a second | MB | load before |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for resolution in given.resolution or SIZES:
        with TemporaryDirectory(prefix="bench-") as name:
            print(_composed(resolution, given.scenes, given.seconds, Path(name), by_word=given.by_word), flush=True)


def _composed(resolution: str, scenes: int, seconds: int, folder: Path, *, by_word: bool) -> str:
    size = SIZES[resolution]
    files = {f"clip-{number}": _clip(folder, number, seconds, size) for number in range(min(CLIPS, scenes))}
    files["presenter"] = _take(folder, scenes * seconds, size)
    asked = _edit(scenes, seconds, size, by_word=by_word)
    work = folder / "work"
    work.mkdir()
    take = arrived(files["presenter"], Ordered(None, asked.seconds, Cutout.ALPHA), timeout=TIMEOUT)
    known = Known({"presenter": take.facts}, {"presenter": take.found} if take.found else {})
    load, began, busy = os.getloadavg()[0], time.monotonic(), _used()
    made = compose(asked, files, work, timeout=TIMEOUT, known=known)
    took, cpu = time.monotonic() - began, _used() - busy
    bare, alone = _bare(asked, files, work)
    each, weight = took / asked.seconds, made.film.stat().st_size / 1e6
    row = (
        resolution,
        f"{asked.seconds:.0f}",
        f"{took:.1f}",
        f"{bare:.1f}",
        f"{took / bare:.2f}",
        f"{cpu:.1f}",
        f"{alone:.1f}",
        f"{cpu / alone:.2f}",
        f"{each:.2f}",
        f"{weight:.1f}",
        f"{load:.2f}",
    )
    return f"| {' | '.join(row)} |"


def _used() -> float:
    """Return the seconds of CPU this process and all finished ffmpegs have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _bare(asked: Edit, files: Mapping[str, Path], work: Path) -> tuple[float, float]:
    """Return the seconds, and those of CPU, that ffmpeg's graphs of a film take by themselves."""
    with laid_out(asked, files, work, timeout=TIMEOUT) as laid, ThreadPoolExecutor(1) as beside:
        finish, bench = mixed(laid).finish, laid.bench
        began, busy = time.monotonic(), _used()
        sounding = beside.submit(_sounded, laid, finish)
        painted = [
            painted_by(one, f"bare-{number}.mp4", bench.folder, bench.budget)
            for number, one in enumerate(runs(laid, laid.layout.row))
        ]
        joined(painted, sounding.result(), bench.folder, bench.budget)
        return time.monotonic() - began, _used() - busy


def _sounded(laid: LaidOut, finish: str) -> SoundMade:
    """Mix and encode a film's sound in one run."""
    edit, row, bench, layout = laid.layout.edit, laid.layout.row, laid.bench, laid.layout
    footage = world(edit, row, laid.films, layout.loud)
    sound = mix(edit, row, layout.loud, layout.presenters, footage, music=laid.music)
    words = ["-filter_complex", f"{sound.text};[sound]{finish}[made]", "-map", "[made]"]
    run(sound.sources, [*words, *CODED_AS, *EXACT, *UNEDITED, "bare-sound.mp4"], bench.folder, bench.budget)
    return SoundMade(bench.folder / "bare-sound.mp4", None, ())


def _edit(scenes: int, seconds: int, size: Size, *, by_word: bool) -> Edit:
    shots = tuple(Shot(seconds, f"clip-{number % CLIPS}", 0.0, seconds) for number in range(scenes))
    total = float(scenes * seconds)
    titles = tuple(
        Title(f"Scene {number + 1} has a text", number * seconds + 0.2, seconds - 0.4) for number in range(scenes)
    )
    cues = tuple(Cue(f"What is said at second {at} stands here", float(at), 2.0) for at in range(0, int(total), 2))
    if by_word:
        cues = tuple(replace(cue, words=spoken_words(cue, words(cue.text), ())) for cue in cues)
    look = Appearance("presenter", 0.0, total, Cutout.ALPHA, Placement(), 0.0)
    return Edit(size, FPS, total, shots, (look,), titles, cues, Sound.DUCK, loudness=USUAL_LOUDNESS)


def _clip(folder: Path, number: int, seconds: int, size: Size) -> Path:
    """Film the photo with a moving window and grain, as dense as Veo's files are."""
    path, wide, high = folder / f"clip-{number}.mp4", size.width, size.height
    window = f"scale={wide * 5 // 4}:{high * 5 // 4},crop={wide}:{high}:x='(in_w-out_w)*t/{seconds}':y='(in_h-out_h)/2'"
    grain = f"setsar=1,noise=alls=4:allf=t:all_seed={number + 1},{_MATRIX},format=yuv420p"
    ffmpeg(
        *("-loop", "1", "-framerate", str(FPS), "-t", str(seconds), "-i", PHOTO),
        *("-f", "lavfi", "-i", f"anoisesrc=a=0.1:c=pink:r=48000:d={seconds}:seed={number}"),
        *("-vf", f"{window},{grain}", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", *_TAGS),
        *("-c:a", "aac", path),
    )
    return path


def _take(folder: Path, seconds: int, size: Size) -> Path:
    """Film a presenter who sways, transparent around, in VP9 as HeyGen sends it."""
    short, path, wide, high = (
        folder / "short.webm",
        folder / "take.webm",
        size.width // 2 // 2 * 2,
        size.height * 3 // 4,
    )
    figure = f"scale={wide}:{high},noise=alls=6:allf=t:all_seed=9,format=rgba"
    sway = f"overlay=x='(W-w)/2+{wide // 12}*sin(2*PI*t/4)':y=H-h:format=rgb,{_MATRIX},format=yuva420p"
    ffmpeg(
        *("-loop", "1", "-framerate", str(TAKE_FPS), "-t", str(TAKE), "-i", PHOTO),
        *("-f", "lavfi", "-i", f"color=black@0:s={size.width}x{size.height}:r={TAKE_FPS}:d={TAKE},format=rgba"),
        *("-f", "lavfi", "-i", f"sine=f=220:r=48000:d={TAKE}"),
        *("-filter_complex", f"[0:v]{figure}[figure];[1:v][figure]{sway}[v]", "-map", "[v]", "-map", "2:a"),
        *_TAGS,
        *("-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "6M"),
        *("-c:a", "libopus", short),
    )
    ffmpeg("-stream_loop", str(-(-seconds // TAKE) - 1), "-i", short, "-t", str(seconds), "-c", "copy", path)
    return path


if __name__ == "__main__":
    main()
