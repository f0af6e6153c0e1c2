"""Tells by a file's first bytes what music it is, tags before it passed over."""

_ID3, _FOOTER = 10, 0x10  # bytes of a tag's head; the flag of one that has as many behind it
_MOST_TAGS = 8


def music_kind(data: bytes) -> str | None:
    """Return the suffix of music's kind, "mp3", "aac", "m4a", "wav" or "flac"; None for no music we know.

    Any MP4-like file is "m4a": whether it has a picture, its boxes say.
    """
    at = tags_end(data)
    tagged, data = bool(at), data[at : at + 16]
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[4:8] == b"ftyp":
        return "m4a"
    if data[:1] == b"\xff" and data[1:2] and data[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - ADTS: its layer is 0
        return "aac"
    if tagged or (data[:1] == b"\xff" and data[1:2] and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return "mp3"
    return None


def tags_end(data: bytes) -> int:
    """Return where the ID3 tags end that a file begins with: some taggers write them before FLAC and AAC, too."""
    at = 0
    for _ in range(_MOST_TAGS):
        head = data[at : at + _ID3]
        if head[:3] != b"ID3" or len(head) < _ID3:
            break
        length = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        at += _ID3 + length + (_ID3 if head[5] & _FOOTER else 0)
    return at
