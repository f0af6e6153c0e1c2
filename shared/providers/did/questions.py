"""Questions to D-ID that cost nothing: look, list, check; every trouble is KeyChanged or TryLater."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import httpx

from shared.egress.client import Egress, EgressRefused
from shared.providers.did.answers import ask_error
from shared.providers.ports import KeyChanged, TryLater
from shared.providers.reading import QUESTION_SECONDS, RETRY_SOON, SENDABLE_KEY, at, json_of, sign_of_break


class KeyForm(StrEnum):
    """How a key stands in the Authorization header: both are in the wild, and D-ID's page shows the first."""

    SHOWN = "shown"  # as the Studio shows it
    BASE64 = "base64"  # that again in base64


def authorization(api_key: str, form: KeyForm) -> str:
    """Write the Authorization header. Raises: KeyChanged for a key no header can carry."""
    if not SENDABLE_KEY.fullmatch(api_key):
        raise KeyChanged("The D-ID key has characters no key has.")
    return f"Basic {api_key if form is KeyForm.SHOWN else base64.b64encode(api_key.encode()).decode()}"


@contextmanager
def conversation(
    egress: Egress, endpoint: str, api_key: str, form: KeyForm, total_seconds: float = QUESTION_SECONDS
) -> "Iterator[Questions]":
    """Open questions under one key and one deadline. Raises: KeyChanged for a key no header can carry."""
    headers = {"authorization": authorization(api_key, form)}
    with egress.client(total_seconds=total_seconds, headers=headers) as client:
        yield Questions(client, endpoint, api_key)


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions to D-ID under one key and one deadline; none of them costs anything."""

    client: httpx.Client
    endpoint: str
    api_key: str

    def __call__(self, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask. Raises: TryLater when no answer came."""
        try:
            return self.client.get(self.endpoint + path, params=query)
        except (EgressRefused, httpx.HTTPError) as error:
            raise TryLater("D-ID could not be asked.", RETRY_SOON, sign_of_break(error)) from error

    def found(self, path: str) -> object | None:
        """Return what lies there, None when there is no such thing. Raises: KeyChanged, TryLater."""
        response = self(path)
        answer = json_of(response)
        if response.status_code == httpx.codes.NOT_FOUND and isinstance(at(answer, "kind"), str):
            return None
        if not response.is_success or not isinstance(answer, dict):
            raise ask_error(response, self.api_key)
        return answer

    def listed(self, path: str, query: Mapping[str, str]) -> list[object]:
        """Return a list that has no pages. Raises: KeyChanged, TryLater."""
        response = self(path, query)
        answer = json_of(response)
        if not response.is_success or not isinstance(answer, list):
            raise ask_error(response, self.api_key)
        return answer
