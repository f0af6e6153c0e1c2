"""Subtitles are read as tools really write them, and estimated where there are none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.edit.captions import LONGEST_LINE, estimated, parse_srt, read_srt, show_markup
from shared.pipeline.edit.edit import Cue
from tests.pipeline.breaks import BREAKS


def test_a_plain_srt() -> None:
    """Counter, times, one or two lines, an empty line."""
    text = "1\n00:00:00,000 --> 00:00:01,500\nHello\n\n2\n00:00:01,500 --> 00:01:02,250\ntwo\nlines\n"

    assert parse_srt(text) == (Cue("Hello", 0.0, 1.5), Cue("two\nlines", 1.5, 60.75))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n\r\n",
        "00:00:01.000 --> 00:00:02.000\nHello",
        "7\n00:01,000 --> 00:02,000\nHello\n",
        "1\n0:00:01,0 --> 0:00:02,00\nHello\n",
        "1\n00:00:01,000 --> 00:00:02,000 X1:10 X2:20 Y1:5\n<i>Hello</i>{\\an8}\n",
        "1\n00:00:01 -> 00:00:02\n  Hello  \n\n\n",
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 align:start\nHello\n",
        "1\r00:00:01,000 --> 00:00:02,000\rHello\r",
    ],
)
def test_what_tools_really_write(text: str) -> None:
    """Marks, line ends, missing counters and hours, tags and positions do not matter."""
    assert parse_srt(text) == (Cue("Hello", 1.0, 1.0),)


def test_blocks_without_an_empty_line_between_them() -> None:
    """A counter before times belongs to the next block, not to the text."""
    text = "1\n00:00:00,000 --> 00:00:01,000\nOne\n2\n00:00:01,000 --> 00:00:02,000\nTwo"

    assert parse_srt(text) == (Cue("One", 0.0, 1.0), Cue("Two", 1.0, 1.0))


def test_cues_come_in_order_of_time() -> None:
    """Whatever order the file has."""
    text = "2\n00:00:05,000 --> 00:00:06,000\nlater\n\n1\n00:00:01,000 --> 00:00:02,000\nsooner\n"

    assert [cue.text for cue in parse_srt(text)] == ["sooner", "later"]


@pytest.mark.parametrize(
    "text", ["", "no times\n", "1\n00:00:02,000 --> 00:00:01,000\nbackwards\n", "1\n00:00:01,000 --> 00:00:02,000\n\n"]
)
def test_what_has_no_times_or_no_text_is_passed_over(text: str) -> None:
    """A broken sidecar is no reason to lose a film."""
    assert parse_srt(text) == ()


HELLO = "1\n00:00:01,000 --> 00:00:02,000\nCaf\u00e9 \u30b3\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_letters_are_read_as_their_file_says(encoding: str) -> None:
    """UTF-8 with and without a mark, UTF-16 with one."""
    assert read_srt(HELLO.encode(encoding)) == (Cue("Caf\u00e9 \u30b3", 1.0, 1.0),)


@pytest.mark.parametrize(
    "raw",
    [
        HELLO.replace("\u30b3", "").encode("cp1252"),
        HELLO.replace("\u00e9", "").encode("shift_jis"),
        HELLO.encode("utf-16-le"),
        HELLO.encode("utf-32"),
        HELLO.encode("utf-16")[:-1],
        HELLO.encode()[:-3],
        HELLO.replace("\u30b3", "\ufffd").encode(),
        HELLO.replace("\u30b3", "\0").encode(),
    ],
    ids=["Latin", "Shift JIS", "no mark", "UTF-32", "half a letter", "a letter cut", "lost before us", "zeros"],
)
def test_letters_that_cannot_be_read_are_not_shown(raw: bytes) -> None:
    """Nobody sees a film with wrong letters: there are no cues, so that they are estimated from the script."""
    assert read_srt(raw) == ()


@given(st.binary())
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    """Whatever a provider sends."""
    assert all(cue.seconds > 0 and cue.text for cue in read_srt(raw))


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a provider sends, cues have a length and a text."""
    assert all(cue.seconds > 0 and cue.text for cue in parse_srt(text))


def test_a_number_alone_is_text_too() -> None:
    """Somebody may say "42"."""
    assert parse_srt("1\n00:00:00,000 --> 00:00:01,000\n42\n\n") == (Cue("42", 0.0, 1.0),)


@given(st.text(min_size=1), st.floats(1, 300))
def test_estimated_captions_fill_the_speech_in_order(script: str, seconds: float) -> None:
    """Nothing is lost, and the last cue ends with the speech."""
    cues = estimated(script, seconds, BREAKS)

    assert "".join("".join(cue.text for cue in cues).split()) == "".join(script.split())
    assert all(later.start >= sooner.start for sooner, later in pairwise(cues))
    assert not cues or cues[-1].start + cues[-1].seconds == pytest.approx(seconds, abs=0.01)


def test_long_sentences_are_wrapped_evenly() -> None:
    """No line is longer than a film can show, and none is a single leftover word."""
    cues = estimated("word " * 30, 30.0, BREAKS)

    assert all(len(cue.text) <= LONGEST_LINE for cue in cues)
    assert min(len(cue.text) for cue in cues) > LONGEST_LINE / 2


def test_sentences_end_where_they_end() -> None:
    """A price is no end of a sentence; a quoted one is, and one without spaces too."""
    cues = estimated('It costs 4.50 now. "Really?" Yes! 美味しい。新しい。', 10.0, BREAKS)

    assert [cue.text for cue in cues] == ["It costs 4.50 now.", '"Really?"', "Yes!", "美味しい。", "新しい。"]


def test_what_has_no_spaces_is_broken_where_a_line_ends() -> None:
    """Ideographs are twice as wide as letters."""
    cues = estimated("茶" * 70, 14.0, BREAKS)

    assert [len(cue.text) for cue in cues] == [24, 24, 22]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("नमस्ते। यह नया कप है॥ ठीक?", ["नमस्ते।", "यह नया कप है॥", "ठीक?"]),
        ("مرحبا؟ هذا كوب. جيد", ["مرحبا؟", "هذا كوب.", "جيد"]),
        ("نیا کپ۔ صرف آج", ["نیا کپ۔", "صرف آج"]),
        ("ሰላም።እንዴት", ["ሰላም።", "እንዴት"]),
        ("សួស្តី។ នេះ៖ កែវ៕", ["សួស្តី។", "នេះ៖", "កែវ៕"]),
        ("မင်္ဂလာပါ။ ခွက်", ["မင်္ဂလာပါ။", "ခွက်"]),
        ("Բարեւ։ Նոր", ["Բարեւ։", "Նոր"]),
        ("“真的？！”是的。好", ["“真的？！”", "是的。", "好"]),
    ],
    ids=["Hindi", "Arabic", "Urdu", "Amharic", "Khmer", "Burmese", "Armenian", "Chinese"],
)
def test_every_script_ends_its_sentences_its_own_way(script: str, lines: list[str]) -> None:
    """A caption ends with its sentence, whatever sign that has."""
    assert lines == [cue.text for cue in estimated(script, 10.0, BREAKS)]


WORDS = ["ยินดีต้อนรับ", "คุณ", "กาแฟ", "ครอบครัว", "ทั้งหมด", "แก้ว", "ใหม่", "ของ"]


def test_thai_captions_end_between_words() -> None:
    """No caption ends within a Thai word, though nothing in the text parts them."""
    script = "".join(WORDS) * 6

    cues = estimated(script, 20.0, BREAKS)

    assert len(cues) > 3
    starts = {0}
    for word in WORDS * 6:
        starts.add(max(starts) + len(word))
    assert {len("".join(cue.text for cue in cues[:count])) for count in range(len(cues))} <= starts


@pytest.mark.parametrize("sign", ["👨\u200d👩\u200d👧\u200d👦", "👍🏽", "🇫🇷", "e\u0301\u0323", "क्षि", "กิ่"])
def test_no_sign_is_broken(sign: str) -> None:
    """A family, a tint, a flag and a letter with its marks stay whole where a line of them must be broken somewhere."""
    cues = estimated(sign * 100, 20.0, BREAKS)

    assert len(cues) > 1
    assert {""} == {cue.text.replace(sign, "") for cue in cues}


def test_a_break_is_silent() -> None:
    """Markup is not shown, and while it is silent no caption is."""
    one, two = estimated('Hot tea <break time="2s"/> cold tea', 6.0, BREAKS)

    assert ("Hot tea", "cold tea") == (one.text, two.text)
    assert two.start - (one.start + one.seconds) == pytest.approx(2.0, abs=0.01)
    assert two.start + two.seconds == pytest.approx(6.0, abs=0.01)


@pytest.mark.parametrize(
    ("script", "cues", "torn"),
    [
        ("Hot <prosody rate='slow'>tea</prosody>", ("Hot <prosody rate", "='slow'>tea"), True),
        ("Hot <prosody rate='slow'>tea</prosody>", ("Hot", "tea"), False),
        ("Hot <break time='1s'/> tea", ("Hot break time 1s", "tea"), True),
        ("Hot <break time='1s'/> tea", ("hot,", "Tea!"), False),
        ("I <3 tea, a < b", ("I love tea,", "a is less than b"), False),
        ("5 cups", ("five cups",), False),
    ],
)
def test_subtitles_with_pieces_of_markup_are_known(script: str, cues: tuple[str, ...], torn: bool) -> None:
    """A vendor that breaks its cues within a tag shows half of it; without markup its words are its own matter."""
    assert torn is show_markup([Cue(text, float(at), 1.0) for at, text in enumerate(cues)], script)


def test_breaks_a_vendor_passed_over_leave_room_for_the_words() -> None:
    """Breaks longer than the whole take are shortened, so that every word is still seen."""
    cues = estimated('Hot <break time="10s"/> tea', 5.0, BREAKS)

    assert ["Hot", "tea"] == [cue.text for cue in cues]
    assert min(cue.seconds for cue in cues) > 0.4
    assert cues[-1].start + cues[-1].seconds == pytest.approx(5.0, abs=0.01)


def _srt(count: int, text: str = "Hello") -> str:
    return "".join(
        f"{n}\n00:{n // 60:02}:{n % 60:02},000 --> 00:{n // 60:02}:{n % 60:02},900\n{text}\n\n" for n in range(count)
    )


@pytest.mark.parametrize(
    ("srt", "cues"),
    [
        (_srt(1000), 1000),
        (_srt(1001), 0),
        (_srt(20_000), 0),
        (_srt(1, "x" * 500), 1),
        (_srt(1, "x" * 501), 0),
        (" " * 500_000 + _srt(1), 1),
        ("<a" * 100_000 + "\n" + _srt(1), 1),
    ],
    ids=["many", "too many", "a flood", "long", "too long", "blanks", "broken tags"],
)
def test_subtitles_have_a_bound(srt: str, cues: int) -> None:
    """What nobody could read is no subtitles: the captions are estimated from the script instead."""
    assert cues == len(parse_srt(srt))
