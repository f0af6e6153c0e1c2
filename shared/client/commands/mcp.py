"""`abroll mcp`: abroll's tools for an agent that starts its servers itself and speaks over stdin and stdout.

Each line is one message of the Model Context Protocol; it goes to abroll as one POST, and the answer comes back as one
line. The key stays in the profile: the agent never sees it.
"""

import base64
import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import click
import httpx

from ..reading import parse
from ..transport import ANSWER_SECONDS, CONNECT_SECONDS
from .session import AGENT, MOST_JSON, Session, this

VERSION_SAID = "io.modelcontextprotocol/protocolVersion"
UNREACHABLE, NO_JSON = -32000, -32700


@click.command()
@this
def mcp(session: Session) -> None:
    """Serve abroll's tools to an agent over stdin and stdout.

    In the agent's settings: command `abroll`, arguments `mcp`. Run `abroll login` before.
    """
    headers = {"Authorization": f"Bearer {session.profile.key}", "User-Agent": AGENT}
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(base_url=str(session.profile.url), headers=headers, timeout=timeout) as http:
        relay(http, sys.stdin, sys.stdout)


def relay(http: httpx.Client, lines: TextIO, out: TextIO) -> None:
    """Send each line to abroll and print what it answers, until the lines end."""
    while line := lines.readline(MOST_JSON):
        if not line.strip():
            continue
        told = _answered(http, line)
        if told:
            out.write(told + "\n")
            out.flush()


def _answered(http: httpx.Client, line: str) -> str:
    """Return the answer's one line; empty where there is none."""
    try:
        message = parse(line)
    except ValueError:
        return _failed(None, NO_JSON, "the line is no JSON")
    asked = message if isinstance(message, dict) else {}
    try:
        response = http.post("/mcp", content=line.encode(), headers=_headers(asked))
        if response.status_code == httpx.codes.ACCEPTED:
            return ""
        found = parse(response.content)
    except (httpx.HTTPError, ValueError) as failed:
        return _failed(asked.get("id"), UNREACHABLE, f"abroll did not answer: {failed}") if "id" in asked else ""
    match found:
        case {"jsonrpc": _}:
            return json.dumps(found)
        case {"message": message, "next_move": move}:  # a refusal of the whole request, in abroll's own words
            return _failed(asked.get("id"), UNREACHABLE, f"{message}; {move}")
    return _failed(asked.get("id"), UNREACHABLE, "something between here and abroll answered: check the address")


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that a message of the present protocol has over HTTP; older ones have none."""
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(VERSION_SAID) if isinstance(meta, dict) else None
    said = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    if not isinstance(version, str) or not isinstance(params, dict):
        return said
    said |= {"Mcp-Protocol-Version": _plain(version), "Mcp-Method": _plain(str(message.get("method")))}
    name = params.get("name")
    return said | ({"Mcp-Name": _plain(name)} if isinstance(name, str) else {})


def _plain(text: str) -> str:
    """Return a header's value, wrapped where it is no plain ASCII."""
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


def _failed(number: object, code: int, message: str) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}})


COMMANDS = (mcp,)
