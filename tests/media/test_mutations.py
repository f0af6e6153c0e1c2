"""However an image from outside is broken, the end is a picture or a refusal; what stands beside it never matters."""

import os
import struct
import zlib

from shared.media.images import ImageRefused, ReencodedImage, sniff_and_reencode
from tests.media.mutations import Mutation, mutations

COUNT = int(os.environ.get("IMAGE_MUTATIONS", "5000"))
SEED = int(os.environ.get("IMAGE_SEED", "8"))
FORESEEN = (EOFError, MemoryError, OSError, SyntaxError, ValueError, struct.error, zlib.error)
"""What the libraries raise of damaged files; anything else would be a mistake in our own readers."""


def end(mutation: Mutation) -> ReencodedImage | ImageRefused:
    """Send in a mutated image and return what became of it."""
    try:
        return sniff_and_reencode(mutation.data, max_bytes=2**20)
    except ImageRefused as refusal:
        return refusal


def test_every_mutation_ends_in_a_picture_or_a_refusal() -> None:
    """Bytes, cuts, EXIF, profiles, chunks, segments: no exception but ImageRefused, and none of it by accident.

    A mutation of what stands beside the picture (EXIF, a profile) ends in the picture, upright or turned.
    """
    refused = 0
    for mutation in mutations(COUNT, SEED):
        match end(mutation):
            case ImageRefused() as refusal:
                refused += 1
                assert not mutation.sound, f"{mutation.story}: {refusal}"
                assert refusal.next_move, mutation.story
                assert isinstance(refusal.__cause__, (*FORESEEN, type(None))), mutation.story
            case made:
                assert not mutation.sound or [80, 96] == sorted((made.width, made.height)), mutation.story

    print(f"{COUNT} mutations of seed {SEED}: {refused} refused, {COUNT - refused} became pictures")
    assert 0 < refused < COUNT
