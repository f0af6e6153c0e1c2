"""The routes about being called back: endpoints, their secrets, event types and the history of events."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from infra.local.vendors.heygen import wire
from infra.local.vendors.heygen.contract import check_url
from infra.local.vendors.heygen.desk import Desk
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.webhooks import EVENT_TYPES, Endpoint, Webhooks
from infra.local.vendors.routing import Route


class WebhookRoutes:
    """`/v3/webhooks/…`."""

    def __init__(self, settings: HeyGenSettings, webhooks: Webhooks, desk: Desk) -> None:
        self._settings = settings
        self._webhooks = webhooks
        self._desk = desk

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        return (
            ("/v3/webhooks/endpoints", self._register, "POST"),
            ("/v3/webhooks/endpoints", self._endpoints, "GET"),
            ("/v3/webhooks/endpoints/<endpoint_id>", self._change, "PATCH"),
            ("/v3/webhooks/endpoints/<endpoint_id>", self._unregister, "DELETE"),
            ("/v3/webhooks/endpoints/<endpoint_id>/rotate-secret", self._rotate, "POST"),
            ("/v3/webhooks/event-types", self._event_types, "GET"),
            ("/v3/webhooks/events", self._events, "GET"),
        )

    def _register(self) -> Response:
        account, key = wire.account_of(self._settings), request.headers.get("Idempotency-Key")
        body = wire.body_of({"url", "events", "entity_id"})
        url, events = self._receiver(body, None)

        def register() -> dict[str, Any]:
            made = self._webhooks.add(account, url, events, body.get("entity_id"))
            if made is None:
                raise RefusedError("conflict", "This URL is registered already", param="url")
            return {"data": made.shown(with_secret=True)}

        status, answer = self._desk.once(account, "/v3/webhooks/endpoints", key, register)
        return wire.answer(answer, status)

    def _endpoints(self) -> Response:
        offset, limit = wire.page_of(100, 20)
        return wire.listing(
            [endpoint.shown() for endpoint in self._webhooks.endpoints(wire.account_of(self._settings))], offset, limit
        )

    def _change(self, endpoint_id: str) -> Response:
        endpoint = self._endpoint(endpoint_id)
        url, events = self._receiver(wire.body_of({"url", "events"}), endpoint)
        self._webhooks.change(endpoint_id, url=url, events=events)
        return wire.answer({"data": self._endpoint(endpoint_id).shown()})

    def _unregister(self, endpoint_id: str) -> Response:
        self._webhooks.remove(self._endpoint(endpoint_id).id)
        return wire.answer({"data": {"endpoint_id": endpoint_id, "deleted": True}})

    def _rotate(self, endpoint_id: str) -> Response:
        account, key = wire.account_of(self._settings), request.headers.get("Idempotency-Key")
        route = f"/v3/webhooks/endpoints/{self._endpoint(endpoint_id).id}/rotate-secret"

        def rotate() -> dict[str, Any]:
            self._webhooks.rotate(endpoint_id)
            return {"data": self._endpoint(endpoint_id).shown(with_secret=True)}

        status, answer = self._desk.once(account, route, key, rotate)
        return wire.answer(answer, status)

    def _event_types(self) -> Response:
        wire.account_of(self._settings)
        return wire.answer({"data": [{"event_type": kind} for kind in EVENT_TYPES]})

    def _events(self) -> Response:
        account = wire.account_of(self._settings)
        offset, limit = wire.page_of(100, 20)
        return wire.listing(
            self._webhooks.history(account, request.args.get("event_type"), offset, limit + 1), offset, limit, cut=False
        )

    def _endpoint(self, endpoint_id: str) -> Endpoint:
        found = self._webhooks.endpoint(wire.account_of(self._settings), endpoint_id)
        if found is None:
            raise RefusedError("webhook_not_found", f"Webhook endpoint {endpoint_id} not found")
        return found

    def _receiver(self, body: dict[str, Any], before: Endpoint | None) -> tuple[str, tuple[str, ...] | None]:
        url = body.get("url", before.url if before else None)
        if not isinstance(url, str) or not url:
            raise invalid("url", "url is required")
        check_url("url", url, self._settings)
        events = body.get("events", before.events if before else None)
        if events is not None and (not isinstance(events, list | tuple) or not set(events) <= set(EVENT_TYPES)):
            raise invalid("events", "events must be a list of known event types, or null for all")
        return url, None if events is None else tuple(events)
