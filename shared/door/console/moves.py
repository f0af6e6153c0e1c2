"""What a film's page has buttons for: cancel, try again, make again, say how it is, a webhook anew."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import flask

from shared.door.asked import is_job_id
from shared.door.console.anew import agreement, by_field, other_words
from shared.door.console.film import TRIED_AGAIN, film_page, refused_page
from shared.door.console.visits import CallRefused, Visit, told
from shared.door.inside import Answered
from shared.door.mcp_tools import ENDED
from shared.pipeline.job.stay import BEST_SCORE, FEEDBACK_ABOUT

PART = "part."  # begins the name of a part's checkbox
NOTHING_ANEW = "nothing would be different: choose a part, or change what is seen or said"
MADE_ANEW = ("clip", "presenter")  # kinds of what a vendor makes


def cancel(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Stop a film; of one that has ended by then its page tells how."""
    heard = visit.ask("POST", f"/jobs/{found['job']}/cancel")
    if heard.failed and visit.need("GET", f"/jobs/{found['job']}")["status"] not in ENDED:
        raise CallRefused(heard)
    return visit.go(f"/films/{found['job']}", "" if heard.failed else "cancelled")


def retry(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Try a film again; other words tell their own price first."""
    path = f"/jobs/{found['job']}"
    body = other_words(visit.form, visit.need("GET", f"{path}/understood"))
    if visit.form.get("retry_agreed") != agreement(body):
        job = visit.need("GET", path)
        if job["status"] in TRIED_AGAIN:
            return film_page(visit, job, form=visit.form)
        return visit.go(f"/films/{found['job']}", "retried")  # sent twice: its words are the film's by now
    heard = visit.ask("POST", f"{path}/retry", body, headers=once(visit, body))
    if heard.failed:
        return refused_page(visit, found["job"], by_field(told(heard), body), visit.form)
    return visit.go(f"/films/{found['job']}", "retried")


def again(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Tell what filming and speaking all of a finished film anew costs, before the button that buys it."""
    return _again(visit, found["job"])


def make_again(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Make a finished film anew: the parts that are chosen, with other words where there are some.

    What is bought is what the price was shown for; anything else is told its own price first.
    """
    body = _made_anew(visit.form, visit.need("GET", f"/jobs/{found['job']}/understood"))
    if visit.form.get("agreed") != agreement(body):
        return _again(visit, found["job"], body)
    heard = visit.ask("POST", f"/jobs/{found['job']}/regenerate", body, headers=once(visit, body))
    if heard.failed:
        return _again(visit, found["job"], body, heard)
    return visit.go(f"/films/{heard.fields['job_id']}", "ordered")


def feedback(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Keep what somebody says of a film."""
    score, says = visit.form.get("score", ""), visit.form.get("says", "").strip()
    body = {
        "score": int(score) if score.isascii() and score.isdecimal() and len(score) <= len(str(BEST_SCORE)) else None,
        "about": [each for each in FEEDBACK_ABOUT if visit.form.get(f"about.{each}") == "on"],
        **({"says": says} if says else {}),
    }
    heard = visit.ask("POST", f"/jobs/{found['job']}/feedback", body)
    if heard.failed:
        return refused_page(visit, found["job"], told(heard), visit.form)
    return visit.go(f"/films/{found['job']}", "told")


def replay(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Send a webhook of this film anew."""
    name = visit.form.get("delivery", "")
    plain = name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else "none"
    heard = visit.ask("POST", f"/tenant/deliveries/{plain}/replay")
    if heard.failed:
        return refused_page(visit, found["job"], told(heard))
    return visit.go(f"/films/{found['job']}", "replayed")


def once(visit: Visit, body: Mapping[str, Any] | None = None) -> Mapping[str, str]:
    """Return the header that makes a form sent twice buy once; of a page with several buttons once each `body`."""
    name = visit.form.get("_once", "")
    if not is_job_id(name):
        return {}
    asked = "" if body is None else json.dumps(body, sort_keys=True)
    return {"Idempotency-Key": name + hashlib.sha256(asked.encode()).hexdigest()[:16] if asked else name}


def _made_anew(form: Mapping[str, str], ordered: Mapping[str, Any]) -> dict[str, Any]:
    parts = sorted(name.removeprefix(PART) for name in form if name.startswith(PART))
    return {**other_words(form, ordered), **({"nodes": parts} if parts else {})}


def _again(
    visit: Visit, job_id: str, body: dict[str, Any] | None = None, refused: Answered | None = None
) -> flask.Response:
    job = visit.need("GET", f"/jobs/{job_id}")
    parts = [node["key"] for node in job["nodes"] if node["kind"] in MADE_ANEW]
    wanted: dict[str, Any] = {"nodes": sorted(parts)} if body is None else body
    price = visit.ask("POST", f"/jobs/{job_id}/regenerate", {**wanted, "dry_run": True})
    failed = refused or (price if price.failed else None)
    problem = by_field(told(failed), wanted) if failed else None
    if problem and "nodes" in problem["details"]:
        problem = {**problem, "details": {**problem["details"], "nodes": [NOTHING_ANEW]}}
    return visit.page(
        "again.html",
        422 if failed else 200,
        title="Make it again",
        job=job,
        parts=parts,
        chosen=wanted.get("nodes", ()),
        ordered=visit.need("GET", f"/jobs/{job_id}/understood"),
        form=visit.form,
        priced=None if price.failed else price.fields,
        agreed=agreement(wanted),
        once=visit.form.get("_once") or str(uuid4()),
        problem=problem,
        wrong=(problem or {}).get("details") or {},
    )
