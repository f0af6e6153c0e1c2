"""The planner's table of characters is what the shipped fonts have."""

from infra.glyphs import TABLE, covered, table
from shared.media.faces import EMOJI, FOLDER, LETTERS, SYMBOLS
from shared.pipeline.plan.glyphs import drawable


def test_the_table_is_what_the_fonts_have() -> None:
    """A font laid beside the others changes the table: `python -m infra.glyphs --write` writes it anew."""
    assert table() == TABLE.read_text(encoding="utf-8")


def test_the_planner_reads_the_table_as_written() -> None:
    """No character a font has is called lost, and one that none has is."""
    known = covered()
    shown = (chr(code) for code in range(0x21, 0x30000) if chr(code).isprintable())

    wrong = [char for char in shown if ord(char) in known and drawable(f"x{char}")[1]]
    lacking = [char for char in "\ue000ᠮ\U0001fae9" if not drawable(f"x{char}")[1]]

    assert ([], []) == (wrong, lacking)


def test_every_shipped_font_is_asked() -> None:
    """No file lies there that nobody reads."""
    shipped = {path.name for path in FOLDER.iterdir() if path.suffix in (".otf", ".ttf")}

    assert shipped == {*LETTERS, *SYMBOLS, EMOJI}
