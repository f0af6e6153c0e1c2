"""What a film's page has buttons for: cancel, try again, make again, another version for nothing, a webhook anew."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import flask

from shared.door.asked import is_job_id
from shared.door.console.film import refused_page
from shared.door.console.visits import Visit, told
from shared.door.inside import Answered
from shared.pipeline.plan.request import Preset

MOST_SCENES_CHANGED = 20


def cancel(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Stop a film."""
    visit.need("POST", f"/jobs/{found['job']}/cancel")
    return visit.go(f"/films/{found['job']}", "cancelled")


def retry(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Try a film again; new words go along where there are some."""
    heard = visit.ask("POST", f"/jobs/{found['job']}/retry", _words(visit), headers=once(visit))
    if heard.failed:
        return refused_page(visit, found["job"], heard)
    return visit.go(f"/films/{found['job']}", "retried")


def edit(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Make another version from the takes that exist: the presenter elsewhere, other texts, captions or none."""
    ordered = visit.need("GET", f"/jobs/{found['job']}/request")
    body = edited(visit.form, ordered)
    heard = visit.ask("POST", f"/jobs/{found['job']}/edit", body, headers=once(visit, body))
    if heard.failed:
        return refused_page(visit, found["job"], heard)
    return visit.go(f"/films/{heard.fields['job_id']}", "edited")


def edited(form: Mapping[str, str], ordered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of an edit: what a form says otherwise than the film it was made with."""
    body: dict[str, Any] = {}
    if form.get("preset") in set(Preset):
        size = (ordered.get("avatar_position") or {}).get("scale")
        body["avatar_position"] = {"preset": form["preset"], **({"scale": size} if size else {})}
    if "texts" not in form:
        return body
    scenes = enumerate((ordered.get("scenes") or ())[:MOST_SCENES_CHANGED])
    rows = [(number, scene, form.get(f"text.{number}")) for number, scene in scenes]
    changed = [
        {"scene": number, "text_overlay": text.strip()}
        for number, scene, text in rows
        if text is not None and text.strip() != (scene.get("text_overlay") or "")
    ]
    body |= {"scenes": changed} if changed else {}
    wanted = form.get("captions") == "on"
    return body | ({"captions": wanted} if wanted != bool(ordered.get("captions")) else {})


def again(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Tell what making a finished film anew costs, before the button that buys it."""
    return _again(visit, found["job"])


def make_again(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Make a finished film anew, with other words where there are some; first its price, unless that was agreed."""
    body, agreed = _words(visit), visit.form.get("agreed_words")
    if agreed is None or agreed != visit.form.get("script", "").strip():
        return _again(visit, found["job"], body)
    heard = visit.ask("POST", f"/jobs/{found['job']}/regenerate", body, headers=once(visit, body))
    if heard.failed:
        return _again(visit, found["job"], body, heard)
    return visit.go(f"/films/{heard.fields['job_id']}", "ordered")


def replay(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Send a webhook of this film anew."""
    name = visit.form.get("delivery", "")
    plain = name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else "none"
    heard = visit.ask("POST", f"/tenant/deliveries/{plain}/replay")
    if heard.failed:
        return refused_page(visit, found["job"], heard)
    return visit.go(f"/films/{found['job']}", "replayed")


def once(visit: Visit, body: Mapping[str, Any] | None = None) -> Mapping[str, str]:
    """Return the header that makes a form sent twice buy once; of a page with several buttons once each `body`."""
    name = visit.form.get("_once", "")
    if not is_job_id(name):
        return {}
    asked = "" if body is None else json.dumps(body, sort_keys=True)
    return {"Idempotency-Key": name + hashlib.sha256(asked.encode()).hexdigest()[:16] if asked else name}


def _words(visit: Visit) -> dict[str, str]:
    return {"avatar_script": words} if (words := visit.form.get("script", "").strip()) else {}


def _again(
    visit: Visit, job_id: str, body: Mapping[str, str] | None = None, refused: Answered | None = None
) -> flask.Response:
    job = visit.need("GET", f"/jobs/{job_id}")
    price = visit.ask("POST", f"/jobs/{job_id}/regenerate", {**(body or {}), "dry_run": True})
    failed = refused or (price if price.failed else None)
    return visit.page(
        "again.html",
        422 if failed else 200,
        title="Make it again",
        job=job,
        script=(body or {}).get("avatar_script", ""),
        presented=any(node["kind"] == "presenter" for node in job["nodes"]),
        priced=None if price.failed else price.fields,
        once=visit.form.get("_once") or str(uuid4()),
        problem=told(failed) if failed else None,
    )
