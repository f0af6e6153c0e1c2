"""Makes any text drawable in the shipped font and breaks it into lines that fit; pure.

Whatever a customer sends is drawn literally. Only what no font draws (control characters) or ours cannot (emoji,
scripts it lacks) is left out or replaced, and the caller learns about it.
"""

import unicodedata
from dataclasses import dataclass

from shared.media.font import Font

_BOX = "\N{WHITE SQUARE}"
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # Arabic and Persian spell with them
_RTL, _END = "\N{RIGHT-TO-LEFT EMBEDDING}", "\N{POP DIRECTIONAL FORMATTING}"
LEADING = 1.25  # from line to line, in letters
_WHOLE = 0.6  # of the largest letters: how much smaller, to keep a long word whole


@dataclass(frozen=True, slots=True)
class Wording:
    """A text broken into lines, at a letter size in pixels; `lost` are the characters that can't be drawn."""

    lines: tuple[str, ...]
    letters: int
    lost: str
    shortened: bool = False  # too long for its room even in the smallest letters


def word(text: str, font: Font, *, letters: int, least: int, width: int, height: int) -> Wording:
    """Break a text into lines of about equal length, in letters of `least` to `letters` as fit `width` x `height`.

    All lengths in pixels. What does not fit in the least letters is cut, and the last line says so.
    """
    drawn, lost = drawable(text, font)
    for size in range(max(_unbroken(drawn, font, letters, width), least), least - 1, -1):
        lines = _balanced(drawn, font, width / size)
        if len(lines) * size * LEADING <= height:
            return Wording(_directed(lines), size, lost)
    most = max(1, int(height / (least * LEADING)))
    lines = _wrapped(drawn, font, width / least)
    return Wording(_directed(_shortened(lines, most)), least, lost, shortened=len(lines) > most)


def _unbroken(text: str, font: Font, letters: int, width: int) -> int:
    """Return letters somewhat smaller when that keeps the longest word whole."""
    longest = max((font.width(each) for each in text.split()), default=0.0)
    size = int(width / longest) if longest else letters
    return size if _WHOLE * letters <= size < letters else letters


def drawable(text: str, font: Font) -> tuple[str, str]:
    """Return the text with only characters the font has, and those that were lost (each once)."""
    made: list[str] = []
    lost: dict[str, None] = {}
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        kind = unicodedata.category(char)
        plain = unicodedata.normalize("NFKC", char)
        if char == "\n" or (char in _JOINERS and font.has(char)):
            made.append(char)
        elif kind in {"Zs", "Zl", "Zp"} or char == "\t":
            made.append(" ")
        elif kind in {"Cc", "Cf", "Cs"} or "\N{VARIATION SELECTOR-1}" <= char <= "\N{VARIATION SELECTOR-16}":
            continue
        elif font.has(char):
            made.append(char)
        elif plain != char and all(font.has(each) for each in plain):
            made.append(plain)
        else:
            lost[char] = None
            # A lost letter leaves a visible gap in its word; a lost emoji is simply not there.
            made.append(_BOX if kind[0] in "LN" else "")
    joined = "".join(made)
    if not joined.replace(_BOX, "").strip():
        joined = ""
    return "\n".join(" ".join(line.split()) for line in joined.split("\n")).strip("\n"), "".join(lost)


def _balanced(text: str, font: Font, room: float) -> list[str]:
    """Wrap to `room` ems, then narrow as long as no line is added, so that the lines come out alike."""
    lines = _wrapped(text, font, room)
    low, high = 0.0, room
    for _ in range(7):
        middle = (low + high) / 2
        tried = _wrapped(text, font, middle) if middle else []
        if tried and len(tried) <= len(lines) and max(font.width(line) for line in tried) <= middle:
            high = middle
        else:
            low = middle
    return _wrapped(text, font, high)


def _wrapped(text: str, font: Font, room: float) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for token in paragraph.split(" "):
            for piece in _pieces(token, font, room):
                longer = f"{line} {piece}" if line else piece
                if line and font.width(longer) > room:
                    lines.append(line)
                    longer = piece
                line = longer
        lines.append(line)
    return lines


def _pieces(token: str, font: Font, room: float) -> list[str]:
    """Break a word that is wider than a whole line; its pieces fill their lines, so no space comes between them."""
    pieces = [""]
    for char in token:
        if pieces[-1] and font.width(pieces[-1] + char) > room:
            pieces.append("")
        pieces[-1] += char
    return pieces


def _shortened(lines: list[str], most: int) -> list[str]:
    """Keep the lines there is room for; the last one says that there was more."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-1].rstrip()}…"]


def _directed(lines: list[str]) -> tuple[str, ...]:
    """Mark right-to-left lines as such, so that their punctuation stands at the proper end."""
    first = next(
        (kind for char in "".join(lines) if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"}), "L"
    )
    return tuple(lines) if first == "L" else tuple(f"{_RTL}{line}{_END}" for line in lines)
