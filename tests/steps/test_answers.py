"""What the public calls answer stands in their description: every field, of the type it says, in the unit it says."""

import re
import wave
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from infra.call_answers import ANSWERS
from infra.openapi import described
from shared.door.keys import new_key
from shared.media.faces import FOLDER, LETTERS
from tests.attack.doors import SCOPES
from tests.attack.served import served
from tests.journey.cinema import PHOTO
from tests.steps.clip_web import small_clip, web
from tests.steps.stage import LOOK, TENANT, VOICE, Stage
from tests.steps.test_personas import IDS

SCHEMAS = described()["components"]["schemas"]
KINDS = {"string": str, "integer": int, "number": int | float, "boolean": bool, "array": list, "object": dict}
OPERATORS = ("GET /tenant/tenants", "GET /tenant/tenants/{tenant}")  # walked by test_operator.py
SPOKEN = {"visual_description": "A mug", "duration": 4, "script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}
FILM = {"product_title": "Mug", "scenes": [SPOKEN], "metadata": {"order": "7"}, "image_fit": "blur"}


def strays(schema: Mapping[str, Any], value: object, path: str = "answer") -> Iterator[str]:
    """Yield what of an answer its description does not know, lacks, or calls something else."""
    if "anyOf" in schema:
        found = [list(strays(one, value, path)) for one in schema["anyOf"]]
        yield from [] if [] in found else found[0]
        return
    schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    kinds: list[str] = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None and "null" in kinds:
        return
    if not any(isinstance(value, KINDS[kind]) for kind in kinds if kind != "null") or (
        isinstance(value, bool) and "boolean" not in kinds
    ):
        yield f"{path} is {value!r}, not {kinds}"
        return
    yield from _worded(schema, value, path)
    match value:
        case dict():
            known = schema.get("properties")
            yield from (f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value)
            for name, item in value.items():
                inner = known.get(name) if known is not None else schema.get("additionalProperties", {})
                if inner is None:
                    yield f"{path}.{name} is not described"
                elif inner:
                    yield from strays(inner, item, f"{path}.{name}")
        case list():
            for index, item in enumerate(value):
                yield from strays(schema["items"], item, f"{path}.{index}")


def _worded(schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {value!r}, none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], str(value)):
        yield f"{path} is {value!r}, not like {schema['pattern']}"


def test_every_public_answer_is_described(stage: Stage, tmp_path: Path) -> None:
    """Dry runs, orders, live, ended and cancelled jobs, their stories and bills, retries, accounts, uploads."""
    calls = Calls(stage)
    photo = calls.told("POST", "/tenant/uploads", data=PHOTO.read_bytes())["image"]
    tune = _tune_beside_clips(calls, small_clip(tmp_path))
    order = {**FILM, "image": photo, "audio": {"loudness": -16, "music": {"audio": tune}}}
    calls.told("POST", "/create_job", json={**order, "dry_run": True})
    first = calls.told("POST", "/create_job", json=order)["job_id"]
    _read(calls, first)
    stage.live(first)
    _judge(calls, first)
    _read(calls, first)
    mood = {"scenes": [{"scene": 0, "mood": "calm"}]}
    calls.told("POST", "/jobs/{job}/regenerate", first, json={**mood, "dry_run": True})
    second = calls.told("POST", "/jobs/{job}/regenerate", first, json=mood)["job_id"]
    calls.told("POST", "/jobs/{job}/edit", first, json={"aspect_ratio": "1:1", "dry_run": True})
    calls.told("POST", "/jobs/{job}/edit", first, json={"aspect_ratio": "1:1"})
    calls.told("POST", "/jobs/{job}/cancel", second)
    _read(calls, second)
    calls.told("POST", "/jobs/{job}/retry", second, json={"dry_run": True})
    calls.told("POST", "/jobs/{job}/retry", second)
    _many(calls)
    _older(calls)
    _deleted(calls)
    _batches(calls, stage)
    calls.told("GET", "/tenant")
    calls.told("GET", "/tenant/integrations/{provider}", "heygen")
    listed = ("/jobs/usage", "/catalog/avatars", "/catalog/voices", "/tenant/integrations", "/tenant/audit")
    for path in (*listed, "/tenant/export"):
        calls.told("GET", path)
    config = {"avatar_id": IDS["avatar_id"], "provider_config": {"speed": 1.1}, "status": "inactive"}
    calls.told("PATCH", "/tenant/integrations/{provider}", "heygen", json=config)
    for path in ("sync", "webhook/rotate"):
        calls.told("POST", f"/tenant/integrations/{{provider}}/{path}", "heygen")
    _templates(calls)
    _brands(calls, calls.told("POST", "/tenant/uploads/logo", data=PHOTO.read_bytes())["image"])
    calls.told("PUT", "/tenant/personas/{persona}", "anna", json={"title": "Anna", "at": {"heygen": IDS}})
    calls.told("GET", "/tenant/personas/{persona}", "anna")
    calls.told("GET", "/tenant/personas")
    calls.told("DELETE", "/tenant/personas/{persona}", "anna")
    calls.told("POST", "/tenant/webhook_secret")
    _webhooks(calls, stage)
    calls.told("DELETE", "/tenant/integrations/{provider}", "heygen")
    calls.told("GET", "/health/openapi.json")
    own = next(key["id"] for key in calls.told("GET", "/tenant/keys")["keys"] if key["this"])
    wanted = {"name": "shop", "scopes": ["jobs:read"], "expires_in_days": 30}
    made = calls.told("POST", "/tenant/keys", json=wanted)["id"]
    calls.told("POST", "/tenant/keys/{key}/rotate", made)
    calls.told("DELETE", "/tenant/keys/{key}", own)

    assert {} == calls.wrong
    assert set(ANSWERS) - calls.asked <= {"GET /health", "PUT /tenant/integrations/{provider}", *OPERATORS}


def _older(calls: "Calls") -> None:
    """Call the older API's paths."""
    calls.told("POST", "/api/video/generate", json={**FILM, "dry_run": True})
    job = calls.told("POST", "/api/video/generate", json=FILM)["job_id"]
    calls.told("GET", "/api/video/status", query_string={"job_id": job})
    calls.told("GET", "/api/video/status/{job}", job)
    calls.told("GET", "/api/video/list_jobs")


def _many(calls: "Calls") -> None:
    """Cancel and retry by filter and by name, with one that is refused."""
    job, nobodys = calls.told("POST", "/create_job", json=FILM)["job_id"], "00000000-0000-4000-8000-000000000000"
    calls.told("POST", "/jobs/cancel", json={})
    calls.told("POST", "/jobs/cancel", json={"ids": [job, nobodys]})
    found = calls.told("POST", "/jobs/retry", json={"ids": [job, nobodys]})
    calls.told("POST", "/jobs/retry", json={"ids": [job, nobodys], "max_cost": found["max_cost"]})


def _batches(calls: "Calls", stage: Stage) -> None:
    rows = [{"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}]}]
    calls.told("POST", "/batches", json={"rows": rows, "dry_run": True})
    batch = calls.told("POST", "/batches", json={"rows": rows})["batch_id"]
    calls.told("GET", "/batches")
    calls.told("GET", "/batches/{batch}", batch)
    calls.told("POST", "/batches/{batch}/cancel", batch)
    stage.wiring.feed_batch(batch, 2)
    calls.told("GET", "/batches/{batch}", batch)
    calls.told("GET", "/jobs")
    events = calls.told("GET", "/jobs/events", query_string={"since": "2026-01-01"})["events"]
    assert {"job.completed", "batch.completed"} == {each["event"] for each in events}
    calls.told("DELETE", "/batches/{batch}", batch)


def _deleted(calls: "Calls") -> None:
    """Keep, release and delete a job; read what is left of it."""
    job = calls.told("POST", "/create_job", json=FILM)["job_id"]
    calls.told("POST", "/jobs/{job}/cancel", job)
    calls.told("PATCH", "/jobs/{job}", job, json={"keep": True})
    calls.told("DELETE", "/jobs/{job}", job)
    calls.told("GET", "/jobs/deleted")


def _templates(calls: "Calls") -> None:
    """Ask all there is about templates."""
    calls.told("PUT", "/tenant/template", json={"product_title": "Mug"})
    calls.told("GET", "/tenant/template")
    calls.told("DELETE", "/tenant/template")
    calls.told("PUT", "/tenant/templates/{template}", "launch", json={"order": {"captions": True}})
    calls.told("GET", "/tenant/templates/{template}", "launch")
    calls.told("GET", "/tenant/templates")
    calls.told("DELETE", "/tenant/templates/{template}", "launch")


def _brands(calls: "Calls", logo: str) -> None:
    """Ask all there is about brand kits."""
    calls.told("PUT", "/tenant/brand/{brand}", "default", json={"logo": {"image": logo}, "captions": True})
    calls.told("GET", "/tenant/brand/{brand}", "default")
    calls.told("GET", "/tenant/brand")
    calls.told("POST", "/tenant/uploads/font", data=(FOLDER / LETTERS[0]).read_bytes())
    calls.told("GET", "/tenant")
    calls.told("DELETE", "/tenant/brand/{brand}", "default")


def _tune_beside_clips(calls: "Calls", clip: bytes) -> str:
    """Send a clip, a link to one, and music; return the music's id."""
    calls.told("POST", "/tenant/uploads/clip", data=clip)
    with web(clip) as address:
        calls.told("POST", "/tenant/uploads/clip_link", json={"clip_url": f"{address}/clip"})
    return str(calls.told("POST", "/tenant/uploads/audio", data=_tune())["audio"])


def _tune() -> bytes:
    """Return five seconds of a falling tone as a WAV."""
    told = BytesIO()
    with wave.open(told, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(
            b"".join(((at * at // 9000) % 20000 - 10000).to_bytes(2, "little", signed=True) for at in range(40000))
        )
    return told.getvalue()


def _webhooks(calls: "Calls", stage: Stage) -> None:
    hook = calls.told("POST", "/tenant/webhooks", json={"url": "http://127.0.0.1:9/hook"})["id"]
    delivery = calls.told("POST", "/tenant/webhooks/{endpoint}/test", hook)["delivery"]
    stage.cloud.tasks.run_due()
    calls.told("GET", "/tenant/deliveries")
    calls.told("GET", "/tenant/deliveries/{delivery}", delivery)
    calls.told("POST", "/tenant/deliveries/{delivery}/replay", delivery)
    calls.told("POST", "/tenant/deliveries/replay", json={"since": "2026-01-01T00:00:00Z"})
    calls.told("GET", "/tenant/webhooks")
    calls.told("GET", "/tenant/webhooks/{endpoint}", hook)
    calls.told("PATCH", "/tenant/webhooks/{endpoint}", hook, json={"status": "paused"})
    calls.told("DELETE", "/tenant/webhooks/{endpoint}", hook)


def _judge(calls: "Calls", job: str) -> None:
    calls.told("POST", "/jobs/{job}/feedback", job, json={"rating": 4, "reasons": ["voice"], "text": "Clear."})
    calls.told("POST", "/jobs/{job}/feedback", job, json={"score": 8, "about": ["sound"], "says": "Clear."})
    calls.told("POST", "/jobs/{job}/links", job)


def _read(calls: "Calls", job: str) -> None:
    for path in ("", "/request", "/understood", "/timeline", "/bill"):
        calls.told("GET", f"/jobs/{{job}}{path}", job)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"deleted": True}, []),
        ({"deleted": "yes"}, ["answer.deleted is 'yes', not ['boolean']"]),
        ({}, ["answer.deleted is missing"]),
        ({"deleted": True, "by": "me"}, ["answer.by is not described"]),
    ],
)
def test_what_is_not_described_is_found(value: object, found: list[str]) -> None:
    """The walk bites."""
    assert found == list(strays(SCHEMAS["Deleted"], value))


def test_every_field_is_explained() -> None:
    """No field of an answer without a sentence."""
    names = {name for answers in ANSWERS.values() for name in answers.values()}
    fields = {f"{name}.{field}": one for name in names for field, one in SCHEMAS[name]["properties"].items()}

    assert {} == {path: one for path, one in fields.items() if not one.get("description")}


class Calls:
    """A tenant's calls, each held against its description."""

    def __init__(self, stage: Stage) -> None:
        text, key = new_key(TENANT.id, SCOPES, stage.wiring.now())
        stage.wiring.tenants.put_api_key(key)
        self._headers = {"Authorization": f"Bearer {text}"}
        self._doors = {name: Client(door) for name, door in served(stage).items()}
        self.wrong: dict[str, list[str]] = {}
        self.asked: set[str] = set()

    def told(self, method: str, path: str, name: str = "", **sent: Any) -> dict[str, Any]:
        """Make a call; return its answer, noting what its description does not say."""
        function, _, rest = re.sub(r"\{\w+\}", name, path).lstrip("/").partition("/")
        answer: TestResponse = self._doors[function].open(f"/{rest}", method=method, headers=self._headers, **sent)
        label, told = f"{method} {path}", dict(answer.get_json())
        self.asked.add(label)
        schema = ANSWERS[label].get(answer.status_code)
        found = list(strays(SCHEMAS[schema], told)) if schema else [f"{answer.status_code}: {told}"]
        if found:
            self.wrong[f"{label} {answer.status_code}"] = found
        return told
