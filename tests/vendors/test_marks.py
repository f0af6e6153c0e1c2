"""The marks: what is painted is what is read, also after the film was cut, mixed and encoded once more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.vendors import badge, strip, tones
from infra.local.vendors.payload import FootageMark, PresenterMark, from_bits, hash16, to_bits
from infra.local.vendors.tones import RATE, Band

words = st.integers(1, 0xFFFF)


@given(words, st.integers(0, 0xFFFF), st.integers(1, 15), st.integers(0, 255))
def test_a_footage_mark_survives_its_bits(prompt: int, photo: int, link: int, quarter: int) -> None:
    """Every footage mark is read as it was written."""
    mark = FootageMark(prompt, photo, link, quarter / 4)

    assert mark == from_bits(to_bits(mark))


@given(words, words, st.integers(0, 4095))
def test_a_presenter_mark_survives_its_bits(avatar: int, script: int, quarter: int) -> None:
    """Every presenter mark is read as it was written."""
    mark = PresenterMark(avatar, script, quarter / 4)

    assert mark == from_bits(to_bits(mark))


@given(words, words, st.integers(0, 63))
def test_a_damaged_mark_is_no_mark(prompt: int, photo: int, at: int) -> None:
    """One wrong bit is noticed by the check sum."""
    bits = to_bits(FootageMark(prompt, photo, 1, 0.0))
    bits[at] ^= 1

    assert from_bits(bits) is None


def test_a_hash_is_never_nothing() -> None:
    """Zero means "no photo", so no content is hashed to it; text and its UTF-8 bytes are the same content."""
    assert hash16("é") == hash16("é".encode())
    assert all(hash16(str(n)) > 0 for n in range(70_000))


@pytest.mark.parametrize("size", [(180, 320), (320, 180), (720, 1280), (1080, 1920), (270, 480)])
def test_a_strip_is_read_at_every_size(size: tuple[int, int]) -> None:
    """The footage mark is read from a frame of any size the stand-in films."""
    width, height = size
    luma = np.random.default_rng(7).integers(0, 255, (height, width)).astype(np.uint8)
    mark = FootageMark(0xBEEF, 0x1234, 3, 12.25)

    strip.paint(luma, mark)

    assert mark == strip.read(luma)


@pytest.mark.parametrize("covered", [(slice(0, 30), slice(None)), (slice(60, None), slice(0, 60))])
def test_one_strip_is_enough(covered: tuple[slice, slice]) -> None:
    """When text lies over the top, or a presenter over the left edge, the other strip is read."""
    luma = np.full((1280, 720), 90, np.uint8)
    mark = FootageMark(0xBEEF, 0x1234, 3, 12.25)
    strip.paint(luma, mark)

    luma[covered] = 127

    assert mark == strip.read(luma)


@pytest.mark.parametrize(("size", "crop"), [((720, 1280), (280, 1000, 0, 720)), ((1280, 720), (0, 720, 280, 1000))])
def test_a_square_crop_keeps_a_strip(size: tuple[int, int], crop: tuple[int, int, int, int]) -> None:
    """A film cropped to 1:1 still says what was filmed."""
    luma = np.full((size[1], size[0]), 90, np.uint8)
    mark = FootageMark(0xBEEF, 0x1234, 3, 12.25)
    strip.paint(luma, mark)

    top, bottom, left, right = crop

    assert mark == strip.read(luma[top:bottom, left:right])


@pytest.mark.parametrize("width", [34, 60, 113, 240, 371])
def test_a_badge_is_found_anywhere(width: int) -> None:
    """The presenter mark is found in a busy picture, wherever it is and whatever its size, with its box."""
    luma = np.random.default_rng(7).integers(30, 220, (1280, 720)).astype(np.uint8)
    mark = PresenterMark(0xCAFE, 0xF00D, 99.75)
    badge.paint(luma, 201, 703, width, mark)

    found = badge.find(luma)

    assert found is not None
    assert mark == found[0]
    assert [201, 703, width, badge.card_height(width)] == pytest.approx(
        [found[1].x, found[1].y, found[1].width, found[1].height], abs=max(3, width * 0.06)
    )


def test_no_mark_is_seen_where_there_is_none() -> None:
    """Neither noise nor a flat picture is read as a mark."""
    noise = np.random.default_rng(7).integers(0, 255, (640, 360)).astype(np.uint8)
    flat = np.full((640, 360), 128, np.uint8)

    assert (None, None) == (strip.read(noise), badge.find(noise))
    assert (None, None) == (strip.read(flat), badge.find(flat))


@given(words, words)
def test_both_tones_are_heard_in_one_mix(script: int, prompt: int) -> None:
    """Script and footage are told from half a second in which both sound, in the noise of a room."""
    size = RATE // 2
    mix = np.random.default_rng(7).normal(0, 0.005, size).astype(np.float32)
    mix += tones.tones(script, Band.SCRIPT, size, level=0.006, start=1234)
    mix += tones.tones(prompt, Band.PROMPT, size, level=0.002, start=77)

    assert (script, prompt) == (tones.heard(mix, Band.SCRIPT), tones.heard(mix, Band.PROMPT))


def test_silence_says_nothing() -> None:
    """No tone is heard in silence, nor in noise."""
    assert tones.heard(np.zeros(RATE // 2, np.float32), Band.SCRIPT) is None
    assert tones.heard(np.random.default_rng(7).normal(0, 0.1, RATE // 2).astype(np.float32), Band.SCRIPT) is None
