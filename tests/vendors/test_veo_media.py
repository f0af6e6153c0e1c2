"""What Veo films: real media of the asked size and length, whose marks name prompt, photo, link and time."""

from pathlib import Path

import pytest

from infra.local.vendors import media
from infra.local.vendors.marks import FootageMark, hash16, read_film, read_sound
from infra.local.vendors.veo.settings import VeoSettings
from tests.vendors.desk import SIZES, VeoDesk, veo_desk

PHOTO = {"gcsUri": "gs://in/photo.jpg", "mimeType": "image/jpeg"}
EXTEND = {"durationSeconds": 7, "storageUri": "gs://takes/b/"}


def test_a_base_clip_is_what_was_asked_for(veo: VeoDesk, tmp_path: Path, photo: bytes) -> None:
    """H.264, 24 fps, the table's size, exactly the asked seconds, AAC when sound was asked (veo page, "The order")."""
    veo.storage.objects["gs://in/photo.jpg"] = photo

    path = veo.filmed(
        {"prompt": "A cup", "image": PHOTO}, {"storageUri": "gs://takes/a/", "durationSeconds": 6}, tmp_path / "a.mp4"
    )

    probe, reading = media.probe(path), read_film(path)
    assert ("h264", "aac", 24.0, 180, 320) == (probe.video, probe.audio, probe.fps, probe.width, probe.height)
    assert pytest.approx(6, abs=0.05) == probe.seconds
    assert FootageMark(hash16("A cup"), hash16(photo), 1, 0.25) == reading.seen[0].footage
    assert [pytest.approx(seen.at, abs=0.26) for seen in reading.seen] == [
        seen.footage.seconds for seen in reading.seen if seen.footage
    ]
    assert {hash16("A cup")} == {heard.prompt for heard in read_sound(path)}


def test_without_sound_there_is_no_track(veo: VeoDesk, tmp_path: Path) -> None:
    """GenerateAudio false gives a file without an audio stream (veo page, "The order")."""
    path = veo.filmed({"prompt": "A cup"}, {"storageUri": "gs://takes/a/", "generateAudio": False}, tmp_path / "a.mp4")

    assert "" == media.probe(path).audio
    assert () == read_sound(path)


def test_landscape_is_the_default(veo: VeoDesk, tmp_path: Path) -> None:
    """AspectRatio is 16:9 unless said otherwise (veo page, "The order")."""
    path = tmp_path / "a.mp4"
    name = veo.http.post(
        "/v1/projects/acme/locations/us-central1/publishers/google/models/veo-3.1-generate-001:predictLongRunning",
        json={"instances": [{"prompt": "A cup"}], "parameters": {"durationSeconds": 4, "storageUri": "gs://takes/a/"}},
    ).json()["name"]
    veo.clock.forward(10)
    veo.server.complete_due()
    path.write_bytes(veo.storage.objects[veo.fetch(name).json()["response"]["videos"][0]["gcsUri"]])

    assert (320, 180) == (media.probe(path).width, media.probe(path).height)


def test_an_extension_keeps_the_film_and_goes_on(veo: VeoDesk, tmp_path: Path, photo: bytes) -> None:
    """The output is the whole film, input + 7 s; the old part keeps its marks, the new has the same photo.

    (veo page, "Extension")
    """
    veo.storage.objects["gs://in/photo.jpg"] = photo
    base = veo.filmed(
        {"prompt": "A cup", "image": PHOTO}, {"storageUri": "gs://takes/a/", "generateAudio": False}, tmp_path / "a.mp4"
    )
    veo.storage.objects["gs://in/a.mp4"] = base.read_bytes()

    instance = {"prompt": "Steam", "video": {"gcsUri": "gs://in/a.mp4", "mimeType": "video/mp4"}}
    path = veo.filmed(instance, EXTEND | {"generateAudio": False}, tmp_path / "b.mp4")

    probe, reading = media.probe(path), read_film(path)
    seen = [(mark.prompt, mark.photo, mark.link) for one in reading.seen if (mark := one.footage)]
    assert [(hash16("A cup"), hash16(photo), 1)] * 8 + [(hash16("Steam"), hash16(photo), 2)] * 14 == seen
    assert pytest.approx(11, abs=0.05) == probe.seconds
    assert [pytest.approx(one.at, abs=0.26) for one in reading.seen] == [
        one.footage.seconds for one in reading.seen if one.footage
    ]
    assert "aac" == probe.audio, "generateAudio false is not honoured on an extension"
    assert [None] * 7 + [hash16("Steam")] * 13 == [one.prompt for one in read_sound(path) if one.at not in (3.5, 10.5)]


def test_the_bill_of_an_extension_is_seven_seconds(veo: VeoDesk, tmp_path: Path) -> None:
    """An extension is billed for its 7 new seconds; no more than 30 s can be extended (veo page, "Extension")."""
    base = veo.filmed({"prompt": "A cup"}, {"storageUri": "gs://takes/a/"}, tmp_path / "a.mp4")
    for link in range(4):
        veo.storage.objects["gs://in/a.mp4"] = base.read_bytes()
        instance = {"prompt": f"Link {link}", "video": {"gcsUri": "gs://in/a.mp4", "mimeType": "video/mp4"}}
        base = veo.filmed(instance, EXTEND, tmp_path / f"{link}.mp4")
    veo.storage.objects["gs://in/a.mp4"] = base.read_bytes()
    too_long = veo.outcome(
        {"prompt": "One more", "video": {"gcsUri": "gs://in/a.mp4", "mimeType": "video/mp4"}}, EXTEND
    )

    assert pytest.approx(32, abs=0.1) == media.probe(base).seconds
    assert [4.0] + [7.0] * 5 == [g["seconds"] for g in veo.server.bill()["generations"]]
    assert 4 * 7 * 400_000 + 4 * 400_000 == sum(g["amount_micros"] for g in veo.server.bill()["generations"])
    assert 3 == too_long["error"]["code"]


def test_only_a_fitting_film_can_be_extended(veo: VeoDesk, tmp_path: Path) -> None:
    """An extension wants an MP4 of 24 fps in the asked ratio; else code 3 (veo page, "Extension")."""
    for name, size, rate in (
        ("fps", "180x320", "30"),
        ("ratio", "320x180", "24"),
        ("small", "90x160", "24"),
        ("short", "180x320", "24"),
    ):
        made = tmp_path / f"{name}.mp4"
        media.run(
            "-f",
            "lavfi",
            "-i",
            f"testsrc=s={size}:r={rate}:d={0.5 if name == 'short' else 2}",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            str(made),
        )
        veo.storage.objects[f"gs://in/{name}.mp4"] = made.read_bytes()
    veo.storage.objects["gs://in/text.mp4"] = b"no film"

    codes = [
        veo.outcome({"prompt": "On", "video": {"gcsUri": f"gs://in/{name}.mp4", "mimeType": "video/mp4"}}, EXTEND)[
            "error"
        ]["code"]
        for name in ("fps", "ratio", "small", "short", "text", "missing")
    ]

    assert [3] * 6 == codes


def test_a_foreign_film_can_be_extended(veo: VeoDesk, tmp_path: Path) -> None:
    """The newest page no longer demands Veo's own output; its part carries no marks, the new part no photo.

    (veo page, "Extension")
    """
    made = tmp_path / "foreign.mp4"
    media.run("-f", "lavfi", "-i", "testsrc=s=180x320:r=24:d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", str(made))
    veo.storage.objects["gs://in/f.mp4"] = made.read_bytes()

    path = veo.filmed(
        {"prompt": "On", "video": {"gcsUri": "gs://in/f.mp4", "mimeType": "video/mp4"}}, EXTEND, tmp_path / "b.mp4"
    )

    seen = [one.footage for one in read_film(path).seen]
    assert [None] * 4 == seen[:4]
    assert {(hash16("On"), 0, 2)} == {(mark.prompt, mark.photo, mark.link) for mark in seen[4:] if mark}


def test_an_extension_may_be_switched_to_its_new_part(tmp_path: Path) -> None:
    """Should the service return only the seven seconds, a switch lets that be tried (veo page, "Extension")."""
    with veo_desk(tmp_path / "data", VeoSettings(cumulative=False, background=False, sizes=SIZES)) as veo:
        base = veo.filmed({"prompt": "A cup"}, {"storageUri": "gs://takes/a/"}, tmp_path / "a.mp4")
        veo.storage.objects["gs://in/a.mp4"] = base.read_bytes()
        path = veo.filmed(
            {"prompt": "On", "video": {"gcsUri": "gs://in/a.mp4", "mimeType": "video/mp4"}}, EXTEND, tmp_path / "b.mp4"
        )

    assert pytest.approx(7, abs=0.05) == media.probe(path).seconds


def test_a_reference_is_seen_and_named(veo: VeoDesk, tmp_path: Path, photo: bytes) -> None:
    """References film 8 s; the mark names the first of them (veo page, "Reference images")."""
    veo.storage.objects["gs://in/photo.jpg"] = photo
    instance = {"prompt": "A cup", "referenceImages": [{"image": PHOTO, "referenceType": "asset"}]}

    path = veo.filmed(instance, {"storageUri": "gs://takes/a/", "durationSeconds": 8}, tmp_path / "a.mp4")

    mark = read_film(path).seen[0].footage
    assert mark is not None
    assert hash16(photo) == mark.photo
    assert pytest.approx(8, abs=0.05) == media.probe(path).seconds


@pytest.mark.parametrize(("mode", "dark"), [("pad", True), ("crop", False)])
def test_resize_mode_pads_or_crops(veo: VeoDesk, tmp_path: Path, photo: bytes, mode: str, dark: bool) -> None:
    """ResizeMode pad (the default) letter-boxes a photo of another shape in black, crop fills the frame.

    (veo page, "The order")
    """
    veo.storage.objects["gs://in/photo.jpg"] = photo

    path = veo.filmed(
        {"prompt": "A cup", "image": PHOTO}, {"storageUri": "gs://takes/a/", "resizeMode": mode}, tmp_path / "a.mp4"
    )

    first = next(media.frames(path, rate=24, width=180, height=320))
    assert dark == bool(first[290:, 40:].mean() < 30)
