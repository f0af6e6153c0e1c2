"""A webhook secret that is replaced signs beside the new one for a day, so that no receiver misses a message."""

import base64
import hashlib
import hmac
from datetime import timedelta

from shared.cloud.secret_names import customer_webhook
from shared.steps.notify import sign
from shared.steps.webhook_secrets import MOST_SIGNING, OVERLAP, WebhookSecrets
from tests.faults.cloud import StagedWiring
from tests.journey.test_budget import film
from tests.listener import Listener
from tests.steps.calls import customer, told
from tests.steps.stage import TENANT, Stage


def signing(wiring: StagedWiring) -> tuple[str, ...]:
    return WebhookSecrets(wiring.secrets, wiring.now).signing(TENANT.id)


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

    WebhookSecrets(stage.wiring.secrets, stage.clock).rotate(TENANT.id, "whsec_bmV3")

    assert ("whsec_bmV3", "whsec_b2xk") == signing(stage.wiring)


def test_many_replaced_ones_do_not_fill_the_header(stage: Stage) -> None:
    """The newest five sign; a day after the last only that one does."""
    secrets = WebhookSecrets(stage.wiring.secrets, stage.clock)
    for number in range(9):
        secrets.rotate(TENANT.id, f"whsec_{number}")
        stage.clock.forward(60)

    some = signing(stage.wiring)
    stage.clock.forward(OVERLAP.total_seconds())

    assert tuple(f"whsec_{number}" for number in (8, 7, 6, 5, 4)) == some
    assert MOST_SIGNING == len(some)
    assert ("whsec_8",) == signing(stage.wiring)


def test_a_days_versions_are_kept_and_older_ones_destroyed(stage: Stage) -> None:
    """Whoever still reads the version before finds it: an unsigned message is worse than an old signature."""
    secrets = WebhookSecrets(stage.wiring.secrets, stage.clock)
    secrets.rotate(TENANT.id, "whsec_1")
    stage.clock.forward(60)
    secrets.rotate(TENANT.id, "whsec_2")
    before = stage.wiring.secrets.get(customer_webhook(TENANT.id), "1", fresh=True).value
    stage.clock.forward(timedelta(days=2).total_seconds())

    secrets.rotate(TENANT.id, "whsec_3")

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
