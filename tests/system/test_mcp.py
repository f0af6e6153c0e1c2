"""The official client of the Model Context Protocol uses the tools of a running abroll, whichever age it speaks."""

import sys
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.patience import PATIENCE
from tests.system.conftest import ROOT, Abroll

FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 4}]}


@pytest.mark.parametrize("mode", ["auto", "2026-07-28", "legacy"])
def test_the_official_client_prices_a_film(abroll: Abroll, mode: Any) -> None:
    """It connects by itself, reads the tools and their schemas, and gets a price."""

    async def session() -> tuple[set[str], Any]:
        headers = {"Authorization": f"Bearer {abroll.key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
            Client(streamable_http_client(f"{abroll.url}/mcp", http_client=http), mode=mode) as client,
        ):
            tools = await client.list_tools()
            return {tool.name for tool in tools.tools}, await client.call_tool("estimate_film", {"film": FILM})

    names, priced = anyio.run(session)

    assert {"estimate_film", "create_film", "get_film", "wait_for_film", "cancel_film"} <= names
    assert not priced.is_error
    assert 0 < priced.structured_content["agreed_price"] < 10


def test_the_official_client_makes_a_film(abroll: Abroll) -> None:
    """Price, order, wait: the film is there."""

    async def session() -> Any:
        headers = {"Authorization": f"Bearer {abroll.key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
            Client(streamable_http_client(f"{abroll.url}/mcp", http_client=http)) as client,
        ):
            priced = await client.call_tool("estimate_film", {"film": FILM})
            order = {"film": FILM, "agreed_price": priced.structured_content["agreed_price"], "order_id": "mcp-mug"}
            made = await client.call_tool("create_film", order)
            for _ in range(10):
                done = await client.call_tool("wait_for_film", {"job_id": made.structured_content["job_id"]})
                if done.structured_content["status"] not in ("queued", "processing_veo", "processing"):
                    return done.structured_content
            return done.structured_content

    assert "completed" == anyio.run(session)["status"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_command_serves_the_tools_over_stdio(abroll: Abroll, tmp_path: Path, mode: Any) -> None:
    """`abroll mcp` is what an agent starts; the key stays in its profile."""
    known = {"ABROLL_URL": abroll.url, "ABROLL_KEY": abroll.key, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "shared.client.commands.main", "mcp"], env=known
    )

    async def session() -> tuple[set[str], Any]:
        async with Client(command, mode=mode) as client:
            tools = await client.list_tools()
            return {tool.name for tool in tools.tools}, await client.call_tool("estimate_film", {"film": FILM})

    names, priced = anyio.run(session)

    assert "create_film" in names
    assert not priced.is_error
