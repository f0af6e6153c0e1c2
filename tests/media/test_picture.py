"""Shots: their order, their length, how they fill the frame."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.media.errors import MediaRefused
from shared.media.mp4 import read_mp4
from shared.media.probe import probe
from shared.pipeline.edit.edit import Cue, OwnPoster, Shot, Title
from shared.pipeline.plan.plan import Placement, Size, Sound
from shared.pipeline.plan.request import Focus, ImageFit
from tests.media.conftest import Render
from tests.media.makers import BLUE, FPS, GREEN, RED, Color, colored, edit, ffmpeg, film, like, looks, pixels, shot


def test_film_is_what_was_ordered(render: Render, clip: Path) -> None:
    """A film has exactly the size, length and rate of its edit, H.264 and AAC."""
    made = render(edit(shot(2.5)), clip=clip)

    facts = probe(made.film)
    assert ("mp4", 180, 320, 24.0) == (facts.container, facts.width, facts.height, facts.fps)
    assert ("h264", "aac", False) == (facts.video_codec, facts.audio_codec, facts.alpha)
    assert 2.5 == pytest.approx(facts.seconds, abs=1 / FPS)
    assert 60 == len(pixels(made.film))


def test_container_is_as_long_as_picture(render: Render, clip: Path) -> None:
    """The sound does not make the file longer than its picture by more than a frame."""
    made = render(edit(shot(2.5)), clip=clip)

    data = made.film.read_bytes()
    facts = read_mp4(lambda offset, length: data[offset : offset + length], len(data))
    assert 2.5 == pytest.approx(facts.seconds, abs=1 / FPS)
    assert facts.audio


def test_film_starts_at_once(render: Render, clip: Path) -> None:
    """The index stands before the pictures, so that a browser plays while it loads."""
    made = render(edit(shot(1)), clip=clip)

    data = made.film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_shots_follow_each_other_to_the_frame(render: Render, clip: Path, mute_clip: Path) -> None:
    """A trimmed shot, another file and a flat colour change exactly on their frames."""
    made = render(edit(shot(0.5, offset=0.5), shot(0.5, "other"), colored(0.5, "#ffffff")), clip=clip, other=mute_clip)

    frames = pixels(made.film)
    middles = [tuple(int(part) for part in frame[160, 90]) for frame in frames]
    colors = ["red" if r > 150 > g else "white" if g > 200 else "blue" for r, g, _ in middles]
    assert ["red"] * 12 + ["blue"] * 12 + ["white"] * 12 == colors


def test_last_frame_is_held(render: Render, clip: Path) -> None:
    """When footage ends before its shot the last frame stands still."""
    made = render(edit(shot(3, offset=0.5, footage=1)), clip=clip)

    frames = pixels(made.film)
    assert like(frames[11, 160, 90], RED)
    assert like(frames[13, 160, 90], GREEN)
    assert like(frames[-1, 160, 90], GREEN)
    assert 72 == len(frames)


@pytest.mark.parametrize("held", [0.5, 2.0, 4.0])
def test_a_held_frame_is_never_a_dead_still(render: Render, tmp_path: Path, held: float) -> None:
    """The picture moves slowly into its last frame: each frame differs a little from the one before, none jumps."""
    clip = tmp_path / "detail.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=180x320:r=24:d=1", "-pix_fmt", "yuv420p", "-crf", "8", clip)

    made = render(edit(shot(1 + held, footage=1)), clip=clip)

    frames = pixels(made.film)[:, :, :, 1].astype(float)
    steps = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2))
    whole = np.abs(frames[-1] - frames[24]).mean()
    assert len(frames) == round(24 * (1 + held))
    assert whole > 1.0
    assert steps[26:].max() < 8.0
    assert np.all(np.convolve(steps[26:], np.ones(6), "valid") > 0.2)


def test_film_longer_than_its_shots_holds_on(render: Render, clip: Path) -> None:
    """A film longer than its shots keeps showing the last frame."""
    made = render(edit(shot(1), seconds=1.5), clip=clip)

    frames = pixels(made.film)
    assert 36 == len(frames)
    assert like(frames[-1, 160, 90], RED)


def test_file_that_ends_too_early_is_told(render: Render, clip: Path) -> None:
    """A shot beyond its file's end shows the last frame, and a warning gives the numbers."""
    made = render(edit(shot(1, offset=2), shot(1, offset=3)), clip=clip)

    assert like(pixels(made.film)[-1, 160, 90], BLUE)
    says = "clip ends at 3.00 s, asked for 3.00-4.00 s; its last frame is held instead. "
    assert (says + 'POST /jobs/{id}/regenerate with "nodes": ["clip"] films it again.',) == made.warnings


def test_footage_fills_frame(render: Render, tmp_path: Path) -> None:
    """Footage of another shape is cropped evenly, never stretched or barred."""
    wide = tmp_path / "wide.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=red:s=640x360:r=24:d=1,drawbox=x=220:w=200:y=0:h=360:color=blue:t=fill"),
        *("-pix_fmt", "yuv420p", wide),
    )

    made = render(edit(shot(1)), clip=wide)

    frame = pixels(made.film)[5]
    assert np.all(frame[:, 4:-4, 2] > 150)
    assert np.all(frame[:, 4:-4, 0] < 110)


def test_still_fills_frame(render: Render, tmp_path: Path) -> None:
    """An image stands for its whole shot, cropped evenly."""
    picture = tmp_path / "photo.png"
    Image.new("RGB", (400, 200), RED).save(picture)

    made = render(edit(Shot(1, "image-1", still=True), colored(0.5)), **{"image-1": picture})

    frames = pixels(made.film)
    assert np.all(like(frames[0], RED))
    assert np.all(like(frames[23], RED))
    assert np.all(like(frames[24], BLUE))


def test_colours_come_through(render: Render, clip: Path) -> None:
    """Red, green and blue of BT.709 footage are the same in the film."""
    made = render(edit(shot(3)), clip=clip)

    frames = pixels(made.film)
    assert [True] * 3 == [
        bool(like(frame[160, 90], color, within=8))
        for frame, color in zip(frames[[5, 30, 60]], (RED, GREEN, BLUE), strict=True)
    ]


def test_untagged_small_footage_is_read_as_players_do(render: Render, tmp_path: Path) -> None:
    """Small footage without colour tags is BT.601, so its red stays this red."""
    plain = tmp_path / "plain.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=0xc81e1e:s=180x320:r=24:d=1", "-pix_fmt", "yuv420p", plain)

    made = render(edit(shot(1)), clip=plain)

    assert np.all(like(pixels(made.film)[3], RED, within=10))


def test_same_inputs_give_same_bytes(render: Render, clip: Path, alpha_take: Path) -> None:
    """Two runs write the same film and poster to the byte: the film is named by its inputs."""
    asked = edit(shot(1), looks=(looks(),))

    one = render(asked, "one", clip=clip, presenter=alpha_take)
    two = render(asked, "two", clip=clip, presenter=alpha_take)

    assert one.film.read_bytes() == two.film.read_bytes()
    assert one.poster.read_bytes() == two.poster.read_bytes()


def test_a_film_with_everything_gives_the_same_bytes(render: Render, clip: Path, alpha_take: Path) -> None:
    """Bed, footage sound, words, cards and held frames are as repeatable as the rest."""
    people = (looks(), looks(node="second", start=2, seconds=1, place=Placement(0.4, -0.7, -0.8)))
    titles, cues = (Title("Now", 0, 2),), (Cue("One", 0, 1), Cue("two", 1, 1))
    row = (shot(2), shot(4, offset=2, footage=1))
    asked = edit(*row, looks=people, titles=titles, cues=cues, sound=Sound.DUCK)

    one = render(asked, "one", clip=clip, presenter=alpha_take, second=alpha_take)
    two = render(asked, "two", clip=clip, presenter=alpha_take, second=alpha_take)

    assert one.film.read_bytes() == two.film.read_bytes()


@pytest.mark.parametrize(("at", "color"), [(0.0, RED), (1.5, GREEN), (2.0, BLUE), (99.0, BLUE)])
def test_the_poster_is_the_frame_that_was_asked_for(render: Render, clip: Path, at: float, color: Color) -> None:
    """The frame that stands at the second; beyond the film's end its last one."""
    made = render(replace(edit(shot(3)), poster=at), clip=clip)

    with Image.open(made.poster) as poster:
        assert like(np.asarray(poster), color).mean() > 0.9


@pytest.mark.parametrize(
    ("own", "top"),
    [
        (OwnPoster("own"), RED),
        (OwnPoster("own", ImageFit.COLOR, "#0000c8"), BLUE),
        (OwnPoster("own", ImageFit.BLUR), RED),
    ],
)
def test_a_poster_is_the_customers_picture(
    render: Render, clip: Path, tmp_path: Path, own: OwnPoster, top: Color
) -> None:
    """In the film's size, whatever its own: cut around the focus, or whole before a colour or its own blur."""
    Image.new("RGB", (600, 300), RED).save(tmp_path / "own.jpg")

    made = render(replace(edit(shot(0.5)), own_poster=own), clip=clip, own=tmp_path / "own.jpg")

    with Image.open(made.poster) as poster:
        assert ("JPEG", (180, 320)) == (poster.format, poster.size)
        frame = np.asarray(poster)
        assert like(frame[150:170], RED).all()
        assert like(frame[:40], top).mean() > 0.9


def test_poster_is_not_the_black_beginning(render: Render, tmp_path: Path) -> None:
    """The poster is a JPEG of the film's size from where there is something to see."""
    clip = film(tmp_path / "dark.mp4", (0, 0, 0), (200, 180, 60), each=2)

    made = render(edit(shot(4)), clip=clip)

    with Image.open(made.poster) as poster:
        assert ("JPEG", (180, 320)) == (poster.format, poster.size)
        assert np.asarray(poster).mean() > 80


def test_landscape_film(render: Render, clip: Path) -> None:
    """A film lies as its edit says."""
    made = render(edit(shot(0.5), size=Size(320, 180)), clip=clip)

    facts = probe(made.film)
    assert (320, 180) == (facts.width, facts.height)


def test_long_film_is_made_in_parts(render: Render, clip: Path, mute_clip: Path, alpha_take: Path) -> None:
    """A film of many shots is rendered in parts without a frame lost, a presenter standing across them."""
    files = {"red": clip, "blue": mute_clip}
    row = [shot(0.25, "red" if index % 2 == 0 else "blue") for index in range(16)]

    made = render(edit(*row, looks=(looks(start=1, seconds=2),)), presenter=alpha_take, **files)

    frames = pixels(made.film)
    assert 96 == len(frames)
    assert ["red" if index // 6 % 2 == 0 else "blue" for index in range(96)] == [
        "red" if frame[10, 10, 0] > 120 else "blue" for frame in frames
    ]
    assert [24 <= index < 72 for index in range(96)] == [
        bool(like(frame[200, 130], (230, 140, 40))) for frame in frames
    ]


def test_nothing_else_is_left_behind(render: Render, clip: Path) -> None:
    """A function's /tmp is memory: only the film and its poster stay."""
    made = render(edit(shot(1)), clip=clip)

    assert ["film.mp4", "poster.jpg"] == sorted(path.name for path in made.film.parent.iterdir())


def test_missing_file_is_named(render: Render) -> None:
    """A file that isn't there is refused by its node's name."""
    with pytest.raises(MediaRefused, match="files are missing: clip"):
        render(edit(shot(1)))


@pytest.mark.parametrize(("x", "seen"), [(0.0, RED), (0.5, GREEN), (0.62, GREEN), (1.0, BLUE)])
def test_a_crop_stands_around_the_focus(render: Render, tmp_path: Path, x: float, seen: tuple[int, int, int]) -> None:
    """Footage and a picture of three stripes, far wider than the film, show the stripe that was asked for."""
    wide = Image.new("RGB", (1920, 320))
    for index, color in enumerate((RED, GREEN, BLUE)):
        wide.paste(color, (640 * index, 0, 640 * (index + 1), 320))
    wide.save(tmp_path / "wide.png")
    ffmpeg("-loop", "1", "-i", tmp_path / "wide.png", "-t", "1", "-r", "24", "-pix_fmt", "yuv420p", tmp_path / "w.mp4")
    asked = replace(edit(shot(0.5, "film"), Shot(0.5, "picture", still=True)), focus=Focus(x=x))

    frames = pixels(render(asked, film=tmp_path / "w.mp4", picture=tmp_path / "wide.png").film)

    assert [True, True] == [bool(like(frames[at], seen).mean() > 0.95) for at in (6, 18)]
