"""The screens of films: the list, one film, how it stands, and its two buttons."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import flask

from shared.door.asked import WRITE, is_job_id
from shared.door.console.visits import CallRefused, Visit, told
from shared.door.mcp_tools import ENDED
from shared.pipeline.job.status import Status

FILMS_A_PAGE = "24"
LONGEST_SEARCH = 255  # characters


def start(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Lead to the films."""
    return visit.go("/films")


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show a page of films: by status, by product, from a cursor on."""
    args = visit.request.args
    status, search = args.get("status", ""), args.get("q", "").strip()[:LONGEST_SEARCH]
    if is_job_id(search):
        return visit.go(f"/films/{search}")
    query = {"limit": FILMS_A_PAGE, "status": status, "product_id": search, "cursor": args.get("cursor", "")}
    page = visit.need("GET", "/jobs/", query={name: value for name, value in query.items() if value})
    return visit.page(
        "films.html",
        title="Films",
        rows=page["jobs"],
        cursor=page["next_cursor"],
        chosen=status,
        search=search,
        known=[each.value for each in Status],
        refreshed=any(row["status"] not in ENDED for row in page["jobs"]),
    )


def shown(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Show a film: player, how it stands, what it cost, what was tried."""
    job = visit.need("GET", f"/jobs/{found['job']}")
    bill = visit.need("GET", f"/jobs/{found['job']}/bill")
    return _film(visit, job, bill)


def live(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Tell how a film stands, or that nothing has changed."""
    job = visit.need("GET", f"/jobs/{found['job']}")
    response = visit.pages.page("live.html", job=job, ended=job["status"] in ENDED)
    tag = hashlib.sha256(response.get_data()).hexdigest()[:16]
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    response.make_conditional(visit.request)
    return response


def cancel(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Stop a film."""
    visit.need("POST", f"/jobs/{found['job']}/cancel")
    return visit.go(f"/films/{found['job']}", "cancelled")


def retry(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Try a film again, at most at the price that was shown; new words go along where there are some."""
    body = {"avatar_script": words} if (words := visit.form.get("script", "").strip()) else {}
    heard = visit.ask("POST", f"/jobs/{found['job']}/retry", body, headers=once(visit))
    if not heard.failed:
        return visit.go(f"/films/{found['job']}", "retried")
    job = visit.ask("GET", f"/jobs/{found['job']}")
    if job.failed:
        raise CallRefused(job)
    bill = visit.need("GET", f"/jobs/{found['job']}/bill")
    return _film(visit, job.fields, bill, told(heard), 422)


def _film(
    visit: Visit,
    job: Mapping[str, Any],
    bill: Mapping[str, Any],
    problem: Mapping[str, Any] | None = None,
    status: int = 200,
) -> flask.Response:
    again = None
    if job["status"] in ("failed", "cancelled") and WRITE in visit.who.key.scopes:
        again = visit.ask("POST", f"/jobs/{job['id']}/retry", {"dry_run": True})
    return visit.page(
        "film.html",
        status,
        title=job["product_title"],
        job=job,
        bill=bill,
        ended=job["status"] in ENDED,
        again=again.fields if again and not again.failed else None,
        barred=again.fields.get("message") if again and again.failed else None,
        once=str(uuid4()),
        problem=problem,
    )


def once(visit: Visit) -> Mapping[str, str]:
    """Return the header that makes a form sent twice buy once."""
    name = visit.form.get("_once", "")
    return {"Idempotency-Key": name} if is_job_id(name) else {}
