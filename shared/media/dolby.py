"""Tells a picture that is Dolby Vision and nothing else (profile 5): its colours are IPTPQc2, and no matrix says so.

A sample entry holds a box of its own (dvcC, dvvC) with the profile and what else can show its base layer; 0 is nothing.
What is HLG or HDR10 beneath (8.4 of phones, 8.1) is shown as that. What cannot be read here is another reader's matter.
"""

from collections.abc import Iterator
from itertools import islice

from shared.media.mp4_boxes import NotAFilm, boxes, number

_ENTRIES = (b"dvh1", b"dvhe", b"hvc1", b"hev1")  # HEVC, as profile 5 is
_TABLE_HEAD = 8  # bytes of a table of sample entries (stsd) before them
_ENTRY_HEAD = 78  # bytes of a picture's sample entry before its boxes
_MOST_SAMPLE_ENTRIES = 16
_CONFIGURATIONS = (b"dvcC", b"dvvC")
_LEAST_CONFIGURATION = 5  # bytes of a configuration that say profile and base layer
_PROFILE_ALONE = 5  # the profile


def of_dolby_alone(minf: bytes) -> bool:
    """Tell whether players of Dolby Vision alone can show a track's picture."""
    try:
        return any(_alone(each) for each in islice(_configurations(minf), _MOST_SAMPLE_ENTRIES))
    except NotAFilm:
        return False


def _configurations(minf: bytes) -> Iterator[bytes]:
    tables = (body for name, body in boxes(minf) if name == b"stbl")
    for table in (body[_TABLE_HEAD:] for stbl in tables for name, body in boxes(stbl) if name == b"stsd"):
        for entry in (
            body[_ENTRY_HEAD:] for name, body in islice(boxes(table), _MOST_SAMPLE_ENTRIES) if name in _ENTRIES
        ):
            yield from (body for name, body in boxes(entry) if name in _CONFIGURATIONS)


def _alone(configuration: bytes) -> bool:
    """Behind two bytes of version: 7 bits of profile, 6 of level, 3 flags; then 4 bits of what its base layer is."""
    return (
        len(configuration) >= _LEAST_CONFIGURATION
        and number(configuration[2:4]) >> 9 == _PROFILE_ALONE
        and configuration[4] >> 4 == 0
    )
