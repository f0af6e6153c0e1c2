"""Reads the speech markup (SSML) avatar services take inside a script: what is said, what is shown, what is silence.

The script itself goes to the vendor as it is. Only the tags of the W3C's SSML 1.1 and of the vendors' dialects count as
tags, and only when they are well-formed: "a < b", "<3" and "<you know>" stay text.
"""

import re
from dataclasses import dataclass

_NAMES = (
    "speak|p|s|w|token|break|emphasis|prosody|say-as|sub|phoneme|lang|voice|audio|mark|bookmark|lexicon|lookup|meta|"
    "metadata|desc|par|seq|media|silence|amazon:[a-z-]+|google:[a-z-]+|mstts:[a-z-]+"
)
_ATTRIBUTE = r"""\s+[\w:.-]{1,32}\s*=\s*(?:"[^"<>]{0,500}"|'[^'<>]{0,500}'|[^\s"'<>=/]{1,100})"""
_TAG = re.compile(
    rf"<(?P<name>{_NAMES})(?P<attributes>(?:{_ATTRIBUTE}){{0,16}})\s*/?>|</(?:{_NAMES})\s*>|<!--.{{0,5000}}?-->",
    re.IGNORECASE | re.DOTALL,
)
_DURATION = re.compile(r"\+?(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*(ms|s)", re.IGNORECASE)
_STRENGTHS = {"none": 0.0, "x-weak": 0.0, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
LONGEST_BREAK = 10.0  # seconds; no service pauses longer for one tag
_PLAIN_BREAK = 0.5  # seconds; a tag that does not say how long


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a script between two silences: as it is shown, and as it is said."""

    shown: str
    said: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause somebody asked for."""

    seconds: float


def read_script(script: str) -> tuple[Passage | Silence, ...]:
    """Return a script's words and silences in order; one without markup is one stretch of words."""
    parts: list[Passage | Silence] = []
    shown, said, alias, at = "", "", "", 0
    spoken = re.match(r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?<speak[\s>]", script, re.IGNORECASE) is not None
    script = re.sub(r"^\s*<\?xml[^<>]{0,200}\?>", "", script)
    for tag in _TAG.finditer(script):
        text = _plain(script[at : tag.start()], spoken=spoken)
        shown, said, at = shown + text, said + (alias or text), tag.end()
        alias = ""
        name = (tag["name"] or "").lower()
        if name in ("break", "silence"):
            parts += [Passage(shown, said), Silence(_seconds(tag["attributes"]))]
            shown, said = "", ""
        elif name == "sub":
            alias = _value(tag["attributes"], "alias")
        elif name in ("p", "s") or tag[0].lower().startswith(("</p", "</s>")):
            shown, said = shown + " ", said + " "  # a paragraph ends a word
    text = _plain(script[at:], spoken=spoken)
    parts.append(Passage(shown + text, said + (alias or text)))
    return tuple(part for part in parts if not isinstance(part, Passage) or part.shown.strip() or part.said.strip())


def _plain(text: str, *, spoken: bool) -> str:
    """Read XML's five entities where the whole script is a document."""
    return re.sub("|".join(_ENTITIES), lambda found: _ENTITIES[found[0]], text) if spoken else text


def _seconds(attributes: str) -> float:
    """Return how long a break lasts: by its time, by its strength, or as a plain one."""
    found = _DURATION.fullmatch(_value(attributes, "time|value").strip())
    if found:
        return min(float(found[1]) / (1000 if found[2].lower() == "ms" else 1), LONGEST_BREAK)
    return _STRENGTHS.get(_value(attributes, "strength").strip().lower(), _PLAIN_BREAK)


def _value(attributes: str, name: str) -> str:
    """Return what a tag says under a name, "" where it says nothing."""
    found = re.search(rf"""\s(?:{name})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/]+))""", attributes, re.IGNORECASE)
    return next((value for value in found.groups() if value), "") if found else ""
