"""What a film can show is known before anything is paid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.plan.glyphs import drawable, named
from shared.pipeline.plan.request import SceneRequest
from tests.pipeline.films import WHITE, film, planned


@pytest.mark.parametrize(
    ("text", "expected", "lost"),
    [
        ('50% off: it\'s "ñandú" [new], {x} \\ €', '50% off: it\'s "ñandú" [new], {x} \\ €', ""),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd", ""),
        ("tab\there", "tab here", ""),
        ("bell\x07\x00\ufeff", "bell", ""),
        ("soft\u00adhyphen", "softhyphen", ""),
        ("10\u202f% 5\u00a0€", "10\u202f% 5\u00a0€", ""),
        ("tea 茶 ชา चाय شاي", "tea 茶 ชา चाय شاي", ""),
        ("hot \U0001f525\ufe0f deal", "hot \U0001f525\ufe0f deal", ""),
        ("👨\u200d👩\u200d👧\u200d👦 1\ufe0f\u20e3", "👨\u200d👩\u200d👧\u200d👦 1\ufe0f\u20e3", ""),
        ("fresh \U0001fae9 tea", "fresh tea", "\U0001fae9"),
        ("fresh \U0001fae9\U0001f3fd\ufe0f tea", "fresh tea", "\U0001fae9"),
        ("aᠮ\u0301b", "ab", "ᠮ"),
        ("own \ue000 sign", "own sign", "\ue000"),
        ("ᠮᠣᠩ", "", "ᠮᠣᠩ"),
        (" \t\u200b\n ", "", ""),
        ("\ud800x", "x", ""),
    ],
)
def test_cleaning(text: str, expected: str, lost: str) -> None:
    """Texts stay as they are but for what no font draws: that is named, and no box stands in its place."""
    assert (expected, lost) == drawable(text)


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is left of any text can be drawn."""
    made, _ = drawable(text)

    assert (made, "") == drawable(made)


def test_characters_are_named_for_a_person() -> None:
    """With their numbers, for they may look like nothing; of many, five."""
    assert "\U0001fae9 (U+1FAE9)" == named("\U0001fae9")
    assert named("abcdefg").endswith("e (U+0065) and 2 more")


def test_a_plan_tells_what_will_not_be_drawn() -> None:
    """A dry run and the answer to an order name the scene and every character no font has."""
    scene = SceneRequest(visual_description="a cup", text_overlay="new \U0001fae9 cup")

    assert (
        "The text of scene 1 will be shown without some of its characters: no font has \U0001fae9 (U+1FAE9). "
        "Write text_overlay without them." in planned(film(scene)).warnings
    )


@pytest.mark.parametrize("captions", [True, False])
def test_a_plan_tells_what_captions_will_lack(*, captions: bool) -> None:
    """What a script holds matters only where it is shown; markup is not shown."""
    script = 'Our <break time="1s"/> \U0001fae9 cup'

    told = planned(film(avatar_script=script, background=WHITE, captions=captions)).warnings

    expected = (
        "Captions will be shown without some characters of the script: no font has \U0001fae9 (U+1FAE9). "
        "Write the script without them, or leave captions out."
    )
    assert captions == (expected in told)


def test_a_plan_says_nothing_of_what_can_be_drawn() -> None:
    """The worlds scripts and emoji are no reason to warn."""
    scene = SceneRequest(visual_description="a cup", text_overlay="全新 新しい 새로운 ใหม่ नया جديد חדש ថ្មី အသစ် አዲስ 👍🏽")

    assert not [line for line in planned(film(scene)).warnings if "no font has" in line]
