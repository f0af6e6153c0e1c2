"""signBlob as the Storage library calls it, and its refusals."""

from base64 import b64decode, b64encode

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local.google.identity.issuer import Issuer
from tests.google.elsewhere import EMAIL

PATH = f"/v1/projects/-/serviceAccounts/{EMAIL}:signBlob"
PAYLOAD = {"payload": b64encode(b"to be signed").decode()}


def _bearer(issuer: Issuer) -> dict[str, str]:
    return {"Authorization": f"Bearer {issuer.access_token(email=EMAIL)}"}


def test_a_blob_is_signed_with_the_issuers_key(signblob: str, issuer: Issuer) -> None:
    """The answer's signedBlob checks with public_key_pem and names the key (IAM Credentials API, signBlob)."""
    public = serialization.load_pem_public_key(issuer.public_key_pem)
    assert isinstance(public, rsa.RSAPublicKey)

    answer = httpx.post(f"http://{signblob}{PATH}", json=PAYLOAD, headers=_bearer(issuer)).json()

    assert answer["keyId"] == issuer.key_id
    public.verify(b64decode(answer["signedBlob"]), b"to be signed", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ya29.someone-elses", "Basic eDp5"])
def test_without_an_access_token_nothing_is_signed(signblob: str, authorization: str) -> None:
    """401 UNAUTHENTICATED without a token this issuer handed out."""
    answer = httpx.post(f"http://{signblob}{PATH}", json=PAYLOAD, headers={"Authorization": authorization})

    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"not json", b"{}", b'{"payload": "?"}', b'{"payload": 7}', b'{"bytesToSign": "eA=="}']
)
def test_a_bad_payload_is_invalid(signblob: str, issuer: Issuer, body: bytes) -> None:
    """400 INVALID_ARGUMENT for what is not {"payload": base64}."""
    answer = httpx.post(f"http://{signblob}{PATH}", content=body, headers=_bearer(issuer))

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", PATH.replace("signBlob", "signJwt")),
        ("POST", PATH.replace("signBlob", "generateAccessToken")),
        ("GET", PATH),
        ("POST", PATH.replace(EMAIL, "someone@example.com")),
    ],
)
def test_other_methods_and_accounts_are_not_found(signblob: str, issuer: Issuer, method: str, path: str) -> None:
    """Only signBlob of a service account is served; the answer names what was asked."""
    answer = httpx.request(method, f"http://{signblob}{path}", headers=_bearer(issuer))

    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_delegates_are_refused_by_name(signblob: str, issuer: Issuer) -> None:
    """Delegation chains are not played: 501 naming the field."""
    body = PAYLOAD | {"delegates": ["projects/-/serviceAccounts/other@x.iam.gserviceaccount.com"]}

    answer = httpx.post(f"http://{signblob}{PATH}", json=body, headers=_bearer(issuer))

    assert answer.status_code == 501
    assert "delegates" in answer.json()["error"]["message"]
