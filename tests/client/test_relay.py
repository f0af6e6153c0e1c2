"""`abroll mcp` answers an agent in one line of JSON-RPC, whatever answers in abroll's place."""

import io
import json
from typing import Any

import httpx
import pytest

from shared.client.commands.mcp import UNREACHABLE, relay
from tests.client.canned import Canned, canned, plain, refusal

ASKED = '{"jsonrpc": "2.0", "id": 7, "method": "tools/list"}\n'


def relayed(server: Canned, line: str = ASKED) -> Any:
    """Return what an agent is told after one line."""
    out = io.StringIO()
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        relay(http, io.StringIO(line), out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("body", ["5", "null", "[]", '"jsonrpc"', "{}", '{"error": 5}', "<html>", "[" * 100_000])
def test_what_is_no_answer_of_abrolls_is_an_error(body: str) -> None:
    """A proxy's number, list or page: the agent is told, under its own id, and the command goes on."""
    with canned() as server:
        server.answer(plain(body))

        told = relayed(server)

    assert (7, UNREACHABLE) == (told["id"], told["error"]["code"])
    assert "None" not in told["error"]["message"]


def test_a_refusal_is_told_in_abrolls_words() -> None:
    """Its message and its next move."""
    with canned() as server:
        server.answer(refusal(401, "unauthorized"))

        assert "no; mend it" == relayed(server)["error"]["message"]


@pytest.mark.parametrize("line", ["5\n", "[" * 100_000 + "\n", "null\n"])
def test_a_line_that_is_no_message_is_answered(line: str) -> None:
    """Whatever stands in it: what abroll says of it, or that it is no JSON."""
    with canned() as server:
        server.answer(plain('{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "no"}}'))

        assert relayed(server, line)["error"]["code"] in (-32600, -32700)
