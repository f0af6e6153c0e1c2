"""The screens of a tenant's account: avatar accounts, API keys, usage."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import flask

from shared.door.console.visits import Visit, told
from shared.door.inside import Answered
from shared.steps.problems import Problem, invalid

PROVIDERS = {"heygen": "HeyGen", "did": "D-ID"}
SCOPES = {"jobs:read": "see films", "jobs:write": "order and change films", "tenant:admin": "manage the account"}
ACCOUNT_ENTRY = {"api_key": "key", "avatar_id": "avatar", "voice_id": "voice"}  # of an account's form
ENTRY_LABELS = {
    f"{provider}-{entry}": f"{name}'s {said}"
    for provider, name in PROVIDERS.items()
    for entry, said in {"key": "API key", "avatar": "avatar", "voice": "voice"}.items()
} | {f"account-{provider}": name for provider, name in PROVIDERS.items()}
_DAYS = re.compile(r"[0-9]{1,4}")
_MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")


def settings(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show the avatar accounts; of a key nothing is shown but that there is one."""
    return _settings(visit)


def change(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Put a key, change who speaks, ask the service anew, or remove an account."""
    heard, said = changed(visit)
    return _settings(visit, by_account(visit, heard), 422) if heard.failed else visit.go("/settings", said)


def by_account(visit: Visit, heard: Answered) -> Mapping[str, Any]:
    """Return a refusal by the fields of the form that was sent: there is one of each account."""
    problem, provider = told(heard), visit.form.get("provider", "")
    details: dict[str, list[str]] = {}
    for name, whys in (problem["details"] or {}).items():
        at = f"{provider}-{ACCOUNT_ENTRY[name]}" if name in ACCOUNT_ENTRY else f"account-{provider}"
        details.setdefault(at, []).extend(whys)
    return {**problem, "details": details}


def changed(visit: Visit) -> tuple[Answered, str]:
    """Do to an account what a form's button says; return what was answered, and what it is told as if it was done."""
    form = visit.form
    provider = form.get("provider", "")
    path = f"/tenant/integrations/{provider if provider in PROVIDERS else 'none'}"
    ids = {name: form.get(name, "").strip() or None for name in ("avatar_id", "voice_id") if name in form}
    match form.get("do", ""):
        case "put":
            heard = visit.ask("PUT", path, {"api_key": form.get("api_key", "").strip()})
            said = "put"
        case "sync":
            heard, said = visit.ask("POST", f"{path}/sync"), "synced"
        case "rotate":
            heard, said = visit.ask("POST", f"{path}/webhook/rotate"), "webhook_rotated"
        case "remove":
            heard, said = visit.ask("DELETE", path), "removed"
        case _:
            heard, said = visit.ask("PATCH", path, ids), "changed"
    return heard, said


def _settings(visit: Visit, problem: Mapping[str, Any] | None = None, status: int = 200) -> flask.Response:
    accounts = visit.need("GET", "/tenant/integrations")["integrations"]
    shown = [each for each in accounts if each["mode"] == "production"]
    missing = {name: says for name, says in PROVIDERS.items() if name not in {each["provider"] for each in shown}}
    return visit.page(
        "settings.html",
        status,
        title="Settings",
        accounts=shown,
        missing=missing,
        names=PROVIDERS,
        problem=problem,
        labels=ENTRY_LABELS,
        wrong=(problem or {}).get("details") or {},
        form=visit.form if problem else {},
    )


def developers(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show the API keys."""
    return _developers(visit)


def change_keys(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Make a key, which is shown once, or revoke one."""
    form = visit.form
    if "revoke" in form:
        key = form["revoke"]
        heard = visit.ask("DELETE", f"/tenant/keys/{key if key.isalnum() else 'none'}")
        if heard.failed:
            return _developers(visit, told(heard), status=422)
        return visit.go("/developers", "revoked")
    scopes = [scope for scope in SCOPES if form.get(scope) == "on"]
    body: dict[str, Any] = {"name": form.get("name", "").strip(), "scopes": scopes}
    if days := form.get("expires_in_days", "").strip():
        body["expires_in_days"] = int(days) if _DAYS.fullmatch(days) else days
    heard = visit.ask("POST", "/tenant/keys", body)
    if heard.failed:
        return _developers(visit, told(heard), status=422, form=form)
    return _developers(visit, made=heard.fields)


def _developers(
    visit: Visit,
    problem: Mapping[str, Any] | None = None,
    made: Mapping[str, Any] | None = None,
    status: int = 200,
    form: Mapping[str, str] | None = None,
) -> flask.Response:
    keys = visit.need("GET", "/tenant/keys")["keys"]
    return visit.page(
        "developers.html",
        status,
        title="Developers",
        keys=sorted(keys, key=lambda key: (key["status"] != "active", key["created_at"])),
        scopes=SCOPES,
        made=made,
        form=form or {},
        url=visit.pages.url.removesuffix("/console"),
        problem=problem,
        wrong=(problem or {}).get("details") or {},
    )


def usage(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show what a month's films used."""
    asked = visit.request.args.get("month", "").strip()
    if wrong := _no_month(asked):  # never the sums of all months in its place
        return visit.page(
            "usage.html", 422, title="Usage", used=None, month=asked, problem=told(wrong), wrong=wrong.details
        )
    page = visit.need("GET", "/jobs/usage", query={"limit": "100", **_month(visit)})
    return visit.page("usage.html", title="Usage", used=page, month=asked, problem=None, wrong={})


def usage_csv(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Hand out the same as CSV."""
    if wrong := _no_month(visit.request.args.get("month", "").strip()):
        raise wrong
    heard = visit.ask("GET", "/jobs/usage.csv", query={"limit": "100", **_month(visit)})
    response = flask.Response(heard.response.get_data(), status=heard.status, mimetype=heard.response.mimetype)
    response.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
    if following := heard.response.headers.get("X-Next-Cursor"):
        response.headers["X-Next-Cursor"] = following
    return response


def _no_month(text: str) -> Problem | None:
    """Return what is wrong with the name of a month."""
    if not text or _MONTH.fullmatch(text):
        return None
    return invalid({"month": ["must be a year and a month, like 2026-11"]})


def _month(visit: Visit) -> dict[str, str]:
    """Return the filters of a month such as 2026-11, and where its page begins; none for another text."""
    query: dict[str, str] = {}
    text = visit.request.args.get("month", "").strip()
    if match := _MONTH.fullmatch(text):
        begin = datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
        query = {"created_from": begin.isoformat(), "created_to": end.isoformat()}
    if cursor := visit.request.args.get("cursor"):
        query["cursor"] = cursor
    return query
