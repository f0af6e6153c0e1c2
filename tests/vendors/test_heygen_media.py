"""What HeyGen films: speech one can hear, a presenter on nothing, a colour or a room, and the marks of both."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infra.local.vendors import media
from infra.local.vendors.marks import figure_box, hash16, read_film, read_sound
from infra.local.vendors.voice import Speaker, speak
from tests.vendors.desk import HeyGenDesk

GREEN = {"type": "color", "value": "#00ff00"}
SCRIPT = "This cup is made by hand. It keeps your coffee warm for an hour."


def rgb(path: Path, at: str = "1") -> Any:
    """Return one picture of a film, shape (height, width, 3 or 4); alpha of a WebM included."""
    webm = path.suffix == ".webm"
    decoder, layout, depth = (("-c:v", "libvpx-vp9"), "rgba", 4) if webm else ((), "rgb24", 3)
    raw = media.run(
        *decoder, "-i", str(path), "-ss", at, "-frames:v", "1", "-pix_fmt", layout, "-f", "rawvideo", "pipe:1"
    )
    return np.frombuffer(raw, np.uint8).reshape(320, 180, depth)


@pytest.mark.parametrize("form", ["webm", "mp4"])
def test_a_take_is_what_was_ordered(heygen: HeyGenDesk, tmp_path: Path, form: str) -> None:
    """WebM is VP9 + Opus, MP4 H.264 + AAC, of the ordered size; every mark names avatar, script and time.

    (heygen page, "Cut-outs")
    """
    path = heygen.filmed(tmp_path / f"take.{form}", script=SCRIPT, output_format=form)

    probe, reading = media.probe(path), read_film(path)
    assert (("vp9", "opus") if form == "webm" else ("h264", "aac")) == (probe.video, probe.audio)
    assert (180, 320, 25.0) == (probe.width, probe.height, probe.fps)
    assert len(reading.seen) >= 6
    for seen in reading.seen:
        assert seen.presenter is not None
        assert (hash16("look_ana_studio"), hash16(SCRIPT)) == (seen.presenter.avatar, seen.presenter.script)
        assert seen.at == pytest.approx(seen.presenter.seconds, abs=0.26)
    assert {hash16(SCRIPT)} == {heard.script for heard in read_sound(path)}


def test_webm_is_transparent_around_the_presenter(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """Alpha is 0 beside the head and 255 on the shirt (heygen page, "Cut-outs")."""
    picture = rgb(heygen.filmed(tmp_path / "take.webm", output_format="webm"))

    assert (0, 0) == (picture[5, 5, 3], picture[5, 174, 3])
    assert picture[250, 90, 3] > 250


def test_the_badge_tells_where_the_whole_presenter_is(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """From the badge's box one reckons the box of what is not transparent, which the product crops to."""
    path = heygen.filmed(tmp_path / "take.webm", output_format="webm")
    rows, columns = np.nonzero(rgb(path)[..., 3] > 40)
    card = read_film(path).seen[1].box

    assert card is not None
    box = figure_box(card)
    told = [box.x, box.y, box.x + box.width, box.y + box.height]
    assert [columns.min(), rows.min(), columns.max(), rows.max()] == pytest.approx(told, abs=8)


def test_a_colour_is_that_colour(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """The flat key colour stands behind the presenter when the look's own is removed (heygen page, "Cut-outs")."""
    picture = rgb(heygen.filmed(tmp_path / "take.mp4", background=GREEN, remove_background=True))

    for corner in ((5, 5), (5, 174), (100, 8)):
        assert [0, 255, 0] == pytest.approx(picture[corner].tolist(), abs=14)


def test_a_colour_behind_a_room_is_not_seen(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """Without `remove_background` a video look keeps its own background, whatever stands behind that."""
    picture = rgb(heygen.filmed(tmp_path / "take.mp4", background=GREEN))

    assert picture[:60].std() > 10
    assert picture[5, 5].tolist() != pytest.approx([0, 255, 0], abs=60)


def test_without_a_background_there_is_a_room(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """A look that accepts nothing is filmed before a room of its own, which is not flat."""
    picture = rgb(heygen.filmed(tmp_path / "take.mp4", avatar_id="look_old_photo", engine={"type": "avatar_iv"}))

    assert picture[:60].std() > 10


def test_a_picture_may_stand_behind(heygen: HeyGenDesk, tmp_path: Path, photo: bytes) -> None:
    """An uploaded picture stands behind the presenter (heygen page, "The order")."""
    asset = heygen.http.post("/v3/assets", files={"file": ("a.jpg", photo, "image/jpeg")}).json()["data"]["asset_id"]

    behind = {"type": "image", "asset_id": asset}
    picture = rgb(heygen.filmed(tmp_path / "take.mp4", background=behind, remove_background=True))

    assert picture[:60, :30].std() > 15


def test_speech_is_heard_and_markers_are_not(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """The script decides the length and is audible; a marker is not spoken, but hashed with the rest."""
    plain = heygen.filmed(tmp_path / "a.mp4", script=SCRIPT)
    marked = heygen.filmed(tmp_path / "b.mp4", script=f"{SCRIPT}[[callback:twice]]")

    assert media.probe(plain).seconds == media.probe(marked).seconds
    assert {hash16(f"{SCRIPT}[[callback:twice]]")} == {heard.script for heard in read_sound(marked)}
    assert max(heard.loudness for heard in read_sound(plain)) > -25


def test_speed_changes_the_length(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """Speed 0.5 to 1.5 is honoured (heygen page, "The order")."""
    slow = heygen.filmed(tmp_path / "slow.mp4", script=SCRIPT, voice_settings={"speed": 0.5})
    fast = heygen.filmed(tmp_path / "fast.mp4", script=SCRIPT, voice_settings={"speed": 1.5})

    assert media.probe(slow).seconds > 1.7 * media.probe(fast).seconds


def test_every_voice_speaks(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """Each listed voice can be ordered, and they do not sound the same (heygen page, "Looks and voices")."""
    voices = ("voice_en_ana", "voice_en_ben", "voice_es_lola")

    sounds = [media.sound(heygen.filmed(tmp_path / f"{voice}.mp4", voice_id=voice)) for voice in voices]

    assert all(np.abs(sound).max() > 0.1 for sound in sounds)
    assert 3 == len({sound.tobytes() for sound in sounds})


def test_own_sound_may_be_handed_in(heygen: HeyGenDesk, tmp_path: Path) -> None:
    """Audio_asset_id instead of a script; the film is as long as the sound (heygen page, "The order")."""
    wav = tmp_path / "a.wav"
    media.run("-f", "lavfi", "-i", "sine=d=2.4", str(wav))
    asset = heygen.http.post("/v3/assets", files={"file": ("a.wav", wav.read_bytes(), "audio/wav")}).json()["data"][
        "asset_id"
    ]

    path = heygen.filmed(tmp_path / "take.mp4", script=None, audio_asset_id=asset)

    assert pytest.approx(2.4, abs=0.08) == media.probe(path).seconds


def test_a_break_is_silence_and_no_word() -> None:
    """A pause in speech markup is heard as one, and stands in no caption."""
    plain = speak("Hot tea. Cold tea.", Speaker())

    paused = speak('Hot tea. <break time="2s"/> Cold tea.', Speaker())

    assert plain.seconds + 2 == pytest.approx(paused.seconds, abs=0.6)
    assert ["Hot tea.", "Cold tea."] == [cue.text for cue in paused.cues]
    assert paused.cues[1].start - paused.cues[0].end == pytest.approx(2.0, abs=0.01)
