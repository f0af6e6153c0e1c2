"""The tools for agents: what the protocol promises, and that each tool is the public call it stands for."""

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.test import EnvironBuilder

from shared.door.mcp import HEADER_MISMATCH, INVALID_PARAMS, INVALID_REQUEST, NO_METHOD, OLDER, PARSE_ERROR, VERSION
from shared.door.mcp import WRONG_VERSION as UNSUPPORTED
from shared.door.mcp_rows import Asked
from shared.door.mcp_tools import MOST_WAITING, McpTools
from shared.pipeline.job.job import Ending
from tests.patience import PATIENCE
from tests.steps.calls import Customer, call, customer, told
from tests.steps.stage import TENANT, Stage, staged

META = {"io.modelcontextprotocol/protocolVersion": VERSION, "io.modelcontextprotocol/clientCapabilities": {}}
FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 4}]}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all: no test minds another's films."""
    with staged(tmp_path_factory.mktemp("mcp"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def agent(stage: Stage) -> Customer:
    """Return a tenant's key, which an agent was given."""
    return customer(stage.wiring, TENANT.id)


def message(method: str, **params: Any) -> dict[str, Any]:
    """Return a message of the present protocol."""
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, "_meta": META}}


def headed(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that go with a message."""
    said = {"Mcp_Protocol_Version": VERSION, "Mcp_Method": body["method"]}
    return said | ({"Mcp_Name": body["params"]["name"]} if "name" in body["params"] else {})


def used(agent: Customer, tool: str, **arguments: Any) -> tuple[bool, dict[str, Any]]:
    """Use a tool; return whether it was refused, and what it told."""
    body = message("tools/call", name=tool, arguments=arguments)
    result = told(agent.call("POST", "/mcp", body, **headed(body)))["result"]
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return result["isError"], result["structuredContent"]


def code(stage: Stage, body: object, **headers: str) -> int:
    """Return with which code a message is rejected."""
    return int(told(call(stage.wiring, "POST", "/mcp", body, **headers))["error"]["code"])


def test_an_agent_prices_orders_and_waits(stage: Stage, agent: Customer) -> None:
    """The price that was told is the price that is paid at most; the same order is the same film; then it is there."""
    before = len(stage.bill("veo"))
    failed, priced = used(agent, "estimate_film", film=FILM)
    assert not failed
    assert before == len(stage.bill("veo"))

    _, first = used(agent, "create_film", film=FILM, agreed_price=priced["agreed_price"], order_id="mug-1")
    _, again = used(agent, "create_film", film=FILM, agreed_price=priced["agreed_price"], order_id="mug-1")
    _, waiting = used(agent, "wait_for_film", job_id=first["job_id"], seconds=0)
    stage.live(first["job_id"])
    _, done = used(agent, "wait_for_film", job_id=first["job_id"])

    assert first["job_id"] == again["job_id"]
    assert "wait_for_film again" in waiting["next_move"]
    assert "completed" == done["status"]
    assert done["final_video_url"].startswith("http")
    assert float(done["cost"]["paid_by_us"]) <= priced["agreed_price"]


def test_without_an_order_id_the_same_order_is_one_film(agent: Customer) -> None:
    """An agent that repeats itself buys once."""
    film = {**FILM, "product_title": "Cup"}

    jobs = {used(agent, "create_film", film=film, agreed_price=9)[1]["job_id"] for _ in range(2)}

    assert 1 == len(jobs)


def test_an_order_dearer_than_agreed_is_refused(agent: Customer) -> None:
    """Nothing is bought beyond what a person has heard."""
    failed, refusal = used(agent, "create_film", film=FILM, agreed_price=0.01, order_id="cheap")

    assert failed
    assert "max_cost" in refusal["details"]


def test_a_film_is_cancelled(stage: Stage, agent: Customer) -> None:
    """The job ends, and a second cancel says so."""
    _, made = used(agent, "create_film", film=FILM, agreed_price=9, order_id="to cancel")

    failed, cancelled = used(agent, "cancel_film", job_id=made["job_id"])
    twice, refusal = used(agent, "cancel_film", job_id=made["job_id"])

    assert (False, True) == (failed, twice)
    assert "cancelled" == cancelled["status"]
    assert "already_ended" == refusal["error"]
    assert Ending.CANCELLED is stage.job(made["job_id"]).ending


def test_a_film_is_laid_out_anew_for_nothing(stage: Stage, agent: Customer) -> None:
    """Another version of a finished film, once however often it is asked for; what is bought is refused."""
    _, made = used(agent, "create_film", film=FILM, agreed_price=9, order_id="to edit")
    stage.live(made["job_id"])
    bought = len(stage.bill("veo"))

    failed, version = used(agent, "edit_film", job_id=made["job_id"], changes={"aspect_ratio": "1:1"})
    _, again = used(agent, "edit_film", job_id=made["job_id"], changes={"aspect_ratio": "1:1"})
    refused, refusal = used(
        agent, "edit_film", job_id=made["job_id"], changes={"scenes": [{"scene": 0, "visual_description": "A cup"}]}
    )
    stage.live(version["job_id"])

    assert (False, True) == (failed, refused)
    assert version["job_id"] == again["job_id"] != made["job_id"]
    assert "regenerate" in json.dumps(refusal)
    assert bought == len(stage.bill("veo"))


def test_presenters_and_voices_are_listed(agent: Customer) -> None:
    """By the filters the catalog takes."""
    _, avatars = used(agent, "list_avatars", provider="heygen")
    _, voices = used(agent, "list_voices", language="english")

    assert avatars["avatars"]
    assert all("english" in voice["language"].casefold() for voice in voices["voices"])


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("estimate_film", {}, "film"),
        ("estimate_film", {"film": "a mug"}, "film"),
        ("estimate_film", {"film": FILM, "colour": "red"}, "colour"),
        ("create_film", {"film": FILM}, "agreed_price"),
        ("create_film", {"film": FILM, "agreed_price": "cheap"}, "max_cost"),
        ("create_film", {"film": FILM, "agreed_price": 9, "order_id": 7}, "order_id"),
        ("create_film", {"film": FILM, "agreed_price": 9, "order_id": "a\nb"}, "order_id"),
        ("create_film", {"film": FILM, "agreed_price": 9, "order_id": "ключ"}, "order_id"),
        ("create_film", {"film": FILM, "agreed_price": 9, "order_id": ""}, "order_id"),
        ("edit_film", {"job_id": "x", "changes": []}, "changes"),
        ("get_film", {"job_id": "../tenant"}, "job_id"),
        ("get_film", {"job_id": ["a"]}, "job_id"),
        ("wait_for_film", {"job_id": "b8f8b1f4-96b9-4a36-8a3e-0a3dbb8b5d10", "seconds": 51}, "seconds"),
        ("wait_for_film", {"job_id": "b8f8b1f4-96b9-4a36-8a3e-0a3dbb8b5d10", "seconds": True}, "seconds"),
        ("list_avatars", {"search": {"$ne": 1}}, "search"),
    ],
)
def test_a_wrong_argument_is_told_by_name(agent: Customer, tool: str, arguments: dict[str, Any], named: str) -> None:
    """An agent reads what to mend; nothing crashes, whatever it sends."""
    failed, refusal = used(agent, tool, **arguments)

    assert failed
    assert named in refusal["details"]


def test_waiting_leaves_threads_to_all_others(stage: Stage, agent: Customer) -> None:
    """Only so many calls of an instance wait; the next is told at once how the film stands, and to come again."""
    _, made = used(agent, "create_film", film=FILM, agreed_price=9, order_id="waited for")
    asleep, woken, seconds = threading.Semaphore(0), threading.Event(), count()

    def sleep(_seconds: float) -> None:
        asleep.release()
        woken.wait(PATIENCE)

    tools = McpTools(stage.wiring.inside, sleep, lambda: float(next(seconds)))
    request = flask.Request(EnvironBuilder(headers=[("Authorization", f"Bearer {agent.text}")]).get_environ())
    asked = Asked("wait_for_film", {"job_id": made["job_id"], "seconds": 50})
    with ThreadPoolExecutor(MOST_WAITING) as others:
        waiting = [others.submit(tools, asked, request) for _ in range(MOST_WAITING)]
        for _ in waiting:
            assert asleep.acquire(timeout=PATIENCE)

        told_at_once = tools(asked, request)

        woken.set()

    assert "in ten seconds" in told_at_once.told["next_move"]
    assert not any(each.result().failed for each in waiting)


def test_anothers_film_is_not_there(stage: Stage, agent: Customer) -> None:
    """A tool sees what its key sees."""
    _, made = used(agent, "create_film", film=FILM, agreed_price=9, order_id="mine")

    failed, refusal = used(customer(stage.wiring, "other"), "get_film", job_id=made["job_id"])

    assert (True, "not_found") == (failed, refusal["error"])


def test_without_a_key_a_tool_says_so(stage: Stage) -> None:
    """The list is everybody's, a tool is not."""
    listed, used_ = message("tools/list"), message("tools/call", name="list_voices", arguments={})

    assert told(call(stage.wiring, "POST", "/mcp", listed, **headed(listed)))["result"]["tools"]
    refused = told(call(stage.wiring, "POST", "/mcp", used_, **headed(used_)))["result"]
    assert (True, "unauthorized") == (refused["isError"], refused["structuredContent"]["error"])


@pytest.mark.parametrize("version", [*OLDER, "2099-01-01", None])
def test_an_older_client_shakes_hands(stage: Stage, version: str | None) -> None:
    """It is answered in its own version where we know it, else in the newest of those that begin with a handshake."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": version}}

    result = told(call(stage.wiring, "POST", "/mcp", body))["result"]

    assert (version if version in OLDER else OLDER[0]) == result["protocolVersion"]


def test_a_notification_is_taken_and_not_answered(stage: Stage) -> None:
    """202 and no body."""
    response = call(stage.wiring, "POST", "/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"})

    assert (202, b"") == (response.status_code, response.get_data())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", PARSE_ERROR),
        (b"{", PARSE_ERROR),
        (b"[" * 100_000, PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "\\ud800"}', PARSE_ERROR),
        (b'{"jsonrpc": "2.0", "id": "\\udfff", "method": "ping"}', PARSE_ERROR),
        (b'{"jsonrpc": "2.0", "id": ' + b"9" * 5000 + b', "method": "ping"}', PARSE_ERROR),
        ([], INVALID_REQUEST),
        ({}, INVALID_REQUEST),
        ({"jsonrpc": "2.0", "method": 7}, INVALID_REQUEST),
        ({"jsonrpc": "2.0", "method": "ping", "params": []}, INVALID_REQUEST),
        ({"jsonrpc": "2.0", "method": "ping", "id": {}}, INVALID_REQUEST),
        ({"jsonrpc": "2.0", "method": "ping", "id": "x" * 201}, INVALID_REQUEST),
        ({"jsonrpc": "2.0", "method": "resources/list", "id": 1}, NO_METHOD),
        ({"jsonrpc": "2.0", "method": "tools/call", "id": 1}, INVALID_PARAMS),
        ({"jsonrpc": "2.0", "method": "tools/call", "id": 1, "params": {"name": "x", "arguments": []}}, INVALID_PARAMS),
        ({"jsonrpc": "2.0", "method": "tools/call", "id": 1, "params": {"name": "x"}}, INVALID_PARAMS),
    ],
    ids=range(17),
)
def test_what_is_no_call_is_rejected(stage: Stage, body: object, expected: int) -> None:
    """Each kind of broken message has its code, and none is a crash."""
    assert expected == code(stage, body)


def test_headers_that_say_something_else_are_rejected(stage: Stage) -> None:
    """A gateway that routes by headers and a server that reads the body never see two different calls."""
    body = message("tools/call", name="get_film", arguments={})

    assert HEADER_MISMATCH == code(stage, body)
    assert HEADER_MISMATCH == code(stage, body, **headed(body) | {"Mcp_Method": "tools/list"})
    assert HEADER_MISMATCH == code(stage, body, **headed(body) | {"Mcp_Name": "list_voices"})


def test_another_version_is_told_which_there_are(stage: Stage) -> None:
    """A client that is ahead of us goes back to what both speak."""
    body = message("tools/list")
    body["params"]["_meta"] = META | {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}

    response = call(stage.wiring, "POST", "/mcp", body, **headed(body) | {"Mcp_Protocol_Version": "2099-01-01"})

    assert 400 == response.status_code
    assert UNSUPPORTED == told(response)["error"]["code"]
    assert [VERSION] == told(response)["error"]["data"]["supported"]


def test_a_version_without_capabilities_is_rejected(stage: Stage) -> None:
    """The protocol asks for both on each message."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}

    assert INVALID_PARAMS == code(stage, body, Mcp_Protocol_Version=VERSION)
