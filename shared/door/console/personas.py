"""The screen of personas: a tenant's names for presenters, each with the ids the avatar services know it by."""

from collections.abc import Mapping
from typing import Any

import flask

from shared.door.console.account import PROVIDERS
from shared.door.console.visits import Visit, in_path, told

IDS = ("avatar_id", "voice_id", "style")
LONGEST_PERSONA = 100


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show the personas, and one of them, or none yet, in a form; a link from a look or a voice brings its id along."""
    args = visit.request.args
    filled = {"name": args.get("name", "").strip()[:LONGEST_PERSONA]}
    provider = args.get("provider", "")
    brought = {f"at.{provider}.{each}": args[each] for each in IDS if provider in PROVIDERS and args.get(each)}
    return _page(visit, filled, brought)


def sent(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Make, change or remove a persona; the button says which."""
    form = visit.form
    name = form.get("remove", form.get("name", "")).strip()[:LONGEST_PERSONA]
    path = f"/tenant/personas/{in_path(name)}"
    if "remove" in form:
        heard, said = visit.ask("DELETE", path), "unnamed"
    else:
        heard, said = visit.ask("PUT", path, _body(form)), "named"
    if heard.failed:
        return _page(visit, {**form, "name": name}, {}, told(heard), 422)
    return visit.go("/presenters/personas", said)


def _body(form: Mapping[str, str]) -> dict[str, Any]:
    """Return a persona as a form says it; a service where every field is empty does not know it."""
    at = {
        provider: ids
        for provider in PROVIDERS
        if (ids := {each: text for each in IDS if (text := form.get(f"at.{provider}.{each}", "").strip())})
    }
    title = form.get("title", "").strip()
    return {"at": at, **({"title": title} if title else {})}


def _page(
    visit: Visit,
    filled: Mapping[str, str],
    brought: Mapping[str, str],
    problem: Mapping[str, Any] | None = None,
    status: int = 200,
) -> flask.Response:
    known = visit.need("GET", "/tenant/personas")["personas"]
    chosen = next((each for each in known if each["name"] == filled.get("name")), None)
    stored = _filled(chosen) if chosen and problem is None else {}
    return visit.page(
        "personas.html",
        status,
        title="Personas",
        personas=known,
        chosen=chosen,
        filled={**stored, **filled, **brought},
        names=PROVIDERS,
        problem=problem,
        wrong=(problem or {}).get("details") or {},
    )


def _filled(persona: Mapping[str, Any]) -> dict[str, str]:
    ids = {
        f"at.{provider}.{name}": str(each[name])
        for provider, each in persona["at"].items()
        for name in IDS
        if each.get(name)
    }
    return {"title": str(persona.get("title") or ""), **ids}
