"""A film of cuts whose model takes reference images: the photo is in every shot, not only in the first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.vendors.marks import read_film
from tests.journey.cinema import Cinema, close_cinema, open_cinema
from tests.journey.test_films import order, prompts

ROW = {"footage": {"standard": {"lengths": {"reference_to_video": {"720p": [8], "1080p": [8]}}}}}


@pytest.fixture
def cinema(tmp_path: Path) -> Iterator[Cinema]:
    """Return a laptop whose tables say that the model takes references, as they will once it is proven."""
    opened = open_cinema(tmp_path, tables=ROW)
    yield opened
    close_cinema(opened)


def test_the_photo_is_in_every_cut(cinema: Cinema, tmp_path: Path) -> None:
    """Three shots: the first starts from the photo, the others carry it; nobody is warned that it is lacking."""
    request = order(3, image=cinema.upload(), b_roll={"join": "cut"})

    job = cinema.ended(cinema.order(request))

    veo, _ = cinema.bills()
    reading = read_film(cinema.film(job, tmp_path))
    assert prompts(request) == list(dict.fromkeys(seen.footage.prompt for seen in reading.seen if seen.footage))
    assert ["image_to_video", "reference_to_video", "reference_to_video"] == sorted(line["feature"] for line in veo)
    assert [] == [line for line in job["warnings"] if "photo" in line]
