"""Words that are too wide for a line: parted with a hyphen where their script has one, and where the customer says."""

import pytest

from shared.media.breaking import words
from shared.media.hyphens import HYPHEN, SOFT
from shared.media.word_places import word_parts
from shared.media.wording import Wording, word
from shared.pipeline.plan.glyphs import drawable

LAW = "Rind,fleisch,etikettierungs,überwachungs,aufgaben,übertragungs,gesetz".replace(",", SOFT)


def worded(text: str, language: str = "", width: int = 400) -> Wording:
    """Break a text in the letters of a tall film's title."""
    return word(text, letters=55, least=37, width=width, height=600, language=language)


def ended(made: Wording) -> list[str]:
    """Return the lines that end with a hyphen which is not the text's own."""
    return [made.lines[number] for number in sorted(made.parted)]


@pytest.mark.parametrize(
    "text",
    [
        "Donaudampfschifffahrtsgesellschaftskapitän",
        "antidisestablishmentarianismpneumonoultramicroscopic",
        "Электроэнцефалографическийдиагностический",
        "ελληνικόδημοκρατικόσυνταγματικόδικαίωμα",
    ],
)
def test_a_word_of_an_alphabet_has_hyphens(text: str) -> None:
    """On every line but its last, inside the room, with two signs at least on either side; nothing else is changed."""
    made = worded(text)

    assert set(range(len(made.lines) - 1)) == made.parted
    assert text == "".join(line.removesuffix(HYPHEN) for line in made.lines)
    assert all(line.advance * made.letters <= 400 for line in made.shaped)
    assert all(len(line.removesuffix(HYPHEN)) >= 2 for line in made.lines)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("https://shop.example/averyveryverylongpathwithoutanybreaksinside", ""),
        ("kundenbetreuungsabteilung@sehrlangerdomainname.example", ""),
        ("www.donaudampfschifffahrtsgesellschaft.example", ""),
        ("#SuperLongHashtagWithoutAnyBreaks", ""),
        ("ABCDEF1234567890ABCDEF1234567890", ""),
        ("الاستقلالياتوالمؤسساتالكبيرةجداجدا", "ar"),
        ("अंतर्राष्ट्रीयकरणप्रक्रियाविधिनिर्माण", "hi"),
        ("超长的中文句子没有任何空格需要换行显示在画面上", "zh"),
        ("コーヒーメーカーコーヒーメーカーコーヒーメーカー", "ja"),
        ("กาแฟสดใหม่ทุกเช้ากาแฟสดใหม่ทุกเช้า", "th"),
        ("Most of our cups keep warm for a day", ""),
    ],
)
def test_addresses_codes_and_other_scripts_stay_as_they_were_sent(text: str, language: str) -> None:
    """A hyphen would be read as one of theirs; what fits is not parted at all."""
    made = worded(text, language)

    assert frozenset() == made.parted
    assert text.replace(" ", "") == "".join(made.lines).replace(" ", "")


def test_a_soft_hyphen_is_where_a_word_is_parted() -> None:
    """Unseen where the word fits its line; it is not made smaller than its longest part asks."""
    made, whole = worded(LAW), worded(f"Die Kaffee{SOFT}maschine", width=900)

    assert ["Rindfleisch-", "etikettierungs-", "überwachungs-", "aufgaben-", "übertragungs-"] == ended(made)
    assert ("Die Kaffeemaschine",) == whole.lines
    assert frozenset() == whole.parted
    assert ("ab", "") == drawable(f"a{SOFT}b")


@pytest.mark.parametrize("text", ["Unser Donaudampfschifffahrtskapitän kommt", f"Unser {LAW} kommt"])
def test_the_hyphen_is_lit_with_its_word(text: str) -> None:
    """A word that stands on several lines has a part on each, its hyphen among them."""
    made = worded(text)

    owned = word_parts(words(text), made)

    assert [0, 1, 2] == sorted({number for number, _ in owned})
    glyphs = {each for _, part in owned for each in part}
    inked = {
        (line, index)
        for line, shaped in enumerate(made.shaped)
        for index, glyph in enumerate(shaped.glyphs)
        if not made.lines[line][glyph.at].isspace()
    }
    assert inked == glyphs
    assert made.parted
