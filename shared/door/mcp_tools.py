"""The tools of the `mcp` function: each is one of the public calls, made with the caller's own key.

What an order may say is the OpenAPI description's; what it may cost is agreed on before: create_film takes the price
that estimate_film told, and an order that has become dearer is refused.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from decimal import ROUND_UP, Decimal
from typing import Any

import flask

from shared.codes import Code
from shared.door.asked import is_job_id
from shared.door.inside import InsideCalls
from shared.door.mcp_rows import (
    BODIES,
    CREATE_SAYS,
    EDIT_SAYS,
    JOB,
    LISTED,
    PRICE_SAYS,
    Asked,
    Done,
    NoSuchTool,
    Tool,
)

MOST_WAIT, USUAL_WAIT = 50, 30  # seconds in one call
SOON, SELDOM = 2.0, 10.0  # seconds between two looks at a job
CREDENTIALS = ("Authorization", "X-Api-Key")
LONGEST_ORDER_ID = 200
ORDER_ID = re.compile(rf"[ -~]{{1,{LONGEST_ORDER_ID}}}")
MOST_WAITING = 4  # calls of one instance that wait at once: half of its threads are for all others
ENDED = ("completed", "failed", "cancelled")
CENT = Decimal("0.01")
SHOWN = (  # of a job: what tells an agent how it stands
    *("job_id", "status", "stage", "progress", "summary", "product_title", "estimated_completion_at", "late_since"),
    *("ahead", "starts_by", "final_video_url", "poster_url", "expires_at", "film_seconds", "error", "degraded"),
    *("warnings", "cost", "estimated_cost", "credits_used"),
)


class McpTools:
    """The tools, over the doors of the functions they stand for."""

    def __init__(
        self,
        inside: InsideCalls,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._inside = inside
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._sleep = sleep
        self._monotonic = monotonic
        film = {"$ref": "#/$defs/Film", "description": "The order; no dry_run and no max_cost."}
        changes = {"$ref": "#/$defs/Edit", "description": "What is laid out otherwise; no dry_run."}
        price = {"type": "number", "exclusiveMinimum": 0, "description": "The most its estimate may be, US dollars."}
        order = {
            "type": "string",
            "maxLength": 200,
            "description": "A name of your own for this order, kept for repeats.",
        }
        wait = {"type": "integer", "minimum": 0, "maximum": MOST_WAIT, "description": "Seconds to wait at most."}
        spoken = {**LISTED, "language": {"type": "string", "maxLength": 100}}
        self._tools = {
            tool.name: tool
            for tool in (
                Tool("estimate_film", "Price a film", PRICE_SAYS, {"film": film}, ("film",), self._estimate),
                Tool(
                    "create_film",
                    "Order a film",
                    CREATE_SAYS,
                    {"film": film, "agreed_price": price, "order_id": order},
                    ("film", "agreed_price"),
                    self._create,
                    reads=False,
                ),
                Tool("get_film", "Look at a film", "Read how a job stands.", {"job_id": JOB}, ("job_id",), self._get),
                Tool(
                    "wait_for_film",
                    "Wait for a film",
                    "Wait until a job has ended; where it has not in this time, ask again. Never order it again.",
                    {"job_id": JOB, "seconds": wait},
                    ("job_id",),
                    self._wait,
                ),
                Tool(
                    "edit_film",
                    "Lay a film out anew",
                    EDIT_SAYS,
                    {"job_id": JOB, "changes": changes, "order_id": order},
                    ("job_id", "changes"),
                    self._edit,
                    reads=False,
                ),
                Tool(
                    "cancel_film",
                    "Cancel a film",
                    "Stop a job for good; what was never sent to a vendor is refunded.",
                    {"job_id": JOB},
                    ("job_id",),
                    self._cancel,
                    reads=False,
                    destroys=True,
                ),
                Tool("list_avatars", "Presenters", "List who can be filmed.", LISTED, (), self._catalog("avatars")),
                Tool("list_voices", "Voices", "List the voices to speak with.", spoken, (), self._catalog("voices")),
            )
        }

    def listed(self) -> list[dict[str, Any]]:
        """Return the list of tools, always in the same order."""
        return [tool.listed() for tool in self._tools.values()]

    def __call__(self, asked: Asked, request: flask.Request) -> Done:
        """Use a tool. Raises NoSuchTool."""
        tool = self._tools.get(asked.name)
        if tool is None:
            raise NoSuchTool(f"there is no tool {asked.name[:100]}: {', '.join(self._tools)} are")
        wrong = {name: ["is no argument of this tool"] for name in asked.arguments if name not in tool.takes}
        wrong |= {name: ["is missing"] for name in tool.needs if name not in asked.arguments}
        wrong |= {
            name: ["must be an object"]
            for name in BODIES.keys() & tool.takes.keys()
            if not isinstance(asked.arguments.get(name, {}), dict)
        }
        if wrong:
            return _refused(wrong)
        return tool.use(asked.arguments, request)

    def _estimate(self, arguments: Mapping[str, Any], request: flask.Request) -> Done:
        done = self._call(request, "POST", "/create_job", {**arguments["film"], "dry_run": True})
        if done.failed:
            return done
        kept = ("planned_seconds", "cards", "estimated_time_seconds", "estimated_cost", "warnings", "avatar_services")
        return Done(
            {"agreed_price": _price(done.told), **{name: done.told[name] for name in kept if name in done.told}}
        )

    def _create(self, arguments: Mapping[str, Any], request: flask.Request) -> Done:
        body = {**arguments["film"], "max_cost": arguments["agreed_price"], "dry_run": False}
        order = _order_id(arguments, body)
        if isinstance(order, Done):
            return order
        return self._call(request, "POST", "/create_job", body, once=order)

    def _edit(self, arguments: Mapping[str, Any], request: flask.Request) -> Done:
        body = {**arguments["changes"], "dry_run": False}
        order = _order_id(arguments, {"job": arguments["job_id"], "changes": body})
        if isinstance(order, Done):
            return order
        return self._of_job(arguments, request, "POST", "/edit", body, once=order)

    def _get(self, arguments: Mapping[str, Any], request: flask.Request) -> Done:
        return _job(self._of_job(arguments, request))

    def _cancel(self, arguments: Mapping[str, Any], request: flask.Request) -> Done:
        return _job(self._of_job(arguments, request, "POST", "/cancel"))

    def _wait(self, arguments: Mapping[str, Any], request: flask.Request) -> Done:
        seconds = arguments.get("seconds", USUAL_WAIT)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MOST_WAIT:
            return _refused({"seconds": [f"must be 0 to {MOST_WAIT}"]})
        placed = self._waiting.acquire(blocking=False)
        try:
            done = self._watched(arguments, request, seconds if placed else 0)
        finally:
            if placed:
                self._waiting.release()
        shown = _job(done)
        if not done.failed and done.told["status"] not in ENDED:
            again = "call wait_for_film again" if placed else "call wait_for_film again in ten seconds"
            shown.told["next_move"] = f"It is still being made: {again}. Do not order it again."
        return shown

    def _watched(self, arguments: Mapping[str, Any], request: flask.Request, seconds: float) -> Done:
        until, pause = self._monotonic() + seconds, SOON
        while True:
            done = self._of_job(arguments, request)
            left = until - self._monotonic()
            if done.failed or done.told["status"] in ENDED or left <= 0:
                return done
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, SELDOM)

    def _of_job(
        self,
        arguments: Mapping[str, Any],
        request: flask.Request,
        method: str = "GET",
        call: str = "",
        body: Mapping[str, Any] | None = None,
        *,
        once: str = "",
    ) -> Done:
        job = arguments["job_id"]
        if not isinstance(job, str) or not is_job_id(job):
            return _refused({"job_id": ["must be a job's id, as create_film told it"]})
        return self._call(request, method, f"/jobs/{job}{call}", body, once=once)

    def _catalog(self, what: str) -> Callable[[Mapping[str, Any], flask.Request], Done]:
        def listed(arguments: Mapping[str, Any], request: flask.Request) -> Done:
            asked = {name: value for name, value in arguments.items() if isinstance(value, str)}
            if len(asked) < len(arguments):
                return _refused({name: ["must be a text"] for name in arguments.keys() - asked.keys()})
            return self._call(request, "GET", f"/catalog/{what}", query=asked)

        return listed

    def _call(
        self,
        outer: flask.Request,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        once: str = "",
        query: Mapping[str, str] | None = None,
    ) -> Done:
        """Make a public call with the caller's own key; one that buys has the name under which it does so `once`."""
        kept = {name: outer.headers[name] for name in CREDENTIALS if name in outer.headers}
        headers = {**kept, "Idempotency-Key": once} if once else kept
        answered = self._inside(outer, method, path, body, query=query, headers=headers)
        return Done(dict(answered.fields), answered.failed)


def _order_id(arguments: Mapping[str, Any], body: Mapping[str, Any]) -> str | Done:
    """Return the name under which a call buys once: the caller's own, else one made of what it says."""
    order = arguments.get("order_id")
    if order is None:
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    if not isinstance(order, str) or not ORDER_ID.fullmatch(order):
        return _refused({"order_id": [f"must be 1 to {LONGEST_ORDER_ID} printable ASCII characters"]})
    return order


def _price(dry_run: Mapping[str, Any]) -> float:
    """Return what an order may cost, both columns together, in whole cents upward: what max_cost is held against."""
    cost = dry_run["estimated_cost"]
    both = Decimal(cost["paid_by_us"]) + Decimal(cost["billed_by_provider"])
    return float(max(both.quantize(CENT, ROUND_UP), CENT))


def _job(done: Done) -> Done:
    return done if done.failed else Done({name: done.told[name] for name in SHOWN if name in done.told})


def _refused(wrong: Mapping[str, list[str]]) -> Done:
    message = "; ".join(f"{name} {whys[0]}" for name, whys in wrong.items())
    told = {"error": Code.VALIDATION_ERROR.value, "message": message, "details": dict(wrong)}
    return Done({**told, "next_move": "mend the arguments that `details` names, then call again"}, failed=True)
