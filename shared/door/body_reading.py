"""Reads a JSON body as the sender meant it, or says what is wrong with it: nothing guessed, nothing dropped.

JSON's own loopholes are closed here: text that is not UTF-8, one key twice in an object, characters no text may hold
(controls, halves of a surrogate pair). `NaN` and `Infinity` pass as numbers and are refused by the field's type.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shared.codes import by_field
from shared.nesting import NestedTooDeeply, parse

DEEPEST = 12  # no body of ours nests deeper than four
_HTML_FORM = re.compile(rb"[\w.%+-]{1,60}=")  # how an HTML form, or curl's -d of a field, begins
LONGEST_NAME = 60  # characters of an unknown field's name an answer repeats
# Controls but tab and line breaks, halves of a surrogate pair, the two noncharacters XML and fonts choke on.
_NEVER_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Mistakes(ValueError):
    """A body is wrong; `details` names every wrong field, by path ("scenes.2.duration"), with sentences."""

    def __init__(self, details: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(by_field(path, why) for path, whys in details.items() for why in whys))
        self.details = dict(details)


def read_object(raw: bytes | Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return a body's object and what is wrong with its texts and keys, as (path, sentence).

    Raises:
        Mistakes: the body is not a JSON object at all.
    """
    twice: dict[int, list[str]] = {}
    body = _parsed(raw, twice) if isinstance(raw, bytes) else dict(raw)
    if not isinstance(body, dict):
        raise Mistakes({"body": [f"must be a JSON object, not {_kind(body)}"]})
    return body, list(_walk(body, "", twice, 0))


def _parsed(raw: bytes, twice: dict[int, list[str]]) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(items)
        if len(made) < len(items):
            counts = Counter(name for name, _ in items)
            twice[id(made)] = sorted(name for name, count in counts.items() if count > 1)
        return made

    if not raw.strip():
        raise Mistakes({"body": ["is empty: send a JSON object"]})
    encoding = json.detect_encoding(raw)  # UTF-8, as JSON is, or what Windows tools write; with a mark or without
    try:
        return parse(raw.decode(encoding), pairs)
    except UnicodeDecodeError as wrong:
        named = encoding.removesuffix("-sig").upper()
        raise Mistakes({"body": [f"is no text in {named} (byte {wrong.start})"]}) from wrong
    except json.JSONDecodeError as wrong:
        where = f"is not JSON (line {wrong.lineno}, column {wrong.colno})"
        hint = "; it looks like a form: send the fields as one JSON object" if _HTML_FORM.match(raw) else ""
        raise Mistakes({"body": [where + hint]}) from wrong
    except NestedTooDeeply as wrong:
        raise Mistakes({"body": ["is nested too deeply"]}) from wrong
    except ValueError as wrong:
        raise Mistakes({"body": ["holds a number with too many digits"]}) from wrong


def _walk(value: object, path: str, twice: Mapping[int, list[str]], depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        raise Mistakes({"body": ["is nested too deeply"]})
    match value:
        case str():
            if found := forbidden(value):
                yield path, f"holds a character no text may have ({found})"
        case dict():
            for name in twice.get(id(value), ()):
                yield join(path, name), "is given twice"
            for name, item in value.items():
                if found := forbidden(str(name)):
                    yield join(path, str(name)), f"has a character in its name no text may have ({found})"
                yield from _walk(item, join(path, str(name)), twice, depth + 1)
        case list():
            for index, item in enumerate(value):
                yield from _walk(item, join(path, str(index)), twice, depth + 1)


def join(path: str, name: str) -> str:
    """Return a field's path; a name from outside is made printable and short."""
    shown = name if name.isprintable() else ascii(name)[1:-1]
    shown = shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}..."
    return f"{path}.{shown}" if path else shown


def forbidden(text: str) -> str | None:
    """Return the first character that cannot stand in a text, as U+XXXX."""
    found = _NEVER_TEXT.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case list():
            return "a list"
        case str():
            return "a text"
        case _:
            return "a number"
