"""The open fonts that words are painted with, in the order they are asked; each is opened when it is first needed.

A brand's own font is asked before them.

Nothing is looked for on the machine: the same film is painted with the same letters everywhere. HarfBuzz maps the
files, so that of 28 MB only the pages of the glyphs in use are read.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import uharfbuzz

FOLDER = Path(__file__).parent / "fonts"
EMOJI = "NotoColorEmoji.ttf"
LETTERS = (
    "NotoSans-Bold.ttf",  # Latin, Greek, Cyrillic
    "NotoSansArabic-Bold.ttf",
    "NotoSansHebrew-Bold.ttf",
    "NotoSansDevanagari-Bold.ttf",
    "NotoSansBengali-Bold.ttf",
    "NotoSansTamil-Bold.ttf",
    "NotoSansTelugu-Bold.ttf",
    "NotoSansGujarati-Bold.ttf",
    "NotoSansGurmukhi-Bold.ttf",
    "NotoSansKannada-Bold.ttf",
    "NotoSansMalayalam-Bold.ttf",
    "NotoSansOriya-Bold.ttf",
    "NotoSansSinhala-Bold.ttf",
    "NotoSansThai-Bold.ttf",
    "NotoSansLao-Bold.ttf",
    "NotoSansKhmer-Bold.ttf",
    "NotoSansMyanmar-Bold.ttf",
    "NotoSansEthiopic-Bold.ttf",
    "NotoSansGeorgian-Bold.ttf",
    "NotoSansArmenian-Bold.ttf",
    "NotoSerifTibetan-Bold.ttf",
    "NotoSansThaana-Bold.ttf",
    "NotoSansSyriac-Regular.ttf",
    "NotoSansNKo-Regular.ttf",
    "NotoSansTifinagh-Regular.ttf",
    "NotoSansCherokee-Bold.ttf",
    "NotoSansCanadianAboriginal-Bold.ttf",
    "DejaVuSans-Bold.ttf",  # arrows, stars, mathematics
    "NotoSansCJKjp-Bold.otf",  # Chinese, Japanese and Korean; the text's language chooses the local forms
)
SYMBOLS = ("NotoSansSymbols-Bold.ttf", "NotoSansSymbols2-Regular.ttf")


@dataclass(frozen=True, slots=True)
class OwnFonts:
    """The files of a brand's fonts; "" where it has none."""

    heading: str = ""  # of scene texts
    body: str = ""  # of captions


OURS = OwnFonts()


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font file: HarfBuzz's font at its own scale (units per em), and the characters it has."""

    name: str
    font: uharfbuzz.Font
    em: int
    characters: frozenset[int]

    def has(self, text: str) -> bool:
        """Tell whether the font has every character of a text."""
        return all(ord(char) in self.characters for char in text)


@cache
def face(name: str) -> Face:
    """Open one of the fonts above."""
    return _opened(name, FOLDER / name)


@lru_cache(maxsize=4)  # a film has two at most
def own_face(path: str) -> Face:
    """Open a brand's font, which was judged when it was sent."""
    return _opened(path, Path(path))


def _opened(name: str, path: Path) -> Face:
    opened = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path))
    return Face(name, uharfbuzz.Font(opened), opened.upem, frozenset(opened.unicodes))
