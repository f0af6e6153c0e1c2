"""A webhook is taken for abroll's only if it is: the standard's own package signs, ours verifies."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from shared.client import NotGenuine, verify

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = json.dumps({"type": "job.completed", "timestamp": 1, "data": {"job_id": "j", "metadata": {"Straße": "☕"}}})
NOW = 1_764_400_000


def headers(secret: str = SECRET, body: str = BODY, at: int = NOW, about: str = "msg_1") -> dict[str, str]:
    signature = Webhook(secret).sign(about, datetime.fromtimestamp(at, UTC), body)
    return {"Webhook-Id": about, "Webhook-Timestamp": str(at), "Webhook-Signature": signature}


@pytest.mark.parametrize("body", [BODY, BODY.encode()])
def test_a_genuine_delivery_is_its_payload(body: str | bytes) -> None:
    """As text or bytes, whatever the case of the headers' names."""
    assert "job.completed" == verify(body, headers(), SECRET, now=NOW)["type"]


def test_either_secret_will_do_while_one_is_replaced() -> None:
    """Two signatures in one header, two secrets at the receiver: one fit is enough."""
    both = headers()
    both["Webhook-Signature"] += " " + headers(OTHER)["Webhook-Signature"]

    for secrets in (SECRET, OTHER, [OTHER, SECRET]):
        assert verify(BODY, both, secrets, now=NOW)


def test_another_secret_does_not_fit() -> None:
    """Somebody else's signature is none."""
    with pytest.raises(NotGenuine, match="no signature fits"):
        verify(BODY, headers(OTHER), SECRET, now=NOW)


@pytest.mark.parametrize("changed", ["Webhook-Id", "Webhook-Timestamp"])
def test_id_and_time_are_signed_too(changed: str) -> None:
    """An old delivery under a new name or time is no delivery."""
    forged = headers() | {changed: {"Webhook-Id": "msg_2", "Webhook-Timestamp": str(NOW + 1)}[changed]}

    with pytest.raises(NotGenuine):
        verify(BODY, forged, SECRET, now=NOW)


@pytest.mark.parametrize("ago", [-301, 301, 10**9])
def test_an_old_delivery_sent_again_is_refused(ago: int) -> None:
    """Five minutes either way, as the standard has it."""
    with pytest.raises(NotGenuine, match="300 s"):
        verify(BODY, headers(at=NOW - ago), SECRET, now=NOW)


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_every_header_is_needed(missing: str) -> None:
    """Which one is missing is said."""
    with pytest.raises(NotGenuine, match=missing.lower()):
        verify(BODY, {name: value for name, value in headers().items() if name != missing}, SECRET, now=NOW)


@pytest.mark.parametrize("stamp", ["", "now", "-5", "1e9", "１７６４４０００００", "9" * 5000, " 1764400000"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    """Not an exception of a parser."""
    with pytest.raises(NotGenuine):
        verify(BODY, headers() | {"Webhook-Timestamp": stamp}, SECRET, now=NOW)


@pytest.mark.parametrize("signature", ["", "v1", "v1,", "v2,abc", "ß", "v1,é", "v1a," + "A" * 43 + "="])
def test_a_signature_that_is_none_fits_nothing(signature: str) -> None:
    """Other versions, nothing, letters no signature has."""
    with pytest.raises(NotGenuine):
        verify(BODY, headers() | {"Webhook-Signature": signature}, SECRET, now=NOW)


def test_a_signed_body_that_is_no_json_is_refused() -> None:
    """Signed or not, a payload is JSON."""
    with pytest.raises(NotGenuine, match="no JSON"):
        verify("[" * 100_000, headers(body="[" * 100_000), SECRET, now=NOW)


def test_a_secret_that_is_none_is_the_receivers_mistake() -> None:
    """A wrong secret in the receiver's settings is no forged delivery: it is said as what it is."""
    with pytest.raises(ValueError, match="whsec_"):
        verify(BODY, headers(), "whsec_not base64!", now=NOW)
