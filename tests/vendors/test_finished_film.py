"""The marks after the product's work: footage joined, presenter laid over it, scaled, mixed and encoded once more."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.vendors import media, take
from infra.local.vendors.figure import Person
from infra.local.vendors.marks import hash16, read_film, read_sound
from infra.local.vendors.veo import film
from infra.local.vendors.veo.scenery import Size
from infra.local.vendors.voice import Speaker, speak

SCRIPT = "This cup is made by hand. It keeps your coffee warm for an hour."
FIRST, SECOND = "A cup on a table", "Steam rises"


@dataclass(frozen=True)
class Material:
    """What the vendors delivered."""

    size: tuple[int, int]
    first: Path
    second: Path
    presenter: Path


@pytest.fixture(scope="module", params=[(180, 320), (320, 180), (720, 1280)], ids=lambda size: "x".join(map(str, size)))
def material(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, photo: bytes) -> Material:
    width, height = request.param
    folder = tmp_path_factory.mktemp("material")
    film.film(film.Base(FIRST, Size(width, height), 4, photo, crop=True, sound=True), folder / "a.mp4")
    film.film(film.Base(SECOND, Size(width, height), 4, None, crop=True, sound=True), folder / "b.mp4")
    order = take.TakeOrder(
        Person.of(3, woman=True),
        hash16("look"),
        hash16(SCRIPT),
        width,
        height,
        take.Backdrop(transparent=True),
        speak(SCRIPT, Speaker()),
    )
    take.film(order, folder / "p.webm")
    return Material((width, height), folder / "a.mp4", folder / "b.mp4", folder / "p.webm")


def compose(material: Material, *, share: float = 0.8, quality: int = 23) -> Path:
    """Join two clips, lay the presenter over them, duck the footage's sound; once for each set of numbers."""
    target = material.first.with_name(f"film-{share}-{quality}.mp4")
    if target.exists():
        return target
    high = round(material.size[1] * share / 2) * 2
    graph = (
        "[0:v][0:a][1:v][1:a]concat=n=2:v=1:a=1[bv][ba];"
        f"[2:v]scale=-2:{high}[p];[bv][p]overlay=x=(W-w)*0.85:y=(H-h)*0.9:eof_action=pass[v];"
        "[ba]volume=0.2[low];[low][2:a]amix=inputs=2:duration=first:normalize=0[a]"
    )
    media.run(
        *("-i", str(material.first), "-i", str(material.second), "-c:v", "libvpx-vp9", "-i", str(material.presenter)),
        *("-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-r", "24"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(quality), "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "128k", str(target)),
    )
    return target


@pytest.mark.parametrize("quality", [20, 23])
def test_the_picture_tells_its_parts(material: Material, quality: int) -> None:
    """From every half second of the finished film one reads which clip is shown, at which time, and who speaks what."""
    reading = read_film(compose(material, quality=quality))

    assert material.size == (reading.width, reading.height)
    assert 16 == len(reading.seen)
    for seen in reading.seen:
        assert seen.footage is not None
        prompt, begins = (FIRST, 0) if seen.at < 4 else (SECOND, 4)
        assert hash16(prompt) == seen.footage.prompt
        assert seen.at - begins == pytest.approx(seen.footage.seconds, abs=0.26)
    spoken = [seen for seen in reading.seen if seen.at < media.probe(material.presenter).seconds - 0.3]
    assert spoken
    for seen in spoken:
        assert seen.presenter is not None
        assert (hash16("look"), hash16(SCRIPT)) == (seen.presenter.avatar, seen.presenter.script)
        assert seen.at == pytest.approx(seen.presenter.seconds, abs=0.26)


def test_the_sound_tells_its_parts(material: Material) -> None:
    """From every half second of the finished film's sound one hears which script is spoken over which footage."""
    heard = read_sound(compose(material))

    length = media.probe(material.presenter).seconds
    assert [hash16(FIRST)] * 7 + [hash16(SECOND)] * 7 == [one.prompt for one in heard if one.at not in (3.5, 7.5)][:14]
    assert {hash16(SCRIPT)} == {one.script for one in heard if one.at + 0.5 < length}
    assert (
        max(one.loudness for one in heard if one.at < 3)
        > max(one.loudness for one in heard if one.at > length + 0.5) + 6
    )


def test_the_box_tells_how_large_the_presenter_is(material: Material) -> None:
    """The badge's box scales with the presenter."""
    share = 0.5 if min(material.size) > 300 else 0.9

    (whole,) = {seen.box.width for seen in read_film(material.presenter).seen[:1] if seen.box}
    seen = read_film(compose(material, share=share)).seen[1]

    assert seen.box is not None
    assert whole * share == pytest.approx(seen.box.width, rel=0.08)
