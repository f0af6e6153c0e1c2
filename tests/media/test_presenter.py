"""Presenters: how they are cut out, where they stand, when they come and go."""

from pathlib import Path

import numpy as np
import pytest

from shared.pipeline.plan.plan import Cutout, Placement, Size
from tests.media.conftest import Render
from tests.media.makers import (
    BLUE,
    GREEN,
    ORANGE,
    RED,
    SIZE,
    WHITE,
    Person,
    bounds,
    colored,
    edit,
    film,
    like,
    looks,
    pixels,
    shot,
    take,
)

PRESETS = {
    "bottom_right": Placement(0.5, 0.7, 1.0),
    "bottom_left": Placement(0.5, -0.7, 1.0),
    "top_right": Placement(0.5, 0.7, -0.8),
    "top_left": Placement(0.5, -0.7, -0.8),
    "center": Placement(0.5, 0, 0),
    "very_top_left": Placement(0.3, -1, -1),
    "very_bottom_right": Placement(0.3, 1, 1),
}


@pytest.mark.parametrize("place", PRESETS.values(), ids=PRESETS.keys())
def test_presenter_stands_where_asked(render: Render, alpha_take: Path, place: Placement) -> None:
    """The visible box has `scale` of the film's height, and (x, y) share out the room left."""
    made = render(edit(colored(1), looks=(looks(seconds=1, place=place),)), presenter=alpha_take)

    height = SIZE.height * place.scale
    width = height * 60 / 200
    left, top = (SIZE.width - width) * (place.x + 1) / 2, (SIZE.height - height) * (place.y + 1) / 2
    expected = (left, top, left + width, top + height)
    assert expected == pytest.approx(bounds(like(pixels(made.film)[12], ORANGE)), abs=3)


@pytest.mark.parametrize("cutout", [Cutout.ALPHA, Cutout.KEY])
def test_cut_out_presenter_has_no_background(render: Render, alpha_take: Path, key_take: Path, cutout: Cutout) -> None:
    """Transparency and key colour both leave the person alone on the footage."""
    place = Placement(0.5, 0.5, 1.0)

    made = render(
        edit(colored(1), looks=(looks(cutout, seconds=1, place=place),)),
        presenter=alpha_take if cutout is Cutout.ALPHA else key_take,
    )

    frame = pixels(made.film)[12]
    left, top, right, bottom = bounds(like(frame, ORANGE))
    around = np.ones(frame.shape[:2], bool)
    around[top - 3 : bottom + 3, left - 3 : right + 3] = False
    assert SIZE.height == bottom
    assert np.all(like(frame, BLUE, within=25)[around])
    assert np.all(like(frame, ORANGE)[top + 4 : bottom - 4, left + 4 : right - 4])
    assert () == made.warnings


@pytest.mark.parametrize("cutout", [Cutout.ALPHA, Cutout.KEY])
def test_a_figure_off_the_edge_stands_on_a_card(
    render: Render, alpha_take: Path, key_take: Path, cutout: Cutout
) -> None:
    """Up in the frame a figure's straight cut is the lower edge of a light card, wider than it, with a shadow."""
    look = looks(cutout, seconds=1, place=Placement(0.5, 0, -0.5))

    made = render(
        edit(colored(1, "#1e1e1e"), looks=(look,)), presenter=alpha_take if cutout is Cutout.ALPHA else key_take
    )

    frame = pixels(made.film)[12]
    left, top, right, bottom = bounds(like(frame, ORANGE))
    card = bounds(frame.min(axis=-1) > 150)
    assert (66, 40, 114, 200) == pytest.approx((left, top, right, bottom), abs=3)
    assert card[0] < left - 3
    assert card[2] > right + 3
    assert card[1] < top - 3
    assert bottom == pytest.approx(card[3], abs=2)


def test_an_inset_that_is_alone_fills_the_frame(render: Render, plain_take: Path) -> None:
    """Nothing but the take is there to be seen: it is the picture, without card, border or shadow."""
    look = looks(Cutout.INSET, seconds=1, place=Placement(alone=True))

    made = render(edit(colored(1, "#1e1e1e"), looks=(look,)), presenter=plain_take)

    frame = pixels(made.film)[12]
    assert frame[:60].min() > 230
    assert (60, 80, 120, 280) == pytest.approx(bounds(like(frame, ORANGE)), abs=3)
    says = "presenter: the take has a background of its own and fills the frame: the background that was asked for is "
    move = "POST /jobs/{id}/regenerate with another avatar_id; one that can be cut out stands before the background."
    assert (f"{says}not seen. {move}",) == made.warnings


def test_an_inset_of_another_shape_stands_before_its_own_blurred_copy(render: Render, tmp_path: Path) -> None:
    """A wide take in a tall film is shown whole; above and below there is its own picture, soft and darker."""
    wide = film(tmp_path / "wide.mp4", WHITE, size=Size(320, 180), tone=440)
    look = looks(Cutout.INSET, seconds=1, place=Placement(alone=True))

    made = render(edit(colored(1, "#1e1e1e"), looks=(look,)), presenter=wide)

    frame = pixels(made.film)[12]
    assert frame[130:190].min() > 245
    assert 150 < frame[:80].mean() < 235


def test_key_leaves_no_rim(render: Render, key_take: Path) -> None:
    """No green is left where the person meets the footage."""
    made = render(edit(colored(1, "#808080"), looks=(looks(Cutout.KEY, seconds=1),)), presenter=key_take)

    frame = pixels(made.film)[12].astype(int)
    greener = frame[..., 1] - np.maximum(frame[..., 0], frame[..., 2])
    assert greener.max() < 32


def test_blue_key(render: Render, tmp_path: Path) -> None:
    """Any vivid colour may be the key."""
    blue = take(tmp_path / "blue.mp4", Person(), (0, 0, 255))
    key = looks(Cutout.KEY, seconds=1, key_color="#0000ff")

    made = render(edit(colored(1, "#ffffff"), looks=(key,)), presenter=blue)

    frame = pixels(made.film)[12]
    assert np.all(like(frame[:40], WHITE, within=20))
    assert like(frame, ORANGE).any()


def test_inset_is_a_rounded_picture(render: Render, plain_take: Path) -> None:
    """A take with a background of its own is shown whole, its corners rounded, a shadow around."""
    place = Placement(0.5, 0, 0)

    made = render(
        edit(colored(1, "#ffffff"), looks=(looks(Cutout.INSET, seconds=1, place=place),)),
        presenter=plain_take,
    )

    frame = pixels(made.film)[12]
    left, top, right, bottom = 45, 80, 135, 240
    assert bounds(like(frame, ORANGE)) == pytest.approx((75, 120, 105, 220), abs=3)
    assert np.all(like(frame[top + 8 : bottom - 8, left + 4 : left + 20], (250, 250, 250), within=8))
    assert frame[bottom + 2, 90, 0] < 240
    assert like(frame[10, 10], WHITE, within=4)
    assert not like(frame[bottom - 1, right - 1], (250, 250, 250), within=4)
    assert () == made.warnings


@pytest.mark.parametrize(
    ("claimed", "name", "background", "why"),
    [
        (Cutout.ALPHA, "opaque.webm", (250, 250, 250), "ordered with a transparent background, but the take is opaque"),
        (Cutout.ALPHA, "opaque.mp4", (250, 250, 250), "ordered with a transparent background, but the take is opaque"),
        (Cutout.KEY, "room.mp4", (120, 90, 90), "ordered on the key colour, but only 0 % of its border shows it"),
    ],
)
def test_take_that_is_not_what_it_claims_becomes_an_inset(
    render: Render,
    tmp_path: Path,
    claimed: Cutout,
    name: str,
    background: tuple[int, int, int],
    why: str,
) -> None:
    """A provider's nonsense costs the cut-out, not the film."""
    odd = take(tmp_path / name, Person(seconds=1), background)

    made = render(edit(colored(1), looks=(looks(claimed, seconds=1, place=Placement(0.5, 0, 0)),)), presenter=odd)

    move = "POST /jobs/{id}/regenerate with another avatar_id; some can be cut out."
    assert (f"presenter: {why}; it is shown as a picture in the film. {move}",) == made.warnings
    assert bounds(like(pixels(made.film)[12], background, within=20)) == pytest.approx((45, 80, 135, 240), abs=3)


@pytest.mark.parametrize("claimed", [Cutout.KEY, Cutout.INSET])
def test_take_that_is_better_than_it_claims_is_used_so(render: Render, alpha_take: Path, claimed: Cutout) -> None:
    """A transparent take is cut out by its transparency, whatever was hoped for."""
    made = render(
        edit(colored(1), looks=(looks(claimed, seconds=1, place=Placement(0.5, 0, 1)),)), presenter=alpha_take
    )

    frame = pixels(made.film)[12]
    assert bounds(like(frame, ORANGE)) == pytest.approx((66, 160, 114, 320), abs=3)
    assert np.all(like(frame[:, :60], BLUE, within=12))
    assert () == made.warnings


def test_too_wide_presenter_is_scaled_down(render: Render, tmp_path: Path) -> None:
    """A box wider than the frame is shown as wide as the frame, and a warning says so."""
    wide = take(tmp_path / "wide.webm", Person(box=(10, 200, 160, 80), seconds=1), None)

    made = render(edit(colored(1), looks=(looks(seconds=1, place=Placement(0.8, 1, 1)),)), presenter=wide)

    assert (0, 230, 180, 320) == pytest.approx(bounds(like(pixels(made.film)[12], ORANGE)), abs=3)
    said = "presenter: too wide for the frame at scale 0.8, shown at 0.28. "
    assert (said + "Leave avatar_position.scale out, and the size follows the take.",) == made.warnings


def test_presenter_who_moves_is_never_cut(render: Render, tmp_path: Path) -> None:
    """The visible box is the union over the whole take, so a gesture stays inside."""
    moving = take(tmp_path / "moving.webm", Person(box=(20, 60, 60, 200), drift=60), None)

    made = render(edit(colored(2), looks=(looks(place=Placement(1, 0, 0)),)), presenter=moving)

    widths = [
        right - left for left, _, right, _ in (bounds(like(frame, ORANGE)) for frame in pixels(made.film)[[4, 24, 42]])
    ]
    assert [96, 96, 96] == pytest.approx(widths, abs=6)


def test_presenter_comes_and_goes(render: Render, alpha_take: Path) -> None:
    """A presenter appears on the frame of `start` and is gone when the appearance ends."""
    made = render(edit(colored(2), looks=(looks(start=0.5, seconds=1),)), presenter=alpha_take)

    seen = [bool(like(frame, ORANGE).any()) for frame in pixels(made.film)]
    assert [False] * 12 + [True] * 24 + [False] * 12 == seen


@pytest.mark.parametrize("cutout", list(Cutout))
def test_presenter_fades_out(
    render: Render, alpha_take: Path, key_take: Path, plain_take: Path, cutout: Cutout
) -> None:
    """Over the last `fade` seconds the presenter grows transparent."""
    files = {Cutout.ALPHA: alpha_take, Cutout.KEY: key_take, Cutout.INSET: plain_take}
    look = looks(cutout, seconds=1, fade=0.5, place=Placement(0.5, 0, 0))

    made = render(edit(colored(1.5), looks=(look,)), presenter=files[cutout])

    reds = [int(frame[165, 90, 0]) for frame in pixels(made.film)]
    assert reds[2] == pytest.approx(reds[10], abs=6)
    assert reds[10] > reds[15] > reds[19] > reds[22] > reds[26]
    assert reds[26] == pytest.approx(30, abs=6)


@pytest.mark.parametrize("cutout", [Cutout.ALPHA, Cutout.INSET])
def test_presenter_who_fades_goes_down(render: Render, alpha_take: Path, plain_take: Path, cutout: Cutout) -> None:
    """While fading, the figure (and the card beneath) sinks by 0.02 of the film's height; until then it stands."""
    files = {Cutout.ALPHA: alpha_take, Cutout.INSET: plain_take}
    look = looks(cutout, seconds=1, fade=10 / 24, place=Placement(0.4, 0, -0.5))

    made = render(edit(colored(1.5), looks=(look,)), presenter=files[cutout])

    before, late = (_upper_edge(pixels(made.film)[number]) for number in (12, 21))
    assert before == pytest.approx(_upper_edge(pixels(made.film)[4]), abs=1)
    far = 0.02 * SIZE.height * 0.7**2  # in steps of two lines
    assert late - before == pytest.approx(far // 2 * 2, abs=0.6)


def _upper_edge(frame: np.ndarray) -> float:
    """Return the row, to a part of one, in which the light of the middle column rises most."""
    column = frame[:, SIZE.width // 2 - 4 : SIZE.width // 2 + 4, 0].astype(float).mean(axis=1)
    steps = np.clip(np.diff(column), 0, None)
    top = int(steps.argmax())
    near = steps[max(0, top - 2) : top + 3]
    return max(0, top - 2) + float((near * np.arange(len(near))).sum() / near.sum())


def test_presenter_who_ends_early_is_held(render: Render, alpha_take: Path) -> None:
    """A take shorter than its appearance stands still on its last frame."""
    made = render(edit(colored(3), looks=(looks(seconds=3),)), presenter=alpha_take)

    assert like(pixels(made.film)[-1], ORANGE).any()


def test_presenter_who_ended_is_held_through_later_parts(render: Render, clip: Path, alpha_take: Path) -> None:
    """A take that has ended still stands in parts of the film that begin later."""
    row = [shot(0.4, "one" if index % 2 else "two") for index in range(16)]

    made = render(edit(*row, looks=(looks(seconds=6.4),)), one=clip, two=clip, presenter=alpha_take)

    assert all(like(frame, ORANGE).any() for frame in pixels(made.film))


def test_two_presenters(render: Render, alpha_take: Path, key_take: Path) -> None:
    """A reel's presenters each come in their own scene."""
    first = looks(node="presenter-1", seconds=1, place=Placement(0.4, -1, 0))
    second = looks(Cutout.KEY, node="presenter-2", start=1, seconds=1, place=Placement(0.4, 1, 0))

    made = render(edit(colored(2), looks=(first, second)), **{"presenter-1": alpha_take, "presenter-2": key_take})

    frames = pixels(made.film)
    assert bounds(like(frames[12], ORANGE))[0] < 4
    assert bounds(like(frames[36], ORANGE))[2] > 176


def test_presenter_over_green_footage(render: Render, alpha_take: Path, tmp_path: Path) -> None:
    """Only the take is keyed: green footage stays green."""
    meadow = film(tmp_path / "meadow.mp4", GREEN, RED, each=0.5)

    made = render(
        edit(*(colored(0.1, "#00ff00"),), seconds=0.5, looks=(looks(seconds=0.5),)), presenter=alpha_take, clip=meadow
    )

    assert np.all(like(pixels(made.film)[5][:30], GREEN, within=12))
