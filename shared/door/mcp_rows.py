"""What an agent reads of each tool of the `mcp` function, and what a call of one is and tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.door.mcp_schemas import schemas_of

BODIES = {"film": "Film", "changes": "Edit"}  # arguments that are a described body
JOB = {"type": "string", "format": "uuid", "description": "The job's id, as create_film told it."}
LISTED = {
    "search": {"type": "string", "maxLength": 100, "description": "Words of the name."},
    "gender": {"type": "string", "maxLength": 100},
    "provider": {"type": "string", "description": "One avatar service; all of them where unsaid."},
    "cursor": {"type": "string", "description": "next_cursor of the page before."},
}
PRICE_SAYS = (
    "Price an order; nothing is stored or spent. Answers its warnings, and agreed_price (US dollars) for create_film."
)
CREATE_SAYS = (
    "Order a film: this spends money. An order estimated above agreed_price is refused. The same order_id is the same "
    "film however often it is sent. Answers the job_id to wait for."
)
EDIT_SAYS = (
    "Make another version of a finished film from the takes that exist: the presenter's place, captions, texts, shape, "
    "order of scenes. No vendor is called; what must be bought is refused with its price. Answers the new job_id."
)


class NoSuchTool(Exception):
    """A call of a tool that is not in the list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a tool."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What a tool tells; `failed` where it is a refusal."""

    told: dict[str, Any]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """What an agent reads of a tool, and what calling it does."""

    name: str
    title: str
    says: str
    takes: Mapping[str, Any]
    needs: tuple[str, ...]
    use: Callable[[Mapping[str, Any], flask.Request], Done]
    reads: bool = True  # it changes nothing
    destroys: bool = False

    def listed(self) -> dict[str, Any]:
        """Return its row in the list of tools."""
        schema: dict[str, Any] = {
            "type": "object",
            "properties": self.takes,
            "required": list(self.needs),
            "additionalProperties": False,
        }
        if body := BODIES.keys() & self.takes.keys():
            schema["$defs"] = schemas_of(BODIES[body.pop()])
        hints = {"readOnlyHint": self.reads, "destructiveHint": self.destroys, "idempotentHint": True}
        return {
            "name": self.name,
            "title": self.title,
            "description": self.says,
            "inputSchema": schema,
            "annotations": {**hints, "openWorldHint": False},
        }
