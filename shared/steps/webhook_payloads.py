"""What a webhook says: the one place where a payload is made, for whoever is called and for whoever reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cloud.deliveries import Delivery
from shared.cloud.records import NewDelivery
from shared.pipeline.codec import Unreadable, to_plain
from shared.steps.webhook_events import BatchNews, JobNews, WebhookEvent, WebhookPayload, batch_news, news_of


@dataclass(frozen=True, slots=True)
class Payloads:
    """The work and what it needs: where a job and a batch are read."""

    job_url: Callable[[str], str]
    batch_url: Callable[[str], str]

    def __call__(self, delivery: Delivery | NewDelivery, at: datetime) -> dict[str, Any]:
        """Return a delivery's body as it is sent at a moment; its times are not text yet.

        Raises Unreadable for an event of newer code.
        """
        if delivery.event not in set(WebhookEvent):
            raise Unreadable("event", f"{delivery.event!r} is none this code knows")
        payload = WebhookPayload(WebhookEvent(delivery.event), int(at.timestamp()), self._news(delivery))
        plain: dict[str, Any] = to_plain(payload)
        return plain

    def _news(self, delivery: Delivery | NewDelivery) -> JobNews | BatchNews:
        if delivery.batch:
            return batch_news(delivery.batch, self.batch_url(delivery.batch.batch))
        return news_of(delivery.job, self.job_url(delivery.job), delivery.metadata, delivery.degraded, delivery.facts)
