"""Whether a film can be lettered with the font that was sent; only functions that take uploads carry HarfBuzz."""

from shared.codes import Code
from shared.media.font_files import FontFacts, FontRefused, judged_font
from shared.steps.problems import Problem


def font_facts(data: bytes) -> FontFacts:
    """Read a font. Raises Problem."""
    try:
        return judged_font(data)
    except FontRefused as refused:
        raise Problem(Code.NOT_A_FONT, refused.why, next_move=refused.next_move) from refused
