"""How a tenant's endpoint does: where a delivery goes now, and when an endpoint that takes nothing is disabled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.cloud.deliveries import Delivery
from shared.cloud.endpoints import Endpoint, Endpoints
from shared.log import Fact, JobRef, log_job
from shared.steps.webhook_events import WebhookEvent

PATIENCE_WITH_ENDPOINT = timedelta(days=5)  # since the first delivery it was given up over, none being taken in between


@dataclass(frozen=True, slots=True)
class Receiving:
    """The work and what it needs."""

    endpoints: Endpoints

    def address(self, delivery: Delivery) -> str | None:
        """Return where a delivery goes; None where its endpoint is gone, paused or disabled. Raises StoreUnreachable.

        A test goes to a disabled endpoint too: it is how somebody finds out that it works again.
        """
        if delivery.endpoint is None:
            return delivery.url
        found = self.endpoints.one(delivery.tenant, delivery.endpoint)
        if found is None or not (found.endpoint.active or delivery.event == WebhookEvent.ENDPOINT_TEST):
            return None
        return found.endpoint.url

    def took(self, delivery: Delivery) -> None:
        """Note that a delivery was taken; a write only where that is news. Raises StoreUnreachable."""
        self._noted(delivery, lambda known: replace(known, failing_since=None))

    def refused(self, delivery: Delivery, now: datetime, *, gone: bool) -> None:
        """Note that a delivery was given up; disable its endpoint where that is enough. Raises StoreUnreachable.

        What is sent once says nothing about an endpoint unless it answers 410.
        """
        if gone:
            self._noted(delivery, lambda known: _disabled(known, now, "it answered 410: it wants nothing any more"))
        elif delivery.event not in (WebhookEvent.JOB_PROGRESS, WebhookEvent.ENDPOINT_TEST):
            self._noted(delivery, lambda known: _failing(known, delivery.created_at or now, now))

    def _noted(self, delivery: Delivery, change: Callable[[Endpoint], Endpoint]) -> None:
        if delivery.endpoint is None:
            return
        found = self.endpoints.one(delivery.tenant, delivery.endpoint)
        if found is None or (changed := change(found.endpoint)) == found.endpoint:
            return
        self.endpoints.note(delivery.tenant, found, changed)
        if changed.disabled_at and not found.endpoint.disabled_at:
            about = JobRef(delivery.job, delivery.tenant)
            log_job(Fact.ENDPOINT_DISABLED, about, changed.reason or "", endpoint=changed.id)


def _failing(known: Endpoint, since: datetime, now: datetime) -> Endpoint:
    failing = replace(known, failing_since=known.failing_since or since)
    if failing.failing_since and now - failing.failing_since < PATIENCE_WITH_ENDPOINT:
        return failing
    return _disabled(failing, now, f"it has taken nothing for {PATIENCE_WITH_ENDPOINT.days} days")


def _disabled(known: Endpoint, now: datetime, why: str) -> Endpoint:
    return known if known.disabled_at else replace(known, disabled_at=now, reason=why)
