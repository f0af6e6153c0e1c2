"""Files sent to the wrong upload: each is told where it belongs, and nothing is kept."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes import Code
from shared.door.misplaced import WANTED, UploadPath, belongs_to
from shared.media.faces import FOLDER
from tests.journey.cinema import PHOTO
from tests.media.makers import BLUE, ffmpeg, film
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, staged

TAKES = {"photo": UploadPath.IMAGE, "clip": UploadPath.CLIP, "font": UploadPath.FONT} | dict.fromkeys(
    ("mp3", "m4a", "wav", "flac", "aac"), UploadPath.MUSIC
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    """Return a customer of a stage."""
    with staged(tmp_path_factory.mktemp("misplaced")) as stage:
        yield customer(stage.wiring, TENANT.id)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Return a file of each kind, none of which is long enough to be used as music or as a clip."""
    folder = tmp_path_factory.mktemp("files")
    found = {"photo": PHOTO, "font": next(Path(FOLDER).glob("DejaVu*.ttf"))}
    found["clip"] = film(folder / "clip.mp4", BLUE, each=0.2)
    for suffix in ("mp3", "m4a", "wav", "flac", "aac"):
        found[suffix] = folder / f"tune.{suffix}"
        ffmpeg("-f", "lavfi", "-i", "sine=f=500:d=0.5", found[suffix])
    return {name: path.read_bytes() for name, path in found.items()}


@pytest.mark.parametrize("name", TAKES)
def test_a_misplaced_file_is_told_where_it_belongs(shop: Customer, files: Mapping[str, bytes], name: str) -> None:
    """Every other upload refuses it and names the one that takes it; a logo may be any picture."""
    for upload in UploadPath:
        if upload is TAKES[name] or (upload, name) == (UploadPath.LOGO, "photo"):
            continue
        answer = shop.call("POST", upload, files[name])

        assert answer.status_code in {415, 422}, (upload, name)
        assert told(answer)["next_move"].endswith(f", which POST {TAKES[name]} takes")


@pytest.mark.parametrize("name", ["clip", "mp3"])
def test_a_file_in_its_place_is_told_what_is_wrong_with_it(
    shop: Customer, files: Mapping[str, bytes], name: str
) -> None:
    """Too short a clip, too short a tune: the next move is about the file, not about another upload."""
    answer = shop.call("POST", TAKES[name], files[name])

    assert 422 == answer.status_code
    assert "uploads" not in told(answer)["next_move"]


@pytest.mark.parametrize("suffix", ["webm", "mp4", "mkv"])
def test_a_clip_of_sound_alone_is_told_where_music_belongs(shop: Customer, tmp_path: Path, suffix: str) -> None:
    """By what is in it, not by its first bytes; what music is then told is to be exported, not sent back."""
    path = tmp_path / f"tune.{suffix}"
    ffmpeg("-f", "lavfi", "-i", "sine=f=500:d=5", *(("-c:a", "libopus") if suffix == "webm" else ()), path)

    as_clip = told(shop.call("POST", UploadPath.CLIP, path.read_bytes()))
    as_music = shop.call("POST", UploadPath.MUSIC, path.read_bytes())

    assert "the clip has no picture, sound alone" == as_clip["message"]
    assert as_clip["next_move"].startswith("Export its sound as MP3, AAC (M4A), WAV or FLAC; ")
    assert as_clip["next_move"].endswith(f", which POST {UploadPath.MUSIC} takes")
    if suffix != "mp4":
        assert "the file is WebM or Matroska, whose sound is not read" == told(as_music)["message"]


@pytest.mark.parametrize("what", [b"", b"GIF89a", b"<svg xmlns", b"\xff\xfeh\x00i\x00", b"PK\x03\x04", b"OggS\x00"])
def test_what_no_upload_takes_belongs_nowhere(what: bytes) -> None:
    """Pictures of other kinds, texts, archives."""
    assert belongs_to(what) is None


@given(st.binary(max_size=64))
def test_any_bytes_are_looked_at(head: bytes) -> None:
    """Whatever a file begins with is told apart without an error."""
    assert belongs_to(head) in {None, *UploadPath} - {UploadPath.LOGO}


@pytest.mark.parametrize("upload", UploadPath)
@pytest.mark.parametrize("form", [False, True])
def test_an_upload_without_a_byte_is_told_what_it_takes(shop: Customer, upload: UploadPath, form: bool) -> None:
    """In its own kind's words, and with the call that sends one; an empty file of a form as an empty body."""
    said = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n--x--\r\n' if form else b""
    headers = {"Content_Type": "multipart/form-data; boundary=x"} if form else {}

    answer = shop.call("POST", upload, said, **headers)

    wanted = WANTED[upload]
    assert (415 if wanted.code is Code.NOT_AN_IMAGE else 422) == answer.status_code, told(answer)
    assert f"the {'file' if form else 'body'} is empty" in told(answer)["message"]
    assert f"the {wanted.name}'s bytes ({wanted.kinds})" in told(answer)["next_move"]
