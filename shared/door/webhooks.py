"""The part of the `tenant` function about webhooks: where they go, and what became of each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import flask

from shared.cloud.deliveries import Delivery
from shared.cloud.endpoints import MOST_ENDPOINTS, Endpoint, Endpoints
from shared.cloud.records import Unread
from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import Caller, is_job_id
from shared.door.incoming import json_body
from shared.door.job_lists import PAGED, cursor_of, moment_of, page_asked, read_cursor
from shared.door.public import Route
from shared.door.template import Links
from shared.steps.audited import Audited
from shared.steps.problems import Problem, invalid, not_found
from shared.steps.replays import Replays
from shared.steps.webhook_events import ENDINGS
from shared.steps.webhook_payloads import Payloads

if TYPE_CHECKING:
    from shared.door.bodies import Body

    AnyBody = TypeVar("AnyBody", bound=Body)

_DELIVERY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,149}")


@dataclass(frozen=True, slots=True)
class WebhooksDoor:
    """The routes and what they need."""

    endpoints: Endpoints
    replays: Replays
    who: Callable[[flask.Request], Caller]
    key_put: Callable[[flask.Request, Caller], None]
    links: Links
    payloads: Payloads
    new_id: Callable[[], str]

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        path = "/webhooks/{endpoint}"
        return (
            Route("GET", "/webhooks", self._all, "List the endpoints webhooks go to, and how each does."),
            Route(
                "POST",
                "/webhooks",
                self._make,
                f"Make an endpoint, {MOST_ENDPOINTS} at most; it is told of the jobs that are ordered from then on.",
                takes="Webhook",
            ),
            Route("GET", path, self._one, "Read an endpoint."),
            Route("PATCH", path, self._change, "Change, pause or enable an endpoint.", takes="WebhookChange"),
            Route("DELETE", path, self._delete, "Forget an endpoint; what is on its way there is not sent."),
            Route("POST", f"{path}/test", self._test, "Send an endpoint a test, also while it is disabled."),
            Route("GET", "/deliveries", self._list, "List the webhooks of the last 30 days, newest first.", reads=None),
            Route("GET", "/deliveries/{delivery}", self._delivery, "Read a webhook with its payload."),
            Route("POST", "/deliveries/{delivery}/replay", self._replay, "Send a webhook that has ended anew."),
            Route(
                "POST",
                "/deliveries/replay",
                self._replay_since,
                "Send webhooks that were not taken since a time anew, a hundred looked at by a call.",
                takes="Replay",
            ),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        known = self.endpoints.all(self.who(request).tenant.id).values()
        return answer(200, {"webhooks": [shown(each) for each in sorted(known, key=lambda each: each.created_at)]})

    def _make(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.tenant_bodies import WebhookBody

        who = self.who(request)
        wanted = self._read(WebhookBody, request)
        if len(self.endpoints.all(who.tenant.id)) >= MOST_ENDPOINTS:
            message = f"there are {MOST_ENDPOINTS} endpoints, and no more are kept"
            raise Problem(Code.VALIDATION_ERROR, message, next_move="DELETE one, or PATCH it")
        self.key_put(request, who)
        events = tuple(dict.fromkeys(wanted.events)) if wanted.events else ENDINGS
        made = Endpoint(self.new_id(), wanted.url, self.replays.now(), events, wanted.name or "")
        self.endpoints.put(who.tenant.id, made, who.line(Audited.WEBHOOK_MADE, made.id))
        return answer(201, shown(made))

    def _one(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        return answer(200, shown(self._own(self.who(request), found)))

    def _change(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        from shared.door.tenant_bodies import WebhookChangeBody

        who = self.who(request)
        wanted = self._read(WebhookChangeBody, request)
        known = self._own(who, found)
        self.key_put(request, who)
        changed = replace(
            known,
            url=wanted.url or known.url,
            events=tuple(dict.fromkeys(wanted.events)) if wanted.events else known.events,
            name=known.name if wanted.name is None else wanted.name,
            paused=known.paused if wanted.status is None else wanted.status == "paused",
        )
        if wanted.status == "active":
            changed = replace(changed, disabled_at=None, reason=None, failing_since=None)
        moved = tuple(name for name in ("url", "events", "name", "status") if getattr(wanted, name) is not None)
        self.endpoints.put(who.tenant.id, changed, who.line(Audited.WEBHOOK_CHANGED, changed.id, moved))
        return answer(200, shown(changed))

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        gone = self._own(who, found).id
        self.endpoints.delete(who.tenant.id, gone, who.line(Audited.WEBHOOK_DELETED, gone))
        return answer(200, {"deleted": True})

    def _test(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        endpoint = self._own(who, found)
        self.key_put(request, who)
        message = "sent once; GET /tenant/deliveries tells how it was answered"
        return answer(202, {"delivery": self.replays.test(who.tenant.id, endpoint), "message": message})

    def _list(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        limit, job, after = _asked(request.args)
        page = self.replays.lists.page(who.tenant.id, limit + 1, job=job, after=after)
        last = page[limit - 1] if len(page) > limit else None
        rows = [told_of(each) for each in page[:limit]]
        return answer(200, {"deliveries": rows, "next_cursor": _cursor(last) if last else None})

    def _delivery(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who, name = self.who(request), found["delivery"]
        known = self.replays.deliveries.load(name) if is_delivery_id(name) else None
        if known is None or known.tenant != who.tenant.id:
            raise not_found("delivery")
        return answer(200, {**told_of(known), "payload": self.payloads(known, self.replays.now())})

    def _replay(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.who(request)
        if not is_delivery_id(found["delivery"]):
            raise not_found("delivery")
        return answer(202, told_of(self.replays.one(who.tenant.id, found["delivery"])))

    def _replay_since(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        from shared.door.tenant_bodies import ReplayBody

        who = self.who(request)
        wanted = self._read(ReplayBody, request)
        since, after = moment_of(wanted.since), read_cursor(wanted.cursor, is_delivery_id) if wanted.cursor else None
        wrong = {"since": ["must be a time like 2026-11-20T12:00:00Z"]} if since is None else {}
        if wanted.cursor and after is None:
            wrong["cursor"] = ["is not a cursor of ours: take next_cursor as it is"]
        if wrong or since is None:
            raise invalid(wrong)
        sent, last = self.replays.since(who.tenant.id, since, wanted.endpoint, after)
        return answer(202, {"replayed": sent, "next_cursor": _cursor(last) if last else None})

    def _read(self, model: "type[AnyBody]", request: flask.Request) -> "AnyBody":
        from shared.door.bodies import Mistakes, parse_body

        try:
            return parse_body(model, json_body(request), schemes=self.links.schemes, judge=self.links.judge)
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes

    def _own(self, who: Caller, found: Mapping[str, str]) -> Endpoint:
        known = self.endpoints.one(who.tenant.id, found["endpoint"])
        if known is None:
            raise not_found("endpoint")
        return known.endpoint


def shown(endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint as its tenant reads it: what is the matter with it, too."""
    status = "disabled" if endpoint.disabled_at else "paused" if endpoint.paused else "active"
    told = {
        "id": endpoint.id,
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "status": status,
        "created_at": endpoint.created_at,
    }
    if endpoint.disabled_at:
        move = "mend the receiver, send it a test, then PATCH its status to active; replay what it missed"
        told |= {"disabled_at": endpoint.disabled_at, "reason": endpoint.reason, "next_move": move}
    return told | ({"failing_since": endpoint.failing_since} if endpoint.failing_since else {})


def told_of(delivery: Delivery | Unread) -> dict[str, Any]:
    """Return a delivery as its tenant reads it: how often it was tried, and what the receiver last answered."""
    if isinstance(delivery, Unread):
        return {"id": delivery.id, "state": "unreadable"}
    return {
        "id": delivery.id,
        "job_id": delivery.job or None,
        "batch_id": delivery.batch.batch if delivery.batch else None,
        "event": delivery.event,
        "endpoint": delivery.endpoint,
        "url": delivery.url or None,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "ended_at": None if delivery.state == "queued" else delivery.ended_at,
        "next_attempt_at": delivery.not_before if delivery.state == "queued" else None,
        "answer_status": delivery.last_status or None,
        "answer": delivery.last_answer or None,
        "replays": delivery.replays,
    }


def _asked(args: Mapping[str, str]) -> tuple[int, str | None, tuple[datetime, str] | None]:
    """Read a list's query. Raises Problem."""
    limit, after, wrong = page_asked(args, is_delivery_id, (*PAGED, "job"))
    job = args.get("job")
    if job is not None and not is_job_id(job):
        wrong["job"] = ["must be a job's id"]
    if wrong:
        raise invalid(wrong)
    return limit, job, after


def _cursor(last: Delivery | Unread) -> str:
    return cursor_of(last.created_at or datetime.min.replace(tzinfo=UTC), last.id)


def is_delivery_id(text: str) -> bool:
    """Tell whether a text can be a delivery's id."""
    return bool(_DELIVERY.fullmatch(text))
