"""What webhooks tell of a tenant's jobs and batches, in the order they ended, for whoever cannot be called.

Nothing is stored for it: an ending is read from the job or the batch that has it, and told by what makes the real
webhook. So it is there for jobs nobody was to be told of, and it is how each ended last: of one that was tried again
since, the ending before is told no more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.cloud.endings import EndedThing, Endings, Place
from shared.pipeline.job.job import Job
from shared.steps.batch_end import batch_ending
from shared.steps.new_deliveries import ending_of
from shared.steps.webhook_events import SENT_ONCE, WebhookEvent
from shared.steps.webhook_payloads import Payloads

FEED_SETTLED = timedelta(seconds=30)  # an ending is written within seconds of its moment, and clocks differ
FEED_EVENTS = tuple(event for event in WebhookEvent if event not in SENT_ONCE)


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event."""

    id: str  # the `webhook-id` of the webhook to the job's or batch's own address
    event: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some events, the oldest first, and where to go on."""

    events: tuple[FeedEvent, ...]
    following: Place


@dataclass(frozen=True, slots=True)
class EventFeed:
    """The work and what it needs."""

    endings: Endings
    payloads: Payloads
    now: Callable[[], datetime]

    def __call__(self, tenant: str, after: Place | None, limit: int) -> FeedPage:
        """Return what happened after a place, or from now on. Raises StoreUnreachable.

        The place to go on from is never later than what is surely written, so that nothing is passed by: what is newer
        comes again, under the same id.
        """
        now = self.now()
        begin = after or (now, "")
        found, more = self.endings.after(tenant, begin, limit)
        settled = (now - FEED_SETTLED, "")
        reached = found[-1].place if more else settled
        told = (event for each in found if (event := self._event(each, now)))
        return FeedPage(tuple(told), max(begin, min(reached, settled)))

    def _event(self, ended: EndedThing, now: datetime) -> FeedEvent | None:
        if ended.what is None:
            return None
        told = ending_of(ended.what) if isinstance(ended.what, Job) else batch_ending(ended.what)
        return FeedEvent(told.id, told.event, ended.at, self.payloads(told, now)) if told else None
