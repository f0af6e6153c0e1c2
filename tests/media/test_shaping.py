"""Every script is shaped as its readers know it: joined, stacked, ordered, and never as a box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.breaking import clusters, pieces
from shared.media.faces import EMOJI, LETTERS, SYMBOLS, face
from shared.media.languages import language_of
from shared.media.shaping import Line, reads_rightward, shape
from shared.pipeline.plan.glyphs import drawable

SAYINGS = {
    "Latin": "Fresh coffee, 50% off — “today”!",
    "Greek": "Φρέσκος καφές",
    "Cyrillic": "Свежий кофе",
    "Chinese": "全新 iPhone 15 限时 50% off，“大家好”。",
    "Traditional": "全新咖啡杯，限時優惠！",
    "Japanese": "新しい「コーヒーカップ」です。",
    "Korean": "우리의 새로운 커피잔",
    "Thai": "แก้วกาแฟใหม่ที่ดี",
    "Lao": "ຍິນດີຕ້ອນຮັບ",
    "Khmer": "ស្វាគមន៍មកកាន់ហាងកាហ្វេថ្មី",
    "Burmese": "ကျွန်ုပ်တို့၏ ကော်ဖီခွက်",
    "Hindi": "क्षत्रिय श्रीमान् नमस्ते दोस्तों ₹499",
    "Bengali": "স্বাগতম ক্ষুদ্র",
    "Tamil": "வணக்கம் கோப்பை க்ஷ",
    "Telugu": "క్షేత్రం స్వాగతం",
    "Gujarati": "ક્ષેત્ર સ્વાગત",
    "Punjabi": "ਸੁਆਗਤ ਹੈ",
    "Kannada": "ಕ್ಷೇತ್ರ ಸ್ವಾಗತ",
    "Malayalam": "ക്ഷേമം സ്വാഗതം",
    "Odia": "ସ୍ୱାଗତ",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Arabic": "مرحبا بكم! كوب (iPhone 15) بخصم 50%",
    "Urdu": "نیا کپ، ٹھیک ہے؟ ۵۰٪",
    "Persian": "می\u200cخواهم",
    "Hebrew": "הכוס (Pro 15) ב-50% הנחה",
    "Amharic": "አዲሱ የቡና ኩባያ።",
    "Georgian": "ახალი ფინჯანი",
    "Armenian": "Նոր բաժակ",
    "Tibetan": "བོད་ཡིག",
    "Dhivehi": "ދިވެހި",
    "Symbols": "✓ ★ → ① ™ ½ ☎",
    "Emoji": "👨\u200d👩\u200d👧\u200d👦 👍🏽 🇫🇷 1\ufe0f\u20e3 ❤\ufe0f 🏳\ufe0f\u200d🌈",
}


def shaped(text: str) -> Line:
    return shape(text, language_of(text), rightward=reads_rightward(text))


def boxes(line: Line) -> list[str]:
    """Return the fonts that drew a character they lack; glyph 0 is the box."""
    return [glyph.face.name for glyph in line.glyphs if glyph.id == 0]


@pytest.mark.parametrize("script", SAYINGS)
def test_no_script_has_boxes(script: str) -> None:
    """Every character of every script we promise has a glyph."""
    assert ([], "") == (boxes(shaped(SAYINGS[script])), drawable(SAYINGS[script])[1])


@given(st.text(max_size=60))
def test_no_text_has_boxes(text: str) -> None:
    """Whatever a customer sends: once what no font has is left out, no box is left."""
    for line in drawable(text)[0].split("\n"):
        assert [] == boxes(shaped(line))


@pytest.mark.parametrize(
    ("joined", "apart"),
    [
        ("ببب", "ب ب ب"),
        ("क्षत्रि", "क ् ष त ् र ि"),
        ("ক্ষ", "ক ্ ষ"),
        ("க்ஷ", "க ் ஷ"),
        ("క్ష", "క ్ ష"),
        ("ក្រ", "ក ្ រ"),
        ("ශ්\u200dරී", "ශ ් ර ී"),
        ("ကျွန်", "က ျ ွ န ်"),
        ("한", "ᄒ ᅡ ᆫ"),
    ],
    ids=["Arabic", "Devanagari", "Bengali", "Tamil", "Telugu", "Khmer", "Sinhala", "Burmese", "Korean"],
)
def test_letters_join(joined: str, apart: str) -> None:
    """A word is drawn with other glyphs than its letters have when each stands alone."""
    together, alone = ([glyph.id for glyph in shaped(text).glyphs] for text in (joined, apart))

    assert set(together) - set(alone)
    assert len(together) < len(alone)


@pytest.mark.parametrize(
    "sign",
    [
        "👨\u200d👩\u200d👧\u200d👦",
        "👍🏽",
        "🇫🇷",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1\ufe0f\u20e3",
        "❤\ufe0f",
        "🏳\ufe0f\u200d🌈",
        "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿",
        "🏃🏾\u200d♀\ufe0f",
        "❤\ufe0f\u200d🔥",
    ],
)
def test_an_emoji_is_one_picture(sign: str) -> None:
    """A family, a tint, a flag, a key: one sign, one picture, in colours."""
    (glyph,) = shaped(sign).glyphs

    assert glyph.colored
    assert (sign,) == clusters(sign)


@pytest.mark.parametrize(
    ("sign", "pictures"),
    [("☕🏽", 1), ("👨🏽\u200d👩🏽\u200d👧🏽", 3), ("👨\u200d🐱", 2), ("🇽🇽", 1)],
    ids=["a tint that cannot be", "a tinted family", "man cat", "no country"],
)
def test_an_emoji_nobody_has_drawn_is_shown_in_its_parts(sign: str, pictures: int) -> None:
    """What the font has no picture for is shown as the pictures it is made of, without boxes."""
    line = shaped(sign)

    assert (pictures, []) == (len(line.glyphs), boxes(line))
    assert all(glyph.face.font.get_glyph_color_png(glyph.id).data for glyph in line.glyphs)


@pytest.mark.parametrize(
    ("sign", "colored"), [("❤", False), ("❤\ufe0f", True), ("☕", True), ("☕\ufe0e", False), ("©", False)]
)
def test_a_sign_says_whether_it_is_a_picture(sign: str, *, colored: bool) -> None:
    """Variation selectors choose between text and picture; without one, Unicode says which."""
    assert {colored} == {glyph.colored for glyph in shaped(sign).glyphs}


def test_local_forms_follow_the_language() -> None:
    """The same character has its Chinese (both), Japanese and Korean form."""
    forms = {tuple(glyph.id for glyph in shape("骨", tag).glyphs) for tag in ("zh-Hans", "zh-Hant", "ja")}
    korean = {tuple(glyph.id for glyph in shape("直骨角", tag).glyphs) for tag in ("ko", "zh-Hans")}

    assert (3, 2) == (len(forms), len(korean))


@pytest.mark.parametrize(
    ("text", "locale", "beside", "language"),
    [
        ("发售中", "", "", "zh-Hans"),
        ("發售中", "", "", "zh-Hant"),
        ("発売中", "", "", "ja"),
        ("新しい杯", "zh-CN", "", "ja"),
        ("새 컵", "en-US", "", "ko"),
        ("東京", "", "新しいカップ", "ja"),
        ("直角", "zh-TW", "", "zh-TW"),
        ("直角", "en-US", "", "zh-Hans"),
        ("نیا کپ، ٹھیک", "", "", "ur"),
        ("Hello", "sr-RS", "", "sr-RS"),
        ("Hello", "ja-JP", "", ""),
    ],
)
def test_a_language_is_guessed_from_its_letters(text: str, locale: str, beside: str, language: str) -> None:
    """What is written decides, then the voice, then the rest of the film."""
    assert language == language_of(text, locale, beside)


def test_mixed_lines_are_ordered_for_their_readers() -> None:
    """In a Hebrew line Latin words and numbers read rightward, at their place from right to left."""
    hebrew, latin = face("NotoSansHebrew-Bold.ttf"), face("NotoSans-Bold.ttf")

    line = shaped("אב (Pro 15) גד")

    middle = [index for index, glyph in enumerate(line.glyphs) if glyph.face is latin]
    assert {hebrew} == {line.glyphs[0].face, line.glyphs[-1].face}
    assert middle == list(range(middle[0], middle[-1] + 1))
    pro = [latin.font.get_nominal_glyph(ord(char)) for char in "Pro"]
    ids = [glyph.id for glyph in line.glyphs]
    assert pro == ids[ids.index(pro[0]) : ids.index(pro[0]) + 3]


@pytest.mark.parametrize(
    ("text", "language", "rightward"),
    [
        ("Hello", "", True),
        ("مرحبا Pikolo Espresso Deluxe", "", False),
        ("Pikolo متوفر الآن في متجرنا!", "", False),
        ("50% خصم", "", False),
        ("Pikolo Espresso שלום", "", True),
        ("Pikolo Espresso שלום", "he-IL", False),
        ("Pikolo Espresso", "he-IL", True),
        ("123 👍", "", True),
    ],
)
def test_a_brand_does_not_turn_a_sentence_around(text: str, language: str, *, rightward: bool) -> None:
    """A text reads leftward when its first letter does, or most do, or its language."""
    assert rightward == reads_rightward(text, language)


def test_quotes_share_the_font_of_their_words() -> None:
    """A Chinese quotation has Chinese marks on both sides, an English one in the same line English ones."""
    names = [glyph.face.name for glyph in shaped("“好” “ok”").glyphs]

    assert 3 == names[:3].count("NotoSansCJKjp-Bold.otf")
    assert 4 == names[-4:].count("NotoSans-Bold.ttf")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("สวัสดีครับนี่คือแก้ว", "th", ["สวัสดี", "ครับ", "นี่", "คือ", "แก้ว"]),
        ("「ぜひ」どうぞ。", "ja", ["「ぜひ」", "どうぞ。"]),
        ("好，杯。", "zh-Hans", ["好，", "杯。"]),
        ("새로운 커피잔을", "ko", ["새로운 ", "커피잔을"]),
        ("one two", "", ["one ", "two"]),
    ],
)
def test_lines_end_where_readers_expect(text: str, language: str, expected: list[str]) -> None:
    """Thai between words, Japanese between phrases, Chinese not before a closing mark, Korean at blanks."""
    assert expected == list(pieces(text, language))


@given(st.text(max_size=100))
def test_breaking_loses_nothing(text: str) -> None:
    """Pieces and signs are the text, in order; no piece ends within a sign."""
    assert (text, text) == ("".join(pieces(text)), "".join(clusters(text)))


def test_every_font_is_in_use() -> None:
    """What is shipped is asked: each file is in the order, and none is named twice."""
    named = [*LETTERS, *SYMBOLS, EMOJI]

    assert len(named) == len(set(named))
    assert all(face(name).characters for name in named)
