"""Speech markup is read as markup, and everything else stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.plan.ssml import LONGEST_BREAK, Passage, Silence, read_script


def shown(script: str) -> str:
    return " ".join("".join(part.shown if isinstance(part, Passage) else " " for part in read_script(script)).split())


def silent(script: str) -> list[float]:
    return [part.seconds for part in read_script(script) if isinstance(part, Silence)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('Hot <break time="1.5s"/> tea', "Hot tea"),
        ("Hot <BREAK TIME='500ms' /> tea", "Hot tea"),
        ("Hot <break time=1s/>tea", "Hot tea"),
        ('Hot<break time="1s"></break> tea', "Hot tea"),
        ('<prosody rate="slow">Hot</prosody> <emphasis level="strong">tea</emphasis>', "Hot tea"),
        ('<speak version="1.1"><p>Hot</p><p>tea &amp; milk</p></speak>', "Hot tea & milk"),
        ('<say-as interpret-as="date">2026</say-as>', "2026"),
        ('<phoneme alphabet="ipa" ph="ti\u02d0">tea</phoneme>', "tea"),
        ('<sub alias="World Wide Web">WWW</sub>', "WWW"),
        ('<amazon:effect name="whispered">tea</amazon:effect>', "tea"),
        ("Hot <!-- a note --> tea", "Hot tea"),
    ],
)
def test_markup_is_not_shown(script: str, expected: str) -> None:
    """The tags of SSML and of the vendors' dialects are read, however they are typed."""
    assert expected == shown(script)


@pytest.mark.parametrize(
    "script",
    [
        "a < b",
        "I <3 tea",
        "x<s and y>t",
        "<b>bold</b>",
        "<you know>",
        "< break >",
        "<breaking news>",
        "a &lt; b",
        "<s",
        "<p",
    ],
)
def test_what_is_no_markup_is_text(script: str) -> None:
    """A smaller-than sign means only itself where no tag begins."""
    assert (Passage(script, script),) == read_script(script)


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ('<break time="1.5s"/>', 1.5),
        ('<break time="750ms"/>', 0.75),
        ("<break time='2 s'/>", 2.0),
        ('<break time=".5s"/>', 0.5),
        ("<break/>", 0.5),
        ('<break strength="none"/>', 0.0),
        ('<break strength="x-strong"/>', 1.0),
        ('<break strength="weak" time="3s"/>', 3.0),
        ('<break time="999999s"/>', LONGEST_BREAK),
        ('<break time="-5s"/>', 0.5),
        ('<break time="1e9s"/>', 0.5),
    ],
)
def test_a_break_lasts_as_it_says(tag: str, seconds: float) -> None:
    """By time, by strength, at most ten seconds; what says neither is half a second."""
    assert [seconds] == silent(f"Hot {tag} tea")


def test_an_alias_is_what_is_said() -> None:
    """A substitute is spoken, the letters are shown."""
    (words,) = read_script('<sub alias="World Wide Web">WWW</sub>')

    assert ("WWW", "World Wide Web") == (words.shown, words.said) if isinstance(words, Passage) else False


@given(st.text(alphabet="<>/=\"' abreksptim1.5", max_size=300))
def test_any_text_is_read(script: str) -> None:
    """Whatever the brackets, a script is read, and no silence is longer than a break may be."""
    assert all(0 <= seconds <= LONGEST_BREAK for seconds in silent(script))


@pytest.mark.parametrize(
    "script", ["<" * 5000, "<break " * 700, "<!--" * 1200, '<sub a="' * 600, "<break a=b" + " a=b" * 1200]
)
def test_a_hostile_script_is_read_at_once(script: str) -> None:
    """Half-written tags stay text; reading them takes no longer than their length (the suite's time limit watches)."""
    assert script == "".join(part.shown for part in read_script(script) if isinstance(part, Passage))
