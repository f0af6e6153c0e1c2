"""What a film's shape does to a photo is told with numbers and with a next move that exists."""

from dataclasses import replace

import pytest

from shared.door.bodies import parse_film
from shared.pipeline.plan.image_fit import fit_warnings, fitted
from shared.pipeline.plan.plan import Feature, Size
from shared.pipeline.plan.planner import Defaults, plan
from shared.pipeline.plan.request import FilmRequest, ImageFit, SceneRequest
from shared.pipeline.plan.staging import Background, BackgroundType
from tests.pipeline.films import TABLES

TALL = Size(720, 1280)


def told(width: int, height: int, fit: ImageFit = ImageFit.CROP, film: Size = TALL) -> list[str]:
    """Return the warnings of a photo of that size."""
    return list(fit_warnings("image_url", Size(width, height), film, fit))


@pytest.mark.parametrize(
    ("photo", "lost", "sides"),
    [
        ((1500, 1500), "44 %", "left and right"),
        ((3000, 1000), "81 %", "left and right"),
        ((1200, 1600), "25 %", "left and right"),
        ((720, 2560), "50 %", "above and below"),
    ],
)
def test_the_share_that_is_cut_away_is_told(photo: tuple[int, int], lost: str, sides: str) -> None:
    """A square photo loses 44 % in a tall film; the next moves are another photo, or a field that exists."""
    (warning,) = told(*photo)

    assert f"{lost} of it, {sides}, will not be seen" in warning
    assert '"image_fit": "blur" or "color"' in warning
    assert "720x1280" in warning


@pytest.mark.parametrize("photo", [(720, 1280), (1080, 1920), (1440, 2560), (730, 1280), (2250, 4000)])
def test_a_photo_that_fits_is_not_talked_about(photo: tuple[int, int]) -> None:
    """Nothing is said where nothing is lost."""
    assert [] == told(*photo)


@pytest.mark.parametrize("fit", [ImageFit.BLUR, ImageFit.COLOR])
def test_a_padded_photo_loses_nothing(fit: ImageFit) -> None:
    """All of it is seen, so there is nothing to warn of."""
    assert [] == told(1500, 1500, fit)


def test_a_tiny_photo_is_told_to_be_enlarged() -> None:
    """64x64 in a film of 720x1280: twenty times when cropped, eleven when padded."""
    assert "enlarged 20.0 times to fill the film's 720x1280" in told(64, 64)[-1]
    assert "enlarged 11.2 times" in told(64, 64, ImageFit.BLUR)[-1]
    assert 1 == len(told(720, 1280, film=Size(1080, 1920)))


def test_the_images_that_fill_the_frame() -> None:
    """A clip's first picture and a backdrop do; what Veo takes as a reference keeps its own shape."""
    scenes = (
        SceneRequest(visual_description="A mug"),
        SceneRequest(script="Hi.", background=Background(BackgroundType.IMAGE, image="b")),
    )
    request = FilmRequest("Mug", scenes=scenes, image="a", avatar_id="look", voice_id="voice")
    planned = plan(request, TABLES, Defaults())
    asset = replace(planned, clips=tuple(replace(clip, feature=Feature.REFERENCE) for clip in planned.clips))

    assert {"image-1", "image-2"} == fitted(planned)
    assert {"image-2"} == fitted(asset)


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        (
            {"image_fit": "blur"},
            "image_fit is not used: the film has no image. Leave image_fit out, or give an image_url.",
        ),
        (
            {"image": "a", "image_fit_color": "#FF0000"},
            (
                'image_fit_color is not used: image_fit is not "color". '
                'Leave image_fit_color out, or use "image_fit": "color".'
            ),
        ),
    ],
)
def test_padding_that_is_not_used_is_told(fields: dict[str, str], warning: str) -> None:
    """A field without effect is said to have none."""
    scene = {"visual_description": "A mug"}
    request = parse_film({"product_title": "Mug", "scenes": [scene], **fields})

    assert warning in plan(request, TABLES, Defaults()).warnings


def test_the_fields_are_read() -> None:
    """What a body says stands in the request; cropped unless asked otherwise."""
    body = {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}], "image": "a"}

    asked = parse_film({**body, "image_fit": "color", "image_fit_color": "#1A2B3C"})

    assert (ImageFit.COLOR, "#1a2b3c") == (asked.image_fit, asked.image_fit_color)
    assert (ImageFit.CROP, None) == (parse_film(body).image_fit, parse_film(body).image_fit_color)


def test_a_link_may_carry_a_whole_session() -> None:
    """Links signed by a role are thousands of characters long: 8192 are taken, one more is not."""
    link = "https://shop.example/a.jpg?X-Amz-Security-Token="
    body = {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}]}

    asked = parse_film({**body, "image_url": link.ljust(8192, "a")})

    assert 8192 == len(asked.image_url or "")
    with pytest.raises(ValueError, match=r"image_url: .*8192"):
        parse_film({**body, "image_url": link.ljust(8193, "a")})
