"""The screen of one film: player, how it stands, its versions, what was tried when and for how much, its webhooks."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import flask

from shared.codes import Code
from shared.door.asked import WRITE, is_job_id
from shared.door.console.anew import agreement, by_field, other_words
from shared.door.console.choices import FILES
from shared.door.console.outputs import asked_rows, kits_of, offered_kits, ordered_films, shown_rows
from shared.door.console.own_files import ordered_clip, shown_clip
from shared.door.console.places import PLACE_FIELDS, filled_position, frames, preset_places
from shared.door.console.visits import CallRefused, Visit, told
from shared.door.mcp_tools import ENDED
from shared.pipeline.job.stay import BEST_SCORE, FEEDBACK_ABOUT

WEBHOOKS_OF_A_FILM = 20
REWORDED = frozenset({Code.SAFETY, Code.FILTERED, Code.EMPTY})  # what other words may mend
TRIED_AGAIN = ("failed", "cancelled")  # how a film stands that can be tried again
CHART_WIDTH = 1000  # units of the picture of lanes


def shown(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Show a film."""
    return film_page(visit, visit.need("GET", f"/jobs/{found['job']}"))


def download(visit: Visit, found: Mapping[str, str]) -> flask.Response:
    """Lead to the file of a film, or of one of its shapes, which the browser keeps instead of playing it."""
    asked = visit.request.args
    query = {"download": "true", "output": asked.get("o", "1"), "file": asked.get("f", "mp4")}
    heard = visit.ask("GET", f"/jobs/{found['job']}/film", query=query)
    if heard.failed:
        raise CallRefused(heard)
    return flask.Response(status=302, headers={"Location": heard.response.headers["Location"]})


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


def film_page(
    visit: Visit,
    job: Mapping[str, Any],
    problem: Mapping[str, Any] | None = None,
    status: int = 200,
    webhooks: Sequence[Mapping[str, Any]] | None = None,
    form: Mapping[str, str] | None = None,
    **further: Any,
) -> flask.Response:
    """Return a film's page, with what was refused just now where something was, and the `form` that was.

    The operator brings the webhooks of another tenant's film, and acts of its own: the tenant's are not offered then.
    """
    path, again, other = f"/jobs/{job['id']}", None, dict[str, Any]()
    ordered = visit.need("GET", f"{path}/understood")
    if webhooks is None:
        if job["status"] in TRIED_AGAIN and WRITE in visit.who.key.scopes:
            other = other_words(form or {}, ordered) if form and "retry" in form else {}
            again = visit.ask("POST", f"{path}/retry", {**other, "dry_run": True})
            if other and again.failed and problem is None:
                problem, status = by_field(told(again), other), 422
        hooks = visit.ask("GET", "/tenant/deliveries", query={"job": job["id"], "limit": str(WEBHOOKS_OF_A_FILM)})
        webhooks = () if hooks.failed else hooks.fields["deliveries"]
    wrong = (problem or {}).get("details") or {}
    playing = _playing(job["outputs"], visit.request.args.get("o", ""))
    filled = _asked_files(form or {}, ordered) | _asked_place(form or {}, ordered)
    filled["aspect_ratio"] = str(job["outputs"][playing - 1]["aspect_ratio"]) if playing else ""
    kits = kits_of(visit) if playing and WRITE in visit.who.key.scopes else {}
    films = asked_rows(form) if form and "films" in form else ordered_films(ordered, kits)
    return visit.page(
        "film.html",
        status,
        title=job["product_title"],
        job=job,
        playing=playing,
        ordered=ordered,
        form=form or {},
        clips=_clips(ordered, form or {}),
        files=FILES,
        films=shown_rows(films),
        kits=offered_kits(kits, films),
        filled=filled,
        bill=visit.need("GET", f"{path}/bill"),
        lanes=drawn(visit.need("GET", f"{path}/timeline")["lanes"]),
        versions=_versions(visit, job),
        deliveries=webhooks,
        presented=any(node["kind"] == "presenter" for node in job["nodes"]),
        presets=preset_places(),
        frames=[each for each in frames(filled) if each["shape"] == filled["aspect_ratio"]],
        mine=next((each for each in job["feedback"] if each["by"] == visit.who.key.id), None),
        abouts=FEEDBACK_ABOUT,
        best=BEST_SCORE,
        ended=job["status"] in ENDED,
        again=again.fields if again and not again.failed else None,
        retry_agreed=agreement(other) if again and not again.failed else "",
        other=other,
        reworded=(job.get("error") or {}).get("code") in REWORDED,
        barred=again.fields.get("message") if again and again.failed else None,
        once=str(uuid4()),
        problem=problem,
        wrong=wrong,
        **further,
    )


def refused_page(
    visit: Visit, job_id: str, problem: Mapping[str, Any], form: Mapping[str, str] | None = None
) -> flask.Response:
    """Return a film's page that tells what was refused, and why, with the form as it was sent."""
    job = visit.ask("GET", f"/jobs/{job_id}")
    if job.failed:
        raise CallRefused(job)
    return film_page(visit, job.fields, problem, 422, form=form)


def drawn(lanes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each lane with where it begins and how long it is in a picture `CHART_WIDTH` wide."""
    last = max((lane["to"] for lane in lanes), default=0.0) or 1.0
    scale = CHART_WIDTH / last
    rows = []
    for lane in lanes:
        begins, ends = max(lane["from"], 0.0), max(lane["to"], 0.0)
        rows.append({**lane, "x": round(begins * scale), "wide": max(round((ends - begins) * scale), 4)})
    return rows


def _asked_place(form: Mapping[str, str], ordered: Mapping[str, Any]) -> dict[str, str]:
    """Return where a film's form shows its presenter: as it was sent, else as it was ordered."""
    sent = form if form.get("placed") else filled_position(ordered.get("avatar_position"))
    return {name: sent.get(name, "") for name in PLACE_FIELDS}


def _asked_files(form: Mapping[str, str], ordered: Mapping[str, Any]) -> dict[str, str]:
    """Return what a film's form shows of its further files and its poster: as it was sent, else as it was ordered."""
    at = (ordered.get("poster") or {}).get("at")
    had = {choice.name: str(ordered.get(choice.name) or "") for choice in FILES}
    return {**had, "poster.at": "" if at is None else f"{at:g}", "poster.image": "", **form}


def _clips(ordered: Mapping[str, Any], form: Mapping[str, str]) -> Mapping[int, Mapping[str, str]]:
    """Return by scene the clips of a tenant's own that a film shows, or is to show, as its form has them."""
    scenes = {number: scene for number, scene in enumerate(ordered["scenes"]) if scene.get("clip")}
    return {n: shown_clip({**ordered_clip(scene, f"edit.{n}"), **form}, f"edit.{n}") for n, scene in scenes.items()}


def _playing(outputs: Sequence[Mapping[str, Any]], wanted: str) -> int:
    """Return which of a film's shapes is played, from 1: the wanted one, else the first that was made; 0 for none."""
    made = [number for number, each in enumerate(outputs, start=1) if each["final_video_url"]]
    return next((number for number in made if str(number) == wanted), made[0] if made else 0)


def _versions(visit: Visit, job: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return all versions of a film, the newest first; none of one that has only itself."""
    root = job.get("version_of")
    if root is None or not is_job_id(str(root)):
        return tuple(reversed(job["versions"]))
    heard = visit.ask("GET", f"/jobs/{root}")
    return () if heard.failed else tuple(reversed(heard.fields["versions"]))
