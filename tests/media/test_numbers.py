"""Frames, boxes and lines: the pure arithmetic beneath a film."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.media.boxes import Box, lay, safe_area
from shared.media.breaking import clusters
from shared.media.keying import chroma
from shared.media.segments import OPEN_AT_ONCE, cuts, on_film, openings_of, segments
from shared.media.shaping import Line
from shared.media.wording import Wording, word
from shared.pipeline.edit.edit import Shot
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Placement, Size
from shared.pipeline.plan.request import AspectRatio, Resolution
from shared.pipeline.plan.staging import Position, Preset
from tests.media.makers import FPS, colored, edit, looks, shot
from tests.pipeline.films import SHIPPED_TABLES, WHITE, film, filmed

lengths = st.lists(st.floats(0.05, 12, allow_nan=False), min_size=1, max_size=24)


@given(lengths)
def test_cuts_cover_the_film_to_the_frame(seconds: list[float]) -> None:
    """Whatever the lengths, cuts follow each other without gap and end with the film."""
    asked = edit(*(shot(one, "a" if index % 2 else "b", 0) for index, one in enumerate(seconds)))

    row, _ = cuts(asked, {"a": 60.0, "b": 60.0})

    ends = [cut.end for cut in row]
    assert [0, *ends[:-1]] == [cut.start for cut in row]
    assert round(sum(seconds) * FPS) == (ends[-1] if ends else 0)


@given(lengths, st.integers(0, 5))
def test_parts_cover_the_film(seconds: list[float], people: int) -> None:
    """Parts follow each other without gap, and none opens more files than allowed (but for one whole shot)."""
    looked = tuple(looks(node=f"p{index}", start=index * 2.0, seconds=2, fade=0.5) for index in range(people))
    asked = edit(*(shot(one, "a" if index % 2 else "b", 0) for index, one in enumerate(seconds)), looks=looked)
    row, _ = cuts(asked, {"a": 60.0, "b": 60.0})

    made = segments(row, asked)

    assert row == tuple(cut for part in made for cut in part.cuts)


@given(lengths)
def test_few_files_are_open_at_once(seconds: list[float]) -> None:
    """Without fades no part opens more than the allowed number of files."""
    asked = edit(*(shot(one, "a" if index % 2 else "b", 0) for index, one in enumerate(seconds)))
    row, _ = cuts(asked, {"a": 60.0, "b": 60.0})

    assert all(len(part.cuts) <= OPEN_AT_ONCE for part in segments(row, asked))


@pytest.mark.parametrize(("width", "height", "files"), [(1920, 1080, 6), (2560, 1440, 3), (3840, 2160, 2)])
def test_of_large_files_fewer_are_open_at_once(width: int, height: int, files: int) -> None:
    """A decoder of 4K takes the memory of three."""
    asked = edit(*(shot(1.0, "a" if index % 2 else "b", 0) for index in range(8)))
    row, _ = cuts(asked, {"a": 60.0, "b": 60.0})

    made = segments(row, asked, dict.fromkeys("ab", openings_of(width, height)))

    assert files == max(len(part.cuts) for part in made)


def test_no_part_begins_inside_a_fade() -> None:
    """A fade is painted by one run: the part that begins within it begins later."""
    look = looks(start=0, seconds=6.5, fade=1.0)
    row = [shot(1, "a" if index % 2 else "b", 0) for index in range(12)]
    asked = edit(*row, looks=(look,))

    made = segments(cuts(asked, {"a": 60.0, "b": 60.0})[0], asked)

    end = on_film(look, asked)[1]
    assert not [part.start for part in made if end - FPS < part.start < end]
    assert len(made) > 1


def test_scenes_of_one_chain_are_one_cut() -> None:
    """Scenes that follow each other in one file are opened once, as long as none is held."""
    row = (shot(8, "chain"), shot(7, "chain", 8), Shot(9, "chain", 15, 7), shot(2, "chain", 22))

    made, _ = cuts(edit(*row), {"chain": 24.0})

    assert [(0, 24 * FPS, 22 * FPS), (24 * FPS, 2 * FPS, 2 * FPS)] == [
        (cut.start, cut.frames, cut.moving) for cut in made
    ]


def test_frame_of_rounding_is_no_news() -> None:
    """A file a frame shorter than planned needs no warning."""
    _, told = cuts(edit(shot(8)), {"clip": 7.96})

    assert () == told


def test_missing_footage_is_told() -> None:
    """A file much shorter than planned is told with numbers."""
    _, told = cuts(edit(shot(8)), {"clip": 6.0})

    says = "clip ends at 6.00 s, asked for 0.00-8.00 s; its last frame is held instead. "
    assert (says + 'POST /jobs/{id}/regenerate with "nodes": ["clip"] films it again.',) == told


def test_shot_shorter_than_a_frame_is_dropped() -> None:
    """A shot that would not fill a frame is not shown."""
    made, _ = cuts(edit(colored(1), colored(0.01), colored(1)), {})

    assert 2 == len(made)


boxes = st.builds(Box, st.just(0), st.just(0), st.integers(2, 4000), st.integers(2, 4000))
places = st.builds(Placement, st.floats(0.1, 1), st.floats(-1, 1), st.floats(-1, 1))
sizes = st.sampled_from([Size(720, 1280), Size(1280, 720), Size(1080, 1920), Size(1080, 1080), Size(180, 320)])


@given(visible=boxes, place=places, size=sizes, inset=st.booleans())
def test_presenter_never_leaves_the_frame(visible: Box, place: Placement, size: Size, *, inset: bool) -> None:
    """Wherever it is asked to stand, a presenter's box lies inside the frame, on even pixels."""
    box = lay(visible, place, size, inset=inset).box

    assert 0 <= box.x <= box.x + box.width <= size.width
    assert 0 <= box.y <= box.y + box.height <= size.height
    assert [0] * 4 == [side % 2 for side in (box.x, box.y, box.width, box.height)]


@given(st.floats(0.1, 1), st.floats(-1, 1), st.floats(-1, 0.69))
def test_presenter_has_its_scale(scale: float, x: float, y: float) -> None:
    """A presenter that fits has `scale` of the film's height and its share of the room, within two pixels."""
    size = Size(720, 1280)

    stand = lay(Box(0, 0, 300, 1000), Placement(scale, x, y), size, inset=False)

    assert not stand.narrowed
    assert stand.box.height == pytest.approx(1280 * scale, abs=1)
    assert stand.box.x == pytest.approx((720 - stand.box.width) * (x + 1) / 2, abs=1.01)
    assert stand.box.y == pytest.approx((1280 - stand.box.height) * (y + 1) / 2, abs=1.01)


@given(boxes, st.floats(0.1, 1), st.floats(-1, 1), st.floats(0.7, 1), sizes)
def test_a_figure_near_the_lower_edge_stands_on_it(visible: Box, scale: float, x: float, y: float, size: Size) -> None:
    """Cut off at its waist a figure must not hover a hand above the edge."""
    stand = lay(visible, Placement(scale, x, y), size, inset=False)

    assert size.height == stand.box.y + stand.box.height
    assert not stand.floats


SHAPES = {"bust": Box(0, 0, 640, 1000), "full body": Box(0, 0, 330, 1000), "wide gestures": Box(0, 0, 1100, 1000)}
# Of the frame, around 0.5, 0.4.
PRODUCT = {"9:16": (0.36, 0.22), "4:5": (0.36, 0.28), "16:9": (0.3, 0.44), "1:1": (0.36, 0.32)}


@pytest.mark.parametrize("take", SHAPES)
@pytest.mark.parametrize("ratio", list(AspectRatio), ids=str)
def test_by_default_the_product_is_seen(take: str, ratio: AspectRatio) -> None:
    """The presenter stands on the edge and covers at most a quarter of the middle, where footage shows the product."""
    size = SHIPPED_TABLES.sizes[Resolution.HD][ratio]
    place = placement(film(filmed(), avatar_script="Hi.", aspect_ratio=ratio), footage=True)
    wide, high = (round(share * side) for share, side in zip(PRODUCT[ratio], (size.width, size.height), strict=True))
    product = Box(round(size.width * 0.5 - wide / 2), round(size.height * 0.4 - high / 2), wide, high)

    stand = lay(SHAPES[take], place, size, inset=False)

    assert size.height == stand.box.y + stand.box.height
    assert stand.box.shared_with(product) <= 0.25 * product.area
    assert stand.box.width <= 0.55 * size.width
    assert stand.box.height >= 0.27 * size.height
    assert not stand.narrowed


@pytest.mark.parametrize("take", SHAPES)
@pytest.mark.parametrize("ratio", list(AspectRatio), ids=str)
def test_alone_a_presenter_fills_what_the_shape_allows(take: str, ratio: AspectRatio) -> None:
    """Before a backdrop the figure is large, stands on the edge in the middle, and nothing is narrowed."""
    size = SHIPPED_TABLES.sizes[Resolution.HD][ratio]
    place = placement(film(avatar_script="Hi.", background=WHITE, aspect_ratio=ratio), footage=False)

    stand = lay(SHAPES[take], place, size, inset=False)

    assert size.height == stand.box.y + stand.box.height
    assert size.width / 2 == pytest.approx(stand.box.x + stand.box.width / 2, abs=2)
    assert stand.box.height >= 0.7 * size.height or stand.box.width >= 0.59 * size.width
    assert not stand.narrowed


@pytest.mark.parametrize("preset", [None, *Preset])
@pytest.mark.parametrize("ratio", list(AspectRatio), ids=str)
def test_a_card_of_a_size_nobody_asked_for_stays_inside_the_safe_area(
    ratio: AspectRatio, preset: Preset | None
) -> None:
    """An inset over footage is small and clear of the apps' buttons."""
    size = SHIPPED_TABLES.sizes[Resolution.HD][ratio]
    asked = film(filmed(), avatar_script="Hi.", aspect_ratio=ratio, avatar_position=Position(preset=preset))

    box = lay(Box(0, 0, 720, 1280), placement(asked, footage=True), size, inset=True).box

    safe = safe_area(size)
    assert safe.left * size.width - 2 <= box.x
    assert box.x + box.width <= (1 - safe.right) * size.width + 2
    assert safe.top * size.height - 2 <= box.y
    assert box.y + box.height <= (1 - safe.bottom) * size.height + 2
    assert box.height <= 0.4 * size.height + 2


@pytest.mark.parametrize(
    ("take", "size", "seen", "box"),
    [
        ((720, 1280), Size(720, 1280), Box(0, 0, 720, 1280), Box(0, 0, 720, 1280)),
        ((1080, 1920), Size(720, 1280), Box(0, 0, 1080, 1920), Box(0, 0, 720, 1280)),
        ((800, 1280), Size(720, 1280), Box(40, 0, 720, 1280), Box(0, 0, 720, 1280)),
        ((720, 1440), Size(720, 1280), Box(0, 32, 720, 1280), Box(0, 0, 720, 1280)),
        ((1280, 720), Size(720, 1280), Box(0, 0, 1280, 720), Box(0, 438, 720, 404)),
        ((720, 1280), Size(1280, 720), Box(0, 0, 720, 1280), Box(438, 0, 404, 720)),
    ],
)
def test_a_picture_that_is_alone_fills_the_frame(take: tuple[int, int], size: Size, seen: Box, box: Box) -> None:
    """Cropped where at most 15 % is lost, and more below than above, where the face is; otherwise shown whole."""
    stand = lay(Box(0, 0, *take), Placement(alone=True), size, inset=True)

    assert (seen, box, True) == (stand.seen, stand.box, stand.fills)


@example("00¯î]L%", 60, 40)  # shaped whole it is wider than its signs together
@given(st.text(max_size=500), st.integers(60, 1200), st.integers(40, 600))
def test_lines_fit_their_room(text: str, width: int, height: int) -> None:
    """Any text is broken into lines that are no wider and no higher than their room (one sign is always kept)."""
    made = word(text, letters=40, least=16, width=width, height=height)

    assert all(line.advance * made.letters <= width or len(clusters(each)) < 3 for each, line in _lines(made))
    assert len(made.lines) == 1 or len(made.lines) * made.letters * made.step <= height


def test_lines_come_out_alike() -> None:
    """A text of two lines is broken near its middle."""
    made = word("one two three four five six", letters=40, least=16, width=480, height=400)

    short, long = sorted(line.advance for line in made.shaped)
    assert 2 == len(made.lines)
    assert short > 0.7 * long


def _lines(made: Wording) -> Iterator[tuple[str, Line]]:
    return zip(made.lines, made.shaped, strict=True)


def test_key_green_is_vivid_and_gray_is_not() -> None:
    """A key's strength tells whether it can be told from a person at all."""
    assert chroma((0, 255, 0)).strength > 100
    assert chroma((128, 128, 128)).strength < 1
