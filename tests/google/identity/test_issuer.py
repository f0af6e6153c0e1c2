"""Tokens and signatures, judged by Google's own library and by the issuer itself."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth import jwt

from infra.local.google.identity.issuer import InvalidToken, Issuer
from tests.google.elsewhere import EMAIL
from tests.google.identity.conftest import Clock

AUDIENCE = "https://compose-123.run.app"


def test_google_auth_verifies_a_minted_token(keys: Path) -> None:
    """A token verifies with google.auth.jwt and the public key, and says who speaks to whom (OpenID Connect)."""
    issuer = Issuer(keys, clock=lambda: datetime.now(UTC))
    token = issuer.mint(email=EMAIL, audience=AUDIENCE)

    claims = jwt.decode(  # type: ignore[no-untyped-call]  # google-auth says it is typed and is not
        token, certs=issuer.public_key_pem, audience=AUDIENCE
    )

    assert {key: claims[key] for key in ("aud", "email", "email_verified", "iss")} == {
        "aud": AUDIENCE,
        "email": EMAIL,
        "email_verified": True,
        "iss": "https://accounts.google.com",
    }
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["sub"] == claims["azp"]
    assert len(claims["sub"]) == 21


def test_verify_names_the_account(issuer: Issuer) -> None:
    """A good token gives back the email it was minted for."""
    token = issuer.mint(email=EMAIL, audience=AUDIENCE)

    assert issuer.verify(token, audience=AUDIENCE) == EMAIL


def test_a_token_lives_one_hour(issuer: Issuer, clock: Clock) -> None:
    """One second before the hour a token holds, at the hour it has expired (identity tokens live 3600 s)."""
    token = issuer.mint(email=EMAIL, audience=AUDIENCE)

    clock.advance(timedelta(seconds=3599))
    assert issuer.verify(token, audience=AUDIENCE) == EMAIL

    clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidToken, match="expired"):
        issuer.verify(token, audience=AUDIENCE)


def test_a_token_from_the_future_is_refused(issuer: Issuer, clock: Clock) -> None:
    """A token issued after now does not verify."""
    token = issuer.mint(email=EMAIL, audience=AUDIENCE)

    clock.advance(timedelta(seconds=-60))

    with pytest.raises(InvalidToken, match="in the future"):
        issuer.verify(token, audience=AUDIENCE)


def test_another_audience_is_refused(issuer: Issuer) -> None:
    """A token for one service opens no other (Cloud Run compares aud with its URL)."""
    token = issuer.mint(email=EMAIL, audience=AUDIENCE + "/path?query")

    with pytest.raises(InvalidToken, match="audience"):
        issuer.verify(token, audience=AUDIENCE)


def test_a_changed_claim_is_refused(issuer: Issuer) -> None:
    """Whoever changes a claim breaks the signature."""
    header, claims, signature = issuer.mint(email=EMAIL, audience=AUDIENCE).split(".")
    forged_claims = json.loads(urlsafe_b64decode(claims + "==")) | {"email": "root@demo.iam.gserviceaccount.com"}
    forged = urlsafe_b64encode(json.dumps(forged_claims).encode()).rstrip(b"=").decode()

    with pytest.raises(InvalidToken, match="bad signature"):
        issuer.verify(f"{header}.{forged}.{signature}", audience=AUDIENCE)


@pytest.mark.parametrize("token", ["", "a.b", "no token at all", "e30.e30.e30", "!.!.!", "é.é.é"])
def test_what_is_no_token_is_refused(issuer: Issuer, token: str) -> None:
    """Garbage raises InvalidToken and nothing else."""
    with pytest.raises(InvalidToken):
        issuer.verify(token, audience=AUDIENCE)


def test_another_issuers_token_is_refused(issuer: Issuer, clock: Clock, tmp_path: Path) -> None:
    """A token signed by another key does not verify, even with the same claims."""
    other = Issuer(tmp_path / "other", clock=clock)

    with pytest.raises(InvalidToken, match="another key"):
        issuer.verify(other.mint(email=EMAIL, audience=AUDIENCE), audience=AUDIENCE)


def test_tokens_outlive_a_restart(issuer: Issuer, clock: Clock, keys: Path) -> None:
    """The key lies in the data folder: a second issuer over it knows the first one's tokens."""
    identity = issuer.mint(email=EMAIL, audience=AUDIENCE)
    access = issuer.access_token(email=EMAIL)

    again = Issuer(keys, clock=clock)

    assert again.public_key_pem == issuer.public_key_pem
    assert again.verify(identity, audience=AUDIENCE) == EMAIL
    assert again.is_access_token(access)


def test_a_signature_checks_with_the_public_key(issuer: Issuer) -> None:
    """sign() is RSASSA-PKCS1-v1_5 over SHA-256, as signBlob documents."""
    public = serialization.load_pem_public_key(issuer.public_key_pem)
    assert isinstance(public, rsa.RSAPublicKey)

    signature = issuer.sign(b"GOOG4-RSA-SHA256\n...")

    public.verify(signature, b"GOOG4-RSA-SHA256\n...", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("token", ["", "ya29.local-", "ya29.local-x.y", "ya29.a0AfH6SMB", "Bearer x"])
def test_a_made_up_access_token_is_refused(issuer: Issuer, token: str) -> None:
    """Only what this issuer handed out is an access token."""
    assert issuer.is_access_token(token) is False
