"""Guesses the language of a text as far as its letters depend on it: a Chinese character has up to five forms.

What is written decides first (kana is Japanese, Hangul Korean), then the voice's locale, then the other texts of the
film. Characters alone still tell much: simplified ones are in no Big5, traditional ones in no GB 2312.
"""

import re

_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_BOPOMOFO = re.compile("[\u3105-\u312f]")
_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_URDU = re.compile(
    "[\u0679\u0688\u0691\u06ba\u06d2]"
)  # letters of Urdu alone: tteh, ddal, rreh, noon ghunna, yeh barree
_EAST = ("ja", "ko", "zh")


def language_of(text: str, locale: str = "", beside: str = "") -> str:
    """Return a BCP 47 tag for a text, "" where its letters look alike in all languages.

    `locale` is the speaker's ("zh-TW"), `beside` all other words of the film.
    """
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _BOPOMOFO.search(text):
        return "zh-Hant"
    if not _HAN.search(text):
        return "ur" if _URDU.search(text) else "" if locale[:2] in _EAST else locale
    if locale[:2] in _EAST:
        return locale
    if _KANA.search(beside):
        return "ja"
    return _by_characters(text + beside)


def _by_characters(text: str) -> str:
    han = set(_HAN.findall(text))
    simplified, traditional, japanese = (_lacking(han, code) for code in ("big5", "gb2312", "shift_jis"))
    if (simplified & traditional) - japanese:
        return "ja"
    return "zh-Hant" if len(traditional) > len(simplified) else "zh-Hans"


def _lacking(characters: set[str], encoding: str) -> set[str]:
    return {char for char in characters if not char.encode(encoding, "ignore")}
