"""The screen on which a film is put together: photo, scenes, words, presenter; its price first, then the order.

One form without script: each button sends all of it, and the page comes back with every text kept. An order carries the
price it was shown as `max_cost`, and the name its page was made with as Idempotency-Key, so that a double click or a
lost answer buys once, and at no other price.
"""

import json
import re
from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import uuid4

import flask

from shared.door.asked import is_job_id
from shared.door.bodies import MOST_SCENES
from shared.door.console.choices import CHOICES, FILES
from shared.door.console.moves import once
from shared.door.console.outputs import (
    asked_films,
    asked_rows,
    by_row,
    kits_of,
    offered_kits,
    ordered_films,
    row_fields,
    shown_rows,
)
from shared.door.console.own_files import CLIP_FIELDS, kept, ordered_clip
from shared.door.console.places import PLACE_FIELDS, asked_position, filled_position, frames, preset_places
from shared.door.console.visits import Visit, told
from shared.door.mcp_tools import CENT
from shared.pipeline.plan.typography import CaptionsBy

FILM_FIELDS = (
    *("product_title", "product_id", "image", "avatar_script", "avatar_id", "length"),
    *(choice.name for choice in (*CHOICES, *FILES)),
)
SCENE_FIELDS = ("visual_description", "text_overlay", "duration", "clip", "clip_start")
POSTER_FIELDS = ("poster.at", "poster.image")
WORDS_PER_SECOND = 2.5
ANYBODY = "anybody"  # whom nobody can film: the price of a presenter, before there is an account that has some
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
_ON_PAGE = tuple(dict.fromkeys((*SCENE_FIELDS, *CLIP_FIELDS)))
_SCENE = re.compile(r"scenes\.([0-9]{1,2})\.")
_IMAGE = re.compile(r"[0-9a-f]{64}")


def form(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show an empty form, or one filled as another film was ordered."""
    filled: dict[str, str] = {"_once": str(uuid4())}
    source = visit.request.args.get("from", "")
    if is_job_id(source):
        filled |= _as_form(visit.need("GET", f"/jobs/{source}/understood"))
    return _shown(visit, filled)


def sent(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Take a photo, add a scene, tell the price, or order; the button says which."""
    filled, refused = kept(visit, visit.form)
    if refused:
        return _shown(visit, filled, refused, status=422)
    match filled.pop("do", "price"):
        case "order":
            return _ordered(visit, filled)
        case "scene":
            return _shown(visit, filled, scenes=len(_scenes(filled)) + 1)
        case "photo" | "clip":
            return _shown(visit, filled)
        case "no_photo":
            return _shown(visit, {**filled, "image": ""})
        case "no_poster":
            return _shown(visit, {**filled, "poster.image": ""})
        case bare if bare.startswith("no_clip."):
            taken = {f"scenes.{bare.partition('.')[2]}.{name}": "" for name in CLIP_FIELDS}
            return _shown(visit, {**filled, **taken})
        case _:
            return _priced(visit, filled)


def _priced(visit: Visit, filled: Mapping[str, str]) -> flask.Response:
    heard = visit.ask("POST", "/create_job/", {**_order(filled), "dry_run": True})
    if heard.failed:
        return _shown(visit, filled, told(heard), status=422)
    cost = heard.fields["estimated_cost"]
    both = Decimal(cost["paid_by_us"]) + Decimal(cost.get("billed_by_provider") or 0)
    agreed = str(max(both.quantize(CENT, ROUND_UP), CENT))
    return _shown(visit, {**filled, "agreed": agreed}, priced=heard.fields)


def _ordered(visit: Visit, filled: Mapping[str, str]) -> flask.Response:
    if not _DECIMAL.fullmatch(agreed := filled.get("agreed", "")):
        return _priced(visit, filled)  # nobody orders unseen
    heard = visit.ask("POST", "/create_job/", {**_order(filled), "max_cost": float(agreed)}, headers=once(visit))
    if heard.failed:
        return _shown(visit, filled, told(heard), status=422)
    return visit.go(f"/films/{heard.fields['job_id']}", "ordered")


def _shown(
    visit: Visit,
    filled: Mapping[str, str],
    problem: Mapping[str, Any] | None = None,
    *,
    priced: Mapping[str, Any] | None = None,
    scenes: int = 0,
    status: int = 200,
) -> flask.Response:
    looks = visit.ask("GET", "/catalog/avatars", query={"limit": "100"})
    known = {look["id"]: look["name"] for look in looks.fields.get("avatars", ())} if not looks.failed else {}
    chosen = filled.get("avatar_id", "")
    if not known:
        known[ANYBODY] = "Anybody, for the price"
    if chosen and chosen not in known:
        known[chosen] = chosen
    rows, films = _scenes(filled), asked_rows(filled)
    problem = problem and {**problem, "details": by_row(problem.get("details") or {})}
    wrong = (problem or {}).get("details") or {}
    refused = [int(match[1]) + 1 for name in wrong if (match := _SCENE.match(name))]
    count = min(max(len(rows), scenes, 1, *refused), MOST_SCENES)
    return visit.page(
        "new.html",
        status,
        title="New film",
        filled=dict.fromkeys((*FILM_FIELDS, *PLACE_FIELDS, *POSTER_FIELDS), "")
        | {**filled, "aspect_ratio": films[0]["aspect_ratio"] if films else ""},
        frames=frames(filled),
        presets=preset_places(),
        choices=CHOICES,
        files=FILES,
        films=shown_rows(films),
        kits=offered_kits(kits_of(visit), films),
        scenes=[*rows, *(dict.fromkeys(_ON_PAGE, "") for _ in range(count - len(rows)))],
        most=MOST_SCENES,
        looks=known,
        anybody=ANYBODY in known,
        problem=problem,
        wrong=wrong,
        priced=priced,
        url=visit.pages.url.removesuffix("/console"),
        order=json.dumps(_order(filled), indent=2, ensure_ascii=False) if priced else "",
        words=len(filled.get("avatar_script", "").split()),
        per_second=WORDS_PER_SECOND,
    )


def _scenes(filled: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a form's scenes in order, empty ones at the end left away."""
    numbers = [int(match[1]) for name in filled if (match := _SCENE.match(name))]
    count = min(max(numbers, default=-1) + 1, MOST_SCENES)
    rows = [{name: filled.get(f"scenes.{n}.{name}", "") for name in _ON_PAGE} for n in range(count)]
    while rows and not any(rows[-1].values()):
        rows.pop()
    return rows


def _order(filled: Mapping[str, str]) -> dict[str, Any]:
    """Return the order a form says: what is empty is left out, what should be a number and is none stays a text."""
    body: dict[str, Any] = {name: text for name in FILM_FIELDS if (text := filled.get(name, "").strip())}
    if "image" in body and not _IMAGE.fullmatch(body["image"]):
        del body["image"]
    if "product_card" in body:
        body["product_card"] = {"when": body["product_card"]}
    if poster := {name.partition(".")[2]: _number(text) for name in POSTER_FIELDS if (text := filled.get(name, ""))}:
        body["poster"] = poster
    if filled.get("captions") == "on":
        body["captions"] = True
        if filled.get("captions_by") == CaptionsBy.WORD:
            body["captions_by"] = CaptionsBy.WORD.value
    if place := asked_position(filled):
        body["avatar_position"] = place
    body |= asked_films(asked_rows(filled))
    rows = []
    for scene in _scenes(filled):
        row: dict[str, Any] = {name: scene[name] for name in SCENE_FIELDS if scene[name].strip()}
        rows.append(row | {name: _number(row[name]) for name in ("duration", "clip_start") if name in row})
    return {**body, **({"scenes": rows} if rows else {})}


def _as_form(request: Mapping[str, Any]) -> dict[str, str]:
    """Return an order's fields as the form has them."""
    filled = {name: request[name] for name in FILM_FIELDS if isinstance(request.get(name), str)}
    filled["product_card"] = str((request.get("product_card") or {}).get("when", ""))
    if request.get("captions"):
        filled["captions"] = "on"
    if request.get("captions_by") == CaptionsBy.WORD:
        filled["captions_by"] = CaptionsBy.WORD.value
    filled |= filled_position(request.get("avatar_position"))
    filled |= row_fields(ordered_films(request))
    poster = request.get("poster") or {}
    filled |= {name: str(value) for name in POSTER_FIELDS if (value := poster.get(name.partition(".")[2])) is not None}
    for number, scene in enumerate(request.get("scenes") or ()):
        for name in SCENE_FIELDS:
            if scene.get(name) is not None:
                filled[f"scenes.{number}.{name}"] = str(scene[name])
        filled |= ordered_clip(scene, f"scenes.{number}")
    return filled


def _number(text: str) -> float | str:
    """Return the number a field holds; what is none stays a text, for the call to refuse."""
    return float(text) if _DECIMAL.fullmatch(text.strip()) else text
