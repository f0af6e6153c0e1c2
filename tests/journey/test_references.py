"""A film of cuts whose model takes reference images: the photo is in every shot, not only in the first."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from infra.local.vendors.marks import read_film
from tests.egress.loopback import Loopback, reply
from tests.journey.cinema import PHOTO, Cinema, close_cinema, open_cinema
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


def test_each_cut_shows_its_own_photo(cinema: Cinema, tmp_path: Path) -> None:
    """A scene with an image of its own starts from that; the others show the film's, each in its own shot."""
    with Image.open(PHOTO) as opened:
        turned = io.BytesIO()
        ImageOps.mirror(opened).save(turned, "JPEG")
    film, own = cinema.upload(), cinema.upload(turned.getvalue())
    request = order(4, image=film, b_roll={"join": "cut"})
    words = prompts(request)
    with Loopback(reply(200, turned.getvalue(), {"Content-Type": "image/jpeg"})) as shop:
        request["scenes"][1]["image_url"] = f"{shop.url}/mirrored.jpg"
        job_id = cinema.order(request)

        job = cinema.ended(job_id)

    shown = [seen.footage for seen in read_film(cinema.film(job, tmp_path)).seen if seen.footage]
    meant = zip(words, (film, own, film, film), strict=True)
    assert [(each, int(photo[:4], 16)) for each, photo in meant] == list(
        dict.fromkeys((each.prompt, each.photo) for each in shown)
    )
