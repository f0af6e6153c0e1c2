"""A film painted in parts is the film painted whole: the same frames, each once, and the very same sound."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shared.media.boxes import Box
from shared.media.bundles import bundled, unbundled
from shared.media.canvas import Lettering
from shared.media.compose import Composed, runs, whole
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget
from shared.media.key_moments import KeyMoment
from shared.media.laid import laid_out
from shared.media.painters import PartOrder, lacking, painted_part
from shared.media.part_work import LaidFilm, join, layout_bundle, part_bundles, sound_bundle
from shared.media.parting import parting
from shared.media.runs import engine
from shared.media.segments import cuts
from shared.media.watching import PictureSeen, looked_for, together
from shared.pipeline.edit.edit import Appearance, Cue, Edit, Shot, Title
from shared.pipeline.plan.dividing import MOST_PARTS
from shared.pipeline.plan.picture import Motion
from shared.pipeline.plan.plan import Blend, Cutout, Placement, Sound
from shared.pipeline.quality.figures import PictureFigures, Still
from tests.media.makers import FPS, edit, ffmpeg, looks, pixels, samples, shot
from tests.patience import PATIENCE

LONG = 144
UNLIKE = 12  # of 255: two frames that follow each other differ by more


def scenes(*lengths: float, blend: float = 0.0) -> Edit:
    """Return a film of so many shots of one long file."""
    shots = [
        Shot(each, f"clip-{number}", 0.0, each, comes=Blend.CROSSFADE if blend and number else Blend.CUT, blend=blend)
        for number, each in enumerate(lengths)
    ]
    return edit(*shots)


def lengths_of(film: Edit) -> list[int]:
    row, _ = cuts(film, {one.node or "": 600.0 for one in film.shots})
    parts = parting(row, film)
    assert [cut.start for part in parts for cut in part] == sorted({cut.start for part in parts for cut in part})
    assert row[-1].end == parts[-1][-1].end
    assert all(one[-1].end == other[0].start for one, other in pairwise(parts))
    return [part[-1].end - part[0].start for part in parts]


def test_a_short_film_is_one_part() -> None:
    """Up to 40 seconds nothing is divided, whatever it is made of."""
    assert [40 * FPS] == lengths_of(scenes(*[4.0] * 10))
    assert 1 < len(lengths_of(scenes(*[4.1] * 10)))


@pytest.mark.parametrize(
    "film",
    [scenes(*[8.0] * 18), scenes(float(LONG)), scenes(*[8.0] * 18, blend=1.0), scenes(100.0, *[4.0] * 11)],
    ids=["cuts", "one shot", "blends", "a long one first"],
)
def test_parts_are_even(film: Edit) -> None:
    """Eight parts at most, none longer than half as much again as an even share."""
    parts = lengths_of(film)
    assert MOST_PARTS == len(parts)
    assert max(parts) <= 1.5 * LONG * FPS / MOST_PARTS


def test_parts_begin_at_cuts_that_are_near() -> None:
    """Where a scene begins within a second of an even share, the part begins with it."""
    film = scenes(*[18.5, 17.5] * 4)
    starts = {cut.start for cut in cuts(film, {one.node or "": 600.0 for one in film.shots})[0]}
    at = 0
    for length in lengths_of(film):
        assert at in starts
        at += length


def test_no_part_begins_within_a_blend_or_a_fade() -> None:
    """Two pictures at once are painted in one part, and so is a presenter who is fading."""
    look = Appearance("presenter", 0.0, 24.2, Cutout.ALPHA, Placement(), 1.0)
    film = replace(scenes(*[12.0] * 12, blend=2.0), appearances=(look,))
    at = 0
    for length in lengths_of(film)[:-1]:
        at += length
        assert all(abs(at / FPS - cut) >= 1.0 for cut in range(12, LONG, 12))
        assert not 23.2 < at / FPS < 24.2


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Film eight seconds in which every frame is another, with a sound that rises, and a person before nothing."""
    folder = tmp_path_factory.mktemp("numbered")
    clip, person = folder / "clip.mp4", folder / "presenter.webm"
    blocks = f"color=gray:s=18x32:r={FPS}:d=8,noise=alls=60:allf=t:all_seed=3"  # each frame is another
    picture = f"{blocks},scale=180:320:flags=neighbor"
    tone = "aevalsrc='0.2*sin(2*PI*t*(200+50*t))':s=48000:d=8"
    ffmpeg(
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, "-c:v", "libx264", "-g", "60", "-crf", "12"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", clip),
    )
    figure = "color=black@0:s=180x320:r=25:d=9,format=rgba,"
    figure += "drawbox=x=60:y=80:w='30+mod(t*75,40)':h=220:c=orange@1:t=fill:replace=1"
    ffmpeg(
        *("-f", "lavfi", "-i", figure, "-f", "lavfi", "-i", "sine=f=660:r=48000:d=9,volume=2"),
        *("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime"),
        *("-cpu-used", "8", "-crf", "20", "-b:v", "0", "-c:a", "libopus", person),
    )
    return {"clip": clip, "presenter": person}


def both(asked: Edit, files: Mapping[str, Path], folder: Path) -> tuple[Composed, Composed, list[int]]:
    """Paint a film whole, and in parts that are handed on as bundles; say with which frames the parts begin."""
    place, away, back = folder / "whole", folder / "away", folder / "back"
    for each in (place, away, back):
        each.mkdir()
    with laid_out(asked, files, place, timeout=PATIENCE) as laid:
        rows = parting(laid.layout.row, asked, up_to=0, shortest=2.0)
        budget, parts = Budget(PATIENCE), list[Path]()
        for number, one in enumerate(part_bundles(laid, rows)):
            own = away / str(number)
            own.mkdir()
            order = unbundled(PartOrder, one.path, own)
            for name in lacking(order):
                source = next(path for path in files.values() if path.name == name)
                (own / name).symlink_to(source)
            assert engine() == order.engine
            painted = painted_part(order, own, budget)
            parts.append(bundled(painted, painted.stretches, own, away / f"{number}.zip").path)
        layout, sound = (
            each.path.rename(away / each.path.name) for each in (layout_bundle(laid, ()), sound_bundle(laid))
        )
        alone = whole(laid, place)
    kept, made = join(layout, sound, parts, back, budget)
    assert asked.seconds == kept.layout.edit.seconds
    return alone, made, [row[0].start for row in rows]


def packets(film: Path) -> dict[int, bool]:
    """Return the number of each frame of a film by its timestamp, and whether it needs no other."""
    printed = ffmpeg("-i", film, "-map", "0:v", "-c", "copy", "-f", "framecrc", "-").decode().splitlines()
    return {int(line.split(",")[2]) // 512: "F=0x" not in line for line in printed if not line.startswith("#")}


def film_of(*shots: Shot) -> Edit:
    """Return a film of nine seconds, over which somebody speaks and words stand."""
    look = looks(Cutout.ALPHA, seconds=7.5, fade=0.5)
    titles, cues = (
        (Title("Seen across", 1.0, 6.0),),
        (Cue("Said from here on", 2.0, 2.0), Cue("and to there", 4.0, 4.0)),
    )
    return edit(*shots, looks=(look,), titles=titles, cues=cues, sound=Sound.DUCK)


BLENDED = film_of(
    shot(3.0), Shot(3.0, "clip", 2.0, 3.0, comes=Blend.CROSSFADE, blend=0.5), shot(3.0, footage=2.0, offset=5.0)
)
DIVIDED = film_of(shot(6.0), Shot(3.0, "photo", still=True, motion=Motion.PUSH_IN))


@pytest.mark.parametrize("asked", [BLENDED, DIVIDED], ids=["a blend and a hold", "one shot and a still"])
def test_parts_make_the_whole_film(numbered: Mapping[str, Path], tmp_path: Path, asked: Edit) -> None:
    """As many frames, none repeated or left out at a seam, each like its own; the sound is the same to the sample."""
    photo = tmp_path / "photo.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=240x400", "-frames:v", "1", photo)
    alone, made, seams = both(asked, {**numbered, "photo": photo}, tmp_path)

    one, two = pixels(alone.film), pixels(made.film)

    assert 4 == len(seams)
    assert 9 * FPS == len(one) == len(two)
    worst = [float(np.abs(a.astype(int) - b).mean()) for a, b in zip(one, two, strict=True)]
    assert max(worst) < UNLIKE / 2, worst
    assert min(np.abs(a.astype(int) - b).mean() for a, b in pairwise(one[: 2 * FPS])) > UNLIKE
    row = packets(made.film)
    assert list(range(9 * FPS)) == sorted(row)
    assert all(row[seam] for seam in seams)
    assert np.array_equal(samples(alone.film), samples(made.film))
    assert alone.seconds == made.seconds
    assert [each.about for each in alone.quality.deductions] == [each.about for each in made.quality.deductions]
    assert not alone.quality.unmeasured + made.quality.unmeasured
    assert alone.warnings == made.warnings
    assert alone.cutouts == made.cutouts


def test_painters_watch_their_parts(numbered: Mapping[str, Path], tmp_path: Path) -> None:
    """Footage that has stopped, and words that are hard to read, are told as of the film that is watched whole."""
    still = tmp_path / "still.mp4"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=180x320:r={FPS}:d=9,trim=end_frame=1,loop=-1:1:0,trim=end=9", still)
    alone, made, seams = both(film_of(shot(9.0, footage=9.0)), {**numbered, "clip": still}, tmp_path)

    assert 4 == len(seams)
    assert [each.about for each in alone.quality.deductions] == [each.about for each in made.quality.deductions]
    assert "frozen" in [each.about for each in made.quality.deductions]


def test_a_film_is_painted_though_it_cannot_be_watched(numbered: Mapping[str, Path], tmp_path: Path) -> None:
    """What breaks while a film is watched, here words whose picture is gone, costs its report and not the film."""
    asked = edit(shot(2.0))
    gone = Lettering(tmp_path / "gone.png", Box(20, 20, 100, 40), 0, 2 * FPS, 0, 0)
    with laid_out(asked, numbered, tmp_path, timeout=PATIENCE) as laid:
        wanted = looked_for(asked, laid.layout.row, (), (gone,))
        order = PartOrder(engine(), runs(laid, laid.layout.row), wanted)
        place = tmp_path / "painted"
        place.mkdir()

        made = painted_part(order, place, Budget(PATIENCE))

    assert made.seen is None
    assert 2 * FPS == len(pixels(made.stretches[0]))


def test_a_film_that_cannot_be_painted_is_refused_by_what_ffmpeg_says(
    numbered: Mapping[str, Path], tmp_path: Path
) -> None:
    """Footage that breaks off while it is painted and watched is told as footage, not as a report that failed."""
    asked, broken = edit(shot(2.0)), tmp_path / "clip.mp4"
    broken.write_bytes(numbered["clip"].read_bytes())
    with laid_out(asked, {"clip": broken}, tmp_path, timeout=PATIENCE) as laid:
        broken.write_bytes(b"no film at all")
        order = PartOrder(engine(), runs(laid, laid.layout.row), looked_for(asked, laid.layout.row, (), ()))

        with pytest.raises(MediaRefused, match="decoded"):
            painted_part(order, tmp_path, Budget(PATIENCE))


def test_a_stretch_goes_on_over_a_seam() -> None:
    """Parts are watched apart: what ends and begins at a seam of one node's is one stretch, all else is not."""
    seen = PictureFigures((Still((1.0, 5.8), "clip"),), (), (Still((4.0, 5.8), "clip"), Still((5.9, 6.0), "other")))
    after = PictureFigures((Still((6.0, 9.0), "clip"),), (), (Still((6.6, 8.0), "other"),))
    one, two = PictureSeen((0.0, 6.0), seen, ((0, 7.0), (1, 5.0))), PictureSeen((6.0, 9.0), after, ((1, 4.5),))

    found = together((one, two))

    assert (Still((1.0, 9.0), "clip"),) == found.figures.frozen
    assert (*seen.flat, *after.flat) == found.figures.flat
    assert ((0, 7.0), (1, 4.5)) == found.contrasts


def test_a_film_is_shown_by_the_best_moment_of_its_parts() -> None:
    """The earlier of two that are as good; one of no part where none has any."""
    moments = [KeyMoment(0.0, 5.0), KeyMoment(6.0, 9.0), None, KeyMoment(12.0, 9.0)]
    parts = [
        PictureSeen((6.0 * at, 6.0 * at + 6), PictureFigures((), (), ()), (), best) for at, best in enumerate(moments)
    ]

    assert KeyMoment(6.0, 9.0) == together(parts).best
    assert together(parts[2:3]).best is None


def test_a_bundle_that_is_none_is_told(tmp_path: Path) -> None:
    """What another release kept, or a torn file, is no film: it is to be made whole."""
    torn = tmp_path / "torn.zip"
    torn.write_bytes(b"PK")
    with pytest.raises(MediaFailed):
        unbundled(LaidFilm, torn, tmp_path)
    other = bundled(
        PartOrder("other", (), looked_for(edit(shot(1.0)), (), (), (), (0, 1))), (), tmp_path, tmp_path / "other.zip"
    )
    with pytest.raises(MediaFailed):
        unbundled(LaidFilm, other.path, tmp_path)
