"""What a film is warned of and loses points for, as pages say it: in people's words, without the API's names and calls.

The API's texts stay as they are. What stands between quotation marks is a customer's own, and stays too.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.door.console.plain_moves import FAULT_MOVES, MOVES, OWN_CLIP_MOVE
from shared.door.console.wording import VENDOR_NAMES
from shared.pipeline.plan.advice import ADVICE
from shared.pipeline.quality.rules import Fault

FIELD_WORDS: Mapping[str, str] = {
    "aspect_ratio": "the shape",
    "audio": "the sound",
    "avatar_id": "the presenter",
    "avatar_position": "the presenter's place",
    "avatar_script": "what the presenter says",
    "b_roll": "the footage",
    "brand": "the brand kit",
    "camera_movement": "how the camera moves",
    "captions_by": "the word that lights up",
    "clip_file": "the clip",
    "clip_link": "the clip's link",
    "clip_start": "the second the clip begins at",
    "colors.panel": "the colour behind letters",
    "colors.text": "the letters' colour",
    "content_id": "your id of the content",
    "duration": "the seconds",
    "dry_run": "asking for the price",
    "fade_out": "end",
    "if_unclear": "what happens when nobody knows",
    "image": "the photo",
    "image_fit": "how pictures fit",
    "image_fit_color": "the colour around pictures",
    "image_url": "the picture",
    "intro": "the card before the film",
    "max_cost": "the highest price",
    "mode_fallback": "the order",
    "on_presenter_failure": "what happens without a presenter",
    "outro": "the card after the film",
    "poster": "the poster",
    "product_card": "the product's card",
    "product_id": "your id of the product",
    "product_title": "the title",
    "resolution": "the size",
    "safe_area": "what apps cover",
    "text": "the look of words",
    "text_overlay": "the scene's text",
    "transition_color": "the colour between scenes",
    "transition_seconds": "the seconds between scenes",
    "visual_description": "what is seen",
    "voice_id": "the voice",
    "webhook_url": "the webhook",
}
PART_WORDS: Mapping[str, str] = {
    "clip": "footage",
    "image": "photo",
    "own": "your clip",
    "presenter": "presenter",
    "compose": "composition",
}
_HEADS = {"background", "brand", "colors", "focus", "fonts", "logo", "metadata", "prefer", "template", "voice"}
_LISTS = {"scenes": "scene", "outputs": "film"}
_QUOTED = re.compile(r'("[^"]*")')
_OPTION = re.compile(r" \(length (?:film|script|longer)\)")
_UPLOAD = re.compile(r"\b[0-9a-f]{32,64}\b")
_PART = re.compile(rf"(?<![\w-])({'|'.join(PART_WORDS)})-([0-9]+|intro|outro)\b")
_PATH = re.compile(
    r"(?:(?<![\w./:@-])(?P<article>an?|the) )?"
    r"(?P<path>(?<![\w./:@-])[a-z]+(?:_[a-z]+)*(?:\.(?:[a-z]+(?:_[a-z]+)*|[0-9]{1,3}))*(?![\w/@-]))"
)
_DETERMINED = ("the ", "your ", "what ", "how ")  # begin words that take no article
_IN_A_SCENE = ("what is seen", "how the camera moves")
_UNTOLD = re.compile(rf"^({'|'.join(VENDOR_NAMES)})(?= (?:did|does) not)")
_CALL = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /")
_FILLED_PLACE = re.compile(r"\\\{(\w+)\\\}")
_LEFT_OPEN = {"id"}  # of a path: it stands in the text as it is


def plainly(text: str) -> str:
    """Return a warning as pages say it: the case, and what can be done about it there."""
    for pattern, move in _moves():
        if match := pattern.search(text):
            told = move
            for name, value in match.groupdict().items():
                told = told.replace(f"{{{name}}}", _plain(value))
            return f"{_case(text[: match.start()])}. {told}"
    kept = [each for each in re.split(r"(?<=\.) (?=[A-Z])", text) if not _CALL.search(each)]
    return _case(" ".join(kept)) or "Something is not as it was ordered."


def plain_move(deduction: Mapping[str, Any]) -> str:
    """Return what can be done on the pages about what a film lost points for."""
    if "another clip_start" in deduction["next_move"]:
        return OWN_CLIP_MOVE
    about = deduction["about"]
    return FAULT_MOVES[Fault(about)] if about in set(Fault) else plainly(deduction["next_move"])


def plain_words(text: str) -> str:
    """Return a text without the API's names; what is quoted in it stays."""
    parts = _QUOTED.split(text)
    return "".join(part if number % 2 else _plain(part) for number, part in enumerate(parts))


def plain_field(path: str) -> str:
    """Return people's words for the field at a path."""
    return FIELD_WORDS.get(path) or (_path_words(*path.split(".")) if "." in path else path.replace("_", " "))


@cache
def _moves() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"\. {_pattern(told.next_move)}$", re.DOTALL), MOVES[kind]) for kind, told in ADVICE.items()
    )


def _pattern(move: str) -> str:
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        name = match[1]
        if name in _LEFT_OPEN or name in seen:
            return match[0] if name in _LEFT_OPEN else f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.*?)"

    return _FILLED_PLACE.sub(place, re.escape(move))


def _case(text: str) -> str:
    said = plain_words(_UNTOLD.sub(lambda match: VENDOR_NAMES[match[1]], text))
    return said[:1].upper() + said[1:]


def _plain(text: str) -> str:
    named = _PART.sub(_part, _UPLOAD.sub("the file", _OPTION.sub("", text)))
    return _PATH.sub(_named, named)


def _part(match: re.Match[str]) -> str:
    return f"{PART_WORDS[match[1]]} {FIELD_WORDS.get(match[2], match[2])}"


def _named(match: re.Match[str]) -> str:
    """Return people's words for a field, without the article its name had."""
    said = _path(match["path"])
    article = "" if said != match["path"] and said.startswith(_DETERMINED) else match["article"]
    return f"{article} {said}" if article else said


def _path(path: str) -> str:
    """Return people's words for a field; a word that only looks like one stays."""
    if "." in path and path in FIELD_WORDS:
        return FIELD_WORDS[path]
    head, *rest = path.split(".")
    if not rest:
        return FIELD_WORDS.get(head, head) if "_" in head else head
    if head not in _HEADS | {*FIELD_WORDS, *_LISTS}:
        return path
    return _path_words(head, *rest)


def _path_words(head: str, *rest: str) -> str:
    if head in _LISTS and rest[0].isdigit():
        words = [f"{_LISTS[head]} {int(rest[0]) + 1}", *rest[1:]]
    else:
        words = [FIELD_WORDS.get(head, f"the {head}".replace("_", " ")), *rest]
    inner = [
        FIELD_WORDS.get(word, word).removeprefix("the ").removeprefix("scene's ").replace("_", " ")
        for word in words[1:]
    ]
    if len(inner) == 1 and inner[0] in _IN_A_SCENE:
        return f"{inner[0]} in {words[0]}"
    return "'s ".join([words[0], *inner])
