"""Makes the picture a film is shown by: the one that was asked for, or the best of its key frames."""

from pathlib import Path

from PIL import Image

from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.images import decode
from shared.media.key_moments import KeyMoment
from shared.media.painting import filling
from shared.media.photo.pad import Padding, padded
from shared.pipeline.edit.edit import Edit, OwnPoster
from shared.pipeline.plan.request import ImageFit

_UNWATCHED_AT = 1 / 3  # of a film's length: where a film nobody has watched is shown from


def key_frame(film: Path, edit: Edit, moment: KeyMoment | None, folder: Path, budget: Budget) -> Path:
    """Save the key frame of a moment as `poster.jpg`, in the film's own size; of a film not watched, any frame."""
    if moment is None:
        return frame_at(film, edit, edit.seconds * _UNWATCHED_AT, folder, budget)
    return _saved(_from(film, moment.second, edit, "-skip_frame", "nokey"), edit, folder, budget)


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
