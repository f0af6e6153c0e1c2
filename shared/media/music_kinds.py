"""Tells by a file's first bytes what music it is."""


def music_kind(data: bytes) -> str | None:
    """Return the suffix of music's kind, "mp3", "aac", "m4a", "wav" or "flac"; None for no music we know.

    Any MP4-like file is "m4a": whether it has a picture, its boxes say.
    """
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[4:8] == b"ftyp":
        return "m4a"
    if data[:3] == b"ID3" or (data[:1] == b"\xff" and data[1:2] and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return "mp3"
    if data[:1] == b"\xff" and data[1:2] and data[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - ADTS: its layer is 0
        return "aac"
    return None
