"""Another version of a film for free, as its page's forms say: the presenter elsewhere, films, texts, own clips."""

import re
from collections.abc import Mapping
from typing import Any

import flask

from shared.door.bodies import MOST_SCENES
from shared.door.console.anew import agreement
from shared.door.console.choices import UNASKED
from shared.door.console.film import film_page, refused_page
from shared.door.console.moves import once
from shared.door.console.outputs import edited_films, kits_of
from shared.door.console.own_files import kept
from shared.door.console.places import PLACE_FIELDS, asked_position, filled_position
from shared.door.console.visits import Visit, told
from shared.door.inside import Answered
from shared.pipeline.plan.staging import Preset

_SENT = re.compile(r"scenes\.([0-9]{1,2})\.(.+)")
_SAME_FILM = {
    "message": "Nothing would be different: the film is like that already.",
    "next_move": "Change something, then make the version.",
}
_SAME_FILMS = {
    "message": "Nothing would be different: these are the films it has.",
    "next_move": "Choose another shape, size or brand kit, or add a film.",
}
_TYPED_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


def edit(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Make another version from the takes that exist."""
    ordered = visit.need("GET", f"/jobs/{found['job']}/understood")
    if "films" in visit.form:
        return _other_films(visit, found["job"], ordered)
    form, refused = kept(visit, visit.form)
    if refused:
        return refused_page(visit, found["job"], refused, form)
    if not (body := edited(form, ordered)):
        return refused_page(visit, found["job"], _SAME_FILM, form)
    heard = visit.ask("POST", f"/jobs/{found['job']}/edit", body, headers=once(visit, body))
    if heard.failed:
        return refused_page(visit, found["job"], _by_field(heard, body), form)
    return visit.go(f"/films/{heard.fields['job_id']}", "edited")


def _other_films(visit: Visit, job_id: str, ordered: Mapping[str, Any]) -> flask.Response:
    """Tell what other films of the same takes cost, then make them; what is made is what the price was shown for."""
    body, path = edited_films(visit.form, ordered, kits_of(visit)), f"/jobs/{job_id}/edit"
    if not body:
        return refused_page(visit, job_id, _SAME_FILMS, visit.form)
    if visit.form.get("agreed") == agreement(body):
        heard = visit.ask("POST", path, body, headers=once(visit, body))
        if not heard.failed:
            return visit.go(f"/films/{heard.fields['job_id']}", "edited")
    else:
        heard = visit.ask("POST", path, {**body, "dry_run": True})
        if not heard.failed:
            job = visit.need("GET", f"/jobs/{job_id}")
            return film_page(visit, job, form=visit.form, priced=heard.fields, agreed=agreement(body))
    return refused_page(visit, job_id, told(heard), visit.form)


def edited(form: Mapping[str, str], ordered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of an edit: what a form says otherwise than the film it was made with."""
    body: dict[str, Any] = {}
    if form.get("preset") in set(Preset):
        size = (ordered.get("avatar_position") or {}).get("scale")
        body["avatar_position"] = {"preset": form["preset"], **({"scale": size} if size else {})}
    if "placed" in form:
        body |= _place(form, filled_position(ordered.get("avatar_position")))
    if "texts" not in form:
        return body
    scenes = enumerate((ordered.get("scenes") or ())[:MOST_SCENES])
    rows = [{"scene": number, **_text(form, number, scene), **_clip(form, number, scene)} for number, scene in scenes]
    changed = [row for row in rows if len(row) > 1]
    body |= {"scenes": changed} if changed else {}
    wanted, lit = form.get("captions") == "on", "word" if form.get("captions_by") == "word" else "phrase"
    body |= {"captions": wanted} if wanted != bool(ordered.get("captions")) else {}
    body |= {"captions_by": lit} if wanted and lit != (ordered.get("captions_by") or "phrase") else {}
    for name, nothing in UNASKED.items():
        asked = form.get(name) or nothing
        body |= {name: asked} if name in form and asked != (ordered.get(name) or nothing) else {}
    return body | _poster(form, ordered.get("poster") or {})


def _place(form: Mapping[str, str], had: Mapping[str, str]) -> dict[str, Any]:
    """Return another place; what suits the shape where the form says none."""
    same = all(form.get(name, "").strip() == had.get(name, "") for name in PLACE_FIELDS)
    return {} if same else {"avatar_position": asked_position(form) or None}


def _text(form: Mapping[str, str], number: int, scene: Mapping[str, Any]) -> dict[str, str]:
    text = form.get(f"text.{number}")
    if text is None or text.strip() == (scene.get("text_overlay") or ""):
        return {}
    return {"text_overlay": text.strip()}


def _clip(form: Mapping[str, str], number: int, scene: Mapping[str, Any]) -> dict[str, Any]:
    """Return another clip, or another second it begins at."""
    clip, start = (form.get(f"edit.{number}.{name}", "").strip() for name in ("clip", "clip_start"))
    if not clip or not scene.get("clip"):
        return {}
    another = {"clip": clip} if clip != scene["clip"] else {}
    begins = _number(start or "0")
    return another | ({"clip_start": begins} if begins != (0 if another else scene.get("clip_start") or 0) else {})


def _poster(form: Mapping[str, str], had: Mapping[str, Any]) -> dict[str, Any]:
    if image := form.get("poster.image"):
        return {"poster": {"image": image}}
    if (at := form.get("poster.at")) is None or _number(at.strip()) == (had["at"] if had.get("at") is not None else ""):
        return {}
    return {"poster": {"at": _number(at.strip())} if at.strip() else {}}


def _number(text: str) -> float | str:
    """Return the number a field holds; what is none stays a text, for the call to refuse."""
    return float(text) if _TYPED_NUMBER.fullmatch(text) else text


def _by_field(heard: Answered, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a refusal by the fields of the form: those of the call count the scenes that change."""
    about = told(heard)
    details = {}
    for name, whys in (about["details"] or {}).items():
        match = _SENT.fullmatch(name)
        if match is None or int(match[1]) >= len(body.get("scenes", ())):
            details[name] = whys
            continue
        number = body["scenes"][int(match[1])]["scene"]
        details[f"text.{number}" if match[2] == "text_overlay" else f"edit.{number}.{match[2]}"] = whys
    return {**about, "details": details}
