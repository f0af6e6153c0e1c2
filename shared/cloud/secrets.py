"""Tenants' keys in Secret Manager: write-only from outside, read by version, ended by version.

The default retry of an access starts at two seconds, so ours is passed (infra README, "Secrets and versions").
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.config import Settings

SECRET_LIFE = 300.0  # seconds an accessed value is kept in memory


class NoSecret(Exception):
    """There is no such secret, or its version is disabled or destroyed."""


class SecretsUnreachable(Exception):
    """Secret Manager did not answer."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value and the version it has; never printed."""

    value: str
    version: str

    @property
    def fingerprint(self) -> str:
        """Tell this value from another one under the same name and version; says nothing of the value itself."""
        return hashlib.sha256(f"abroll {self.value}".encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Secret(version={self.version})"


class Secrets:
    """The secrets of one project."""

    def __init__(self, clients: Clients, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._parent = f"projects/{settings.project}"
        self._monotonic = monotonic
        self._kept: dict[tuple[str, str], tuple[float, Secret]] = {}

    def get(self, name: str, version: str = "latest", *, fresh: bool = False) -> Secret:
        """Return a secret's value, from memory unless asked fresh. Raises NoSecret, SecretsUnreachable."""
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        kept = self._kept.get((name, version))
        if kept and kept[0] > self._monotonic() and not fresh:
            return kept[1]
        try:
            answer = self._clients.secrets.access_secret_version(
                name=f"{self._parent}/secrets/{name}/versions/{version}",
                retry=retry_for(CALL_SECONDS),
                timeout=CALL_SECONDS,
            )
        except (NotFound, FailedPrecondition) as gone:
            raise NoSecret(f"{name} has no readable version {version}") from gone
        except (GoogleAPICallError, RetryError) as failed:
            raise SecretsUnreachable(f"{name} could not be read") from failed
        secret = Secret(answer.payload.data.decode(), answer.name.rsplit("/", 1)[1])
        self._kept[name, version] = (self._monotonic() + SECRET_LIFE, secret)
        return secret

    def put(self, name: str, value: str, labels: Mapping[str, str]) -> str:
        """Store a new version and return its number; the secret is made when it is not there."""
        import google_crc32c
        from google.api_core.exceptions import AlreadyExists, GoogleAPICallError, RetryError

        client = self._clients.secrets
        data = value.encode()
        try:
            with suppress(AlreadyExists):
                secret = {"replication": {"automatic": {}}, "labels": dict(labels)}
                client.create_secret(
                    request={"parent": self._parent, "secret_id": name, "secret": secret}, timeout=CALL_SECONDS
                )
            payload = {"data": data, "data_crc32c": google_crc32c.value(data)}
            added = client.add_secret_version(
                request={"parent": f"{self._parent}/secrets/{name}", "payload": payload}, timeout=CALL_SECONDS
            )
        except (GoogleAPICallError, RetryError) as failed:
            raise SecretsUnreachable(f"{name} could not be stored") from failed
        self.forget(name)
        return str(added.name.rsplit("/", 1)[1])

    def replaced_versions(self, name: str) -> Mapping[str, datetime]:
        """Return the versions that are not destroyed and when another took the place of each; none of no secret.

        Raises SecretsUnreachable.
        """
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        try:
            found = self._clients.secrets.list_secret_versions(
                parent=f"{self._parent}/secrets/{name}", retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
            versions: list[Any] = sorted(found, key=lambda version: int(version.name.rsplit("/", 1)[1]))
        except NotFound:
            return {}
        except (GoogleAPICallError, RetryError) as failed:
            raise SecretsUnreachable(f"the versions of {name} could not be listed") from failed
        return {
            version.name.rsplit("/", 1)[1]: successor.create_time
            for version, successor in pairwise(versions)
            if version.state.name != "DESTROYED"
        }

    def known(self, name: str) -> bool:
        """Tell whether there is such a secret, whatever became of its versions. Raises SecretsUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        asked = {"parent": f"{self._parent}/secrets/{name}", "page_size": 1}
        try:
            self._clients.secrets.list_secret_versions(
                request=asked, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
        except NotFound:
            return False
        except (GoogleAPICallError, RetryError) as failed:
            raise SecretsUnreachable(f"{name} could not be looked for") from failed
        return True

    def destroy(self, name: str, version: str) -> None:
        """Destroy a version for good; one that is destroyed or gone is fine. Raises SecretsUnreachable."""
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        path = f"{self._parent}/secrets/{name}/versions/{version}"
        try:
            with suppress(FailedPrecondition, NotFound):
                self._clients.secrets.destroy_secret_version(name=path, timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise SecretsUnreachable(f"version {version} of {name} could not be destroyed") from failed
        self.forget(name)

    def delete(self, name: str) -> None:
        """Delete a secret with all its versions; one that is gone is fine. Raises SecretsUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        try:
            with suppress(NotFound):
                self._clients.secrets.delete_secret(name=f"{self._parent}/secrets/{name}", timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise SecretsUnreachable(f"{name} could not be deleted") from failed
        self.forget(name)

    def forget(self, name: str) -> None:
        """Drop what is kept of a secret: it was rotated, or a vendor refused it."""
        for key in [key for key in self._kept if key[0] == name]:
            del self._kept[key]
