"""What comes from outside may be anything: it is refused by name, and never opens another file."""

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.probe import probe
from shared.pipeline.edit.edit import Shot
from shared.pipeline.plan.plan import Cutout
from tests.media.conftest import Render
from tests.media.makers import colored, edit, ffmpeg, looks, pixels, shot


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "is an ffmpeg playlist"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x.ts\n", "is a streaming playlist"),
        (b"<html>expired</html>", "is a text"),
        (b"", "is empty"),
        (b"\x00" * 4096, "is neither MP4 nor WebM"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "is neither MP4 nor WebM"),
    ],
)
def test_file_that_is_no_film_is_refused_by_name(render: Render, tmp_path: Path, content: bytes, why: str) -> None:
    """Footage that is something else is refused, whatever it is called."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)

    with pytest.raises(MediaRefused, match=why):
        render(edit(shot(1)), clip=path)


def test_refusal_names_its_node(render: Render, tmp_path: Path) -> None:
    """A refusal says which file of the film it means."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"nothing")

    with pytest.raises(MediaRefused, match=r"^clip: the file is neither MP4 nor WebM, not a film"):
        render(edit(shot(1)), clip=path)


def test_first_of_several_broken_files_is_refused(render: Render, tmp_path: Path, clip: Path) -> None:
    """Files are looked at side by side; the refusal is about the first that is broken, whoever was done sooner."""
    parts = (tmp_path / "cut.mp4", tmp_path / "text.mp4")
    parts[0].write_bytes(clip.read_bytes()[:-400])
    parts[1].write_bytes(b"nothing")
    shots = [replace(shot(1), node=f"clip-{number}") for number in range(3)]

    with pytest.raises(MediaRefused, match=r"^clip-1: "):
        render(edit(*shots), **{"clip-0": clip, "clip-1": parts[0], "clip-2": parts[1]})


def test_playlist_called_jpg_never_reaches_ffmpeg(render: Render, tmp_path: Path, clip: Path) -> None:
    """A playlist named .jpg, which ffmpeg itself would follow, is refused as an image."""
    path = tmp_path / "photo.jpg"
    path.write_text(f"ffconcat version 1.0\nfile {clip}\n")

    with pytest.raises(MediaRefused, match="image-1: the file is a playlist"):
        render(edit(Shot(1, "image-1", still=True)), **{"image-1": path})


def test_playlist_in_a_film_costume_is_refused(tmp_path: Path, clip: Path) -> None:
    """Text behind an MP4's first bytes is read as MP4 only, and fails as one."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\x00\x00\x00\x14ftypisom\x00\x00\x02\x00" + f"ffconcat version 1.0\nfile {clip}\n".encode())

    with pytest.raises(MediaRefused):
        probe(path)


def test_film_cut_short_is_refused(render: Render, tmp_path: Path, clip: Path) -> None:
    """Half a film, its index missing, is refused."""
    path = tmp_path / "half.mp4"
    path.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])

    with pytest.raises(MediaRefused):
        render(edit(shot(1)), clip=path)


def test_sound_alone_is_no_film(render: Render, tmp_path: Path) -> None:
    """An MP4 without a picture is refused."""
    path = tmp_path / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", path)

    with pytest.raises(MediaRefused):
        render(edit(shot(1)), clip=path)


def test_cover_picture_is_no_film(tmp_path: Path) -> None:
    """A song with a cover picture is no film either."""
    path = tmp_path / "song.mp4"
    cover = tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", cover)
    ffmpeg(
        *("-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0:a", "-map", "1:v", "-c:a", "aac", "-c:v", "copy"),
        *("-disposition:v:0", "attached_pic", path),
    )

    with pytest.raises(MediaRefused):
        probe(path)


def test_metadata_is_not_believed(tmp_path: Path) -> None:
    """A title that looks like ffmpeg's own report changes nothing of the facts."""
    path = tmp_path / "liar.mp4"
    title = "x\nDuration: 99:00:00.00, start\n  Stream #0:0: Video: h264, 9999x9999, 60 fps\n#dimensions 0: 9x9"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=red:s=180x320:r=24:d=1", "-pix_fmt", "yuv420p"),
        *("-metadata", f"title={title}", "-metadata", f"comment={title}", path),
    )

    facts = probe(path)

    assert (180, 320, 1.0, 24.0) == (facts.width, facts.height, facts.seconds, facts.fps)


def test_metadata_does_not_travel(render: Render, tmp_path: Path) -> None:
    """What a provider wrote into its file's metadata is not in the film."""
    path = tmp_path / "clip.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=red:s=180x320:r=24:d=1", "-pix_fmt", "yuv420p"),
        *("-metadata", "comment=secret-of-the-provider", path),
    )

    made = render(edit(shot(1)), clip=path)

    assert b"secret-of-the-provider" not in made.film.read_bytes()


def test_huge_picture_is_refused(tmp_path: Path) -> None:
    """A film larger than any we order is refused before a frame of it is decoded."""
    path = tmp_path / "huge.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=8000x64:r=1:d=1", "-pix_fmt", "yuv420p", path)

    with pytest.raises(MediaRefused, match="8000x64"):
        probe(path)


def test_only_files_are_opened(clip: Path) -> None:
    """An input may open files and nothing else."""
    source = Source(clip, Demuxer.MP4)

    words = source.arguments

    assert "file" == words[words.index("-protocol_whitelist") + 1]
    assert "mov" == words[words.index("-f") + 1]
    assert f"file:{clip.absolute()}" == words[-1]


def test_names_are_not_options_nor_syntax(render: Render, tmp_path: Path, clip: Path, alpha_take: Path) -> None:
    """Folders and files with names that are syntax elsewhere are just names."""
    odd = tmp_path / "-y '[a];b:c=d,%d"
    odd.mkdir()
    odd_clip, odd_take = odd / "-i x.mp4", odd / "ta'ke:%03d.webm"
    odd_clip.write_bytes(clip.read_bytes())
    odd_take.write_bytes(alpha_take.read_bytes())
    row = [Shot(0.25, f"clip-{index}", 0, 0.25) for index in range(8)]

    made = render(
        edit(*row, looks=(looks(),)),
        "film's :[x],%d",
        presenter=odd_take,
        **{f"clip-{index}": odd_clip for index in range(8)},
    )

    assert 48 == len(pixels(made.film))


@pytest.mark.parametrize("color", ["red", "#fff", "#ff0000[x];movie=/etc/passwd", "#gg0000"])
def test_colour_is_only_a_colour(render: Render, alpha_take: Path, color: str) -> None:
    """A colour that is not #rrggbb never gets into a filter graph."""
    with pytest.raises(MediaRefused, match="a colour was expected"):
        render(edit(colored(1, color)))
    with pytest.raises(MediaRefused, match="presenter: a colour was expected"):
        render(edit(colored(1), looks=(looks(key_color=color),)), "keyed", presenter=alpha_take)


def test_overrun_is_stopped_and_worth_another_try(render: Render, clip: Path) -> None:
    """A composition that overruns its time is stopped; the same call may succeed later."""
    with pytest.raises(MediaFailed):
        render(edit(shot(60, footage=3)), clip=clip, timeout=0.3)


def test_killed_ffmpeg_is_worth_another_try(tmp_path: Path) -> None:
    """An ffmpeg killed from outside (most often for memory) is the machine's failure, not the media's."""

    def kill() -> None:
        children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        for child in {pid for path in children for pid in path.read_text().split()}:
            if b"/ffmpeg" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)

    killer = threading.Timer(0.3, kill)
    killer.start()

    with pytest.raises(MediaFailed, match="killed"):
        run([], ["-re", "-f", "lavfi", "-i", "color=red:d=20", "-f", "null", "-"], tmp_path, Budget(20))

    killer.join()


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """A run that overran leaves no ffmpeg alive."""
    with pytest.raises(MediaFailed):
        run([], ["-re", "-f", "lavfi", "-i", "color=red:d=21", "-f", "null", "-"], tmp_path, Budget(0.2))

    alive = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [words for words in alive if b"color=red:d=21" in words]


def test_full_disk_is_worth_another_try(tmp_path: Path) -> None:
    """No room left is the machine's failure."""
    with pytest.raises(MediaFailed, match="no room"):
        run([], ["-f", "lavfi", "-i", "testsrc2=d=2", "-f", "rawvideo", "/dev/full"], tmp_path, Budget(20))


def test_refusal_tells_no_paths(render: Render, tmp_path: Path, clip: Path) -> None:
    """What is told of ffmpeg's words holds no path of our machine."""
    path = tmp_path / "half.mp4"
    path.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])

    with pytest.raises(MediaRefused) as refused:
        render(edit(shot(1)), clip=path)

    assert str(tmp_path) not in str(refused.value)
    assert "/" not in refused.value.why.replace(" / ", "")


def test_take_that_is_no_film_is_refused(render: Render, tmp_path: Path) -> None:
    """A presenter's file that is an error page is refused too."""
    path = tmp_path / "take.webm"
    path.write_text('{"error": "expired"}')

    with pytest.raises(MediaRefused, match="text"):
        render(edit(colored(1), looks=(looks(Cutout.ALPHA),)), presenter=path)
