"""The metadata server, asked by Google's unmodified google-auth in a process of its own, and by hand."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64decode

import httpx
import pytest

from infra.local.google.identity.issuer import Issuer
from tests.google.elsewhere import EMAIL, PROJECT

GOOGLE = {"Metadata-Flavor": "Google"}
ROOT = "/computeMetadata/v1"
ASK_GOOGLE_AUTH = """
import json
import google.auth
from google.auth.transport.requests import Request
from google.oauth2 import id_token

credentials, project = google.auth.default()
request = Request()
credentials.refresh(request)
print(json.dumps({
    "project": project,
    "token": credentials.token,
    "valid": credentials.valid,
    "email": credentials.service_account_email,
    "universe": credentials.universe_domain,
    "identity": id_token.fetch_id_token(request, "https://audience.example"),
}))
"""


def test_google_auth_default_finds_working_credentials(metadata: str, issuer: Issuer) -> None:
    """google.auth.default() with nothing but the metadata server gives project, token, email and identity.

    Source: google/auth/compute_engine/_metadata.py of google-auth 2.62.2; the module reads its variables at import,
    hence the process of its own.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GOOGLE_", "GCE_", "GCLOUD"))}
    environment |= {"GCE_METADATA_HOST": metadata, "GCE_METADATA_IP": metadata, "HOME": "/nonexistent"}

    asked = subprocess.run(
        [sys.executable, "-c", ASK_GOOGLE_AUTH], env=environment, capture_output=True, check=True, text=True
    )
    got = json.loads(asked.stdout)

    assert issuer.is_access_token(got.pop("token"))
    claims = json.loads(urlsafe_b64decode(got.pop("identity").split(".")[1] + "=="))
    assert (claims["aud"], claims["email"]) == ("https://audience.example", EMAIL)
    assert got == {"project": PROJECT, "valid": True, "email": EMAIL, "universe": "googleapis.com"}


@pytest.mark.parametrize("headers", [{}, {"Metadata-Flavor": "google"}, GOOGLE | {"X-Forwarded-For": "10.0.0.1"}])
def test_a_request_without_the_flavor_or_through_a_proxy_is_refused(metadata: str, headers: dict[str, str]) -> None:
    """403 unless Metadata-Flavor is Google and nobody forwarded the request (docs: querying metadata)."""
    answer = httpx.get(f"http://{metadata}{ROOT}/project/project-id", headers=headers)

    assert answer.status_code == 403


def test_the_ping_of_the_root_names_its_flavor(metadata: str) -> None:
    """google-auth recognises Google Cloud by the root's status and header."""
    answer = httpx.get(f"http://{metadata}", headers=GOOGLE)

    assert (answer.status_code, answer.headers["Metadata-Flavor"]) == (200, "Google")


def test_an_identity_needs_an_audience(metadata: str) -> None:
    """Without ?audience= the real server answers 400."""
    answer = httpx.get(f"http://{metadata}{ROOT}/instance/service-accounts/default/identity", headers=GOOGLE)

    assert answer.status_code == 400


def test_the_account_is_known_by_its_address_too(metadata: str, issuer: Issuer) -> None:
    """service-accounts/EMAIL is the same as service-accounts/default."""
    url = f"http://{metadata}{ROOT}/instance/service-accounts/{EMAIL}/token"

    answer = httpx.get(url, headers=GOOGLE).json()

    assert issuer.is_access_token(answer["access_token"])
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)


@pytest.mark.parametrize(
    "path", ["/instance/zone", "/instance/service-accounts/other@x.iam.gserviceaccount.com/token", "/instance/id"]
)
def test_what_is_not_served_is_refused_by_name(metadata: str, path: str) -> None:
    """An unknown key is 404 and its name stands in the answer."""
    answer = httpx.get(f"http://{metadata}{ROOT}{path}", headers=GOOGLE)

    assert answer.status_code == 404
    assert path in answer.text
