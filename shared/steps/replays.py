"""Webhooks sent anew: one, those since a time, and a test of an endpoint; a repeat keeps its `webhook-id`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.cloud.deliveries import NUDGE, Deliveries, Delivery, DeliveryConflict
from shared.cloud.delivery_lists import DeliveryLists
from shared.cloud.endpoints import Endpoint
from shared.cloud.records import NewDelivery
from shared.cloud.tasks import QueueUnreachable, Tasks
from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.steps.new_deliveries import notify_task
from shared.steps.problems import Problem, not_found
from shared.steps.webhook_events import WebhookEvent

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

MOST_REPLAYS = 20  # of one delivery
MOST_AT_ONCE = 100  # deliveries one call looks through
TEST = "test"  # stands for the job a test is about


@dataclass(frozen=True, slots=True)
class Replays:
    """The work and what it needs."""

    deliveries: Deliveries
    lists: DeliveryLists
    tasks: Tasks
    now: Callable[[], datetime]
    token: Callable[[], str]

    def one(self, tenant: str, delivery: str, line: "AuditLine | None" = None) -> Delivery:
        """Send an ended delivery of a tenant anew, with a line of the audit log where one is given.

        Returns it as it stands then. Raises Problem, StoreUnreachable.
        """
        found = self.deliveries.load(delivery)
        if found is None or found.tenant != tenant:
            raise not_found("delivery")
        if found.state == "queued":
            raise Problem(Code.STILL_ON_ITS_WAY, f"the delivery is still tried, {found.attempts} times until now")
        if found.replays >= MOST_REPLAYS:
            message = f"the delivery was sent anew {MOST_REPLAYS} times, and no more are allowed"
            raise Problem(Code.RETRIED_TOO_OFTEN, message, next_move="read the job itself with GET /jobs/{job}")
        try:
            return self._again(found, line)
        except DeliveryConflict as moved:
            message = "somebody else sends the delivery anew at this moment"
            raise Problem(Code.STILL_ON_ITS_WAY, message) from moved

    def since(
        self, tenant: str, since: datetime, endpoint: str | None, after: tuple[datetime, str] | None
    ) -> tuple[int, Delivery | None]:
        """Send a tenant's given-up deliveries since a time anew, the newest first, a page at a time.

        Return how many, and the last one looked at where more may follow. What was taken, or is on its way, stays.
        Raises StoreUnreachable.
        """
        page = self.lists.page(tenant, MOST_AT_ONCE, since=since, after=after)
        known = [each for each in page if isinstance(each, Delivery)]
        sent = 0
        for each in known:
            if each.state not in ("given_up", "unwanted") or each.replays >= MOST_REPLAYS:
                continue
            if endpoint is not None and each.endpoint != endpoint:
                continue
            try:
                self._again(each)
            except DeliveryConflict:
                continue
            sent += 1
        return sent, known[-1] if known and len(page) == MOST_AT_ONCE else None

    def test(self, tenant: str, endpoint: Endpoint) -> str:
        """Send a test to an endpoint; return the delivery's id. Raises StoreUnreachable."""
        now, name = self.now(), f"{TEST}-{endpoint.id}-{self.token()}"
        event = WebhookEvent.ENDPOINT_TEST
        self.lists.create(NewDelivery(name, tenant, TEST, "", event, now + NUDGE, endpoint=endpoint.id, created_at=now))
        self._enqueue(name, 1, JobRef(TEST, tenant))
        return name

    def _again(self, ended: Delivery, line: "AuditLine | None" = None) -> Delivery:
        wake = self.lists.again(ended, self.now(), line)
        self._enqueue(ended.id, wake, JobRef(ended.job, ended.tenant))
        return replace(ended, state="queued", attempts=0, put_off=0, wake=wake, replays=ended.replays + 1)

    def _enqueue(self, delivery: str, wake: int, about: JobRef) -> None:
        try:
            self.tasks.enqueue(notify_task(delivery, wake))
        except QueueUnreachable as failed:  # the sweep finds it
            log_job(Fact.ENQUEUE_FAILED, about, str(failed), delivery=delivery)
