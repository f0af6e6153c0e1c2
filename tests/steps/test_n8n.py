"""The n8n recipe: its expressions and its code, run by Node, order a film, prove a webhook and read the job's end."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.listener import Listener
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, TENANT, VOICE, Stage

ROOT = Path(__file__).parents[2]
FLOW: Mapping[str, Any] = json.loads((ROOT / "infra/recipes/n8n.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "infra/recipes/n8n.md").read_text(encoding="utf-8")
NODES = {each["name"]: each for each in FLOW["nodes"]}
PATHS = json.loads((ROOT / "shared/door/openapi.json").read_text(encoding="utf-8"))["paths"]
CONTENT = {"business_id": 42, "content_id": "spring-sale", "script": 'Say "hello" to spring.'}
RUNS = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const $ = (name) => ({ first: () => given.items[name] });
const $execution = { resumeUrl: given.resumeUrl };
const $json = given.item.json;
const $input = { first: () => given.item };
const told = (text) => {
  if (!text.startsWith("=")) return text;
  const whole = text.match(/^={{(.*)}}$/s);
  if (whole && !whole[1].includes("{{")) return eval(`(${whole[1]})`);
  return text.slice(1).replace(/{{(.*?)}}/gs, (_, inner) => eval(`(${inner})`) ?? "");
};
const run = new Function("$input", "$", "require", "Buffer", "Date", given.code ?? "");
const clock = { now: () => given.now * 1000 };
const done = given.code ? run($input, $, require, Buffer, clock) : given.texts.map(told);
console.log(JSON.stringify(done));
"""


def by_node(
    stage: Stage, *, texts: tuple[str, ...] = (), code: str = "", items: Mapping[str, Any], item: Any, resume: str = ""
) -> Any:
    """Return what n8n's expressions, or a code node, come to for an item."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node on this machine")
    given = {"texts": texts, "items": items, "item": item, "resumeUrl": resume, "now": stage.clock().timestamp()}
    ran = subprocess.run(  # our own script
        [node, "-e", RUNS],
        input=json.dumps(given | ({"code": code} if code else {})),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


@pytest.fixture
def buyer(stage: Stage) -> Customer:
    """Return a customer whose account and template say what its content does not."""
    made = customer(stage.wiring, TENANT.id)
    scene = {"visual_description": "A mug on a table", "duration": 4}
    template = {"scenes": [scene], "avatar_id": LOOK, "voice_id": VOICE}
    assert 200 == made.call("PUT", "/tenant/template", template).status_code
    return made


def test_its_parts_hang_together() -> None:
    """Every connection leads from a node to a node, both calls fail into words, and all but the trigger are reached."""
    wires = {name: each["main"] for name, each in FLOW["connections"].items()}
    reached = {wire["node"] for outputs in wires.values() for output in outputs for wire in output}

    assert len(NODES) == len(FLOW["nodes"])
    assert set(wires) <= set(NODES)
    assert {"Content"} == set(NODES) - reached
    assert [["No film"]] * 2 == [
        [wire["node"] for wire in wires[name][1]] for name in ("Order the film", "Read the job")
    ]
    assert {"Until the film has ended"} == {wire["node"] for wire in wires["Forged?"][0]}
    assert NODES["Until the film has ended"]["parameters"]["options"]["rawBody"]
    assert set(NODES) == set(re.findall(r"^\| ([A-Z][^|]*?) \| ", PAGE, re.MULTILINE)) | {"The film", "No film"}
    assert "abr_live_" not in json.dumps(FLOW)


@pytest.mark.parametrize("name", ["Order the film", "Read the job"])
def test_its_calls_are_described_ones(name: str) -> None:
    """By path and method of the OpenAPI description."""
    asked = NODES[name]["parameters"]
    path = re.sub(r"{{.*?}}", "{job}", asked["url"].split("}}", 1)[1])

    assert asked["method"].lower() in PATHS[path]


def test_it_orders_once_proves_the_webhook_and_reads_the_end(stage: Stage, buyer: Customer) -> None:
    """Its own expressions make the order and its key; a delivery is genuine, one that was touched or is old is not."""
    asked = NODES["Order the film"]["parameters"]
    texts = (asked["jsonBody"], asked["headerParameters"]["parameters"][0]["value"])
    secret = told(buyer.call("POST", "/tenant/webhook_secret"))["secret"]
    with Listener() as n8n:
        body, key = by_node(
            stage, texts=texts, items={"Content": {"json": {"body": CONTENT}}}, item={"json": {}}, resume=n8n.url
        )
        first, second = (buyer.call("POST", "/create_job", body.encode(), Idempotency_Key=key) for _ in range(2))
        job = told(first)["job_id"]
        buyer.call("POST", f"/jobs/{job}/cancel")
        stage.round()
        headers, raw = n8n.message()

    assert (202, 202, job) == (first.status_code, second.status_code, told(second)["job_id"])
    assert ("spring-sale", {"business_id": "42"}) == (told(first)["product_id"], told(first)["metadata"])
    assert [{"json": {"state": "job.cancelled", "job": job}}] == verified(stage, headers, raw, secret)
    assert [{"json": {"state": "forged"}}] == verified(stage, headers, raw + b" ", secret)
    assert [{"json": {"state": "forged"}}] == verified(stage, {}, raw, secret)
    assert [{"json": {"state": "silent"}}] == verified(stage, None, b"", secret)
    read = told(buyer.call("GET", f"/jobs/{job}"))
    error = NODES["No film"]["parameters"]["errorMessage"]
    (said,) = by_node(stage, texts=(error,), items={}, item={"json": read})
    assert said.startswith("Cancelled; ")
    stage.clock.forward(301)
    assert [{"json": {"state": "forged"}}] == verified(stage, headers, raw, secret)


def verified(stage: Stage, headers: Mapping[str, str] | None, raw: bytes, secret: str) -> Any:
    """Return what the code node says of a call as n8n hands it on."""
    called = {"json": {"headers": headers}, "binary": {"data": {"data": base64.b64encode(raw).decode()}}}
    item = {"json": {"job_id": "of the order"}} if headers is None else called
    code = NODES["Verify the signature"]["parameters"]["jsCode"]
    return by_node(stage, code=code, items={"Settings": {"json": {"webhook_secret": secret}}}, item=item)
