"""The `mcp` function: abroll's calls as tools of the Model Context Protocol, for agents.

One POST is one whole message, as the protocol of 2026-07-28 has it: no session, no stream, nothing remembered. Clients
of the protocols before it first say `initialize`, which is answered and forgotten. What a tool does is done by the same
doors as everybody's calls, with the caller's own key (https://modelcontextprotocol.io/specification/2026-07-28).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import flask

from shared.door.answers import answer
from shared.door.incoming import json_body
from shared.door.mcp_rows import Asked, NoSuchTool
from shared.door.mcp_tools import McpTools
from shared.door.public import Route, serve
from shared.nesting import parse

VERSION = "2026-07-28"
OLDER = ("2025-11-25", "2025-06-18", "2025-03-26")  # that begin with a handshake
SERVER = {"name": "abroll", "title": "abroll", "version": VERSION}
META = "io.modelcontextprotocol/"
LIST_LIFE = 3_600_000  # milliseconds a client may keep the list of tools
LONGEST_ID = 200  # characters
INSTRUCTIONS = (
    "abroll makes one finished product video from one order. Price it with estimate_film, tell the person what it "
    "costs, then create_film with that agreed_price and an order_id of your own; wait_for_film until it has ended. "
    "The same order_id never buys twice. A refusal says what is wrong and the next move."
)
CAPABILITIES = {"tools": {"listChanged": False}}
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, WRONG_VERSION = -32020, -32022
STATUSES = {NO_METHOD: 404}  # of HTTP; all others are 400


class MessageRejected(Exception):
    """A message that is no call this server can make sense of."""

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True)
class McpMessage:
    """A JSON-RPC message; without an id it is a notification, which nobody answers."""

    method: str
    params: Mapping[str, Any]
    id: str | int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class McpDoor:
    """The route and what it needs."""

    tools: McpTools

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router; it is no part of the OpenAPI description."""
        return (Route("POST", "/", self._message, open=True),)

    def _message(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        number: str | int | None = None
        try:
            message = read_message(json_body(request))
            number = message.id
            _agreed(message, request)
            if message.id is None:
                return flask.Response(status=202)
            return answer(200, {"jsonrpc": "2.0", "id": number, "result": self._result(message, request)})
        except MessageRejected as rejected:
            error = {"code": rejected.code, "message": str(rejected)}
            told = {**error, "data": rejected.data} if rejected.data else error
            return answer(STATUSES.get(rejected.code, 400), {"jsonrpc": "2.0", "id": number, "error": told})

    def _result(self, message: McpMessage, request: flask.Request) -> dict[str, Any]:
        match message.method:
            case "server/discover":
                about = {"capabilities": CAPABILITIES, "instructions": INSTRUCTIONS}
                return _complete(supportedVersions=[VERSION], **about, **_kept(), _meta={f"{META}serverInfo": SERVER})
            case "initialize":
                wanted = message.params.get("protocolVersion")
                about = {"capabilities": CAPABILITIES, "instructions": INSTRUCTIONS, "serverInfo": SERVER}
                return {"protocolVersion": wanted if wanted in OLDER else OLDER[0], **about}
            case "ping":
                return {}
            case "tools/list":
                return _complete(tools=self.tools.listed(), **_kept())
            case "tools/call":
                return self._called(message, request)
            case _:
                raise MessageRejected(NO_METHOD, f"there is no {message.method[:100]} here: only tools")

    def _called(self, message: McpMessage, request: flask.Request) -> dict[str, Any]:
        name, arguments = message.params.get("name"), message.params.get("arguments", {})
        if not isinstance(name, str) or not isinstance(arguments, dict):
            raise MessageRejected(INVALID_PARAMS, "a call has a name, and arguments that are an object")
        try:
            done = self.tools(Asked(name, arguments), request)
        except NoSuchTool as unknown:
            raise MessageRejected(INVALID_PARAMS, str(unknown)) from unknown
        text = {"type": "text", "text": json.dumps(done.told, ensure_ascii=False)}
        return _complete(content=[text], structuredContent=done.told, isError=done.failed)


def read_message(raw: bytes) -> McpMessage:
    """Read a JSON-RPC message. Raises MessageRejected."""
    try:
        found = parse(raw)
        json.dumps(found, ensure_ascii=False).encode()  # half a character can be read, and never told again
    except ValueError as broken:
        raise MessageRejected(PARSE_ERROR, "the body is no JSON, or holds half a character") from broken
    if not isinstance(found, dict):
        raise MessageRejected(INVALID_REQUEST, "the body is one JSON-RPC message: a JSON object")
    number, method, params = found.get("id"), found.get("method"), found.get("params", {})
    if found.get("jsonrpc") != "2.0" or not isinstance(method, str) or not isinstance(params, dict):
        raise MessageRejected(INVALID_REQUEST, "a message has jsonrpc 2.0, a method, and params that are an object")
    if isinstance(number, bool) or not isinstance(number, str | int | None) or len(str(number)) > LONGEST_ID:
        raise MessageRejected(INVALID_REQUEST, f"an id is a number or a text of at most {LONGEST_ID} characters")
    meta = params.get("_meta", {})
    return McpMessage(method, params, number, meta if isinstance(meta, dict) else {})


def _agreed(message: McpMessage, request: flask.Request) -> None:
    """Hold a message of the present protocol against its own headers and version. Raises MessageRejected.

    One that names no version in its `_meta` is of an older protocol, which knew no such headers.
    """
    version = message.meta.get(f"{META}protocolVersion")
    if version is None and request.headers.get("Mcp-Protocol-Version") != VERSION:
        return
    if not isinstance(version, str) or f"{META}clientCapabilities" not in message.meta:
        raise MessageRejected(
            INVALID_PARAMS, f"params._meta must have {META}protocolVersion and {META}clientCapabilities"
        )
    said = {"Mcp-Protocol-Version": version, "Mcp-Method": message.method}
    if message.method == "tools/call" and isinstance(name := message.params.get("name"), str):
        said["Mcp-Name"] = name
    for header, wanted in said.items():
        if _decoded(request.headers.get(header)) != wanted:
            raise MessageRejected(HEADER_MISMATCH, f"the header {header} does not say what the body says")
    if version != VERSION:
        raise MessageRejected(
            WRONG_VERSION, "unsupported protocol version", {"supported": [VERSION], "requested": version}
        )


def _decoded(header: str | None) -> str | None:
    """Return a header's text, also of one that is wrapped because it is no plain ASCII."""
    if header is None or not (header.startswith("=?base64?") and header.endswith("?=")):
        return header
    try:
        return base64.b64decode(header[9:-2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _kept() -> dict[str, Any]:
    return {"ttlMs": LIST_LIFE, "cacheScope": "public"}


def _complete(**fields: Any) -> dict[str, Any]:
    return {"resultType": "complete", **fields}
