"""Signs film links with the function's own account through IAM's signBlob: no private key exists anywhere.

Google's library names that host itself, so a small `Signing` credential asks the configured one; a signature is
promised for 12 hours, our links live for minutes (infra README, "Signed links").
"""

import base64
from functools import cache
from typing import Any

import google.auth.credentials

from shared.cloud.clients import Clients
from shared.config import Settings

SIGN_SECONDS = 10.0


class CannotSign(Exception):
    """IAM refused or did not answer; the account needs serviceAccountTokenCreator on itself."""


class _Signer(google.auth.credentials.Credentials, google.auth.credentials.Signing):
    def __init__(self, clients: Clients, endpoint: str, email: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google.auth has no types here
        self._clients = clients
        self._endpoint = endpoint
        self._email = email

    @property
    def signer_email(self) -> str:
        return self._email

    @property
    def signer(self) -> "_Signer":
        return self

    def refresh(self, request: object) -> None:
        del request  # signing needs no token of its own

    def sign_bytes(self, message: bytes) -> bytes:
        import httpx

        url = f"{self._endpoint}/v1/projects/-/serviceAccounts/{self._email}:signBlob"
        headers = {"Authorization": f"Bearer {self._clients.access_token()}"}
        try:
            answer = httpx.post(
                url,
                json={"payload": base64.b64encode(message).decode()},
                headers=headers,
                timeout=SIGN_SECONDS,
                trust_env=False,
                verify=_tls(),
            )
            answer.raise_for_status()
            return base64.b64decode(answer.json()["signedBlob"])
        except (httpx.HTTPError, KeyError, ValueError) as failed:
            raise CannotSign(f"{self._email} could not sign: {failed}") from failed


@cache
def _tls() -> Any:
    import httpx

    return httpx.create_ssl_context(trust_env=False)  # 42 ms: once a process, not once a signature


def signing_credentials(clients: Clients, settings: Settings) -> Any:
    """Return credentials that sign as the configured account, or as the function's own."""
    email = settings.signer or _own_email(clients)
    return _Signer(clients, settings.iam_endpoint, email)


def _own_email(clients: Clients) -> str:
    clients.access_token()
    return str(clients.credentials.service_account_email)
