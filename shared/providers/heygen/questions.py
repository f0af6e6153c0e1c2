"""Questions to HeyGen that cost nothing: look, list, check; every trouble is KeyChanged or TryLater."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from shared.egress.client import Egress, EgressRefused
from shared.providers.heygen.answers import ask_error
from shared.providers.ports import Incomplete, KeyChanged, TryLater
from shared.providers.reading import (
    PAGES,
    QUESTION_SECONDS,
    RETRY_SOON,
    SENDABLE_KEY,
    at,
    json_of,
    list_at,
    sign_of_break,
    text_at,
)

SENDABLE_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_:.-]{1,255}")  # nothing that could lead elsewhere in a path


@contextmanager
def conversation(
    egress: Egress, endpoint: str, api_key: str, total_seconds: float = QUESTION_SECONDS
) -> "Iterator[Conversation]":
    """Open questions under one key and one deadline. Raises: KeyChanged for a key no header can carry."""
    if not SENDABLE_KEY.fullmatch(api_key):
        raise KeyChanged("The HeyGen key has characters no key has.")
    with egress.client(total_seconds=total_seconds, headers={"x-api-key": api_key}) as client:
        yield Conversation(client, endpoint, api_key)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions to HeyGen under one key and one deadline; none of them costs anything."""

    client: httpx.Client
    endpoint: str
    api_key: str

    def __call__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        idempotency_key: str = "",
    ) -> httpx.Response:
        """Ask. Raises: TryLater when no answer came."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        try:
            return self.client.request(method, self.endpoint + path, params=query, json=body, headers=headers)
        except EgressRefused as error:
            raise TryLater("HeyGen could not be asked.", RETRY_SOON) from error
        except httpx.HTTPError as error:
            raise TryLater("HeyGen could not be asked.", RETRY_SOON, sign_of_break(error)) from error

    def data_or_none(self, path: str) -> object | None:
        """Return the answer's data, None when there is no such thing. Raises: KeyChanged, TryLater."""
        response = self("GET", path)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        data = at(json_of(response), "data")
        if not response.is_success or not isinstance(data, dict):
            raise ask_error(response, self.api_key)
        return data

    def data(self, path: str) -> object:
        """Return the answer's data. Raises: KeyChanged, TryLater."""
        data = self.data_or_none(path)
        if data is None:
            raise TryLater("HeyGen no longer answers at this address.", RETRY_SOON)
        return data

    def pages(self, path: str, query: Mapping[str, str], most: int = PAGES) -> Iterator[object]:
        """Yield every item of a list of at most so many pages. Raises: KeyChanged, TryLater, Incomplete."""
        token = ""
        for _ in range(most):
            response = self("GET", path, query={"limit": "20", **query, **({"token": token} if token else {})})
            answer = json_of(response)
            if not response.is_success or not isinstance(at(answer, "data"), list):
                raise ask_error(response, self.api_key)
            yield from list_at(answer, "data")
            last, token = token, text_at(answer, "next_token")
            if at(answer, "has_more") is not True:
                return
            if not token or token == last:
                break
        raise Incomplete("HeyGen's list does not end.", RETRY_SOON)
