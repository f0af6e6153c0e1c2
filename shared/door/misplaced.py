"""A file that was sent to the wrong upload is told where it belongs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from shared.codes import Code
from shared.door.incoming import UploadKind
from shared.steps.problems import Problem

FIRST_BYTES = 64  # of a file: they tell what it is


class UploadPath(StrEnum):
    """Where a kind of file is sent."""

    IMAGE = "/tenant/uploads"
    MUSIC = "/tenant/uploads/audio"
    CLIP = "/tenant/uploads/clip"
    FONT = "/tenant/uploads/font"
    LOGO = "/tenant/uploads/logo"


_PICTURES = "JPEG, PNG or WebP"
WANTED = {
    UploadPath.IMAGE: UploadKind(Code.NOT_AN_IMAGE, "image", _PICTURES, "photo.jpg", "image"),
    UploadPath.MUSIC: UploadKind(Code.NOT_MUSIC, "music", "MP3, AAC, WAV or FLAC", "tune.mp3", "audio"),
    UploadPath.CLIP: UploadKind(Code.NOT_A_CLIP, "clip", "MP4, MOV or WebM", "clip.mp4", "clip"),
    UploadPath.FONT: UploadKind(Code.NOT_A_FONT, "font", "TTF or OTF", "font.ttf", "font"),
    UploadPath.LOGO: UploadKind(Code.NOT_AN_IMAGE, "logo", _PICTURES, "logo.png", "image"),
}
_REFUSALS = {Code.NOT_AN_IMAGE, Code.UNSUPPORTED_FORMAT, Code.NOT_MUSIC, Code.NOT_A_CLIP, Code.NOT_A_FONT}
_SEEMS = {UploadPath.IMAGE: "an image", UploadPath.MUSIC: "music", UploadPath.CLIP: "a clip", UploadPath.FONT: "a font"}
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"wOFF", b"wOF2", b"ttcf")
_SOUND_ALONE = (b"M4A ", b"M4B ", b"mp4a")  # brands of MP4s without a picture
_EBML, _UTF16 = b"\x1a\x45\xdf\xa3", b"\xff\xfe"


@contextmanager
def sent_to(here: UploadPath, head: bytes) -> Iterator[None]:
    """Let a refused file's next move be the upload that takes it, where that is another one. Raises Problem."""
    try:
        yield
    except Problem as refused:
        there = _place_of(refused, head) if refused.code in _REFUSALS else None
        if there is None or there == here or {here, there} == {UploadPath.LOGO, UploadPath.IMAGE}:
            raise
        elsewhere = f"this one looks like {_SEEMS[there]}, which POST {there} takes"  # a part that pages leave out
        move = f"{refused.next_move.rstrip('.')}; {elsewhere}"
        raise Problem(refused.code, refused.message, next_move=move, details=refused.details) from refused


def _place_of(refused: Problem, head: bytes) -> UploadPath | None:
    from shared.media.errors import SOUND_ALONE

    return UploadPath.MUSIC if refused.message == SOUND_ALONE else belongs_to(head)


def belongs_to(head: bytes) -> UploadPath | None:
    """Name the upload that takes a file, by its first bytes; None for what no upload takes."""
    from shared.media.music_kinds import music_kind
    from shared.media.photo.kinds import format_of, is_film
    from shared.media.photo.refused import ImageRefused

    with suppress(ImageRefused):
        format_of(head)
        return UploadPath.IMAGE
    if head.startswith(_FONTS):
        return UploadPath.FONT
    if head.startswith(_EBML):
        return UploadPath.CLIP
    if head[4:8] == b"ftyp":
        return (UploadPath.MUSIC if head[8:12] in _SOUND_ALONE else UploadPath.CLIP) if is_film(head) else None
    return UploadPath.MUSIC if music_kind(head) and not head.startswith(_UTF16) else None
