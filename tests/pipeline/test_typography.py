"""What a customer is told before paying about the look of words that was asked for."""

import json

import pytest

from shared.pipeline.plan.planner import CannotPlan, plan
from shared.pipeline.plan.request import AspectRatio
from shared.pipeline.plan.typography import USUAL_TEXT, AppArea, Typography
from tests.door.film_bodies import body, mistakes
from tests.pipeline.films import DEFAULTS, TABLES, film, filmed


def told(look: Typography, text: str | None) -> list[str]:
    """Return the warnings about a scene's text and the look of words."""
    made = plan(film(filmed(text_overlay=text), text=look), TABLES, DEFAULTS)
    return [said for said in made.warnings if "text" in said]


def test_faint_letters_are_told_before_paying() -> None:
    """Grey on grey is warned of with its contrast, and what to change; the usual look is not."""
    faint = told(Typography(color="#808080", panel="#777777"), "New")

    assert 1 == len(faint)
    assert "text.panel" in faint[0]
    assert [] == told(USUAL_TEXT, "New")


def test_a_look_of_no_words_is_told() -> None:
    """A film without words has no use for their look."""
    unused = "text is not used: the film has no text_overlay and no captions. "

    assert [f"{unused}Leave text out, or give a scene a text_overlay."] == told(Typography(size=1.2), None)


@pytest.mark.parametrize("app", ["reels", "tiktok", "shorts"])
def test_an_app_for_tall_films_is_refused_for_others(app: str) -> None:
    """The apps' numbers hold for 9:16 only."""
    request = film(filmed(), safe_area=AppArea(app), aspect_ratio=AspectRatio.WIDE)

    with pytest.raises(CannotPlan) as refused:
        plan(request, TABLES, DEFAULTS)

    assert ["safe_area"] == list(refused.value.details)


def test_every_mistake_of_a_look_comes_at_once() -> None:
    """Each wrong field is named by its path."""
    wrong = {
        "style": "neon",
        "size": 2,
        "color": "yellow",
        "panel": 7,
        "position": "left",
        "animation": "x",
        "font": "y",
    }

    found = mistakes(json.dumps(body(text=wrong, safe_area="moon")).encode())

    assert {*(f"text.{name}" for name in wrong), "safe_area"} == set(found)
