"""A brand's fonts: judged when they are sent, used where they have the letters, ours where they lack them."""

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from shared.media.boxes import safe_area
from shared.media.faces import FOLDER, OwnFonts
from shared.media.font_files import FontRefused, judged_font
from shared.media.lettering import letter
from shared.media.shaping import shape
from shared.pipeline.edit.edit import Cue, Title
from shared.pipeline.plan.brand import MOST_FONT_BYTES
from shared.pipeline.plan.plan import Size
from tests.media.makers import colored, edit
from tests.media.typefaces import BLANK, bar, outline, pictures, typeface, zigzag

DEJAVU = FOLDER / "DejaVuSans-Bold.ttf"  # not the one that Latin letters are painted with
GEORGIAN = FOLDER / "NotoSansGeorgian-Bold.ttf"
TALL = Size(720, 1280)


def table(data: bytes, tag: bytes) -> tuple[int, int]:
    """Return where a table of a font stands: the place of its entry, and of itself."""
    for entry in range(12, 12 + 16 * struct.unpack(">H", data[4:6])[0], 16):
        if data[entry : entry + 4] == tag:
            return entry, int.from_bytes(data[entry + 8 : entry + 12])
    raise AssertionError(tag)


def allowing(kind: int) -> bytes:
    """Return a font whose maker allows that kind of embedding."""
    data = bytearray(DEJAVU.read_bytes())
    _, at = table(bytes(data), b"OS/2")
    data[at + 8 : at + 10] = kind.to_bytes(2)
    return bytes(data)


def without(tag: bytes) -> bytes:
    """Return a font that has no such table."""
    data = bytearray(DEJAVU.read_bytes())
    entry, _ = table(bytes(data), tag)
    data[entry : entry + 4] = b"XXXX"
    return bytes(data)


def test_a_font_is_known_by_what_it_is() -> None:
    """Its kind, its own name, its content."""
    facts = judged_font(DEJAVU.read_bytes())

    assert ("ttf", "DejaVu Sans") == (facts.suffix, facts.family)


@pytest.mark.parametrize("kind", [0x0000, 0x0004, 0x0008, 0x0100, 0x0006])
def test_what_a_maker_allows_is_used(kind: int) -> None:
    """Installing, viewing, editing; of several words the mildest counts."""
    assert "ttf" == judged_font(allowing(kind)).suffix


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (allowing(0x0002), "does not let it be embedded"),
        (allowing(0x0200), "only its bitmaps"),
        (without(b"OS/2"), "does not say whether"),
        (without(b"cmap"), "lacks ABC"),
        (without(b"glyf"), "lacks ABC"),
        (DEJAVU.read_bytes()[:3000], "embed"),
        (GEORGIAN.read_bytes(), "lacks"),
        (b"", "no font we know"),
        (b"wOF2" + bytes(100), "WOFF2"),
        (b"ttcf" + bytes(100), "a collection"),
        (b"\x00\x01\x00\x00" + bytes(100), "does not say whether"),
        (b"\x00\x01\x00\x00" + bytes(MOST_FONT_BYTES), "bytes"),
    ],
)
def test_a_font_that_films_cannot_have_is_refused(data: bytes, says: str) -> None:
    """By its maker's word, by what it lacks, by its kind and size; in words with a next move."""
    with pytest.raises(FontRefused) as refused:
        judged_font(data)

    assert says in refused.value.why
    assert refused.value.next_move


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (typeface(lambda _: BLANK, more=[pictures()]), "pictures, or have colours of their own"),
        (
            typeface(lambda number: outline((0, 0, 1, 700)) if number == 8 else outline(bar(number))),
            "hardly anything .* I",
        ),
        (typeface(lambda number: outline((0, 0, 30 + number, 30))), "far too small"),
        (typeface(em=8192), "far too small"),
        (typeface(lambda number: outline((50, 900, 200 + 8 * number, 1500))), "far above their line"),
        (typeface(advance=lambda _: 0), r"sets the next letter on A, B, C, D, E, .*hmtx"),
        (typeface(advance=lambda number: 0 if number == 30 else 700), "on e, or far"),
        (typeface(advance=lambda number: 60_000 if number == 30 else 700), "on e, or far"),
        (typeface(space=0), "blank has no width"),
        (typeface(letter=lambda _: 7), "all look the same"),
        (typeface(lambda _: outline(bar(7))), "all look the same"),
        (typeface(lambda number: zigzag(20_000 if number == 61 else 400)), "10,000 strokes"),
        (typeface(base=0xF000), "encoded as symbols"),
        (b"%!PS-AdobeFont-1.0: Mug", "Type 1"),
        (b"\x80\x01\x10\x00\x00\x00%!PS-AdobeFont-1.0: Mug", "Type 1"),
        (b"PK\x03\x04mug.ttf", "ZIP"),
        (b"STARTFONT 2.1", "bitmap font"),
    ],
)
def test_a_font_whose_words_nobody_could_read_is_refused(data: bytes, says: str) -> None:
    """Blank, in a heap, too small, all alike, endless to paint; or of a kind that has a name."""
    with pytest.raises(FontRefused, match=says) as refused:
        judged_font(data)

    assert refused.value.next_move.startswith(("Send ", "Export it anew, or send"))


@pytest.mark.parametrize(
    "data",
    [
        typeface(),
        typeface(advance=lambda number: bar(number)[2] // 2),
        typeface(letter=lambda number: number % 26 if number < 52 else number),
        typeface(more=[pictures()]),
    ],
    ids=["plain", "letters that touch", "capitals alone", "outlines beside pictures"],
)
def test_an_odd_font_that_can_be_read_is_taken_and_painted_with(data: bytes, tmp_path: Path) -> None:
    """Its words stand in it, and in no other font."""
    own = tmp_path / f"{hashlib.sha256(data).hexdigest()}.ttf"
    own.write_bytes(data)

    assert "ttf" == judged_font(data).suffix
    assert {str(own)} == {glyph.face.name for glyph in shape("Fresh Coffee 12", own=str(own)).glyphs}


def test_letters_are_a_brands_where_it_has_them_and_ours_where_not() -> None:
    """A line of three scripts is cut into runs: no box, and nothing lost."""
    own = str(DEJAVU)

    line, plain = (shape("Kaffee 咖啡 कॉफ़ी", own=each) for each in (own, ""))

    used = [glyph.face.name for glyph in line.glyphs]
    assert own == used[0]
    assert {"NotoSansCJKjp-Bold.otf", "NotoSansDevanagari-Bold.ttf", own} == {*used}
    assert own not in {glyph.face.name for glyph in plain.glyphs}
    assert 0 not in {glyph.id for glyph in line.glyphs}


def test_a_font_that_puts_its_letters_anywhere_is_not_used(tmp_path: Path) -> None:
    """A line a hundred times too tall or too wide is shaped with ours: it would fill the memory."""
    data = bytearray(DEJAVU.read_bytes())
    _, head = table(bytes(data), b"head")
    data[head + 18 : head + 20] = (16).to_bytes(2)  # units per em: letters of 90 ems
    (tmp_path / "huge.ttf").write_bytes(data)

    line = shape("Coffee", own=str(tmp_path / "huge.ttf"))

    assert shape("Coffee") == line
    with pytest.raises(FontRefused):
        judged_font(bytes(data))


def test_scene_texts_and_captions_have_each_their_font(tmp_path: Path) -> None:
    """With a wider font a text is wider, and stays inside the safe area; the other text is as it was."""
    said = replace(edit(colored(9), titles=(Title("Hot", 0, 9),), cues=(Cue("Meet it", 0, 9),), size=TALL))
    own, safe = str(DEJAVU), safe_area(TALL)

    (title, cue), (heading, same), (_, body) = (
        [each.box for each in letter(said, (), tmp_path, None, fonts)[0]]
        for fonts in (OwnFonts(), OwnFonts(heading=own), OwnFonts(body=own))
    )

    assert heading.width > title.width
    assert body.width > cue.width
    assert cue == same
    assert heading.x + heading.width <= (1 - safe.right) * TALL.width + 2
