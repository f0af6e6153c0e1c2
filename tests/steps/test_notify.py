"""notify: signed as Standard Webhooks 1.0.0 says, repeated for a day and a half, ended at once by a 410."""

import base64
import hashlib
import hmac
import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from werkzeug.wrappers import Request, Response

from infra.local.vendors.serving import Serving
from shared.cloud.secret_names import customer_webhook
from shared.pipeline.job.events import CancelAsked
from shared.steps.notify import WAITS
from tests.faults.wire import Kind
from tests.steps.stage import TENANT, Stage, footage

WHSEC = "whsec_" + base64.b64encode(b"a secret of twenty-four+").decode()


@dataclass
class Customer:
    """An endpoint that answers what it is told to."""

    statuses: list[int] = field(default_factory=list)
    heard: "queue.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=queue.Queue)

    def answer(self, request: Request) -> Response:
        """Remember a message."""
        self.heard.put(({key.lower(): value for key, value in request.headers}, request.get_data()))
        return Response("", self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
def customer() -> Customer:
    return Customer()


@pytest.fixture
def url(customer: Customer) -> Iterator[str]:
    serving = Serving("127.0.0.1", 0, Request.application(customer.answer))
    serving.start()
    yield serving.url + "/hook"
    serving.stop()


def ended(stage: Stage, url: str) -> str:
    """End a job whose customer listens; return the delivery's id."""
    job_id = stage.order(footage(webhook_url=url))
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    job = stage.wiring.commits.hear(loaded, CancelAsked()).job
    assert job.ended_at is not None
    return f"{job_id}-{int(job.ended_at.timestamp())}"


def test_the_signature_verifies_as_standard_webhooks_says(stage: Stage, customer: Customer, url: str) -> None:
    """base64 of HMAC-SHA256 over "id.timestamp.body" under the decoded secret, behind "v1,"."""
    stage.wiring.secrets.put(customer_webhook(TENANT.id), WHSEC, {})
    delivery = ended(stage, url)

    stage.cloud.tasks.run_due()

    headers, body = customer.heard.get_nowait()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(WHSEC.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert delivery == headers["webhook-id"]
    assert "v1," + base64.b64encode(mac).decode() == headers["webhook-signature"]
    assert str(int(stage.clock().timestamp())) == headers["webhook-timestamp"]


def test_without_a_secret_an_unsigned_hint_goes_out(stage: Stage, customer: Customer, url: str) -> None:
    """Nobody asked for a secret: the message carries no signature rather than a worthless one."""
    ended(stage, url)

    stage.cloud.tasks.run_due()

    assert "webhook-signature" not in customer.heard.get_nowait()[0]


def test_a_failed_delivery_is_repeated_on_the_schedule(stage: Stage, customer: Customer, url: str) -> None:
    """5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h; after the eighth failure it is given up."""
    customer.statuses = [500] * 99
    delivery = ended(stage, url)

    timeouts = []
    stage.cloud.tasks.run_due()
    for _ in WAITS:
        (task,) = stage.waiting("notify")
        timeouts.append(round((task.schedule_time - stage.clock()).total_seconds()))
        stage.clock.forward(timeouts[-1])
        stage.cloud.tasks.run_due()

    due = stage.wiring.deliveries.load(delivery)
    assert list(WAITS) == timeouts
    assert due is not None
    assert ("given_up", 8) == (due.state, due.attempts)
    assert [] == stage.waiting("notify")
    assert () == stage.wiring.deliveries.overdue(stage.clock() + timedelta(days=9), 10).found


def test_gone_ends_it_at_once(stage: Stage, customer: Customer, url: str) -> None:
    """410: the customer does not want to hear any more."""
    customer.statuses = [410]
    delivery = ended(stage, url)

    stage.cloud.tasks.run_due()

    due = stage.wiring.deliveries.load(delivery)
    assert due is not None
    assert "given_up" == due.state
    assert [] == stage.waiting("notify")


def test_a_delivered_message_is_not_sent_again(stage: Stage, customer: Customer, url: str) -> None:
    """A task that comes twice finds the delivery ended."""
    delivery = ended(stage, url)
    stage.cloud.tasks.run_due()

    stage.wiring.notify(delivery)

    assert 1 == customer.heard.qsize()


def test_a_lost_note_of_success_says_it_again_under_the_same_id(stage: Stage, customer: Customer, url: str) -> None:
    """At least once: the receiver tells repeats by `webhook-id`."""
    ended(stage, url)
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED")
    stage.cloud.tasks.run_due()
    stage.clock.forward(30)

    stage.cloud.tasks.run_due()

    ids = {customer.heard.get_nowait()[0]["webhook-id"] for _ in range(2)}
    assert 1 == len(ids)
    assert [] == stage.waiting("notify")


def test_our_own_store_failing_is_503_not_a_crash(stage: Stage, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The queue brings the task again; nobody is woken for a bug that is none."""
    ended(stage, url)
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED")

    stage.cloud.tasks.run_due()

    assert '"crashed"' not in capsys.readouterr().out
    assert 1 == len(stage.waiting("notify"))


def test_a_receiver_that_cannot_be_reached_is_tried_again(stage: Stage) -> None:
    """No answer at all counts as a failed attempt."""
    delivery = ended(stage, "http://127.0.0.1:9/hook")

    stage.cloud.tasks.run_due()

    due = stage.wiring.deliveries.load(delivery)
    assert due is not None
    assert ("queued", 1, 2) == (due.state, due.attempts, due.wake)
