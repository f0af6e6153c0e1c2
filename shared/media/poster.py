"""Makes the picture a film is shown by: the one asked for, or a well lit frame, rich in detail, with people in it."""

from pathlib import Path

from PIL import Image, ImageFilter, ImageStat

from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.images import decode
from shared.media.painting import filling
from shared.media.photo.pad import Padding, padded
from shared.pipeline.edit.edit import Edit, OwnPoster
from shared.pipeline.plan.request import ImageFit

_LOOKED_AT = 30.0  # seconds from the film's start
_WIDE = 90  # pixels: frames are judged small


def best_frame(film: Path, edit: Edit, folder: Path, budget: Budget) -> Path:
    """Save the best key frame of the film's beginning as `poster.jpg`, in the film's own size.

    Key frames stand at every cut and at least every two seconds, and need no other frame to be decoded.
    """
    window = ("-t", f"{min(_LOOKED_AT, edit.seconds):.3f}", "-skip_frame", "nokey")
    moment = _best(film, window, edit, folder, budget)
    return _saved(_from(film, moment, edit, "-skip_frame", "nokey"), edit, folder, budget)


def frame_at(film: Path, edit: Edit, at: float, folder: Path, budget: Budget) -> Path:
    """Save the frame at a second of the film, or its last one where it ends before, as `poster.jpg`."""
    number = min(int(at * edit.fps + 0.01), round(edit.seconds * edit.fps) - 1)
    return _saved(_from(film, number / edit.fps, edit), edit, folder, budget)


def own_picture(path: Path, own: OwnPoster, edit: Edit, folder: Path) -> Path:
    """Save an untrusted picture in the film's size as `poster.jpg`. Raises ImageRefused."""
    picture = decode(path.read_bytes())
    if own.fit is not ImageFit.CROP:
        picture = padded(picture, Padding(edit.size, own.color))
    return _kept(filling(picture, edit.size, edit.focus), folder)


def _from(film: Path, moment: float, edit: Edit, *options: str) -> Source:
    """Open the film at the frame of a moment: a quarter of one before it, for a seek drops what begins earlier."""
    return Source(film, Demuxer.MP4, ("-ss", f"{max(0.0, moment - 0.25 / edit.fps):.6f}", *options))


def _saved(source: Source, edit: Edit, folder: Path, budget: Budget) -> Path:
    words = ["-map", "0:v", "-vf", "format=rgb24", "-frames:v", "1", "-f", "rawvideo", "-"]
    raw = run([source], words, folder, budget)
    return _kept(Image.frombytes("RGB", (edit.size.width, edit.size.height), raw), folder)


def _kept(picture: Image.Image, folder: Path) -> Path:
    poster = folder / "poster.jpg"
    picture.save(poster, "JPEG", quality=90, optimize=True, progressive=True)
    return poster


def _best(film: Path, window: tuple[str, ...], edit: Edit, folder: Path, budget: Budget) -> float:
    """Return the second at which the best key frame stands."""
    wide, high = _WIDE, max(2, _WIDE * edit.size.height // edit.size.width)
    split = f"[0:v]scale={wide}:{high}:flags=area,format=gray,split[small][clock]"
    words = ["-filter_complex", split, "-map", "[small]", "-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    words += ["-map", "[clock]", "-fps_mode", "passthrough", "-f", "framecrc", "moments.txt"]
    raw, one = run([Source(film, Demuxer.MP4, window)], words, folder, budget), wide * high
    shots = [Image.frombytes("L", (wide, high), raw[at : at + one]) for at in range(0, len(raw) - one + 1, one)]
    printed = (folder / "moments.txt").read_text("ascii")
    base = next(line for line in printed.splitlines() if line.startswith("#tb 0: ")).split()[-1].split("/")
    ticks = [int(line.split(",")[2]) for line in printed.splitlines() if not line.startswith("#")]
    moments = [tick * int(base[0]) / int(base[1]) for tick in ticks]
    scored = [
        (_score(shot, edit, moment), -index) for index, (shot, moment) in enumerate(zip(shots, moments, strict=True))
    ]
    return moments[-max(scored)[1]]


def _score(shot: Image.Image, edit: Edit, moment: float) -> float:
    """Rate a frame: contrast and detail, less for darkness and glare, more when people and words are in it."""
    light = ImageStat.Stat(shot)
    detail = ImageStat.Stat(shot.filter(ImageFilter.FIND_EDGES)).mean[0]
    score = light.stddev[0] + detail - max(0.0, 50 - light.mean[0]) - max(0.0, light.mean[0] - 215)
    if any(look.start + 0.3 <= moment < look.start + look.seconds - look.fade for look in edit.appearances):
        score += 12
    if any(title.start + 0.3 <= moment < title.start + title.seconds - 0.3 for title in edit.titles):
        score += 6
    if any(start < moment < end for start, end in edit.blended):
        score -= 40  # two pictures at once are rich in detail
    if edit.scenes and not edit.scenes[0] <= moment < edit.scenes[1]:
        score -= 60  # a card is not what the film is about
    return round(score, 1)
