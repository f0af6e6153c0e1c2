"""notify: delivers a customer's webhook, signed by Standard Webhooks 1.0.0, and tries again for a day.

The signature is `v1,` + base64 of HMAC-SHA256 over "id.timestamp.body" under the tenant's `whsec_…` secret
(infra README, "Standard Webhooks"). A 410 ends it at once; the receiver tells repeats by `webhook-id`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud.deliveries import Deliveries, Delivery, DeliveryConflict
from shared.cloud.secret_names import customer_webhook
from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tasks import QueueUnreachable, Tasks
from shared.egress.client import Egress, EgressFailed, EgressRefused
from shared.log import Fact, JobRef, log, log_job
from shared.pipeline.codec import to_plain
from shared.steps.commit import notify_task
from shared.steps.webhook_events import JobNews, WebhookEvent, WebhookPayload

WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400)  # seconds after each failed attempt
GONE = 410
PREFIX = "whsec_"
WEBHOOK_SECONDS = 20.0


def sign(secret: str, delivery: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` header."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{delivery}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


@dataclass(frozen=True, slots=True)
class Notify:
    """The step and what it needs."""

    deliveries: Deliveries
    tasks: Tasks
    secrets: Secrets
    egress: Egress
    job_url: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, delivery: str) -> None:
        """Try one delivery once."""
        found = self.deliveries.load(delivery)
        if found is None or found.state != "queued":
            log(Fact.NOTHING_TO_DO, "delivery has ended", delivery=delivery)
            return
        status = self._posted(found)
        if status is not None and 200 <= status < 300:  # noqa: PLR2004  # success as HTTP has it
            self.deliveries.close(found, "delivered", self.now(), status)
            log_job(Fact.DELIVERED, _about(found), found.event)
        elif status == GONE or found.attempts >= len(WAITS):
            self.deliveries.close(found, "given_up", self.now(), status)
            log_job(Fact.DELIVERY_FAILED, _about(found), f"given up after {found.attempts + 1} attempts")
        else:
            at = self.now() + timedelta(seconds=WAITS[found.attempts])
            try:
                later = self.deliveries.retry_at(found, at, status)
                self.tasks.enqueue(notify_task(later.id, later.wake, at))
            except DeliveryConflict as moved:
                log_job(Fact.NOTHING_TO_DO, _about(found), str(moved), delivery=delivery)
            except QueueUnreachable as failed:
                log_job(Fact.ENQUEUE_FAILED, _about(found), str(failed), delivery=delivery)

    def _posted(self, delivery: Delivery) -> int | None:
        import httpx

        now = int(self.now().timestamp())
        news = JobNews(delivery.job, self.job_url(delivery.job))
        body = json.dumps(to_plain(WebhookPayload(WebhookEvent(delivery.event), now, news)))
        headers = {"content-type": "application/json", "webhook-id": delivery.id, "webhook-timestamp": str(now)}
        try:
            secret = self.secrets.get(customer_webhook(delivery.tenant)).value
            headers["webhook-signature"] = sign(secret, delivery.id, now, body.encode())
        except NoSecret:
            pass  # no secret asked for: an unsigned hint; the truth about the job needs the API key
        try:
            with (
                self.egress.client(total_seconds=WEBHOOK_SECONDS, headers=headers) as client,
                client.stream("POST", delivery.url, content=body.encode()) as answer,
            ):
                return answer.status_code  # only the status is read: a body could be endless
        except (EgressRefused, EgressFailed, httpx.HTTPError) as failed:
            log_job(Fact.DELIVERY_FAILED, _about(delivery), str(failed))
            return None


def _about(delivery: Delivery) -> JobRef:
    return JobRef(delivery.job, delivery.tenant)
