"""The shape a presenter is seen in: a circle, a card, the whole frame, a panel; measured in pixels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.media.boxes import Box, face, safe_area
from shared.media.framing import stand_of
from shared.media.painting import round_card
from shared.pipeline.edit.edit import Appearance, Edit, Shot
from shared.pipeline.plan.picture import Inset
from shared.pipeline.plan.plan import Cutout, Placement, Size
from tests.media.conftest import Render
from tests.media.makers import BLUE, ORANGE, SIZE, bounds, colored, edit, ffmpeg, like, looks, pixels, shot

WIDE = Size(320, 180)
SIZES = (Size(720, 1280), Size(720, 900), Size(720, 720), Size(1280, 720))
USUAL = Placement(0.48, 0.0, 1.0, 0.54, 0.69)
TAKES = {Cutout.ALPHA: "alpha_take", Cutout.KEY: "key_take", Cutout.INSET: "plain_take"}


def shaped(shape: Inset, cutout: Cutout = Cutout.ALPHA, place: Placement = USUAL, seconds: float = 1.0) -> Appearance:
    return replace(looks(cutout, seconds=seconds, place=place), shape=shape)


@given(
    size=st.sampled_from(SIZES),
    shape=st.sampled_from(list(Inset)),
    wide=st.integers(40, 700),
    high=st.integers(40, 1280),
    x=st.floats(-1, 1),
    scale=st.floats(0.1, 1),
    asked=st.booleans(),
    inset=st.booleans(),
    head=st.none()
    | st.builds(Box, st.integers(10, 700), st.integers(20, 1000), st.integers(8, 300), st.integers(8, 300)),
)
def test_whatever_the_take_nobody_leaves_the_frame(
    size: Size,
    shape: Inset,
    wide: int,
    high: int,
    x: float,
    scale: float,
    *,
    asked: bool,
    inset: bool,
    head: Box | None,
) -> None:
    """Boxes lie in the frame on even pixels; what is seen lies in the take; a figure lies in its box, not stretched."""
    visible = Box(10, 20, wide // 2 * 2, high // 2 * 2)
    place = Placement(scale, x, 1.0) if asked else USUAL

    stand = stand_of(visible, place, size, shape, inset=inset, head=head)

    for each in (stand.box, *([stand.figure] if stand.figure else [])):
        assert each == each.kept_in(size)
        assert not any(side % 2 for side in (each.x, each.y, each.width, each.height))
    assert stand.seen.x >= visible.x
    assert stand.seen.y >= visible.y
    assert stand.seen.x + stand.seen.width <= visible.x + visible.width
    assert stand.seen.y + stand.seen.height <= visible.y + visible.height
    guessed = face(stand, inset=inset)
    assert guessed.shared_with(stand.box) == guessed.area
    if stand.figure:
        assert stand.figure.shared_with(stand.box) == stand.figure.area
        assert stand.figure.y + stand.figure.height == stand.box.y + stand.box.height


@pytest.mark.parametrize("shape", [Inset.CIRCLE, Inset.BESIDE])
def test_who_points_aside_stands_in_the_middle(shape: Inset) -> None:
    """Of a picture that cuts the figure: by the head that was found, not by the hand that makes the figure wide."""
    visible, head = Box(100, 200, 600, 900), Box(180, 210, 160, 240)

    stand = stand_of(visible, USUAL, Size(720, 1280), shape, inset=False, head=head)

    assert stand.figure is not None
    middle = stand.figure.x + (head.x + head.width / 2 - stand.seen.x) * stand.figure.width / stand.seen.width
    edge = stand.seen.x == visible.x
    assert edge or abs(middle - stand.box.x - stand.box.width / 2) <= 4
    assert stand.seen.x < stand_of(visible, USUAL, Size(720, 1280), shape, inset=False).seen.x


@pytest.mark.parametrize("cutout", TAKES)
def test_a_circle_is_round(render: Render, request: pytest.FixtureRequest, cutout: Cutout) -> None:
    """The area of what covers the footage is that of the circle; its corners are footage."""
    take: Path = request.getfixturevalue(TAKES[cutout])
    place = Placement(0.5, 0.0, 0.0)

    made = render(edit(colored(1, "#1e1ec8"), looks=(shaped(Inset.CIRCLE, cutout, place),)), presenter=take)

    frame = pixels(made.film)[12].astype(int)
    box = Box(10, 80, 160, 160)
    blue = frame[..., 2] - frame[..., 0]
    inside = blue[box.y : box.y + 160, box.x : box.x + 160]
    covered = 1 - np.clip(inside / 170, 0, 1)
    assert 80 * 80 * np.pi == pytest.approx(covered.sum(), rel=0.03)
    assert inside[2, 2] > 120
    assert like(pixels(made.film)[12], ORANGE).sum() > 1500
    assert () == made.warnings


def test_the_edge_of_a_circle_is_soft(tmp_path: Path) -> None:
    """Along the rim the mask has steps between seen and not seen, as many as the circle is around, and its area."""
    card = round_card(Box(0, 0, 160, 160), tmp_path, 1, circle=True)

    mask = np.asarray(Image.open(str(card.mask))).astype(float) / 255
    between = ((mask > 0) & (mask < 1)).sum()
    assert 80 * 80 * np.pi == pytest.approx(mask.sum(), rel=0.005)
    assert 0.8 < between / (2 * np.pi * 80) < 1.6


def test_who_is_cut_out_stands_in_a_circle_before_a_wall(render: Render, alpha_take: Path) -> None:
    """Light around the head, the figure down to the lower edge, nothing of the footage within."""
    made = render(edit(colored(1), looks=(shaped(Inset.CIRCLE, place=Placement(0.5, 0.0, 0.0)),)), presenter=alpha_take)

    frame = pixels(made.film)[12]
    left, top, right, bottom = bounds(like(frame, ORANGE))
    assert 96 == pytest.approx(top, abs=3)
    assert 90 == pytest.approx((left + right) / 2, abs=2)
    assert right - left > 140
    assert bottom >= 236
    assert frame[86, 90].min() > 200


@pytest.mark.parametrize("cutout", [Cutout.ALPHA, Cutout.INSET])
def test_full_fills_every_pixel(render: Render, request: pytest.FixtureRequest, cutout: Cutout) -> None:
    """Of the footage nothing is seen while the presenter is there, and all of it after."""
    take: Path = request.getfixturevalue(TAKES[cutout])
    look = shaped(Inset.FULL, cutout, Placement(0.7, 0.0, 1.0, 0.9, 0.5, alone=True))

    frames = pixels(render(edit(colored(2), looks=(look,)), presenter=take).film)

    assert not like(frames[12], BLUE).any()
    assert like(frames[12], ORANGE).sum() > 2000
    assert like(frames[30], BLUE, within=25).all()


@pytest.fixture(scope="module")
def stripes(bench: Path) -> Path:
    """Return three seconds of a wide picture: 32 stripes, each brighter than the one at its left."""
    path = bench / "stripes.mp4"
    source = "nullsrc=s=320x180:r=24:d=3,geq=lum='16+6*floor(X/10)':cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-crf", "6", path)
    return path


def wide(*shots: Shot, look: Appearance) -> Edit:
    return edit(*shots, looks=(look,), size=WIDE)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("cutout", [Cutout.ALPHA, Cutout.INSET])
def test_beside_shows_the_middle_of_the_footage_and_the_presenter(
    render: Render, request: pytest.FixtureRequest, stripes: Path, cutout: Cutout, side: str
) -> None:
    """The panel is 0.36 of the width; the footage keeps its size, its focus is the middle of what is left."""
    take: Path = request.getfixturevalue(TAKES[cutout])
    place = Placement(0.5, -0.7 if side == "left" else 0.7, 1.0)

    made = render(wide(shot(1, "stripes"), look=shaped(Inset.BESIDE, cutout, place)), stripes=stripes, presenter=take)
    plain = render(edit(shot(1, "stripes"), size=WIDE), "plain", stripes=stripes)

    frame, usual = (pixels(each.film, WIDE)[12].astype(int) for each in (made, plain))
    panel = 116
    seen = frame[:, panel:] if side == "left" else frame[:, : WIDE.width - panel]
    assert np.abs(seen - usual[:, panel // 2 : WIDE.width - panel // 2]).mean() < 2
    shown = frame[:, :panel] if side == "left" else frame[:, WIDE.width - panel :]
    assert like(shown.astype(np.uint8), ORANGE).sum() > 3000
    stands = like(shown.astype(np.uint8), ORANGE)[-2].any()
    assert stands == (cutout is Cutout.ALPHA)  # the other's own picture ends below its person


def test_a_panel_pushes_in_and_out_and_the_footage_is_whole_around(
    render: Render, stripes: Path, alpha_take: Path
) -> None:
    """Before and after, each pixel is the footage's own; meanwhile the panel's edge moves one way and back."""
    look = Appearance("presenter", 0.5, 1.5, Cutout.ALPHA, Placement(0.5, 0.7, 1.0), 0.0, shape=Inset.BESIDE)

    made = render(wide(shot(3, "stripes"), look=look), stripes=stripes, presenter=alpha_take)
    plain = render(edit(shot(3, "stripes"), size=WIDE), "plain", stripes=stripes)

    frames, usual = (pixels(each.film, WIDE).astype(int) for each in (made, plain))
    assert (72, 72) == (len(frames), len(usual))
    away = np.abs(frames - usual).mean(axis=(1, 2, 3))
    assert away[:12].max() < 1
    assert away[48:].max() < 1
    edges = [int(np.argmax((np.abs(frame - usual[0]) > 12).all(axis=2).mean(axis=0) > 0.9)) for frame in frames[16:44]]
    assert away[13:47].min() > 1
    assert edges[8] == min(edges[6:20])


def test_beside_follows_its_focus(render: Render, stripes: Path, plain_take: Path) -> None:
    """What the order calls the middle stays seen: at the far right the footage moves by the whole panel."""
    asked = wide(shot(1, "stripes"), look=shaped(Inset.BESIDE, Cutout.INSET))
    asked = replace(asked, focus=replace(asked.focus, x=1.0))

    frame = pixels(render(asked, stripes=stripes, presenter=plain_take).film, WIDE)[12].astype(int)

    assert frame[90, 2, 1] == pytest.approx(round((6 * 11) * 255 / 219), abs=8)


def test_a_usual_circle_stands_where_no_button_is() -> None:
    """In the safe area, 0.36 of a tall frame's width; captions have their lines below it."""
    size = SIZES[0]

    box = stand_of(Box(0, 0, 640, 960), USUAL, size, Inset.CIRCLE, inset=False).box

    over = stand_of(Box(0, 0, 640, 960), USUAL, size, Inset.CIRCLE, inset=False, captioned=True).box
    safe = safe_area(size)
    assert (258, 258) == pytest.approx((box.width, box.height), abs=2)
    assert box.x + box.width <= size.width * (1 - safe.right) + 1
    assert box.y + box.height <= size.height * (1 - safe.bottom) + 1
    assert (box.x, 148) == pytest.approx((over.x, box.y - over.y), abs=2)


def test_nothing_else_moves(render: Render, alpha_take: Path) -> None:
    """Outside of a circle and its shadow the film is that without a presenter."""
    asked = edit(colored(1), looks=(shaped(Inset.CIRCLE, place=Placement(0.3, -1.0, -1.0)),))

    frame = pixels(render(asked, presenter=alpha_take).film)[12]

    away = ~like(frame, BLUE, within=14)
    left, top, right, bottom = bounds(away)
    assert right < 0.75 * SIZE.width
    assert bottom < 0.5 * SIZE.height
    assert left >= 0
    assert top >= 0
