"""notify: signed as Standard Webhooks 1.0.0 says, repeated for a day and a half, ended at once by a 410."""

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import httpx
import pytest
from google.cloud.firestore import DELETE_FIELD
from werkzeug.wrappers import Request, Response

from infra.local.vendors.serving import Serving
from shared.cloud.secret_names import customer_webhook
from shared.egress.client import Egress
from shared.pipeline.job.events import CancelAsked
from shared.steps.notify import WAITS
from shared.steps.receivers import PAUSE, REMEMBERED, TENANT_TOGETHER, Receivers
from tests.faults.wire import Kind
from tests.patience import PATIENCE
from tests.steps.stage import TENANT, Stage, footage

WHSEC = "whsec_" + base64.b64encode(b"a secret of twenty-four+").decode()


@dataclass
class Customer:
    """An endpoint that answers what it is told to."""

    statuses: list[int] = field(default_factory=list)
    location: str = ""
    says: str = ""
    heard: "queue.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=queue.Queue)

    def answer(self, request: Request) -> Response:
        """Remember a message."""
        self.heard.put(({key.lower(): value for key, value in request.headers}, request.get_data()))
        headers = {"location": self.location} if self.location else {}
        return Response(self.says, self.statuses.pop(0) if self.statuses else 200, headers)


class Broken(Exception):
    """The process dies here."""


class Dies(Egress):
    """A way out on which the process dies after the message was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def client(self, **_: Any) -> NoReturn:
        """Count the call and break."""
        self.calls += 1
        raise Broken


class Watched(Egress):
    """A way out that remembers how long each call may take."""

    def __init__(self) -> None:
        super().__init__(("http://127.0.0.1:*",))
        self.seconds: list[float] = []

    def client(self, *, total_seconds: float, **more: Any) -> httpx.Client:
        """Remember, and go out."""
        self.seconds.append(total_seconds)
        return super().client(total_seconds=total_seconds, **more)


@pytest.fixture
def customer() -> Customer:
    return Customer()


@pytest.fixture
def url(customer: Customer) -> Iterator[str]:
    serving = Serving("127.0.0.1", 0, Request.application(customer.answer))
    serving.start()
    yield serving.url + "/hook"
    serving.stop()


def ended(stage: Stage, url: str, **said: str) -> str:
    """End a job whose customer listens, and said this about it; return the delivery's id."""
    job_id = stage.order(footage(webhook_url=url, metadata=said))
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


def test_a_delivery_carries_what_the_customer_said_about_the_job(stage: Stage, customer: Customer, url: str) -> None:
    """`metadata` comes back as it was ordered, so that nobody needs a table of job ids; where none was said, empty."""
    ended(stage, url, order="4711", shop="Café ☕")
    ended(stage, url)

    stage.cloud.tasks.run_due()

    told = [json.loads(customer.heard.get_nowait()[1])["data"]["metadata"] for _ in range(2)]
    assert [{}, {"order": "4711", "shop": "Café ☕"}] == sorted(told, key=len)


def test_a_delivery_of_the_last_release_is_sent(stage: Stage, customer: Customer, url: str) -> None:
    """One stored before there was `metadata` goes out without any."""
    delivery = ended(stage, url, order="4711")
    document = stage.cloud.eyes.clients.firestore.document(f"webhook_deliveries/{delivery}")
    document.update({"metadata": DELETE_FIELD})

    stage.cloud.tasks.run_due()

    assert {} == json.loads(customer.heard.get_nowait()[1])["data"]["metadata"]


def test_without_a_secret_an_unsigned_hint_goes_out(stage: Stage, customer: Customer, url: str) -> None:
    """Nobody asked for a secret: the message carries no signature rather than a worthless one."""
    ended(stage, url)

    stage.cloud.tasks.run_due()

    assert "webhook-signature" not in customer.heard.get_nowait()[0]


def test_a_failed_delivery_is_repeated_on_the_schedule(stage: Stage, customer: Customer, url: str) -> None:
    """5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, each a tenth more or less; after the eighth it is given up."""
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
    assert [] == [each for each in zip(WAITS, timeouts, strict=True) if not 0.8 <= each[1] / each[0] <= 1.2]
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
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED", nth=2)
    for _ in range(3):
        stage.cloud.tasks.run_due()
        stage.clock.forward(60)

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


def test_an_attempt_counts_before_its_end_is_known(stage: Stage, customer: Customer, url: str) -> None:
    """Where no outcome can ever be written, the receiver still gets no more calls than the schedule has."""
    delivery = ended(stage, url)
    way_out = Dies()
    dies = dataclasses.replace(stage.wiring.notify, egress=way_out)

    for _ in range(40):
        with contextlib.suppress(Broken):
            dies(delivery)
        stage.clock.forward(15 * 3600)

    due = stage.wiring.deliveries.load(delivery)
    assert due is not None
    assert ("given_up", len(WAITS) + 1) == (due.state, due.attempts)
    assert len(WAITS) + 1 == way_out.calls
    assert 0 == customer.heard.qsize()


def test_a_task_that_comes_again_during_an_attempt_calls_nobody(stage: Stage, customer: Customer, url: str) -> None:
    """The queue's repeat after a lost end waits for the schedule under the next task's name."""
    delivery = ended(stage, url)
    found = stage.wiring.deliveries.load(delivery)
    assert found is not None
    stage.wiring.deliveries.begin(found, stage.clock() + timedelta(seconds=50))

    stage.wiring.notify(delivery)

    assert 0 == customer.heard.qsize()
    assert 1 == sum(
        50 == round((each.schedule_time - stage.clock()).total_seconds()) for each in stage.waiting("notify")
    )


@pytest.mark.parametrize("location", ["about:blank", "data:,x", "mailto:a@b.c", "https://xn--/", "http://[", "//"])
def test_no_redirect_breaks_an_attempt(stage: Stage, customer: Customer, url: str, location: str) -> None:
    """Whatever a receiver answers is one attempt of the schedule."""
    customer.statuses = [302]
    customer.location = location
    delivery = ended(stage, url)

    stage.cloud.tasks.run_due()

    due = stage.wiring.deliveries.load(delivery)
    assert due is not None
    assert ("queued", 1, 2) == (due.state, due.attempts, due.wake)
    assert 1 == customer.heard.qsize()


def test_a_receiver_that_hangs_holds_two_places_only(stage: Stage, customer: Customer, url: str) -> None:
    """Six deliveries to it take two places, four are put off uncounted; another receiver's goes out meanwhile."""
    slow, entered, release = Customer(), threading.Semaphore(0), threading.Event()

    def hang(request: Request) -> Response:
        entered.release()
        release.wait(PATIENCE)
        return slow.answer(request)

    serving = Serving("127.0.0.1", 0, Request.application(hang))
    serving.start()
    try:
        stuck = [ended(stage, serving.url) for _ in range(6)]
        victim = ended(stage, url)
        with ThreadPoolExecutor(2) as hands:
            held = [hands.submit(stage.wiring.notify, each) for each in stuck[:2]]
            for _ in held:
                entered.acquire()
            for each in (*stuck[2:], victim):
                stage.wiring.notify(each)
            others = [stage.wiring.deliveries.load(each) for each in (*stuck[2:], victim)]
            release.set()
            for call in held:
                call.result()
    finally:
        release.set()
        serving.stop()

    assert [("queued", 0, 1)] * 4 + [("delivered", 1, 0)] == [
        (each.state, each.attempts, each.put_off) for each in others if each
    ]
    assert 1 == customer.heard.qsize()
    assert 2 == slow.heard.qsize()


def test_a_receiver_that_fails_in_a_row_is_left_alone_for_a_while(stage: Stage) -> None:
    """Three failures: the fourth delivery is put off without a call, and is called when the pause is over."""
    deliveries = [ended(stage, "http://127.0.0.1:9/hook") for _ in range(4)]

    for each in deliveries:
        stage.wiring.notify(each)
    during = [stage.wiring.deliveries.load(each) for each in deliveries]
    stage.clock.forward(PAUSE.total_seconds() + 1)
    stage.wiring.notify(deliveries[3])

    after = stage.wiring.deliveries.load(deliveries[3])
    assert [(1, 0), (1, 0), (1, 0), (0, 1)] == [(each.attempts, each.put_off) for each in during if each]
    assert after is not None
    assert (1, 1) == (after.attempts, after.put_off)


def test_a_first_attempt_is_short_and_later_ones_are_not(stage: Stage, customer: Customer, url: str) -> None:
    """5 s while others wait behind it, 15 s for a receiver that was too slow for that."""
    customer.statuses = [500, 500, 200]
    way_out = Watched()
    notify = dataclasses.replace(stage.wiring.notify, egress=way_out)
    delivery = ended(stage, url)

    for _ in range(3):
        notify(delivery)
        stage.clock.forward(3600)

    assert [5, 15, 15] == way_out.seconds


def test_a_tenant_with_many_hosts_holds_three_places_only() -> None:
    """However many receivers it names; once three calls failed in a row one place, until one is answered."""
    receivers, now = Receivers(), datetime(2026, 11, 20, tzinfo=UTC)
    hosts = [("flood", f"host-{number}.example") for number in range(275)]

    taken = [host for host in hosts if receivers.enter(host, now)]
    victim = receivers.enter(("shop", "hooks.example"), now)
    for host in taken:
        receivers.leave(host, now, answered=False)
    again = [host for host in hosts if receivers.enter(host, now)]

    assert hosts[:TENANT_TOGETHER] == taken
    assert victim
    for host in again:
        receivers.leave(host, now, answered=True)
    answered = [host for host in hosts if receivers.enter(host, now)]
    assert 1 == len(again)
    assert TENANT_TOGETHER == len(answered)
    assert len(receivers._accounts) <= 2 * TENANT_TOGETHER + 3


def test_an_instance_remembers_a_fixed_number_of_receivers() -> None:
    """Whoever names a thousand hosts more makes it forget the longest known."""
    receivers, now = Receivers(), datetime(2026, 11, 20, tzinfo=UTC)

    for number in range(2 * REMEMBERED):
        host = (f"tenant-{number}", "hooks.example")
        assert receivers.enter(host, now)
        receivers.leave(host, now, answered=False)

    assert len(receivers._accounts) <= REMEMBERED + 2


def test_a_receiver_that_cannot_be_reached_is_tried_again(stage: Stage) -> None:
    """No answer at all counts as a failed attempt."""
    delivery = ended(stage, "http://127.0.0.1:9/hook")

    stage.cloud.tasks.run_due()

    due = stage.wiring.deliveries.load(delivery)
    assert due is not None
    assert ("queued", 1, 2) == (due.state, due.attempts, due.wake)
