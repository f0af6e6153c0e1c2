"""Writes which characters the shipped fonts have as a table the planner reads: `python -m infra.glyphs --write`."""

import argparse
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.media.faces import EMOJI, LETTERS, SYMBOLS, face

_NO_LETTERS = ("Cc", "Co", "Cs")  # a font may have signs of its own there, which nobody means
TABLE = Path(__file__).resolve().parents[1] / "shared" / "pipeline" / "plan" / "coverage.py"


def covered() -> frozenset[int]:
    """Return every character that one of the fonts has; an emoji counts when there is a picture for it."""
    letters = (face(name).characters for name in (*LETTERS, *SYMBOLS))
    emoji = face(EMOJI)
    pictured = {code for code in emoji.characters if _has_picture(code)}
    return frozenset(code for code in pictured.union(*letters) if unicodedata.category(chr(code)) not in _NO_LETTERS)


def _has_picture(code: int) -> bool:
    font = face(EMOJI).font
    glyph = font.get_nominal_glyph(code)
    return bool(glyph and font.get_glyph_color_png(glyph).data)


def table() -> str:
    """Return the module that holds the table."""
    rows = textwrap.wrap(" ".join(_ranges(sorted(covered()))), 116, break_on_hyphens=False)
    return "\n".join(
        (
            '"""The characters a film can show, by ranges; written by `python -m infra.glyphs --write`."""',
            "",
            'RANGES = """',
            *rows,
            '"""',
            "",
        )
    )


def _ranges(codes: Iterable[int]) -> Iterator[str]:
    first = last = -1
    for code in [*codes, -1]:
        if code != last + 1 or first < 0:
            if first >= 0:
                yield f"{first:X}" if first == last else f"{first:X}-{last:X}"
            first = code
        last = code


def main() -> None:
    """Show or write the table."""
    parser = argparse.ArgumentParser(prog="python -m infra.glyphs", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it instead of showing it")
    if parser.parse_args().write:
        TABLE.write_text(table(), encoding="utf-8")
    else:
        sys.stdout.write(table())


if __name__ == "__main__":
    main()
