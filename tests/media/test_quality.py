"""A finished film is looked over: a good one has 10 of 10, each planted fault takes its own points and no others."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from shared.media.boxes import Box, Stand
from shared.media.canvas import PlacedPresenter
from shared.media.compose import Composed, compose
from shared.media.ffmpeg import Budget
from shared.media.inspection import FinishedFilm, inspected, outside
from shared.media.lettering import letter
from shared.media.probe import probe
from shared.media.segments import cuts
from shared.media.takes import measure
from shared.pipeline.edit.edit import Appearance, Cue, Edit, Title
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.heard import Loudness
from shared.pipeline.plan.plan import Cutout, Placement, Size, Sound
from shared.pipeline.plan.typography import AppArea, Typography
from shared.pipeline.quality.rules import RULES, Fault
from tests.media.makers import SIZE, edit, ffmpeg, shot
from tests.patience import PATIENCE

SECONDS = 4.0
CLIP, TAKE = "clip", "take"
# Syllables: bursts of three lengths, so that a voice is found again at one place only.
VOICE = "0.25*sin(2*PI*300*t)*gt(sin(2*PI*2.3*t)+sin(2*PI*1.1*t)\\,0.2)"
LOOK = Appearance(TAKE, 0.0, SECONDS, Cutout.ALPHA, Placement(scale=0.48, x=0.7, widest=0.5, middle=0.68), 0.0)
TITLE = Title("Fresh coffee", 0.25, 3.5)
FILM = edit(shot(SECONDS), looks=(LOOK,), titles=(TITLE,), sound=Sound.BED, loudness=Loudness.WEB)


def _moving(path: Path, filters: str = "") -> Path:
    source = f"testsrc2=s={SIZE.width}x{SIZE.height}:r=24:d={SECONDS}{filters}"
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-crf", "16", path)
    return path


def _speaking(path: Path, louder: float = 1.0) -> Path:
    """Film an orange figure that sways, transparent around, and speaks; beyond 1 its voice is clipped."""
    figure = f"color=0xe68c28:s=60x200:r=25:d={SECONDS},format=rgba"
    ground = f"color=black@0:s={SIZE.width}x{SIZE.height}:r=25:d={SECONDS},format=rgba"
    sways = "[0][1]overlay=x='60+3*sin(4*t)':y=120:format=rgb,format=yuva420p"
    voice = f"aevalsrc=exprs='clip({louder}*{VOICE}\\,-1\\,1)':s=48000:d={SECONDS}"
    ffmpeg(
        *("-f", "lavfi", "-i", ground, "-f", "lavfi", "-i", figure, "-f", "lavfi", "-i", voice),
        *("-filter_complex", f"{sways}[v]", "-map", "[v]", "-map", "2:a", "-c:a", "libopus"),
        *("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", path),
    )
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Return a moving clip and a presenter's take."""
    folder = tmp_path_factory.mktemp("good")
    return {CLIP: _moving(folder / "clip.mp4"), TAKE: _speaking(folder / "take.webm")}


@pytest.fixture(scope="module")
def good(files: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Composed:
    """Return the film in which nothing is wrong."""
    return compose(FILM, files, tmp_path_factory.mktemp("film"), timeout=PATIENCE)


def _faults(quality: FilmQuality) -> set[Fault]:
    assert quality.unmeasured == ()
    return {Fault(one.about) for one in quality.deductions}


def test_a_film_in_which_nothing_is_wrong_has_ten_of_ten(good: Composed) -> None:
    """Nothing is taken, and nothing is left unmeasured."""
    assert FilmQuality(10.0) == good.quality


@pytest.mark.parametrize(
    ("fault", "clip", "louder", "asked"),
    [
        (Fault.SPEECH_CLIPPED, "", 9.0, FILM),
        (Fault.BLACK, ",geq=lum=16:cb=128:cr=128:enable='between(t,1,2)'", 1.0, FILM),
        (Fault.FROZEN, ",loop=loop=24:size=1:start=40,trim=end_frame=96", 1.0, FILM),
        (Fault.FLAT, ",geq=lum=180:cb=128:cr=128:enable='between(t,1,3.5)'", 1.0, FILM),
        (Fault.TEXT_FAINT, "", 1.0, replace(FILM, text=Typography(panel="#ffffff"))),
        (
            Fault.PRODUCT_HIDDEN,
            "",
            1.0,
            replace(FILM, appearances=(replace(LOOK, place=Placement(scale=0.8, x=0.0)),), titles=()),
        ),
    ],
    ids=lambda one: str(one) if isinstance(one, Fault) else "",
)
def test_a_planted_fault_is_found_and_nothing_else(
    files: Mapping[str, Path], tmp_path: Path, fault: Fault, clip: str, louder: float, asked: Edit
) -> None:
    """It takes its own points, and says where and what can be done."""
    planted = dict(files)
    if clip:
        planted[CLIP] = _moving(tmp_path / "clip.mp4", clip)
    if louder > 1:
        planted[TAKE] = _speaking(tmp_path / "take.webm", louder)

    made = compose(asked, planted, tmp_path, timeout=PATIENCE).quality

    assert {fault} == _faults(made)
    assert 10 - RULES[fault].points == made.score
    assert made.deductions[0].start is not None
    assert made.deductions[0].next_move


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.SOUND_OFF, ("-itsoffset", "0.3", "-i", "FILM", "-map", "0:v", "-map", "1:a", "-c:v", "copy")),
        (
            Fault.SILENCE,
            ("-i", "FILM", "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", "volume=0:enable='gt(t,2.2)'"),
        ),
        (Fault.NOTHING_HEARD, ("-i", "FILM", "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", "volume=0")),
        (Fault.LENGTH, ("-i", "FILM", "-map", "0:v", "-map", "0:a", "-c", "copy", "-t", "3.5")),
    ],
    ids=lambda one: str(one) if isinstance(one, Fault) else "",
)
def test_what_is_wrong_with_the_finished_file_is_found(
    files: Mapping[str, Path], good: Composed, tmp_path: Path, fault: Fault, words: tuple[str, ...]
) -> None:
    """Sound that is late, ends early or is not there, and a picture that ends early, whoever spoilt them."""
    spoilt = tmp_path / "spoilt.mp4"
    ffmpeg("-i", good.film, *(good.film if word == "FILM" else word for word in words), spoilt)

    found = inspected(_laid(spoilt, files, tmp_path), tmp_path, Budget(PATIENCE))

    assert fault in _faults(found)
    assert (found.score or 0) <= 10 - RULES[fault].points


def test_a_text_that_ends_early_is_a_reason_and_costs_points(files: Mapping[str, Path], tmp_path: Path) -> None:
    """What no place of the frame has room for is painted up to its "…"; that it may cover the product is another."""
    long = replace(FILM, titles=(replace(TITLE, text="Fresh coffee, every morning. " * 30),))

    made = compose(long, files, tmp_path, timeout=PATIENCE).quality

    (told,) = (one for one in made.deductions if one.about == Fault.TEXT_SHORTENED)
    assert (RULES[Fault.TEXT_SHORTENED].points, 0.25) == (told.points, told.start)
    assert "a text is too long for the frame" in told.says


@pytest.mark.parametrize("size", [Size(360, 640), Size(720, 1280), Size(1080, 1920), Size(360, 450), Size(854, 480)])
@pytest.mark.parametrize("app", [None, *AppArea])
def test_words_laid_inside_what_an_app_leaves_free_are_not_blamed(
    tmp_path: Path, size: Size, app: AppArea | None
) -> None:
    """What is rounded to even pixels is no fault."""
    film = replace(edit(shot(SECONDS), cues=(Cue("Hot", 0, 3),), size=size), safe_area=app)

    (word,), _ = letter(film, (), tmp_path)

    assert 0 == outside(word.box, film)


def test_what_cannot_be_measured_costs_the_film_nothing(files: Mapping[str, Path], tmp_path: Path) -> None:
    """Of a file that is no film the report says what is lacking, and has no score."""
    broken = tmp_path / "film.mp4"
    broken.write_bytes(b"no film at all")

    found = inspected(_laid(broken, files, tmp_path, seconds=SECONDS), tmp_path, Budget(PATIENCE))

    assert found.score is None
    assert ["sound", "picture"] == [one.split(":")[0] for one in found.unmeasured]


def _laid(film: Path, files: Mapping[str, Path], folder: Path, seconds: float | None = None) -> FinishedFilm:
    """Lay the good film out by hand, beside another file."""
    row, _ = cuts(FILM, {CLIP: SECONDS})
    take = measure(LOOK, files[TAKE], probe(files[TAKE]), folder, Budget(PATIENCE))
    stand = Stand(take.visible, Box(100, 166, 54, 154))
    person = PlacedPresenter(take, 0, 96, 0, stand)
    return FinishedFilm(film, seconds or probe(film).seconds, FILM, row, frozenset(), (person,), ())
