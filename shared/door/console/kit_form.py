"""A brand kit as a form has it, and the kit that a form says.

What somebody has changed on the form is changed in the kit, and nothing else: whatever the form does not show, or shows
less exactly than it was put, stays as it is.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from shared.door.console.kit_choices import (
    BACKDROP,
    BACKDROP_COLOR,
    CARD_LABELS,
    COLORS,
    DUCK,
    FILM_LOUDNESS,
    LOGO_CHOICES,
    LOOK_CHOICES,
    WORD_CHOICES,
)
from shared.door.console.places import NUMBERS, PLACE_FIELD

BACKDROP_FIELD = f"{BACKDROP.name}.color"
FILE_FIELDS = ("logo.image", "fonts.heading", "fonts.body", "audio.music.audio")
CARD_FILES = ("image", "video")  # a card has one of them
OF_A_VIDEO = ("sound", "fit")
KIT_NUMBERS = (
    *("logo.size", "logo.opacity", "text.size", "intro.seconds", "outro.seconds"),
    *(f"audio.music.{name}" for name in ("level", "start", "fade_out")),
    *(PLACE_FIELD + name for name in NUMBERS),
)
_PLAIN_FIELDS = (
    *("transition_color", PLACE_FIELD + "preset", *COLORS, *KIT_NUMBERS, *FILE_FIELDS),
    *(each.name for each in (*LOGO_CHOICES, *WORD_CHOICES, *LOOK_CHOICES.values(), FILM_LOUDNESS, DUCK)),
    *(f"{card}.{name}" for card in CARD_LABELS for name in ("text", *CARD_FILES, *OF_A_VIDEO)),
)
KIT_FIELDS = (*_PLAIN_FIELDS, *CARD_LABELS, BACKDROP.name, BACKDROP_FIELD)
_OWNERS = {"logo.image": ("logo",), "audio.music.audio": ("audio", "music")}  # what there is only with its file
_TYPED_KIT_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?")
_SAID = {"true": True, "false": False}


def filled_kit(kit: Mapping[str, Any]) -> dict[str, str]:
    """Return a kit as the form has it: every field, empty where the kit says nothing."""
    filled = {name: _shown(_at(kit, name.split("."))) for name in _PLAIN_FIELDS}
    filled |= {card: "on" if card in kit else "" for card in CARD_LABELS}
    behind = kit.get(BACKDROP.name) or {}
    filled[BACKDROP.name] = _shown(behind.get("preset") or behind.get("type"))
    return {**filled, BACKDROP_FIELD: _shown(behind.get("color"))}


def body_of_kit(form: Mapping[str, str], opened: Mapping[str, Any], kit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kit with what a form, which was `opened` with a version of one, says otherwise."""
    body = deepcopy(dict(kit))
    was = filled_kit(opened)
    changed = {name: form[name].strip() for name in KIT_FIELDS if name in form and not _same(form[name], was[name])}
    for card in CARD_LABELS:
        _change_card(body, card, changed)
    _change_backdrop(body, was[BACKDROP.name], changed)
    for name in _PLAIN_FIELDS:
        if name in changed:
            _put(body, name.split("."), _value(name, changed[name]) if changed[name] else None)
    for name, owner in _OWNERS.items():
        if name in changed and not changed[name]:
            _put(body, owner, None)
    return {name: value for name, value in body.items() if name != "logo" or "image" in value}


def _change_card(body: dict[str, Any], card: str, changed: dict[str, str]) -> None:
    """Give the kit a card, or take it away; words or a file for one are a card, too."""
    inner = {name: text for name, text in changed.items() if name.startswith(f"{card}.")}
    if changed.get(card) == "on" or (card not in changed and any(inner.values())):
        body.setdefault(card, {})
    elif card in changed:
        body.pop(card, None)
    if card not in body:
        for name in inner:
            del changed[name]
        return
    for name, other in (CARD_FILES, CARD_FILES[::-1]):
        if changed.get(f"{card}.{name}"):
            body[card].pop(other, None)
            changed.pop(f"{card}.{other}", None)
    if changed.get(f"{card}.image") or changed.get(f"{card}.video") == "":
        for name in OF_A_VIDEO:
            body[card].pop(name, None)
            changed.pop(f"{card}.{name}", None)


def _change_backdrop(body: dict[str, Any], was: str, changed: Mapping[str, str]) -> None:
    """Say what is behind presenters; a colour alone is a backdrop, too."""
    color = changed.get(BACKDROP_FIELD)
    word = changed.get(BACKDROP.name, color and BACKDROP_COLOR)
    if word == BACKDROP_COLOR:
        body[BACKDROP.name] = {"type": BACKDROP_COLOR, "color": color or ""}
    elif word:
        body[BACKDROP.name] = {"type": "preset", "preset": word}
    elif word == "" or (color == "" and was == BACKDROP_COLOR):
        body.pop(BACKDROP.name, None)


def _at(kit: object, path: list[str]) -> object:
    for step in path:
        kit = kit.get(step) if isinstance(kit, Mapping) else None
    return kit


def _put(body: dict[str, Any], path: list[str] | tuple[str, ...], value: object) -> None:
    """Put a value at its place; None takes it away, and what holds nothing then, but a card."""
    *outer, last = path
    within = [body]
    for step in outer:
        if value is None and step not in within[-1]:
            return
        if not isinstance(within[-1].get(step), dict):
            within[-1][step] = {}
        within.append(within[-1][step])
    if value is not None:
        within[-1][last] = value
    elif within[-1].pop(last, None) is not None:
        for step, holder in _emptied(outer, within):
            del holder[step]


def _emptied(outer: list[str], within: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for step, holder in reversed([*zip(outer, within, strict=False)]):
        if holder[step] or step in CARD_LABELS:
            return
        yield step, holder


def _value(name: str, text: str) -> object:
    """Return what a field says; what is none of its kind stays a text, for the call to refuse."""
    if name in KIT_NUMBERS and _TYPED_KIT_NUMBER.fullmatch(text):
        return float(text)
    if name == FILM_LOUDNESS.name and text in dict(FILM_LOUDNESS.options):
        return int(text)
    return _SAID.get(text, text) if name in ("captions", DUCK.name) else text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, str | int) else ""


def _same(text: str, shown: str) -> bool:
    """Tell whether a browser sends back what it was shown: it takes breaks out of lines."""
    return re.sub(r"[\r\n]", "", text).strip() == re.sub(r"[\r\n]", "", shown).strip()
