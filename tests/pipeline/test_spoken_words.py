"""Which word of a caption is said when: by how long words take to say, and by where the voice pauses."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.breaking import words
from shared.media.voice_activity import runs
from shared.pipeline.edit.edit import Cue
from shared.pipeline.edit.spoken_words import SHORTEST_WORD, spoken_words

SAID = "One, two three four."


def starts(cue: Cue, *voiced: tuple[float, float]) -> list[float]:
    """Return when each word of a caption begins."""
    return [word.start for word in spoken_words(cue, words(cue.text), voiced)]


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Hello, world! It's 24/7 co-operate", "en", ["Hello, ", "world! ", "It's ", "24/7 ", "co-operate"]),
        ("(Really) at 10:30 — yes.", "en", ["(Really) ", "at ", "10:30 ", "— yes."]),
        ("你好，世界。「咖啡」", "zh", ["你好，", "世界。", "「咖啡」"]),
        ("กาแฟสดใหม่", "th", ["กาแฟ", "สด", "ใหม่"]),
        ("مرحبا، هذه قهوة.", "ar", ["مرحبا، ", "هذه ", "قهوة."]),
        ("हर सुबह ताज़ी कॉफ़ी।", "hi", ["हर ", "सुबह ", "ताज़ी ", "कॉफ़ी।"]),
        ("¡Ya! ☕", "es", ["¡Ya! ☕"]),
        ("☕", "", ["☕"]),
        ("", "", []),
    ],
)
def test_words_are_told_apart_in_every_script(text: str, language: str, told: list[str]) -> None:
    """A word holds the marks beside it and the blanks after it; a dictionary parts what no blank does."""
    assert told == list(words(text, language))


def test_a_long_word_is_lit_longer() -> None:
    """Without a pause words share the caption by how long they take to say."""
    first, second = spoken_words(Cue("a extraordinarily", 1.0, 2.0), ("a ", "extraordinarily"), [(1.0, 3.0)])
    assert first.start == 1.0
    assert first.seconds < 0.5 < second.seconds


def test_words_after_a_pause_begin_with_the_voice() -> None:
    """A word stays lit through the pause after it, and the next begins where the voice does."""
    found = starts(Cue(SAID, 0.0, 4.0), (0.0, 0.5), (2.5, 4.0))
    assert found[:2] == [0.0, 2.5]
    assert found[2:] == sorted(found[2:])


def test_a_pause_where_no_mark_stands_is_kept_when_the_words_fit() -> None:
    """The voice decides: a speaker who pauses after the third of four equal words has said three."""
    assert starts(Cue("aaaa bbbb cccc dddd", 0.0, 3.0), (0.0, 1.5), (2.5, 3.0))[3] == 2.5


def test_a_take_that_is_not_heard_is_told_by_its_letters() -> None:
    """Without any voice in the caption's time its words share all of it."""
    assert starts(Cue("aaaa bbbb", 2.0, 2.0)) == [2.0, 3.0]


@given(
    st.lists(st.sampled_from(["a ", "house, ", "咖啡", "ครับ", "2026 ", "— "]), min_size=1, max_size=40),
    st.floats(0.1, 30),
    st.lists(st.tuples(st.floats(0, 40), st.floats(0.04, 3)), max_size=8),
    st.lists(st.floats(0, 32767), max_size=60),
)
def test_words_fill_their_caption(
    parts: list[str], seconds: float, heard: list[tuple[float, float]], levels: list[float]
) -> None:
    """Whatever is heard, words follow each other without a gap, last as long as the caption, and none only flickers."""
    cue, clock, voiced = Cue("".join(parts), 1.0, seconds), 0.0, []
    for start, lasts in sorted(heard):
        begin = max(clock, start)
        voiced.append((begin, begin + lasts))
        clock = begin + lasts + 0.12

    made = spoken_words(cue, parts, voiced, levels * 30)

    assert [word.text for word in made] == parts
    assert made[0].start == 1.0
    assert made[-1].start + made[-1].seconds == pytest.approx(1.0 + seconds, abs=0.002)
    assert all(one.start + one.seconds == pytest.approx(two.start, abs=0.002) for one, two in pairwise(made))
    assert min(word.seconds for word in made) >= min(SHORTEST_WORD, seconds / len(parts)) - 0.002


def test_a_short_silence_is_no_pause_and_a_click_no_voice() -> None:
    """Stops within words are not pauses, nor is a click speech; what is far below the speech is silence."""
    loud, stop, pause = [1.0] * 10, [0.001] * 4, [0.01] * 10
    click = [*pause, 1.0, *pause]

    assert list(runs([*loud, *stop, *loud, *pause, *loud, *click])) == [(0.0, 0.48), (0.68, 0.88)]
    assert list(runs([0.0] * 50)) == []
    assert list(runs([])) == []
