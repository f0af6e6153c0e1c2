"""The screen of brand kits: what a tenant's orders have where they say nothing; cards before and after a film among it.

A form shows what most kits are made of. What it does not show (fonts, sound, a place, a backdrop) stays as it was put.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import flask

from shared.door.console.choices import CHOICES, Choice
from shared.door.console.own_files import kept
from shared.door.console.visits import Visit, told

LONGEST_BRAND = 100
CARD_LABELS = {"intro": "Card before the film", "outro": "Card after the film"}
COLORS = {
    "colors.primary": "Backdrop, and cards without a picture",
    "colors.accent": "Bar beside words, and the word being said",
    "colors.text": "Letters",
    "colors.panel": "Behind letters",
}
LOGO_CHOICES = (
    Choice(
        "logo.place",
        "Corner",
        (
            ("", "whatever suits"),
            ("top_left", "top left"),
            ("top_right", "top right"),
            ("bottom_left", "bottom left"),
            ("bottom_right", "bottom right"),
        ),
    ),
    Choice(
        "logo.when",
        "Shown",
        (("", "always"), ("scenes", "not on cards"), ("outro", "in the last three seconds")),
    ),
)
WORD_CHOICES = (
    Choice("captions", "Captions", (("", "as each order says"), ("true", "on"), ("false", "off"))),
    Choice(
        "captions_by", "They light up", (("", "as each order says"), ("phrase", "not at all"), ("word", "by the word"))
    ),
    Choice(
        "text.style",
        "Letters stand",
        (("", "as usual"), ("panel", "on a panel"), ("outline", "with an outline"), ("shadow", "with a shadow")),
    ),
    Choice(
        "text.position",
        "They are at",
        (("", "whatever suits"), ("top", "the top"), ("middle", "the middle"), ("bottom", "the bottom")),
    ),
    Choice(
        "text.animation",
        "They come",
        (("", "as usual"), ("fade", "fading in"), ("slide", "sliding in"), ("none", "at once")),
    ),
)
LOOK_CHOICES = tuple(
    each._replace(options=(("", "as each order says"), *each.options[1 : -1 if each.name == "inset" else None]))
    for each in CHOICES
    if each.name in ("transition", "inset", "hold")
)
KIT_NUMBERS = ("logo.size", "text.size", "intro.seconds", "outro.seconds")
KIT_FIELDS = (
    *(
        "logo.image",
        "transition_color",
        "intro.text",
        "intro.image",
        "outro.text",
        "outro.image",
        *COLORS,
        *KIT_NUMBERS,
    ),
    *(each.name for each in (*LOGO_CHOICES, *WORD_CHOICES, *LOOK_CHOICES)),
)
PUT_AWAY = "drop."  # begins the name of a checkbox that takes a picture away
_KIT_NUMBER = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?")
_OF_A_VIDEO = ("video", "sound", "fit")
_SAID = {"true": True, "false": False}


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show the kits, and one of them, or none yet, in a form."""
    name = visit.request.args.get("name", "").strip()[:LONGEST_BRAND]
    return _page(visit, {"name": name, **_filled(_stored(visit, name))})


def sent(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Keep a kit's next version, or forget a kit; the button says which."""
    form, refused = kept(visit, visit.form)
    name = form.get("remove", form.get("name", "")).strip()[:LONGEST_BRAND]
    form["name"] = name
    if refused:
        return _page(visit, form, refused, 422)
    if "remove" in form:
        heard, said = visit.ask("DELETE", _path(name)), "unbranded"
    else:
        heard, said = visit.ask("PUT", _path(name), body_of_kit(form, _stored(visit, name))), "branded"
    return _page(visit, form, told(heard), 422) if heard.failed else visit.go("/brands", said)


def body_of_kit(form: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kit as a form says it; what the form does not show is as it was `before`."""
    body = deepcopy(dict(before))
    for card in CARD_LABELS:
        if form.get(card) == "on":
            body.setdefault(card, {})
        else:
            body.pop(card, None)
    for name in KIT_FIELDS:
        outer, _, inner = name.partition(".")
        if outer in CARD_LABELS and outer not in body:
            continue
        text = "" if form.get(PUT_AWAY + name) == "on" else form.get(name, "").strip()
        place = body.setdefault(outer, {}) if inner else body
        place.pop(inner or outer, None)
        if text:
            place[inner or outer] = _value(name, text)
    for card in CARD_LABELS:
        if body.get(card, {}).get("image"):  # takes the place of a video, which the form does not show
            body[card] = {name: value for name, value in body[card].items() if name not in _OF_A_VIDEO}
    if "image" not in body.get("logo", {}):
        body.pop("logo", None)
    return {name: value for name, value in body.items() if value != {} or name in CARD_LABELS}


def _value(name: str, text: str) -> object:
    if name in KIT_NUMBERS and _KIT_NUMBER.fullmatch(text):
        return float(text)
    return _SAID.get(text, text) if name == "captions" else text


def _filled(kit: Mapping[str, Any]) -> dict[str, str]:
    """Return a kit as the form has it."""
    filled = {card: "on" for card in CARD_LABELS if card in kit}
    for name in KIT_FIELDS:
        outer, _, inner = name.partition(".")
        value = (kit.get(outer) or {}).get(inner) if inner else kit.get(outer)
        if value is not None:
            filled[name] = (
                str(value).lower() if isinstance(value, bool) else f"{value:g}" if name in KIT_NUMBERS else str(value)
            )
    return filled


def _stored(visit: Visit, name: str) -> Mapping[str, Any]:
    heard = visit.ask("GET", _path(name)) if name else None
    return {} if heard is None or heard.failed else dict(heard.fields["kit"])


def _path(name: str) -> str:
    return f"/tenant/brand/{quote(name, safe='') or '-'}"


def _page(
    visit: Visit, filled: Mapping[str, str], problem: Mapping[str, Any] | None = None, status: int = 200
) -> flask.Response:
    known = visit.need("GET", "/tenant/brand")["brands"]
    return visit.page(
        "brands.html",
        status,
        title="Brands",
        brands=known,
        chosen=next((each for each in known if each["name"] == filled["name"]), None),
        filled={**dict.fromkeys(KIT_FIELDS, ""), **filled},
        cards=CARD_LABELS,
        colors=COLORS,
        logo_choices=LOGO_CHOICES,
        word_choices=WORD_CHOICES,
        look_choices=LOOK_CHOICES,
        problem=problem,
        wrong=(problem or {}).get("details") or {},
    )
