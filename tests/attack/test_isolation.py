"""No route tells one tenant anything of another's things, or changes them: each answers as to an id nobody has.

The routes are those the functions have, so a new one is tried as soon as it is there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
import pytest

from shared.cloud.brands import NamedBrand
from shared.cloud.templates import NamedTemplate
from shared.door.public import Route
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.steps.links import link
from tests.door.test_request_body import PUBLIC
from tests.steps.calls import Customer, customer
from tests.steps.stage import TENANT, Stage, footage, presented, staged

BODIES: Mapping[str, object] = {
    "Batch": {"rows": [{"product_title": "Mug"}], "dry_run": True},
    "Integration": {"api_key": "an-avatar-key"},
    "IntegrationChange": {"status": "inactive"},
    "BrandKit": {"captions": "yes"},
    "Film": {"product_title": "Mug"},
    "Replay": {"since": "2026-01-01T00:00:00Z"},
    "WebhookChange": {"status": "paused"},
}
ROOMS = ("batches", "jobs", "tenants", "api_keys", "webhook_deliveries")


TRIES, BUSY = 5, 503  # a machine that is too busy for our store's five seconds tells nothing of anybody's ids


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of the owner's by its id, and an id of the same form that nobody has."""

    kind: str
    theirs: str
    nobodys: str


@dataclass(frozen=True, slots=True)
class Scene:
    """An owner with one of everything, and an intruder with a key and a job of its own."""

    stage: Stage
    intruder: Customer
    own: Mapping[str, str]  # what stands in a path by right
    things: tuple[Thing, ...]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with staged(tmp_path_factory.mktemp("isolation")) as stage:
        owner, intruder = customer(stage.wiring, TENANT.id), customer(stage.wiring, "intruder")
        job_id = stage.order(presented(webhook_url="http://127.0.0.1:9/hook"))
        stranger = stage.wiring.tenants.tenant("intruder")
        assert stranger
        mine = stage.wiring.create_job.create(stranger, footage(), None, "t").job
        loaded = stage.wiring.commits.load(job_id)
        assert loaded
        job = stage.wiring.commits.hear(loaded, CancelAsked()).job
        assert job.ended_at
        token, own = (link(each, "film", "").rpartition("/")[2] for each in (job, mine))
        delivery = int(job.ended_at.timestamp())
        things = (
            Thing("job", job.id, "00000000-0000-4000-8000-000000000000"),
            Thing("key", owner.key.id, "nobodyhasit1"),
            Thing("link", token, "A" * len(token)),
            Thing("secret", job.film_token, "B" * len(job.film_token)),
            Thing("delivery", f"{job.id}-{delivery}", f"00000000-0000-4000-8000-000000000000-{delivery}"),
            Thing("image", "a" * 64, "b" * 64),
            Thing("file", f"{'a' * 64}.jpg", f"{'b' * 64}.jpg"),
            Thing("tenant", TENANT.id, "nowhere"),
            Thing("persona", "anna", "nobody"),
            Thing("template", "launch", "nothing"),
            Thing("brand", "spring", "nothings"),
            Thing("endpoint", hook(owner), "enobodyhasit"),
            Thing("batch", batch(owner), "00000000-0000-4000-8000-000000000000"),
            Thing("attempt", f"{job.id}.presenter-1.t1.a1", "00000000-0000-4000-8000-000000000000.presenter-1.t1.a1"),
        )
        stage.wiring.personas.put(TENANT.id, Persona("anna", at={"heygen": PersonaIds("look_ana_studio")}))
        stage.wiring.templates.put(TENANT.id, NamedTemplate("launch", 1, "{}", stage.clock()))
        stage.wiring.brands.put(TENANT.id, NamedBrand("spring", 1, Kit(Brand("spring@1")), "{}", stage.clock()))
        stage.wiring.blobs.write(
            f"gs://{stage.wiring.settings.films_bucket}/images/{TENANT.id}/{'a' * 64}.jpg", [b"x"], mime="image/jpeg"
        )
        places = {
            "job": mine.id,
            "thing": "film",
            "token": own,
            "provider": "heygen",
            "key": intruder.key.id,
            "persona": "mine",
            "template": "mine",
            "brand": "mine",
            "endpoint": hook(intruder),
            "delivery": f"{mine.id}-1",
            "batch": batch(intruder),
            "folder": "images",
            "file": f"{'c' * 64}.jpg",
        }
        places |= {"tenant": "intruder", "mode": "production", "attempt": f"{mine.id}.presenter-1.t1.a1", "mark": "m"}
        places["vendor"] = "did"
        yield Scene(stage, intruder, places, things)


def hook(whose: Customer) -> str:
    """Make an endpoint; return its id."""
    made = whose.call("POST", "/tenant/webhooks", {"url": "http://127.0.0.1:9/endpoint"})
    return str(json.loads(made.get_data())["id"])


def batch(whose: Customer) -> str:
    """Send a batch of one film; return its id."""
    film = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 4}]}
    return str(json.loads(whose.call("POST", "/batches", {"rows": [film]}).get_data())["batch_id"])


def routes(stage: Stage) -> Iterator[tuple[str, Route, str]]:
    """Yield each place in a path of each route of each public function."""
    for name in PUBLIC:
        if name == "console":
            continue  # its callers are sessions: tests/steps/test_console.py walks its pages
        for route in stage.wiring.door(name).routes:
            for part in route.path.split("/"):
                if part.startswith("{") and route.method != "OPTIONS":
                    yield name, route, part.strip("{}")


def asked(scene: Scene, function: str, route: Route, places: Mapping[str, str]) -> flask.Response:
    filled = "/".join(places[each.strip("{}")] if each.startswith("{") else each for each in route.path.split("/"))
    for _ in range(TRIES):
        scene.stage.clock.forward(61)  # no limit is what answers
        response = scene.intruder.call(route.method, f"/{function}{filled}", BODIES.get(route.takes, {}))
        if response.status_code != BUSY:
            return response
    raise AssertionError(f"{route.path} is never served: {response.get_data(as_text=True)}")


def said(response: flask.Response, thing: Thing) -> tuple[int, Any]:
    """Return an answer without what names the request or the id itself."""
    text = response.get_data(as_text=True).replace(thing.theirs, "…").replace(thing.nobodys, "…")
    fields = json.loads(text) if text else {}
    return response.status_code, {name: value for name, value in fields.items() if name != "request_id"}


def rooms(stage: Stage) -> dict[str, Any]:
    """Return all documents of the owner."""
    store = stage.cloud.eyes.clients.firestore
    found = {each.reference.path: each.to_dict() or {} for room in ROOMS for each in store.collection(room).stream()}
    for group in ("integrations", "personas", "templates", "template_versions", "brands", "brand_versions", "audit"):
        found |= {each.reference.path: each.to_dict() or {} for each in store.collection_group(group).stream()}
    return {path: fields for path, fields in found.items() if TENANT.id in (path.split("/")[1], fields.get("tenant"))}


def test_no_route_tells_or_changes_anything_of_anothers(scene: Scene) -> None:
    """Every place of every path, filled with every kind of another's id: as if nobody had it, and nothing has moved."""
    before, tried, told = rooms(scene.stage), 0, []

    for function, route, place in routes(scene.stage):
        for thing in scene.things:
            theirs = asked(scene, function, route, {**scene.own, place: thing.theirs})
            nobodys = asked(scene, function, route, {**scene.own, place: thing.nobodys})
            tried += 1
            if theirs.status_code < 400 or said(theirs, thing) != said(nobodys, thing):
                told.append((route.method, route.path, place, thing.kind, said(theirs, thing), said(nobodys, thing)))

    assert [] == told
    assert before == rooms(scene.stage)
    assert tried >= 100


def test_no_call_leaves_a_word_of_its_query_unread(scene: Scene) -> None:
    """What it does not read is refused by name, before anything is done; what needs no key is deaf to it."""
    deaf = []
    for name in PUBLIC:
        for route in scene.stage.wiring.door(name).routes:
            if name == "console" or route.open or not route.says or "tenants" in route.path:
                continue
            scene.stage.clock.forward(61)
            filled = "/".join(scene.own[each.strip("{}")] if "{" in each else each for each in route.path.split("/"))
            asked = f"/{name}{filled}?utm_source=x"
            refused = scene.intruder.call(route.method, asked, BODIES.get(route.takes, {}))
            said = json.loads(refused.get_data())
            if refused.status_code != 400 or "utm_source" not in said.get("details", said):
                deaf.append((route.method, name, route.path, said))

    assert [] == deaf


def test_anothers_link_opens_nothing_under_an_own_job(scene: Scene) -> None:
    """Nor an own link another's job: a token belongs to its job and its thing."""
    job, token = (thing.theirs for thing in (scene.things[0], scene.things[2]))

    crossed = [
        scene.intruder.call("GET", f"/jobs/{mine}/film/{other}").status_code
        for mine, other in ((scene.own["job"], token), (job, scene.own["token"]))
    ]

    assert [404, 404] == crossed


def test_anothers_upload_is_no_upload(scene: Scene) -> None:
    """An image is named by its content: whoever knows the content learns nothing of who else has it."""
    film = {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}], "dry_run": True}

    answers = [
        said(scene.intruder.call("POST", "/create_job", {**film, "image": each * 64}), scene.things[5]) for each in "ab"
    ]

    assert answers[0] == answers[1]
    assert 422 == answers[0][0]


def test_lists_hold_only_ones_own(scene: Scene) -> None:
    """Jobs, keys, and what was changed of either."""
    paths = ("/jobs?limit=100", "/tenant/keys", "/tenant/audit")
    texts = [scene.intruder.call("GET", path).get_data(as_text=True) for path in paths]

    assert not [thing.kind for thing in scene.things[:2] for text in texts if thing.theirs in text]


def test_a_list_shows_what_it_cannot_read(tmp_path: Path) -> None:
    """One document nobody can read is a row of its own among the others, never a 500."""
    with staged(tmp_path) as stage:
        acme = customer(stage.wiring, TENANT.id)
        good, eaten = stage.order(footage()), stage.order(footage())
        stage.cloud.eyes.clients.firestore.document(f"jobs/{eaten}").update({"money": "eaten"})

        answer = acme.call("GET", "/jobs")

    rows = {row["id"]: row["status"] for row in json.loads(answer.get_data())["jobs"]}
    assert 200 == answer.status_code
    assert {good: "pending", eaten: "unreadable"} == rows
