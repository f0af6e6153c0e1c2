"""A vendor's file counts as the take that was ordered only when it is that: whole, decodable, heard, of its length."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.vendors.spoil import SPOILED
from shared.media.alpha_track import alpha_track
from shared.media.arrival import Ordered, arrived
from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget
from shared.media.probe import probe
from shared.media.takes import measure
from shared.pipeline.edit.edit import Appearance
from shared.pipeline.plan.plan import Cutout, Placement
from tests.media.makers import Person, ffmpeg, take
from tests.patience import PATIENCE

CASES = Path(__file__).parent / "cases"
TWO = Ordered(stated=2.0, estimated=2.0)


def judged(path: Path, ordered: Ordered = TWO) -> str:
    """Return why a file is refused, empty when it is what was ordered."""
    try:
        arrived(path, ordered, timeout=PATIENCE)
    except MediaRefused as refused:
        return refused.why
    return ""


def spoiled(take: Path, kind: str, folder: Path) -> Path:
    """Return a take after something happened to it."""
    path = folder / "take"
    path.write_bytes(SPOILED[kind](take.read_bytes()))
    return path


@pytest.mark.parametrize("name", ["alpha_take", "key_take", "plain_take"])
def test_a_whole_take_is_taken(request: pytest.FixtureRequest, name: str) -> None:
    """What was ordered has arrived, with transparency, on a colour or plain."""
    facts = arrived(request.getfixturevalue(name), TWO, timeout=PATIENCE).facts

    assert 2.0 == pytest.approx(facts.seconds, abs=0.05)


@pytest.mark.parametrize("take", ["alpha_take", "key_take"])
@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("html", "is a text (an error page?)"),
        ("empty", "is empty"),
        ("playlist", "is a streaming playlist"),
        ("cut", "is cut short"),
        ("zeros", ""),
        ("mute", "has no sound"),
        ("deaf", "no picture"),
        ("hollow", "it cannot be decoded"),
        ("short", "its maker says 2.0 s"),
        ("codec", "coded in a way we cannot read"),
    ],
)
def test_what_is_not_the_take_is_refused(
    request: pytest.FixtureRequest, tmp_path: Path, take: str, kind: str, why: str
) -> None:
    """A page, nothing, a playlist, half a film, zeros, an index alone, no sound, no picture, too short, unreadable."""
    path = spoiled(request.getfixturevalue(take), kind, tmp_path)

    said = judged(path)

    assert said
    assert why in said


@pytest.mark.parametrize("name", ["take_expired.html", "take_cut.mp4"])
def test_the_cases_that_were_found_are_refused(name: str) -> None:
    """An expired link's page, and the first 30,000 bytes of a film."""
    assert judged(CASES / name, Ordered(None, 3.0))


@pytest.mark.parametrize("name", ["take_plain_wall.mp4", "take_rotated90.mp4"])
def test_an_odd_take_is_a_take(name: str) -> None:
    """A wall behind the person and a picture that lies on its side are no reason to pay twice."""
    assert "" == judged(CASES / name, Ordered(3.0, 3.0))


@pytest.mark.parametrize("kind", ["rotated", "fragments"])
def test_another_way_to_write_a_film_is_no_fault(key_take: Path, tmp_path: Path, kind: str) -> None:
    """Turned by its matrix, or written in fragments: the take that was ordered."""
    assert "" == judged(spoiled(key_take, kind, tmp_path))


def test_a_film_that_stops_before_its_own_length(tmp_path: Path, alpha_take: Path) -> None:
    """A live-written WebM whose head promises more than its packets give is refused without the vendor's word."""
    path = tmp_path / "take.webm"
    whole = alpha_take.read_bytes()
    segment = whole.index(b"\x18\x53\x80\x67") + 4
    path.write_bytes((whole[:segment] + b"\x01" + b"\xff" * 7 + whole[segment + 8 :])[: len(whole) // 2])

    assert "it says itself 2.0 s" in judged(path, Ordered(None, 2.0))


def test_half_the_speech(tmp_path: Path, plain_take: Path) -> None:
    """A picture that goes on after the voice has broken off is half a take."""
    path, voice = tmp_path / "take.mp4", tmp_path / "voice.mp4"
    ffmpeg("-i", plain_take, "-vn", "-t", "0.7", "-c", "copy", voice)
    ffmpeg("-i", plain_take, "-i", voice, "-map", "0:v", "-map", "1:a", "-c", "copy", path)

    assert "the sound ends after 0.7 of 2.0 s" == judged(path)


@pytest.mark.parametrize(
    ("stated", "estimated", "taken"),
    [(51.0, 1.1, True), (51.0, 1.0, False), (None, 1.1, False), (None, 8.5, True), (20.0, 1.1, False)],
)
def test_what_a_voice_spells_is_the_take(bench: Path, stated: float | None, estimated: float, taken: bool) -> None:
    """Emoji, or a script its voice cannot read, last many times our estimate: the maker's true length proves it."""
    path = bench / "spelled.mp4"
    if not path.exists():
        take(path, Person(seconds=51.0), (250, 250, 250))

    said = judged(path, Ordered(stated, estimated))

    assert taken is ("make no sense" not in said)


@pytest.mark.parametrize(("estimated", "taken"), [(2.0, True), (9.0, True), (60.0, False), (1.0, True)])
def test_a_length_that_makes_no_sense_for_the_script(plain_take: Path, estimated: float, taken: bool) -> None:
    """Where the vendor says no length, the script's estimate is the measure, a generous one."""
    said = judged(plain_take, Ordered(None, estimated))

    assert taken is (said == "")


def test_a_take_longer_than_stated_is_not_thrown_away(plain_take: Path) -> None:
    """A wrong figure beside a whole film costs nobody the film."""
    assert "" == judged(plain_take, Ordered(0.2, 2.0))


def one_frame(path: Path) -> None:
    ffmpeg(
        *("-f", "lavfi", "-i", "color=red:s=180x320:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2", "-map", "0:v"),
        *("-map", "1:a", "-frames:v", "1", "-c:a", "aac", "-pix_fmt", "yuv420p", path),
    )


def no_frame(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:s=180x320:r=25:d=2", "-t", "0", "-pix_fmt", "yuv420p", path)


@pytest.mark.parametrize("make", [one_frame, no_frame])
def test_hardly_a_film(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """One frame, or none, is no take."""
    make(tmp_path / "take.mp4")

    assert judged(tmp_path / "take.mp4")


@pytest.mark.parametrize("spoiled", ["picture", "transparency"])
def test_a_picture_and_its_transparency_are_both_decoded(alpha_take: Path, tmp_path: Path, spoiled: str) -> None:
    """They are looked at apart, and neither without the other is a take."""
    film, path = alpha_take.read_bytes(), tmp_path / "take.webm"
    for frame in coded(alpha_take, tmp_path, spoiled):
        assert frame in film
        film = film.replace(frame, bytes(len(frame)))
    path.write_bytes(film)

    assert "it cannot be decoded" in judged(path)


def coded(take: Path, folder: Path, what: str) -> set[bytes]:
    """Return the coded frames of a take's picture or of its transparency, but those of a few bytes."""
    track = folder / "picture.ivf"
    if what == "picture":
        ffmpeg("-i", take, "-map", "0:v", "-c", "copy", track)
    else:
        alone = alpha_track(take, probe(take), 9.0, folder)
        assert alone is not None
        track = alone.path
    raw, at, frames = track.read_bytes(), 32, set[bytes]()
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "little")
        frames.add(raw[at + 12 : at + 12 + length])
        at += 12 + length
    return {frame for frame in frames if len(frame) > 16}


@pytest.mark.parametrize("name", ["alpha_take", "key_take", "plain_take"])
@pytest.mark.parametrize("asked", [Cutout.ALPHA, Cutout.KEY, Cutout.INSET])
def test_what_is_found_of_it_is_what_its_composer_would_find(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, asked: Cutout
) -> None:
    """Of a transparent one, one on a colour and a plain one, however it was ordered: a film needs no second look."""
    path = request.getfixturevalue(name)
    take = arrived(path, Ordered(2.0, 2.0, asked), timeout=PATIENCE)
    look = Appearance("presenter", 0.0, 9.0, take.cutout, Placement(), 0.0)
    found = measure(look, path, take.facts, tmp_path, Budget(PATIENCE))

    known = measure(look, path, take.facts, tmp_path, Budget(0.0), take.found)

    assert take.found is not None
    assert found == known


@pytest.mark.parametrize("changed", [{"seconds": 1.0}, {"key_color": "#0000FF"}, {"cutout": Cutout.KEY}])
def test_what_would_be_found_otherwise_is_looked_at_again(
    alpha_take: Path, tmp_path: Path, changed: dict[str, Any]
) -> None:
    """A take that is seen in part, or is to be laid over in another way."""
    take = arrived(alpha_take, Ordered(2.0, 2.0, Cutout.ALPHA), timeout=PATIENCE)
    look = replace(Appearance("presenter", 0.0, 2.0, take.cutout, Placement(), 0.0), **changed)

    with pytest.raises(MediaFailed):  # it has no time for that
        measure(look, alpha_take, take.facts, tmp_path, Budget(0.0), take.found)
