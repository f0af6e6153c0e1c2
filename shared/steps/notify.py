"""notify: delivers a customer's webhook, signed by Standard Webhooks 1.0.0, and tries again for a day.

A delivery to one of the tenant's endpoints goes where that leads now; the endpoint's record is told how it went, and
ends it after a 410, or after five days in which nothing was taken (`receiving.py`).

An attempt is written down as failed, with the time of the next one, before the call is made, and corrected after it:
a crash, a freeze or a lost write costs an attempt of the schedule and never repeats uncounted. A receiver that does
not answer is called less and less (`receivers.py`); its deliveries are put off, those of others are not.

A signature is `v1,` + base64 of HMAC-SHA256 over "id.timestamp.body" under the tenant's `whsec_…` secret; there is one
for each secret that signs now (webhook_secrets.py; infra README, "Standard Webhooks"). A 410 ends it at once; the
receiver tells repeats by `webhook-id`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.cloud.deliveries import Deliveries, Delivery, DeliveryConflict
from shared.cloud.secret_names import SIGNER_PREFIX
from shared.cloud.secrets import Secrets
from shared.cloud.tasks import QueueUnreachable, Tasks
from shared.egress.client import Egress, EgressFailed, EgressRefused
from shared.log import Fact, JobRef, log, log_job, safe
from shared.steps.new_deliveries import notify_task
from shared.steps.receivers import Receivers
from shared.steps.receiving import Receiving
from shared.steps.webhook_events import SENT_ONCE
from shared.steps.webhook_payloads import Payloads
from shared.steps.webhook_secrets import WebhookSecrets

if TYPE_CHECKING:
    import httpx

WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400)  # seconds after each failed attempt, a tenth more or less
GONE = 410
ANSWER_SHOWN = 200  # bytes of an answer that is no success, kept for the customer to see
FIRST_SECONDS = 5.0  # of a first attempt: connect, send and the answer's first line; nobody waits long behind it
LATER_SECONDS = 15.0  # of a later one
LEASE = timedelta(seconds=45)  # an attempt of unknown end is over by then: the call, two secrets' reads, a slow start
SKEW = timedelta(seconds=1)  # the queue's clock may be ahead of ours: its task is not too early for that
PUT_OFFS = 60  # for want of a place at the receiver: about two days of them
FIRST_PUT_OFF, LONGEST_PUT_OFF = 4, 3600  # seconds, doubled each time


def sign(secret: str, delivery: str, timestamp: int, body: bytes) -> str:
    """Return one signature of the `webhook-signature` header."""
    key = base64.b64decode(secret.removeprefix(SIGNER_PREFIX))
    signed = hmac.new(key, f"{delivery}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


@dataclass(frozen=True, slots=True)
class Notify:
    """The step and what it needs."""

    deliveries: Deliveries
    tasks: Tasks
    secrets: Secrets
    egress: Egress
    payloads: Payloads
    now: Callable[[], datetime]
    receiving: Receiving
    receivers: Receivers = field(default_factory=Receivers)

    def __call__(self, delivery: str) -> None:
        """Try one delivery once: the attempt is counted before the call, so that no end of it repeats uncounted.

        Raises StoreUnreachable, SecretsUnreachable: the task comes again, too early for another call, and names the
        next one.
        """
        found, now = self.deliveries.load(delivery), self.now()
        if found is None or found.state != "queued":
            log(Fact.NOTHING_TO_DO, "delivery has ended", delivery=delivery)
            return
        try:
            if found.not_before is not None and now + SKEW < found.not_before:
                self._enqueue(found, found.not_before)  # a twin, or a task whose end was lost
            elif (
                found.attempts >= _most(found) or found.put_off >= PUT_OFFS
            ):  # the last one's end was lost, or no place
                self._give_up(found, None)
            elif (url := self.receiving.address(found)) is None:
                self.deliveries.close(found, "unwanted", now, None)
                log_job(Fact.NOTHING_TO_DO, _about(found), "its endpoint takes nothing any more", delivery=delivery)
            else:
                self._turn(replace(found, url=url), now)
        except DeliveryConflict as moved:
            log_job(Fact.NOTHING_TO_DO, _about(found), str(moved), delivery=delivery)

    def _turn(self, found: Delivery, now: datetime) -> None:
        receiver = (found.tenant, _host(found.url))
        if not self.receivers.enter(receiver, now):
            at = now + _put_off_wait(found)
            self._enqueue(self.deliveries.put_off(found, at), at)
            return
        answered: bool | None = None
        try:
            begun = self.deliveries.begin(found, now + LEASE + timedelta(seconds=_wait(found, found.attempts)))
            status, said = self._posted(begun)
            answered = status is not None
        finally:
            self.receivers.leave(receiver, self.now(), answered=answered)
        self._concluded(begun, status, said)

    def _concluded(self, begun: Delivery, status: int | None, said: str) -> None:
        if status is not None and _success(status):
            self.deliveries.close(begun, "delivered", self.now(), status)
            self.receiving.took(begun)
            log_job(Fact.DELIVERED, _about(begun), begun.event)
        elif status == GONE or begun.attempts >= _most(begun):
            self._give_up(begun, status, said)
        else:
            at = self.now() + timedelta(seconds=_wait(begun, begun.attempts - 1))
            self._enqueue(self.deliveries.retry_at(begun, at, status, said), at)

    def _give_up(self, found: Delivery, status: int | None, said: str = "") -> None:
        self.deliveries.close(found, "given_up", self.now(), status, said)
        self.receiving.refused(found, self.now(), gone=status == GONE)
        log_job(Fact.DELIVERY_FAILED, _about(found), f"given up after {found.attempts} attempts")

    def _enqueue(self, delivery: Delivery, at: datetime) -> None:
        try:
            self.tasks.enqueue(notify_task(delivery.id, delivery.wake, at))
        except QueueUnreachable as failed:  # the sweep finds it
            log_job(Fact.ENQUEUE_FAILED, _about(delivery), str(failed), delivery=delivery.id)

    def _posted(self, delivery: Delivery) -> tuple[int | None, str]:
        """Send it; return the answer's status, None where there was none, and the first bytes of what is no success."""
        import httpx

        at = self.now()
        now = int(at.timestamp())
        body = json.dumps(self.payloads(delivery, at), default=_moment)
        headers = {"content-type": "application/json", "webhook-id": delivery.id, "webhook-timestamp": str(now)}
        # No secret asked for: an unsigned hint; the truth about the job needs the API key.
        if signing := WebhookSecrets(self.secrets, self.now).signing(delivery.tenant):
            signatures = (sign(secret, delivery.id, now, body.encode()) for secret in signing)
            headers["webhook-signature"] = " ".join(signatures)
        seconds = FIRST_SECONDS if delivery.attempts == 1 else LATER_SECONDS
        try:
            with (
                self.egress.client(total_seconds=seconds, headers=headers) as client,
                client.stream("POST", delivery.url, content=body.encode()) as answer,
            ):
                status = answer.status_code  # a body could be endless: of a success nothing is read
                return status, "" if _success(status) else _said(answer)
        except (EgressRefused, EgressFailed, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as failed:
            log_job(Fact.DELIVERY_FAILED, _about(delivery), str(failed))
            return None, safe(str(failed))[:ANSWER_SHOWN]


def _success(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004  # as HTTP has it


def _said(answer: "httpx.Response") -> str:
    """Return the first bytes of an answer as text, as they came: what was packed is not unpacked."""
    import httpx

    said = b""
    try:
        for part in answer.iter_raw(ANSWER_SHOWN):
            said += part
            if len(said) >= ANSWER_SHOWN:
                break
    except (EgressRefused, EgressFailed, httpx.HTTPError, httpx.StreamError):
        pass  # the status has come
    return said[:ANSWER_SHOWN].decode("utf-8", "replace")


def _most(delivery: Delivery) -> int:
    """Return how often it is tried at most."""
    return 1 if delivery.event in SENT_ONCE else len(WAITS) + 1


def _wait(delivery: Delivery, attempts: int) -> int:
    """Return the seconds after a failed attempt, so many others being begun before it; none after the last.

    Spread by a tenth: what failed together, as while a receiver was down, does not come back together.
    """
    if attempts >= len(WAITS):
        return 0
    return round(WAITS[attempts] * (0.9 + 0.2 * _share(f"{delivery.id}|{attempts}")))


def _put_off_wait(delivery: Delivery) -> timedelta:
    """Return how long it waits for a place; spread by its id, so that those of one receiver do not come together."""
    longest = min(FIRST_PUT_OFF * 2 ** min(delivery.put_off, 10), LONGEST_PUT_OFF)
    return timedelta(seconds=round(longest * (0.5 + _share(f"{delivery.id}|{delivery.wake}") / 2)))


def _share(name: str) -> float:
    """Return a number from 0 to 1 that follows from a name."""
    return hashlib.sha256(name.encode()).digest()[0] / 255


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:  # the egress says what is wrong with it
        return url


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _about(delivery: Delivery) -> JobRef:
    return JobRef(delivery.job, delivery.tenant)
