"""Opens the stand-ins for the suite, and closes them."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.vendors.desk import DidDesk, HeyGenDesk, VeoDesk, did_desk, heygen_desk, veo_desk
from tests.vendors.receiver import Receiver


@pytest.fixture
def veo(tmp_path: Path) -> Iterator[VeoDesk]:
    with veo_desk(tmp_path / "veo") as desk:
        yield desk


@pytest.fixture
def heygen(tmp_path: Path) -> Iterator[HeyGenDesk]:
    with heygen_desk(tmp_path / "heygen") as desk:
        yield desk


@pytest.fixture
def did(tmp_path: Path) -> Iterator[DidDesk]:
    with did_desk(tmp_path / "did") as desk:
        yield desk


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A product photo with edges and colours, as JPEG."""
    picture = Image.effect_noise((600, 400), 40).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for at in range(0, 600, 50):
        pen.rectangle((at, 100, at + 24, 300), fill=(at % 256, 90, 200 - at // 4))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    listening.start()
    yield listening
    listening.stop()
