"""Where a presenter's face is, is found by the outline, so that no caption lies over a chin."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from infra.local.vendors.figure import Person, Pose, draw
from shared.media.arrival import Arrived, Ordered, arrived
from shared.media.boxes import Box, Stand, face, lay
from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Demuxer, Source
from shared.media.heads import head_in
from shared.media.lettering import letter
from shared.media.probe import FilmFacts
from shared.media.takes import MeasuredTake
from shared.pipeline.edit.edit import Cue
from shared.pipeline.plan.plan import Cutout, Placement, Size
from tests.media.makers import GREEN, colored, edit, ffmpeg, hexed
from tests.patience import PATIENCE

WIDE, HIGH = 180, 320
FRAME = Size(720, 1280)


@dataclass(frozen=True, slots=True)
class Bust:
    """Somebody's outline in pixels; `hair` in heads' heights, `brim` in their widths; the chin is at top + high."""

    across: int = 90
    top: int = 30
    wide: int = 44
    high: int = 58
    shoulders: int = 120
    hair: float = 0.0
    brim: float = 0.0
    hand: int = 0  # raised in one of so many moments
    sways: int = 2

    def moments(self) -> list[Image.Image]:
        """Draw three seconds of it."""
        return [self._drawn(moment) for moment in range(12)]

    def _drawn(self, moment: int) -> Image.Image:
        outline = Image.new("L", (WIDE, HIGH), 0)
        pen, at, low = ImageDraw.Draw(outline), self.across + (moment % 3 - 1) * self.sways, self.top + self.high * 1.18
        across, side = self.across, self.shoulders // 2
        pen.ellipse((at - self.wide // 2, self.top, at + self.wide // 2, self.top + self.high), fill=255)
        neck = self.wide * 0.27
        pen.rectangle((across - neck, self.top + self.high * 0.8, across + neck, low + self.high * 0.1), fill=255)
        pen.rounded_rectangle((across - side, low, across + side, 500), side // 2.5, fill=255)
        if self.hair:
            falls = (at - self.wide * 0.6, self.top + 8, at + self.wide * 0.6, self.top + self.high * self.hair)
            pen.rounded_rectangle(falls, 16, fill=255)
        if self.brim:
            far = self.wide * self.brim / 2
            pen.rectangle((at - far, self.top + 9, at + far, self.top + 14), fill=255)
        if self.hand and moment % self.hand == 0:
            palm = across + side + 18
            pen.line((across + side - 8, low + 30, palm, self.top - 14), fill=255, width=14)
            pen.ellipse((palm - 9, self.top - 28, palm + 9, self.top - 8), fill=255)
        return outline


HEADS = {
    "plain": Bust(),
    "long hair": Bust(hair=1.35),
    "at the left": Bust(across=45),
    "far away": Bust(wide=22, high=30, shoulders=60),
    "close up": Bust(wide=90, high=116, shoulders=240, top=5),
    "a hand up": Bust(hand=1),
    "waving": Bust(hand=4),
    "a hat": Bust(brim=1.7),
    "swaying": Bust(sways=6),
}


@pytest.mark.parametrize("bust", HEADS.values(), ids=HEADS)
def test_a_head_is_found_from_the_hair_to_the_chin(bust: Bust) -> None:
    """Its lower edge is the chin's, give or take a twentieth, a fifth below where hair or a brim hides the neck."""
    head = head_in(bust.moments())

    assert head is not None
    assert abs(head.y - bust.top) <= 0.05 * bust.high
    assert 0.94 * bust.high <= head.y + head.height - bust.top <= 1.22 * bust.high
    assert head.x <= bust.across - bust.wide / 2 + 1
    assert bust.across + bust.wide / 2 - 1 <= head.x + head.width
    assert head.width <= max(bust.brim, 1.3) * bust.wide + 2 * bust.sways + 2


@settings(max_examples=60, deadline=None)
@given(
    wide=st.integers(20, 70),
    long=st.floats(1.2, 1.5),
    broad=st.floats(2.2, 3.2),
    top=st.integers(0, 60),
    aside=st.integers(-30, 30),
)
def test_heads_of_all_proportions_are_found(wide: int, long: float, broad: float, top: int, aside: int) -> None:
    """Wherever somebody stands and however near: no word would lie over the face."""
    bust = Bust(90 + aside, top, wide, round(wide * long), round(wide * broad))

    head = head_in(bust.moments())

    assert head is not None
    assert head.y <= top + 1
    assert 0.93 * bust.high <= head.y + head.height - top <= 1.25 * bust.high


@pytest.mark.parametrize("woman", [False, True], ids=["short hair", "long hair"])
def test_a_drawn_presenters_chin_is_found(*, woman: bool) -> None:
    """The laptop's presenters have theirs at 410 units of 1000."""
    poses = [Pose(dx=at % 7 * 3 - 9, dy=at % 5 * 3 - 6) for at in range(12)]
    drawn = [draw(Person.of(7, woman=woman), pose, 0.3, (0, 0, 180, 300)).getchannel("A") for pose in poses]

    head = head_in([each.point([0] * 128 + [255] * 128) for each in drawn])

    assert head is not None
    assert 410 <= (head.y + head.height) / 0.3 <= 440


@pytest.mark.parametrize(
    "shapes",
    [[], [(40, 40, 140, 320)], [(5, 5, 6, 6)], [(0, 0, 180, 320)], [(80, 100, 100, 320)], [(60, 30, 120, 50)]],
    ids=["nobody", "a block", "a speck", "everything", "a pole", "a bar that floats"],
)
def test_what_has_no_head_shows_none(shapes: list[tuple[int, int, int, int]]) -> None:
    """Then a guess is made, as of an avatar that is no person."""
    outline = Image.new("L", (WIDE, HIGH), 0)
    for shape in shapes:
        ImageDraw.Draw(outline).rectangle(shape, fill=255)

    assert head_in([outline] * 3) is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_was_cut_out_is_looked_at(data: st.DataObject) -> None:
    """Noise, holes, halves: a box inside the picture, or none."""
    boxes = st.tuples(st.integers(0, 39), st.integers(0, 59), st.integers(1, 40), st.integers(1, 60))
    outlines = []
    for shapes in data.draw(st.lists(st.lists(boxes, max_size=6), min_size=1, max_size=4)):
        outline = Image.new("L", (40, 60), 0)
        for x, y, wide, high in shapes:
            ImageDraw.Draw(outline).rectangle((x, y, x + wide, y + high), fill=255)
        outlines.append(outline)

    head = head_in(outlines)

    assert head is None or head == head.kept_in(Size(40, 60))
    assert head is None or head.area > 0


def arriving(folder: Path, cutout: Cutout) -> Arrived:
    """Film somebody for two seconds, transparent around or before a green wall, and look at the take."""
    HEADS["plain"].moments()[0].save(folder / "outline.png")
    clear = cutout is Cutout.ALPHA
    path = folder / ("take.webm" if clear else "take.mp4")
    wall = f"color={'black@0' if clear else hexed(GREEN)}:s={WIDE}x{HIGH}:r=25:d=2,format=rgba"
    person = f"color={hexed((230, 140, 40))}:s={WIDE}x{HIGH}:r=25:d=2[flat];[1:v]format=gray,loop=-1:1[mask]"
    over = "[flat][mask]alphamerge[person];[0:v][person]overlay=format=rgb:shortest=1"
    told = f"scale=out_color_matrix=bt709:out_range=tv,format={'yuva420p' if clear else 'yuv420p'}[v]"
    words: list[str | Path] = ["-f", "lavfi", "-i", wall, "-i", folder / "outline.png"]
    words += ["-f", "lavfi", "-i", "sine=f=440:d=2", "-filter_complex", f"{person};{over},{told}"]
    words += ["-map", "[v]", "-map", "2:a", "-t", "2"]
    words += ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-crf", "10", "-b:v", "0"] if clear else []
    ffmpeg(*words, path)
    return arrived(path, Ordered(2.0, 2.0, cutout), timeout=PATIENCE)


@pytest.mark.parametrize("cutout", [Cutout.ALPHA, Cutout.KEY])
def test_an_arriving_take_tells_where_the_head_is(tmp_path: Path, cutout: Cutout) -> None:
    """In the take's own pixels, of transparency as of a key colour."""
    came = arriving(tmp_path, cutout)

    assert came.found is not None
    assert came.found.head is not None
    assert cutout is came.cutout
    assert abs(came.found.head.y - 30) <= 4
    assert abs(came.found.head.y + came.found.head.height - 90) <= 6


def placed(stand: Stand, head: Box | None, cutout: Cutout = Cutout.ALPHA) -> PlacedPresenter:
    facts = FilmFacts("webm", 9.0, 720, 1280, 25.0, "vp9", None, alpha=True)
    source = Source(Path("take"), Demuxer.WEBM)
    take = MeasuredTake("presenter", source, facts, cutout, stand.seen, (0, 0, 0), None, (), head=head)
    return PlacedPresenter(take, 0, 216, 0, stand)


def test_a_face_stands_where_the_head_was_found() -> None:
    """Moved and scaled with what is seen of the take, cut where that is cut."""
    stand = Stand(Box(100, 200, 400, 800), Box(360, 640, 200, 400))
    cut = Stand(Box(100, 200, 400, 400), Box(0, 0, 400, 400), figure=Box(50, 100, 300, 300))

    assert Box(410, 650, 100, 150) == placed(stand, Box(200, 220, 200, 300)).face
    assert Box(50, 100, 225, 300) == placed(cut, Box(50, 100, 350, 700)).face


def test_where_no_head_was_found_one_is_guessed() -> None:
    """So is that of a picture with a background of its own."""
    stand = Stand(Box(0, 0, 400, 800), Box(360, 640, 200, 400))

    assert face(stand, inset=False) == placed(stand, None).face
    assert face(stand, inset=True) == placed(stand, Box(2, 2, 50, 50), Cutout.INSET).face


@pytest.mark.parametrize("share", [0.25, 0.34, 0.45])
def test_captions_stand_off_the_chin(tmp_path: Path, share: float) -> None:
    """Two lines of them, beside or above whoever speaks: however large the head is that was found."""
    visible = Box(0, 200, 720, 1080)
    stand = lay(visible, Placement(0.48, widest=0.9), FRAME, inset=False)
    head = Box(200, 200, 320, round(share * visible.height))
    cues = tuple(Cue("We roast small batches every week, and we pack them by hand", at, 2) for at in (0, 2))
    film = edit(colored(9), cues=cues, size=FRAME)
    somebody = placed(stand, head)

    made, _ = letter(film, (somebody,), tmp_path)

    assert len(made) == 2
    for one in made:
        assert 0 == one.box.shared_with(somebody.face)
