"""The screen of brand kits: what a tenant's orders have where they say nothing; cards before and after a film among it.

The form says which version of a kit it was opened with: what was changed on it is changed in the newest one, or in a
copy under another name, and everything else stays as it was put.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import flask

from shared.door.console import kit_choices
from shared.door.console.kit_files import FILE_NAMES, KIT_FILES, dropped, kept_files
from shared.door.console.kit_form import KIT_FIELDS, body_of_kit, filled_kit
from shared.door.console.places import frames, preset_places
from shared.door.console.visits import CallRefused, Visit, in_path, told
from shared.door.template import kits_named

LONGEST_BRAND = 100
OPENED = "_of"  # field of which version of a kit the form was opened with: "spring@3"
USUAL_TEMPLATE = "what all orders have where they say nothing"
DROP = "drop."  # begins what a button says that takes a file away
_LABEL = re.compile(r"(?P<name>[a-z0-9][a-z0-9_-]{0,39})@(?P<version>[1-9][0-9]{0,5})")
_SERVERS = 500  # and above: they, not the call, are at fault
_MUSIC = "audio.music"
FIELD_OF = {  # by what the API calls it: the field of the form that says it, where it is called otherwise
    "brand": "name",
    "background.preset": "background",
    _MUSIC: "music_file",
    **{field: f"{at}_file" for at, file in KIT_FILES.items() for field in file.fields},
}
LABELS = {
    **kit_choices.ENTRIES,
    **kit_choices.COLORS,
    **kit_choices.CARD_LABELS,
    **{f"{at}_file": file.label for at, file in KIT_FILES.items()},
    **{each.name: each.label for each in (*kit_choices.LOGO_CHOICES, *kit_choices.WORD_CHOICES)},
    **{each.name: each.label for each in (*kit_choices.LOOK_CHOICES.values(), kit_choices.BACKDROP)},
    **{each.name: each.label for each in (kit_choices.FILM_LOUDNESS, kit_choices.DUCK)},
    "name": "Name in orders",
    "body": "The kit",
}


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show the kits, and one of them, or none yet, in a form."""
    name = visit.request.args.get("name", "").strip()[:LONGEST_BRAND]
    found = _stored(visit, name)
    opened = {OPENED: f"{found['name']}@{found['version']}"} if found else {}
    return _page(visit, {"name": name, **opened, **filled_kit(found.get("kit", {}))})


def sent(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Keep a kit's next version, take a file or leave one out, or forget a kit; the button says which."""
    if "remove" in visit.form:
        return _removed(visit, visit.form["remove"].strip()[:LONGEST_BRAND])
    form, refused = kept_files(visit, visit.form)
    form["name"] = name = form.get("name", "").strip()[:LONGEST_BRAND]
    if refused:
        return _page(visit, form, refused, 422)
    match form.pop("do", ""):
        case "files":
            return _page(visit, form)
        case drop if drop.startswith(DROP):
            return _page(visit, dropped(form, drop.removeprefix(DROP)))
    label = _LABEL.fullmatch(form.get(OPENED, ""))
    opened = _stored(visit, label["name"], label["version"]).get("kit", {}) if label else {}
    newest = _stored(visit, name).get("kit")
    if newest is not None and (label is None or label["name"] != name):
        why = f"there is a kit called {name} already: choose another name, or open that one with its Change button"
        return _page(visit, form, {"message": "Nothing was kept.", "details": {"name": [why]}}, 422)
    heard = visit.ask("PUT", _path(name), body_of_kit(form, opened, opened if newest is None else newest))
    if heard.failed:
        return _page(visit, form, _by_field(told(heard)), 422)
    return visit.go(f"/brands?name={quote(name, safe='')}", "branded")


def _removed(visit: Visit, name: str) -> flask.Response:
    heard = visit.ask("DELETE", _path(name))
    return _page(visit, filled_kit({}), told(heard), 422) if heard.failed else visit.go("/brands", "unbranded")


def _stored(visit: Visit, name: str, version: str = "") -> Mapping[str, Any]:
    """Return a kit as it is kept, or one of its versions; nothing where there is none. Raises CallRefused."""
    heard = visit.ask("GET", _path(name), query={"version": version} if version else None) if name else None
    if heard is not None and heard.status >= _SERVERS:
        raise CallRefused(heard)  # it may be there: nobody writes over it unread
    return {} if heard is None or heard.failed else heard.fields


def _path(name: str) -> str:
    return f"/tenant/brand/{in_path(name)}"


def _named_by(templates: Iterable[Mapping[str, Any]], usual: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """Return by the name of a kit which templates name it, or a version of it; `usual` is that of all orders."""
    found: dict[str, list[str]] = {}
    named = [(USUAL_TEMPLATE, kits_named(usual).values()), *((str(each["name"]), each["brands"]) for each in templates)]
    for template, labels in named:
        for kit in {str(label).partition("@")[0] for label in labels}:
            found.setdefault(kit, []).append(template)
    return found


def _by_field(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a refusal by the fields of the form."""
    details: dict[str, list[str]] = {}
    for name, whys in (problem["details"] or {}).items():
        details.setdefault(FIELD_OF.get(name, name), []).extend(whys)
    return {**problem, "details": details}


def _page(
    visit: Visit, form: Mapping[str, str], problem: Mapping[str, Any] | None = None, status: int = 200
) -> flask.Response:
    known = visit.need("GET", "/tenant/brand")["brands"]
    filled = {**dict.fromkeys((*KIT_FIELDS, *FILE_NAMES), ""), **form}
    label = _LABEL.fullmatch(form.get(OPENED, ""))
    templates = visit.ask("GET", "/tenant/templates").fields.get("templates", ()) if known else ()
    usual = visit.ask("GET", "/tenant/template").fields.get("template", {}) if known else {}
    return visit.page(
        "brands.html",
        status,
        title="Brands",
        brands=known,
        named_by=_named_by(templates, usual),
        chosen=label and label["name"],
        names_default=all(each["name"] != "default" for each in known),
        filled=filled,
        kit_files=KIT_FILES,
        offered=kit_choices,
        frames=frames(filled)[:1],
        presets=preset_places(),
        problem=problem,
        labels=LABELS,
        wrong=(problem or {}).get("details") or {},
    )
