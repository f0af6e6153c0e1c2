"""A webhook secret that is replaced signs beside the new one for a day, so that no receiver misses a message."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from shared.cloud.audit import BY_OPERATOR, AuditLine
from shared.cloud.rates import RateCounts
from shared.cloud.records import Loaded
from shared.cloud.secret_names import customer_webhook
from shared.pipeline.job.events import CancelAsked
from shared.steps.audited import Audited
from shared.steps.notify import sign
from shared.steps.rotation import Rotation
from shared.steps.webhook_secrets import MOST_SIGNING, OVERLAP, WebhookSecrets
from tests.faults.cloud import Clock, StagedWiring
from tests.faults.wire import Kind
from tests.journey.test_budget import film
from tests.listener import Listener
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, footage, staged

MADE = AuditLine(datetime(2026, 11, 20, tzinfo=UTC), Audited.WEBHOOK_SECRET_MADE, BY_OPERATOR)


def signing(wiring: StagedWiring) -> tuple[str, ...]:
    return WebhookSecrets(wiring.secrets, wiring.now).signing(TENANT.id)


def rotation(wiring: StagedWiring) -> Rotation:
    return Rotation(wiring.secrets, RateCounts(wiring.clients), wiring.replaced_secrets, wiring.now)


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify as the Standard Webhooks library does, whose only clock is the machine's."""
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_signature_is_the_one_the_standard_shows() -> None:
    """The example of the Standard Webhooks libraries: secret, id, time and body give this signature."""
    body = b'{"test": 2432232314}'

    made = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == made


def test_both_secrets_sign_for_a_day(stage: Stage) -> None:
    """Elsewhere too, from the first moment on: no instance remembers what was replaced; then the old one is gone."""
    acme, twin = customer(stage.wiring, TENANT.id), stage.cloud.instance()
    first = told(acme.call("POST", "/tenant/webhook_secret"))["secret"]
    alone = signing(twin)

    second = told(acme.call("POST", "/tenant/webhook_secret"))
    both = signing(twin)
    stage.clock.forward(OVERLAP.total_seconds() - 1)
    still = signing(twin)
    stage.clock.forward(1)

    assert (first,) == alone
    assert (second["secret"], first) == both == still
    assert (second["secret"],) == signing(twin)
    assert "2026-11-21T12:00:00.000Z" == second["older_sign_until"]


def test_a_secret_of_before_is_one_that_signs(stage: Stage) -> None:
    """What was stored as it is shown goes on signing for its day."""
    stage.wiring.secrets.put(customer_webhook(TENANT.id), "whsec_b2xk", {})

    rotation(stage.wiring)(TENANT.id, "whsec_bmV3", MADE)

    assert ("whsec_bmV3", "whsec_b2xk") == signing(stage.wiring)


def test_many_replaced_ones_do_not_fill_the_header(stage: Stage) -> None:
    """The newest five sign; a day after the last only that one does."""
    rotate = rotation(stage.wiring)
    for number in range(9):
        rotate(TENANT.id, f"whsec_{number}", MADE)
        stage.clock.forward(60)

    some = signing(stage.wiring)
    stage.clock.forward(OVERLAP.total_seconds())

    assert tuple(f"whsec_{number}" for number in (8, 7, 6, 5, 4)) == some
    assert MOST_SIGNING == len(some)
    assert ("whsec_8",) == signing(stage.wiring)


def test_the_version_before_can_be_read_for_a_day(stage: Stage) -> None:
    """Whoever still reads the version before finds it: an unsigned message is worse than an old signature."""
    rotate = rotation(stage.wiring)
    rotate(TENANT.id, "whsec_1", MADE)
    stage.clock.forward(60)
    rotate(TENANT.id, "whsec_2", MADE)
    before = stage.wiring.secrets.get(customer_webhook(TENANT.id), "1", fresh=True).value
    stage.clock.forward(timedelta(days=2).total_seconds())

    rotate(TENANT.id, "whsec_3", MADE)

    assert "whsec_1" == before
    assert ("whsec_3", "whsec_2") == signing(stage.wiring)


def test_a_delivery_carries_a_signature_of_each(stage: Stage) -> None:
    """One header, a blank between; each verifies under its own secret."""
    acme = customer(stage.wiring, TENANT.id)
    secrets = [told(acme.call("POST", "/tenant/webhook_secret"))["secret"] for _ in range(2)]
    with Listener() as receiver:
        job = stage.order(film(receiver.url))
        acme.call("POST", f"/jobs/{job}/cancel")
        stage.cloud.tasks.run_due()
        headers, body = receiver.message()

    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = [
        "v1,"
        + base64.b64encode(
            hmac.new(base64.b64decode(each.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        ).decode()
        for each in reversed(secrets)
    ]
    assert wanted == headers["webhook-signature"].split(" ")


def test_of_two_rotations_at_once_one_is_refused_and_none_is_lost(stage: Stage) -> None:
    """Whoever gets a secret can verify with it; the other is told what to do, and asks again a minute later."""
    acme, twin = customer(stage.wiring, TENANT.id), stage.cloud.instance()
    first = told(acme.call("POST", "/tenant/webhook_secret"))["secret"]
    beside: list[Any] = []
    stage.wire.on("^secrets AddSecretVersion", meanwhile=lambda: beside.append(made_at(acme, twin)))

    won = told(acme.call("POST", "/tenant/webhook_secret"))["secret"]
    stage.clock.forward(60)
    again = told(acme.call("POST", "/tenant/webhook_secret"))["secret"]

    (lost,) = beside
    assert (409, "already_rotating", "60") == (lost.status_code, told(lost)["error"], lost.headers["Retry-After"])
    assert (again, won, first) == signing(twin)


def made_at(acme: Customer, twin: StagedWiring) -> Any:
    return acme.at(twin).call("POST", "/tenant/webhook_secret")


def test_a_rotation_frozen_before_its_write_gives_way(stage: Stage) -> None:
    """Another one was made while it slept for minutes: that one signs, and whoever woke is refused."""
    acme, twin = customer(stage.wiring, TENANT.id), stage.cloud.instance()
    first = told(acme.call("POST", "/tenant/webhook_secret"))["secret"]
    other: list[str] = []

    def meanwhile() -> None:
        stage.clock.forward(120)
        other.append(told(made_at(acme, twin))["secret"])

    stage.wire.on("^secrets AddSecretVersion", meanwhile=meanwhile)
    woke = acme.call("POST", "/tenant/webhook_secret")

    assert 409 == woke.status_code
    assert (*other, first) == signing(twin)


def test_a_claim_without_a_secret_bars_a_minute_only(stage: Stage) -> None:
    """Whoever died between the two leaves a tenant that can go on."""
    acme = customer(stage.wiring, TENANT.id)
    stage.wire.on("^secrets AddSecretVersion", Kind.REFUSE, "PERMISSION_DENIED")

    answers = [acme.call("POST", "/tenant/webhook_secret").status_code for _ in range(2)]
    stage.clock.forward(60)

    assert [503, 409] == answers
    assert 201 == acme.call("POST", "/tenant/webhook_secret").status_code


def test_the_standards_own_library_verifies_with_either_secret(tmp_path: Path) -> None:
    """During the overlap a receiver that knows one of both verifies what we send; one that knows neither does not."""
    with staged(tmp_path, clock=Clock(datetime.now(UTC))) as stage, Listener() as receiver:
        acme = customer(stage.wiring, TENANT.id)
        first, second = (told(acme.call("POST", "/tenant/webhook_secret"))["secret"] for _ in range(2))
        stage.wiring.commits.hear(loaded_of(stage, receiver.url), CancelAsked())
        stage.cloud.tasks.run_due()
        headers, body = receiver.message()

    assert 2 == len(headers["webhook-signature"].split())
    assert [True, True] == [verified(secret, headers, body) for secret in (first, second)]
    assert not verified("whsec_" + base64.b64encode(b"another secret entirely.").decode(), headers, body)
    assert not verified(first, headers, body + b" ")


def loaded_of(stage: Stage, url: str) -> Loaded:
    """Order a film whose customer listens; return it as it was read."""
    loaded = stage.wiring.commits.load(stage.order(footage(webhook_url=url)))
    assert loaded is not None
    return loaded
